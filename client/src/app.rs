//! A program with a line to its store: the verbs of a [`crate::session`], each
//! first from what is known here, then from the store if that is needed and
//! there is one.
//!
//! A program runs off-line as long as its code says so. The store is asked
//! when the code should be renewed, when what is known here says no (it may
//! have been extended since), and for units that were not taken along. What
//! was asked and not answered is asked again under the same name, so that
//! nothing is charged twice.

mod contact;
mod pending;
mod spend;
mod task;

use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::code::{Bundle, Code};
use crate::device::Device;
use crate::disk;
use crate::link::{Link, Who};
use crate::session::{Program, Session};
use crate::stop::Stop;
use crate::time::Moment;
use crate::transport::Transport;
use crate::verdict::{Denied, Verdict};
use crate::world::World;
pub use contact::{StoreKeys, hear};
pub use spend::{Consumed, Taken};
pub use task::Task;

/// The most bytes of a licence's file.
const LICENCE_BYTES_MAX: u64 = 1_000;

/// A program on a device, with or without a line to its store.
#[derive(Debug)]
pub struct App {
    folder: PathBuf,
    store: String,
    session: Session,
    link: Option<Link>,
    world: World,
}

/// Which licence the code here is of, also when the code cannot be read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Licence {
    id: String,
}

impl App {
    /// What a device knows about a program, in a folder of its own (see
    /// [`crate::places::state`]), and what carries questions to its store.
    ///
    /// # Errors
    /// A denial if what is kept is not what was signed; a fault of the disk.
    pub fn open(
        folder: &Path,
        program: Program,
        world: World,
        transport: Option<Box<dyn Transport>>,
    ) -> Result<Self, Stop> {
        let store = program.store.clone();
        let session = Session::open(folder, program, world.clone())?;
        Ok(Self { folder: folder.to_owned(), store, session, link: transport.map(Link::new), world })
    }

    /// This device's key.
    #[must_use]
    pub const fn device(&self) -> &Device {
        self.session.device()
    }

    /// Whether the program may run now. Renews the code if that is due and
    /// the store answers; a store that does not answer takes nothing away.
    ///
    /// # Errors
    /// As [`Session::check`], after the store was asked as well.
    pub fn check(&mut self) -> Result<Code, Stop> {
        let told = self.session.check();
        let is_enough = match &told {
            Ok(code) => !code.is_due(self.session.now()),
            Err(stop) => !may_be_mended(stop),
        };
        if is_enough || self.link.is_none() {
            return told;
        }
        match (self.refresh(), told) {
            (Ok(code), _) => Ok(code),
            // The store's own no counts more than what was known before.
            (Err(stop), _) if stop.verdict().is_some() => Err(stop),
            (Err(_), told) => told,
        }
    }

    /// Whether the program may run and the licence covers a feature.
    ///
    /// # Errors
    /// As [`App::check`]; `FEATURE_MISSING`.
    pub fn check_feature(&mut self, feature: &str) -> Result<(), Stop> {
        Ok(self.check()?.check_feature(feature)?)
    }

    /// Takes the first code of a licence.
    ///
    /// # Errors
    /// As [`Session::accept_code`].
    pub fn adopt(&mut self, code: Bundle) -> Result<Code, Stop> {
        let code = self.session.accept_code(code)?;
        let licence = Licence { id: code.claims().ent.clone() };
        disk::write_json(&self.folder.join("licence.json"), &licence)?;
        Ok(code)
    }

    /// The licence that the code here is of; nothing before the first.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn licence(&self) -> std::io::Result<Option<String>> {
        let kept: Option<Licence> = disk::read_json(&self.folder.join("licence.json"), LICENCE_BYTES_MAX)?;
        Ok(kept.map(|kept| kept.id))
    }

    /// The code, whether it holds now or not.
    ///
    /// # Errors
    /// `NOT_FOUND` without one; as [`crate::code::Trust::read`].
    pub fn known(&self) -> Result<Code, Stop> {
        self.session.known()
    }

    /// Forgets the code and the licence, as on a device whose place was given
    /// up. Its key stays.
    ///
    /// # Errors
    /// If the disk does not let them go.
    pub fn forget(&mut self) -> std::io::Result<()> {
        crate::keep::remove(&self.folder.join("licence.json"))?;
        self.session.forget_code()
    }

    /// The time to go by.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.session.now()
    }

    /// Runs the checks for another version of the program from now on.
    pub fn be_version(&mut self, version: Version) {
        self.session.be_version(version);
    }

    fn licence_or_none(&self) -> Result<String, Stop> {
        let none = || Stop::from(Denied::new(Verdict::NotFound, "no licence is known on this computer"));
        self.licence()?.ok_or_else(none)
    }

    fn link(&self) -> Result<&Link, Stop> {
        let none = || Stop::Lost(std::io::Error::new(std::io::ErrorKind::NotConnected, "there is no line"));
        self.link.as_ref().ok_or_else(none)
    }

    /// This device, which vouches for its questions.
    fn who(&self) -> Who<'_> {
        Who { bearer: None, device: Some((self.session.device(), &self.store, self.session.now())) }
    }
}

/// Whether the store may know better than what is kept here.
fn may_be_mended(stop: &Stop) -> bool {
    let Some(verdict) = stop.verdict() else { return false };
    match verdict {
        Verdict::NotStarted
        | Verdict::Expired
        | Verdict::Suspended
        | Verdict::Revoked
        | Verdict::RefreshRequired
        | Verdict::VersionNotCovered
        | Verdict::ClockRollback
        | Verdict::KeyUnknown
        | Verdict::KeyExpired => true,
        Verdict::Valid
        | Verdict::NotFound
        | Verdict::UsesExhausted
        | Verdict::LeaseExhausted
        | Verdict::LeaseExpired
        | Verdict::DeviceNotActivated
        | Verdict::DeviceLimit
        | Verdict::DeviceMismatch
        | Verdict::ProductMismatch
        | Verdict::FeatureMissing
        | Verdict::SignatureInvalid
        | Verdict::StateForked => false,
    }
}

#[cfg(test)]
mod tests;
