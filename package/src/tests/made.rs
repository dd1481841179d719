//! Archives made by hand, so that they can say what no program writes.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// A zip archive.
#[derive(Default)]
pub(super) struct Zip {
    body: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
    pub(super) comment: Vec<u8>,
}

/// What an entry says of itself.
#[derive(Clone, Copy)]
pub(super) struct ZipEntry<'a> {
    pub(super) name: &'a [u8],
    pub(super) local_name: &'a [u8],
    pub(super) mode: u32,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) size: u32,
    pub(super) packed: &'a [u8],
}

impl Zip {
    pub(super) fn file(&mut self, name: &str, content: &[u8]) {
        self.file_of_mode(name.as_bytes(), content, 0o100_644);
    }

    pub(super) fn file_of_mode(&mut self, name: &[u8], content: &[u8], mode: u32) {
        let size = u32::try_from(content.len()).unwrap();
        self.entry(&ZipEntry { name, local_name: name, mode, flags: 0, method: 0, size, packed: content });
    }

    pub(super) fn folder(&mut self, name: &str) {
        self.file_of_mode(name.as_bytes(), b"", 0o040_755);
    }

    pub(super) fn deflated(&mut self, name: &str, content: &[u8]) {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content).unwrap();
        let packed = packed.finish().unwrap();
        let (name, size) = (name.as_bytes(), u32::try_from(content.len()).unwrap());
        let entry = ZipEntry { name, local_name: name, mode: 0, flags: 0, method: 8, size, packed: &packed };
        self.entry(&entry);
    }

    pub(super) fn entry(&mut self, entry: &ZipEntry<'_>) {
        let offset = u32::try_from(self.body.len()).unwrap();
        let packed = u32::try_from(entry.packed.len()).unwrap();
        let name = u16::try_from(entry.name.len()).unwrap();
        let local = u16::try_from(entry.local_name.len()).unwrap();
        longs(&mut self.body, &[0x0403_4b50]);
        shorts(&mut self.body, &[20, entry.flags, entry.method]);
        longs(&mut self.body, &[0, 0, packed, entry.size]);
        shorts(&mut self.body, &[local, 0]);
        self.body.extend_from_slice(entry.local_name);
        self.body.extend_from_slice(entry.packed);
        longs(&mut self.directory, &[0x0201_4b50]);
        shorts(&mut self.directory, &[(3 << 8) | 20, 20, entry.flags, entry.method]);
        longs(&mut self.directory, &[0, 0, packed, entry.size]);
        shorts(&mut self.directory, &[name, 0, 0, 0, 0]);
        longs(&mut self.directory, &[entry.mode << 16, offset]);
        self.directory.extend_from_slice(entry.name);
        self.entries += 1;
    }

    pub(super) fn end(self) -> Vec<u8> {
        let entries = self.entries;
        self.end_of(entries)
    }

    /// The archive, which says to have so many entries.
    pub(super) fn end_of(self, entries: u16) -> Vec<u8> {
        let offset = u32::try_from(self.body.len()).unwrap();
        let size = u32::try_from(self.directory.len()).unwrap();
        let mut out = self.body;
        out.extend_from_slice(&self.directory);
        longs(&mut out, &[0x0605_4b50]);
        shorts(&mut out, &[0, 0, entries, entries]);
        longs(&mut out, &[size, offset]);
        shorts(&mut out, &[u16::try_from(self.comment.len()).unwrap()]);
        out.extend_from_slice(&self.comment);
        out
    }
}

fn shorts(out: &mut Vec<u8>, all: &[u16]) {
    all.iter().for_each(|short| out.extend_from_slice(&short.to_le_bytes()));
}

fn longs(out: &mut Vec<u8>, all: &[u32]) {
    all.iter().for_each(|long| out.extend_from_slice(&long.to_le_bytes()));
}

/// A tar archive.
#[derive(Default)]
pub(super) struct Tar {
    body: Vec<u8>,
}

impl Tar {
    pub(super) fn file(&mut self, name: &str, content: &[u8]) {
        self.entry(b'0', name.as_bytes(), 0o644, "", content);
    }

    pub(super) fn folder(&mut self, name: &str) {
        self.entry(b'5', name.as_bytes(), 0o755, "", b"");
    }

    /// A header that belongs to the next entry.
    pub(super) fn header(&mut self, sort: u8, content: &[u8]) {
        self.entry(sort, b"header", 0o644, "", content);
    }

    pub(super) fn entry(&mut self, sort: u8, name: &[u8], mode: u32, link: &str, content: &[u8]) {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_mode(mode);
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_entry_type(tar::EntryType::new(sort));
        header.set_link_name_literal(link).unwrap();
        header.set_cksum();
        self.body.extend_from_slice(header.as_bytes());
        self.body.extend_from_slice(content);
        self.body.resize(self.body.len().next_multiple_of(512), 0);
    }

    /// The lines of an extended header.
    pub(super) fn pax(lines: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (key, value) in lines {
            let rest = key.len() + value.len() + 3;
            let digits = (1..).find(|digits| (rest + digits).to_string().len() == *digits).unwrap();
            out.extend_from_slice(format!("{} {key}=", rest + digits).as_bytes());
            out.extend_from_slice(value);
            out.push(b'\n');
        }
        out
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.body.resize(self.body.len() + 1_024, 0);
        gzip(&self.body)
    }
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}
