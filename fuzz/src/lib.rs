//! What the targets share: a vendor whose keys follow from numbers, so that a
//! finding is found again, and the texts that it signs.
//!
//! Whoever fuzzes behind a signature has to sign: each target hands what the
//! fuzzer made to a key of its own, and so reaches what only a vendor or a
//! publisher gone bad could send. The first byte of an input says which way it
//! is tried: a digit in the seeds.
#![deny(missing_docs)]

use std::path::PathBuf;
use std::sync::LazyLock;

use client::code::claims::{Basis, Claims, LeaseClaim};
use client::code::keys::{CertificateClaims, KeyClaim, KeySetClaims, Role};
use client::code::sealed::{Kind, PublicKey};
use client::code::{Bundle, Trust};
use client::time::{Moment, days};
use ed25519_compact::{KeyPair, Seed};
use pasetors::keys::AsymmetricSecretKey;
use pasetors::version4::{PublicToken, V4};
use serde::Serialize;

/// The store of all targets.
pub const STORE: &str = "shop.example";

/// So many milliseconds after the day of all targets began.
#[must_use]
pub const fn at(millis: i64) -> Moment {
    Moment::from_millis(1_795_392_000_000 + millis)
}

/// A key pair that follows from a number.
pub struct Pair {
    secret: AsymmetricSecretKey<V4>,
    /// The half that signatures are checked with.
    pub public: PublicKey,
}

impl Pair {
    /// The pair of that number.
    ///
    /// # Panics
    /// Never: each seed is a key.
    #[must_use]
    pub fn of(number: u8) -> Self {
        let pair = KeyPair::from_seed(Seed::new([number; 32]));
        let secret = AsymmetricSecretKey::from(pair.sk.as_slice()).expect("64 bytes are a key");
        let public = pasetors::keys::AsymmetricPublicKey::<V4>::from(pair.pk.as_slice());
        let mut text = String::new();
        let public = public.expect("32 bytes are a key");
        pasetors::paserk::FormatAsPaserk::fmt(&public, &mut text).expect("a text can be written");
        Self { secret, public: PublicKey::parse(&text).expect("it was written so") }
    }

    /// Signs bytes as a message of that kind, with a footer that names this
    /// key; nothing for what cannot be signed: no bytes at all.
    #[must_use]
    pub fn sign_bytes(&self, kind: Kind, payload: &[u8]) -> Option<String> {
        let footer = format!(r#"{{"kid":"{}"}}"#, self.public.kid());
        self.sign_raw(kind, payload, footer.as_bytes())
    }

    /// Signs bytes with any footer.
    #[must_use]
    pub fn sign_raw(&self, kind: Kind, payload: &[u8], footer: &[u8]) -> Option<String> {
        let assertion = format!("{STORE}/{}/v1", kind.name());
        PublicToken::sign(&self.secret, payload, Some(footer), Some(assertion.as_bytes())).ok()
    }

    /// Signs what is said.
    ///
    /// # Panics
    /// If it cannot be written as JSON.
    #[must_use]
    pub fn sign(&self, kind: Kind, says: &impl Serialize) -> String {
        let payload = serde_json::to_vec(says).expect("it can be written");
        self.sign_bytes(kind, &payload).expect("it is not empty")
    }

    /// What a root says of this key.
    #[must_use]
    pub fn claim(&self, role: Role) -> KeyClaim {
        KeyClaim { key: self.public.text(), role, nbf: at(-days(1)), exp: at(days(59)) }
    }
}

/// A vendor: its root, the next one, and a key a role.
pub struct Vendor {
    /// The root.
    pub root: Pair,
    /// A root that may take its place.
    pub next_root: Pair,
    /// Signs codes.
    pub authz: Pair,
    /// Signs lists of codes taken back.
    pub revocation: Pair,
    /// The certificate of the key that signs codes.
    pub certificate: String,
    /// The set of all keys.
    pub set: String,
    /// A code that was really made.
    pub good: Bundle,
}

/// The one vendor.
pub static VENDOR: LazyLock<Vendor> = LazyLock::new(Vendor::new);

impl Vendor {
    fn new() -> Self {
        let (root, next_root, authz, revocation) = (Pair::of(1), Pair::of(2), Pair::of(3), Pair::of(4));
        let (typ, iss) = ("cert".to_owned(), STORE.to_owned());
        let key = authz.claim(Role::Authz);
        let certificate = root.sign(Kind::Certificate, &CertificateClaims { v: 1, typ, iss, set: 1, key });
        let keys = vec![authz.claim(Role::Authz), revocation.claim(Role::Revocation)];
        let (typ, iss) = ("keys".to_owned(), STORE.to_owned());
        let set = root.sign(Kind::KeySet, &KeySetClaims { v: 1, typ, iss, ver: 1, iat: at(0), keys });
        let code = authz.sign(Kind::Code, &rental());
        let good = Bundle { code, keys: vec![certificate.clone()] };
        Self { root, next_root, authz, revocation, certificate, set, good }
    }

    /// A device that knows nothing but the root.
    #[must_use]
    pub fn trust(&self) -> Trust {
        Trust::new(STORE, self.root.public.clone())
    }
}

/// A rental of an hour with five uses taken along.
#[must_use]
pub fn rental() -> Claims {
    let (code, lease) = ("use".to_owned(), "lease-1".to_owned());
    Claims {
        v: 1,
        typ: "authz".to_owned(),
        iss: STORE.to_owned(),
        jti: "code-1".to_owned(),
        ent: "licence-1".to_owned(),
        generation: 3,
        prod: "inkwell".to_owned(),
        publisher: "ada".to_owned(),
        basis: Basis::Rental,
        dev: "k4.pid.device".to_owned(),
        iat: at(0),
        nbf: at(0),
        exp: Some(at(3_600_000)),
        rent_end: Some(at(3_600_000)),
        ver: semver::VersionReq::STAR,
        feat: vec!["layers".to_owned()],
        counted: vec![code.clone()],
        meters: vec![LeaseClaim { code, lease, units: 5, settle_by: at(1_800_000) }],
        off: Some(at(1_800_000)),
    }
}

/// Bends good bytes by what the fuzzer made: three of its bytes are one change,
/// the place in two and the new byte.
#[must_use]
pub fn bent(good: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for change in data.chunks_exact(3) {
        let place = usize::from(change[0]) << 8 | usize::from(change[1]);
        let length = bytes.len().max(1);
        match bytes.get_mut(place % length) {
            Some(byte) => *byte = change[2],
            None => bytes.push(change[2]),
        }
    }
    // What is left over cuts off the end.
    if let [cut, ..] = data.chunks_exact(3).remainder() {
        bytes.truncate(bytes.len().saturating_sub(usize::from(*cut)));
    }
    bytes
}

/// A folder that is gone afterwards; in memory where there is such a place,
/// for what is tried is thousands of files.
///
/// # Panics
/// If none can be made.
#[must_use]
pub fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let within = if memory.is_dir() { memory } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("farthing-fuzz-").tempdir_in(within).expect("a folder can be made")
}
