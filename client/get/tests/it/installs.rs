//! Installing: what is here already is not fetched, what comes is what was
//! signed, and whatever happens an old or a new version is whole.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::shop::{Release, Shop, sha256};
use crate::users::User;

#[test]
fn a_program_is_fetched_once_and_then_only_its_code() {
    let shop = Shop::new();
    let user = User::new(&shop);
    assert_eq!(user.does("install inkwell")["downloaded"], true);
    let served = shop.state().served;
    assert!(served > 200_000);
    assert_eq!(user.runs(), "inkwell 1.0.0");
    assert_eq!(user.does("install inkwell")["downloaded"], false);
    assert_eq!(user.does("install inkwell")["version"], "1.0.0");
    assert_eq!(shop.state().served, served, "not one byte more");
    let wants: Vec<_> = shop.state().asked.iter().map(|(_, input)| input["want"].clone()).collect();
    assert_eq!(wants.last().unwrap(), "CODE");
    assert_eq!(shop.count("activateDevice"), 1, "a device that is known needs no place");
    fs::remove_dir_all(user.apps().join("current/bin")).unwrap();
    assert_eq!(user.does("install inkwell")["downloaded"], true, "removed by hand, it comes again");
    assert_eq!(user.runs(), "inkwell 1.0.0");
}

#[test]
fn a_copy_of_somebody_else_is_used_and_never_touched() {
    let shop = Shop::new();
    let user = User::new(&shop);
    let place = "${HOME}/tools/inkwell";
    let copy = user.home().join("tools/inkwell");
    shop.state().release.detect = json!([
        {"kind": "file_sha256", "path": place, "sha256": sha256(b"a copy"), "version": "1.0.0"}]);
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    fs::write(&copy, "a copy").unwrap();
    assert_eq!(user.does("install inkwell")["downloaded"], false);
    assert_eq!(shop.state().served, 0);
    assert_eq!(user.fails("uninstall inkwell", 5)["code"], "NOT_FOUND");
    assert_eq!(fs::read(&copy).unwrap(), b"a copy");
    fs::write(&copy, "something else").unwrap();
    assert_eq!(user.does("install inkwell")["downloaded"], true);
}

#[test]
fn what_was_changed_is_offered_again() {
    let shop = Shop::new();
    let user = User::new(&shop);
    user.does("install inkwell");
    fs::write(user.apps().join("current/bin/inkwell"), "#!/bin/sh\necho evil\n").unwrap();
    let findings = user.asks("doctor");
    assert_eq!(findings.exit, 1);
    assert!(findings.json["findings"].to_string().contains("changed: bin/inkwell"), "{findings:?}");
    assert_eq!(user.asks("install inkwell").exit, 3, "nobody there to agree");
    assert_eq!(user.does("install inkwell")["downloaded"], true);
    assert_eq!(user.runs(), "inkwell 1.0.0");
}

#[test]
fn updates_are_agreed_to_and_taken_back() {
    let shop = Shop::new();
    let user = User::new(&shop);
    user.does("install inkwell");
    shop.state().release = Release::of("1.1.0", 2);
    assert_eq!(user.does("install inkwell --keep")["downloaded"], false);
    assert_eq!(user.asks("install inkwell").exit, 3);
    assert_eq!(user.runs(), "inkwell 1.0.0");
    assert_eq!(user.does("update inkwell")["version"], "1.1.0");
    assert_eq!(user.runs(), "inkwell 1.1.0");
    assert_eq!(user.does("rollback inkwell")["version"], "1.0.0");
    assert_eq!(user.runs(), "inkwell 1.0.0");
    shop.state().covers = Some("^1");
    shop.state().release = Release::of("2.0.0", 3);
    user.does("install inkwell --keep");
    assert_eq!(user.does("update inkwell")["downloaded"], false, "the licence does not cover it");
}

#[test]
fn the_newest_version_that_is_covered_comes_where_the_newest_is_not() {
    let shop = Shop::new();
    let user = User::new(&shop);
    shop.state().covers = Some("^1");
    shop.state().release = Release::of("2.0.0", 5);
    assert_eq!(user.fails("install inkwell", 33)["code"], "VERSION_NOT_COVERED", "none is covered");
    shop.state().older = Some(Release::of("1.4.0", 3));
    let done = user.does("install inkwell");
    assert_eq!((&done["version"], &done["notCovered"]), (&json!("1.4.0"), &json!("2.0.0")));
    assert_eq!(user.runs(), "inkwell 1.4.0");
    let served = shop.state().served;
    assert_eq!(user.does("install inkwell")["downloaded"], false);
    assert_eq!(shop.state().served, served, "not one byte more");
    shop.state().older = Some(Release::of("1.5.0", 4));
    assert_eq!(user.does("update inkwell")["version"], "1.5.0");
    // Neither a version that is not covered nor one of before.
    for (version, seq) in [("2.0.0", 6), ("1.4.0", 3)] {
        shop.state().older = Some(Release::of(version, seq));
        user.fails("update inkwell", 3);
        assert_eq!(user.runs(), "inkwell 1.5.0", "{version}");
    }
    // Who covers all later on has the newest.
    shop.state().older = None;
    shop.state().covers = Some("*");
    user.does("install inkwell --keep");
    assert_eq!(user.does("update inkwell")["version"], "2.0.0");
}

#[test]
fn what_is_there_and_not_covered_gets_the_covered_version_beside_it() {
    let shop = Shop::new();
    let user = User::new(&shop);
    shop.state().release = Release::of("2.0.0", 5);
    user.does("install inkwell");
    // The purchase went back, and what was bought then covers less.
    shop.state().covers = Some("^1");
    shop.state().older = Some(Release::of("1.4.0", 3));
    user.does("uninstall inkwell");
    user.does("install inkwell");
    assert_eq!(user.runs(), "inkwell 1.4.0");
}

#[test]
fn what_is_not_as_signed_is_not_installed() {
    let new = || Release::of("1.1.0", 3);
    for (name, release) in [
        ("other bytes", Release { other_bytes: true, ..new() }),
        ("another key", Release { by_stranger: true, ..new() }),
        ("older", Release { seq: 1, ..new() }),
        ("stale", Release { is_stale: true, ..new() }),
    ] {
        let shop = Shop::new();
        let user = User::new(&shop);
        shop.state().release.seq = 2;
        user.does("install inkwell");
        shop.state().release = release;
        let said = user.asks("--yes update inkwell");
        assert!([3, 37].contains(&said.exit), "{name}: {said:?}");
        assert_eq!(user.runs(), "inkwell 1.0.0", "{name}");
    }
}

#[test]
fn a_download_that_is_cut_goes_on() {
    let shop = Shop::new();
    let user = User::new(&shop);
    shop.state().cut_after = Some(30_000);
    user.does("install inkwell");
    assert_eq!(user.runs(), "inkwell 1.0.0");
    let served = shop.state().served;
    assert!((200_000..210_000).contains(&served), "each byte once: {served}");
}

#[test]
fn killed_at_any_step_of_an_update_the_old_or_the_new_is_whole() {
    let shop = Shop::new();
    for step in ["Planned", "Unpacked", "Moved", "Receipted", "Switched", "Done"] {
        let user = User::new(&shop);
        shop.state().release = Release::of("1.0.0", 1);
        user.does("install inkwell");
        shop.state().release = Release::of("1.1.0", 1);
        let killed = user.command("--yes update inkwell").env("FARTHING_TEST_END_AT", step).output().unwrap();
        assert_eq!(killed.status.code(), None, "{step}: it was killed");
        let is_new = !["Planned", "Unpacked", "Moved"].contains(&step);
        assert_eq!(user.runs(), if is_new { "inkwell 1.1.0" } else { "inkwell 1.0.0" }, "{step}");
        user.does("update inkwell");
        assert_eq!(user.runs(), "inkwell 1.1.0", "{step}");
        let left: Vec<_> = fs::read_dir(user.apps()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name == "staging" || name == "plan.json"), "{step}: {left:?}");
    }
}

#[test]
fn a_disk_that_takes_no_more_leaves_the_old_version() {
    let shop = Shop::new();
    let user = User::new(&shop);
    user.does("install inkwell");
    shop.state().release = Release::of("1.1.0", 2);
    // A file may not grow beyond 100 blocks, and writing more is an error.
    let limited = "trap '' XFSZ; ulimit -f 100; exec \"$0\" --json --yes update inkwell";
    let mut command = user.command("status");
    let mut shell = Command::new("sh");
    shell.args(["-c", limited]).arg(command.get_program());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let full = shell.output().unwrap();
    assert_eq!(full.status.code(), Some(1), "{full:?}");
    assert_eq!(user.runs(), "inkwell 1.0.0");
    assert!(command.output().unwrap().status.success());
    assert_eq!(user.does("update inkwell")["version"], "1.1.0");
}

#[test]
fn the_second_of_two_at_once_says_so() {
    let shop = Shop::new();
    let user = User::new(&shop);
    user.does("install inkwell");
    let lock = fs::File::create(user.apps().join("lock")).unwrap();
    lock.lock().unwrap();
    let error = user.fails("update inkwell", 3);
    assert!(error["message"].as_str().unwrap().contains("another program"), "{error}");
    drop(lock);
    user.does("update inkwell");
}

#[test]
fn a_program_may_run_while_its_licence_holds() {
    let shop = Shop::new();
    let user = User::new(&shop);
    assert_eq!(user.fails("run inkwell", 5)["code"], "NOT_FOUND");
    user.does("install inkwell");
    let output = user.command("run inkwell hello 7").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "inkwell 1.0.0 hello");
    assert_eq!(output.status.code(), Some(7), "it ends as the program does");
    let removed = user.does("uninstall inkwell");
    assert_eq!((&removed["files"], &removed["freed"]), (&json!(1), &json!(true)));
    assert_eq!(shop.count("deactivateDevice"), 1);
    assert_eq!(user.fails("run inkwell", 5)["code"], "NOT_FOUND");
    shop.state().covers = None;
    assert_eq!(user.fails("install inkwell", 5)["code"], "NOT_FOUND", "there is no licence");
}

#[test]
fn a_script_counts_through_the_command_that_runs_it() {
    let shop = Shop::new();
    let user = User::new(&shop);
    shop.state().uses = Some(3);
    user.does("install inkwell");
    assert_eq!(user.does("consume inkwell")["left"], 2);
    let draws = || user.command("run inkwell draw").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&draws().stdout).trim(), "inkwell 1.0.0 draw");
    assert_eq!(shop.state().uses, Some(1));
    shop.state().loses_answers = true;
    assert_eq!(draws().status.code(), Some(4), "it does not draw uncounted");
    shop.state().loses_answers = false;
    assert_eq!(draws().status.code(), Some(0));
    let none = draws();
    assert_eq!(none.status.code(), Some(25), "{none:?}");
    assert!(none.stdout.is_empty() && !none.stderr.is_empty(), "{none:?}");
    let state = shop.state();
    let asked: Vec<_> = state.asked.iter().filter(|(name, _)| name == "consume").collect();
    assert_eq!(asked.len(), 5);
    assert_eq!(asked[2].1["consumeId"], asked[3].1["consumeId"], "what was lost is asked for again");
    drop(state);
    assert_eq!(user.fails("consume nothing", 20)["code"], "NOT_FOUND");
    for units in ["0", "1000001", "-1", "many"] {
        let said = user.command(&format!("consume inkwell use {units}")).output().unwrap();
        assert_eq!(said.status.code(), Some(2), "{said:?}");
    }
}

#[test]
fn what_is_owned_is_consumed_for_nothing() {
    let shop = Shop::new();
    let user = User::new(&shop);
    user.does("install inkwell");
    assert_eq!(user.does("consume inkwell export-pdf 7")["left"], json!(null));
    assert_eq!(shop.count("consume"), 0);
}

#[test]
fn what_was_changed_stays_when_a_program_is_removed() {
    let shop = Shop::new();
    let user = User::new(&shop);
    user.does("install inkwell");
    let folder = fs::canonicalize(user.apps().join("current")).unwrap();
    fs::write(folder.join("notes"), "mine").unwrap();
    fs::write(folder.join("bin/inkwell"), "changed").unwrap();
    let removed = user.does("uninstall inkwell");
    assert_eq!(removed["changed"].as_array().unwrap().len(), 1);
    assert!(folder.join("notes").exists() && folder.join("bin/inkwell").exists());
}

#[test]
fn nothing_of_the_computer_or_the_person_is_told() {
    let shop = Shop::new();
    let user = User::new(&shop);
    shop.state().release.detect = json!([{"kind": "dpkg", "package": "no-such-thing"}]);
    user.does("install inkwell");
    user.does("install inkwell");
    user.runs();
    let heard = shop.state().heard.join("\n").to_lowercase();
    // A short name may be part of any key.
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim().to_owned();
    let host = if host.len() > 5 { host } else { String::new() };
    let home = user.home().display().to_string();
    for word in [home.as_str(), host.as_str(), "no-such-thing", "${", "detect"] {
        assert!(word.is_empty() || !heard.contains(&word.to_lowercase()), "{word:?} was sent");
    }
    let downloads: Vec<_> = heard.lines().filter(|line| line.starts_with("get ")).collect();
    assert!(downloads.iter().all(|line| !line.contains("secret-token")));
}

/// What a launcher says when it is run as the shell runs it.
fn launched(launcher: &Path) -> (Option<i32>, String) {
    let output = Command::new(launcher).args(["two words", "7"]).env_clear().output().expect("it starts");
    (output.status.code(), String::from_utf8(output.stdout).expect("a text").trim().to_owned())
}

#[test]
fn a_program_is_run_by_its_name() {
    let shop = Shop::new();
    let user = User::new(&shop);
    let launcher = user.home().join("farthing/bin/inkwell");
    assert_eq!(user.does("install inkwell")["launcher"], launcher.display().to_string());
    assert_eq!(launched(&launcher), (Some(7), "inkwell 1.0.0 two words".to_owned()));
    let others: Vec<_> = fs::read_dir(launcher.parent().unwrap()).unwrap().collect();
    assert_eq!(others.len(), 1, "nothing is left aside");
    // An update goes by the same launcher, and one that is gone comes back.
    shop.state().release = Release::of("1.1.0", 2);
    user.does("update inkwell");
    assert_eq!(launched(&launcher).1, "inkwell 1.1.0 two words");
    fs::remove_file(&launcher).unwrap();
    let told = user.asks("doctor");
    assert_eq!(told.exit, 1);
    assert!(told.json["findings"].to_string().contains("farthing-get install inkwell makes it"), "{told:?}");
    user.does("install inkwell");
    let told = user.asks("doctor");
    assert_eq!((told.exit, &told.json["launchers"]["inPath"]), (0, &json!(false)));
    let path = launcher.parent().unwrap().as_os_str();
    let output = user.command("--json doctor").env("PATH", path).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["launchers"]["inPath"], true);
    user.does("uninstall inkwell");
    assert!(!launcher.exists(), "removed with it");
}

#[test]
fn a_launcher_never_takes_the_place_of_something_else() {
    let shop = Shop::new();
    let user = User::new(&shop);
    let launcher = user.home().join("farthing/bin/inkwell");
    fs::create_dir_all(launcher.parent().unwrap()).unwrap();
    let target = user.home().join("mine");
    fs::write(&target, "mine").unwrap();
    for is_link in [false, true] {
        match is_link {
            false => fs::write(&launcher, "#!/bin/sh\n# my own\n").unwrap(),
            true => std::os::unix::fs::symlink(&target, &launcher).unwrap(),
        }
        let done = user.does("install inkwell");
        assert_eq!(
            (&done["launcher"], done["ok"] == true),
            (&json!(null), true),
            "it is installed all the same"
        );
        assert_eq!(user.runs(), "inkwell 1.0.0");
        let told = user.asks("doctor");
        assert!(
            told.exit == 1 && told.json["findings"].to_string().contains("is something else"),
            "{told:?}"
        );
        user.does("uninstall inkwell");
        assert!(fs::symlink_metadata(&launcher).is_ok(), "it is not ours to remove");
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
        fs::remove_file(&launcher).unwrap();
    }
}
