//! Files on disk under the address of their content.
//!
//! A file is written once, under a name that follows from its bytes, and never
//! changed: so it can be cached for ever, kept twice without harm, and copied
//! while the market runs. What is written lies in `incoming/` until it is
//! whole and on the disk; only then does it get its name. Who may read a file
//! is decided elsewhere.
//!
//! Layout: `<root>/ab/abcdef…` with the first two digits as folder.

mod incoming;
mod name;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use domain::refusal::Refusal;
use futures_util::{Stream, StreamExt};

use incoming::Incoming;
pub use name::FileName;

/// Bytes gathered before the disk is asked to write.
const CHUNK_BYTES: usize = 256 * 1_024;

/// A folder of content-addressed files.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its address: BLAKE3 of its bytes.
    pub name: FileName,
    /// Its length in bytes.
    pub size_bytes: u64,
}

/// How much may be kept for the one who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The largest single file, in bytes.
    pub file_bytes_max: u64,
    /// What is left of the sender's space, in bytes.
    pub quota_bytes_left: u64,
}

impl Allowance {
    /// Refuses `size_bytes` when it is more than is allowed.
    fn check(self, size_bytes: u64) -> Result<(), Refusal> {
        let megabytes = |bytes: u64| bytes / (1_024 * 1_024);
        if size_bytes > self.file_bytes_max {
            let most = megabytes(self.file_bytes_max);
            let problem = format!("The file is larger than {most} MB, the most that a file may have");
            return Err(Refusal::invalid("file", problem));
        }
        if size_bytes > self.quota_bytes_left {
            let left = megabytes(self.quota_bytes_left);
            let problem = format!("The file does not fit: {left} MB of your space are left");
            return Err(Refusal::invalid("file", problem));
        }
        Ok(())
    }
}

/// The disk failed us: full, gone, or not ours to write.
#[derive(Debug)]
pub struct FileFault {
    action: &'static str,
    source: io::Error,
}

impl fmt::Display for FileFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "could not {}", self.action)
    }
}

impl std::error::Error for FileFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Names the action that failed.
pub(crate) fn fault(action: &'static str) -> impl FnOnce(io::Error) -> FileFault {
    move |source| FileFault { action, source }
}

/// Why a file was not kept.
#[derive(Debug)]
pub enum NotKept {
    /// More than the allowance.
    Refused(Refusal),
    /// The sender stopped before the end.
    Interrupted,
    /// The disk failed.
    Fault(FileFault),
}

impl From<FileFault> for NotKept {
    fn from(fault: FileFault) -> Self {
        Self::Fault(fault)
    }
}

impl Files {
    /// Opens the folder, making it if need be, and removes what earlier runs
    /// left unfinished. Another running process' unfinished files stay.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, FileFault> {
        let root = root.into();
        incoming::clear(&root).map_err(fault("open the folder of files"))?;
        Ok(Self { root })
    }

    /// Where the file of that name lies, whether or not it is there.
    #[must_use]
    pub fn path_of(&self, name: &FileName) -> PathBuf {
        self.root.join(name.shard()).join(name.as_str())
    }

    /// Whether a file of that name is kept.
    pub async fn holds(&self, name: &FileName) -> bool {
        tokio::fs::try_exists(self.path_of(name)).await.unwrap_or(false)
    }

    /// Keeps `bytes` under a name that the caller derived from their content.
    /// Keeping the same again changes nothing.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn keep_bytes(&self, name: &FileName, bytes: Bytes) -> Result<(), FileFault> {
        let (root, name) = (self.root.clone(), name.clone());
        blocking("keep a file", move || {
            let mut incoming = Incoming::begin(&root)?;
            incoming.write(&bytes)?;
            incoming.settle(&root, Some(name)).map(|_| ())
        })
        .await
    }

    /// Keeps what a stream brings, as it comes, in constant memory. Nothing is
    /// left behind when it is not kept.
    ///
    /// # Errors
    /// `Refused` as soon as the allowance is passed, `Interrupted` when the
    /// stream fails, `Fault` when the disk does.
    pub async fn keep_stream<E>(
        &self,
        mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
        allowance: Allowance,
    ) -> Result<Kept, NotKept> {
        let root = self.root.clone();
        let mut incoming = blocking("begin a file", move || Incoming::begin(&root)).await?;
        let mut gathered = BytesMut::with_capacity(CHUNK_BYTES);
        let mut size_bytes: u64 = 0;
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|_| NotKept::Interrupted)?;
            size_bytes = size_bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            allowance.check(size_bytes).map_err(NotKept::Refused)?;
            gathered.extend_from_slice(&piece);
            if gathered.len() >= CHUNK_BYTES {
                let chunk = gathered.split().freeze();
                incoming = blocking("write a file", move || {
                    incoming.write(&chunk)?;
                    Ok(incoming)
                })
                .await?;
            }
        }
        let (root, rest) = (self.root.clone(), gathered.freeze());
        let kept = blocking("keep a file", move || {
            incoming.write(&rest)?;
            incoming.settle(&root, None)
        });
        Ok(kept.await?)
    }

    /// Keeps a copy of a file of this machine; for import and demo.
    ///
    /// # Errors
    /// As [`Files::keep_stream`]; a file that cannot be read is a `Fault`.
    pub async fn keep_file(&self, path: &Path, allowance: Allowance) -> Result<Kept, NotKept> {
        let (root, path) = (self.root.clone(), path.to_owned());
        let size = tokio::fs::metadata(&path).await.map_err(fault("read the file to keep"))?.len();
        allowance.check(size).map_err(NotKept::Refused)?;
        let kept = blocking("keep a file", move || {
            let mut incoming = Incoming::begin(&root)?;
            let mut source = fs::File::open(path)?.take(allowance.file_bytes_max);
            let mut buffer = vec![0; CHUNK_BYTES];
            loop {
                let count = source.read(&mut buffer)?;
                if count == 0 {
                    return incoming.settle(&root, None);
                }
                incoming.write(buffer.get(..count).unwrap_or_default())?;
            }
        });
        Ok(kept.await?)
    }
}

/// Runs disk work where it may wait.
async fn blocking<T: Send + 'static>(
    action: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, FileFault> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|stopped| Err(io::Error::other(stopped))).map_err(fault(action))
}
