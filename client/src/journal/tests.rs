use proptest::prelude::*;

use super::*;
use crate::testing::at;

fn lease() -> Lease {
    Lease {
        v: 1,
        lease: "lease-1".to_owned(),
        ent: "licence-1".to_owned(),
        dev: "k4.pid.device".to_owned(),
        meter: "use".to_owned(),
        units: 5,
        settle_by: at(1_000),
    }
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder, lease()).unwrap()
}

fn denied<T: std::fmt::Debug>(told: Result<T, Stop>) -> Verdict {
    match told.unwrap_err() {
        Stop::Denied(denied) => denied.verdict,
        told => panic!("{told}"),
    }
}

/// A folder in which these were spent, one unit each.
fn spent(ids: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path());
    for id in ids {
        journal.spend(id, 1, at(1)).unwrap();
    }
    folder
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for name in ["journal", "head.json"] {
        std::fs::copy(from.join(name), to.path().join(name)).unwrap();
    }
    to
}

#[test]
fn units_are_spent_once_each_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path());
    assert_eq!(journal.spend("a", 2, at(1)).unwrap(), Spent { left: 3, is_repeated: false });
    assert_eq!(journal.spend("a", 2, at(2)).unwrap(), Spent { left: 3, is_repeated: true });
    assert!(matches!(journal.spend("a", 1, at(2)), Err(Stop::Fault(_))), "the same name, another number");
    for (id, units) in [("", 1), ("b", 0), (&*"x".repeat(101), 1)] {
        assert!(matches!(journal.spend(id, units, at(2)), Err(Stop::Fault(_))), "{id} {units}");
    }
    assert_eq!(denied(journal.spend("b", 4, at(2))), Verdict::LeaseExhausted);
    assert_eq!(journal.spend("b", 3, at(999)).unwrap().left, 0);
    assert_eq!(denied(journal.spend("c", 1, at(999))), Verdict::LeaseExhausted);
    assert_eq!(denied(journal.spend("c", 1, at(1_000))), Verdict::LeaseExpired);
    assert_eq!(journal.spend("b", 3, at(1_000)).unwrap(), Spent { left: 0, is_repeated: true });
    let again = open(folder.path());
    assert_eq!((again.left(), again.used()), (0, 5));
}

#[test]
fn what_is_given_back_is_not_spent() {
    let folder = spent(&["a", "b", "c"]);
    let mut journal = open(folder.path());
    let report = journal.seal(at(2)).unwrap();
    assert_eq!((report.used, report.seq), (3, 4));
    assert_eq!(journal.seal(at(3)).unwrap(), report, "again is harmless");
    assert_eq!(denied(journal.spend("d", 1, at(2))), Verdict::LeaseExhausted);
    let mut again = open(folder.path());
    assert_eq!(again.left(), 0);
    assert_eq!(denied(again.spend("d", 1, at(2))), Verdict::LeaseExhausted);
    assert_eq!(report.hashes().unwrap().len(), 5);
    let written = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report);
}

#[test]
fn a_kill_at_any_step_never_allows_more_than_is_written() {
    for stop in [Step::Written, Step::Synced, Step::Headed] {
        let folder = spent(&["a"]);
        let mut runs = 1;
        let killed = open(folder.path()).spend_in_steps("b", 1, at(1), |step| match step == stop {
            true => Err(io::Error::other("killed")),
            false => Ok(()),
        });
        assert!(matches!(killed, Err(Stop::Fault(_))), "{stop:?}");
        let mut journal = open(folder.path());
        assert_eq!(journal.used(), 2, "{stop:?}: what was written counts");
        // Asked again under its name, it is the same spending.
        assert!(journal.spend("b", 1, at(1)).unwrap().is_repeated);
        runs += 1;
        for id in ["c", "d", "e", "f", "g"] {
            runs += u32::from(journal.spend(id, 1, at(1)).is_ok());
        }
        assert_eq!((runs, journal.used()), (5, 5), "{stop:?}");
    }
}

#[test]
fn half_a_line_was_never_allowed() {
    let folder = spent(&["a", "b"]);
    let path = folder.path().join("journal");
    let whole = std::fs::read(&path).unwrap();
    open(folder.path()).spend_in_steps("c", 1, at(1), |_| Err(io::Error::other("killed"))).unwrap_err();
    let with_third = std::fs::read(&path).unwrap();
    for length in whole.len()..=with_third.len() {
        std::fs::write(&path, &with_third[..length]).unwrap();
        let mut journal = open(folder.path());
        let is_whole = length == with_third.len();
        assert_eq!(journal.used(), 2 + u32::from(is_whole), "{length}");
        assert_eq!(journal.spend("c", 1, at(1)).unwrap().is_repeated, is_whole);
        std::fs::write(folder.path().join("head.json"), head_of(&whole)).unwrap();
    }
}

/// The head that fits a journal.
fn head_of(journal: &[u8]) -> String {
    let text = std::str::from_utf8(journal).unwrap();
    let (seq, last) = text.lines().enumerate().last().unwrap();
    format!(r#"{{"seq":{seq},"hash":"{}"}}"#, hash_of(last))
}

#[test]
fn a_kill_while_beginning_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let first = std::fs::read(folder.path().join("journal")).unwrap();
    std::fs::remove_file(folder.path().join("head.json")).unwrap();
    for length in 0..=first.len() {
        std::fs::write(folder.path().join("journal"), &first[..length]).unwrap();
        assert_eq!(open(folder.path()).left(), 5);
        std::fs::remove_file(folder.path().join("head.json")).unwrap();
    }
}

#[test]
fn what_was_cut_off_or_changed_is_forked() {
    let folder = spent(&["a", "b", "c"]);
    let path = folder.path().join("journal");
    let good = std::fs::read(&path).unwrap();
    for length in 0..good.len() {
        std::fs::write(&path, &good[..length]).unwrap();
        assert_eq!(denied(Journal::open(folder.path(), lease())), Verdict::StateForked, "cut at {length}");
        let mut changed = good.clone();
        changed[length] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        assert_eq!(
            denied(Journal::open(folder.path(), lease())),
            Verdict::StateForked,
            "changed at {length}"
        );
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(denied(Journal::open(folder.path(), lease())), Verdict::StateForked, "gone");
    std::fs::write(&path, &good).unwrap();
    open(folder.path());
    std::fs::remove_file(folder.path().join("head.json")).unwrap();
    assert_eq!(denied(Journal::open(folder.path(), lease())), Verdict::StateForked, "without its head");
    std::fs::write(folder.path().join("head.json"), "{").unwrap();
    assert_eq!(denied(Journal::open(folder.path(), lease())), Verdict::StateForked, "with a broken one");
}

#[test]
fn cut_off_while_it_is_open() {
    let folder = spent(&["a", "b"]);
    let mut journal = open(folder.path());
    let path = folder.path().join("journal");
    let good = std::fs::read(&path).unwrap();
    std::fs::write(&path, &good[..good.len() - 1]).unwrap();
    assert_eq!(denied(journal.spend("c", 1, at(1))), Verdict::StateForked);
}

#[test]
fn a_journal_fits_no_other_device_lease_or_licence() {
    let folder = spent(&["a"]);
    let other = "other".to_owned();
    for facts in [
        Lease { dev: other.clone(), ..lease() },
        Lease { lease: other.clone(), ..lease() },
        Lease { ent: other.clone(), ..lease() },
        Lease { meter: other, ..lease() },
        Lease { units: 6, ..lease() },
        Lease { settle_by: at(2_000), ..lease() },
    ] {
        assert_eq!(denied(Journal::open(folder.path(), facts)), Verdict::StateForked);
    }
}

#[test]
fn a_copied_folder_is_found_when_both_are_settled() {
    let folder = spent(&["a", "b"]);
    let copied = copy(folder.path());
    let earlier = open(folder.path()).report().unwrap();
    open(folder.path()).spend("c", 1, at(1)).unwrap();
    open(copied.path()).spend("d", 1, at(1)).unwrap();
    let (ours, theirs) = (open(folder.path()).seal(at(2)).unwrap(), open(copied.path()).seal(at(2)).unwrap());
    assert!(ours.is_forked_from(&theirs).unwrap());
    assert!(!ours.is_forked_from(&earlier).unwrap() && !earlier.is_forked_from(&theirs).unwrap());
    for report in [
        Report { used: 2, ..ours.clone() },
        Report { seq: 3, ..ours.clone() },
        Report { head: theirs.head, ..ours.clone() },
        Report { spendings: theirs.spendings, ..ours },
    ] {
        assert!(report.hashes().is_err());
    }
}

#[test]
fn many_at_once_spend_no_more_than_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let allowed: usize = std::thread::scope(|scope| {
        let path = folder.path();
        let run = move |thread: u32| {
            let mut journal = open(path);
            (0..4).filter(|turn| journal.spend(&format!("{thread}-{turn}"), 1, at(1)).is_ok()).count()
        };
        let running: Vec<_> = (0..4).map(|thread| scope.spawn(move || run(thread))).collect();
        running.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert_eq!((allowed, open(folder.path()).used()), (5, 5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn spending_counts_like_a_sum(asked in proptest::collection::vec((0_u8..6, 1_u32..4), 0..12)) {
        let folder = tempfile::tempdir().unwrap();
        let (mut known, mut used) = (HashMap::new(), 0);
        for (id, units) in asked {
            // Each in a program of its own.
            let told = open(folder.path()).spend(&id.to_string(), units, at(1));
            match known.get(&id) {
                Some(before) if *before == units => prop_assert!(told.unwrap().is_repeated),
                Some(_) => prop_assert!(matches!(told, Err(Stop::Fault(_)))),
                None if used + units <= 5 => {
                    prop_assert_eq!(told.unwrap().left, 5 - used - units);
                    known.insert(id, units);
                    used += units;
                }
                None => prop_assert_eq!(denied(told), Verdict::LeaseExhausted),
            }
        }
        let report = open(folder.path()).report().unwrap();
        prop_assert_eq!(report.used, used);
        prop_assert!(report.hashes().is_ok());
    }
}
