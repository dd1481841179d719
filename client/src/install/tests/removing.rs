//! Removing: only our own files, only unchanged, never through a link.

use super::*;

#[test]
fn only_our_unchanged_files_go() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    bench.install("1.1.0", None).unwrap();
    let (old, new) = (bench.apps().join(folder_of("1.0.0")), bench.apps().join(folder_of("1.1.0")));
    fs::write(old.join("bin/notes"), "mine").unwrap();
    fs::write(new.join("bin/inkwell"), "2.2.2").unwrap();
    let removed = bench.held().uninstall(false).unwrap();
    assert_eq!(removed, Removed { files: 1, changed: vec![format!("{}/bin/inkwell", folder_of("1.1.0"))] });
    assert_eq!(fs::read_to_string(old.join("bin/notes")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(new.join("bin/inkwell")).unwrap(), "2.2.2");
    assert_eq!(bench.runs(), None);
    assert_eq!(bench.held().uninstall(false).unwrap(), Removed::default(), "again is harmless");
}

#[test]
fn changed_files_go_when_asked_for() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    fs::write(bench.apps().join("current/bin/inkwell"), "2.2.2").unwrap();
    assert_eq!(bench.held().uninstall(true).unwrap().files, 1);
    assert_eq!(bench.lying(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn nothing_is_removed_through_a_link() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    // Somebody moved the folder away and left a link to a copy outside.
    let outside = bench.folder.path().join("outside");
    let inside = bench.apps().join(folder_of("1.0.0")).join("bin");
    fs::rename(&inside, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &inside).unwrap();
    let receipt = bench.held().receipt(&folder_of("1.0.0")).unwrap().unwrap();
    assert_eq!(receipt.check(&bench.apps()).unwrap(), Integrity::Broken(vec!["bin/inkwell".to_owned()]));
    assert_eq!(bench.held().uninstall(true).unwrap().files, 0);
    assert_eq!(fs::read_to_string(outside.join("inkwell")).unwrap(), "1.0.0");
}

#[test]
fn receipts_that_lie_are_none() {
    let bench = Bench::new();
    bench.install("1.0.0", None).unwrap();
    let path = bench.apps().join(format!("receipts/{}.json", folder_of("1.0.0")));
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"bin/inkwell\",\n", "\"../../archive\",\n"),
        ("\"inkwell\",\n", "\"other\",\n"),
        (&*folder_of("1.0.0"), ".."),
        ("\"schema\": 1", "\"schema\": 2"),
        ("{", ""),
    ] {
        assert!(good.contains(from), "{from}");
        fs::write(&path, good.replace(from, to)).unwrap();
        assert_eq!(bench.held().receipt(&folder_of("1.0.0")).unwrap(), None, "{to}");
        assert_eq!(bench.held().uninstall(true).unwrap(), Removed::default());
        assert!(bench.folder.path().join("archive").exists());
    }
}
