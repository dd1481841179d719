//! Appending the parts of an upload to its file, in constant memory. What has
//! come is on the disk before it is acknowledged; the length of the file is
//! how far the upload has come.

use std::fs::File as PlainFile;
use std::io::{self, SeekFrom};
use std::path::Path;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use store::Fault;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _, BufWriter};

/// Bytes gathered before the disk is asked to write.
const CHUNK_BYTES: usize = 256 * 1_024;

/// Why a part was not taken, or not all of it.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// Bytes before it are missing.
    Gap { there: u64 },
    /// More bytes than were announced.
    TooMuch,
    /// Another part is being written.
    Busy,
    /// The sender stopped; what came is kept.
    Interrupted { there: u64 },
    /// The disk failed.
    Fault(Fault),
}

impl From<io::Error> for NotTaken {
    fn from(error: io::Error) -> Self {
        tracing::error!(%error, "the parts of an upload could not be written");
        Self::Fault(Fault::unavailable("write an upload"))
    }
}

/// How many bytes are there.
pub(super) async fn there(path: &Path) -> Result<u64, Fault> {
    match tokio::fs::metadata(path).await {
        Ok(facts) => Ok(facts.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(_) => Err(Fault::unavailable("measure an upload")),
    }
}

/// Appends a part that begins at `offset` to an upload of `size` bytes, and
/// tells how many are there now.
pub(super) async fn take<E>(
    path: &Path,
    size: u64,
    offset: u64,
    mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<u64, NotTaken> {
    let file = lock(path).await?;
    let mut there = file.metadata().await?.len();
    if offset > there {
        return Err(NotTaken::Gap { there });
    }
    // Sent again: these are there already.
    let mut known = there.saturating_sub(offset);
    let mut file = BufWriter::with_capacity(CHUNK_BYTES, file);
    file.seek(SeekFrom::Start(there)).await?;
    let mut is_broken = false;
    while let Some(piece) = stream.next().await {
        let Ok(mut piece) = piece else {
            is_broken = true;
            break;
        };
        let passed = usize::try_from(known).unwrap_or(usize::MAX).min(piece.len());
        known = known.saturating_sub(u64::try_from(passed).unwrap_or(u64::MAX));
        let _sent_before = piece.split_to(passed);
        there = there.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if there > size {
            return Err(NotTaken::TooMuch);
        }
        file.write_all(&piece).await?;
    }
    file.flush().await?;
    file.get_ref().sync_data().await?;
    if is_broken { Err(NotTaken::Interrupted { there }) } else { Ok(there) }
}

/// Opens the file of an upload for one writer at a time.
async fn lock(path: &Path) -> Result<File, NotTaken> {
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path).await?;
    let file: PlainFile = file.into_std().await;
    match file.try_lock() {
        Ok(()) => Ok(File::from_std(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(NotTaken::Busy),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
