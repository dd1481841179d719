//! Authorization codes: the vendor's word that a program may run on a device.
//!
//! A *bundle* is a code with the certificates of the key that signed it, so
//! that a device that knows nothing but the vendor's root can check it.
//! Phases: read the form, find the key, check the signature, read what it
//! says ([`Trust::read`]), then ask whether it holds here and now
//! ([`Code::check`]). Nothing here asks a clock.

pub mod claims;
pub mod keys;
pub mod revoked;
pub mod sealed;
mod trust;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::time::{Moment, Term};
use crate::verdict::{Denied, Verdict};
use claims::{Basis, Claims, LeaseClaim};
pub use sealed::{Kind, PublicKey};
pub use trust::{Kept, RootClaims, Trust};

/// The most bytes of a bundle.
pub const BUNDLE_BYTES_MAX: usize = 64 * 1024;

/// The most certificates of a bundle.
const CERTIFICATES_MAX: usize = 4;

/// A code with what is needed to check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The code.
    pub code: String,
    /// Certificates of keys, signed by the root.
    #[serde(default)]
    pub keys: Vec<String>,
}

impl Bundle {
    /// Reads a bundle's JSON.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID` if it is none.
    pub fn parse(text: &str) -> Result<Self, Denied> {
        Self::parse_within(text, BUNDLE_BYTES_MAX)
    }

    /// Reads the JSON of a bundle whose code is a list of codes taken back.
    ///
    /// # Errors
    /// As [`Bundle::parse`].
    pub fn parse_list(text: &str) -> Result<Self, Denied> {
        Self::parse_within(text, revoked::LIST_BYTES_MAX + BUNDLE_BYTES_MAX)
    }

    fn parse_within(text: &str, bytes_max: usize) -> Result<Self, Denied> {
        if text.len() > bytes_max {
            return Err(Denied::forged("it is longer than any is"));
        }
        let bundle: Self = serde_json::from_str(text).map_err(|_| Denied::forged("it is no bundle"))?;
        match bundle.keys.len() > CERTIFICATES_MAX {
            true => Err(Denied::forged("it has too many certificates")),
            false => Ok(bundle),
        }
    }
}

/// The time as far as it can be believed; see [`crate::clock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The time to go by.
    pub now: Moment,
    /// Whether the wall clock was set back behind what is known to have been.
    pub is_set_back: bool,
}

/// Who asks to run.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The program.
    pub product: &'a str,
    /// Its version.
    pub version: &'a Version,
    /// The device's key, by its name.
    pub device: &'a str,
    /// The time.
    pub clock: Reading,
}

/// A code that the vendor signed, whether it holds here and now or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    claims: Claims,
    is_taken_back: bool,
}

impl Code {
    /// Whether the program may run. Precedence: another product, another
    /// device, taken back, clock set back (rentals only), not begun, over,
    /// to be renewed, version not covered.
    ///
    /// # Errors
    /// The verdict, if it is a no.
    pub fn check(&self, ask: &Ask<'_>) -> Result<(), Denied> {
        let claims = &self.claims;
        if claims.prod != ask.product {
            return Err(Denied::new(Verdict::ProductMismatch, "the code is for another program"));
        }
        if claims.dev != ask.device {
            return Err(Denied::new(Verdict::DeviceMismatch, "the code is for another device"));
        }
        if self.is_taken_back {
            return Err(Denied::new(Verdict::Revoked, "the vendor took the code back"));
        }
        if ask.clock.is_set_back && claims.basis == Basis::Rental {
            return Err(Denied::new(Verdict::ClockRollback, "the clock was set back"));
        }
        self.check_time(ask.clock.now)?;
        match claims.covers(ask.version) {
            true => Ok(()),
            false => Err(Denied::new(Verdict::VersionNotCovered, "the licence is for other versions")),
        }
    }

    fn check_time(&self, now: Moment) -> Result<(), Denied> {
        let claims = &self.claims;
        let (paid, here) = (
            Term { starts: claims.nbf, ends: claims.rent_end },
            Term { starts: claims.nbf, ends: claims.exp },
        );
        if here.holds(now) {
            return Ok(());
        }
        if now < claims.nbf {
            return Err(Denied::new(Verdict::NotStarted, "its time has not come"));
        }
        // A rental without an end of its own ends with its code. What is
        // owned is never over: its code is renewed.
        let is_over = match claims.basis {
            Basis::Rental => claims.rent_end.is_none() || !paid.holds(now),
            Basis::Purchase => claims.rent_end.is_some() && !paid.holds(now),
        };
        match is_over {
            true => Err(Denied::new(Verdict::Expired, "its time is over")),
            false => Err(Denied::new(Verdict::RefreshRequired, "the code has to be renewed on-line")),
        }
    }

    /// Whether it covers a feature.
    ///
    /// # Errors
    /// `FEATURE_MISSING` if it does not.
    pub fn check_feature(&self, feature: &str) -> Result<(), Denied> {
        match self.claims.feat.iter().any(|covered| covered == feature) {
            true => Ok(()),
            false => Err(Denied::new(Verdict::FeatureMissing, "the licence does not cover this feature")),
        }
    }

    /// The units of a meter that it brings along.
    #[must_use]
    pub fn lease(&self, meter: &str) -> Option<&LeaseClaim> {
        self.claims.meters.iter().find(|lease| lease.code == meter)
    }

    /// Whether a newer one should be asked for, when there is a network.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.claims.off.is_some_and(|off| off <= now)
    }

    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }
}

#[cfg(test)]
mod tests;
