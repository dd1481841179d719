//! Looking through an archive without writing anything: which files it holds,
//! with their sizes and hashes, for the publisher to sign.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use crate::disk::hex;
use crate::entry::{CHUNK_BYTES, Taker, unreadable};
use crate::listing::{
    Artifact, FILES_MAX, FileClaim, Listing, Packing, RATIO_FREE_BYTES, RATIO_MAX, UNPACKED_BYTES_MAX,
};
use crate::stop::Stop;
use crate::{name, targz, zip};

/// What is said of an archive before anybody looked.
#[derive(Clone, Copy, Debug)]
pub struct Survey<'a> {
    /// The operating system, as `std::env::consts::OS` says it.
    pub os: &'a str,
    /// The processor, as `std::env::consts::ARCH` says it.
    pub arch: &'a str,
    /// How it is packed.
    pub kind: Packing,
    /// The name of the file to run; for a single program the name that it
    /// gets.
    pub main: &'a str,
}

/// Looks through an archive and tells what it holds, if [`crate::unpack`]
/// would take it. The file to run counts as a program whatever its
/// permissions say, since some systems write none.
///
/// # Errors
/// A refusal if no buyer's program would take it; a fault of the disk.
pub fn survey(archive: &mut File, asked: Survey<'_>) -> Result<Artifact, Stop> {
    name::parse(asked.main.as_bytes()).map_err(Stop::refused)?;
    let size = archive.seek(SeekFrom::End(0))?;
    archive.seek(SeekFrom::Start(0))?;
    let mut whole = Sha256::new();
    copy(archive, &mut whole, u64::MAX)?;
    let mut seen = Seen::new(size, asked.main);
    match asked.kind {
        Packing::Zip => zip::read(archive, &mut seen)?,
        Packing::TarGz => targz::read(archive, &mut seen)?,
        Packing::Binary => {
            archive.seek(SeekFrom::Start(0))?;
            seen.file(asked.main.as_bytes(), true, archive)?;
        }
    }
    let artifact = Artifact {
        os: asked.os.to_owned(),
        arch: asked.arch.to_owned(),
        kind: asked.kind,
        size,
        sha256: hex(&whole.finalize()),
        main: asked.main.to_owned(),
        files: seen.files,
    };
    let listing = Listing::read(&artifact)?;
    match seen.folders.iter().find(|folder| !listing.has_folder(folder)) {
        Some(empty) => Err(Stop::refused(format!("the folder {empty} is empty: leave it out"))),
        None => Ok(artifact),
    }
}

/// What was seen in an archive so far.
struct Seen<'a> {
    main: &'a str,
    bytes_max: u64,
    bytes_left: u64,
    files: Vec<FileClaim>,
    folders: BTreeSet<String>,
}

impl<'a> Seen<'a> {
    fn new(size: u64, main: &'a str) -> Self {
        let ratio = size.saturating_mul(RATIO_MAX).saturating_add(RATIO_FREE_BYTES);
        let bytes_max = ratio.min(UNPACKED_BYTES_MAX);
        Self { main, bytes_max, bytes_left: bytes_max, files: Vec::new(), folders: BTreeSet::new() }
    }
}

impl Taker for Seen<'_> {
    fn entries_max(&self) -> usize {
        FILES_MAX.saturating_mul(2)
    }

    fn bytes_max(&self) -> u64 {
        self.bytes_max
    }

    fn folder(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let name = name::parse(bytes).map_err(Stop::refused)?;
        match self.folders.insert(name.to_owned()) {
            true => Ok(()),
            false => Err(Stop::refused("the archive holds a folder twice")),
        }
    }

    fn file(&mut self, bytes: &[u8], is_program: bool, content: &mut dyn Read) -> Result<(), Stop> {
        let path = name::parse(bytes).map_err(Stop::refused)?.to_owned();
        if self.files.len() >= FILES_MAX {
            return Err(Stop::refused("it has no files or too many"));
        }
        let mut hash = Sha256::new();
        let size = copy(content, &mut hash, self.bytes_left)?;
        self.bytes_left = self.bytes_left.saturating_sub(size);
        let exec = is_program || path == self.main;
        self.files.push(FileClaim { path, size, sha256: hex(&hash.finalize()), exec });
        Ok(())
    }
}

/// Takes the hash of a content of at most `bytes_max` bytes, and its size.
fn copy(content: &mut dyn Read, hash: &mut Sha256, bytes_max: u64) -> Result<u64, Stop> {
    let mut content = content.take(bytes_max.saturating_add(1));
    let (mut chunk, mut size) = (vec![0; CHUNK_BYTES], 0_u64);
    loop {
        let length = content.read(&mut chunk).map_err(unreadable)?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { return Ok(size) };
        size = size.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if size > bytes_max {
            return Err(Stop::refused("it unpacks to far more than it is"));
        }
        hash.update(read);
    }
}
