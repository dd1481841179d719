//! Key sets, certificates, changes of the root and lists of codes taken back:
//! what a device believes can be kept and opened again, and never goes back.
#![no_main]

use client::code::sealed::Kind;
use client::code::{Bundle, Trust};
use farthing_fuzz::{STORE, VENDOR, at};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((way, data)) = data.split_first() else { return };
    let mut trust = VENDOR.trust();
    match way.wrapping_sub(b'0') % 5 {
        0 => nobody_signed(&String::from_utf8_lossy(data)),
        1 => {
            let Some(token) = VENDOR.root.sign_bytes(Kind::KeySet, data) else { return };
            if trust.accept_keys(&token).is_ok() {
                assert!(trust.accept_keys(&token).is_ok(), "again is harmless");
                kept(&trust);
            }
        }
        2 => changed_root(data),
        3 => {
            trust.accept_keys(&VENDOR.set).expect("the set is good");
            let Some(code) = VENDOR.revocation.sign_bytes(Kind::Revocations, data) else { return };
            let list = Bundle { code, keys: Vec::new() };
            if trust.accept_revoked(&list).is_ok() {
                assert!(trust.accept_revoked(&list).is_ok(), "again is harmless");
                let _taken_back = trust.read(&VENDOR.good, at(0));
                kept(&trust);
            }
        }
        _ => {
            let Some(certificate) = VENDOR.root.sign_bytes(Kind::Certificate, data) else { return };
            let bundle = Bundle { keys: vec![certificate], ..VENDOR.good.clone() };
            let _read = trust.read(&bundle, at(0));
        }
    }
});

/// What is believed is believed again from the disk.
fn kept(trust: &Trust) {
    let text = serde_json::to_string(trust.kept()).expect("it can be written");
    let read = serde_json::from_str(&text).expect("what was written can be read");
    let again = Trust::open(STORE, VENDOR.root.public.clone(), read).expect("what was kept is believed");
    assert_eq!((again.kept(), again.latest()), (trust.kept(), trust.latest()));
}

/// Any text, wherever a token is expected.
fn nobody_signed(text: &str) {
    let mut trust = VENDOR.trust();
    assert!(trust.accept_keys(text).is_err());
    assert!(trust.accept_root(text, text).is_err());
    let list = Bundle { code: text.to_owned(), keys: vec![text.to_owned()] };
    assert!(trust.accept_revoked(&list).is_err());
    if let Ok(read) = serde_json::from_str(text) {
        let _opened = Trust::open(STORE, VENDOR.root.public.clone(), read);
    }
}

/// What both roots signed: after it, only the new one is believed.
fn changed_root(data: &[u8]) {
    let signed = [&VENDOR.root, &VENDOR.next_root].map(|root| root.sign_bytes(Kind::Root, data));
    let [Some(by_old), Some(by_new)] = signed else { return };
    let mut trust = VENDOR.trust();
    assert!(trust.accept_root(&by_new, &by_old).is_err(), "the other way round");
    if trust.accept_root(&by_old, &by_new).is_ok() {
        kept(&trust);
        assert!(trust.accept_keys(&VENDOR.set).is_err(), "the old root signed it");
    }
}
