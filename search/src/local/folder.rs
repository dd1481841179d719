//! The folder of the index: which generation counts, and what is to be
//! cleared away.
//!
//! `CURRENT` names the schema's version and the generation. It is replaced by
//! a rename, so it always names a whole one. Everything else of ours in the
//! folder that nobody writes to is left over from something interrupted.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::generation::{Generation, guarded, writer_lock};
use super::schema::VERSION;
use crate::fault::Fault;

const CURRENT: &str = "CURRENT";
const GENERATION: &str = "generation-";
const ASIDE: &str = "aside-";

/// Opens what `CURRENT` names; whatever cannot be read is set aside, and an
/// empty index with cursor 0 takes its place.
pub(super) fn open(root: &Path) -> Result<Generation, Fault> {
    fs::create_dir_all(root).map_err(Fault::folder("create", root))?;
    let opened = match current(root)? {
        Some(name) => {
            let folder = root.join(&name);
            match guarded("open the search index", || Generation::open(&folder)) {
                Ok(generation) => Some(generation),
                Err(Fault::Busy) => return Err(Fault::Busy),
                Err(fault) => {
                    tracing::warn!(%fault, "the search index is set aside and filled anew");
                    set_aside(root, &folder)?;
                    None
                }
            }
        }
        None => None,
    };
    let generation = match opened {
        Some(generation) => generation,
        None => {
            let generation = Generation::create(&next(root)?)?;
            make_current(root, &generation.folder)?;
            generation
        }
    };
    clear(root, &generation.folder);
    Ok(generation)
}

/// The name of the generation that counts; none if there is none of this
/// version.
pub(super) fn current(root: &Path) -> Result<Option<String>, Fault> {
    let path = root.join(CURRENT);
    let text = match fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::folder("read", &path)(error)),
    };
    let named = text.strip_prefix(&format!("farthing-search {VERSION} ")).map(str::trim_end);
    Ok(named.filter(|name| number(name, GENERATION).is_some() && root.join(name).is_dir()).map(str::to_owned))
}

/// Makes the generation in `folder` the one that counts, durably.
pub(super) fn make_current(root: &Path, folder: &Path) -> Result<(), Fault> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let draft = root.join(format!("{CURRENT}.{name}"));
    let write = || -> io::Result<()> {
        let mut file = fs::File::create(&draft)?;
        writeln!(file, "farthing-search {VERSION} {name}")?;
        file.sync_all()?;
        fs::rename(&draft, root.join(CURRENT))?;
        fs::File::open(root)?.sync_all()
    };
    write().map_err(Fault::folder("write", &draft))
}

/// A new empty folder for the next generation.
pub(super) fn next(root: &Path) -> Result<PathBuf, Fault> {
    let mut number = entries(root).iter().filter_map(|name| number(name, GENERATION)).max().unwrap_or(0);
    loop {
        number += 1;
        let folder = root.join(format!("{GENERATION}{number:06}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Fault::folder("create", &folder)(error)),
        }
    }
}

/// Keeps the last unreadable generation for whoever wants to know why.
fn set_aside(root: &Path, folder: &Path) -> Result<(), Fault> {
    for name in entries(root).iter().filter(|name| name.starts_with(ASIDE)) {
        forget(&root.join(name));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let aside = root.join(format!("{ASIDE}{name}"));
    match fs::rename(folder, &aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Fault::folder("set aside", folder)(error))
        }
        _ => Ok(()),
    }
}

/// Removes generations that neither count nor are being written: what an
/// interrupted rebuild or another version left.
pub(super) fn clear(root: &Path, kept: &Path) {
    for name in entries(root) {
        let folder = root.join(&name);
        let draft = name.starts_with("CURRENT.");
        let generation = number(&name, GENERATION).is_some() && folder != kept;
        if draft || generation && matches!(writer_lock(&folder), Ok(Some(_))) {
            forget(&folder);
        }
    }
}

/// Removes what nobody needs; if that fails, the next opening tries again.
pub(super) fn forget(path: &Path) {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    if let Err(error) = removed {
        tracing::warn!(path = %path.display(), %error, "could not clear away an old part of the search index");
    }
}

/// The names in the folder.
fn entries(root: &Path) -> Vec<String> {
    let read = fs::read_dir(root).into_iter().flatten().flatten();
    read.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The number after `prefix`.
fn number(name: &str, prefix: &str) -> Option<u64> {
    name.strip_prefix(prefix)?.parse().ok()
}
