//! How a top-up reaches the vendor, how it is paid, and where it stands. The
//! numbers stand in the tables and never change.

use crate::ledger::account::AccountKind;

macro_rules! ways {
    ($($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal, $text:literal;)* })*) => {$(
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number in the tables.
            #[must_use]
            pub const fn number(self) -> i16 {
                match self {
                    $(Self::$variant => $number,)*
                }
            }

            /// The one with that number.
            #[must_use]
            pub fn from_number(number: i16) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.number() == number)
            }

            /// What people call it, in small letters.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The one with that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    )*};
}
pub(crate) use ways;

ways! {
    /// How a top-up reached the vendor.
    Channel {
        /// The site or the API.
        Web = 1, "web";
        /// By telephone.
        Phone = 2, "phone";
        /// By fax.
        Fax = 3, "fax";
        /// By letter.
        Mail = 4, "mail";
        /// By e-mail.
        Email = 5, "e-mail";
        /// Over the counter.
        Counter = 6, "counter";
    }

    /// How a top-up is paid.
    Method {
        /// By card, at a provider's page.
        Card = 1, "card";
        /// On a purchase order of the customer's.
        PurchaseOrder = 2, "purchase order";
        /// In advance, on a pro-forma invoice.
        ProForma = 3, "pro-forma invoice";
        /// On credit, by invoice.
        Invoice = 4, "invoice";
        /// By cheque.
        Cheque = 5, "cheque";
        /// By bank transfer.
        Wire = 6, "wire";
        /// In cash.
        Cash = 7, "cash";
        /// With a voucher that was bought before.
        Voucher = 8, "voucher";
    }

    /// Where a top-up stands.
    TopUpState {
        /// Begun by the staff, not complete.
        Draft = 1, "draft";
        /// Asked for; a card payment waits for its money.
        Submitted = 2, "submitted";
        /// A second member of the staff has to agree.
        AwaitingApproval = 3, "awaiting approval";
        /// Agreed to; tokens come with the payment.
        Approved = 4, "approved";
        /// The tokens are there; for an invoice on credit the money is not.
        Credited = 5, "credited";
        /// A part of the money came.
        PartPaid = 6, "part paid";
        /// All of the money came, and the tokens are there.
        Paid = 7, "paid";
        /// The money should have come by now.
        Overdue = 8, "overdue";
        /// The money will never come.
        WrittenOff = 9, "written off";
        /// The vendor declined.
        Rejected = 10, "rejected";
        /// Called off before anything was credited.
        Cancelled = 11, "cancelled";
        /// Nobody paid in time.
        Expired = 12, "expired";
        /// All that was credited was taken back.
        Reversed = 13, "reversed";
        /// The payment does not fit; a person has to look.
        Review = 14, "in review";
    }

    /// Who takes card payments for the vendor.
    Provider {
        /// Our own page that behaves like a processor; no money moves.
        Sandbox = 1, "sandbox";
        /// Stripe Checkout.
        Stripe = 2, "stripe";
    }
}

impl Method {
    /// From which supply the tokens come.
    #[must_use]
    pub const fn supply(self) -> AccountKind {
        match self {
            Self::Card => AccountKind::IssuedCard,
            Self::Invoice => AccountKind::IssuedInvoice,
            Self::PurchaseOrder | Self::ProForma | Self::Cheque | Self::Wire | Self::Cash | Self::Voucher => {
                AccountKind::IssuedOffline
            }
        }
    }
}

impl TopUpState {
    /// Whether nothing more is expected to happen by itself.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        match self {
            Self::Draft
            | Self::Submitted
            | Self::AwaitingApproval
            | Self::Approved
            | Self::Credited
            | Self::PartPaid
            | Self::Overdue
            | Self::Review => false,
            Self::Paid
            | Self::WrittenOff
            | Self::Rejected
            | Self::Cancelled
            | Self::Expired
            | Self::Reversed => true,
        }
    }
}
