//! Codes that were taken back: a signed, numbered list that comes with each
//! contact. Off-line, a code taken back ends no later than by itself.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// The most entries of a list. A licence leaves it when its last code is over.
pub(super) const ENTRIES_MAX: usize = 100_000;

/// The most bytes of a list.
pub(super) const LIST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A licence of which something was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokedClaim {
    /// The licence.
    pub ent: String,
    /// The first generation that holds again; codes of earlier ones do not.
    #[serde(rename = "gen")]
    pub generation: u32,
}

/// What the list says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationClaims {
    /// Of the form: 1.
    pub v: u8,
    /// `revoked`.
    pub typ: String,
    /// The store.
    pub iss: String,
    /// The list's number, which only grows.
    pub ver: u64,
    /// When it was signed.
    pub iat: Moment,
    /// When a newer one is to be expected.
    pub next: Moment,
    /// The licences.
    pub revoked: Vec<RevokedClaim>,
}

impl RevocationClaims {
    /// Whether the list takes back that generation of that licence.
    pub(super) fn takes_back(&self, licence: &str, generation: u32) -> bool {
        self.revoked.iter().any(|entry| entry.ent == licence && generation < entry.generation)
    }
}
