//! Releases: what a publisher signs about a version of a program. The
//! publisher's key is another than the store's, so a store that was broken
//! into still cannot make anybody run something else.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::code::sealed::{Kind, PublicKey, Unproven};
use crate::detect::Rule;
use crate::package::Artifact;
use crate::stop::Stop;
use crate::time::Moment;

/// The most bytes of a release's description.
pub const RELEASE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The most artifacts of a release.
const ARTIFACTS_MAX: usize = 64;

/// The most rules of a release.
const RULES_MAX: usize = 32;

/// What a publisher says about a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Of the form: 1.
    pub v: u8,
    /// `release`.
    pub typ: String,
    /// The store.
    pub iss: String,
    /// The product.
    pub prod: String,
    /// The publisher.
    #[serde(rename = "pub")]
    pub publisher: String,
    /// Its number, which only grows: an older one is never taken for news.
    pub seq: u64,
    /// The version.
    pub version: Version,
    /// The channel, such as `stable`.
    pub channel: String,
    /// When it was signed.
    pub iat: Moment,
    /// The first moment at which it is stale.
    pub exp: Moment,
    /// The program, for each kind of computer.
    pub artifacts: Vec<Artifact>,
    /// How a copy that is already there is recognised, best first.
    #[serde(default)]
    pub detect: Vec<Rule>,
}

/// What a release has to fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The store.
    pub store: &'a str,
    /// The product.
    pub product: &'a str,
    /// The publisher's key.
    pub key: &'a PublicKey,
    /// The greatest number seen before.
    pub seen: Option<u64>,
    /// The time.
    pub now: Moment,
}

impl Release {
    /// Reads what the publisher signed. Precedence: form, key, signature,
    /// what it says, another product, an older number, stale.
    ///
    /// # Errors
    /// A denial if the publisher did not sign it, a refusal if it does not fit.
    pub fn read(token: &str, expected: &Expected<'_>) -> Result<Self, Stop> {
        let unproven = Unproven::parse(token, RELEASE_BYTES_MAX)?;
        let release: Self = unproven.prove(expected.key, expected.store, Kind::Release)?;
        if release.v != 1 || release.typ != Kind::Release.name() || release.iss != expected.store {
            return Err(Stop::refused("it is no release of this store"));
        }
        if release.prod != expected.product {
            return Err(Stop::refused("it is a release of another program"));
        }
        if expected.seen.is_some_and(|seen| release.seq < seen) {
            return Err(Stop::refused("a later release was seen before"));
        }
        // Only its end: a clock that is a little behind may see the news.
        if release.exp <= expected.now {
            return Err(Stop::refused("the description of the release is stale"));
        }
        match release.artifacts.len() <= ARTIFACTS_MAX && release.detect.len() <= RULES_MAX {
            true => Ok(release),
            false => Err(Stop::refused("it lists too much")),
        }
    }

    /// The artifact for a kind of computer.
    #[must_use]
    pub fn artifact(&self, os: &str, arch: &str) -> Option<&Artifact> {
        self.artifacts.iter().find(|artifact| artifact.os == os && artifact.arch == arch)
    }
}
