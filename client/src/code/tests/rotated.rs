//! Keys that come and go, roots that change, and lists that are taken back.

use super::*;
use crate::code::RootClaims;
use crate::code::keys::{KeyClaim, Role};
use crate::code::revoked::{RevocationClaims, RevokedClaim};
use crate::testing::{Pair, STORE};
use crate::time::days;

fn denied(trust: &Trust, bundle: &Bundle, now: Moment) -> Verdict {
    trust.read(bundle, now).map_or_else(|denied| denied.verdict, |_| Verdict::Valid)
}

#[test]
fn a_newer_key_is_believed_by_its_certificate_alone() {
    let mut vendor = Vendor::new();
    let old = vendor.bundle(&rental());
    let mut trust = vendor.trust();
    trust.accept_keys(&vendor.full_set(4)).unwrap();
    vendor.authz = Pair::new();
    let code = vendor.authz.sign(Kind::Code, &rental());
    let with = |set| {
        let keys = vec![vendor.certificate(&vendor.authz.claim(Role::Authz), set)];
        Bundle { code: code.clone(), keys }
    };
    assert_eq!(denied(&trust, &with(5), at(0)), Verdict::Valid, "newer than the set");
    assert_eq!(denied(&vendor.trust(), &with(5), at(0)), Verdict::Valid, "with only the root");
    assert_eq!(denied(&trust, &with(4), at(0)), Verdict::KeyUnknown, "the set would have it");
    assert_eq!(denied(&trust, &old, at(0)), Verdict::Valid, "the old one runs on");
    // The next set has the new key only: the old one was removed.
    trust.accept_keys(&vendor.full_set(5)).unwrap();
    assert_eq!(denied(&trust, &with(5), at(0)), Verdict::Valid);
    assert_eq!(denied(&trust, &old, at(0)), Verdict::KeyUnknown);
}

#[test]
fn key_sets_go_forward_only() {
    let vendor = Vendor::new();
    let mut trust = vendor.trust();
    let second = vendor.full_set(2);
    trust.accept_keys(&second).unwrap();
    trust.accept_keys(&second).expect("again is harmless");
    assert_eq!(trust.accept_keys(&vendor.full_set(1)).unwrap_err().verdict, Verdict::StateForked);
    let other = vendor.key_set(2, &[vendor.authz.claim(Role::Authz)]);
    assert_eq!(trust.accept_keys(&other).unwrap_err().verdict, Verdict::StateForked);
    let stranger = Vendor::new();
    assert_eq!(trust.accept_keys(&stranger.full_set(9)).unwrap_err().verdict, Verdict::KeyUnknown);
    let kept = trust.kept().clone();
    let mut again = Trust::open(STORE, vendor.root.public.clone(), kept).unwrap();
    assert_eq!(again.accept_keys(&vendor.full_set(1)).unwrap_err().verdict, Verdict::StateForked);
    assert_eq!(again.latest(), Some(at(0)));
}

#[test]
fn keys_have_one_role_and_a_time() {
    let vendor = Vendor::new();
    let bundle =
        |key: KeyClaim| Bundle { keys: vec![vendor.certificate(&key, 1)], ..vendor.bundle(&rental()) };
    let key = vendor.authz.claim(Role::Authz);
    let table = [
        (key.clone(), 0, Verdict::Valid),
        (KeyClaim { role: Role::Time, ..key.clone() }, 0, Verdict::KeyUnknown),
        (KeyClaim { nbf: at(1), ..key.clone() }, 5, Verdict::KeyExpired),
        (KeyClaim { exp: at(0), ..key.clone() }, 0, Verdict::KeyExpired),
        (KeyClaim { exp: at(5), ..key.clone() }, 4, Verdict::Valid),
        (KeyClaim { exp: at(5), ..key.clone() }, 5, Verdict::KeyExpired),
        (KeyClaim { exp: key.nbf.plus_millis(days(90)), ..key.clone() }, 0, Verdict::Valid),
        (KeyClaim { exp: key.nbf.plus_millis(days(90) + 1), ..key.clone() }, 0, Verdict::SignatureInvalid),
        (KeyClaim { exp: key.nbf, ..key.clone() }, 0, Verdict::SignatureInvalid),
        (KeyClaim { key: "k4.public.AAAA".to_owned(), ..key.clone() }, 0, Verdict::SignatureInvalid),
    ];
    for (key, now, expected) in table {
        assert_eq!(denied(&vendor.trust(), &bundle(key.clone()), at(now)), expected, "{key:?}");
    }
    let mut trust = vendor.trust();
    let twice = vendor.key_set(1, &[key.clone(), KeyClaim { role: Role::Time, ..key }]);
    assert_eq!(trust.accept_keys(&twice).unwrap_err().verdict, Verdict::SignatureInvalid);
}

#[test]
fn what_is_owned_outlives_the_key_that_said_so() {
    let vendor = Vendor::new();
    let late = at(days(4_000));
    assert_eq!(denied(&vendor.trust(), &vendor.bundle(&owned()), late), Verdict::Valid);
    assert_eq!(denied(&vendor.trust(), &vendor.bundle(&rental()), late), Verdict::KeyExpired);
    let after_its_key = Claims { iat: at(days(60)), ..owned() };
    assert_eq!(denied(&vendor.trust(), &vendor.bundle(&after_its_key), late), Verdict::KeyExpired);
}

fn list(vendor: &Vendor, ver: u64, generation: u32) -> Bundle {
    let (v, typ, iss) = (1, "revoked".to_owned(), STORE.to_owned());
    let revoked = vec![RevokedClaim { ent: "licence-1".to_owned(), generation }];
    let says = RevocationClaims { v, typ, iss, ver, iat: at(1), next: at(days(7)), revoked };
    let keys = vec![vendor.certificate(&vendor.revocation.claim(Role::Revocation), 1)];
    Bundle { code: vendor.revocation.sign(Kind::Revocations, &says), keys }
}

#[test]
fn codes_taken_back() {
    let vendor = Vendor::new();
    let version = version("1.0.0");
    let ask = Ask { product: "inkwell", version: &version, device: "k4.pid.device", clock: reading(10) };
    let verdict = |trust: &Trust| {
        let code = trust.read(&vendor.bundle(&rental()), at(0)).unwrap();
        code.check(&ask).map_or_else(|denied| denied.verdict, |()| Verdict::Valid)
    };
    let mut trust = vendor.trust();
    assert!(trust.is_due(at(0)));
    trust.accept_revoked(&list(&vendor, 1, 3)).unwrap();
    assert_eq!(verdict(&trust), Verdict::Valid, "generation 3 is the first that holds");
    assert!(!trust.is_due(at(2)) && trust.is_due(at(days(7))));
    trust.accept_revoked(&list(&vendor, 2, 4)).unwrap();
    assert_eq!(verdict(&trust), Verdict::Revoked);
    assert_eq!(trust.accept_revoked(&list(&vendor, 1, 3)).unwrap_err().verdict, Verdict::StateForked);
    assert_eq!(trust.accept_revoked(&list(&vendor, 2, 3)).unwrap_err().verdict, Verdict::StateForked);
    assert_eq!(verdict(&trust), Verdict::Revoked, "an older list changes nothing");
    let by_wrong_key = Bundle { code: vendor.bundle(&rental()).code, ..list(&vendor, 3, 3) };
    assert_eq!(trust.accept_revoked(&by_wrong_key).unwrap_err().verdict, Verdict::KeyUnknown);
    let kept = serde_json::to_string(trust.kept()).unwrap();
    let again = Trust::open(STORE, vendor.root.public.clone(), serde_json::from_str(&kept).unwrap()).unwrap();
    assert_eq!(verdict(&again), Verdict::Revoked);
}

#[test]
fn a_root_changes_by_the_word_of_both() {
    let mut vendor = Vendor::new();
    let first = vendor.root.public.clone();
    let new = Pair::new();
    let (v, typ, iss) = (1, "root".to_owned(), STORE.to_owned());
    let says = RootClaims { v, typ, iss, old: first.kid().to_owned(), key: new.public.text(), iat: at(0) };
    let (by_old, by_new) = (vendor.root.sign(Kind::Root, &says), new.sign(Kind::Root, &says));
    let mut trust = vendor.trust();
    trust.accept_keys(&vendor.full_set(7)).unwrap();
    assert!(trust.accept_root(&by_old, &by_old).is_err(), "the new one has to say so too");
    assert!(trust.accept_root(&by_new, &by_new).is_err(), "and the old one");
    let other = new.sign(Kind::Root, &RootClaims { iat: at(1), ..says });
    assert!(trust.accept_root(&by_old, &other).is_err(), "both the same");
    trust.accept_root(&by_old, &by_new).unwrap();
    assert!(trust.accept_root(&by_old, &by_new).is_err(), "once");
    assert!(trust.accept_keys(&vendor.full_set(8)).is_err(), "the old root says nothing any more");
    vendor.root = new;
    trust.accept_keys(&vendor.full_set(1)).expect("numbers begin anew under a new root");
    let again = Trust::open(STORE, first, trust.kept().clone()).unwrap();
    assert_eq!(denied(&again, &vendor.bundle(&rental()), at(0)), Verdict::Valid);
}

/// A change of the root, signed by both.
fn change(old: &Pair, new: &Pair) -> [String; 2] {
    let (v, typ, iss, old_kid) = (1, "root".to_owned(), STORE.to_owned(), old.public.kid().to_owned());
    let says = RootClaims { v, typ, iss, old: old_kid, key: new.public.text(), iat: at(0) };
    [old.sign(Kind::Root, &says), new.sign(Kind::Root, &says)]
}

#[test]
fn a_program_with_a_newer_root_opens_what_an_older_one_kept() {
    let mut vendor = Vendor::new();
    let (second, third) = (Pair::new(), Pair::new());
    let [first, newer, newest] = [&vendor.root, &second, &third].map(|pair| pair.public.clone());
    let changes = [change(&vendor.root, &second), change(&second, &third)];
    let mut trust = vendor.trust();
    trust.accept_keys(&vendor.full_set(7)).unwrap();
    let with_first = trust.kept().clone();
    assert_eq!(trust.follow_roots(&changes[..1]), Ok(1));
    vendor.root = second;
    trust.accept_keys(&vendor.full_set(8)).unwrap();
    trust.accept_revoked(&list(&vendor, 2, 3)).unwrap();
    let kept = trust.kept().clone();
    let code = vendor.bundle(&rental());
    for root in [&newer, &first] {
        let again = Trust::open(STORE, root.clone(), kept.clone()).unwrap();
        assert_eq!((again.kept(), denied(&again, &code, at(0))), (&kept, Verdict::Valid));
    }
    // A root that nobody has heard of yet, or heard of before any change:
    // what another one vouched for is forgotten, and learnt anew.
    for (root, kept) in [(&newest, &kept), (&newer, &with_first)] {
        let mut again = Trust::open(STORE, root.clone(), kept.clone()).unwrap();
        assert_eq!((again.kept().keys.clone(), again.latest()), (None, None));
        again.follow_roots(&changes).unwrap();
        vendor.root = Pair::new();
        assert!(again.accept_keys(&vendor.full_set(9)).is_err(), "a root of nobody");
    }
    vendor.root = third;
    let mut again = Trust::open(STORE, newest, kept.clone()).unwrap();
    again.accept_keys(&vendor.full_set(1)).unwrap();
    let back = Trust::open(STORE, newer, again.kept().clone()).unwrap();
    assert_eq!(back.kept().keys, None, "the older program did not hear of the change yet");
    // What the root known here signed is still checked.
    let mut spoiled = again.kept().clone();
    spoiled.keys = spoiled.keys.map(|keys| keys.replacen("v4.public.", "v4.public.A", 1));
    assert!(Trust::open(STORE, vendor.root.public.clone(), spoiled).is_err());
}
