//! Deciding whether the staff suspends a licence, or reinstates it.
//!
//! A suspended licence keeps all that was paid for, also its time: it goes on
//! where it would be by then. Codes that were handed out end with the list of
//! what was taken back, since its generation is raised.

use crate::licence::LicenceState;
use crate::refusal::Refusal;

/// What the staff wants of a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It shall not be used for now.
    Suspend,
    /// It may be used again.
    Reinstate,
}

/// The state that a licence gets. Precedence: taken back, there already.
///
/// # Errors
/// `WrongState`.
pub fn decide_suspension(state: LicenceState, wanted: Wish) -> Result<LicenceState, Refusal> {
    match (state, wanted) {
        (LicenceState::Revoked, _) => Err(Refusal::wrong_state("this licence was taken back")),
        (LicenceState::Suspended, Wish::Suspend) => {
            Err(Refusal::wrong_state("this licence is suspended already"))
        }
        (LicenceState::Active, Wish::Reinstate) => Err(Refusal::wrong_state("this licence is not suspended")),
        (LicenceState::Active, Wish::Suspend) => Ok(LicenceState::Suspended),
        (LicenceState::Suspended, Wish::Reinstate) => Ok(LicenceState::Active),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_suspended_and_reinstated_once() {
        use LicenceState::{Active, Revoked, Suspended};
        for (state, wanted, expected) in [
            (Active, Wish::Suspend, Some(Suspended)),
            (Active, Wish::Reinstate, None),
            (Suspended, Wish::Suspend, None),
            (Suspended, Wish::Reinstate, Some(Active)),
            (Revoked, Wish::Suspend, None),
            (Revoked, Wish::Reinstate, None),
        ] {
            assert_eq!(decide_suspension(state, wanted).ok(), expected, "{state:?} {wanted:?}");
        }
    }
}
