//! Writing what an archive holds, and nothing but what is listed.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::listing::{Artifact, FileClaim, Listing, Packing};
use super::{name, targz, zip};
use crate::disk;
use crate::stop::Stop;

/// How much is read and written at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// What an entry of an archive is, as far as we take any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    File,
    Folder,
}

/// Unpacks an artifact into a folder, which must be there and be empty.
/// Everything is on the disk when it returns. After a no, remove the folder.
///
/// # Errors
/// A refusal if the archive holds anything that the listing does not, or
/// lacks something; a fault of the disk.
pub fn unpack(archive: &mut File, artifact: &Artifact, listing: &Listing, into: &Path) -> Result<(), Stop> {
    if fs::read_dir(into)?.next().is_some() {
        return Err(Stop::Fault(disk::odd("the folder to unpack into is not empty")));
    }
    let mut taken = Taken { listing, into, files: HashSet::new(), folders: HashSet::new() };
    for folder in listing.folders() {
        fs::create_dir(taken.path(folder))?;
    }
    match artifact.kind {
        Packing::Zip => zip::read(archive, &mut taken)?,
        Packing::TarGz => targz::read(archive, &mut taken)?,
        Packing::Binary => taken.file(artifact.main.as_bytes(), archive)?,
    }
    if taken.files.len() != listing.files().count() {
        return Err(Stop::refused("the archive lacks a file of its list"));
    }
    for folder in listing.folders().rev() {
        disk::sync_folder(&taken.path(folder))?;
    }
    Ok(disk::sync_folder(into)?)
}

/// What was taken out of an archive so far.
pub(super) struct Taken<'a> {
    listing: &'a Listing,
    into: &'a Path,
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Taken<'_> {
    /// The list.
    pub(super) const fn listing(&self) -> &Listing {
        self.listing
    }

    /// Where a listed name lies; its parts are plain.
    fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.into.to_owned(), |path, part| path.join(part))
    }

    /// Checks what an entry's permissions say, though none of them are used.
    pub(super) fn check_mode(mode: u32) -> Result<(), Stop> {
        match mode & 0o7000 {
            0 => Ok(()),
            _ => Err(Stop::refused("a file wants to run as somebody else")),
        }
    }

    /// Takes an entry that is a folder. It was made before; it only has to be
    /// one of the list.
    pub(super) fn folder(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let name = name::parse(bytes).map_err(Stop::refused)?;
        if !self.listing.has_folder(name) {
            return Err(Stop::refused("the archive holds a folder that is not in its list"));
        }
        match self.folders.insert(name.to_owned()) {
            true => Ok(()),
            false => Err(Stop::refused("the archive holds a folder twice")),
        }
    }

    /// Takes an entry that is a file: writes and compares it.
    pub(super) fn file(&mut self, bytes: &[u8], content: &mut dyn Read) -> Result<(), Stop> {
        let name = name::parse(bytes).map_err(Stop::refused)?;
        let Some(claim) = self.listing.file(name) else {
            return Err(Stop::refused("the archive holds a file that is not in its list"));
        };
        if !self.files.insert(name.to_owned()) {
            return Err(Stop::refused("the archive holds a file twice"));
        }
        let mut file = new_file(&self.path(name), claim.exec)?;
        write_checked(content, claim, &mut file)?;
        Ok(file.sync_all()?)
    }
}

/// Makes a file that was not there. What may run is decided by the list.
fn new_file(path: &Path, is_program: bool) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if is_program { 0o755 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _unused = is_program;
    options.open(path)
}

fn write_checked(content: &mut dyn Read, claim: &FileClaim, file: &mut File) -> Result<(), Stop> {
    let mut hash = Sha256::new();
    let mut content = content.take(claim.size.saturating_add(1));
    let (mut chunk, mut size) = (vec![0; CHUNK_BYTES], 0_u64);
    loop {
        let length = content.read(&mut chunk).map_err(unreadable)?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { break };
        size = size.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if size > claim.size {
            return Err(Stop::refused("a file is longer than its list says"));
        }
        hash.update(read);
        file.write_all(read)?;
    }
    match size == claim.size && disk::hex(&hash.finalize()) == claim.sha256 {
        true => Ok(()),
        false => Err(Stop::refused("a file is not the one of its list")),
    }
}

/// What makes an archive unreadable is its own fault, unless the disk says so.
pub(super) fn unreadable(error: io::Error) -> Stop {
    match error.raw_os_error() {
        Some(_) => Stop::Fault(error),
        None => Stop::refused(format!("the archive cannot be read: {error}")),
    }
}
