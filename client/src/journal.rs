//! The journal of a lease: units taken along, spent without a network.
//!
//! Every spending is a line, and every line holds the hash of the one before.
//! Phases of spending: lock, read what others wrote, decide, append, to the
//! disk, note the new head, allow. So there are never more runs than lines, and
//! what is cut off, changed or brought from elsewhere no longer fits its head.
//! A copy of the whole folder fits; the vendor finds it when both are settled,
//! and it costs one lease at most. No program alone can do better.

mod line;
mod report;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::stop::Stop;
use crate::time::Moment;
use crate::verdict::{Denied, Verdict};
use line::{Act, Line, hash_of};
pub use report::{Report, Spending};

/// The most bytes of a line.
const LINE_BYTES_MAX: u64 = 4_096;

/// The most bytes of a head's file.
const HEAD_BYTES_MAX: u64 = 1_000;

/// The most bytes of the name of a spending.
pub const ID_BYTES_MAX: usize = 100;

/// What a lease is: the journal's first line. It names the device and the
/// licence, so that a journal fits nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Of the form: 1.
    pub v: u8,
    /// The lease's name.
    pub lease: String,
    /// The licence.
    pub ent: String,
    /// The device's key, by its name.
    pub dev: String,
    /// The meter's code.
    pub meter: String,
    /// How many units were taken along.
    pub units: u32,
    /// The first moment at which they are no longer to be spent.
    pub settle_by: Moment,
}

/// Up to where the journal was when the last spending was allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    seq: u32,
    hash: String,
}

/// What has happened when a step of spending is over; tests stop there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The line is written, perhaps not to the disk.
    Written,
    /// The line is on the disk.
    Synced,
    /// The head is on the disk; only the answer is missing.
    Headed,
}

/// The answer to a spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// How many units are left.
    pub left: u32,
    /// Whether it had been spent before, under the same name.
    pub is_repeated: bool,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    lease: Lease,
    file: File,
    head_path: PathBuf,
    /// How many bytes of the file were read and fit.
    read_bytes: u64,
    seq: u32,
    hash: String,
    used: u32,
    spent: HashMap<String, u32>,
    is_sealed: bool,
}

impl Journal {
    /// The journal of a lease, in a folder of its own; begun if there is none.
    ///
    /// # Errors
    /// `STATE_FORKED` if what is there is cut off, changed, or of another lease
    /// or device; a fault if it cannot be read or written.
    pub fn open(folder: &Path, lease: Lease) -> Result<Self, Stop> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("journal");
        let head_path = folder.join("head.json");
        let file = disk::private().create(true).truncate(false).read(true).write(true).open(path)?;
        file.lock()?;
        let mut journal = Self {
            lease,
            file,
            head_path,
            read_bytes: 0,
            seq: 0,
            hash: String::new(),
            used: 0,
            spent: HashMap::new(),
            is_sealed: false,
        };
        let opened = journal.begin_or_read(folder);
        journal.file.unlock()?;
        opened.map(|()| journal)
    }

    fn begin_or_read(&mut self, folder: &Path) -> Result<(), Stop> {
        let head = self.read_head()?;
        let first = serde_json::to_string(&self.lease).map_err(io::Error::from)?;
        self.hash = hash_of(&first);
        let is_begun = self.read_first(&first)?;
        match (head, is_begun) {
            (Some(_), false) => Err(forked("the journal is gone")),
            (None, false) => {
                self.file.set_len(0)?;
                self.append(&first)?;
                self.file.sync_data()?;
                disk::sync_folder(folder)?;
                Ok(self.write_head()?)
            }
            (Some(head), true) => {
                let mut is_met = head.seq == 0 && head.hash == self.hash;
                self.read_on(|seq, hash| is_met |= seq == head.seq && *hash == head.hash)?;
                match is_met {
                    true => Ok(()),
                    false => Err(forked("the journal is not the one that was left")),
                }
            }
            (None, true) => {
                self.read_on(|_, _| {})?;
                // Nothing is spent before there is a head.
                match self.seq {
                    0 => Ok(self.write_head()?),
                    _ => Err(forked("the head is gone")),
                }
            }
        }
    }

    /// Reads the first line, if it was ever written wholly.
    fn read_first(&mut self, first: &str) -> Result<bool, Stop> {
        let mut line = String::new();
        self.file.seek(SeekFrom::Start(0))?;
        let limited = (&self.file).take(LINE_BYTES_MAX);
        BufReader::new(limited).read_line(&mut line).map_err(|_| forked("the journal is no text"))?;
        let Some(told) = line.strip_suffix('\n') else { return Ok(false) };
        if told != first {
            return Err(forked("the journal is of another lease or device"));
        }
        self.read_bytes = u64::try_from(line.len()).unwrap_or(u64::MAX);
        Ok(true)
    }

    /// Reads the lines that were not read yet. A last line without an end was
    /// never allowed: it is cut off.
    fn read_on(&mut self, mut met: impl FnMut(u32, &String)) -> Result<(), Stop> {
        if self.file.metadata()?.len() < self.read_bytes {
            return Err(forked("the journal was cut off"));
        }
        self.file.seek(SeekFrom::Start(self.read_bytes))?;
        let mut reader = BufReader::new(self.file.try_clone()?);
        loop {
            let mut bytes = Vec::new();
            let length = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
            let Some(told) = bytes.strip_suffix(b"\n") else {
                if u64::try_from(length).is_ok_and(|length| length == LINE_BYTES_MAX) {
                    return Err(forked("a line of the journal is too long"));
                }
                break;
            };
            let told = std::str::from_utf8(told).map_err(|_| forked("the journal is no text"))?;
            self.take(&Line::parse(told, self.seq, &self.hash)?)?;
            self.hash = hash_of(told);
            self.read_bytes = self.read_bytes.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            met(self.seq, &self.hash);
        }
        Ok(self.file.set_len(self.read_bytes)?)
    }

    /// Counts a line that fits.
    fn take(&mut self, line: &Line) -> Result<(), Stop> {
        self.seq = line.seq;
        match &line.act {
            Act::Seal => self.is_sealed = true,
            Act::Spend { id, units } => {
                self.used = self.used.saturating_add(*units);
                let is_known = self.spent.insert(id.clone(), *units).is_some();
                if self.is_sealed || is_known || self.used > self.lease.units || *units == 0 {
                    return Err(forked("the journal holds what was never allowed"));
                }
            }
        }
        Ok(())
    }

    /// Spends units under a name made by the caller: once, however often it is
    /// asked. What is answered is on the disk.
    ///
    /// # Errors
    /// `LEASE_EXHAUSTED` if too little is left or the lease was given back,
    /// `LEASE_EXPIRED` from its end on, `STATE_FORKED` if the journal does not
    /// fit; `InvalidInput` for no units, a name that is empty or too long, or
    /// one that was used for another number.
    pub fn spend(&mut self, id: &str, units: u32, now: Moment) -> Result<Spent, Stop> {
        self.spend_in_steps(id, units, now, |_| Ok(()))
    }

    /// Spends, and tells after each step; what `after` answers stops it there,
    /// as a crash would.
    ///
    /// # Errors
    /// As [`Journal::spend`], and what `after` answers.
    pub fn spend_in_steps(
        &mut self,
        id: &str,
        units: u32,
        now: Moment,
        mut after: impl FnMut(Step) -> io::Result<()>,
    ) -> Result<Spent, Stop> {
        if units == 0 || id.is_empty() || id.len() > ID_BYTES_MAX {
            return Err(misused("a spending needs a name and at least one unit"));
        }
        self.file.lock()?;
        let spent = self.spend_locked(id, units, now, &mut after);
        self.file.unlock()?;
        spent
    }

    fn spend_locked(
        &mut self,
        id: &str,
        units: u32,
        now: Moment,
        after: &mut dyn FnMut(Step) -> io::Result<()>,
    ) -> Result<Spent, Stop> {
        self.read_on(|_, _| {})?;
        match self.spent.get(id) {
            Some(known) if *known == units => return Ok(Spent { left: self.left(), is_repeated: true }),
            Some(_) => return Err(misused("this name was used for another number of units")),
            None => {}
        }
        if self.is_sealed {
            return Err(Denied::new(Verdict::LeaseExhausted, "the units were given back").into());
        }
        if self.lease.settle_by <= now {
            return Err(Denied::new(Verdict::LeaseExpired, "the units had to be settled before").into());
        }
        if self.left() < units {
            return Err(Denied::new(Verdict::LeaseExhausted, "too few units are left").into());
        }
        self.note(Act::Spend { id: id.to_owned(), units }, now, after)?;
        Ok(Spent { left: self.left(), is_repeated: false })
    }

    /// Appends a line; it counts when the head is on the disk.
    fn note(
        &mut self,
        act: Act,
        at: Moment,
        after: &mut dyn FnMut(Step) -> io::Result<()>,
    ) -> Result<(), Stop> {
        let line = Line { seq: self.seq.saturating_add(1), act, at, prev: self.hash.clone() };
        let text = line.text()?;
        let begun = self.read_bytes;
        if let Err(error) = self.append(&text) {
            // Half a line is none: the next reader cuts it off as well.
            self.read_bytes = begun;
            return Err(error.into());
        }
        self.take(&line)?;
        self.hash = hash_of(&text);
        after(Step::Written)?;
        self.file.sync_data()?;
        after(Step::Synced)?;
        self.write_head()?;
        Ok(after(Step::Headed)?)
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.read_bytes))?;
        let text = format!("{line}\n");
        self.file.write_all(text.as_bytes())?;
        self.read_bytes = self.read_bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Gives back what is left: from now on nothing is spent, so that the
    /// report stays true. Again is harmless.
    ///
    /// # Errors
    /// `STATE_FORKED` if the journal does not fit; a fault of the disk.
    pub fn seal(&mut self, now: Moment) -> Result<Report, Stop> {
        self.file.lock()?;
        let sealed = self.read_on(|_, _| {}).and_then(|()| match self.is_sealed {
            true => Ok(()),
            false => self.note(Act::Seal, now, &mut |_| Ok(())),
        });
        let report = sealed.and_then(|()| self.report());
        self.file.unlock()?;
        report
    }

    /// What was spent so far, for the vendor to settle.
    ///
    /// # Errors
    /// `STATE_FORKED` if the journal changed under us; a fault of the disk.
    pub fn report(&mut self) -> Result<Report, Stop> {
        self.file.seek(SeekFrom::Start(0))?;
        let reader = BufReader::new((&self.file).take(self.read_bytes));
        Report::read(reader, &self.lease)
    }

    /// How many units are left to spend.
    #[must_use]
    pub const fn left(&self) -> u32 {
        if self.is_sealed { 0 } else { self.lease.units.saturating_sub(self.used) }
    }

    /// How many units were spent.
    #[must_use]
    pub const fn used(&self) -> u32 {
        self.used
    }

    fn read_head(&self) -> Result<Option<Head>, Stop> {
        match disk::read_json(&self.head_path, HEAD_BYTES_MAX) {
            Ok(head) => Ok(head),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(forked("the head is broken")),
            Err(error) => Err(error.into()),
        }
    }

    fn write_head(&self) -> io::Result<()> {
        disk::write_json(&self.head_path, &Head { seq: self.seq, hash: self.hash.clone() })
    }
}

fn forked(why: &'static str) -> Stop {
    Denied::new(Verdict::StateForked, why).into()
}

fn misused(why: &'static str) -> Stop {
    io::Error::new(io::ErrorKind::InvalidInput, why).into()
}

#[cfg(test)]
mod tests;
