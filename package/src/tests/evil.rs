//! Archives that want out of their folder, or more than their share. Nothing
//! outside changes, and what stays inside are files and folders.

use proptest::prelude::*;

use super::made::{ZipEntry, gzip};
use super::*;

/// One entry more and the good package, in both packings.
fn with(more: impl Fn(&mut Zip), other: impl Fn(&mut Tar)) -> [(Packing, Vec<u8>); 2] {
    let (mut zip, mut tar) = (Zip::default(), Tar::default());
    more(&mut zip);
    other(&mut tar);
    for (path, content, _) in GOOD {
        zip.file(path, content);
        tar.file(path, content);
    }
    [(Packing::Zip, zip.end()), (Packing::TarGz, tar.end())]
}

#[test]
fn names_that_lead_out() {
    for name in [
        "../x",
        "../beside",
        "bin/../../x",
        "/etc/x",
        "//x",
        "C:\\x",
        "..\\x",
        "\\\\host\\share\\x",
        "bin/inkwell:stream",
        "nul",
        "bin/CON.txt",
        "x.",
        "x ",
        "x\u{202e}y",
        "unlisted",
        "BIN/inkwell",
        "bin",
    ] {
        for (kind, archive) in with(|zip| zip.file(name, b"evil"), |tar| tar.file(name, b"evil")) {
            let why = refusal(kind, &archive);
            assert!(why.contains("name") || why.contains("list"), "{name}: {why}");
        }
        let by_header = |sort: u8| {
            let mut tar = Tar::default();
            let name = name.as_bytes();
            tar.header(sort, &if sort == b'x' { Tar::pax(&[("path", name)]) } else { name.to_vec() });
            tar.file("bin/inkwell", b"evil");
            tar.end()
        };
        refusal(Packing::TarGz, &by_header(b'x'));
        refusal(Packing::TarGz, &by_header(b'L'));
    }
    for folder in ["../", "../x/", "/", "unlisted/", "bin/more/"] {
        for (kind, archive) in with(|zip| zip.folder(folder), |tar| tar.folder(folder)) {
            refusal(kind, &archive);
        }
    }
    let nul = |tar: &mut Tar| tar.header(b'x', &Tar::pax(&[("path", b"bin/inkwell\0.txt")]));
    let [(_, zip), (_, tar)] = with(|zip| zip.file_of_mode(b"bin/inkwell\0", b"", 0), nul);
    refusal(Packing::Zip, &zip);
    refusal(Packing::TarGz, &tar);
}

#[test]
fn links_devices_and_modes() {
    for sort in [b'1', b'2', b'3', b'4', b'6', b'7', b'S', b'K', b'V', b'M', b'D', 0xff] {
        let mut tar = Tar::default();
        tar.entry(sort, b"bin/inkwell", 0o755, "/etc/passwd", b"");
        for (path, content, _) in GOOD {
            tar.file(path, content);
        }
        assert!(refusal(Packing::TarGz, &tar.end()).contains("link"), "{sort}");
    }
    // A link first, then a file through it.
    let mut tar = Tar::default();
    tar.entry(b'2', b"bin", 0o777, "..", b"");
    tar.file("bin/beside", b"evil");
    refusal(Packing::TarGz, &tar.end());
    let modes =
        [0o120_777, 0o060_644, 0o020_644, 0o010_644, 0o140_644, 0o040_755, 0o104_755, 0o102_755, 0o101_644];
    for mode in modes {
        let mut zip = Zip::default();
        zip.file_of_mode(b"bin/inkwell", b"/etc/passwd", mode);
        refusal(Packing::Zip, &zip.end());
    }
    for mode in [0o4755, 0o2755, 0o1755] {
        let mut tar = Tar::default();
        let (path, content, _) = GOOD[0];
        tar.entry(b'0', path.as_bytes(), mode, "", content);
        assert!(refusal(Packing::TarGz, &tar.end()).contains("somebody else"));
    }
}

#[test]
fn what_is_not_as_listed() {
    let (path, content, _) = GOOD[0];
    for other in [&b"#!/bin/sh\necho gin\n"[..], &[content, b"more"].concat(), b"", b"#!"] {
        let mut zip = Zip::default();
        zip.file(path, other);
        refusal(Packing::Zip, &zip.end());
        let mut tar = Tar::default();
        tar.file(path, other);
        refusal(Packing::TarGz, &tar.end());
        let single = artifact(Packing::Binary, content, &GOOD[..1]);
        refusal_of(&single, other);
    }
    for (kind, archive) in with(|zip| zip.file(path, content), |tar| tar.file(path, content)) {
        let why = refusal(kind, &archive);
        assert!(why.contains("twice") || why.contains("more than its list"), "{why}");
    }
    let mut lacking = Tar::default();
    lacking.file(path, content);
    assert!(refusal(Packing::TarGz, &lacking.end()).contains("lacks"));
    let mut lacking = Zip::default();
    lacking.file(path, content);
    assert!(refusal(Packing::Zip, &lacking.end()).contains("lacks"));
}

#[test]
fn bombs_cost_nothing() {
    // Ten megabytes in a file that should have nineteen bytes.
    let mut zip = Zip::default();
    zip.deflated("bin/inkwell", &vec![b'a'; 10_000_000]);
    assert!(refusal(Packing::Zip, &zip.end()).contains("longer"));
    let mut tar = Tar::default();
    tar.file("bin/inkwell", &vec![b'a'; 10_000_000]);
    assert!(refusal(Packing::TarGz, &tar.end()).contains("longer"));
    // A name as long as a disk, and headers without end.
    for sort in [b'L', b'x', b'g'] {
        let mut tar = Tar::default();
        tar.header(sort, &vec![b'a'; 10_000_000]);
        refusal(Packing::TarGz, &tar.end());
        let mut tar = Tar::default();
        (0..1_000).for_each(|_| tar.header(sort, &Tar::pax(&[("comment", b"x")])));
        refusal(Packing::TarGz, &tar.end());
    }
    // More entries than the list, and a claim of many.
    let mut zip = Zip::default();
    (0..60_000).for_each(|number: u32| zip.file(&number.to_string(), b""));
    assert!(refusal(Packing::Zip, &zip.end()).contains("more than its list"));
    assert!(refusal(Packing::Zip, &Zip::default().end_of(u16::MAX)).contains("too large"));
    assert!(!refusal(Packing::Zip, &Zip::default().end_of(5)).is_empty());
    let mut tar = Tar::default();
    (0..60_000).for_each(|_| tar.folder("./"));
    assert!(refusal(Packing::TarGz, &tar.end()).contains("more than its list"));
}

#[test]
fn zips_that_say_two_things() {
    let (path, content, _) = GOOD[0];
    let (name, size) = (path.as_bytes(), u32::try_from(content.len()).unwrap());
    let good = ZipEntry { name, local_name: name, mode: 0, flags: 0, method: 0, size, packed: content };
    for entry in [
        ZipEntry { local_name: b"../beside..", ..good },
        ZipEntry { local_name: b"x", ..good },
        ZipEntry { flags: 1, ..good },
        ZipEntry { flags: 1 << 13, ..good },
        ZipEntry { method: 12, ..good },
        ZipEntry { size: size + 1, ..good },
        ZipEntry { method: 8, ..good },
        ZipEntry { name: b"bin/", local_name: b"bin/", ..good },
    ] {
        let mut zip = Zip::default();
        zip.entry(&entry);
        GOOD[1..].iter().for_each(|(path, content, _)| zip.file(path, content));
        let why = refusal(Packing::Zip, &zip.end());
        assert!(!why.contains("lacks"), "{why}");
    }
    let mut zip = Zip::default();
    zip.file(path, content);
    let whole = zip.end();
    for length in 0..whole.len() {
        refusal(Packing::Zip, &whole[..length]);
    }
    refusal(Packing::Zip, &[b"MZ something before".as_slice(), &whole].concat());
}

#[test]
fn broken_streams() {
    let mut tar = Tar::default();
    let mut ends_early = Tar::default();
    for (path, content, _) in GOOD {
        tar.file(path, content);
        ends_early.file(path, content);
    }
    let whole = tar.end();
    for length in (0..whole.len() / 2).step_by(3) {
        refusal(Packing::TarGz, &whole[..length]);
    }
    refusal(Packing::TarGz, b"not packed at all");
    refusal(Packing::TarGz, &gzip(&[b'x'; 4_096]));
    ends_early.header(b'L', b"more");
    assert!(refusal(Packing::TarGz, &ends_early.end()).contains("within"));
    let headers: [&[u8]; 7] =
        [b"x", b"99 path=a\n", b"5 a=b\n", b"1 \n", b"-1 path=a\n", b"11 size=00\n", b"16 linkpath=/x\n"];
    for header in headers {
        let mut tar = Tar::default();
        tar.header(b'x', header);
        tar.file("bin/inkwell", b"x");
        refusal(Packing::TarGz, &tar.end());
    }
}

/// The tar archive inside, for a change to be one of the tar archive.
fn plain(kind: Packing, archive: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match kind {
        Packing::TarGz => {
            let mut reader = flate2::read::GzDecoder::new(archive);
            std::io::Read::read_to_end(&mut reader, &mut plain).unwrap();
        }
        Packing::Zip | Packing::Binary => plain.extend_from_slice(archive),
    }
    plain
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_change_of_an_archive_gets_out(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for (kind, archive) in with(|_| {}, |_| {}) {
            let mut changed = plain(kind, &archive);
            for (place, byte) in &changes {
                let place = place.index(changed.len());
                changed[place] = *byte;
            }
            let archive = if kind == Packing::TarGz { gzip(&changed) } else { changed };
            let bench = Bench::new();
            match bench.unpack(&artifact(kind, &archive, &GOOD), &archive) {
                Ok(()) => check_good(&bench.target()),
                Err(Stop::Refused(_)) => {}
                told => prop_assert!(false, "{told:?}"),
            }
        }
    }
}
