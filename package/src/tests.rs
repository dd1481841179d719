//! Packages, good and evil.

mod bent;
mod evil;
mod lists;
mod made;
mod surveys;

use std::fs;
use std::io::{Seek, Write};
use std::path::Path;

use super::listing::{Artifact, FileClaim, Listing, Packing};
use super::unpack;
use crate::disk::sha256;
use crate::stop::Stop;
use made::{Tar, Zip};

/// What the good package holds.
const GOOD: [(&str, &[u8], bool); 3] = [
    ("bin/inkwell", b"#!/bin/sh\necho ink\n", true),
    ("share/doc/README.md", b"Read me.\n", false),
    ("share/empty", b"", false),
];

fn claim(path: &str, content: &[u8], exec: bool) -> FileClaim {
    let size = u64::try_from(content.len()).unwrap();
    FileClaim { path: path.to_owned(), size, sha256: sha256(content), exec }
}

fn artifact(kind: Packing, archive: &[u8], files: &[(&str, &[u8], bool)]) -> Artifact {
    Artifact {
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        kind,
        size: u64::try_from(archive.len()).unwrap(),
        sha256: sha256(archive),
        main: "bin/inkwell".to_owned(),
        files: files.iter().map(|(path, content, exec)| claim(path, content, *exec)).collect(),
    }
}

/// A place with a folder to unpack into, and something beside it that nothing
/// may touch.
struct Bench {
    place: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("into")).unwrap();
        fs::write(place.path().join("beside"), "untouched").unwrap();
        Self { place }
    }

    fn target(&self) -> std::path::PathBuf {
        self.place.path().join("into")
    }

    /// Unpacks, and proves that nothing outside was touched.
    fn unpack(&self, artifact: &Artifact, archive: &[u8]) -> Result<(), Stop> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(archive).unwrap();
        file.rewind().unwrap();
        let told = unpack(&mut file, artifact, &Listing::read(artifact)?, &self.target());
        let mut left: Vec<_> =
            fs::read_dir(self.place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["beside", "into"]);
        assert_eq!(fs::read_to_string(self.place.path().join("beside")).unwrap(), "untouched");
        only_files_and_folders(&self.target());
        told
    }
}

fn only_files_and_folders(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let facts = fs::symlink_metadata(&path).unwrap();
        assert!(facts.is_file() || facts.is_dir(), "{}", path.display());
        if facts.is_dir() {
            only_files_and_folders(&path);
        }
    }
}

fn check_good(into: &Path) {
    for (path, content, exec) in GOOD {
        let path = into.join(path);
        assert_eq!(fs::read(&path).unwrap(), content);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o111 != 0, exec, "{}", path.display());
            assert_eq!(mode & 0o7022, 0, "{}", path.display());
        }
    }
}

/// Why an archive of that packing, listed as the good package, is refused.
fn refusal(kind: Packing, archive: &[u8]) -> String {
    refusal_of(&artifact(kind, archive, &GOOD), archive)
}

fn refusal_of(artifact: &Artifact, archive: &[u8]) -> String {
    match Bench::new().unpack(artifact, archive) {
        Err(Stop::Refused(why)) => why,
        told => panic!("not refused: {told:?}"),
    }
}

#[test]
fn good_archives_of_every_packing() {
    let mut zip = Zip::default();
    let mut tar = Tar::default();
    for folder in ["bin/", "share/", "share/doc/"] {
        zip.folder(folder);
        tar.folder(folder);
    }
    for (path, content, _) in GOOD {
        zip.file(path, content);
        tar.file(path, content);
    }
    for (kind, archive) in [(Packing::Zip, zip.end()), (Packing::TarGz, tar.end())] {
        let bench = Bench::new();
        bench.unpack(&artifact(kind, &archive, &GOOD), &archive).unwrap();
        check_good(&bench.target());
    }
    let (_, program, _) = GOOD[0];
    let single = artifact(Packing::Binary, program, &GOOD[..1]);
    let bench = Bench::new();
    bench.unpack(&single, program).unwrap();
    assert_eq!(fs::read(bench.target().join("bin/inkwell")).unwrap(), program);
    assert!(matches!(bench.unpack(&single, program), Err(Stop::Fault(_))), "never over something");
}

#[test]
fn archives_as_other_programs_write_them() {
    // Stored and deflated zips, with a comment; tar with `./`, long names by
    // GNU's way and by extended headers, and a comment for all.
    let mut zip = Zip::default();
    zip.comment = b"made by hand".to_vec();
    let mut dotted = Tar::default();
    dotted.folder("./");
    let mut global = Tar::default();
    global.header(b'g', &Tar::pax(&[("comment", b"1234")]));
    let mut long = Tar::default();
    for (path, content, _) in GOOD {
        zip.deflated(path, content);
        dotted.file(&format!("./{path}"), content);
        global.header(b'x', &Tar::pax(&[("mtime", b"1.5"), ("path", path.as_bytes()), ("uid", b"0")]));
        global.file("short", content);
        long.header(b'L', format!("{path}\0").as_bytes());
        long.file("short", content);
    }
    for (kind, archive) in [
        (Packing::Zip, zip.end()),
        (Packing::TarGz, dotted.end()),
        (Packing::TarGz, global.end()),
        (Packing::TarGz, long.end()),
    ] {
        let bench = Bench::new();
        bench.unpack(&artifact(kind, &archive, &GOOD), &archive).unwrap();
        check_good(&bench.target());
    }
}

#[test]
fn archives_of_the_programs_that_are_here() {
    use std::process::Command;
    let from = tempfile::tempdir().unwrap();
    for (path, content, _) in GOOD {
        let path = from.path().join("in").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let run = |program: &str, arguments: &[&str]| {
        let told = Command::new(program).args(arguments).current_dir(from.path().join("in")).output();
        told.is_ok_and(|told| told.status.success())
    };
    for (kind, name, was_made) in [
        (Packing::TarGz, "a.tar.gz", run("tar", &["-czf", "../a.tar.gz", "bin", "share"])),
        (Packing::TarGz, "b.tar.gz", run("tar", &["--format=pax", "-czf", "../b.tar.gz", "."])),
        (Packing::Zip, "c.zip", run("zip", &["-qr", "../c.zip", "."])),
    ] {
        if was_made {
            let archive = fs::read(from.path().join(name)).unwrap();
            let bench = Bench::new();
            bench.unpack(&artifact(kind, &archive, &GOOD), &archive).unwrap();
            check_good(&bench.target());
        }
    }
}
