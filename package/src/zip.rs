//! Zip archives, as far as packages need them: files and folders, stored or
//! deflated, read by the directory at the end.
//!
//! Of our own, since the list of the publisher decides what is right, and what
//! has to be refused (links, encryption, parts on other disks, more than 4 GiB,
//! a million entries) is more than what has to be read.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

use crate::entry::{Sort, Taker, check_mode, unreadable};
use crate::name::NAME_BYTES_MAX;
use crate::stop::Stop;

const END_SIGN: u32 = 0x0605_4b50;
const ENTRY_SIGN: u32 = 0x0201_4b50;
const LOCAL_SIGN: u32 = 0x0403_4b50;
const END_BYTES: usize = 22;

/// How far from the end the end's record may begin: it may have a comment.
const END_SEARCH_BYTES: u64 = 22 + 65_535;

/// Encrypted, patched, strongly encrypted, or with a masked directory.
const FLAGS_REFUSED: u16 = 0b0010_0000_0110_0001;

/// What the directory says of an entry.
struct Entry {
    name: Vec<u8>,
    sort: Sort,
    is_deflated: bool,
    is_program: bool,
    packed: u64,
    size: u64,
    offset: u64,
}

/// Where the directory lies.
struct Directory {
    entries: u16,
    offset: u64,
    size: u64,
}

/// Takes all entries of an archive.
pub(crate) fn read(archive: &mut File, taker: &mut dyn Taker) -> Result<(), Stop> {
    let directory = find_directory(archive)?;
    // Checked before any entry is read: a million of them cost nothing.
    if usize::from(directory.entries) > taker.entries_max() {
        return Err(Stop::refused("the archive holds more than its list"));
    }
    let entries = read_directory(archive, &directory)?;
    for entry in entries {
        match entry.sort {
            Sort::Folder if entry.size == 0 && entry.packed == 0 => {
                taker.folder(entry.name.strip_suffix(b"/").unwrap_or(&entry.name))?;
            }
            Sort::Folder => return Err(Stop::refused("a folder has a content")),
            Sort::File => {
                let content = open(archive, &entry, directory.offset)?;
                match entry.is_deflated {
                    true => taker.file(&entry.name, entry.is_program, &mut DeflateDecoder::new(content))?,
                    false => taker.file(&entry.name, entry.is_program, &mut { content })?,
                }
            }
        }
    }
    Ok(())
}

fn find_directory(archive: &mut File) -> Result<Directory, Stop> {
    let length = archive.metadata()?.len();
    let begin = length.saturating_sub(END_SEARCH_BYTES);
    archive.seek(SeekFrom::Start(begin))?;
    let mut tail = Vec::new();
    (&*archive).take(END_SEARCH_BYTES).read_to_end(&mut tail)?;
    let last = tail.len().saturating_sub(END_BYTES);
    let found = (0..=last).rev().find(|at| is_end(&tail, *at));
    let at = found.ok_or_else(|| Stop::refused("it is no zip archive"))?;
    let mut end = Fields(tail.get(at..).unwrap_or_default());
    let _sign = end.u32()?;
    let disks = (end.u16()?, end.u16()?);
    let (here, entries) = (end.u16()?, end.u16()?);
    let (size, offset) = (u64::from(end.u32()?), u64::from(end.u32()?));
    let place = begin.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
    // An archive over 4 GiB says so by fields that point nowhere.
    let is_plain = disks == (0, 0) && here == entries && offset.checked_add(size) == Some(place);
    match is_plain && entries != u16::MAX {
        true => Ok(Directory { entries, offset, size }),
        false => Err(Stop::refused("the zip archive is in parts, too large, or has something before it")),
    }
}

/// Whether the end's record begins there and its comment ends the file.
fn is_end(tail: &[u8], at: usize) -> bool {
    let mut fields = Fields(tail.get(at..).unwrap_or_default());
    if !matches!(fields.u32(), Ok(END_SIGN)) {
        return false;
    }
    let comment = Fields(tail.get(at.saturating_add(20)..).unwrap_or_default()).u16();
    comment.is_ok_and(|length| at.saturating_add(END_BYTES).saturating_add(length.into()) == tail.len())
}

fn read_directory(archive: &mut File, directory: &Directory) -> Result<Vec<Entry>, Stop> {
    archive.seek(SeekFrom::Start(directory.offset))?;
    let mut reader = BufReader::new((&*archive).take(directory.size));
    let entries = (0..directory.entries).map(|_| read_entry(&mut reader)).collect::<Result<Vec<_>, _>>()?;
    match reader.read(&mut [0]).map_err(unreadable)? {
        0 => Ok(entries),
        _ => Err(Stop::refused("the directory of the zip archive is longer than it says")),
    }
}

fn read_entry(reader: &mut impl Read) -> Result<Entry, Stop> {
    let mut head = [0; 46];
    reader.read_exact(&mut head).map_err(unreadable)?;
    let mut fields = Fields(&head);
    if fields.u32()? != ENTRY_SIGN {
        return Err(Stop::refused("the directory of the zip archive is broken"));
    }
    let made_by = fields.u16()? >> 8;
    let _needed = fields.u16()?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    let (_time, _sum) = (fields.u32()?, fields.u32()?);
    let (packed, size) = (fields.u32()?, fields.u32()?);
    let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (disk, _inner, outer) = (fields.u16()?, fields.u16()?, fields.u32()?);
    let offset = fields.u32()?;
    let is_deflated = method == 8;
    if flags & FLAGS_REFUSED != 0 || disk != 0 || !(is_deflated || method == 0 && packed == size) {
        return Err(Stop::refused("an entry is encrypted or packed in a way of its own"));
    }
    if [packed, size, offset].contains(&u32::MAX) || usize::from(name) > NAME_BYTES_MAX + 1 {
        return Err(Stop::refused("an entry is too large, or its name is too long"));
    }
    let mut name = vec![0; name.into()];
    reader.read_exact(&mut name).map_err(unreadable)?;
    let rest = u64::from(extra).saturating_add(comment.into());
    std::io::copy(&mut reader.take(rest), &mut std::io::sink()).map_err(unreadable)?;
    let (sort, is_program) = sort_of(&name, made_by, outer)?;
    let (packed, size, offset) = (packed.into(), size.into(), offset.into());
    Ok(Entry { name, sort, is_deflated, is_program, packed, size, offset })
}

/// What an entry is: by its name, and by the file type if a Unix made it; and
/// whether its mode says that it is a program.
fn sort_of(name: &[u8], made_by: u16, outer: u32) -> Result<(Sort, bool), Stop> {
    let sort = if name.ends_with(b"/") { Sort::Folder } else { Sort::File };
    // Others leave the upper half empty; whoever fills it means a Unix mode.
    let mode = outer >> 16;
    let is_unix = matches!(made_by, 3 | 19) || mode != 0;
    let is_same = match mode & 0o170_000 {
        0 => true,
        0o100_000 => sort == Sort::File,
        0o040_000 => sort == Sort::Folder,
        _ => false,
    };
    if is_unix && !is_same {
        return Err(Stop::refused("an entry is a link, a device or something else than it seems"));
    }
    Ok((sort, check_mode(mode)?))
}

/// Where the content of an entry begins; it ends before the directory.
fn open<'f>(
    archive: &'f mut File,
    entry: &Entry,
    end: u64,
) -> Result<BufReader<std::io::Take<&'f File>>, Stop> {
    archive.seek(SeekFrom::Start(entry.offset))?;
    let mut head = [0; 30];
    (&*archive).read_exact(&mut head).map_err(unreadable)?;
    let mut fields = Fields(&head);
    if fields.u32()? != LOCAL_SIGN {
        return Err(Stop::refused("an entry of the zip archive is not where it should be"));
    }
    let mut lengths = Fields(head.get(26..).unwrap_or_default());
    let (name, extra) = (lengths.u16()?, lengths.u16()?);
    if usize::from(name) != entry.name.len() {
        return Err(Stop::refused("an entry has two names"));
    }
    let mut told = vec![0; name.into()];
    (&*archive).read_exact(&mut told).map_err(unreadable)?;
    if told != entry.name {
        return Err(Stop::refused("an entry has two names"));
    }
    let begin = archive.seek(SeekFrom::Current(extra.into()))?;
    match begin.checked_add(entry.packed).is_some_and(|stop| stop <= end) {
        true => Ok(BufReader::new((&*archive).take(entry.packed))),
        false => Err(Stop::refused("an entry of the zip archive runs into another")),
    }
}

/// Numbers, the lowest byte first.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Stop> {
        let (head, rest) = self
            .0
            .split_first_chunk::<LENGTH>()
            .ok_or_else(|| Stop::refused("the zip archive is cut off"))?;
        self.0 = rest;
        Ok(*head)
    }

    fn u16(&mut self) -> Result<u16, Stop> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        self.take().map(u32::from_le_bytes)
    }
}
