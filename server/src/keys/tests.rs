use std::fs;

use domain::time::Seconds;

use super::*;

fn world() -> World {
    World::made(1, Timestamp::from_millis(1_795_435_200_000))
}

#[test]
fn keys_are_made_once_and_are_their_owners() {
    let folder = tempfile::tempdir().unwrap();
    let made = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    let again = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    assert_eq!(made.show().1, again.show().1);
    assert_eq!(made.show().1.iter().filter(|key| key.is_current).count(), 3);
    let (from, until) = (world().now().before(Seconds::days(2)), world().now().after(Seconds::days(88)));
    assert!(made.show().1.iter().all(|key| (key.from, key.until) == (from, until)), "lists are dated back");
    #[cfg(unix)]
    for name in [ROOT_FILE, SIGNING_FILE] {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.path().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Keyring::open(folder.path(), "other.example", world()).is_err(), "{name}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn keys_overlap_and_are_replaced_in_time_while_the_root_is_there() {
    let (folder, world) = (tempfile::tempdir().unwrap(), world());
    let keys = Keyring::open(folder.path(), "shop.example", world.clone()).unwrap();
    let first = keys.current(Role::Authz, world.now()).unwrap().1;
    keys.tend().unwrap();
    assert_eq!(keys.kept().version, 1, "they hold for long yet");
    world.set_now(world.now().after(Seconds::days(50)));
    keys.tend().unwrap();
    assert_eq!((keys.kept().version, keys.kept().keys.len()), (2, 6), "the old stay in the set");
    assert_ne!(keys.current(Role::Authz, world.now()).unwrap().1.kid, first.kid, "the new one signs");
    let (root, away) = (folder.path().join(ROOT_FILE), folder.path().join("away.key"));
    fs::rename(&root, &away).unwrap();
    world.set_now(world.now().after(Seconds::days(60)));
    keys.tend().unwrap();
    assert_eq!(keys.kept().version, 2, "nobody signs without the root");
    keys.rotate(&away, Old::Kept).unwrap();
    assert_eq!((keys.kept().version, keys.kept().keys.len()), (3, 6), "those whose time is over are gone");
    keys.rotate(&away, Old::Dropped).unwrap();
    assert_eq!(keys.kept().keys.len(), 3);
    fs::remove_file(&away).unwrap();
    fs::write(&away, Pair::generate().unwrap().secret_text()).unwrap();
    assert!(keys.rotate(&away, Old::Kept).is_err(), "another root");
}

#[test]
fn a_store_that_is_called_anew_signs_anew() {
    let folder = tempfile::tempdir().unwrap();
    let before = Keyring::open(folder.path(), "127.0.0.1:1", world()).unwrap().trust();
    let (after, keys) = Keyring::open(folder.path(), "127.0.0.1:2", world()).unwrap().show();
    assert_eq!(keys.len(), 3, "what was signed under the other name is nothing here");
    assert_eq!(before.root, after.root);
    assert_ne!(before.keys, after.keys);
    fs::remove_file(folder.path().join(ROOT_FILE)).unwrap();
    assert!(Keyring::open(folder.path(), "127.0.0.1:3", world()).is_err());
    assert!(Keyring::open(folder.path(), "127.0.0.1:2", world()).is_ok());
}

/// Sets are read by devices, so they stay small; the newest keys stay.
#[test]
fn old_keys_leave_a_set_that_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    for _ in 0..21 {
        keys.rotate(&folder.path().join(ROOT_FILE), Old::Kept).unwrap();
    }
    assert_eq!(keys.show().1.len(), KEPT_MAX + Role::ALL.len());
    assert_eq!(keys.show().1.iter().rev().take(3).filter(|key| key.is_current).count(), 3);
}

/// Devices follow so many changes and no more.
#[test]
fn a_root_changes_to_another_and_not_too_often() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    let same = || Some(folder.path().join(ROOT_FILE));
    assert!(keys.change_root(&root::Roots { old: same(), new: same() }, Old::Kept).is_err());
    assert_eq!(keys.trust().roots.len(), 0);
    for _ in 0..32 {
        keys.change_root(&root::Roots::default(), Old::Dropped).unwrap();
    }
    let last = keys.trust();
    assert!(keys.change_root(&root::Roots::default(), Old::Dropped).is_err());
    assert_eq!((keys.trust().root, keys.trust().roots.len()), (last.root, 32));
}

#[test]
fn another_program_may_rotate() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    let other = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    other.rotate(&folder.path().join(ROOT_FILE), Old::Kept).unwrap();
    assert_eq!(keys.trust().keys, other.trust().keys);
}

#[test]
fn a_new_root_takes_the_place_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let keys = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    let first = keys.trust();
    keys.change_root(&root::Roots::default(), Old::Kept).unwrap();
    let second = keys.trust();
    assert_ne!(first.root, second.root);
    assert_eq!((second.roots.len(), keys.kept().keys.len()), (1, 6), "the old keys hold on");
    assert_eq!(file::root(&path(ROOT_FILE)).unwrap().public_text(), second.root);
    assert_eq!(file::root(&path(root::OLD_ROOT_FILE)).unwrap().public_text(), first.root);
    keys.rotate(&path(ROOT_FILE), Old::Kept).unwrap();
    // The old root says nothing any more.
    assert!(keys.rotate(&path(root::OLD_ROOT_FILE), Old::Kept).is_err());
    let old = root::Roots { old: Some(path(root::OLD_ROOT_FILE)), new: None };
    assert!(keys.change_root(&old, Old::Kept).is_err());
    // Both elsewhere: nothing in the folder changes its name.
    let away = tempfile::tempdir().unwrap();
    fs::rename(path(ROOT_FILE), away.path().join("root")).unwrap();
    let roots = root::Roots { old: Some(away.path().join("root")), new: Some(away.path().join("new")) };
    keys.change_root(&roots, Old::Dropped).unwrap();
    assert_eq!((keys.trust().roots.len(), keys.kept().keys.len()), (2, 3));
    assert_eq!(keys.trust().roots[0], second.roots[0]);
    assert!(!path(ROOT_FILE).exists());
    assert_eq!(file::root(&away.path().join("new")).unwrap().public_text(), keys.trust().root);
    // Under another name the changes lead nowhere.
    fs::copy(away.path().join("new"), path(ROOT_FILE)).unwrap();
    let renamed = Keyring::open(folder.path(), "other.example", world()).unwrap();
    assert_eq!((renamed.trust().roots.len(), renamed.trust().root), (0, keys.trust().root));
}

#[test]
fn a_change_of_the_root_that_was_cut_off_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let keys = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    let first = keys.trust();
    // Only the new root was made.
    fs::write(path("next-root.key"), Pair::generate().unwrap().secret_text()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path("next-root.key"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let again = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    assert_eq!(again.trust().root, first.root, "it is not in force");
    keys.change_root(&root::Roots::default(), Old::Kept).unwrap();
    // The files had not changed their names yet.
    for (from, to) in [(ROOT_FILE, "next-root.key"), (root::OLD_ROOT_FILE, ROOT_FILE)] {
        fs::rename(path(from), path(to)).unwrap();
    }
    let again = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    assert_eq!(file::root(&path(ROOT_FILE)).unwrap().public_text(), again.trust().root);
    again.rotate(&path(ROOT_FILE), Old::Kept).unwrap();
}
