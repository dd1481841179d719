//! Signed messages: PASETO v4.public with the key's name in the footer, and
//! `STORE/KIND/v1` signed along without being sent.

use std::io;

use pasetors::Public;
use pasetors::keys::{AsymmetricKeyPair, AsymmetricPublicKey, AsymmetricSecretKey, Generate};
use pasetors::paserk::{FormatAsPaserk, Id};
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a signed message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An authorization code.
    Code,
    /// The keys of a store.
    KeySet,
    /// One key, vouched for.
    Certificate,
    /// A new root for an old one.
    Root,
    /// What was taken back.
    Revocations,
    /// What time it is.
    Time,
    /// That a request comes from a device.
    Proof,
}

impl Kind {
    /// Its name: in the field `typ` and in the implicit assertion.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Code => "authz",
            Self::KeySet => "keys",
            Self::Certificate => "cert",
            Self::Root => "root",
            Self::Revocations => "revoked",
            Self::Time => "time",
            Self::Proof => "proof",
        }
    }

    fn assertion(self, store: &str) -> String {
        format!("{store}/{}/v1", self.name())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    kid: String,
}

/// A key that signs.
pub(super) struct Pair {
    secret: AsymmetricSecretKey<V4>,
    public: AsymmetricPublicKey<V4>,
    kid: String,
}

fn bad(what: &'static str) -> impl Fn(pasetors::errors::Error) -> io::Error {
    move |_| io::Error::other(what)
}

impl Pair {
    /// A new key, drawn by the library: a key is a secret of the machine's
    /// own, and nothing that is decided follows from it.
    pub(super) fn generate() -> io::Result<Self> {
        let pair = AsymmetricKeyPair::<V4>::generate().map_err(bad("no key can be made"))?;
        Ok(Self { kid: kid_of(&pair.public), secret: pair.secret, public: pair.public })
    }

    /// The key of its PASERK text, `k4.secret.…`.
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        let secret = AsymmetricSecretKey::<V4>::try_from(text).map_err(bad("a key is none"))?;
        let public = AsymmetricPublicKey::<V4>::try_from(&secret).map_err(bad("a key is none"))?;
        Ok(Self { kid: kid_of(&public), secret, public })
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn secret_text(&self) -> String {
        text_of(&self.secret)
    }

    pub(super) fn public_text(&self) -> String {
        text_of(&self.public)
    }

    pub(super) fn sign_text(&self, store: &str, kind: Kind, payload: &[u8]) -> io::Result<String> {
        let footer = serde_json::to_vec(&Footer { kid: self.kid.clone() })?;
        let assertion = kind.assertion(store);
        PublicToken::sign(&self.secret, payload, Some(&footer), Some(assertion.as_bytes()))
            .map_err(bad("a key does not sign"))
    }
}

/// A public key in its PASERK text, and the name that follows from it;
/// nothing for any other text.
pub(super) fn public(text: &str) -> Option<(AsymmetricPublicKey<V4>, String)> {
    let key = AsymmetricPublicKey::<V4>::try_from(text).ok()?;
    // One spelling each, so that keys can be compared as texts.
    (text_of(&key) == text).then(|| {
        let kid = kid_of(&key);
        (key, kid)
    })
}

/// What a message says that this key signed for this store; nothing if it is
/// none.
pub(super) fn open<T: DeserializeOwned>(
    text: &str,
    key: &AsymmetricPublicKey<V4>,
    store: &str,
    kind: Kind,
) -> Option<T> {
    let token = UntrustedToken::<Public, V4>::try_from(text).ok()?;
    let footer: Footer = serde_json::from_slice(token.untrusted_footer()).ok()?;
    if footer.kid != kid_of(key) {
        return None;
    }
    let assertion = kind.assertion(store);
    let proven = PublicToken::verify(key, &token, None, Some(assertion.as_bytes())).ok()?;
    serde_json::from_str(proven.payload()).ok()
}

fn kid_of(key: &AsymmetricPublicKey<V4>) -> String {
    text_of(&Id::from(key))
}

fn text_of(it: &impl FormatAsPaserk) -> String {
    let mut text = String::new();
    // Writing into a text does not fail.
    let _written = it.fmt(&mut text);
    text
}
