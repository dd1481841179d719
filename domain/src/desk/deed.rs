//! The history of an order: what can be done to it.

macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident = $number:literal),* $(,)?) => {
        /// What was done to an order. The numbers stand in the tables.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Deed {
            $($(#[$doc])* $name),*
        }

        impl Deed {
            /// All deeds, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The deed's number in the tables.
            #[must_use]
            pub const fn number(self) -> i16 {
                match self {
                    $(Self::$name => $number),*
                }
            }
        }
    };
}

deeds! {
    /// It was entered.
    Entered = 1,
    /// Somebody agreed.
    Approved = 2,
    /// Somebody declined.
    Rejected = 3,
    /// The user called it off.
    Cancelled = 4,
    /// Money came.
    Paid = 5,
    /// The money should have come.
    FellDue = 6,
    /// The money will never come.
    WrittenOff = 7,
    /// Nobody agreed in time.
    Expired = 8,
    /// The customer was reminded once more.
    Reminded = 9,
    /// A payment came back.
    Bounced = 10,
    /// All of it was taken back.
    Reversed = 11,
    /// What was paid too much went to another order.
    Moved = 12,
    /// What was paid too much was paid back.
    PaidBack = 13,
    /// A scan was laid beside it.
    Attached = 14,
}

impl Deed {
    /// The deed with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|deed| deed.number() == number)
    }
}
