//! The folder in which everything lies, and what the holder of a product's
//! lock may do in it.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use super::Step;
use super::receipt::Receipt;
use super::remove::{self, Removed};
use crate::code::claims::covers;
use crate::disk;
use crate::package::{Artifact, Listing, unpack};
use crate::release::{Expected, Release};
use crate::stop::Stop;
use crate::time::Moment;

/// The most bytes of a small file of ours.
const FILE_BYTES_MAX: u64 = 10_000;

/// The most versions in one folder, and tries for a name.
const VERSIONS_MAX: usize = 1_000;

/// The folder in which everything lies.
#[derive(Clone, Debug)]
pub struct Home {
    root: PathBuf,
}

/// What is being done; on the disk before anything else is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    /// The folder that will hold the version; it was not there before.
    target: String,
}

/// The greatest numbers of releases that were seen, channel by channel, by the
/// key that signed them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    kid: String,
    seqs: BTreeMap<String, u64>,
    /// The same version by version, as `CHANNEL VERSION`: for licences that do
    /// not cover the newest.
    #[serde(default)]
    versions: BTreeMap<String, u64>,
}

/// The most versions whose numbers are remembered.
const SEEN_MAX: usize = 64;

impl Seen {
    /// The greatest number seen of a version in that range.
    fn within(&self, channel: &str, range: &VersionReq) -> Option<u64> {
        let covered = self.versions.iter().filter(|(name, _)| {
            let version = name.strip_prefix(channel).and_then(|rest| rest.strip_prefix(' '));
            version.and_then(|text| Version::parse(text).ok()).is_some_and(|version| covers(range, &version))
        });
        covered.map(|(_, seq)| *seq).max()
    }

    /// Remembers a release; the one with the least number is forgotten first.
    fn note(&mut self, release: &Release) {
        let name = format!("{} {}", release.channel, release.version);
        self.versions.insert(name, release.seq);
        while self.versions.len() > SEEN_MAX {
            let least = self.versions.iter().min_by_key(|(_, seq)| **seq).map(|(name, _)| name.clone());
            self.versions.remove(&least.unwrap_or_default());
        }
    }
}

impl Home {
    /// The home in that folder.
    #[must_use]
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where downloads lie, by their hashes.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// Takes a product's lock, and finishes or undoes what was left.
    ///
    /// # Errors
    /// A refusal if the product's name is none or another program holds the
    /// lock; a fault of the disk.
    pub fn hold(&self, product: &str) -> Result<Held, Stop> {
        let is_plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-';
        if product.is_empty() || product.len() > 64 || !product.bytes().all(is_plain) {
            return Err(Stop::refused("the product has no sensible name"));
        }
        let apps = self.root.join("apps").join(product);
        fs::create_dir_all(&apps)?;
        let lock = disk::private().create(true).truncate(false).write(true).open(apps.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Stop::refused("another program is at work on it")),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let held = Held { apps, product: product.to_owned(), _lock: lock };
        held.recover()?;
        Ok(held)
    }
}

/// A product's folder, with its lock held.
#[derive(Debug)]
pub struct Held {
    apps: PathBuf,
    product: String,
    _lock: File,
}

impl Held {
    /// Reads the newest release of a channel and remembers its number.
    ///
    /// # Errors
    /// As [`Release::read`]; a fault of the disk.
    pub fn accept(&self, token: &str, expected: Expected<'_>) -> Result<Release, Stop> {
        let mut seen = self.seen(&expected)?;
        // Which channel it is of, it says itself; so it is read twice.
        let channel = Release::read(token, &expected)?.channel;
        let known = seen.seqs.get(&channel).copied();
        let release = Release::read(token, &Expected { seen: known.max(expected.seen), ..expected })?;
        seen.seqs.insert(channel, release.seq);
        self.remember(seen, &release)?;
        Ok(release)
    }

    /// Reads the newest release that a licence covers, where the newest of all
    /// is not: its number may be lower than that, but not than any seen of a
    /// version in the range.
    ///
    /// # Errors
    /// As [`Release::read`], and a refusal if its version is not in the range;
    /// a fault of the disk.
    pub fn accept_within(
        &self,
        token: &str,
        range: &VersionReq,
        expected: Expected<'_>,
    ) -> Result<Release, Stop> {
        let seen = self.seen(&expected)?;
        let told = Release::read(token, &expected)?;
        if !covers(range, &told.version) {
            return Err(Stop::refused("the licence does not cover this version"));
        }
        let known = seen.within(&told.channel, range).max(expected.seen);
        let release = Release::read(token, &Expected { seen: known, ..expected })?;
        self.remember(seen, &release)?;
        Ok(release)
    }

    fn seen(&self, expected: &Expected<'_>) -> io::Result<Seen> {
        let seen: Option<Seen> = disk::read_json(&self.apps.join("seen.json"), FILE_BYTES_MAX)?;
        let kid = expected.key.kid().to_owned();
        Ok(seen.filter(|seen| seen.kid == kid).unwrap_or_else(|| Seen { kid, ..Seen::default() }))
    }

    fn remember(&self, mut seen: Seen, release: &Release) -> io::Result<()> {
        seen.note(release);
        disk::write_json(&self.apps.join("seen.json"), &seen)
    }

    /// Installs an artifact that was downloaded, and tells after each step;
    /// what `after` answers stops it there, as a crash would.
    ///
    /// # Errors
    /// A refusal if the archive is not what the release says; a fault of the
    /// disk. The version before is still there and current.
    pub fn install(
        &self,
        release: &Release,
        artifact: &Artifact,
        archive: &mut File,
        now: Moment,
        mut after: impl FnMut(Step) -> io::Result<()>,
    ) -> Result<Receipt, Stop> {
        if release.prod != self.product {
            return Err(Stop::refused("it is a release of another program"));
        }
        let listing = Listing::read(artifact)?;
        let plan = Plan { target: self.free_name(release, artifact)? };
        disk::write_json(&self.plan_path(), &plan)?;
        after(Step::Planned)?;
        let staging = self.staging();
        fs::create_dir(&staging)?;
        unpack(archive, artifact, &listing, &staging).inspect_err(|_| self.undo_quietly())?;
        after(Step::Unpacked)?;
        fs::rename(&staging, self.apps.join(&plan.target))?;
        disk::sync_folder(&self.apps)?;
        after(Step::Moved)?;
        let receipt = Receipt::of(release, artifact, &plan.target, self.current()?, now);
        disk::write_json(&self.receipt_path(&plan.target), &receipt)?;
        after(Step::Receipted)?;
        self.switch(&plan.target)?;
        after(Step::Switched)?;
        fs::remove_file(self.plan_path())?;
        disk::sync_folder(&self.apps)?;
        after(Step::Done)?;
        self.prune(&receipt)?;
        Ok(receipt)
    }

    /// A name that no folder has: a repair goes beside what is broken.
    fn free_name(&self, release: &Release, artifact: &Artifact) -> Result<String, Stop> {
        let hash = artifact.sha256.get(..8).unwrap_or_default();
        let name = format!("{}-{hash}", release.version).to_lowercase();
        let names =
            (1..VERSIONS_MAX).map(|turn| if turn == 1 { name.clone() } else { format!("{name}.{turn}") });
        let is_free = |name: &String| {
            !fs::exists(self.apps.join(name)).unwrap_or(true)
                && !fs::exists(self.receipt_path(name)).unwrap_or(true)
        };
        let mut free = names.filter(is_free);
        free.next().ok_or_else(|| Stop::refused("this version was installed too often"))
    }

    /// Finishes or undoes what was left.
    fn recover(&self) -> io::Result<()> {
        let Some(plan) = disk::read_json::<Plan>(&self.plan_path(), FILE_BYTES_MAX)? else {
            return Ok(());
        };
        if package::name::parse(plan.target.as_bytes()).is_err() || plan.target.contains('/') {
            return Err(disk::odd("the plan of an install is broken"));
        }
        match self.receipt(&plan.target)? {
            Some(_receipt) => self.switch(&plan.target)?,
            None => remove_tree(&self.apps.join(&plan.target))?,
        }
        remove_tree(&self.staging())?;
        fs::remove_file(self.plan_path())?;
        disk::sync_folder(&self.apps)
    }

    /// After a refusal: what is left is undone by the next holder at the
    /// latest, so a failure here is no failure.
    fn undo_quietly(&self) {
        let _next_time = self.recover();
    }

    /// The folder of the version that is current.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn current(&self) -> io::Result<Option<String>> {
        #[cfg(unix)]
        let told = fs::read_link(self.current_path()).map(|path| path.to_string_lossy().into_owned());
        #[cfg(not(unix))]
        let told = fs::read_to_string(self.current_path());
        match told {
            Ok(name) => Ok(Some(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a version current: at once, by a rename.
    fn switch(&self, target: &str) -> io::Result<()> {
        #[cfg(unix)]
        {
            let aside = self.apps.join("current.new");
            if_there(fs::remove_file(&aside))?;
            std::os::unix::fs::symlink(target, &aside)?;
            fs::rename(&aside, self.current_path())?;
            disk::sync_folder(&self.apps)
        }
        #[cfg(not(unix))]
        disk::write(&self.current_path(), target.as_bytes())
    }

    /// Goes back to the version before.
    ///
    /// # Errors
    /// A refusal if there is none, or it is no longer whole.
    pub fn roll_back(&self) -> Result<Receipt, Stop> {
        let current = self.current()?.map_or(Ok(None), |name| self.receipt(&name))?;
        let previous = current.and_then(|receipt| receipt.previous);
        let previous = previous.map_or(Ok(None), |name| self.receipt(&name))?;
        let previous = previous.ok_or_else(|| Stop::refused("there is no version before"))?;
        if previous.check(&self.apps)? != super::Integrity::Whole {
            return Err(Stop::refused("the version before is no longer whole"));
        }
        self.switch(&previous.folder)?;
        Ok(previous)
    }

    /// Removes all versions: only files of their receipts which nobody
    /// changed, unless `also_changed`. What else lies there stays.
    ///
    /// # Errors
    /// If the disk fails; again is harmless.
    pub fn uninstall(&self, also_changed: bool) -> io::Result<Removed> {
        if_there(fs::remove_file(self.current_path()))?;
        let mut removed = Removed::default();
        for receipt in self.receipts()? {
            removed.add(remove::version(&self.apps, &receipt, also_changed)?);
            fs::remove_file(self.receipt_path(&receipt.folder))?;
        }
        disk::sync_folder(&self.apps)?;
        Ok(removed)
    }

    /// Removes versions older than the one before.
    fn prune(&self, kept: &Receipt) -> io::Result<()> {
        for receipt in self.receipts()? {
            if receipt.folder != kept.folder && Some(&receipt.folder) != kept.previous.as_ref() {
                remove::version(&self.apps, &receipt, false)?;
                fs::remove_file(self.receipt_path(&receipt.folder))?;
            }
        }
        Ok(())
    }

    /// All receipts of this product that can be read.
    fn receipts(&self) -> io::Result<Vec<Receipt>> {
        let folder = self.apps.join("receipts");
        fs::create_dir_all(&folder)?;
        let mut receipts = Vec::new();
        for entry in fs::read_dir(folder)?.take(VERSIONS_MAX) {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let Some(name) = name.strip_suffix(".json") else { continue };
            receipts.extend(self.receipt(name)?);
        }
        Ok(receipts)
    }

    /// The receipt of a version: nothing if there is none, or it is of another
    /// product or folder.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn receipt(&self, folder: &str) -> io::Result<Option<Receipt>> {
        Receipt::read(&self.receipt_path(folder), &self.product, folder)
    }

    /// The product's folder.
    #[must_use]
    pub fn apps(&self) -> &Path {
        &self.apps
    }

    fn receipt_path(&self, folder: &str) -> PathBuf {
        self.apps.join("receipts").join(format!("{folder}.json"))
    }

    fn plan_path(&self) -> PathBuf {
        self.apps.join("plan.json")
    }

    fn current_path(&self) -> PathBuf {
        self.apps.join("current")
    }

    /// On the same disk as its place, so that it is moved by a rename.
    fn staging(&self) -> PathBuf {
        self.apps.join("staging")
    }
}

fn remove_tree(folder: &Path) -> io::Result<()> {
    if_there(fs::remove_dir_all(folder))
}

/// Sets what is already gone equal to what was removed.
pub(super) fn if_there(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
