//! Installing, killed at every step; going back; removing.

mod downloads;
mod removing;

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use super::*;
use crate::code::sealed::Kind;
use crate::package::{Artifact, FileClaim, Packing};
use crate::release::{Expected, Release};
use crate::stop::Stop;
use crate::testing::{Pair, STORE, at, sha256};

/// A program of one file, which says its version; anything else is not it.
pub(super) fn artifact(content: &[u8]) -> Artifact {
    let size = u64::try_from(content.len()).unwrap();
    let path = "bin/inkwell".to_owned();
    let file = FileClaim { path: path.clone(), size, sha256: sha256(content), exec: true };
    Artifact {
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        kind: Packing::Binary,
        size,
        sha256: sha256(content),
        main: path,
        files: vec![file],
    }
}

pub(crate) fn release(version: &str, seq: u64) -> Release {
    Release {
        v: 1,
        typ: "release".to_owned(),
        iss: STORE.to_owned(),
        prod: "inkwell".to_owned(),
        publisher: "ada".to_owned(),
        seq,
        version: version.parse().unwrap(),
        channel: "stable".to_owned(),
        iat: at(0),
        exp: at(1_000),
        artifacts: vec![artifact(version.as_bytes())],
        detect: Vec::new(),
    }
}

/// A home, and a release to install in it.
pub(super) struct Bench {
    pub(super) folder: tempfile::TempDir,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn held(&self) -> Held {
        Home::new(self.folder.path().to_owned()).hold("inkwell").unwrap()
    }

    fn archive(&self, content: &str) -> File {
        let path = self.folder.path().join("archive");
        fs::write(&path, content).unwrap();
        File::open(path).unwrap()
    }

    /// Installs a version, stopped after a step if one is named.
    pub(super) fn install(&self, version: &str, stop: Option<Step>) -> Result<Receipt, Stop> {
        let release = release(version, 1);
        let artifact = release.artifact("linux", "x86_64").unwrap();
        self.held().install(&release, artifact, &mut self.archive(version), at(5), |step| {
            if stop == Some(step) { Err(io::Error::other("killed")) } else { Ok(()) }
        })
    }

    fn apps(&self) -> PathBuf {
        self.folder.path().join("apps/inkwell")
    }

    /// What runs now: the version that the program itself tells.
    fn runs(&self) -> Option<String> {
        fs::read_to_string(self.apps().join("current/bin/inkwell")).ok()
    }

    /// The folders of versions, and what else lies there.
    fn lying(&self) -> Vec<String> {
        let names =
            fs::read_dir(self.apps()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !["lock", "receipts"].contains(&name.as_str())).collect();
        names.sort();
        names
    }
}

fn folder_of(version: &str) -> String {
    format!("{version}-{}", &sha256(version.as_bytes())[..8])
}

#[test]
fn versions_lie_beside_each_other_and_one_is_current() {
    let bench = Bench::new();
    let first = bench.install("1.0.0", None).unwrap();
    assert_eq!((bench.runs().as_deref(), first.previous.as_deref()), (Some("1.0.0"), None));
    let second = bench.install("1.1.0", None).unwrap();
    assert_eq!((bench.runs().as_deref(), second.previous), (Some("1.1.0"), Some(first.folder)));
    assert_eq!(bench.held().roll_back().unwrap().folder, folder_of("1.0.0"));
    assert_eq!(bench.runs().as_deref(), Some("1.0.0"));
    assert!(matches!(bench.held().roll_back(), Err(Stop::Refused(_))), "there is none before");
    bench.install("1.2.0", None).unwrap();
    assert_eq!(bench.lying(), [&*folder_of("1.0.0"), &folder_of("1.2.0"), "current"], "older ones go");
    assert_eq!(
        bench.held().receipt(&folder_of("1.2.0")).unwrap().unwrap().check(&bench.apps()).unwrap(),
        Integrity::Whole
    );
}

#[test]
fn killed_at_any_step_the_old_or_the_new_is_whole() {
    for stop in Step::ALL {
        let bench = Bench::new();
        bench.install("1.0.0", None).unwrap();
        assert!(bench.install("1.1.0", Some(stop)).is_err());
        let at_once = bench.runs().unwrap();
        let is_new = !matches!(stop, Step::Planned | Step::Unpacked | Step::Moved);
        assert!(at_once == "1.0.0" || is_new, "{stop:?}: {at_once}");
        // The next that comes finishes or undoes it, and leaves no trace.
        drop(bench.held());
        let expected = if is_new { "1.1.0" } else { "1.0.0" };
        assert_eq!(bench.runs().as_deref(), Some(expected), "{stop:?}");
        let mut lying = vec![folder_of("1.0.0"), "current".to_owned()];
        if is_new {
            lying.insert(1, folder_of("1.1.0"));
        }
        assert_eq!(bench.lying(), lying, "{stop:?}");
        bench.install("1.1.0", None).unwrap();
        assert_eq!(bench.runs().as_deref(), Some("1.1.0"), "{stop:?}");
    }
}

#[test]
fn killed_the_first_time_nothing_or_all_is_there() {
    for stop in Step::ALL {
        let bench = Bench::new();
        assert!(bench.install("1.0.0", Some(stop)).is_err());
        drop(bench.held());
        match bench.runs() {
            Some(version) => assert_eq!(version, "1.0.0", "{stop:?}"),
            None => assert_eq!(bench.lying(), Vec::<String>::new(), "{stop:?}"),
        }
    }
}

#[test]
fn a_wrong_archive_changes_nothing() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    let release = release("1.1.0", 1);
    let artifact = release.artifact("linux", "x86_64").unwrap();
    let told = bench.held().install(&release, artifact, &mut bench.archive("evil!"), at(5), |_| Ok(()));
    assert!(matches!(told, Err(Stop::Refused(_))), "{told:?}");
    assert_eq!(bench.runs().as_deref(), Some("1.0.0"));
    assert_eq!(bench.lying(), [&*folder_of("1.0.0"), "current"]);
    let other = Release { prod: "other".to_owned(), ..release.clone() };
    assert!(bench.held().install(&other, artifact, &mut bench.archive("1.1.0"), at(5), |_| Ok(())).is_err());
}

#[test]
fn a_repair_goes_beside_what_is_broken() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    fs::write(bench.apps().join("current/bin/inkwell"), "9.9.9").unwrap();
    let repaired = bench.install("1.0.0", None).unwrap();
    assert_eq!(repaired.folder, format!("{}.2", folder_of("1.0.0")));
    assert_eq!(bench.runs().as_deref(), Some("1.0.0"));
    assert!(matches!(bench.held().roll_back(), Err(Stop::Refused(_))), "what is broken is no way back");
}

#[test]
fn two_at_once_never_meet() {
    let bench = Bench::new();
    let held = bench.held();
    let home = Home::new(bench.folder.path().to_owned());
    assert!(matches!(home.hold("inkwell"), Err(Stop::Refused(_))));
    assert!(home.hold("other").is_ok());
    drop(held);
    assert!(home.hold("inkwell").is_ok());
    for name in ["", "..", "a/b", "Ink", "ink well", "ink.well", &"x".repeat(65)] {
        assert!(matches!(home.hold(name), Err(Stop::Refused(_))), "{name}");
    }
}

#[test]
fn a_broken_plan_is_a_fault_and_removes_nothing() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    let home = Home::new(bench.folder.path().to_owned());
    for plan in [r#"{"target":"../.."}"#, r#"{"target":"a/b"}"#, r#"{"target":""}"#, "{"] {
        fs::write(bench.apps().join("plan.json"), plan).unwrap();
        assert!(matches!(home.hold("inkwell"), Err(Stop::Fault(_))), "{plan}");
        assert_eq!(bench.runs().as_deref(), Some("1.0.0"));
    }
}

#[test]
fn releases_are_the_publishers_and_go_forward() {
    let (bench, publisher, stranger) = (Bench::new(), Pair::new(), Pair::new());
    let expected =
        |now| Expected { store: STORE, product: "inkwell", key: &publisher.public, seen: None, now: at(now) };
    let signed = |release: &Release| publisher.sign(Kind::Release, release);
    let held = bench.held();
    let why = |token: &str, now| match held.accept(token, expected(now)) {
        Err(Stop::Refused(why)) => why,
        Err(Stop::Denied(denied)) => denied.why.to_owned(),
        told => panic!("{told:?}"),
    };
    assert_eq!(held.accept(&signed(&release("1.0.0", 5)), expected(0)).unwrap(), release("1.0.0", 5));
    held.accept(&signed(&release("1.0.0", 5)), expected(999)).unwrap();
    assert!(why(&signed(&release("0.9.0", 4)), 0).contains("later release"));
    let beta = |seq| Release { channel: "beta".to_owned(), ..release("2.0.0-beta", seq) };
    held.accept(&signed(&beta(9)), expected(0)).unwrap();
    assert!(why(&signed(&beta(8)), 0).contains("later release"));
    held.accept(&signed(&release("1.0.0", 5)), expected(0)).unwrap();
    assert!(why(&signed(&release("1.1.0", 6)), 1_000).contains("stale"));
    assert!(why(&stranger.sign(Kind::Release, &release("1.1.0", 6)), 0).contains("another key"));
    assert!(why(&publisher.sign(Kind::Code, &release("1.1.0", 6)), 0).contains("signature"));
    assert!(why("", 0).contains("no signed message"));
    let of_other = Release { prod: "other".to_owned(), ..release("1.1.0", 6) };
    assert!(why(&signed(&of_other), 0).contains("another program"));
    let elsewhere = Release { iss: "other.example".to_owned(), ..release("1.1.0", 6) };
    assert!(why(&signed(&elsewhere), 0).contains("this store"));
    let text = serde_json::to_string(&release("1.1.0", 6)).unwrap();
    for (from, to) in [(r#""seq":6"#, r#""seq":6,"seq":7"#), (r#""v":1"#, r#""v":1,"run":"rm""#)] {
        assert!(why(&publisher.sign_text(Kind::Release, &text.replacen(from, to, 1)), 0).contains("say"));
    }
    let token = signed(&release("1.1.0", 6));
    for place in (0..token.len()).step_by(7) {
        let mut signs = token.clone().into_bytes();
        signs[place] = if signs[place] == b'A' { b'B' } else { b'A' };
        assert!(held.accept(&String::from_utf8(signs).unwrap(), expected(0)).is_err(), "{place}");
    }
    drop(held);
    assert!(bench.held().accept(&signed(&release("0.9.0", 4)), expected(0)).is_err(), "in the next run too");
}
