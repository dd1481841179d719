//! The keys that this store signs with, and the files they lie in.
//!
//! A *root* vouches for everything and signs only key sets and certificates,
//! so its file may be kept off-line. Below it one key a role signs codes, the
//! time, and the list of what was taken back. Rotation adds keys and keeps the
//! old ones in the set until their time is over, so that what they signed
//! still holds; they sign nothing more.

mod claims;
mod file;
pub mod nonce;
pub mod proof;
pub mod root;
mod sealed;
#[cfg(test)]
mod tests;
pub mod web;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, UNIX_EPOCH};

use domain::time::{Seconds, Timestamp};
use serde::Serialize;
use store::world::World;

pub use claims::Role;
use claims::{Bundle, CertificateClaims, KeyClaim, KeySetClaims};
use file::{Kept, KeptKey};
use sealed::{Kind, Pair};

/// How long a key holds: the longest that clients accept is 90 days.
const LASTS: Seconds = Seconds::days(88);

/// Keys hold from a little before they were made: lists are dated back to the
/// beginning of their day.
const BACKDATED: Seconds = Seconds::days(2);

/// With less time than that left, a key is replaced where the root is at hand.
const RENEWED: Seconds = Seconds::days(40);

/// So many old keys stay in a set.
const KEPT_MAX: usize = 57;

/// The root's file in the folder of keys.
pub const ROOT_FILE: &str = "root.key";

/// The file of the keys that sign.
const SIGNING_FILE: &str = "signing.json";

/// Keys, open.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
    store: String,
    world: World,
    read: RwLock<(Option<Duration>, Arc<Kept>)>,
}

/// What `farthing keys show` tells of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub kid: String,
    /// What it signs.
    pub role: Role,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether it is the one that signs now.
    pub is_current: bool,
}

/// What everybody may know of the keys.
#[derive(Clone, Debug, Serialize)]
pub struct Trust {
    /// The store's name, which all signatures carry.
    pub store: String,
    /// The root as it is now, in its PASERK text.
    pub root: String,
    /// Changes of the root that led to it, oldest first, each signed by the old and the new.
    pub roots: Vec<[String; 2]>,
    /// The newest key set.
    pub keys: String,
}

impl Keyring {
    /// Opens the keys of the store of that name; makes them, and their root,
    /// if there are none. Keys that run out soon are replaced if the root is
    /// at hand.
    ///
    /// # Errors
    /// If the files cannot be read or written, or are for another store and
    /// the root is not at hand.
    pub fn open(folder: &Path, store: &str, world: World) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(SIGNING_FILE);
        if !path.exists() {
            let root = file::root_or_new(&folder.join(ROOT_FILE))?;
            let first = next(None, &root, store, world.now(), Old::Kept)?;
            file::write_new(&path, &first)?;
        }
        let kept = file::read(&path)?;
        let stamp = written(&path);
        let read = RwLock::new((stamp, Arc::new(kept)));
        let keys = Self { folder: folder.to_owned(), store: store.to_owned(), world, read };
        // A change of the root may have been cut off before its last step.
        keys.name_roots()?;
        if keys.kept().store != store {
            let root = file::root(&folder.join(ROOT_FILE)).map_err(|_| {
                io::Error::other(format!(
                    "the keys are for the store {}, and the root is not here to sign anew for {store}",
                    keys.kept().store
                ))
            })?;
            keys.rotate_with(&root, Old::Dropped)?;
        }
        keys.tend()?;
        Ok(keys)
    }

    /// The store's name.
    #[must_use]
    pub fn store(&self) -> &str {
        &self.store
    }

    /// The folder of the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The keys as they stand in the file: another program may have rotated.
    fn kept(&self) -> Arc<Kept> {
        let path = self.folder.join(SIGNING_FILE);
        let stamp = written(&path);
        {
            let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
            if read.0 == stamp {
                return Arc::clone(&read.1);
            }
        }
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        match file::read(&path) {
            Ok(kept) => *read = (stamp, Arc::new(kept)),
            // The keys that are known still sign.
            Err(error) => tracing::error!(%error, "the keys could not be read anew"),
        }
        Arc::clone(&read.1)
    }

    /// Replaces the keys by new ones. The old stay in the set until their
    /// time is over, or leave it at once.
    ///
    /// # Errors
    /// If the root cannot be read from `root`, or a file not be written.
    pub fn rotate(&self, root: &Path, old: Old) -> io::Result<()> {
        self.rotate_with(&file::root(root)?, old)
    }

    fn rotate_with(&self, root: &Pair, old: Old) -> io::Result<()> {
        self.keep(next(Some(&self.kept()), root, &self.store, self.world.now(), old)?)
    }

    /// Keeps keys in place of those before.
    fn keep(&self, kept: Kept) -> io::Result<()> {
        let path = self.folder.join(SIGNING_FILE);
        file::write(&path, &kept)?;
        let stamp = written(&path);
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = (stamp, Arc::new(kept));
        Ok(())
    }

    /// Replaces keys that run out soon, if the root is at hand; warns if it
    /// is not. To be called now and then.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn tend(&self) -> io::Result<()> {
        let soon = self.world.now().after(RENEWED);
        if Role::ALL.into_iter().all(|role| self.current(role, soon).is_ok()) {
            return Ok(());
        }
        match file::root(&self.folder.join(ROOT_FILE)) {
            Ok(root) => self.rotate_with(&root, Old::Kept),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::warn!("keys run out soon: bring the root and run `farthing keys rotate`");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The newest key for a role that holds at `at`.
    fn current(&self, role: Role, at: Timestamp) -> io::Result<(Arc<Kept>, KeptKey)> {
        let kept = self.kept();
        let held = kept.keys.iter().filter(|key| key.role == role && key.holds(at));
        let key = held.max_by_key(|key| key.set).cloned();
        key.map(|key| (kept, key)).ok_or_else(|| io::Error::other("no key holds: run `farthing keys rotate`"))
    }

    /// All keys of the set, in the order of their making.
    #[must_use]
    pub fn show(&self) -> (Trust, Vec<Shown>) {
        let now = self.world.now();
        let kept = self.kept();
        let shown = kept.keys.iter().map(|key| Shown {
            kid: key.kid.clone(),
            role: key.role,
            from: Timestamp::from_millis(key.nbf),
            until: Timestamp::from_millis(key.exp),
            is_current: self.current(key.role, now).is_ok_and(|(_, current)| current.kid == key.kid),
        });
        (self.trust(), shown.collect())
    }

    /// What everybody may know.
    #[must_use]
    pub fn trust(&self) -> Trust {
        let kept = self.kept();
        let (store, root) = (kept.store.clone(), kept.root.clone());
        Trust { store, root, roots: kept.roots.clone(), keys: kept.set.clone() }
    }

    /// Signs by the key of a role, and adds the key's certificate.
    fn seal(&self, role: Role, kind: Kind, says: impl FnOnce(Timestamp) -> Signed) -> io::Result<Bundle> {
        let (kept, key) = self.current(role, self.world.now())?;
        let pair = Pair::parse(&key.secret)?;
        let payload = says(Timestamp::from_millis(key.exp))?;
        let code = pair.sign_text(&kept.store, kind, &payload)?;
        Ok(Bundle { code, keys: vec![key.certificate] })
    }

    /// Signs an authorization code; it ends no later than its key.
    ///
    /// # Errors
    /// If no key holds.
    pub fn authorize(&self, says: &store::licences::Authorization) -> io::Result<String> {
        let bundle = self.seal(Role::Authz, Kind::Code, |end| {
            Ok(serde_json::to_vec(&claims::code(&self.store, says, end))?)
        })?;
        Ok(serde_json::to_string(&bundle)?)
    }

    /// Signs what time it is.
    ///
    /// # Errors
    /// If no key holds.
    pub fn tell_time(&self, nonce: &str) -> io::Result<Bundle> {
        let now = self.world.now().millis();
        self.seal(Role::Time, Kind::Time, |_| {
            let (typ, iss) = (Kind::Time.name(), &self.store);
            Ok(serde_json::to_vec(&claims::TimeClaims { v: 1, typ, iss, nonce, now })?)
        })
    }

    /// Signs the list of what was taken back.
    ///
    /// # Errors
    /// If no key holds.
    pub fn revoked(&self, list: &store::licences::Revocations) -> io::Result<Bundle> {
        self.seal(Role::Revocation, Kind::Revocations, |_| {
            Ok(serde_json::to_vec(&claims::revoked(&self.store, list))?)
        })
    }
}

impl graphql::Keys for Keyring {
    fn known(&self) -> graphql::KnownKeys {
        let Trust { store, root, roots, keys } = self.trust();
        graphql::KnownKeys { store, root, roots, keys }
    }

    fn authorize(&self, says: &store::licences::Authorization) -> io::Result<String> {
        Self::authorize(self, says)
    }

    fn tell_time(&self, nonce: &str) -> io::Result<String> {
        Ok(serde_json::to_string(&Self::tell_time(self, nonce)?)?)
    }

    fn revoked(&self, list: &store::licences::Revocations) -> io::Result<String> {
        Ok(serde_json::to_string(&Self::revoked(self, list)?)?)
    }

    fn nonce(&self, store: &store::Store) -> String {
        proof::next_nonce(store)
    }
}

/// A payload, or why it cannot be written.
type Signed = io::Result<Vec<u8>>;

/// What becomes of the keys before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// They stay in the set until their time is over.
    Kept,
    /// They leave it: what they signed no longer holds.
    Dropped,
}

/// When a file was written last: only to notice that it was.
fn written(path: &Path) -> Option<Duration> {
    std::fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

/// The next set of keys: a new one for each role.
fn next(before: Option<&Kept>, root: &Pair, store: &str, now: Timestamp, old: Old) -> io::Result<Kept> {
    if before.is_some_and(|before| before.root != root.public_text()) {
        return Err(io::Error::other("this is not the root that the keys were signed by"));
    }
    let version = before.map_or(0, |before| before.version).saturating_add(1);
    let (from, until) = (now.before(BACKDATED), now.after(LASTS));
    let mut keys: Vec<KeptKey> = before.map(|before| before.keys.clone()).unwrap_or_default();
    keys.retain(|key| old == Old::Kept && key.exp > now.millis());
    // A set lists 64 keys at most; the oldest go first.
    let spare = keys.len().saturating_sub(KEPT_MAX);
    keys.drain(..spare);
    for role in Role::ALL {
        let pair = Pair::generate()?;
        let claim = KeyClaim { key: pair.public_text(), role, nbf: from.millis(), exp: until.millis() };
        let (typ, iss) = (Kind::Certificate.name(), store);
        let says = CertificateClaims { v: 1, typ, iss, set: version, key: &claim };
        let certificate = root.sign_text(store, Kind::Certificate, &serde_json::to_vec(&says)?)?;
        let (kid, secret) = (pair.kid().to_owned(), pair.secret_text());
        let (nbf, exp, key) = (claim.nbf, claim.exp, claim.key);
        keys.push(KeptKey { kid, secret, key, role, nbf, exp, set: version, certificate });
    }
    let listed = keys.iter().map(KeptKey::claim).collect();
    let (typ, iss) = (Kind::KeySet.name(), store);
    let says = KeySetClaims { v: 1, typ, iss, ver: version, iat: now.millis(), keys: listed };
    let set = root.sign_text(store, Kind::KeySet, &serde_json::to_vec(&says)?)?;
    // What was signed for another name of the store leads nowhere under this.
    let roots = before.filter(|before| before.store == store);
    let roots = roots.map(|before| before.roots.clone()).unwrap_or_default();
    Ok(Kept { v: 1, store: store.to_owned(), root: root.public_text(), roots, version, set, keys })
}
