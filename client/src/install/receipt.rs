//! Receipts: what an install put where. They are checked against the disk
//! whenever somebody asks, and never believed by themselves.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::disk;
use crate::package::{Artifact, FileClaim, name};
use crate::release::Release;
use crate::time::Moment;

/// The most bytes of a receipt.
const RECEIPT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What an install put where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Of the form: 1.
    pub schema: u8,
    /// The product.
    pub product: String,
    /// The version.
    pub version: Version,
    /// The folder of this version, within the product's.
    pub folder: String,
    /// SHA-256 of the artifact.
    pub artifact: String,
    /// The file to run.
    pub main: String,
    /// All files.
    pub files: Vec<FileClaim>,
    /// When it was installed.
    pub installed_at: Moment,
    /// The version of this client.
    pub client: String,
    /// The folder of the version that was current before.
    pub previous: Option<String>,
}

/// How an install fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// Every file is as it was installed.
    Whole,
    /// All files are there; these were changed.
    Modified(Vec<String>),
    /// These are gone, or are no files any more.
    Broken(Vec<String>),
}

impl Receipt {
    pub(super) fn of(
        release: &Release,
        artifact: &Artifact,
        folder: &str,
        previous: Option<String>,
        now: Moment,
    ) -> Self {
        Self {
            schema: 1,
            product: release.prod.clone(),
            version: release.version.clone(),
            folder: folder.to_owned(),
            artifact: artifact.sha256.clone(),
            main: artifact.main.clone(),
            files: artifact.files.clone(),
            installed_at: now,
            client: env!("CARGO_PKG_VERSION").to_owned(),
            previous,
        }
    }

    /// The receipt in a file, if it is of that product and folder and names
    /// only files within it.
    pub(super) fn read(path: &Path, product: &str, folder: &str) -> io::Result<Option<Self>> {
        let receipt: Self = match disk::read_json(path, RECEIPT_BYTES_MAX) {
            Ok(Some(receipt)) => receipt,
            Ok(None) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_plain = |file: &FileClaim| name::parse(file.path.as_bytes()).is_ok();
        let is_ours = receipt.schema == 1 && receipt.product == product && receipt.folder == folder;
        let fits = is_ours && name::parse(folder.as_bytes()).is_ok() && !folder.contains('/');
        Ok((fits && receipt.files.iter().all(is_plain)).then_some(receipt))
    }

    /// Looks at every file.
    ///
    /// # Errors
    /// If one is there and cannot be read.
    pub fn check(&self, apps: &Path) -> io::Result<Integrity> {
        let (mut gone, mut changed) = (Vec::new(), Vec::new());
        for file in &self.files {
            match look(&apps.join(&self.folder), file)? {
                Found::Same => {}
                Found::Changed => changed.push(file.path.clone()),
                Found::Gone => gone.push(file.path.clone()),
            }
        }
        Ok(match (gone.is_empty(), changed.is_empty()) {
            (true, true) => Integrity::Whole,
            (true, false) => Integrity::Modified(changed),
            (false, _) => Integrity::Broken(gone),
        })
    }
}

/// How a file fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Same,
    Changed,
    /// It is not there, or the way to it leads through something else than
    /// folders: then it is none of ours.
    Gone,
}

/// Looks at a file without following any link.
pub(super) fn look(folder: &Path, file: &FileClaim) -> io::Result<Found> {
    let (outer, _) = file.path.rsplit_once('/').unwrap_or_default();
    if !is_inside(folder, outer)? {
        return Ok(Found::Gone);
    }
    let path = folder.join(&file.path);
    match facts(&path)? {
        Some(facts) if !facts.is_file() => Ok(Found::Gone),
        Some(facts) if facts.len() == file.size && hash_of(&path)? == file.sha256 => Ok(Found::Same),
        Some(_) => Ok(Found::Changed),
        None => Ok(Found::Gone),
    }
}

/// Whether the way to a folder leads through folders only, not through links.
pub(super) fn is_inside(folder: &Path, inside: &str) -> io::Result<bool> {
    let mut path = folder.to_owned();
    for part in inside.split('/').filter(|part| !part.is_empty()) {
        if !is_folder(&path)? {
            return Ok(false);
        }
        path.push(part);
    }
    is_folder(&path)
}

fn facts(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(facts) => Ok(Some(facts)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(facts(path)?.is_some_and(|facts| facts.is_dir()))
}

/// SHA-256 of a file, in hexadecimal.
pub(crate) fn hash_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut chunk) = (File::open(path)?, Sha256::new(), vec![0; 64 * 1024]);
    loop {
        let length = file.read(&mut chunk)?;
        match chunk.get(..length).filter(|read| !read.is_empty()) {
            Some(read) => hash.update(read),
            None => return Ok(disk::hex(&hash.finalize())),
        }
    }
}
