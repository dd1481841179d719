//! What the vendor's side lists is what the buyer's side takes.

use std::fs::File;
use std::io::{Seek, Write};

use super::*;
use crate::survey::{Survey, survey};

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

pub(super) fn look(kind: Packing, archive: &[u8], main: &str) -> Result<Artifact, Stop> {
    survey(&mut file_of(archive), Survey { os: "linux", arch: "x86_64", kind, main })
}

fn refused(told: Result<Artifact, Stop>) -> String {
    match told {
        Err(Stop::Refused(why)) => why,
        told => panic!("not refused: {told:?}"),
    }
}

/// The good package, packed both ways.
pub(super) fn good() -> [(Packing, Vec<u8>); 2] {
    let (mut zip, mut tar) = (Zip::default(), Tar::default());
    for folder in ["bin/", "share/", "share/doc/"] {
        zip.folder(folder);
        tar.folder(folder);
    }
    for (path, content, _) in GOOD {
        zip.file(path, content);
        tar.file(path, content);
    }
    [(Packing::Zip, zip.end()), (Packing::TarGz, tar.end())]
}

#[test]
fn what_is_listed_is_what_is_unpacked() {
    for (kind, archive) in good() {
        let found = look(kind, &archive, "bin/inkwell").unwrap();
        let mut expected = artifact(kind, &archive, &GOOD);
        expected.files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut sorted = found.clone();
        sorted.files.sort_by(|one, other| one.path.cmp(&other.path));
        assert_eq!(sorted, expected);
        Bench::new().unpack(&found, &archive).unwrap();
    }
    let single = look(Packing::Binary, b"#!/bin/sh\n", "inkwell").unwrap();
    assert_eq!((single.files.len(), single.files[0].exec), (1, true));
    Bench::new().unpack(&single, b"#!/bin/sh\n").unwrap();
}

#[test]
fn wherever_a_file_was_read_to_it_is_unpacked_from_its_beginning() {
    let [(zip, zipped), (tar, tarred)] = good();
    for (kind, archive) in [(zip, zipped), (tar, tarred), (Packing::Binary, b"#!/bin/sh\n".to_vec())] {
        let mut file = file_of(&archive);
        let asked = Survey { os: "linux", arch: "x86_64", kind, main: "bin/inkwell" };
        let found = survey(&mut file, asked).unwrap();
        let into = tempfile::tempdir().unwrap();
        unpack(&mut file, &found, &Listing::read(&found).unwrap(), into.path()).unwrap();
    }
}

#[test]
fn what_no_buyer_could_unpack_is_not_listed() {
    let [_, (_, tar)] = good();
    assert!(refused(look(Packing::TarGz, &tar, "bin/other")).contains("program to run"));
    assert!(refused(look(Packing::TarGz, &tar, "../x")).contains("leads out"));
    assert!(refused(look(Packing::Zip, &tar, "bin/inkwell")).contains("no zip archive"));
    assert!(refused(look(Packing::TarGz, b"", "bin/inkwell")).contains("cannot be read"));
    let mut twins = Zip::default();
    twins.file("a", b"1");
    twins.file("A", b"2");
    assert!(refused(look(Packing::Zip, &twins.end(), "a")).contains("one file on some systems"));
    let mut empty = Zip::default();
    empty.file("a", b"1");
    empty.folder("docs/");
    assert!(refused(look(Packing::Zip, &empty.end(), "a")).contains("docs is empty"));
    let mut out = Zip::default();
    out.file("a", b"1");
    out.file("../b", b"2");
    assert!(refused(look(Packing::Zip, &out.end(), "a")).contains("leads out"));
    let bomb = vec![0; 20 << 20];
    let mut tar = Tar::default();
    tar.file("a", &bomb);
    assert!(refused(look(Packing::TarGz, &tar.end(), "a")).contains("far more than it is"));
}
