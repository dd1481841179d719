//! Proofs: that a request comes from a device, by its own key.
//!
//! A device sends its public key (`Farthing-Device: k4.public.…`) and a
//! message signed by it (`Farthing-Proof: v4.public.…`), which repeats how and
//! where is asked, the SHA-256 of the body, and a nonce of this server. What
//! the device may do is another question: its activations answer that.

use axum::http::{HeaderMap, HeaderValue};
use domain::licence::device::DeviceKey;
use domain::time::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::Store;

use super::Keyring;
use super::nonce;
use super::sealed::{self, Kind};

/// The header with the device's public key.
pub const DEVICE: &str = "farthing-device";

/// The header with the proof.
pub const PROOF: &str = "farthing-proof";

/// The header of each answer to a proof: the nonce for the next one.
pub const NONCE: &str = "farthing-nonce";

/// The most bytes of a proof.
const BYTES_MAX: usize = 4_096;

/// What a proof says. `iat` is the device's own clock: nobody relies on it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofClaims {
    v: u8,
    typ: String,
    method: String,
    path: String,
    body: String,
    nonce: String,
    #[serde(rename = "iat")]
    _iat: i64,
}

/// How and where something is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `POST`.
    pub method: &'a str,
    /// The path, without what follows a question mark.
    pub path: &'a str,
    /// All that is sent.
    pub body: &'a [u8],
}

/// Why a proof is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotProven {
    /// One of the headers is missing or no text.
    Headers,
    /// The key is none, or did not sign this request.
    Signature,
    /// The nonce is not fresh: ask for another and sign again.
    Nonce,
}

/// Checks proofs.
#[derive(Debug)]
pub struct Gate {
    keys: std::sync::Arc<Keyring>,
}

impl Gate {
    /// A gate for requests to the store of these keys.
    #[must_use]
    pub const fn new(keys: std::sync::Arc<Keyring>) -> Self {
        Self { keys }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// The device that a request comes from, if it says that it comes from
    /// one.
    ///
    /// # Errors
    /// If it says so and does not prove it.
    pub fn check(
        &self,
        store: &Store,
        headers: &HeaderMap,
        asked: Asked<'_>,
    ) -> Result<Option<DeviceKey>, NotProven> {
        let text = |name| headers.get(name).map(HeaderValue::to_str);
        let (key, proof) = match (text(DEVICE), text(PROOF)) {
            (None, None) => return Ok(None),
            (Some(Ok(key)), Some(Ok(proof))) if proof.len() <= BYTES_MAX => (key, proof),
            _ => return Err(NotProven::Headers),
        };
        let (public, kid) = sealed::public(key).ok_or(NotProven::Signature)?;
        let says: ProofClaims =
            sealed::open(proof, &public, self.keys.store(), Kind::Proof).ok_or(NotProven::Signature)?;
        let body: String = Sha256::digest(asked.body).iter().map(|byte| format!("{byte:02x}")).collect();
        let is_this = says.v == 1
            && says.typ == Kind::Proof.name()
            && says.method == asked.method
            && says.path == asked.path
            && says.body == body;
        if !is_this {
            return Err(NotProven::Signature);
        }
        let now: Timestamp = store.world().now();
        match nonce::is_fresh(store.secret(), now, &says.nonce) {
            true => Ok(Some(DeviceKey::new(kid, key.to_owned()))),
            false => Err(NotProven::Nonce),
        }
    }
}

/// A nonce for the next proof.
#[must_use]
pub fn next_nonce(store: &Store) -> String {
    nonce::make(store.secret(), store.world().now(), store.world().random())
}
