//! Changing the root. The old root and the new one sign the same words, so
//! that whoever trusts the old one follows to the new; then the new one signs
//! fresh keys. Phases: the new root is on the disk, then the change with its
//! keys at once, then the files change their names. A run that ended in the
//! midst is finished by the next.

use std::io;
use std::path::{Path, PathBuf};

use super::claims::RootClaims;
use super::sealed::{Kind, Pair};
use super::{Keyring, Old, ROOT_FILE, file, next};

/// The most changes that devices follow.
const CHANGES_MAX: usize = 32;

/// The next root, until it has taken its place.
const NEXT_FILE: &str = "next-root.key";

/// The root before.
pub const OLD_ROOT_FILE: &str = "old-root.key";

/// Where the two roots lie; both in the folder of keys unless it is said
/// otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots {
    /// The file of the root that signed so far.
    pub old: Option<PathBuf>,
    /// The file of the new one; made if there is none.
    pub new: Option<PathBuf>,
}

impl Keyring {
    /// Puts a new root into the place of the old one, and replaces the keys.
    /// What the old keys signed holds on, unless they are dropped.
    ///
    /// # Errors
    /// If the old root cannot be read or is another one, the root changed too
    /// often, or a file cannot be written.
    pub fn change_root(&self, roots: &Roots, old_keys: Old) -> io::Result<()> {
        let old = roots.old.clone().unwrap_or_else(|| self.folder.join(ROOT_FILE));
        let old = file::root(&old)?;
        let new = roots.new.clone().unwrap_or_else(|| self.folder.join(NEXT_FILE));
        let new = file::root_or_new(&new)?;
        let before = self.kept();
        if before.root != old.public_text() {
            return Err(io::Error::other("this is not the root that the keys were signed by"));
        }
        if new.public_text() == old.public_text() {
            return Err(io::Error::other("the new root is the old one"));
        }
        if before.roots.len() >= CHANGES_MAX {
            return Err(io::Error::other("the root changed too often: devices would not follow"));
        }
        let change = self.signed_by_both(&old, &new)?;
        let mut changed = (*before).clone();
        changed.root = new.public_text();
        changed.roots.push(change);
        let kept = next(Some(&changed), &new, &self.store, self.world.now(), old_keys)?;
        self.keep(kept)?;
        self.name_roots()
    }

    fn signed_by_both(&self, old: &Pair, new: &Pair) -> io::Result<[String; 2]> {
        let (typ, iss, key) = (Kind::Root.name(), self.store.as_str(), new.public_text());
        let iat = self.world.now().millis();
        let says = serde_json::to_vec(&RootClaims { v: 1, typ, iss, old: old.kid(), key: &key, iat })?;
        let sign = |pair: &Pair| pair.sign_text(&self.store, Kind::Root, &says);
        Ok([sign(old)?, sign(new)?])
    }

    /// Gives the new root the name of the old one, once the keys are signed
    /// by it.
    pub(super) fn name_roots(&self) -> io::Result<()> {
        let next = self.folder.join(NEXT_FILE);
        let is_in_force = match file::root(&next) {
            Ok(root) => root.public_text() == self.kept().root,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if !is_in_force {
            return Ok(());
        }
        let (old, aside) = (self.folder.join(ROOT_FILE), self.folder.join(OLD_ROOT_FILE));
        if old.exists() {
            rename(&old, &aside)?;
        }
        rename(&next, &old)
    }
}

/// Renames a file within the folder of keys, for good.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    match to.parent() {
        Some(folder) if cfg!(unix) => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
