//! The files: the root by itself, and the keys that sign. Only their owner
//! may read them; they are replaced whole.

use std::io::{self, Write as _};
use std::path::Path;

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::claims::{KeyClaim, Role};
use super::sealed::Pair;

/// The keys that sign, as they lie on the disk.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) v: u8,
    pub(super) store: String,
    pub(super) root: String,
    #[serde(default)]
    pub(super) roots: Vec<[String; 2]>,
    pub(super) version: u64,
    pub(super) set: String,
    pub(super) keys: Vec<KeptKey>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Kept").field("version", &self.version).finish_non_exhaustive()
    }
}

/// One of them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptKey {
    pub(super) kid: String,
    pub(super) secret: String,
    pub(super) key: String,
    pub(super) role: Role,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) set: u64,
    pub(super) certificate: String,
}

impl KeptKey {
    pub(super) const fn holds(&self, at: Timestamp) -> bool {
        self.nbf <= at.millis() && at.millis() < self.exp
    }

    pub(super) fn claim(&self) -> KeyClaim {
        KeyClaim { key: self.key.clone(), role: self.role, nbf: self.nbf, exp: self.exp }
    }
}

/// The root in that file.
pub(super) fn root(path: &Path) -> io::Result<Pair> {
    check_private(path)?;
    Pair::parse(std::fs::read_to_string(path)?.trim())
}

/// The root in that file; made if there is none.
pub(super) fn root_or_new(path: &Path) -> io::Result<Pair> {
    match root(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = Pair::generate()?.secret_text();
            let aside = aside(path, text.as_bytes())?;
            match aside.persist_noclobber(path) {
                Ok(_) => {}
                // Another program was quicker: its root counts.
                Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(lost) => return Err(lost.error),
            }
            root(path)
        }
        found => found,
    }
}

/// The keys in that file.
pub(super) fn read(path: &Path) -> io::Result<Kept> {
    check_private(path)?;
    let kept: Kept = serde_json::from_slice(&std::fs::read(path)?)?;
    match kept.v {
        1 => Ok(kept),
        _ => Err(io::Error::other("the keys are of a form that this program does not know")),
    }
}

/// Writes keys over those before.
pub(super) fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let aside = aside(path, &serde_json::to_vec_pretty(kept)?)?;
    aside.persist(path).map(drop).map_err(|lost| lost.error)
}

/// Writes the first keys, unless another program was quicker.
pub(super) fn write_new(path: &Path, kept: &Kept) -> io::Result<()> {
    let aside = aside(path, &serde_json::to_vec_pretty(kept)?)?;
    match aside.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(lost) => Err(lost.error),
    }
}

/// A file beside it, for its owner alone, on the disk.
fn aside(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // The library makes its files for their owner alone (mode 0600).
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn check_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(path)?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => {
            let problem = format!("others may read {}: take that right away (chmod 600)", path.display());
            Err(io::Error::new(io::ErrorKind::PermissionDenied, problem))
        }
    }
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> io::Result<()> {
    Ok(())
}
