//! Looking by the publisher's rules. Publishers are untrusted: what a rule may
//! name is a fixed list, and what it may do is look.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use semver::Version;

use crate::install::hash_of;
use crate::package::listing::is_hash;
use crate::package::rule::{Place, Rule};

/// The largest file of which a rule's hash is taken: 1 GiB.
const HASHED_BYTES_MAX: u64 = 1 << 30;

/// The most bytes that are read of the list of installed packages.
const PACKAGES_BYTES_MAX: u64 = 64 << 20;

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
        let (variable, rest) = place.parts()?;
        Some(self.variables.get(variable)?.join(rest))
    }

    /// Looks by a rule. The outer nothing says that the rule found nothing, the inner
    /// that it does not say which version.
    #[must_use]
    pub fn find(&self, rule: &Rule) -> Option<Option<Version>> {
        match rule {
            Rule::PathExists { path, version } => {
                fs::metadata(self.path(path)?).is_ok().then(|| version.clone())
            }
            Rule::FileSha256 { path, sha256, version } => {
                let path = self.path(path)?;
                let facts = fs::metadata(&path).ok()?;
                // Never a pipe or a device, which would be read without end.
                let is_sane = facts.is_file() && facts.len() <= HASHED_BYTES_MAX && is_hash(sha256);
                (is_sane && hash_of(&path).ok()? == *sha256).then(|| version.clone())
            }
            Rule::Dpkg { package } => dpkg(&self.dpkg, package),
            Rule::RegistryValue { .. } | Rule::MsiUpgradeCode { .. } | Rule::BundleId { .. } => None,
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
