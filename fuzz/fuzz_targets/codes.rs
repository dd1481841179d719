//! Authorization codes and their bundles: nothing is believed that was not
//! signed, and nothing that was signed oddly makes the reader fall.
#![no_main]

use client::code::sealed::{Kind, TOKEN_BYTES_MAX, Unproven};
use client::code::{Ask, Bundle, PublicKey, Reading};
use farthing_fuzz::{VENDOR, at, bent, rental};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((way, data)) = data.split_first() else { return };
    match way.wrapping_sub(b'0') % 5 {
        0 => foreign(&String::from_utf8_lossy(data)),
        1 => changed(data),
        2 => signed(Kind::Code, data),
        3 => {
            let token = VENDOR.authz.sign_bytes(Kind::Proof, data);
            let bundle = token.map(|code| Bundle { code, ..VENDOR.good.clone() });
            assert!(bundle.is_none_or(|bundle| VENDOR.trust().read(&bundle, at(0)).is_err()));
        }
        _ => footer(data),
    }
});

/// Any text: it is signed by nobody.
fn foreign(text: &str) {
    let _key = PublicKey::parse(text);
    let _form = Unproven::parse(text, TOKEN_BYTES_MAX);
    let _list = Bundle::parse_list(text);
    if let Ok(bundle) = Bundle::parse(text) {
        assert!(VENDOR.trust().read(&bundle, at(0)).is_err(), "nobody signed it");
        let known = Bundle { keys: vec![VENDOR.certificate.clone()], ..bundle };
        assert!(VENDOR.trust().read(&known, at(0)).is_err(), "nobody signed it");
    }
}

/// A good bundle with bytes put in: it says what was signed, or nothing.
fn changed(data: &[u8]) {
    let good = serde_json::to_vec(&VENDOR.good).expect("it can be written");
    let text = String::from_utf8_lossy(&bent(&good, data)).into_owned();
    if let Ok(bundle) = Bundle::parse(&text)
        && let Ok(code) = VENDOR.trust().read(&bundle, at(0))
    {
        assert_eq!(code.claims(), &rental());
    }
}

/// What the vendor signed, whatever it is: what holds, holds by the one rule
/// of time.
fn signed(kind: Kind, data: &[u8]) {
    let Some(code) = VENDOR.authz.sign_bytes(kind, data) else { return };
    let bundle = Bundle { code, ..VENDOR.good.clone() };
    let Ok(code) = VENDOR.trust().read(&bundle, at(0)) else { return };
    let claims = code.claims();
    let again = serde_json::to_vec(claims).expect("what was read can be written");
    assert_eq!(serde_json::from_slice(&again).ok().as_ref(), Some(claims));
    let version = semver::Version::new(1, 2, 3);
    let ends = claims.exp.into_iter().flat_map(|end| [end.plus_millis(-1), end, end.plus_millis(1)]);
    for now in [at(0), claims.nbf, claims.nbf.plus_millis(-1)].into_iter().chain(ends) {
        let clock = Reading { now, is_set_back: false };
        let ask = Ask { product: &claims.prod, version: &version, device: &claims.dev, clock };
        if code.check(&ask).is_ok() {
            assert!(claims.nbf <= now && claims.exp.is_none_or(|end| now < end));
            assert!(claims.covers(&version));
        }
        let _due = code.is_due(now);
    }
    for lease in &claims.meters {
        assert!(code.lease(&lease.code).is_some_and(|found| found.units > 0));
    }
    let _feature = code.check_feature("layers");
}

/// A good code under any footer.
fn footer(data: &[u8]) {
    let payload = serde_json::to_vec(&rental()).expect("it can be written");
    let Some(code) = VENDOR.authz.sign_raw(Kind::Code, &payload, data) else { return };
    let bundle = Bundle { code, ..VENDOR.good.clone() };
    if let Ok(code) = VENDOR.trust().read(&bundle, at(0)) {
        assert_eq!(code.claims(), &rental());
    }
}
