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
    #[cfg(unix)]
    for name in [ROOT_FILE, SIGNING_FILE] {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.path().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
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
    let after = Keyring::open(folder.path(), "127.0.0.1:2", world()).unwrap().trust();
    assert_eq!(before.root, after.root);
    assert_ne!(before.keys, after.keys);
    fs::remove_file(folder.path().join(ROOT_FILE)).unwrap();
    assert!(Keyring::open(folder.path(), "127.0.0.1:3", world()).is_err());
    assert!(Keyring::open(folder.path(), "127.0.0.1:2", world()).is_ok());
}

#[test]
fn another_program_may_rotate() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    let other = Keyring::open(folder.path(), "shop.example", world()).unwrap();
    other.rotate(&folder.path().join(ROOT_FILE), Old::Kept).unwrap();
    assert_eq!(keys.trust().keys, other.trust().keys);
}
