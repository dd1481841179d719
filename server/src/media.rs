//! Pictures and files for the store's verbs: the press and the folder.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use domain::id::ArtifactId;
use domain::refusal::Refusal;
use store::media::{Media, Pressed, Work};
use store::world::World;
use store::{Done, Error, Fault};

use crate::config::FileLimits;
use crate::files::{Allowance, FileFault, FileName, Files, NotKept};
use crate::images::Press;

/// Keeps what users upload, in the data folder.
pub struct House {
    /// Presses pictures.
    press: Press,
    /// Where pressed pictures lie; served to everybody.
    pub pictures: Files,
    /// Where sold files lie; served to those who bought them.
    pub artifacts: Files,
    /// Where scans of the desk lie; served to the staff and whose they are.
    pub scans: Files,
    spool: PathBuf,
    uploads: PathBuf,
    limits: FileLimits,
    world: World,
}

impl House {
    /// Opens the folders below `data` and clears what an earlier run left
    /// half uploaded.
    ///
    /// # Errors
    /// When a folder cannot be made or read.
    pub fn open(
        data: &std::path::Path,
        press: Press,
        limits: FileLimits,
        world: World,
    ) -> Result<Self, MediaFault> {
        let spool = data.join("spool");
        match std::fs::remove_dir_all(&spool) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(MediaFault::Spool(error)),
            _ => std::fs::create_dir_all(&spool).map_err(MediaFault::Spool)?,
        }
        let uploads = data.join("uploads");
        std::fs::create_dir_all(&uploads).map_err(MediaFault::Spool)?;
        let pictures = Files::open(data.join("pictures")).map_err(MediaFault::Files)?;
        let artifacts = Files::open(data.join("files")).map_err(MediaFault::Files)?;
        let scans = Files::open(data.join("scans")).map_err(MediaFault::Files)?;
        Ok(Self { press, pictures, artifacts, scans, spool, uploads, limits, world })
    }
}

/// A folder for uploads cannot be used.
#[derive(Debug)]
pub enum MediaFault {
    /// The folder of uploads under way.
    Spool(io::Error),
    /// A folder of kept files.
    Files(FileFault),
}

impl std::fmt::Display for MediaFault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Spool(error) => write!(out, "could not open the folder of uploads: {error}"),
            Self::Files(fault) => fault.fmt(out),
        }
    }
}

impl std::error::Error for MediaFault {}

impl Media for House {
    fn press(&self, bytes: Vec<u8>) -> Work<'_, Pressed> {
        Box::pin(async move {
            let pressed = self.press.press(Bytes::from(bytes)).await?;
            let mut widths = Vec::with_capacity(pressed.renditions.len());
            for rendition in pressed.renditions {
                let name = FileName::parse(&rendition.file_name).ok_or(Fault::bug("name a picture"))?;
                self.pictures.keep_bytes(&name, rendition.bytes).await.map_err(|fault| broken(&fault))?;
                widths.push(rendition.slot);
            }
            Ok(Pressed { hash: pressed.hash, width: pressed.width, height: pressed.height, widths })
        })
    }

    fn spool(&self) -> PathBuf {
        let name = blake3::Hash::from(self.world.random::<32>()).to_hex();
        self.spool.join(name.as_str())
    }

    fn upload(&self, artifact: ArtifactId) -> PathBuf {
        self.uploads.join(format!("{artifact}.part"))
    }

    fn largest(&self) -> u64 {
        self.limits.artifact_bytes_max
    }

    fn space(&self) -> u64 {
        self.limits.seller_bytes_max
    }

    fn keep(&self, spooled: PathBuf, used: u64) -> Work<'_, (String, u64)> {
        Box::pin(async move {
            let allowance = Allowance {
                file_bytes_max: self.limits.artifact_bytes_max,
                quota_bytes_left: self.limits.seller_bytes_max.saturating_sub(used),
            };
            let kept = self.artifacts.keep_file(&spooled, allowance).await;
            if let Err(error) = tokio::fs::remove_file(&spooled).await
                && error.kind() != io::ErrorKind::NotFound
            {
                // The next start clears the folder anyway.
                tracing::warn!(%error, "an upload was not cleared away");
            }
            finished(kept.map(|kept| (kept.name.hash().to_owned(), kept.size_bytes)))
        })
    }

    fn keep_scan(&self, bytes: Vec<u8>) -> Work<'_, String> {
        Box::pin(async move {
            let name = FileName::of(&blake3::hash(&bytes));
            self.scans.keep_bytes(&name, Bytes::from(bytes)).await.map_err(|fault| broken(&fault))?;
            Ok(name.hash().to_owned())
        })
    }

    fn drop_scan(&self, file: String) -> Work<'_, ()> {
        Box::pin(async move {
            let name = FileName::parse(&file).ok_or(Fault::corrupt("find a scan"))?;
            match tokio::fs::remove_file(self.scans.path_of(&name)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::error!(%error, "a scan was not removed");
                    Err(Fault::unavailable("remove a scan").into())
                }
                _ => Ok(()),
            }
        })
    }
}

fn finished<T>(kept: Result<T, NotKept>) -> Done<T> {
    kept.map_err(|why| match why {
        NotKept::Refused(refusal) => Error::Refused(refusal),
        NotKept::Interrupted => Refusal::invalid("file", "the upload broke off before its end").into(),
        NotKept::Fault(fault) => broken(&fault),
    })
}

fn broken(fault: &FileFault) -> Error {
    tracing::error!(fault = %fault, source = ?std::error::Error::source(fault), "the disk failed");
    Fault::unavailable("keep a file").into()
}
