//! The demo's data folder: whether there is a market in it already, and what
//! an interrupted filling left behind.
//!
//! While a market is filled, a file says that it is unfinished. Whoever finds
//! it clears what lies beside it and begins anew, unless it is locked: then
//! the filling goes on elsewhere. Nothing is ever removed from a folder
//! without this file.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::Trouble;

/// The database in a data folder.
pub(super) const DATABASE: &str = "farthing.sqlite";

/// The file that says that the filling is not finished.
const UNFINISHED: &str = "demo-unfinished";

/// All that a market keeps in its data folder.
const KEPT: [&str; 8] = [
    DATABASE,
    "farthing.sqlite-wal",
    "farthing.sqlite-shm",
    "secret",
    "search",
    "pictures",
    "files",
    "spool",
];

/// A filling under way.
#[derive(Debug)]
pub(super) struct Filling {
    mark: PathBuf,
    /// Locked as long as this process works on it.
    _lock: File,
}

/// What stands in a data folder.
#[derive(Debug)]
pub(super) enum Found {
    /// A market.
    Market,
    /// Nothing; it is marked as being filled from now on.
    Nothing(Filling),
}

fn trouble(path: &Path, error: &std::io::Error) -> Trouble {
    format!("could not use {}: {error}", path.display())
}

/// Whether a filling was begun and not finished.
pub(super) fn is_unfinished(data: &Path) -> bool {
    data.join(UNFINISHED).exists()
}

/// Looks what stands in a data folder, and clears what an interrupted filling
/// left behind. `is_empty` says that the database there is known to have
/// nobody in it.
///
/// # Errors
/// If another program fills the folder, if it holds something else, or if it
/// cannot be used.
pub(super) fn look(data: &Path, is_empty: bool) -> Result<Found, Trouble> {
    fs::create_dir_all(data).map_err(|error| trouble(data, &error))?;
    let mark = data.join(UNFINISHED);
    let was_interrupted = is_unfinished(data);
    if !was_interrupted && !is_empty {
        if data.join(DATABASE).exists() {
            return Ok(Found::Market);
        }
        if let Some(other) = KEPT.iter().find(|name| data.join(name).exists()) {
            return Err(format!(
                "{} holds \"{other}\" but no market: choose an empty folder with --data",
                data.display()
            ));
        }
    }
    let mut lock =
        File::options().create(true).append(true).open(&mark).map_err(|error| trouble(&mark, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(format!("another program is filling {} just now", data.display()));
        }
        Err(TryLockError::Error(error)) => return Err(trouble(&mark, &error)),
    }
    if was_interrupted {
        clear(data)?;
    } else {
        let note = "The demo was being filled. If no program does so, the next start begins anew.\n";
        let written = lock.write_all(note.as_bytes()).and_then(|()| lock.sync_all());
        written.map_err(|error| trouble(&mark, &error))?;
    }
    Ok(Found::Nothing(Filling { mark, _lock: lock }))
}

fn clear(data: &Path) -> Result<(), Trouble> {
    for name in KEPT {
        let path = data.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        if let Err(error) = removed
            && error.kind() != ErrorKind::NotFound
        {
            return Err(trouble(&path, &error));
        }
    }
    Ok(())
}

impl Filling {
    /// The market is whole.
    ///
    /// # Errors
    /// If the mark cannot be removed.
    pub(super) fn finish(self) -> Result<(), Trouble> {
        fs::remove_file(&self.mark).map_err(|error| trouble(&self.mark, &error))
    }
}
