//! Archives: what a vendor's survey takes, a buyer's side unpacks, to the
//! byte; and nothing leaves an archive but what was listed.
#![no_main]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use client::package::{Artifact, Listing, Packing, Survey, name, survey, unpack};
use farthing_fuzz::folder;
use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((way, data)) = data.split_first() else { return };
    let (kind, bytes) = match way.wrapping_sub(b'0') % 4 {
        0 => (Packing::Zip, data.to_vec()),
        1 => (Packing::TarGz, data.to_vec()),
        // Behind the sums of gzip, which nobody guesses.
        2 => (Packing::TarGz, packed(data)),
        _ => (Packing::Binary, data.to_vec()),
    };
    if let Ok(name) = name::parse(data) {
        assert!(!name.split('/').any(|part| part == ".." || part.is_empty()));
        let _twin = name::folded(name);
    }
    try_archive(kind, &bytes);
});

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(bytes).expect("memory takes it");
    packed.finish().expect("memory takes it")
}

fn try_archive(kind: Packing, bytes: &[u8]) {
    let home = folder();
    let path = home.path().join("archive");
    fs::write(&path, bytes).expect("the disk takes it");
    let mut archive = File::open(&path).expect("it was written");
    let asked = Survey { os: "linux", arch: "x86_64", kind, main: "bin/inkwell" };
    let found = survey(&mut archive, asked);
    let into = home.path().join("into");
    fs::create_dir(&into).expect("the disk takes it");
    match found {
        Ok(artifact) => {
            let listing = Listing::read(&artifact).expect("a survey lists what can be listed");
            unpack(&mut archive, &artifact, &listing, &into).expect("what a survey takes is unpacked");
            assert_eq!(files(&into), artifact.files.len(), "all of the list, and nothing else");
        }
        Err(_no) => {
            // Against the list of another archive: still nothing else leaves it.
            let artifact = listed(kind, bytes);
            let listing = Listing::read(&artifact).expect("the list is good");
            if unpack(&mut archive, &artifact, &listing, &into).is_ok() {
                assert_eq!(files(&into), artifact.files.len());
            }
        }
    }
    let around: Vec<_> = fs::read_dir(home.path()).expect("it is there").collect();
    assert_eq!(around.len(), 2, "nothing outside");
}

/// A list such as a publisher signs, for an archive that is not its own.
fn listed(kind: Packing, bytes: &[u8]) -> Artifact {
    let size = u64::try_from(bytes.len()).expect("it fits").max(5);
    let text = format!(
        r#"{{"os":"linux","arch":"x86_64","kind":"binary","size":{size},"sha256":"{zero}","main":"bin/inkwell",
            "files":[{{"path":"bin/inkwell","size":{size},"sha256":"{zero}","exec":true}}]}}"#,
        zero = "0".repeat(64)
    );
    let artifact: Artifact = serde_json::from_str(&text).expect("it is an artifact");
    Artifact { kind, ..artifact }
}

/// How many files lie in a folder; nothing but files and folders may.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("it can be read"));
    entries
        .map(|entry| {
            let sort = entry.file_type().expect("it has one");
            assert!(sort.is_dir() || sort.is_file(), "{}", entry.path().display());
            if sort.is_dir() { files(&entry.path()) } else { 1 }
        })
        .sum()
}
