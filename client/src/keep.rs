//! Small files of a program, for their owner's eyes only, which are there
//! wholly or not at all.

use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk;

/// The most bytes of a small file.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Reads a small file of JSON; nothing if there is none.
///
/// # Errors
/// If it cannot be read, is large, or is not what it should be (`InvalidData`).
pub fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    disk::read_json(path, FILE_BYTES_MAX)
}

/// Writes a small file of JSON, for its owner's eyes only.
///
/// # Errors
/// If the disk does not take it; what was there before still is.
pub fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    disk::write_json(path, value)
}

/// Removes a file, if it is there.
///
/// # Errors
/// If the disk does not let it go.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
