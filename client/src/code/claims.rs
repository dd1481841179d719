//! What an authorization code says, field by field. The names are those of the
//! wire: short, since each code is pasted, mailed and kept.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::time::Moment;
use crate::verdict::Denied;

/// The most features or meters of a code.
const LIST_MAX: usize = 64;

/// The most bytes of each text of a code.
const TEXT_BYTES_MAX: usize = 200;

/// The most units that one lease takes along.
pub const LEASE_UNITS_MAX: u32 = 1_000_000;

/// What a licence rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Owned.
    Purchase,
    /// Rented, by time or by a count.
    Rental,
}

/// Units of a meter taken along, to be spent without a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseClaim {
    /// The meter's code, such as `use` or `export-pdf`.
    pub code: String,
    /// The lease's name.
    pub lease: String,
    /// How many units.
    pub units: u32,
    /// The first moment at which they are no longer to be spent here.
    pub settle_by: Moment,
}

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Of the form: 1.
    pub v: u8,
    /// `authz`.
    pub typ: String,
    /// Which store issued it.
    pub iss: String,
    /// This code's own name.
    pub jti: String,
    /// The licence.
    pub ent: String,
    /// The licence's generation: raised whenever something was taken away.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// The product.
    pub prod: String,
    /// Its publisher.
    #[serde(rename = "pub")]
    pub publisher: String,
    /// Owned or rented.
    pub basis: Basis,
    /// The device's key, by its name.
    pub dev: String,
    /// When it was issued.
    pub iat: Moment,
    /// The first moment at which it holds.
    pub nbf: Moment,
    /// The first moment at which it no longer holds; nothing for what is owned
    /// for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<Moment>,
    /// The first moment after what was paid for; not before `exp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rent_end: Option<Moment>,
    /// Which versions it covers.
    pub ver: VersionReq,
    /// Which features it covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feat: Vec<String>,
    /// The meters that are counted at the store; none for what is owned, or
    /// rented by time alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<String>,
    /// What was taken along to be spent here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<LeaseClaim>,
    /// From when on the client should ask for a newer one, if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<Moment>,
}

impl Claims {
    /// Checks what the form of the fields does not.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID` for what no vendor would sign.
    pub(super) fn check(&self, store: &str) -> Result<(), Denied> {
        if self.v != 1 || self.typ != super::Kind::Code.name() || self.iss != store {
            return Err(Denied::forged("it is no code of this store"));
        }
        let texts = [&self.jti, &self.ent, &self.prod, &self.publisher, &self.dev];
        let leased = self.meters.iter().flat_map(|lease| [&lease.code, &lease.lease]);
        if texts.into_iter().chain(leased).chain(&self.feat).chain(&self.counted).any(|text| !is_name(text)) {
            return Err(Denied::forged("a name in it is empty, too long or odd"));
        }
        if [self.feat.len(), self.counted.len(), self.meters.len()].iter().any(|count| *count > LIST_MAX) {
            return Err(Denied::forged("it lists too much"));
        }
        if self.meters.iter().any(|lease| lease.units == 0 || lease.units > LEASE_UNITS_MAX) {
            return Err(Denied::forged("a lease in it has no sensible size"));
        }
        let is_without_end = self.exp.is_none() && self.rent_end.is_none();
        let is_ordered = self.exp.is_some_and(|exp| self.rent_end.is_none_or(|end| exp <= end));
        match self.basis {
            Basis::Purchase if is_without_end || is_ordered => Ok(()),
            Basis::Rental if is_ordered => Ok(()),
            Basis::Purchase | Basis::Rental => Err(Denied::forged("its ends do not fit")),
        }
    }

    /// Whether it covers that version. A version before its release counts as
    /// that release: who may run 2.0 may run 2.0-beta, and nobody else.
    #[must_use]
    pub fn covers(&self, version: &Version) -> bool {
        covers(&self.ver, version)
    }
}

/// Whether a range of versions covers one; see [`Claims::covers`].
#[must_use]
pub fn covers(range: &VersionReq, version: &Version) -> bool {
    range.matches(&Version::new(version.major, version.minor, version.patch))
}

/// Names in messages are short and printable; they become parts of file names.
fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=TEXT_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}
