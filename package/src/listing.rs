//! What a package holds, as its publisher signed it: each file with its size
//! and hash. Nothing else leaves the archive.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::name;
use crate::stop::Stop;

/// The most files of a package.
pub const FILES_MAX: usize = 20_000;

/// The most bytes that a package unpacks to: 16 GiB.
pub const UNPACKED_BYTES_MAX: u64 = 16 << 30;

/// How many times larger than itself an archive may unpack.
pub(crate) const RATIO_MAX: u64 = 200;

/// Small archives may be mostly air: this many bytes are always allowed.
pub(crate) const RATIO_FREE_BYTES: u64 = 1 << 20;

/// How an artifact is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// A zip archive.
    #[serde(rename = "zip")]
    Zip,
    /// A tar archive, compressed by gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// The one file itself.
    #[serde(rename = "binary")]
    Binary,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileClaim {
    /// Its name, the parts divided by `/`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Whether it is a program.
    #[serde(default)]
    pub exec: bool,
}

/// A program for one kind of computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// The operating system, as `std::env::consts::OS` says it.
    pub os: String,
    /// The processor, as `std::env::consts::ARCH` says it.
    pub arch: String,
    /// How it is packed.
    pub kind: Packing,
    /// The size of what is downloaded, in bytes.
    pub size: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// The name of the file to run.
    pub main: String,
    /// All files.
    pub files: Vec<FileClaim>,
}

/// The files of an artifact, checked: every name is plain, none is the twin of
/// another, none lies inside another.
#[derive(Clone, Debug)]
pub struct Listing {
    files: BTreeMap<String, FileClaim>,
    folders: BTreeSet<String>,
    unpacked: u64,
}

impl Listing {
    /// Checks what an artifact is said to hold.
    ///
    /// # Errors
    /// What no package may hold.
    pub fn read(artifact: &Artifact) -> Result<Self, Stop> {
        if artifact.files.is_empty() || artifact.files.len() > FILES_MAX {
            return Err(Stop::refused("it has no files or too many"));
        }
        if !is_hash(&artifact.sha256) || artifact.files.iter().any(|file| !is_hash(&file.sha256)) {
            return Err(Stop::refused("a hash is none"));
        }
        let unpacked = artifact.files.iter().try_fold(0_u64, |sum, file| sum.checked_add(file.size));
        let unpacked = unpacked.filter(|bytes| *bytes <= UNPACKED_BYTES_MAX);
        let unpacked = unpacked.ok_or_else(|| Stop::refused("it unpacks to more than is allowed"))?;
        if unpacked > artifact.size.saturating_mul(RATIO_MAX).saturating_add(RATIO_FREE_BYTES) {
            return Err(Stop::refused("it unpacks to far more than it is"));
        }
        let listing = Self::of_files(&artifact.files, unpacked)?;
        let is_single = artifact.files.len() == 1 && unpacked == artifact.size;
        if artifact.kind == Packing::Binary && !is_single {
            return Err(Stop::refused("a single program is one file"));
        }
        match listing.files.get(&artifact.main).is_some_and(|main| main.exec) {
            true => Ok(listing),
            false => Err(Stop::refused("the program to run is not among its files")),
        }
    }

    fn of_files(claims: &[FileClaim], unpacked: u64) -> Result<Self, Stop> {
        let (mut files, mut folders) = (BTreeMap::new(), BTreeSet::new());
        // Each folded name with the one way in which it is written.
        let mut written: HashMap<String, (&str, bool)> = HashMap::new();
        for claim in claims {
            let path = name::parse(claim.path.as_bytes()).map_err(Stop::refused)?;
            for (end, _) in path.match_indices('/') {
                let folder = path.get(..end).unwrap_or(path);
                let known = *written.entry(name::folded(folder)).or_insert((folder, false));
                if known != (folder, false) {
                    return Err(Stop::refused("two names would be one file on some systems"));
                }
                folders.insert(folder.to_owned());
            }
            if written.insert(name::folded(path), (path, true)).is_some() {
                return Err(Stop::refused("two names would be one file on some systems"));
            }
            files.insert(path.to_owned(), claim.clone());
        }
        Ok(Self { files, folders, unpacked })
    }

    /// The file of that name.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileClaim> {
        self.files.get(path)
    }

    /// Whether files lie in a folder of that name.
    #[must_use]
    pub fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// All files, by name.
    pub fn files(&self) -> impl Iterator<Item = &FileClaim> {
        self.files.values()
    }

    /// All folders, those outside before those inside.
    pub fn folders(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// How many files and folders there are.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.files.len().saturating_add(self.folders.len())
    }

    /// How many bytes they come to.
    #[must_use]
    pub const fn unpacked(&self) -> u64 {
        self.unpacked
    }
}

/// Whether a text is a SHA-256 as we write them: lower case.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'))
}
