//! Which keys a store signs with: the set that its off-line root vouches for,
//! and certificates of single keys for who has only the root.

use serde::{Deserialize, Serialize};

use super::sealed::{Kind, PublicKey};
use crate::time::{Moment, Term, days};
use crate::verdict::Denied;

/// The longest that one key may sign, in days.
const KEY_DAYS_MAX: i64 = 90;

/// The most keys of a set.
const KEYS_MAX: usize = 64;

/// What a key may sign; nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Authorization codes.
    Authz,
    /// What time it is.
    Time,
    /// Codes taken back.
    Revocation,
}

/// One key, as the root describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyClaim {
    /// The key in its PASERK text; its name follows from it.
    pub key: String,
    /// What it may sign.
    pub role: Role,
    /// The first moment at which it signs.
    pub nbf: Moment,
    /// The first moment at which it no longer does.
    pub exp: Moment,
}

/// The keys of a store that hold, numbered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySetClaims {
    /// Of the form: 1.
    pub v: u8,
    /// `keys`.
    pub typ: String,
    /// The store.
    pub iss: String,
    /// The set's number, which only grows.
    pub ver: u64,
    /// When it was signed.
    pub iat: Moment,
    /// The keys.
    pub keys: Vec<KeyClaim>,
}

/// One key, vouched for by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateClaims {
    /// Of the form: 1.
    pub v: u8,
    /// `cert`.
    pub typ: String,
    /// The store.
    pub iss: String,
    /// The number of the first set with this key. Who knows that set or a
    /// later one goes by the set alone, so that a key that was taken out of it
    /// does not come back by its certificate.
    pub set: u64,
    /// The key.
    pub key: KeyClaim,
}

/// A key that somebody vouched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key itself.
    pub public: PublicKey,
    /// What it may sign.
    pub role: Role,
    /// When.
    pub term: Term,
}

impl Key {
    fn read(claim: &KeyClaim) -> Result<Self, Denied> {
        let length = claim.exp.millis_since(claim.nbf);
        if length <= 0 || length > days(KEY_DAYS_MAX) {
            return Err(Denied::forged("a key holds longer than keys may"));
        }
        let term = Term { starts: claim.nbf, ends: Some(claim.exp) };
        Ok(Self { public: PublicKey::parse(&claim.key)?, role: claim.role, term })
    }
}

/// The keys of a store, read and checked.
#[derive(Clone, Debug)]
pub(super) struct KeySet {
    pub(super) version: u64,
    pub(super) issued: Moment,
    keys: Vec<Key>,
}

impl KeySet {
    /// Reads what the root signed.
    pub(super) fn read(token: &str, root: &PublicKey, store: &str) -> Result<Self, Denied> {
        let claims: KeySetClaims = super::sealed::open(token, root, store, Kind::KeySet)?;
        if claims.v != 1 || claims.typ != Kind::KeySet.name() || claims.iss != store {
            return Err(Denied::forged("it is no key set of this store"));
        }
        if claims.keys.len() > KEYS_MAX {
            return Err(Denied::forged("it lists too many keys"));
        }
        let keys = claims.keys.iter().map(Key::read).collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<_> = keys.iter().map(|key| key.public.kid()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() != keys.len() {
            return Err(Denied::forged("it lists a key twice"));
        }
        Ok(Self { version: claims.ver, issued: claims.iat, keys })
    }

    pub(super) fn key(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.public.kid() == kid)
    }
}

/// A certificate, read and checked.
pub(super) struct Certificate {
    pub(super) set: u64,
    pub(super) key: Key,
}

impl Certificate {
    /// Reads what the root signed.
    pub(super) fn read(token: &str, root: &PublicKey, store: &str) -> Result<Self, Denied> {
        let claims: CertificateClaims = super::sealed::open(token, root, store, Kind::Certificate)?;
        if claims.v != 1 || claims.typ != Kind::Certificate.name() || claims.iss != store {
            return Err(Denied::forged("it is no certificate of this store"));
        }
        Ok(Self { set: claims.set, key: Key::read(&claims.key)? })
    }
}
