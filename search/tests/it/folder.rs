//! The index as files: reopened, damaged, deleted, rebuilt.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use domain::id::ListingId;
use search::{Advance, Applied, Change, Document, Options, Rebuild, Search};

use crate::market::{Market, ask, id, listing, numbers, put};

fn things(count: u64) -> Vec<Document> {
    (1..=count)
        .map(|number| listing(number, &format!("Thing number{number}"), "Of wood.", &["thing"]))
        .collect()
}

fn reopened(market: Market) -> Market {
    let Market { search, folder } = market;
    drop(search);
    let search = Search::open(folder.path(), Options::default()).unwrap();
    Market { search, folder }
}

/// The folder of the generation that counts.
fn generation(root: &Path) -> PathBuf {
    let current = fs::read_to_string(root.join("CURRENT")).unwrap();
    root.join(current.split_whitespace().last().unwrap())
}

fn generations(root: &Path) -> usize {
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("generation-")).count()
}

#[test]
fn changes_replace_and_remove_and_move_the_cursor() {
    let market = Market::of(&things(3));
    assert_eq!((market.search.cursor(), market.search.count()), (3, 3));
    let changes = [
        Change::Put(Box::new(listing(1, "Other", "", &[]))),
        Change::Remove(id(2)),
        Change::Remove(id(77)),
        Change::Put(Box::new(listing(4, "Draft", "", &[]))),
        Change::Put(Box::new(listing(4, "Final", "", &[]))),
        Change::Put(Box::new(listing(5, "Gone", "", &[]))),
        Change::Remove(id(5)),
    ];
    assert_eq!(market.search.apply(&changes, Advance { from: 3, to: 10 }).unwrap(), Applied::Done);
    assert_eq!(market.found("thing"), [3]);
    assert_eq!(market.found("final"), [4]);
    assert_eq!(market.found("draft gone"), [0u64; 0]);
    let mut listings = market.search.listings().unwrap();
    listings.sort_unstable();
    assert_eq!(listings, [id(1), id(3), id(4)]);
    assert_eq!(market.search.cursor(), 10);
}

#[test]
fn no_answer_is_remembered_beyond_a_change() {
    let market = Market::of(&things(3));
    for round in 4..7 {
        assert_eq!(market.found("thing"), market.found("thing"));
        put(&market.search, &[listing(round, "Thing thing", "", &[])]);
        assert_eq!(market.found("thing").len(), usize::try_from(round).unwrap());
        assert_eq!(market.found("thing")[0], round);
    }
}

#[test]
fn changes_from_elsewhere_in_the_feed_are_not_applied() {
    let market = Market::of(&things(3));
    let change = [Change::Remove(id(1))];
    for from in [0, 2, 4] {
        let applied = market.search.apply(&change, Advance { from, to: 9 }).unwrap();
        assert_eq!(applied, Applied::StandsAt(3));
    }
    assert_eq!(market.search.count(), 3);
}

#[test]
fn everything_is_there_again_after_a_restart() {
    let market = reopened(Market::of(&things(5)));
    assert_eq!((market.search.cursor(), market.search.count()), (5, 5));
    market.search.rest().unwrap();
    put(&market.search, &[listing(9, "Ninth thing", "", &[])]);
    market.search.rest().unwrap();
    put(&market.search, &[listing(10, "Tenth thing", "", &[])]);
    assert_eq!(reopened(market).found("ninth"), [9]);
}

#[test]
fn a_lock_file_left_by_a_killed_process_does_not_matter() {
    let market = Market::of(&things(2));
    let lock = generation(market.folder.path()).join(".tantivy-writer.lock");
    assert!(lock.exists());
    let market = reopened(market);
    assert!(lock.exists());
    put(&market.search, &[listing(9, "Ninth thing", "", &[])]);
    assert_eq!(market.search.count(), 3);
}

/// What the disk holds at this moment, as after a `kill -9`.
fn snapshot(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            snapshot(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn what_was_committed_outlives_being_killed_in_the_middle() {
    let market = Market::of(&things(5));
    // In the middle of a rebuild, and with a writer open.
    let mut rebuild = Rebuild::start(&market.search).unwrap();
    rebuild.add(&things(400)).unwrap();
    put(&market.search, &[listing(9, "Ninth thing", "", &[])]);
    let killed = tempfile::tempdir().unwrap();
    snapshot(market.folder.path(), killed.path());
    let search = Search::open(killed.path(), Options::default()).unwrap();
    assert_eq!((search.cursor(), search.count(), generations(killed.path())), (6, 6, 1));
    put(&search, &[listing(10, "Tenth thing", "", &[])]);
    assert_eq!(search.count(), 7);
}

#[test]
fn whatever_cannot_be_read_is_set_aside_and_made_anew() {
    /// Damages the folder of the index.
    type Damage = fn(&Path);
    fn each_file(root: &Path, damage: impl Fn(&Path)) {
        for entry in fs::read_dir(generation(root)).unwrap() {
            let path = entry.unwrap().path();
            if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
                damage(&path);
            }
        }
    }
    fn segments(root: &Path, damage: impl Fn(&Path)) {
        each_file(root, |path| {
            if path.extension().is_none_or(|extension| extension != "json") {
                damage(path);
            }
        });
    }
    let table: [(&str, Damage); 10] = [
        ("the whole folder is gone", |root| fs::remove_dir_all(root).unwrap()),
        ("CURRENT is gone", |root| fs::remove_file(root.join("CURRENT")).unwrap()),
        ("CURRENT is garbage", |root| fs::write(root.join("CURRENT"), b"\xff\x00 ../../etc").unwrap()),
        ("another version", |root| {
            let current = fs::read_to_string(root.join("CURRENT")).unwrap();
            let name = current.split_whitespace().last().unwrap();
            fs::write(root.join("CURRENT"), format!("farthing-search 999 {name}\n")).unwrap();
        }),
        ("the generation is gone", |root| fs::remove_dir_all(generation(root)).unwrap()),
        ("all files are empty", |root| each_file(root, |path| fs::write(path, b"").unwrap())),
        ("meta.json is half written", |root| {
            let meta = generation(root).join("meta.json");
            let text = fs::read(&meta).unwrap();
            fs::write(&meta, &text[..text.len() / 2]).unwrap();
        }),
        ("segments are cut off", |root| {
            segments(root, |path| {
                let bytes = fs::read(path).unwrap();
                fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            });
        }),
        ("a bit of each segment is wrong", |root| {
            segments(root, |path| {
                let mut bytes = fs::read(path).unwrap();
                bytes[3] ^= 16;
                fs::write(path, bytes).unwrap();
            });
        }),
        ("segments are gone", |root| segments(root, |path| fs::remove_file(path).unwrap())),
    ];
    for (name, damage) in table {
        let Market { search, folder } = Market::of(&things(5));
        search.rest().unwrap();
        drop(search);
        damage(folder.path());
        let search = Search::open(folder.path(), Options::default()).unwrap();
        assert_eq!((search.cursor(), search.count()), (0, 0), "{name}");
        put(&search, &things(2));
        drop(search);
        let search = Search::open(folder.path(), Options::default()).unwrap();
        assert_eq!((search.cursor(), search.count()), (2, 2), "{name}");
        assert_eq!(generations(folder.path()), 1, "{name}");
    }
}

#[test]
fn a_folder_deleted_while_running_is_noticed_by_the_next_change() {
    let market = Market::of(&things(5));
    fs::remove_dir_all(market.folder.path()).unwrap();
    let applied = market.search.apply(&[Change::Remove(id(1))], Advance { from: 5, to: 6 }).unwrap();
    assert_eq!(applied, Applied::StandsAt(0));
    put(&market.search, &things(5));
    assert_eq!(market.search.count(), 5);
}

#[test]
fn a_rebuild_takes_the_place_of_the_old_index_while_others_search() {
    let market = Market::of(&things(50));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let searcher = scope.spawn(|| {
            let mut totals = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                totals.push(market.page(ask("thing")).total_count);
            }
            totals
        });
        for round in 1..=3i64 {
            let mut rebuild = Rebuild::start(&market.search).unwrap();
            for chunk in things(80).chunks(30) {
                rebuild.add(chunk).unwrap();
            }
            put(&market.search, &[listing(999, "Thing of the meantime", "", &[])]);
            rebuild.finish(1_000 * round).unwrap();
            assert_eq!((market.search.cursor(), market.search.count()), (1_000 * round, 80));
        }
        stop.store(true, Ordering::Relaxed);
        let totals = searcher.join().unwrap();
        assert!(totals.iter().all(|total| [50, 51, 80, 81].contains(total)), "{totals:?}");
    });
    assert_eq!(generations(market.folder.path()), 1);
    put(&market.search, &[listing(81, "Thing after", "", &[])]);
    let market = reopened(market);
    assert_eq!((market.search.cursor(), market.search.count()), (3_001, 81));
}

#[test]
fn an_interrupted_rebuild_leaves_the_old_index_and_is_cleared_away() {
    let market = Market::of(&things(5));
    let mut rebuild = Rebuild::start(&market.search).unwrap();
    rebuild.add(&things(2)).unwrap();
    assert_eq!(generations(market.folder.path()), 2);
    // Somebody else opens the folder while the rebuild goes on.
    let other = Search::open(market.folder.path(), Options::default()).unwrap();
    assert_eq!((other.count(), generations(market.folder.path())), (5, 2));
    drop((rebuild, other));
    let market = reopened(market);
    assert_eq!((market.search.cursor(), market.search.count()), (5, 5));
    assert_eq!(generations(market.folder.path()), 1);
}

#[test]
fn a_rebuild_by_another_process_is_followed() {
    let market = Market::of(&things(5));
    let other = Search::open(market.folder.path(), Options::default()).unwrap();
    let mut rebuild = Rebuild::start(&other).unwrap();
    rebuild.add(&things(9)).unwrap();
    rebuild.finish(3).unwrap();
    // The old one is searched until something is applied.
    assert_eq!(market.search.count(), 5);
    let applied = market.search.apply(&[Change::Remove(id(1))], Advance { from: 5, to: 6 }).unwrap();
    assert_eq!(applied, Applied::StandsAt(3));
    assert_eq!(
        market.search.apply(&[Change::Remove(id(1))], Advance { from: 3, to: 6 }).unwrap(),
        Applied::Done
    );
    assert_eq!((market.search.cursor(), market.search.count()), (6, 8));
}

#[test]
fn two_processes_do_not_write_at_once() {
    let market = Market::of(&things(5));
    let other = Search::open(market.folder.path(), Options::default()).unwrap();
    let change = [Change::Remove(id(1))];
    assert!(matches!(other.apply(&change, Advance { from: 5, to: 6 }), Err(search::Fault::Busy)));
    market.search.rest().unwrap();
    assert_eq!(other.apply(&change, Advance { from: 5, to: 6 }).unwrap(), Applied::Done);
}

#[test]
fn ids_come_back_as_they_went_in() {
    let extremes = [u64::MIN, 1, u64::MAX - 1, u64::MAX];
    let ids: Vec<ListingId> =
        extremes.map(|half| ListingId::new(uuid::Uuid::from_u64_pair(half, !half))).to_vec();
    let documents: Vec<Document> =
        ids.iter().map(|&id| Document { id, ..listing(0, "Thing", "", &[]) }).collect();
    let market = Market::of(&documents);
    let mut found: Vec<ListingId> = market.page(ask("thing")).hits.iter().map(|hit| hit.listing).collect();
    found.sort_unstable();
    let mut expected = ids;
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(numbers(&market.page(ask("no such"))).len(), 0);
}
