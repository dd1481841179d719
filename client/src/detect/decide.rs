//! What to do about what is there: one table, no I/O.

use semver::Version;

use super::{Found, State};

/// How the versions stand: what the licence covers, and what the release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Whether the licence covers the version that is there.
    pub is_present_covered: bool,
    /// Whether the version that is there is older than the release.
    pub is_present_older: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Get a code, download and install.
    Install,
    /// Get a code; nothing is downloaded.
    CodeOnly,
    /// Ask whether to update or keep what is there; a code either way.
    AskToUpdate,
    /// Say that the licence does not cover what is there, and offer the
    /// version that it does beside it; nothing is asked for before.
    OfferCovered,
    /// Offer to download again into a fresh folder.
    OfferRepair,
}

/// How the version that is there stands to a release and a licence.
impl Covered {
    /// Compares.
    #[must_use]
    pub fn of(present: Option<&Version>, release: &Version, covers: impl FnOnce(&Version) -> bool) -> Self {
        // A copy of which no version is known is taken as it is.
        Self {
            is_present_covered: present.is_none_or(covers),
            is_present_older: present.is_some_and(|present| present < release),
        }
    }
}

/// Decides.
#[must_use]
pub const fn decide(state: &State, covered: Covered) -> Action {
    match state {
        State::Absent => Action::Install,
        State::Broken | State::Modified(_) => Action::OfferRepair,
        State::Present(_, _) if !covered.is_present_covered && covered.is_present_older => {
            Action::AskToUpdate
        }
        State::Present(_, _) if !covered.is_present_covered => Action::OfferCovered,
        // What is not ours is never updated by us.
        State::Present(Found::Rule, _) => Action::CodeOnly,
        State::Present(Found::Receipt, _) if covered.is_present_older => Action::AskToUpdate,
        State::Present(Found::Receipt, _) => Action::CodeOnly,
    }
}
