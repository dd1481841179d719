//! What the store needs of those who handle pictures and files. The work is
//! done in `server`; the verbs here only record what came of it.

use std::path::PathBuf;
use std::pin::Pin;

use domain::id::ArtifactId;
use domain::refusal::Refusal;

use crate::error::Done;

/// A picture that has been checked, turned upright, stripped of everything
/// but its pixels, and kept in several widths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The content address; files are named `HASH-WIDTH.webp`.
    pub hash: String,
    /// The width of the upright original in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The widths that are kept, smallest first.
    pub widths: Vec<u32>,
}

/// What the verbs ask of those who handle pictures and files.
pub trait Media: Send + Sync {
    /// Checks a picture and keeps it in several widths.
    fn press(&self, bytes: Vec<u8>) -> Work<'_, Pressed>;

    /// A fresh path to write an upload to before [`Media::keep`] takes it.
    fn spool(&self) -> PathBuf;

    /// Where the parts of a program are gathered while it is uploaded. Unlike
    /// the spool it outlives the program that runs.
    fn upload(&self, artifact: ArtifactId) -> PathBuf;

    /// The largest file that is taken, in bytes.
    fn largest(&self) -> u64;

    /// What all files of one sender may take together, in bytes.
    fn space(&self) -> u64;

    /// Takes a spooled file, which is gone afterwards, and tells the address
    /// of its content and its size. `used` is how many bytes the sender's
    /// other files take.
    fn keep(&self, spooled: PathBuf, used: u64) -> Work<'_, (String, u64)>;

    /// Keeps a scan of the desk, apart from what is sold, and tells the
    /// address of its content.
    fn keep_scan(&self, _: Vec<u8>) -> Work<'_, String> {
        Box::pin(async { Err(Refusal::invalid("attachment", "files are not taken here").into()) })
    }

    /// Removes a scan of the desk; one that is not there is no fault.
    fn drop_scan(&self, _: String) -> Work<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// Work under way.
pub type Work<'m, T> = Pin<Box<dyn Future<Output = Done<T>> + Send + 'm>>;

/// Takes nothing, for stores that serve no uploads.
pub struct NoMedia;

impl Media for NoMedia {
    fn press(&self, _: Vec<u8>) -> Work<'_, Pressed> {
        Box::pin(async { Err(Refusal::invalid("file", "pictures are not taken here").into()) })
    }

    fn spool(&self) -> PathBuf {
        PathBuf::new()
    }

    fn upload(&self, _: ArtifactId) -> PathBuf {
        PathBuf::new()
    }

    fn largest(&self) -> u64 {
        0
    }

    fn space(&self) -> u64 {
        0
    }

    fn keep(&self, _: PathBuf, _: u64) -> Work<'_, (String, u64)> {
        Box::pin(async { Err(Refusal::invalid("file", "files are not taken here").into()) })
    }
}

/// A file that has been kept under the address of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The content address: BLAKE3 in hexadecimal digits.
    pub hash: String,
    /// The name that a download gets.
    pub name: String,
    /// How many bytes.
    pub size: u64,
}
