//! Tar archives compressed by gzip. Entries are read raw, so that long names
//! and extended headers pass through our limits and no memory grows.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use crate::entry::{Taker, check_mode, unreadable};
use crate::name::NAME_BYTES_MAX;
use crate::stop::Stop;

/// The most bytes of a header that belongs to the next entry.
const HEADER_BYTES_MAX: u64 = 64 * 1024;

/// What an archive may hold beside its files, for each entry and at its end.
const AIR_BYTES: u64 = 4_096;

/// How many headers may stand before one entry.
const HEADERS_PER_ENTRY: usize = 3;

/// Takes all entries of an archive.
pub(crate) fn read(archive: &mut File, taker: &mut dyn Taker) -> Result<(), Stop> {
    archive.seek(SeekFrom::Start(0))?;
    let entries_max = taker.entries_max().saturating_add(1).saturating_mul(HEADERS_PER_ENTRY);
    let air = u64::try_from(entries_max).unwrap_or(u64::MAX).saturating_add(16).saturating_mul(AIR_BYTES);
    let plain = GzDecoder::new(BufReader::new(&*archive));
    let mut tar = Archive::new(plain.take(taker.bytes_max().saturating_add(air)));
    let mut long_name = None;
    for (number, entry) in tar.entries().map_err(unreadable)?.raw(true).enumerate() {
        let mut entry = entry.map_err(unreadable)?;
        if number >= entries_max {
            return Err(Stop::refused("the archive holds more than its list"));
        }
        let sort = entry.header().entry_type();
        match sort {
            EntryType::GNULongName => {
                let name = read_header(&mut entry)?;
                long_name = Some(name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
            }
            EntryType::XHeader => {
                long_name = path_of(&read_header(&mut entry)?)?.or(long_name);
            }
            // Said of all entries that follow: a comment, never a name.
            EntryType::XGlobalHeader => match path_of(&read_header(&mut entry)?)? {
                None => {}
                Some(_) => return Err(Stop::refused("the archive names all its entries alike")),
            },
            EntryType::Regular | EntryType::Directory => {
                let is_program = check_mode(entry.header().mode().map_err(unreadable)?)?;
                let name = long_name.take().unwrap_or_else(|| entry.header().path_bytes().into_owned());
                let kept = Kept { name: &name, sort, is_program };
                take_entry(taker, &kept, &mut entry)?;
            }
            _ => return Err(Stop::refused("an entry is a link, a device or something else")),
        }
    }
    match long_name {
        None => Ok(()),
        Some(_) => Err(Stop::refused("the archive ends within an entry")),
    }
}

/// An entry that may be kept.
struct Kept<'a> {
    name: &'a [u8],
    sort: EntryType,
    is_program: bool,
}

fn take_entry(taker: &mut dyn Taker, kept: &Kept<'_>, content: &mut dyn Read) -> Result<(), Stop> {
    // `tar -C folder .` writes every name so, and the folder itself first.
    let plain = kept.name.strip_prefix(b"./").unwrap_or(kept.name);
    match kept.sort {
        EntryType::Directory if plain.is_empty() => Ok(()),
        EntryType::Directory => taker.folder(plain.strip_suffix(b"/").unwrap_or(plain)),
        _ => taker.file(plain, kept.is_program, content),
    }
}

fn read_header(entry: &mut impl Read) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    entry.take(HEADER_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    match u64::try_from(bytes.len()).is_ok_and(|length| length <= HEADER_BYTES_MAX) {
        true => Ok(bytes),
        false => Err(Stop::refused("a header of the archive is too long")),
    }
}

/// The name in an extended header: lines of `LENGTH KEY=VALUE`. Sizes, links
/// and sparse files in there are refused; times and owners are passed over.
fn path_of(header: &[u8]) -> Result<Option<Vec<u8>>, Stop> {
    let broken = || Stop::refused("a header of the archive is broken");
    let (mut rest, mut path) = (header, None);
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length = rest.get(..space).and_then(|digits| std::str::from_utf8(digits).ok());
        let length: usize = length.and_then(|digits| digits.parse().ok()).ok_or_else(broken)?;
        let line = rest.get(space.saturating_add(1)..length).ok_or_else(broken)?;
        let line = line.strip_suffix(b"\n").ok_or_else(broken)?;
        let equals = line.iter().position(|byte| *byte == b'=').ok_or_else(broken)?;
        let (key, value) = line.split_at(equals);
        let value = value.get(1..).unwrap_or_default();
        match key {
            b"path" if value.len() <= NAME_BYTES_MAX => path = Some(value.to_vec()),
            b"path" | b"size" | b"linkpath" => return Err(Stop::refused("a header changes its entry")),
            _ if key.starts_with(b"GNU.sparse") => return Err(Stop::refused("an entry has holes")),
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(path)
}
