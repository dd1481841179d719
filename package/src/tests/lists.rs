//! Lists that no package may have.

use super::*;

fn read(files: &[FileClaim]) -> Result<Listing, Stop> {
    let artifact = Artifact { files: files.to_vec(), ..artifact(Packing::Zip, &[0; 1_000], &GOOD) };
    Listing::read(&artifact)
}

fn refused(told: Result<Listing, Stop>) -> String {
    match told {
        Err(Stop::Refused(why)) => why,
        told => panic!("not refused: {told:?}"),
    }
}

#[test]
fn twins_and_files_inside_files() {
    let main = claim("bin/inkwell", b"", true);
    for (one, other) in [
        ("readme", "README"),
        ("Größe", "gro\u{308}ße"),
        ("straße", "STRASSE"),
        ("a/x", "A/y"),
        ("a", "a/b"),
        ("a/b", "A"),
        ("a", "a"),
        ("bin/INKWELL", "x"),
        ("BIN/other", "x"),
        ("bin", "x"),
        ("bin/inkwell/x", "x2"),
    ] {
        let why = refused(read(&[main.clone(), claim(one, b"", false), claim(other, b"", false)]));
        assert!(why.contains("one file"), "{one} {other}: {why}");
    }
    let good = read(&[main, claim("a/b/c", b"12", false), claim("a/d", b"3", false)]).unwrap();
    assert_eq!(good.folders().collect::<Vec<_>>(), ["a", "a/b", "bin"]);
    assert_eq!((good.entries(), good.unpacked()), (6, 3));
}

#[test]
fn names_sizes_and_hashes() {
    let main = claim("bin/inkwell", b"", true);
    for file in [
        claim("../x", b"", false),
        claim("a\\b", b"", false),
        FileClaim { sha256: "x".repeat(64), ..claim("a", b"", false) },
        FileClaim { sha256: sha256(b"").to_uppercase(), ..claim("a", b"", false) },
        FileClaim { size: u64::MAX, ..claim("a", b"", false) },
        FileClaim { size: (16 << 30) + 1, ..claim("a", b"", false) },
        FileClaim { size: 200 * 1_000 + (1 << 20) + 1, ..claim("a", b"", false) },
    ] {
        refused(read(&[main.clone(), file]));
    }
    let roomy = FileClaim { size: 200 * 1_000 + (1 << 20), ..claim("a", b"", false) };
    assert!(read(&[main.clone(), roomy]).is_ok());
    refused(read(&[]));
    refused(read(&[FileClaim { exec: false, ..main.clone() }]));
    refused(read(&[claim("other", b"", true)]));
    let many: Vec<_> = (0..20_000).map(|number: u32| claim(&number.to_string(), b"", false)).collect();
    refused(read(&[many, vec![main]].concat()));
    let single = |files: &[(&str, &[u8], bool)]| Listing::read(&artifact(Packing::Binary, b"abc", files));
    refused(single(&[("bin/inkwell", b"abcd", true)]));
    refused(single(&[("bin/inkwell", b"abc", true), ("other", b"", false)]));
    assert!(single(&[("bin/inkwell", b"abc", true)]).is_ok());
}
