//! Files and pictures for tests of the store: kept under the hash of their
//! bytes, with no look at what they are. The server's own is tested there.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::id::ArtifactId;
use store::error::Fault;
use store::media::{Media, Pressed, Work};

/// Keeps nothing but addresses.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    spooled: AtomicU32,
}

impl Spool {
    /// A spool in `folder`, which exists.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder, spooled: AtomicU32::new(0) }
    }
}

impl Media for Spool {
    fn press(&self, bytes: Vec<u8>) -> Work<'_, Pressed> {
        let hash = blake3::hash(&bytes).to_hex().to_string();
        Box::pin(async { Ok(Pressed { hash, width: 640, height: 480, widths: vec![320, 640] }) })
    }

    fn spool(&self) -> PathBuf {
        self.folder.join(format!("spooled-{}", self.spooled.fetch_add(1, Ordering::Relaxed)))
    }

    fn upload(&self, artifact: ArtifactId) -> PathBuf {
        self.folder.join(format!("{artifact}.part"))
    }

    fn largest(&self) -> u64 {
        1 << 20
    }

    fn space(&self) -> u64 {
        4 << 20
    }

    fn keep(&self, spooled: PathBuf, _: u64) -> Work<'_, (String, u64)> {
        Box::pin(async move {
            let bytes = std::fs::read(&spooled).map_err(|_| Fault::unavailable("read a spooled file"))?;
            let size = u64::try_from(bytes.len()).map_err(|_| Fault::bug("measure a file"))?;
            Ok((blake3::hash(&bytes).to_hex().to_string(), size))
        })
    }

    fn keep_scan(&self, bytes: Vec<u8>) -> Work<'_, String> {
        Box::pin(async move {
            let file = blake3::hash(&bytes).to_hex().to_string();
            std::fs::write(self.folder.join(&file), bytes).map_err(|_| Fault::unavailable("keep a scan"))?;
            Ok(file)
        })
    }

    fn drop_scan(&self, file: String) -> Work<'_, ()> {
        Box::pin(async move {
            let removed = std::fs::remove_file(self.folder.join(file));
            Ok(removed.map_err(|_| Fault::unavailable("remove a scan"))?)
        })
    }
}
