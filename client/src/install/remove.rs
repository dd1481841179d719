//! Removing a version: only what its receipt lists and nobody changed, never
//! through a link, never outside.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::home::if_there;
use super::receipt::{Found, Receipt, is_inside, look};

/// What was removed and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many files were.
    pub files: usize,
    /// Files that somebody changed, by version and name. They stay, unless
    /// they were asked for.
    pub changed: Vec<String>,
}

impl Removed {
    pub(super) fn add(&mut self, other: Self) {
        self.files = self.files.saturating_add(other.files);
        self.changed.extend(other.changed);
    }
}

/// Removes a version's files, and the folders that are then empty.
pub(super) fn version(apps: &Path, receipt: &Receipt, also_changed: bool) -> io::Result<Removed> {
    let folder = apps.join(&receipt.folder);
    let mut removed = Removed::default();
    let mut folders = BTreeSet::new();
    for file in &receipt.files {
        folders.extend(file.path.match_indices('/').filter_map(|(end, _)| file.path.get(..end)));
        let found = look(&folder, file)?;
        if found == Found::Changed {
            removed.changed.push(format!("{}/{}", receipt.folder, file.path));
        }
        if found == Found::Same || (found == Found::Changed && also_changed) {
            if_there(fs::remove_file(folder.join(&file.path)))?;
            removed.files = removed.files.saturating_add(1);
        }
    }
    // Those inside before those outside; one that still holds something stays.
    for inside in folders.iter().rev() {
        if is_inside(&folder, inside)? {
            remove_if_empty(&folder.join(inside))?;
        }
    }
    remove_if_empty(&folder)?;
    Ok(removed)
}

fn remove_if_empty(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{DirectoryNotEmpty, NotADirectory, NotFound};
    match fs::remove_dir(folder) {
        Err(error) if matches!(error.kind(), DirectoryNotEmpty | NotADirectory | NotFound) => Ok(()),
        other => other,
    }
}
