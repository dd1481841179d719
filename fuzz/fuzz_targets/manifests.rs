//! Releases, lists of files and rules of detection: whatever a publisher
//! signs, no name leads anywhere else and no rule does more than look.
#![no_main]

use std::sync::LazyLock;

use client::code::sealed::Kind;
use client::detect::Places;
use client::package::{Listing, Rule, name};
use client::release::{Expected, Release};
use farthing_fuzz::{Pair, STORE, at, folder};
use libfuzzer_sys::fuzz_target;

static PUBLISHER: LazyLock<Pair> = LazyLock::new(|| Pair::of(5));

/// A computer on which next to nothing is.
static PLACES: LazyLock<(tempfile::TempDir, Places)> = LazyLock::new(|| {
    let root = folder();
    let places = Places::linux(root.path(), &root.path().join("home"));
    let list = root.path().join("var/lib/dpkg");
    std::fs::create_dir_all(&list).expect("the disk takes it");
    let text = "Package: inkwell\nStatus: install ok installed\nVersion: 1:1.2.3-4\n";
    std::fs::write(list.join("status"), text).expect("the disk takes it");
    (root, places)
});

fuzz_target!(|data: &[u8]| {
    let Some((way, data)) = data.split_first() else { return };
    let expected =
        Expected { store: STORE, product: "inkwell", key: &PUBLISHER.public, seen: Some(3), now: at(0) };
    match way.wrapping_sub(b'0') % 3 {
        0 => assert!(Release::read(&String::from_utf8_lossy(data), &expected).is_err(), "nobody signed it"),
        1 => {
            let Some(token) = PUBLISHER.sign_bytes(Kind::Release, data) else { return };
            if let Ok(release) = Release::read(&token, &expected) {
                assert!(release.seq >= 3 && at(0) < release.exp && release.prod == "inkwell");
                looked_through(&release);
            }
        }
        _ => {
            if let Ok(rule) = Rule::parse_line(&String::from_utf8_lossy(data)) {
                assert_eq!(Rule::parse_line(&rule.line()).as_ref(), Ok(&rule), "as it was typed");
                let _found = PLACES.1.find(&rule);
            }
        }
    }
});

fn looked_through(release: &Release) {
    for artifact in &release.artifacts {
        let Ok(listing) = Listing::read(artifact) else { continue };
        for file in listing.files() {
            assert_eq!(name::parse(file.path.as_bytes()), Ok(file.path.as_str()));
        }
        assert!(listing.file(&artifact.main).is_some_and(|main| main.exec));
        let sum: u64 = artifact.files.iter().map(|file| file.size).sum();
        assert_eq!(sum, listing.unpacked());
    }
    for rule in &release.detect {
        let _found = PLACES.1.find(rule);
    }
}
