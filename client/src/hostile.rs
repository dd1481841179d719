//! Whatever comes from outside, bent at random: nothing panics, and nothing is
//! believed that was not signed. `PROPTEST_CASES=100000` runs for long; in the
//! ordinary run each takes a moment.

use proptest::prelude::*;
use std::fs;

use crate::code::sealed::{Kind, Unproven};
use crate::code::{Bundle, PublicKey};
use crate::install::tests_release;
use crate::journal::{Journal, Lease};
use crate::release::{Expected, Release};
use crate::stop::Stop;
use crate::testing::{Pair, STORE, Vendor, at, owned, rental};
use crate::verdict::Verdict;

/// One way to bend a text.
#[derive(Clone, Debug)]
enum Bend {
    Put(usize, u8),
    Take(usize),
    Insert(usize, u8),
    Cut(usize),
    Double(usize, usize),
}

fn bends() -> impl Strategy<Value = Vec<Bend>> {
    let one = prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(place, byte)| Bend::Put(place, byte)),
        any::<usize>().prop_map(Bend::Take),
        (any::<usize>(), any::<u8>()).prop_map(|(place, byte)| Bend::Insert(place, byte)),
        any::<usize>().prop_map(Bend::Cut),
        (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Bend::Double(from, to)),
    ];
    prop::collection::vec(one, 1..4)
}

/// Bends bytes.
fn bent(whole: &[u8], bends: &[Bend]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for bend in bends {
        let length = bytes.len().max(1);
        match *bend {
            Bend::Put(place, byte) if !bytes.is_empty() => bytes[place % length] = byte,
            Bend::Take(place) if !bytes.is_empty() => drop(bytes.remove(place % length)),
            Bend::Insert(place, byte) => bytes.insert(place % length, byte),
            Bend::Cut(place) => bytes.truncate(place % length),
            Bend::Double(from, to) if !bytes.is_empty() => {
                let (from, to) = (from % length, to % length);
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.extend(part);
            }
            Bend::Put(..) | Bend::Take(_) | Bend::Double(..) => {}
        }
    }
    bytes
}

/// The same as text, whatever that makes of it.
fn bent_text(whole: &str, bends: &[Bend]) -> String {
    String::from_utf8_lossy(&bent(whole.as_bytes(), bends)).into_owned()
}

proptest! {
    #[test]
    fn a_bent_code_says_what_was_signed_or_nothing(bends in bends(), is_owned in any::<bool>()) {
        let vendor = Vendor::new();
        let claims = if is_owned { owned() } else { rental() };
        let text = serde_json::to_string(&vendor.bundle(&claims)).unwrap();
        if let Ok(bundle) = Bundle::parse(&bent_text(&text, &bends))
            && let Ok(code) = vendor.trust().read(&bundle, at(0))
        {
            prop_assert_eq!(code.claims(), &claims);
        }
    }

    #[test]
    fn bent_keys_and_lists_change_nothing(bends in bends()) {
        let vendor = Vendor::new();
        let mut trust = vendor.trust();
        let set = vendor.full_set(4);
        let token = bent_text(&set, &bends);
        if token != set {
            prop_assert!(trust.accept_keys(&token).is_err());
            prop_assert!(trust.accept_root(&token, &token).is_err());
            let list = Bundle { code: token.clone(), keys: vec![token] };
            prop_assert!(trust.accept_revoked(&list).is_err());
        }
    }

    #[test]
    fn a_bent_release_is_refused(bends in bends()) {
        let publisher = Pair::new();
        let token = publisher.sign(Kind::Release, &tests_release("1.0.0", 1));
        let expected =
            Expected { store: STORE, product: "inkwell", key: &publisher.public, seen: None, now: at(0) };
        let told = Release::read(&bent_text(&token, &bends), &expected);
        if let Ok(release) = told {
            prop_assert_eq!(release, tests_release("1.0.0", 1));
        }
    }

    #[test]
    fn signed_nonsense_is_no_release(bends in bends()) {
        let publisher = Pair::new();
        let text = serde_json::to_string(&tests_release("1.0.0", 1)).unwrap();
        let text = bent_text(&text, &bends);
        // Nobody can sign nothing.
        prop_assume!(!text.is_empty());
        let token = publisher.sign_text(Kind::Release, &text);
        let expected =
            Expected { store: STORE, product: "inkwell", key: &publisher.public, seen: None, now: at(0) };
        // A publisher may sign whatever it likes; what is read is checked where it is used.
        if let Ok(release) = Release::read(&token, &expected) {
            for artifact in &release.artifacts {
                let _told = package::Listing::read(artifact);
            }
        }
    }

    #[test]
    fn texts_that_are_none_are_refused(text in any::<String>()) {
        prop_assert!(Bundle::parse(&text).is_err());
        prop_assert!(Unproven::parse(&text, 10_000).is_err());
        prop_assert!(PublicKey::parse(&text).is_err());
    }

    #[test]
    fn keys_of_any_bytes_are_read_or_refused(bytes in any::<[u8; 32]>()) {
        use pasetors::keys::AsymmetricPublicKey;
        use pasetors::version4::V4;
        if let Ok(key) = AsymmetricPublicKey::<V4>::from(&bytes) {
            let text = PublicKey::from_key(key).text();
            prop_assert_eq!(PublicKey::parse(&text).unwrap().text(), text);
        }
    }

    #[test]
    fn a_bent_journal_is_forked_or_has_no_more_to_spend(bends in bends()) {
        let folder = tempfile::tempdir().unwrap();
        let lease = Lease {
            v: 1,
            lease: "lease-1".to_owned(),
            ent: "licence-1".to_owned(),
            dev: "k4.pid.device".to_owned(),
            meter: "use".to_owned(),
            units: 5,
            settle_by: at(1_000),
        };
        let mut journal = Journal::open(folder.path(), lease.clone()).unwrap();
        for id in ["a", "b"] {
            journal.spend(id, 1, at(0)).unwrap();
        }
        let path = folder.path().join("journal");
        let told = fs::read(&path).unwrap();
        fs::write(&path, bent(&told, &bends)).unwrap();
        match Journal::open(folder.path(), lease) {
            Ok(journal) => prop_assert!(journal.left() <= 3),
            Err(Stop::Denied(denied)) => prop_assert_eq!(denied.verdict, Verdict::StateForked),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
