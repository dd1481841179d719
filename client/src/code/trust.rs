//! What a device believes about a store: its root, the newest key set and the
//! newest list of codes taken back. Versions only go forward.

use serde::{Deserialize, Serialize};

use super::keys::{Certificate, Key, KeySet, Role};
use super::revoked::{ENTRIES_MAX, LIST_BYTES_MAX, RevocationClaims};
use super::sealed::{Kind, PublicKey, TOKEN_BYTES_MAX, Unproven, open};
use super::{Bundle, Claims, Code};
use crate::time::{Moment, Term};
use crate::verdict::{Denied, Verdict};

/// The most changes of the root that a device follows.
const ROOTS_MAX: usize = 32;

/// A new root for an old one. It is signed twice, by the old and by the new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootClaims {
    /// Of the form: 1.
    pub v: u8,
    /// `root`.
    pub typ: String,
    /// The store.
    pub iss: String,
    /// The old root, by its name.
    pub old: String,
    /// The new root in its PASERK text.
    pub key: String,
    /// When it was signed.
    pub iat: Moment,
}

/// Trust as it is kept on the disk: the signed messages themselves, which are
/// checked again when they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Changes of the root, oldest first, each signed by the old and the new.
    #[serde(default)]
    pub roots: Vec<[String; 2]>,
    /// The newest key set.
    #[serde(default)]
    pub keys: Option<String>,
    /// The newest list of codes taken back, with the certificates to it.
    #[serde(default)]
    pub revoked: Option<Bundle>,
}

/// What a device believes about a store.
#[derive(Clone, Debug)]
pub struct Trust {
    store: String,
    root: PublicKey,
    keys: Option<KeySet>,
    revoked: Option<RevocationClaims>,
    kept: Kept,
}

impl Trust {
    /// Trust in a root alone, as a program comes with it.
    #[must_use]
    pub fn new(store: &str, root: PublicKey) -> Self {
        Self { store: store.to_owned(), root, keys: None, revoked: None, kept: Kept::default() }
    }

    /// Trust as it was kept, every signature checked again. What was kept may
    /// begin at an older root than this one, as after an update of the
    /// program: then the changes are followed from here on. What another root
    /// vouched for is forgotten.
    ///
    /// # Errors
    /// If anything kept is not what was signed.
    pub fn open(store: &str, root: PublicKey, kept: Kept) -> Result<Self, Denied> {
        let mut trust = Self::new(store, root);
        trust.follow_roots(&kept.roots)?;
        // A program with an older root may share what is kept.
        trust.kept.roots = kept.roots;
        if let Some(keys) = &kept.keys {
            if Unproven::parse(keys, TOKEN_BYTES_MAX)?.kid() != trust.root.kid() {
                return Ok(trust);
            }
            trust.accept_keys(keys)?;
        }
        if let Some(revoked) = &kept.revoked {
            trust.accept_revoked(revoked)?;
        }
        Ok(trust)
    }

    /// What to keep on the disk.
    #[must_use]
    pub const fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The store that this is about.
    #[must_use]
    pub fn store(&self) -> &str {
        &self.store
    }

    /// The latest moment at which something believed here was signed: it
    /// cannot be earlier now.
    #[must_use]
    pub fn latest(&self) -> Option<Moment> {
        let keys = self.keys.as_ref().map(|keys| keys.issued);
        keys.max(self.revoked.as_ref().map(|list| list.iat))
    }

    /// Follows a change of the root. Versions start anew under the new one,
    /// so what the old one vouched for is forgotten.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID` or `KEY_UNKNOWN` unless both signed the same.
    pub fn accept_root(&mut self, by_old: &str, by_new: &str) -> Result<(), Denied> {
        if self.kept.roots.len() >= ROOTS_MAX {
            return Err(Denied::new(Verdict::KeyUnknown, "the root changed too often"));
        }
        let says: RootClaims = open(by_old, &self.root, &self.store, Kind::Root)?;
        if says.v != 1 || says.typ != Kind::Root.name() || says.iss != self.store {
            return Err(Denied::forged("it is no change of this store's root"));
        }
        let root = PublicKey::parse(&says.key)?;
        let repeated: RootClaims = open(by_new, &root, &self.store, Kind::Root)?;
        if repeated != says || says.old != self.root.kid() || root == self.root {
            return Err(Denied::forged("the old root and the new say different things"));
        }
        (self.root, self.keys, self.revoked) = (root, None, None);
        self.kept.roots.push([by_old.to_owned(), by_new.to_owned()]);
        (self.kept.keys, self.kept.revoked) = (None, None);
        Ok(())
    }

    /// Follows those of many changes of the root, oldest first, that lead on
    /// from the one known; how many they were.
    ///
    /// # Errors
    /// As [`Trust::accept_root`].
    pub fn follow_roots(&mut self, changes: &[[String; 2]]) -> Result<usize, Denied> {
        let mut followed = 0;
        for [by_old, by_new] in changes {
            let from = Unproven::parse(by_old, TOKEN_BYTES_MAX)?;
            if from.kid() == self.root.kid() {
                self.accept_root(by_old, by_new)?;
                followed += 1;
            }
        }
        Ok(followed)
    }

    /// Takes a key set, if it is not older than the one known.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID` or `KEY_UNKNOWN` if the root did not sign it,
    /// `STATE_FORKED` if it is older, or another one of the same number.
    pub fn accept_keys(&mut self, token: &str) -> Result<(), Denied> {
        let keys = KeySet::read(token, &self.root, &self.store)?;
        if let Some(known) = &self.keys {
            let is_same = self.kept.keys.as_deref() == Some(token);
            check_version(keys.version, known.version, is_same)?;
        }
        self.keys = Some(keys);
        self.kept.keys = Some(token.to_owned());
        Ok(())
    }

    /// Takes a list of codes taken back, if it is not older than the one
    /// known. The bundle's code is the list.
    ///
    /// # Errors
    /// As [`Trust::accept_keys`]; `KEY_EXPIRED` if its key did not hold when it
    /// was signed.
    pub fn accept_revoked(&mut self, list: &Bundle) -> Result<(), Denied> {
        let unproven = Unproven::parse(&list.code, LIST_BYTES_MAX)?;
        let key = self.key(unproven.kid(), Role::Revocation, &list.keys)?;
        let says: RevocationClaims = unproven.prove(&key.public, &self.store, Kind::Revocations)?;
        if says.v != 1 || says.typ != Kind::Revocations.name() || says.iss != self.store {
            return Err(Denied::forged("it is no list of this store"));
        }
        if says.revoked.len() > ENTRIES_MAX {
            return Err(Denied::forged("it lists too much"));
        }
        check_key_at(key.term, says.iat)?;
        if let Some(known) = &self.revoked {
            check_version(says.ver, known.ver, *known == says)?;
        }
        self.revoked = Some(says);
        self.kept.revoked = Some(list.clone());
        Ok(())
    }

    /// Whether a newer list of codes taken back should be asked for.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.revoked.as_ref().is_none_or(|list| list.next <= now)
    }

    /// Reads a code at `now`: that the vendor signed it, and what it says.
    /// Precedence: form, key, signature, the key's time, what it says.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID`, `KEY_UNKNOWN` or `KEY_EXPIRED`.
    pub fn read(&self, bundle: &Bundle, now: Moment) -> Result<Code, Denied> {
        let unproven = Unproven::parse(&bundle.code, TOKEN_BYTES_MAX)?;
        let key = self.key(unproven.kid(), Role::Authz, &bundle.keys)?;
        let claims: Claims = unproven.prove(&key.public, &self.store, Kind::Code)?;
        check_key_at(key.term, claims.iat)?;
        // What is owned for good outlives the key that said so; whatever has
        // an end has it before the end of its key.
        if claims.exp.is_some() && key.term.ends.is_some_and(|end| end <= now) {
            return Err(Denied::new(Verdict::KeyExpired, "the time of its key is over"));
        }
        claims.check(&self.store)?;
        let is_taken_back =
            self.revoked.as_ref().is_some_and(|list| list.takes_back(&claims.ent, claims.generation));
        Ok(Code { claims, is_taken_back })
    }

    /// Finds a key for a role: in the key set, or by a certificate that is
    /// newer than the set.
    pub(crate) fn key(&self, kid: &str, role: Role, certificates: &[String]) -> Result<Key, Denied> {
        let known = self.keys.as_ref().and_then(|keys| keys.key(kid)).cloned();
        let key = match known {
            Some(key) => key,
            None => self.certified(kid, certificates)?,
        };
        match key.role == role {
            true => Ok(key),
            false => Err(Denied::new(Verdict::KeyUnknown, "its key is for something else")),
        }
    }

    fn certified(&self, kid: &str, certificates: &[String]) -> Result<Key, Denied> {
        for token in certificates {
            let certificate = Certificate::read(token, &self.root, &self.store)?;
            if certificate.key.public.kid() != kid {
                continue;
            }
            return match self.keys.as_ref().is_some_and(|keys| certificate.set <= keys.version) {
                true => Err(Denied::new(Verdict::KeyUnknown, "its key was taken out of use")),
                false => Ok(certificate.key),
            };
        }
        Err(Denied::new(Verdict::KeyUnknown, "nobody vouches for its key"))
    }
}

fn check_version(version: u64, known: u64, is_same: bool) -> Result<(), Denied> {
    match version > known || (version == known && is_same) {
        true => Ok(()),
        false => Err(Denied::new(Verdict::StateForked, "it is older than what is known already")),
    }
}

fn check_key_at(term: Term, signed: Moment) -> Result<(), Denied> {
    match term.holds(signed) {
        true => Ok(()),
        false => Err(Denied::new(Verdict::KeyExpired, "its key did not hold when it was signed")),
    }
}
