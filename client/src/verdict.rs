//! The answer to "may this run?", with a stable code. The server's rules have
//! the same ones; neither imports the other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a program may run, and if not, why. Codes and exit codes are part
/// of the client's interface: they are never renamed or renumbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It may.
    Valid,
    /// There is no such licence.
    NotFound,
    /// Its time has not come.
    NotStarted,
    /// Its time is over.
    Expired,
    /// The vendor suspended it for now.
    Suspended,
    /// It was taken back.
    Revoked,
    /// Nothing is left on its meters.
    UsesExhausted,
    /// Nothing is left of the units taken along off-line.
    LeaseExhausted,
    /// The units taken along off-line had to be settled before now.
    LeaseExpired,
    /// The code has to be renewed on-line first.
    RefreshRequired,
    /// This device was never activated.
    DeviceNotActivated,
    /// As many devices as allowed are active.
    DeviceLimit,
    /// The code is for another device.
    DeviceMismatch,
    /// The code is for another program.
    ProductMismatch,
    /// The licence does not cover this version.
    VersionNotCovered,
    /// The licence does not cover this feature.
    FeatureMissing,
    /// The clock was set back.
    ClockRollback,
    /// The code is not what the vendor signed.
    SignatureInvalid,
    /// The code is signed by a key that nobody vouches for.
    KeyUnknown,
    /// The code is signed by a key whose time is over.
    KeyExpired,
    /// The state of this device was copied or set back.
    StateForked,
}

impl Verdict {
    /// All of them, in the order of their exit codes.
    pub const ALL: [Self; 21] = [
        Self::Valid,
        Self::NotFound,
        Self::NotStarted,
        Self::Expired,
        Self::Suspended,
        Self::Revoked,
        Self::UsesExhausted,
        Self::LeaseExhausted,
        Self::LeaseExpired,
        Self::RefreshRequired,
        Self::DeviceNotActivated,
        Self::DeviceLimit,
        Self::DeviceMismatch,
        Self::ProductMismatch,
        Self::VersionNotCovered,
        Self::FeatureMissing,
        Self::ClockRollback,
        Self::SignatureInvalid,
        Self::KeyUnknown,
        Self::KeyExpired,
        Self::StateForked,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::NotFound => "NOT_FOUND",
            Self::NotStarted => "NOT_STARTED",
            Self::Expired => "EXPIRED",
            Self::Suspended => "SUSPENDED",
            Self::Revoked => "REVOKED",
            Self::UsesExhausted => "USES_EXHAUSTED",
            Self::LeaseExhausted => "LEASE_EXHAUSTED",
            Self::LeaseExpired => "LEASE_EXPIRED",
            Self::RefreshRequired => "REFRESH_REQUIRED",
            Self::DeviceNotActivated => "DEVICE_NOT_ACTIVATED",
            Self::DeviceLimit => "DEVICE_LIMIT",
            Self::DeviceMismatch => "DEVICE_MISMATCH",
            Self::ProductMismatch => "PRODUCT_MISMATCH",
            Self::VersionNotCovered => "VERSION_NOT_COVERED",
            Self::FeatureMissing => "FEATURE_MISSING",
            Self::ClockRollback => "CLOCK_ROLLBACK",
            Self::SignatureInvalid => "SIGNATURE_INVALID",
            Self::KeyUnknown => "KEY_UNKNOWN",
            Self::KeyExpired => "KEY_EXPIRED",
            Self::StateForked => "STATE_FORKED",
        }
    }

    /// The number with which the client's command ends: 0 for yes, and from
    /// 20 on for the reasons why not; smaller ones are kept for other errors.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        let place = Self::ALL.iter().position(|verdict| *verdict == self).unwrap_or_default();
        match u8::try_from(place).unwrap_or_default() {
            0 => 0,
            place => place + 19,
        }
    }
}

/// A no: the verdict, and what it rests on, for who has to find out why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The verdict; never [`Verdict::Valid`].
    pub verdict: Verdict,
    /// What was wrong, as the end of "could not run, because".
    pub why: &'static str,
}

impl Denied {
    /// A no.
    #[must_use]
    pub const fn new(verdict: Verdict, why: &'static str) -> Self {
        Self { verdict, why }
    }

    /// A no because something is not what was signed.
    #[must_use]
    pub const fn forged(why: &'static str) -> Self {
        Self::new(Verdict::SignatureInvalid, why)
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.verdict.code(), self.why)
    }
}

impl std::error::Error for Denied {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_exit_codes_are_unique_and_stay() {
        let mut codes: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Verdict::ALL.len());
        for (verdict, exit) in [
            (Verdict::Valid, 0),
            (Verdict::NotFound, 20),
            (Verdict::Expired, 22),
            (Verdict::UsesExhausted, 25),
            (Verdict::StateForked, 39),
        ] {
            assert_eq!(verdict.exit_code(), exit);
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.code());
        }
    }
}
