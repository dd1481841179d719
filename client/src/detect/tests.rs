//! What is found, what is decided, and rules that want more than to look.

use std::fs;

use super::*;
use crate::install::{Home, Receipt};
use crate::testing::{at, sha256};

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn the_table_of_what_to_do() {
    let present =
        |found, version: Option<&str>| State::Present(found, version.map(|text| text.parse().unwrap()));
    let (release, covers) = (version("1.5.0"), |version: &Version| version.major == 1);
    for (state, expected) in [
        (State::Absent, Action::Install),
        (State::Broken, Action::OfferRepair),
        (State::Modified(version("1.5.0")), Action::OfferRepair),
        (present(Found::Receipt, Some("1.5.0")), Action::CodeOnly),
        (present(Found::Receipt, Some("1.6.0")), Action::CodeOnly),
        (present(Found::Receipt, Some("1.4.0")), Action::AskToUpdate),
        (present(Found::Receipt, Some("0.9.0")), Action::AskToUpdate),
        (present(Found::Receipt, Some("2.0.0")), Action::OfferCovered),
        (present(Found::Rule, None), Action::CodeOnly),
        (present(Found::Rule, Some("1.5.0")), Action::CodeOnly),
        (present(Found::Rule, Some("1.4.0")), Action::CodeOnly),
        (present(Found::Rule, Some("0.9.0")), Action::AskToUpdate),
        (present(Found::Rule, Some("2.0.0")), Action::OfferCovered),
    ] {
        let there = match &state {
            State::Present(_, version) => version.clone(),
            State::Modified(version) => Some(version.clone()),
            State::Absent | State::Broken => None,
        };
        let covered = Covered::of(there.as_ref(), &release, covers);
        assert_eq!(decide(&state, covered), expected, "{state:?}");
    }
}

/// A made-up Linux system with a home, and our own home in it.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn places(&self) -> Places {
        Places::linux(self.folder.path(), &self.folder.path().join("user"))
    }

    fn put(&self, path: &str, content: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn detect(&self, rules: &[Rule]) -> State {
        let held = Home::new(self.folder.path().join("ours")).hold("inkwell").unwrap();
        detect(&held, rules, &self.places()).unwrap()
    }

    fn install(&self) -> Receipt {
        let release = crate::install::tests_release("1.0.0", 1);
        let artifact = release.artifact("linux", "x86_64").unwrap();
        self.put("archive", "1.0.0");
        let mut archive = fs::File::open(self.folder.path().join("archive")).unwrap();
        let held = Home::new(self.folder.path().join("ours")).hold("inkwell").unwrap();
        held.install(&release, artifact, &mut archive, at(5), |_| Ok(())).unwrap()
    }
}

fn rule(text: &str) -> Result<Rule, serde_json::Error> {
    serde_json::from_str(text)
}

#[test]
fn our_own_install_is_looked_at_again() {
    let bench = Bench::new();
    assert_eq!(bench.detect(&[]), State::Absent);
    let receipt = bench.install();
    let whole = State::Present(Found::Receipt, Some(version("1.0.0")));
    assert_eq!(bench.detect(&[]), whole);
    let apps = bench.folder.path().join("ours/apps/inkwell");
    let main = apps.join(&receipt.folder).join("bin/inkwell");
    fs::write(&main, "1.0.1").unwrap();
    assert_eq!(bench.detect(&[]), State::Modified(version("1.0.0")));
    fs::remove_file(&main).unwrap();
    assert_eq!(bench.detect(&[]), State::Broken);
    fs::write(&main, "1.0.0").unwrap();
    assert_eq!(bench.detect(&[]), whole);
    fs::rename(apps.join(&receipt.folder), apps.join("moved")).unwrap();
    assert_eq!(bench.detect(&[]), State::Broken);
    let path = apps.join(format!("receipts/{}.json", receipt.folder));
    let of_other = fs::read_to_string(&path).unwrap().replace("\"inkwell\",\n", "\"other\",\n");
    fs::write(&path, of_other).unwrap();
    assert_eq!(bench.detect(&[]), State::Absent, "the receipt of another product is ignored");
}

#[test]
fn a_copy_that_is_not_ours_is_found_and_left() {
    let bench = Bench::new();
    bench.put("opt/inkwell/bin/inkwell", "theirs");
    let hash = sha256(b"theirs");
    let by_hash = format!(
        r#"{{"kind":"file_sha256","path":"${{OPT}}/inkwell/bin/inkwell","sha256":"{hash}","version":"1.2.3"}}"#
    );
    let by_hash = rule(&by_hash).unwrap();
    let by_path = rule(r#"{"kind":"path_exists","path":"${OPT}/inkwell"}"#).unwrap();
    let elsewhere = rule(r#"{"kind":"path_exists","path":"${HOME}/inkwell"}"#).unwrap();
    let on_windows = rule(r#"{"kind":"path_exists","path":"${PROGRAM_FILES}/inkwell"}"#).unwrap();
    assert_eq!(bench.detect(&[elsewhere.clone(), on_windows]), State::Absent);
    let known = State::Present(Found::Rule, Some(version("1.2.3")));
    assert_eq!(bench.detect(&[elsewhere, by_hash.clone(), by_path.clone()]), known);
    assert_eq!(
        bench.detect(&[by_path, by_hash.clone()]),
        State::Present(Found::Rule, None),
        "in their order"
    );
    bench.put("opt/inkwell/bin/inkwell", "other");
    assert_eq!(bench.detect(&[by_hash]), State::Absent);
    let held = Home::new(bench.folder.path().join("ours")).hold("inkwell").unwrap();
    held.uninstall(true).unwrap();
    assert_eq!(fs::read_to_string(bench.folder.path().join("opt/inkwell/bin/inkwell")).unwrap(), "other");
}

#[test]
fn debian_packages() {
    let bench = Bench::new();
    bench.put(
        "var/lib/dpkg/status",
        "Package: inkwell\nStatus: install ok installed\nVersion: 1:1.4.2-3\n\n\
         Package: inkwell-data\nStatus: deinstall ok config-files\nVersion: 1.0.0\n\n\
         Package: odd\nStatus: install ok installed\nVersion: 7\n",
    );
    let dpkg = |package: &str| bench.detect(&[Rule::Dpkg { package: package.to_owned() }]);
    assert_eq!(dpkg("inkwell"), State::Present(Found::Rule, Some(version("1.4.2"))));
    assert_eq!(dpkg("odd"), State::Present(Found::Rule, None), "a version that is none of ours");
    for package in ["inkwell-data", "ink", "", "--status", "inkwell\nStatus: x", "inkwell; rm"] {
        assert_eq!(dpkg(package), State::Absent, "{package}");
    }
}

#[test]
fn rules_that_want_more_than_to_look_are_refused() {
    for path in [
        "/etc/passwd",
        "${HOME}",
        "${HOME}/",
        "${HOME}/../x",
        "${HOME}//x",
        "${HOME}/a/../../x",
        "${HOME}/$(touch x)/..",
        "${HOME}/${OPT}",
        "${HOME}/$USER",
        "${HOME}/~",
        "${PATH}/x",
        "${}/x",
        "${home}/x",
        "\\\\\\\\host\\\\share",
        "${OPT}/\\\\\\\\host\\\\x",
        "${OPT}/C:/x",
        "https://host/x",
        "../x",
        "",
    ] {
        let text = format!(r#"{{"kind":"path_exists","path":"{path}"}}"#);
        assert!(rule(&text).is_err(), "{path}");
    }
    for text in [
        r#"{"kind":"command_version","command":"rm -rf /"}"#,
        r#"{"kind":"script","run":"x"}"#,
        r#"{"kind":"path_exists","path":"${OPT}/x","then":"run"}"#,
        r#"{"kind":"path_exists","path":"${OPT}/x","path":"${OPT}/y"}"#,
        r#"{"kind":"dpkg","package":"x","kind":"script"}"#,
        r#"{"path":"${OPT}/x"}"#,
    ] {
        assert!(rule(text).is_err(), "{text}");
    }
    // Known kinds that this system cannot prove find nothing.
    let bench = Bench::new();
    let other = [
        rule(r#"{"kind":"registry_value","key":"x","name":"y"}"#).unwrap(),
        rule(r#"{"kind":"msi_upgrade_code","code":"x"}"#).unwrap(),
        rule(r#"{"kind":"bundle_id","id":"x"}"#).unwrap(),
    ];
    assert_eq!(bench.detect(&other), State::Absent);
}

#[cfg(unix)]
#[test]
fn a_rule_reads_no_device_and_no_pipe() {
    let bench = Bench::new();
    let opt = bench.folder.path().join("opt");
    fs::create_dir_all(&opt).unwrap();
    std::os::unix::fs::symlink("/dev/zero", opt.join("zero")).unwrap();
    let (path, sha256) = (package::rule::Place::parse("${OPT}/zero").unwrap(), "0".repeat(64));
    assert_eq!(bench.detect(&[Rule::FileSha256 { path, sha256, version: None }]), State::Absent);
}
