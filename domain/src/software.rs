//! Software: what its publisher may say of a product, its releases and the
//! programs in them.

pub mod offers;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::time::Seconds;

/// The most releases of one product.
pub const RELEASES_MAX: u32 = 1_000;

/// The most programs of one release, each for another kind of computer.
pub const ARTIFACTS_MAX: usize = 16;

/// How long what a publisher signed about a release is believed. The server
/// signs anew when half of it is over, as long as it keeps the key.
pub const MANIFEST_HOLDS: Seconds = Seconds::days(180);

/// How long an upload that nobody goes on with is kept.
pub const UPLOAD_KEPT: Seconds = Seconds::days(3);

/// How long a link to download a program is good for.
pub const DOWNLOAD_HOLDS: Seconds = Seconds::new(15 * 60);

/// Where a release stands. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReleaseState {
    /// Only its publisher sees it, and may still change it.
    Draft,
    /// Everybody who has a licence gets it; it never changes again.
    Published,
    /// Taken off: nobody gets it any more, who has it keeps it.
    Yanked,
}

impl ReleaseState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Yanked];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Draft => 1,
            Self::Published => 2,
            Self::Yanked => 3,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// The name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Yanked => "yanked",
        }
    }
}

/// A semantic version, as `2.1.0` or `2.1.0-beta.1`; no build metadata, since
/// two versions that differ in nothing else would be one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(semver::Version);

impl Version {
    /// The most characters.
    pub const CHARS_MAX: usize = 60;

    /// Reads a version; white space around it is dropped.
    ///
    /// # Errors
    /// `InvalidInput` on `version`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let version = semver::Version::parse(text).ok();
        let version = version.filter(|version| version.build.is_empty() && text.len() <= Self::CHARS_MAX);
        version.map(Self).ok_or(Refusal::invalid(
            "version",
            "a version has three numbers, as 1.4.0, and may end in a word, as 1.4.0-beta.2",
        ))
    }

    /// The first number: purchases may cover all versions that share it.
    #[must_use]
    pub const fn major(&self) -> u64 {
        self.0.major
    }

    /// Whether it is one before the finished one, as `2.0.0-beta.1`.
    #[must_use]
    pub fn is_early(&self) -> bool {
        !self.0.pre.is_empty()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Checks whether a version may be published beside those that are out on its
/// channel: who follows a channel only ever goes on.
///
/// # Errors
/// `InvalidInput` on `version`.
pub fn check_next_version(version: &Version, published: &[Version]) -> Result<(), Refusal> {
    match published.iter().max().filter(|last| *last >= version) {
        None => Ok(()),
        Some(last) => Err(Refusal::invalid(
            "version",
            format!("{last} is out on this channel already: take a later version, or another channel"),
        )),
    }
}

/// Reads a name of small letters, digits and single hyphens.
fn parse_name(
    field: &'static str,
    text: &str,
    (shortest, longest): (usize, usize),
) -> Result<String, Refusal> {
    let text = text.trim();
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    match (shortest..=longest).contains(&text.len()) && text.split('-').all(is_word) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::invalid(
            field,
            format!("it has {shortest} to {longest} small letters, digits and single hyphens"),
        )),
    }
}

/// A line of releases that one may follow, such as `stable` or `beta`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channel(String);

impl Channel {
    /// The channel for everybody.
    #[must_use]
    pub fn stable() -> Self {
        Self("stable".to_owned())
    }

    /// Reads a channel.
    ///
    /// # Errors
    /// `InvalidInput` on `channel`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        parse_name("channel", text, (2, 20)).map(Self)
    }

    /// Checks whether a version may go down this channel.
    ///
    /// # Errors
    /// `InvalidInput` on `channel` for an unfinished version on `stable`.
    pub fn check(&self, version: &Version) -> Result<(), Refusal> {
        match version.is_early() && *self == Self::stable() {
            true => Err(Refusal::invalid(
                "channel",
                "a version such as 2.0.0-beta.1 goes to a channel such as beta, not to stable",
            )),
            false => Ok(()),
        }
    }

    /// The channel as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The name of a product in addresses and folders, unique in the store and
/// never changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Names that some systems take for devices instead of folders.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

impl Slug {
    /// Reads a product's name.
    ///
    /// # Errors
    /// `InvalidInput` on `product`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let slug = parse_name("product", text, (2, 64))?;
        let is_port = |prefix| {
            let rest = slug.strip_prefix(prefix).unwrap_or_default();
            rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit())
        };
        match DEVICES.contains(&slug.as_str()) || is_port("com") || is_port("lpt") {
            true => {
                Err(Refusal::invalid("product", "some systems take this name for a device: choose another"))
            }
            false => Ok(Self(slug)),
        }
    }

    /// A proposal from a title: its letters and digits, the rest as hyphens.
    #[must_use]
    pub fn propose(title: &str) -> String {
        let plain = title.to_lowercase();
        let words = plain.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut slug = String::new();
        for word in words {
            let longer = slug.len().saturating_add(word.len()).saturating_add(1);
            if longer > 40 {
                break;
            }
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(word);
        }
        slug
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Operating systems, as programs on them call them, with names for people.
pub const SYSTEMS: [(&str, &str); 4] =
    [("linux", "Linux"), ("macos", "macOS"), ("windows", "Windows"), ("freebsd", "FreeBSD")];

/// Processors, as programs on them call them, with names for people.
pub const PROCESSORS: [(&str, &str); 5] = [
    ("x86_64", "64-bit Intel and AMD"),
    ("aarch64", "64-bit ARM"),
    ("x86", "32-bit Intel and AMD"),
    ("arm", "32-bit ARM"),
    ("riscv64", "64-bit RISC-V"),
];

/// A kind of computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Computer {
    /// One of [`SYSTEMS`].
    pub os: &'static str,
    /// One of [`PROCESSORS`].
    pub arch: &'static str,
}

impl Computer {
    /// Reads a kind of computer.
    ///
    /// # Errors
    /// `InvalidInput` on `os`, then on `arch`.
    pub fn parse(os: &str, arch: &str) -> Result<Self, Refusal> {
        let find = |known: &[(&'static str, &'static str)], text: &str| {
            known.iter().find(|(name, _)| *name == text).map(|(name, _)| *name)
        };
        let os = find(&SYSTEMS, os)
            .ok_or(Refusal::invalid("os", "an operating system is linux, macos, windows or freebsd"))?;
        let arch = find(&PROCESSORS, arch)
            .ok_or(Refusal::invalid("arch", "a processor is x86_64, aarch64, x86, arm or riscv64"))?;
        Ok(Self { os, arch })
    }
}

impl fmt::Display for Computer {
    /// For people: `Linux, 64-bit ARM`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let called = |known: &[(&'static str, &'static str)], name: &'static str| {
            known.iter().find(|(own, _)| *own == name).map_or(name, |(_, called)| called)
        };
        write!(out, "{}, {}", called(&SYSTEMS, self.os), called(&PROCESSORS, self.arch))
    }
}

/// How a program is packed. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    /// A zip archive.
    Zip,
    /// A tar archive, compressed by gzip.
    TarGz,
    /// The one file itself.
    Binary,
}

impl Packing {
    /// All packings.
    pub const ALL: [Self; 3] = [Self::Zip, Self::TarGz, Self::Binary];

    /// The packing's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Zip => 1,
            Self::TarGz => 2,
            Self::Binary => 3,
        }
    }

    /// The packing with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|packing| packing.number() == number)
    }

    /// The name in what publishers sign, and in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::TarGz => "tar.gz",
            Self::Binary => "binary",
        }
    }

    /// The packing of that name.
    ///
    /// # Errors
    /// `InvalidInput` on `packing`.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.into_iter().find(|packing| packing.name() == name);
        found.ok_or(Refusal::invalid("packing", "a program comes as zip, tar.gz or binary"))
    }
}

#[cfg(test)]
mod tests;
