//! Journals of leases: cut off, bent or made up, none gives more units than
//! were taken along; and both rooms read one report the same way.
#![no_main]

use std::fs;
use std::path::Path;

use client::journal::{Journal, Lease, Report};
use client::stop::Stop;
use client::verdict::Verdict;
use farthing_fuzz::{at, bent, folder};
use libfuzzer_sys::fuzz_target;

const UNITS: u32 = 5;

fuzz_target!(|data: &[u8]| {
    let Some((way, data)) = data.split_first() else { return };
    let home = folder();
    match way.wrapping_sub(b'0') % 5 {
        0 => {
            fs::write(home.path().join("journal"), data).expect("the disk takes it");
            opened(home.path(), UNITS);
        }
        1 => {
            let text = two_spent(home.path());
            fs::write(home.path().join("journal"), bent(&text, data)).expect("the disk takes it");
            opened(home.path(), UNITS - 2);
        }
        2 => {
            two_spent(home.path());
            fs::write(home.path().join("head.json"), data).expect("the disk takes it");
            opened(home.path(), UNITS);
        }
        3 => both_read(data),
        _ => spends(home.path(), data),
    }
});

fn lease() -> Lease {
    Lease {
        v: 1,
        lease: "lease-1".to_owned(),
        ent: "licence-1".to_owned(),
        dev: "k4.pid.device".to_owned(),
        meter: "use".to_owned(),
        units: UNITS,
        settle_by: at(1_000),
    }
}

fn two_spent(folder: &Path) -> Vec<u8> {
    let mut journal = Journal::open(folder, lease()).expect("a new one");
    for id in ["a", "b"] {
        journal.spend(id, 1, at(0)).expect("there is enough");
    }
    fs::read(folder.join("journal")).expect("it was written")
}

/// A journal that somebody touched: forked, or good for so many units at most.
fn opened(folder: &Path, left_max: u32) {
    match Journal::open(folder, lease()) {
        Ok(mut journal) => {
            assert!(journal.left() <= left_max && journal.used() <= UNITS);
            let report = journal.report().expect("what was read can be told");
            assert!(report.hashes().is_ok(), "what the journal tells adds up");
            let left = journal.left();
            if journal.spend("fuzz", 1, at(0)).is_ok_and(|spent| !spent.is_repeated) {
                assert_eq!(journal.left() + 1, left);
            }
        }
        Err(Stop::Denied(denied)) => assert_eq!(denied.verdict, Verdict::StateForked),
        Err(other) => panic!("{other}"),
    }
}

/// A report of anybody's: the vendor's side takes no more than the client's.
fn both_read(data: &[u8]) {
    let ours = serde_json::from_slice::<Report>(data).ok();
    let theirs = serde_json::from_slice::<domain::licence::journal::Report>(data).ok();
    assert_eq!(ours.is_some(), theirs.is_some());
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return };
    if let Some(hashes) = theirs.hashes() {
        let known = ours.hashes().expect("the client's side takes what the vendor's does");
        assert_eq!(known[1..], hashes[..]);
        assert!(!ours.is_forked_from(&ours).expect("it adds up"));
    }
}

/// Spends as the bytes say: never more than there was, and the vendor's side
/// takes every report.
fn spends(folder: &Path, data: &[u8]) {
    let mut journal = Journal::open(folder, lease()).expect("a new one");
    let mut allowed = 0;
    for byte in data.iter().take(24) {
        let (name, units) = (byte & 0x0f, u32::from(byte >> 4 & 0x03));
        match byte >> 6 {
            0 | 1 => {
                let spent = journal.spend(&format!("n{name}"), units, at(i64::from(*byte)));
                allowed += spent.map_or(0, |spent| if spent.is_repeated { 0 } else { units });
            }
            2 => journal = Journal::open(folder, lease()).expect("it is as it was left"),
            _ if name == 0 => drop(journal.seal(at(0)).expect("it can be given back")),
            _ => {}
        }
        assert!(allowed <= UNITS && journal.used() == allowed);
    }
    let report = serde_json::to_vec(&journal.report().expect("it can be told")).expect("it can be written");
    let theirs: domain::licence::journal::Report = serde_json::from_slice(&report).expect("one form");
    assert!(theirs.hashes().is_some(), "the vendor's side takes what the journal tells");
    both_read(&report);
}
