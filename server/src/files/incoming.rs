//! Files on their way in: written aside, then renamed into place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use blake3::Hasher;
use tempfile::{Builder, NamedTempFile};

use super::{FileName, Kept};

/// The folder of unfinished files, on the same disk as the finished ones, so
/// that a rename is one step.
const FOLDER: &str = "incoming";

/// A file that is being written. Dropped before it settles, it is removed.
pub(super) struct Incoming {
    file: NamedTempFile,
    hasher: Hasher,
    size_bytes: u64,
}

impl Incoming {
    /// An empty file, locked as long as it is being written: the sign for
    /// other processes that it is not abandoned.
    pub(super) fn begin(root: &Path) -> io::Result<Self> {
        let file = Builder::new().suffix(".part").tempfile_in(root.join(FOLDER))?;
        file.as_file().lock()?;
        Ok(Self { file, hasher: Hasher::new(), size_bytes: 0 })
    }

    /// Appends.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.size_bytes = self.size_bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Puts the file on the disk and gives it its name: `name`, or else the
    /// hash of its content. A file of that name and size is left alone.
    pub(super) fn settle(self, root: &Path, name: Option<FileName>) -> io::Result<Kept> {
        let name = name.unwrap_or_else(|| FileName::of(&self.hasher.finalize()));
        let kept = Kept { name, size_bytes: self.size_bytes };
        let folder = root.join(kept.name.shard());
        let path = folder.join(kept.name.as_str());
        if fs::metadata(&path).is_ok_and(|there| there.is_file() && there.len() == kept.size_bytes) {
            return Ok(kept);
        }
        self.file.as_file().sync_all()?;
        let fresh_folder = !folder.exists();
        fs::create_dir_all(&folder)?;
        self.file.persist(&path).map_err(|failed| failed.error)?;
        // A name is only safe once its folder is on the disk too.
        File::open(&folder)?.sync_all()?;
        if fresh_folder {
            File::open(root)?.sync_all()?;
        }
        Ok(kept)
    }
}

/// Makes the folders and removes unfinished files that nobody writes to.
pub(super) fn clear(root: &Path) -> io::Result<()> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if !path.is_file() {
            continue;
        }
        // The lock ends with its process: one that can be had is abandoned.
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
