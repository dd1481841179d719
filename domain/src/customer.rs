//! Accounts that the vendor's staff opens for somebody who phones, faxes or
//! writes, and the personal data that this person chose to leave.
//!
//! The data stands in a table of its own, apart from the ledger, and can be
//! erased without breaking the books. The account is handed over with a code
//! that works once; until then nobody can sign in.

use crate::id::UserId;
use crate::refusal::Refusal;
use crate::text::{CustomerName, PhoneNumber, PostalAddress};
use crate::time::Seconds;

/// How long a code to take over an account works.
pub const HANDOVER_LASTS: Seconds = Seconds::days(30);

/// What somebody left of themselves; all of it may be nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// What they are called.
    pub name: Option<CustomerName>,
    /// Where letters reach them.
    pub address: Option<PostalAddress>,
    /// Where they can be called.
    pub phone: Option<PhoneNumber>,
}

impl Customer {
    /// Parses what was typed; what is empty was not left.
    ///
    /// # Errors
    /// `InvalidInput` on the field that breaks a rule.
    pub fn parse(name: &str, address: &str, phone: &str) -> Result<Self, Refusal> {
        let filled = |text: &str| !text.trim().is_empty();
        Ok(Self {
            name: filled(name).then(|| CustomerName::parse(name)).transpose()?,
            address: filled(address).then(|| PostalAddress::parse(address)).transpose()?,
            phone: filled(phone).then(|| PhoneNumber::parse(phone)).transpose()?,
        })
    }

    /// Whether nothing was left.
    #[must_use]
    pub const fn is_nobody(&self) -> bool {
        self.name.is_none() && self.address.is_none() && self.phone.is_none()
    }
}

/// An account that is handed over later; the code comes as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// The hash of the code that takes it over.
    pub code_hash: [u8; 32],
    /// How long that works.
    pub lasts: Seconds,
    /// Which member of the staff opened it.
    pub by: UserId,
    /// What the user left.
    pub customer: Customer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_to_be_left() {
        assert!(Customer::parse("", " ", "\n").unwrap().is_nobody());
        let left = Customer::parse("Ada", "1 Mill Lane\nWrenfield", "").unwrap();
        assert!(!left.is_nobody() && left.phone.is_none());
        let long = "x".repeat(2_000);
        for (typed, field) in [
            ([long.as_str(), "", ""], "name"),
            (["", long.as_str(), ""], "address"),
            (["", "", "1\n2"], "phone"),
        ] {
            assert_eq!(Customer::parse(typed[0], typed[1], typed[2]).unwrap_err().field(), Some(field));
        }
    }
}
