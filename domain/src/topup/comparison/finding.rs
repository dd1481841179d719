//! What the staff says of something that did not agree: that somebody has
//! looked at it, and what came of that. Nothing else follows from it.

use std::fmt;

use uuid::Uuid;

use super::Day;
use crate::id::{TopUpId, UserId};
use crate::refusal::Refusal;
use crate::topup::Provider;

/// Which finding: with whom, on which day, and which top-up the provider
/// means. There is one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingName {
    /// With whom.
    pub provider: Provider,
    /// On which day.
    pub day: Day,
    /// Which top-up; it may be none of ours.
    pub top_up: TopUpId,
}

impl FindingName {
    /// The name that is written so; each has one spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (provider, rest) = text.split_once('.')?;
        let (day, top_up) = rest.split_once('.')?;
        let name = Self {
            provider: Provider::from_name(provider)?,
            day: Day::parse(day)?,
            top_up: TopUpId::new(Uuid::try_parse(top_up).ok()?),
        };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for FindingName {
    /// As `stripe.2026-11-23.0190…`, for addresses.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.provider.name(), self.day.text(), self.top_up.uuid().simple())
    }
}

/// A finding as far as it matters for who may mark it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose top-up it is, if it is one of ours.
    pub owner: Option<UserId>,
    /// Who has marked it.
    pub seen_by: Option<UserId>,
}

/// Decides whether somebody may mark a finding as seen. Precedence: not there,
/// one's own, marked before.
///
/// # Errors
/// In that precedence.
pub fn check_seeing(finding: Option<Finding>, by: UserId) -> Result<(), Refusal> {
    let finding = finding.ok_or(Refusal::missing("finding"))?;
    if finding.owner == Some(by) {
        return Err(Refusal::wrong_state("nobody judges a payment of their own"));
    }
    match finding.seen_by {
        Some(_) => Err(Refusal::wrong_state("somebody has marked it as seen already")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        let name = "stripe.2026-11-22.00000000000000000000000000000009";
        let found = FindingName::parse(name).unwrap();
        assert_eq!((found.provider, found.day.text()), (Provider::Stripe, "2026-11-22".to_owned()));
        assert_eq!((found.top_up.uuid().as_u128(), found.to_string().as_str()), (9, name));
        for other in [
            "",
            "x",
            "stripe.2026-11-22",
            "nobody.2026-11-22.00000000000000000000000000000009",
            "stripe.2026-13-22.00000000000000000000000000000009",
            "stripe.2026-11-22.00000000-0000-0000-0000-000000000009",
            "Stripe.2026-11-22.00000000000000000000000000000009",
            "stripe.2026-11-22.00000000000000000000000000000009.",
        ] {
            assert_eq!(FindingName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_finding_is_marked_once_and_not_by_whose_it_is() {
        let (me, other) = (UserId::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)));
        let finding = |owner, seen_by| Some(Finding { owner, seen_by });
        let wrong = "WRONG_STATE";
        let table = [
            (None, Some("NOT_FOUND")),
            (finding(Some(me), None), Some(wrong)),
            (finding(Some(me), Some(other)), Some(wrong)),
            (finding(Some(other), Some(other)), Some(wrong)),
            (finding(None, Some(me)), Some(wrong)),
            (finding(Some(other), None), None),
            (finding(None, None), None),
        ];
        for (finding, expected) in table {
            let code = check_seeing(finding, me).err().map(|refusal| refusal.code());
            assert_eq!(code, expected, "{finding:?}");
        }
        let both = check_seeing(finding(Some(me), Some(other)), me);
        assert_eq!(both, check_seeing(finding(Some(me), None), me), "one's own is said first");
    }
}
