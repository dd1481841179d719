//! What is not what the vendor signed: every change of every sign, messages of
//! other kinds, stores and makes, and texts that are no codes at all.

use proptest::prelude::*;

use super::*;
use crate::code::keys::Role;
use crate::testing::{Pair, STORE};

fn why_not(vendor: &Vendor, code: &str) -> Verdict {
    let bundle = Bundle { code: code.to_owned(), ..vendor.bundle(&rental()) };
    vendor.trust().read(&bundle, at(0)).map_or_else(|denied| denied.verdict, |_| Verdict::Valid)
}

#[test]
fn no_changed_sign_is_accepted() {
    let vendor = Vendor::new();
    let good = vendor.bundle(&rental());
    let mut changes = 0;
    for place in 0..good.code.len() {
        for sign in [b'A', b'B', b'-', b'_', b'.', b'=', b' ', b'\n', 0x7f] {
            let mut signs = good.code.clone().into_bytes();
            if signs[place] == sign {
                continue;
            }
            signs[place] = sign;
            let changed = String::from_utf8(signs).unwrap();
            let verdict = why_not(&vendor, &changed);
            assert!(
                matches!(verdict, Verdict::SignatureInvalid | Verdict::KeyUnknown),
                "{place} {verdict:?}"
            );
            changes += 1;
        }
        let cut = good.code.get(..place).unwrap();
        assert_ne!(why_not(&vendor, cut), Verdict::Valid, "cut at {place}");
    }
    assert!(changes > 3_000, "{changes}");
    assert_eq!(why_not(&vendor, &good.code), Verdict::Valid);
}

#[test]
fn no_changed_certificate_is_accepted() {
    let vendor = Vendor::new();
    let good = vendor.bundle(&rental());
    let certificate = good.keys.first().unwrap();
    for place in 0..certificate.len() {
        let mut signs = certificate.clone().into_bytes();
        signs[place] = if signs[place] == b'A' { b'B' } else { b'A' };
        let keys = vec![String::from_utf8(signs).unwrap()];
        assert!(vendor.trust().read(&Bundle { keys, ..good.clone() }, at(0)).is_err(), "{place}");
    }
}

#[test]
fn another_key_in_the_footer() {
    let vendor = Vendor::new();
    let good = vendor.bundle(&rental()).code;
    let body = good.rsplit_once('.').unwrap().0;
    let footer = |code: &str| code.rsplit_once('.').unwrap().1.to_owned();
    // A key that holds too, and one that nobody knows.
    let other = Vendor { authz: Pair::new(), ..Vendor::new() };
    let stranger = format!("{body}.{}", footer(&other.bundle(&rental()).code));
    assert_eq!(why_not(&vendor, &stranger), Verdict::KeyUnknown);
    let mut trust = vendor.trust();
    trust
        .accept_keys(&vendor.key_set(1, &[vendor.authz.claim(Role::Authz), other.authz.claim(Role::Authz)]))
        .unwrap();
    let swapped = Bundle { code: stranger, keys: Vec::new() };
    assert_eq!(trust.read(&swapped, at(0)).unwrap_err().verdict, Verdict::SignatureInvalid);
    let without = Bundle { code: body.to_owned(), keys: Vec::new() };
    assert_eq!(trust.read(&without, at(0)).unwrap_err().verdict, Verdict::SignatureInvalid);
}

#[test]
fn messages_of_other_kinds_and_stores() {
    let vendor = Vendor::new();
    for kind in [Kind::KeySet, Kind::Certificate, Kind::Revocations, Kind::Time, Kind::Proof, Kind::Release] {
        let code = vendor.authz.sign(kind, &rental());
        assert_eq!(why_not(&vendor, &code), Verdict::SignatureInvalid, "{kind:?}");
        let claims = Claims { typ: kind.name().to_owned(), ..rental() };
        let code = vendor.authz.sign(Kind::Code, &claims);
        assert_eq!(why_not(&vendor, &code), Verdict::SignatureInvalid, "{kind:?}");
    }
    let elsewhere = vendor.authz.sign_for("other.example", Kind::Code, &rental());
    assert_eq!(why_not(&vendor, &elsewhere), Verdict::SignatureInvalid);
    let of_other = Claims { iss: "other.example".to_owned(), ..rental() };
    assert_eq!(why_not(&vendor, &vendor.authz.sign(Kind::Code, &of_other)), Verdict::SignatureInvalid);
    let by_root = Bundle { code: vendor.root.sign(Kind::Code, &rental()), ..vendor.bundle(&rental()) };
    assert_eq!(vendor.trust().read(&by_root, at(0)).unwrap_err().verdict, Verdict::KeyUnknown);
}

#[test]
fn texts_that_are_no_codes() {
    let vendor = Vendor::new();
    let good = vendor.bundle(&rental()).code;
    let long = "A".repeat(1_000_000);
    for text in [
        "",
        ".",
        "v4.public.",
        "v4.public..",
        "v4.public...",
        "eyJhbGciOiJub25lIn0.eyJwcm9kIjoiaW5rd2VsbCJ9.",
        &good.replace("v4.public", "v3.public"),
        &good.replace("v4.public", "v4.local"),
        &good.replace("v4.public", "V4.public"),
        &format!("{good}."),
        &format!("{good}="),
        &format!(" {good}"),
        &format!("{good}.e30"),
        &long,
        &format!("v4.public.{long}"),
        &format!("v4.public.{long}.{long}"),
    ] {
        let shown: String = text.chars().take(40).collect();
        assert_eq!(why_not(&vendor, text), Verdict::SignatureInvalid, "{shown}");
    }
    for text in ["", "{}", "null", r#"{"code":"a","code":"b"}"#, r#"{"code":"a","keys":[],"more":1}"#, &long]
    {
        assert_eq!(Bundle::parse(text).unwrap_err().verdict, Verdict::SignatureInvalid);
    }
    let certificates = vec!["x".to_owned(); 5];
    let text = serde_json::to_string(&Bundle { code: good, keys: certificates }).unwrap();
    assert!(Bundle::parse(&text).is_err());
}

#[test]
fn signed_texts_that_no_vendor_would_sign() {
    let vendor = Vendor::new();
    let good = serde_json::to_string(&rental()).unwrap();
    let verdict = |text: &str| why_not(&vendor, &vendor.authz.sign_text(Kind::Code, text));
    assert_eq!(verdict(&good), Verdict::Valid);
    for (from, to) in [
        (r#""v":1"#, r#""v":2"#),
        (r#""v":1"#, r#""v":1,"v":1"#),
        (r#""gen":3"#, r#""gen":3,"gen":4"#),
        (r#""gen":3"#, r#""gen":-3"#),
        (r#""gen":3"#, r#""gen":3.0"#),
        (r#""gen":3"#, r#""gen":3,"more":1"#),
        (r#""prod":"inkwell""#, r#""prod":"inkwell","prod":"other""#),
        (r#""prod":"inkwell""#, r#""prod":"""#),
        (r#""prod":"inkwell""#, r#""prod":"ink/well""#),
        (r#""basis":"rental""#, r#""basis":"gift""#),
        (r#""ver":"^1""#, r#""ver":"one""#),
        (r#""feat":["layers"]"#, r#""feat":[1]"#),
    ] {
        assert!(good.contains(from), "{from} in {good}");
        assert_eq!(verdict(&good.replacen(from, to, 1)), Verdict::SignatureInvalid, "{to}");
    }
    for text in ["[]", "null", "\"\"", "{", &format!("{good} x"), &"[".repeat(10_000)] {
        assert_eq!(verdict(text), Verdict::SignatureInvalid);
    }
    let kid = vendor.authz.public.kid();
    for footer in [
        format!(r#"{{"kid":"{kid}","kid":"{kid}"}}"#),
        format!(r#"{{"kid":"{kid}","alg":"none"}}"#),
        format!("\"{kid}\""),
    ] {
        let code = vendor.authz.sign_raw(Kind::Code, &good, &footer);
        assert_eq!(why_not(&vendor, &code), Verdict::SignatureInvalid, "{footer}");
    }
}

#[test]
fn ends_that_do_not_fit() {
    let vendor = Vendor::new();
    let lease = |units| {
        let (code, lease) = ("use".to_owned(), "lease-1".to_owned());
        vec![LeaseClaim { code, lease, units, settle_by: at(9) }]
    };
    for claims in [
        Claims { exp: None, ..rental() },
        Claims { exp: None, rent_end: None, ..rental() },
        Claims { exp: Some(at(10)), rent_end: Some(at(9)), ..rental() },
        Claims { meters: lease(0), ..rental() },
        Claims { meters: lease(claims::LEASE_UNITS_MAX + 1), ..rental() },
        Claims { feat: vec!["x".to_owned(); 65], ..rental() },
        Claims { jti: "x".repeat(201), ..rental() },
        Claims { iss: STORE.to_uppercase(), ..rental() },
    ] {
        let code = vendor.authz.sign(Kind::Code, &claims);
        assert_eq!(why_not(&vendor, &code), Verdict::SignatureInvalid, "{claims:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,300}", head in "(v[0-9]\\.)?(public|local)?\\.?[A-Za-z0-9_.-]{0,300}") {
        let vendor = Vendor::new();
        prop_assert!(Bundle::parse(&text).is_err() || text.contains("code"));
        prop_assert_ne!(why_not(&vendor, &text), Verdict::Valid);
        prop_assert_ne!(why_not(&vendor, &head), Verdict::Valid);
    }
}
