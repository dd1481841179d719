//! What the readers of archives hand on, entry by entry, and to whom.

use std::io::{self, Read};

use crate::stop::Stop;

/// How much is read and written at once.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;

/// What an entry of an archive is, as far as we take any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    File,
    Folder,
}

/// Who takes the entries of an archive. Names are as they stand there.
pub(crate) trait Taker {
    /// The most files and folders that it takes.
    fn entries_max(&self) -> usize;

    /// The most bytes that all files together may have.
    fn bytes_max(&self) -> u64;

    /// Takes a folder.
    fn folder(&mut self, name: &[u8]) -> Result<(), Stop>;

    /// Takes a file; `is_program` is what its permissions say.
    fn file(&mut self, name: &[u8], is_program: bool, content: &mut dyn Read) -> Result<(), Stop>;
}

/// Checks what an entry's permissions say, and tells whether it is a program.
pub(crate) fn check_mode(mode: u32) -> Result<bool, Stop> {
    match mode & 0o7000 {
        0 => Ok(mode & 0o111 != 0),
        _ => Err(Stop::refused("a file wants to run as somebody else")),
    }
}

/// What makes an archive unreadable is its own fault, unless the disk says so.
pub(crate) fn unreadable(error: io::Error) -> Stop {
    match error.raw_os_error() {
        Some(_) => Stop::Fault(error),
        None => Stop::refused(format!("the archive cannot be read: {error}")),
    }
}
