//! Questions that were perhaps not answered. Each has a file with its name,
//! locked while somebody waits for the answer. Whoever finds one that nobody
//! holds asks again under the same name, so that what was charged is had.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::world::World;

/// The most questions that are looked through.
const FILES_MAX: usize = 1_000;

/// The most bytes of a question's file.
const FILE_BYTES_MAX: u64 = 1_000;

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Its name, made here.
    pub(super) id: String,
    /// For which meter.
    pub(super) meter: String,
    /// How many units.
    pub(super) units: u32,
}

/// A question that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) asked: Asked,
    path: PathBuf,
    _lock: File,
}

impl Pending {
    /// A question that somebody left unanswered, if there is one like it;
    /// otherwise a new one. On the disk before it is asked.
    pub(super) fn begin(folder: &Path, meter: &str, units: u32, world: &World) -> io::Result<Self> {
        let left = orphans(folder)?.into_iter();
        let mut alike = left.filter(|left| left.asked.meter == meter && left.asked.units == units);
        match alike.next() {
            Some(left) => Ok(left),
            None => Self::fresh(folder, meter, units, world),
        }
    }

    /// A new question, whatever was left.
    pub(super) fn fresh(folder: &Path, meter: &str, units: u32, world: &World) -> io::Result<Self> {
        let id = name(world)?;
        let path = folder.join(format!("{id}.json"));
        let asked = Asked { id, meter: meter.to_owned(), units };
        fs::create_dir_all(folder)?;
        let mut file = disk::private().create_new(true).read(true).write(true).open(&path)?;
        file.lock()?;
        file.write_all(&serde_json::to_vec(&asked)?)?;
        file.sync_all()?;
        disk::sync_folder(folder)?;
        Ok(Self { asked, path, _lock: file })
    }

    /// It was answered.
    pub(super) fn answered(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

/// A name for something, made at random.
pub(super) fn name(world: &World) -> io::Result<String> {
    Ok(disk::hex(&world.random::<16>()?))
}

/// Questions that nobody waits for any more. Files that are broken were never
/// asked, and go.
pub(super) fn orphans(folder: &Path) -> io::Result<Vec<Pending>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries.take(FILES_MAX) {
        let path = entry?.path();
        let Ok(mut file) = disk::private().read(true).write(true).open(&path) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        let mut bytes = Vec::new();
        (&mut file).take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        // Somebody may have had the answer between our looking and locking.
        match serde_json::from_slice(&bytes) {
            Ok(asked) if path.exists() => found.push(Pending { asked, path, _lock: file }),
            Ok(_) => {}
            Err(_) => fs::remove_file(&path)?,
        }
    }
    Ok(found)
}
