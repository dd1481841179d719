//! Small files that are there wholly or not at all, and folders that know it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use package::disk::{hex, sha256, sync_folder};

/// Writes a file so that after a crash either the old or the new one is there:
/// aside, to the disk, then renamed. Only its owner may read it.
///
/// # Errors
/// If the disk does not take it; the old file is still there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path)?;
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let aside = folder.join(name);
    let mut file = private().create(true).truncate(true).write(true).open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    sync_folder(folder)
}

/// Writes a value as JSON, as [`write`] does.
///
/// # Errors
/// If the disk does not take it.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    write(path, &text)
}

/// Reads a value of at most `bytes_max` bytes; nothing if there is no file.
///
/// # Errors
/// If the file cannot be read, is larger, or is not what it should be
/// (`InvalidData`).
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path, bytes_max: u64) -> io::Result<Option<T>> {
    let Some(bytes) = read(path, bytes_max)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| odd(&format!("{}: {error}", path.display())))
}

/// Reads a file of at most `bytes_max` bytes; nothing if there is none.
///
/// # Errors
/// If it cannot be read or is larger.
pub(crate) fn read(path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    use io::Read;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()).is_ok_and(|length| length <= bytes_max) {
        true => Ok(Some(bytes)),
        false => Err(odd(&format!("{} is larger than it may be", path.display()))),
    }
}

/// Options that make files for their owner's eyes only.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// The folder in which a file lies.
///
/// # Errors
/// If the path names none.
pub(crate) fn folder_of(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| odd("a file lies in no folder"))
}

/// An error about what is on the disk.
pub(crate) fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
