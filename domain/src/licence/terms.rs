//! What the vendor has set for software.

use crate::time::Seconds;

/// Under which terms software is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftwareTerms {
    /// How long a rented program runs without asking the store.
    pub offline: Seconds,
    /// How long a purchase is only good for codes that end: who may yet get
    /// the tokens back gets none that holds for ever.
    pub refund: Seconds,
}

impl Default for SoftwareTerms {
    fn default() -> Self {
        Self { offline: Seconds::days(14), refund: Seconds::days(14) }
    }
}
