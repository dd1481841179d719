//! A vendor for tests: real keys and real signatures, as the server makes
//! them.

use pasetors::keys::{AsymmetricKeyPair, Generate};
use pasetors::version4::V4;
use serde::Serialize;

use crate::code::claims::{Basis, Claims};
use crate::code::keys::{CertificateClaims, KeyClaim, KeySetClaims, Role};
use crate::code::sealed::{self, Kind, PublicKey};
use crate::code::{Bundle, Trust};
pub(crate) use crate::disk::sha256;
use crate::time::{Moment, days};

/// The store of all tests.
pub(crate) const STORE: &str = "shop.example";

/// 23 November 2026, in milliseconds.
pub(crate) const TODAY: i64 = 1_795_392_000_000;

/// So many milliseconds after the day of all tests began.
pub(crate) fn at(millis: i64) -> Moment {
    Moment::from_millis(TODAY + millis)
}

/// A key pair.
pub(crate) struct Pair {
    pair: AsymmetricKeyPair<V4>,
    pub(crate) public: PublicKey,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let pair = AsymmetricKeyPair::<V4>::generate().unwrap();
        let public = PublicKey::from_key(pair.public.clone());
        Self { pair, public }
    }

    pub(crate) fn sign(&self, kind: Kind, says: &impl Serialize) -> String {
        self.sign_for(STORE, kind, says)
    }

    pub(crate) fn sign_for(&self, store: &str, kind: Kind, says: &impl Serialize) -> String {
        sealed::sign(&self.pair.secret, self.public.kid(), store, kind, says).unwrap()
    }

    /// Signs any text, also such as no vendor would.
    pub(crate) fn sign_text(&self, kind: Kind, text: &str) -> String {
        let footer = format!(r#"{{"kid":"{}"}}"#, self.public.kid());
        self.sign_raw(kind, text, &footer)
    }

    pub(crate) fn sign_raw(&self, kind: Kind, text: &str, footer: &str) -> String {
        let assertion = format!("{STORE}/{}/v1", kind.name());
        let (text, footer, assertion) = (text.as_bytes(), footer.as_bytes(), assertion.as_bytes());
        pasetors::version4::PublicToken::sign(&self.pair.secret, text, Some(footer), Some(assertion)).unwrap()
    }

    /// What the root says of this key: it holds from yesterday for 60 days.
    pub(crate) fn claim(&self, role: Role) -> KeyClaim {
        KeyClaim { key: self.public.text(), role, nbf: at(-days(1)), exp: at(days(59)) }
    }
}

/// A vendor: an off-line root and a key for each role.
pub(crate) struct Vendor {
    pub(crate) root: Pair,
    pub(crate) authz: Pair,
    pub(crate) time: Pair,
    pub(crate) revocation: Pair,
}

impl Vendor {
    pub(crate) fn new() -> Self {
        Self { root: Pair::new(), authz: Pair::new(), time: Pair::new(), revocation: Pair::new() }
    }

    /// A device that knows nothing but the root.
    pub(crate) fn trust(&self) -> Trust {
        Trust::new(STORE, self.root.public.clone())
    }

    /// A certificate for a key, first listed in that set.
    pub(crate) fn certificate(&self, key: &KeyClaim, set: u64) -> String {
        let (v, typ, iss) = (1, "cert".to_owned(), STORE.to_owned());
        self.root.sign(Kind::Certificate, &CertificateClaims { v, typ, iss, set, key: key.clone() })
    }

    /// A set of these keys.
    pub(crate) fn key_set(&self, ver: u64, keys: &[KeyClaim]) -> String {
        let (v, typ, iss, keys) = (1, "keys".to_owned(), STORE.to_owned(), keys.to_vec());
        self.root.sign(Kind::KeySet, &KeySetClaims { v, typ, iss, ver, iat: at(0), keys })
    }

    /// The set of all its keys.
    pub(crate) fn full_set(&self, ver: u64) -> String {
        let keys = [
            self.authz.claim(Role::Authz),
            self.time.claim(Role::Time),
            self.revocation.claim(Role::Revocation),
        ];
        self.key_set(ver, &keys)
    }

    /// A signed code with the certificate of its key.
    pub(crate) fn bundle(&self, claims: &Claims) -> Bundle {
        let code = self.authz.sign(Kind::Code, claims);
        Bundle { code, keys: vec![self.certificate(&self.authz.claim(Role::Authz), 1)] }
    }
}

/// A rental of an hour.
pub(crate) fn rental() -> Claims {
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
        ver: "^1".parse().unwrap(),
        feat: vec!["layers".to_owned()],
        counted: vec!["use".to_owned()],
        meters: Vec::new(),
        off: Some(at(1_800_000)),
    }
}

/// A purchase whose refund window is over.
pub(crate) fn owned() -> Claims {
    Claims { basis: Basis::Purchase, exp: None, rent_end: None, counted: Vec::new(), ..rental() }
}
