//! Where an import stopped, so that it can go on there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Bytes at the start of a file by which it is known again.
const KNOWN_BYTES: u64 = 256 * 1_024;

/// How far the import of one file has come: a small file in the data folder,
/// named after what it is about. Written after lines are kept, so that a
/// crash repeats lines rather than loses them; keeping a line twice must
/// therefore change nothing.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    line: u64,
}

impl Checkpoint {
    /// Finds how far the import of `file` has come. A file is known by its
    /// length and its beginning: moved or renamed, it is the same; edited, it
    /// is another.
    ///
    /// # Errors
    /// When the file or the data folder cannot be read.
    pub fn find(data: &Path, file: &Path) -> io::Result<Self> {
        let folder = data.join("import");
        fs::create_dir_all(&folder)?;
        let opened = File::open(file)?;
        let length = opened.metadata()?.len();
        let mut start = Vec::new();
        opened.take(KNOWN_BYTES).read_to_end(&mut start)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&length.to_le_bytes());
        hasher.update(&start);
        let path = folder.join(format!("{}.line", hasher.finalize().to_hex()));
        // Unreadable is as good as absent: everything is imported again.
        let line = fs::read_to_string(&path).ok().and_then(|it| it.trim().parse().ok()).unwrap_or(0);
        Ok(Self { path, line })
    }

    /// The last line that was kept; 0 for none.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// All lines up to `line` are kept.
    ///
    /// # Errors
    /// When the disk fails; the old checkpoint then stands.
    pub fn save(&mut self, line: u64) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut fresh = NamedTempFile::new_in(folder)?;
        writeln!(fresh, "{line}")?;
        fresh.persist(&self.path).map_err(|failed| failed.error)?;
        self.line = line;
        Ok(())
    }

    /// The import is done: the next one begins at the first line.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn clear(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
