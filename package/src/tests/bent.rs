//! Archives bent at random: nothing panics, nothing is written outside, and
//! what is unpacked is what was listed. `PROPTEST_CASES=100000` runs for long.

use proptest::prelude::*;

use super::made::gzip;
use super::surveys::{good, look};
use super::*;

/// Puts bytes anywhere, and cuts the end off or doubles a part.
fn bent(whole: &[u8], puts: &[(usize, u8)], cut: Option<usize>, twice: Option<(usize, usize)>) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for (place, byte) in puts {
        let place = place % bytes.len();
        bytes[place] = *byte;
    }
    if let Some((from, to)) = twice {
        let (from, to) = (from % bytes.len(), to % bytes.len());
        let part = bytes[from.min(to)..from.max(to)].to_vec();
        bytes.extend(part);
    }
    if let Some(cut) = cut {
        bytes.truncate(cut % bytes.len());
    }
    bytes
}

fn unpacked(archive: &[u8], kind: Packing) {
    let bench = Bench::new();
    if bench.unpack(&artifact(kind, archive, &GOOD), archive).is_ok() {
        check_good(&bench.target());
    }
    // What the vendor would list, every buyer can unpack.
    if let Ok(found) = look(kind, archive, "bin/inkwell") {
        Bench::new().unpack(&found, archive).unwrap();
    }
}

proptest! {
    #[test]
    fn bent_archives_are_refused_or_as_listed(
        puts in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4),
        cut in prop::option::weighted(0.2, any::<usize>()),
        twice in prop::option::weighted(0.2, any::<(usize, usize)>()),
    ) {
        let [(zip, zipped), (targz, gzipped)] = good();
        unpacked(&bent(&zipped, &puts, cut, twice), zip);
        unpacked(&bent(&gzipped, &puts, cut, twice), targz);
    }

    #[test]
    fn bent_tapes_in_whole_wrappers_are_refused_or_as_listed(
        puts in prop::collection::vec((0_usize..3_000, any::<u8>()), 1..4),
    ) {
        // Bending what is compressed rarely gets past its check-sum.
        let [_, (targz, gzipped)] = good();
        let mut tape = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzipped.as_slice()), &mut tape).unwrap();
        unpacked(&gzip(&bent(&tape, &puts, None, None)), targz);
    }

    #[test]
    fn bytes_of_any_kind_are_no_archive(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        unpacked(&bytes, Packing::Zip);
        unpacked(&gzip(&bytes), Packing::TarGz);
    }
}
