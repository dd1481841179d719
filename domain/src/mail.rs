//! Letters by mail: which kinds there are, where they go, and when one that
//! did not arrive is tried again.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::time::Seconds;

/// A kind of letter. The numbers stand in the tables, the names in links,
/// forms and the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MailKind {
    /// The code that proves an address.
    AddressConfirmation,
    /// The first letter to a proven address: how not to lose the account.
    Welcome,
    /// Somebody signed in from a browser or program not seen before.
    NewDevice,
    /// A top-up was credited.
    TopUpCredited,
    /// An invoice.
    Invoice,
    /// An invoice was not paid in time.
    Overdue,
    /// Somebody gave tokens.
    GiftReceived,
    /// Somebody bought from the user.
    Sold,
    /// The user bought something that is handed over later.
    Bought,
    /// What the user bought is there.
    Delivered,
    /// The tokens of a sale are the user's.
    Released,
    /// The seller called an order off.
    Cancelled,
    /// What became of tokens that the user wants money for.
    Redemption,
    /// An order for tokens ended, since nobody agreed to it or paid it in time.
    OrderExpired,
    /// A credit note.
    CreditNote,
}

impl MailKind {
    /// All kinds, in the order in which they are offered.
    pub const ALL: [Self; 15] = [
        Self::AddressConfirmation,
        Self::Welcome,
        Self::NewDevice,
        Self::TopUpCredited,
        Self::Invoice,
        Self::Overdue,
        Self::GiftReceived,
        Self::Sold,
        Self::Bought,
        Self::Delivered,
        Self::Released,
        Self::Cancelled,
        Self::Redemption,
        Self::OrderExpired,
        Self::CreditNote,
    ];

    /// The kind's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::AddressConfirmation => 1,
            Self::Welcome => 2,
            Self::NewDevice => 3,
            Self::TopUpCredited => 4,
            Self::Invoice => 5,
            Self::Overdue => 6,
            Self::GiftReceived => 7,
            Self::Sold => 8,
            Self::Bought => 9,
            Self::Delivered => 10,
            Self::Released => 11,
            Self::Cancelled => 12,
            Self::Redemption => 13,
            Self::OrderExpired => 14,
            Self::CreditNote => 15,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The kind's name in forms and links.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddressConfirmation => "address-confirmation",
            Self::Welcome => "welcome",
            Self::NewDevice => "new-device",
            Self::TopUpCredited => "top-up-credited",
            Self::Invoice => "invoice",
            Self::Overdue => "overdue",
            Self::GiftReceived => "gift-received",
            Self::Sold => "sold",
            Self::Bought => "bought",
            Self::Delivered => "delivered",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
            Self::Redemption => "redemption",
            Self::OrderExpired => "order-expired",
            Self::CreditNote => "credit-note",
        }
    }

    /// The kind with that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its user may say that they do not want it. What was asked for
    /// a moment ago, once, cannot be stopped.
    #[must_use]
    pub const fn can_be_stopped(self) -> bool {
        match self {
            Self::AddressConfirmation | Self::Welcome => false,
            Self::NewDevice
            | Self::TopUpCredited
            | Self::Invoice
            | Self::Overdue
            | Self::GiftReceived
            | Self::Sold
            | Self::Bought
            | Self::Delivered
            | Self::Released
            | Self::Cancelled
            | Self::Redemption
            | Self::OrderExpired
            | Self::CreditNote => true,
        }
    }
}

/// Where letters go. It never shows itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(String);

impl MailAddress {
    /// Parses an address: the plain form of RFC 5321 without quotes, in
    /// ASCII, with a name of a domain behind the at sign.
    ///
    /// # Errors
    /// `InvalidInput` on `address`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let is_good = text.len() <= 254
            && text.split_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
        match is_good {
            true => Ok(Self(text.to_owned())),
            false => {
                Err(Refusal::invalid("address", "this is no mail address: it looks like wren@example.org"))
            }
        }
    }

    /// The address itself, only for writing on the envelope and for its
    /// owner's eyes.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MailAddress(…)")
    }
}

fn is_local(text: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    text.len() <= 64 && text.split('.').all(|part| !part.is_empty() && part.bytes().all(fine))
}

fn is_domain(text: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(fine)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && text.split('.').all(is_label) && last.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// How long a confirmation code is good.
pub const CODE_LASTS: Seconds = Seconds::days(1);

/// How often a code may be typed wrong before it is worth nothing.
pub const CODE_TRIES_MAX: u16 = 10;

/// Letters with codes that one user may have sent in a day, so that nobody
/// fills a stranger's mailbox from here.
pub const CODES_A_DAY_MAX: u32 = 5;

/// A letter that somebody has taken to deliver is left to them for so long;
/// if nothing is heard by then, it is delivered again.
pub const LETTER_LEASE: Seconds = Seconds::new(300);

/// The waits after the first, second, … attempt that failed. After the last
/// the letter is dead until the vendor's staff tries it again.
const WAITS: [Seconds; 8] = [
    Seconds::new(60),
    Seconds::new(5 * 60),
    Seconds::new(20 * 60),
    Seconds::new(3_600),
    Seconds::new(3 * 3_600),
    Seconds::new(8 * 3_600),
    Seconds::new(24 * 3_600),
    Seconds::new(24 * 3_600),
];

/// Why an attempt to deliver failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It may go well later: the server was away, busy or would not encrypt.
    ForNow,
    /// It will never go well: there is no such mailbox.
    ForGood,
}

/// How long a letter waits after `attempts` failed attempts, of which the
/// last failed for that reason; nothing if it is dead.
#[must_use]
pub fn wait_after(attempts: u16, why: Undelivered) -> Option<Seconds> {
    match why {
        Undelivered::ForNow => WAITS.get(usize::from(attempts).checked_sub(1)?).copied(),
        Undelivered::ForGood => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_are_told_apart() {
        let numbers: BTreeSet<i16> = MailKind::ALL.iter().map(|kind| kind.number()).collect();
        assert_eq!(numbers.len(), MailKind::ALL.len());
        for kind in MailKind::ALL {
            assert_eq!(MailKind::from_number(kind.number()), Some(kind));
            assert_eq!(MailKind::named(kind.name()), Some(kind));
        }
        assert_eq!((MailKind::from_number(0), MailKind::named("")), (None, None));
    }

    #[test]
    fn addresses() {
        let long = format!("{}@example.org", "a".repeat(65));
        let table = [
            (" wren@example.org ", true),
            ("w.r+e_n@mail.example.co", true),
            ("o'wren@xn--bcher-kva.example", true),
            ("", false),
            ("wren", false),
            ("wren@", false),
            ("@example.org", false),
            ("wren@localhost", false),
            ("wren@127.0.0.1", false),
            ("wren@[127.0.0.1]", false),
            ("wr en@example.org", false),
            ("wren@example.org\r\nBcc: all@example.org", false),
            ("wren@example.org, lark@example.org", false),
            ("\"wren\"@example.org", false),
            ("wren@@example.org", false),
            (".wren@example.org", false),
            ("wren@-example.org", false),
            ("<wren@example.org>", false),
            (long.as_str(), false),
        ];
        for (typed, is_good) in table {
            assert_eq!(MailAddress::parse(typed).is_ok(), is_good, "{typed:?}");
        }
        let address = MailAddress::parse("wren@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "MailAddress(…)");
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = (1..).map_while(|attempts| wait_after(attempts, Undelivered::ForNow)).collect();
        assert_eq!(waits.len(), 8);
        assert!(waits.is_sorted());
        assert_eq!(wait_after(0, Undelivered::ForNow), None);
        assert_eq!(wait_after(1, Undelivered::ForGood), None);
    }
}
