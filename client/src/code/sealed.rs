//! Signed messages: PASETO v4.public with a key's name in the footer.
//!
//! The implicit assertion `STORE/KIND/v1` is signed along without being sent,
//! so that a message of one kind, or of another store, is never taken for
//! another. Reading is strict: one header, canonical text, one footer, each
//! field once, none unknown.

use pasetors::Public;
use pasetors::keys::{AsymmetricPublicKey, AsymmetricSecretKey};
use pasetors::paserk::{FormatAsPaserk, Id};
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::verdict::{Denied, Verdict};

/// The most bytes of a signed message of the vendor: far more than any needs,
/// far less than would keep a computer busy.
pub const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// What a signed message is about. Each has its own implicit assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An authorization code.
    Code,
    /// The keys of a store that hold now.
    KeySet,
    /// One key, vouched for.
    Certificate,
    /// A new root for an old one.
    Root,
    /// Codes that were taken back.
    Revocations,
    /// What time it is at the server.
    Time,
    /// That a request comes from a device.
    Proof,
    /// What a publisher says about a release.
    Release,
}

impl Kind {
    /// Its name: in the field `typ` and in the implicit assertion.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "authz",
            Self::KeySet => "keys",
            Self::Certificate => "cert",
            Self::Root => "root",
            Self::Revocations => "revoked",
            Self::Time => "time",
            Self::Proof => "proof",
            Self::Release => "release",
        }
    }

    fn assertion(self, store: &str) -> String {
        format!("{store}/{}/v1", self.name())
    }
}

/// A key that signatures are checked with.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: AsymmetricPublicKey<V4>,
    kid: String,
}

impl PublicKey {
    /// Reads a key in its PASERK text, `k4.public.…`.
    ///
    /// # Errors
    /// If it is no such text.
    pub fn parse(text: &str) -> Result<Self, Denied> {
        let key = AsymmetricPublicKey::<V4>::try_from(text);
        key.map(Self::from_key).map_err(|_| Denied::forged("a key is not one"))
    }

    pub(crate) fn from_key(key: AsymmetricPublicKey<V4>) -> Self {
        let kid = text_of(&Id::from(&key));
        Self { key, kid }
    }

    /// The key's name, `k4.pid.…`, which follows from the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key in its PASERK text.
    #[must_use]
    pub fn text(&self) -> String {
        text_of(&self.key)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for PublicKey {}

/// PASERK's text of a key or a name.
pub(crate) fn text_of(it: &impl FormatAsPaserk) -> String {
    let mut text = String::new();
    // Writing into a text does not fail.
    let _written = it.fmt(&mut text);
    text
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    kid: String,
}

/// A message in its form, with nobody's word for it yet.
#[derive(Debug)]
pub struct Unproven {
    token: UntrustedToken<Public, V4>,
    kid: String,
}

impl Unproven {
    /// Reads the form of a signed message of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID` if it is no `v4.public` message with a footer that
    /// names one key.
    pub fn parse(text: &str, bytes_max: usize) -> Result<Self, Denied> {
        if text.len() > bytes_max {
            return Err(Denied::forged("it is longer than any is"));
        }
        let form = |_| Denied::forged("it is no signed message of version 4");
        let token = UntrustedToken::<Public, V4>::try_from(text).map_err(form)?;
        let footer: Footer = serde_json::from_slice(token.untrusted_footer())
            .map_err(|_| Denied::forged("it names no key"))?;
        Ok(Self { token, kid: footer.kid })
    }

    /// The name of the key that is said to have signed it.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Checks the signature and reads what it says.
    ///
    /// # Errors
    /// `KEY_UNKNOWN` if it names another key, `SIGNATURE_INVALID` if the
    /// signature is not that key's under this message, or it does not say what
    /// such a message says.
    pub fn prove<T: DeserializeOwned>(&self, key: &PublicKey, store: &str, kind: Kind) -> Result<T, Denied> {
        if self.kid != key.kid() {
            return Err(Denied::new(Verdict::KeyUnknown, "it is signed by another key"));
        }
        let assertion = kind.assertion(store);
        let proven = PublicToken::verify(&key.key, &self.token, None, Some(assertion.as_bytes()))
            .map_err(|_| Denied::forged("the signature does not fit"))?;
        serde_json::from_str(proven.payload()).map_err(|_| Denied::forged("it does not say what it should"))
    }
}

/// Reads and checks in one go, where the key is known before.
///
/// # Errors
/// As [`Unproven::parse`] and [`Unproven::prove`].
pub fn open<T: DeserializeOwned>(text: &str, key: &PublicKey, store: &str, kind: Kind) -> Result<T, Denied> {
    Unproven::parse(text, TOKEN_BYTES_MAX)?.prove(key, store, kind)
}

/// Signs a message.
///
/// # Errors
/// If it cannot be written as JSON, or the key is none.
pub(crate) fn sign<T: Serialize>(
    secret: &AsymmetricSecretKey<V4>,
    kid: &str,
    store: &str,
    kind: Kind,
    says: &T,
) -> Result<String, std::io::Error> {
    let payload = serde_json::to_vec(says)?;
    let footer = serde_json::to_vec(&Footer { kid: kid.to_owned() })?;
    let assertion = kind.assertion(store);
    PublicToken::sign(secret, &payload, Some(&footer), Some(assertion.as_bytes()))
        .map_err(|_| std::io::Error::other("the key does not sign"))
}
