//! What is signed, field by field, as the client reads it. The client's own
//! types stand in another room; a test holds the two against each other.

use domain::licence::meter::MeterCode;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::licences::{Authorization, Revocations};

use super::sealed::Kind;

/// What a key may sign; nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Authorization codes.
    Authz,
    /// What time it is.
    Time,
    /// What was taken back.
    Revocation,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Authz, Self::Time, Self::Revocation];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authz => "codes",
            Self::Time => "time",
            Self::Revocation => "revocations",
        }
    }
}

/// A signed message with the certificate of its key.
#[derive(Clone, Debug, Serialize)]
pub struct Bundle {
    /// The message.
    pub code: String,
    /// Certificates, signed by the root.
    pub keys: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct KeyClaim {
    pub(super) key: String,
    pub(super) role: Role,
    pub(super) nbf: i64,
    pub(super) exp: i64,
}

#[derive(Serialize)]
pub(super) struct KeySetClaims<'a> {
    pub(super) v: u8,
    pub(super) typ: &'a str,
    pub(super) iss: &'a str,
    pub(super) ver: u64,
    pub(super) iat: i64,
    pub(super) keys: Vec<KeyClaim>,
}

#[derive(Serialize)]
pub(super) struct CertificateClaims<'a> {
    pub(super) v: u8,
    pub(super) typ: &'a str,
    pub(super) iss: &'a str,
    pub(super) set: u64,
    pub(super) key: &'a KeyClaim,
}

/// A new root for an old one, signed by both.
#[derive(Serialize)]
pub(super) struct RootClaims<'a> {
    pub(super) v: u8,
    pub(super) typ: &'a str,
    pub(super) iss: &'a str,
    pub(super) old: &'a str,
    pub(super) key: &'a str,
    pub(super) iat: i64,
}

#[derive(Serialize)]
pub(super) struct TimeClaims<'a> {
    pub(super) v: u8,
    pub(super) typ: &'a str,
    pub(super) iss: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: i64,
}

#[derive(Serialize)]
pub(super) struct LeaseClaim {
    code: String,
    lease: String,
    units: u32,
    settle_by: i64,
}

#[derive(Serialize)]
pub(super) struct CodeClaims<'a> {
    v: u8,
    typ: &'a str,
    iss: &'a str,
    jti: String,
    ent: String,
    #[serde(rename = "gen")]
    generation: u32,
    prod: &'a str,
    #[serde(rename = "pub")]
    publisher: &'a str,
    basis: &'a str,
    dev: &'a str,
    iat: i64,
    nbf: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rent_end: Option<i64>,
    ver: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counted: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    meters: Vec<LeaseClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<i64>,
}

/// A code; whatever has an end has it no later than its key, whose time is
/// over at `end`.
pub(super) fn code<'a>(store: &'a str, says: &'a Authorization, end: Timestamp) -> CodeClaims<'a> {
    let meters = says.leases.iter().map(|lease| LeaseClaim {
        code: lease.meter.as_str().to_owned(),
        lease: lease.name.as_str().to_owned(),
        units: lease.units,
        settle_by: lease.settle_by.millis(),
    });
    CodeClaims {
        v: 1,
        typ: Kind::Code.name(),
        iss: store,
        jti: says.id.to_string(),
        ent: says.licence.to_string(),
        generation: says.generation,
        prod: &says.product,
        publisher: &says.publisher,
        basis: if says.is_owned { "purchase" } else { "rental" },
        dev: &says.device,
        iat: says.at.millis(),
        nbf: says.starts.millis(),
        exp: says.expires.map(|exp| exp.min(end).millis()),
        rent_end: says.ends.map(Timestamp::millis),
        ver: &says.versions,
        counted: says.counted.iter().map(MeterCode::as_str).collect(),
        meters: meters.collect(),
        off: says.refresh_after.map(Timestamp::millis),
    }
}

#[derive(Serialize)]
pub(super) struct RevokedClaim {
    ent: String,
    #[serde(rename = "gen")]
    generation: u32,
}

#[derive(Serialize)]
pub(super) struct RevocationClaims<'a> {
    v: u8,
    typ: &'a str,
    iss: &'a str,
    ver: u64,
    iat: i64,
    next: i64,
    revoked: Vec<RevokedClaim>,
}

/// The list of what was taken back.
pub(super) fn revoked<'a>(store: &'a str, list: &Revocations) -> RevocationClaims<'a> {
    let entry = |(licence, generation): &(domain::id::LicenceId, u32)| RevokedClaim {
        ent: licence.to_string(),
        generation: *generation,
    };
    RevocationClaims {
        v: 1,
        typ: Kind::Revocations.name(),
        iss: store,
        ver: list.version,
        iat: list.at.millis(),
        next: list.next.millis(),
        revoked: list.entries.iter().map(entry).collect(),
    }
}
