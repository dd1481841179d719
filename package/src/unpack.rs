//! Writing what an archive holds, and nothing but what is listed.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::disk;
use crate::entry::{CHUNK_BYTES, Taker, unreadable};
use crate::listing::{Artifact, FileClaim, Listing, Packing};
use crate::stop::Stop;
use crate::{name, targz, zip};

/// Unpacks an artifact into a folder, which must be there and be empty.
/// Everything is on the disk when it returns. After a no, remove the folder.
///
/// # Errors
/// A refusal if the archive holds anything that the listing does not, or
/// lacks something; a fault of the disk.
pub fn unpack(archive: &mut File, artifact: &Artifact, listing: &Listing, into: &Path) -> Result<(), Stop> {
    if fs::read_dir(into)?.next().is_some() {
        return Err(Stop::Fault(io::Error::new(
            io::ErrorKind::InvalidData,
            "the folder to unpack into is not empty",
        )));
    }
    let mut taken = Taken { listing, into, files: HashSet::new(), folders: HashSet::new() };
    for folder in listing.folders() {
        fs::create_dir(taken.path(folder))?;
    }
    match artifact.kind {
        Packing::Zip => zip::read(archive, &mut taken)?,
        Packing::TarGz => targz::read(archive, &mut taken)?,
        Packing::Binary => {
            archive.seek(SeekFrom::Start(0))?;
            taken.file(artifact.main.as_bytes(), true, archive)?;
        }
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
struct Taken<'a> {
    listing: &'a Listing,
    into: &'a Path,
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Taken<'_> {
    /// Where a listed name lies; its parts are plain.
    fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.into.to_owned(), |path, part| path.join(part))
    }
}

impl Taker for Taken<'_> {
    fn entries_max(&self) -> usize {
        self.listing.entries()
    }

    fn bytes_max(&self) -> u64 {
        self.listing.unpacked()
    }

    /// Takes an entry that is a folder. It was made before; it only has to be
    /// one of the list.
    fn folder(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let name = name::parse(bytes).map_err(Stop::refused)?;
        if !self.listing.has_folder(name) {
            return Err(Stop::refused("the archive holds a folder that is not in its list"));
        }
        match self.folders.insert(name.to_owned()) {
            true => Ok(()),
            false => Err(Stop::refused("the archive holds a folder twice")),
        }
    }

    /// Takes an entry that is a file: writes and compares it. What may run is
    /// decided by the list.
    fn file(&mut self, bytes: &[u8], _: bool, content: &mut dyn Read) -> Result<(), Stop> {
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
