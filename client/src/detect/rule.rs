//! The publisher's rules. Publishers are untrusted: what a rule may name is a
//! fixed list, and what it may do is look.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize};

use crate::install::hash_of;
use crate::package::listing::is_hash;
use crate::package::name;

/// The largest file of which a rule's hash is taken: 1 GiB.
const HASHED_BYTES_MAX: u64 = 1 << 30;

/// The most bytes that are read of the list of installed packages.
const PACKAGES_BYTES_MAX: u64 = 64 << 20;

/// How a copy is recognised. Kinds that are not in this list are refused with
/// the whole release; those that this system cannot prove find nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// A file or folder is there.
    PathExists {
        /// Where.
        path: Place,
        /// The version that this shows, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
    /// A file is there and has this content.
    FileSha256 {
        /// Where.
        path: Place,
        /// Its SHA-256, in hexadecimal.
        sha256: String,
        /// The version that this shows, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
    /// A Debian package is installed.
    Dpkg {
        /// Its name.
        package: String,
    },
    /// An entry of the Windows registry. Not proven on this system.
    RegistryValue {
        /// The key.
        key: String,
        /// The value's name.
        name: String,
    },
    /// A Windows Installer product by its upgrade code. Not proven here.
    MsiUpgradeCode {
        /// The code.
        code: String,
    },
    /// A macOS bundle. Not proven on this system.
    BundleId {
        /// Its name.
        id: String,
    },
}

/// A place: `${VARIABLE}/plain/parts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Place(String);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The beginnings of places.
const VARIABLES: [&str; 8] =
    ["HOME", "DATA", "BIN", "LOCAL_BIN", "OPT", "APPLICATIONS", "PROGRAM_FILES", "LOCAL_APP_DATA"];

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (variable, rest) = Self::split(text).ok_or("a place does not begin with a variable")?;
        if !VARIABLES.contains(&variable) {
            return Err("a place begins with an unknown variable");
        }
        if rest.contains("${") || rest.contains('$') || rest.contains('~') {
            return Err("a place has a variable within");
        }
        name::parse(rest.as_bytes())?;
        Ok(Self(text.to_owned()))
    }

    fn split(text: &str) -> Option<(&str, &str)> {
        text.strip_prefix("${")?.split_once("}/")
    }
}

/// What the beginnings of places are on this computer.
#[derive(Clone, Debug, Default)]
pub struct Places {
    variables: BTreeMap<&'static str, PathBuf>,
    /// The list of installed Debian packages.
    dpkg: PathBuf,
}

impl Places {
    /// The places of a Linux system below `root` (`/`), for a user whose home
    /// is there.
    #[must_use]
    pub fn linux(root: &Path, home: &Path) -> Self {
        let variables = BTreeMap::from([
            ("HOME", home.to_owned()),
            ("DATA", home.join(".local/share")),
            ("BIN", root.join("usr/bin")),
            ("LOCAL_BIN", root.join("usr/local/bin")),
            ("OPT", root.join("opt")),
        ]);
        Self { variables, dpkg: root.join("var/lib/dpkg/status") }
    }

    /// Where a place is; nothing if this system has no such beginning.
    fn path(&self, place: &Place) -> Option<PathBuf> {
        let (variable, rest) = Place::split(&place.0)?;
        Some(self.variables.get(variable)?.join(rest))
    }
}

impl Rule {
    /// Looks. The outer nothing says that the rule found nothing, the inner
    /// that it does not say which version.
    #[must_use]
    pub fn find(&self, places: &Places) -> Option<Option<Version>> {
        match self {
            Self::PathExists { path, version } => {
                fs::metadata(places.path(path)?).is_ok().then(|| version.clone())
            }
            Self::FileSha256 { path, sha256, version } => {
                let path = places.path(path)?;
                let facts = fs::metadata(&path).ok()?;
                // Never a pipe or a device, which would be read without end.
                let is_sane = facts.is_file() && facts.len() <= HASHED_BYTES_MAX && is_hash(sha256);
                (is_sane && hash_of(&path).ok()? == *sha256).then(|| version.clone())
            }
            Self::Dpkg { package } => dpkg(&places.dpkg, package),
            Self::RegistryValue { .. } | Self::MsiUpgradeCode { .. } | Self::BundleId { .. } => None,
        }
    }
}

/// The version of an installed Debian package, as far as it is one of ours.
fn dpkg(status: &Path, package: &str) -> Option<Option<Version>> {
    let is_plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || b"+-.".contains(&sign);
    if package.len() < 2 || !package.bytes().all(is_plain) {
        return None;
    }
    let reader = BufReader::new(File::open(status).ok()?.take(PACKAGES_BYTES_MAX));
    let (mut is_it, mut is_installed, mut version) = (false, false, None);
    for line in reader.lines() {
        let Ok(line) = line else { break };
        if line.is_empty() {
            if is_it && is_installed {
                return Some(version);
            }
            (is_it, is_installed, version) = (false, false, None);
        } else if let Some(name) = line.strip_prefix("Package: ") {
            is_it = name == package;
        } else if let Some(status) = line.strip_prefix("Status: ") {
            is_installed = status.ends_with(" ok installed");
        } else if let Some(text) = line.strip_prefix("Version: ") {
            version = upstream(text);
        }
    }
    (is_it && is_installed).then_some(version)
}

/// The version within Debian's `EPOCH:VERSION-REVISION`, if it has three
/// numbers.
fn upstream(text: &str) -> Option<Version> {
    let text = text.split_once(':').map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once('-').map_or(text, |(version, _)| version);
    Version::parse(text).ok()
}
