//! What a program embeds: may it run, and may it spend?
//!
//! Everything that a device knows about one product lies in one folder: its
//! key, the floor of its clock, what it believes of the store, its code, and
//! the journals of its leases. Nothing here needs a network; what comes by one
//! is handed in and checked.

use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::clock::{Clock, Question};
use crate::code::{Ask, Bundle, Code, Kept, PublicKey, Trust};
use crate::device::Device;
use crate::disk;
use crate::journal::{Journal, Lease, Report, Spent};
use crate::stop::Stop;
use crate::time::Moment;
use crate::verdict::{Denied, Verdict};
use crate::world::World;

/// The most bytes of what is believed: a long list of codes taken back.
const TRUST_BYTES_MAX: u64 = 64 << 20;

/// The most bytes of a code's file.
const CODE_BYTES_MAX: u64 = 128 * 1024;

/// The program that asks, as its publisher built it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The store that sells it.
    pub store: String,
    /// The store's root.
    pub root: PublicKey,
    /// The product.
    pub product: String,
    /// Its version.
    pub version: Version,
}

/// A program on a device.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    program: Program,
    device: Device,
    clock: Clock,
    trust: Trust,
    code: Option<Bundle>,
}

impl Session {
    /// What a device knows about a program, in a folder of its own.
    ///
    /// # Errors
    /// A denial if what is kept is not what was signed; a fault of the disk.
    pub fn open(folder: &Path, program: Program, world: World) -> Result<Self, Stop> {
        std::fs::create_dir_all(folder)?;
        let kept: Option<Kept> = disk::read_json(&folder.join("trust.json"), TRUST_BYTES_MAX)?;
        let trust = Trust::open(&program.store, program.root.clone(), kept.unwrap_or_default())?;
        let mut clock = Clock::open(folder.join("clock.json"), world)?;
        if let Some(signed) = trust.latest() {
            clock.note(signed);
        }
        let code = disk::read_json(&folder.join("code.json"), CODE_BYTES_MAX)?;
        let device = Device::open(&folder.join("device.key"))?;
        Ok(Self { folder: folder.to_owned(), program, device, clock, trust, code })
    }

    /// This device's key, for the vendor to make codes for.
    #[must_use]
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// Whether the program may run now.
    ///
    /// # Errors
    /// `NOT_FOUND` without a code; as [`Trust::read`] and [`Code::check`]; a
    /// fault of the disk.
    pub fn check(&mut self) -> Result<Code, Stop> {
        let bundle = self.code.as_ref().ok_or(Denied::new(Verdict::NotFound, "there is no code"))?;
        let code = self.trust.read(bundle, self.clock.reading().now)?;
        self.clock.note(code.claims().iat);
        let clock = self.clock.reading();
        let (product, version) = (self.program.product.as_str(), &self.program.version);
        code.check(&Ask { product, version, device: self.device.id(), clock })?;
        self.clock.keep()?;
        Ok(code)
    }

    /// Spends units of a meter, under a name made by the caller; nothing is
    /// counted for who owns the program or rents it by time.
    ///
    /// # Errors
    /// As [`Session::check`] and [`Journal::spend`]; `USES_EXHAUSTED` if no
    /// units were taken along.
    pub fn consume(&mut self, meter: &str, id: &str, units: u32) -> Result<Option<Spent>, Stop> {
        let code = self.check()?;
        if code.lease(meter).is_none() && code.claims().counted.is_empty() {
            return Ok(None);
        }
        let now = self.clock.reading().now;
        self.journal(&code, meter)?.spend(id, units, now).map(Some)
    }

    /// Spends units for what was allowed to begin at `begun`, whatever has
    /// run out since.
    ///
    /// # Errors
    /// As [`Journal::spend`].
    pub(crate) fn consume_at(
        &self,
        meter: &str,
        id: &str,
        units: u32,
        begun: Moment,
    ) -> Result<Option<Spent>, Stop> {
        self.journal(&self.known()?, meter)?.spend(id, units, begun).map(Some)
    }

    /// How many units of a meter that were taken along are left.
    ///
    /// # Errors
    /// As [`Session::report`].
    pub fn left(&self, meter: &str) -> Result<u32, Stop> {
        Ok(self.journal(&self.known()?, meter)?.left())
    }

    /// The time to go by.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.reading().now
    }

    /// Writes down how late it is by this device's clock, as a run does.
    #[cfg(test)]
    pub(crate) fn keep_clock(&mut self) {
        self.clock.keep().expect("the disk of a test takes it");
    }

    /// Runs the checks for another version of the program from now on.
    pub fn be_version(&mut self, version: Version) {
        self.program.version = version;
    }

    /// What was spent of a meter, to be settled.
    ///
    /// # Errors
    /// As [`Trust::read`]; `STATE_FORKED` if the journal does not fit.
    pub fn report(&self, meter: &str) -> Result<Report, Stop> {
        self.journal(&self.known()?, meter)?.report()
    }

    /// Gives back what is left of a meter: from now on nothing is spent.
    ///
    /// # Errors
    /// As [`Session::report`]; a fault of the disk.
    pub fn give_back(&self, meter: &str) -> Result<Report, Stop> {
        self.journal(&self.known()?, meter)?.seal(self.clock.reading().now)
    }

    /// The code, whether it holds now or not.
    ///
    /// # Errors
    /// `NOT_FOUND` without one; as [`Trust::read`].
    pub fn known(&self) -> Result<Code, Stop> {
        let bundle = self.code.as_ref().ok_or(Denied::new(Verdict::NotFound, "there is no code"))?;
        Ok(self.trust.read(bundle, self.clock.reading().now)?)
    }

    fn journal(&self, code: &Code, meter: &str) -> Result<Journal, Stop> {
        let none = Denied::new(Verdict::UsesExhausted, "no units were taken along");
        let lease = code.lease(meter).ok_or(none)?;
        // Names are the vendor's; the folder's is ours.
        let folder = self.folder.join("leases").join(disk::sha256(lease.lease.as_bytes()));
        let lease = Lease {
            v: 1,
            lease: lease.lease.clone(),
            ent: code.claims().ent.clone(),
            dev: self.device.id().to_owned(),
            meter: lease.code.clone(),
            units: lease.units,
            settle_by: lease.settle_by,
        };
        Journal::open(&folder, lease)
    }

    /// Forgets the code.
    ///
    /// # Errors
    /// If the disk does not let it go.
    pub fn forget_code(&mut self) -> io::Result<()> {
        self.code = None;
        crate::keep::remove(&self.folder.join("code.json"))
    }

    /// Takes a code that the vendor made for this device and program.
    ///
    /// # Errors
    /// As [`Trust::read`]; `PRODUCT_MISMATCH` or `DEVICE_MISMATCH`; `REVOKED`
    /// if one of a later generation of this licence is known; a fault of the
    /// disk. The code before stays.
    pub fn accept_code(&mut self, bundle: Bundle) -> Result<Code, Stop> {
        let code = self.trust.read(&bundle, self.clock.reading().now)?;
        let says = code.claims();
        if says.prod != self.program.product {
            return Err(Denied::new(Verdict::ProductMismatch, "the code is for another program").into());
        }
        if says.dev != self.device.id() {
            return Err(Denied::new(Verdict::DeviceMismatch, "the code is for another device").into());
        }
        let is_older =
            |known: Code| known.claims().ent == says.ent && known.claims().generation > says.generation;
        if self.known().is_ok_and(is_older) {
            return Err(Denied::new(Verdict::Revoked, "a later code of this licence is known").into());
        }
        disk::write_json(&self.folder.join("code.json"), &bundle)?;
        self.clock.note(says.iat);
        self.clock.keep()?;
        self.code = Some(bundle);
        Ok(code)
    }

    /// Follows changes of the store's root, of those listed as many as are
    /// new; the others are passed over.
    ///
    /// # Errors
    /// As [`Trust::accept_root`] for one that begins at the root known here; a
    /// fault of the disk.
    pub fn follow_roots(&mut self, changes: &[[String; 2]]) -> Result<(), Stop> {
        match self.trust.follow_roots(changes)? {
            0 => Ok(()),
            _ => Ok(self.keep_trust()?),
        }
    }

    /// Takes a key set.
    ///
    /// # Errors
    /// As [`Trust::accept_keys`]; a fault of the disk.
    pub fn accept_keys(&mut self, token: &str) -> Result<(), Stop> {
        self.trust.accept_keys(token)?;
        Ok(self.keep_trust()?)
    }

    /// Takes a list of codes taken back.
    ///
    /// # Errors
    /// As [`Trust::accept_revoked`]; a fault of the disk.
    pub fn accept_revoked(&mut self, list: &Bundle) -> Result<(), Stop> {
        self.trust.accept_revoked(list)?;
        Ok(self.keep_trust()?)
    }

    fn keep_trust(&mut self) -> io::Result<()> {
        if let Some(signed) = self.trust.latest() {
            self.clock.note(signed);
        }
        disk::write_json(&self.folder.join("trust.json"), self.trust.kept())
    }

    /// Asks for the vendor's time.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn ask_time(&self) -> io::Result<Question> {
        self.clock.ask()
    }

    /// Takes the vendor's answer.
    ///
    /// # Errors
    /// As [`Clock::heal`].
    pub fn accept_time(&mut self, question: Question, answer: &Bundle) -> Result<(), Stop> {
        self.clock.heal(question, answer, &self.trust)
    }
}

#[cfg(test)]
mod tests;
