//! The time as far as it can be believed.
//!
//! Anybody may set a wall clock. So a device keeps a *floor*: the latest time
//! that it knows to have been, from what the vendor signed and from its own
//! clock. A wall clock far behind the floor was set back. A wall clock that was
//! once wrong *ahead* has raised the floor too far; the vendor's signed time,
//! asked for with a fresh nonce, brings it down again, and nothing else does.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::code::keys::Role;
use crate::code::sealed::{Kind, TOKEN_BYTES_MAX, Unproven};
use crate::code::{Bundle, Reading, Trust};
use crate::disk;
use crate::stop::Stop;
use crate::time::Moment;
use crate::verdict::{Denied, Verdict};
use crate::world::World;

/// How far behind the floor a wall clock may be: clocks drift and are set
/// right, in milliseconds.
pub const DRIFT_MILLIS_MAX: i64 = 5 * 60 * 1_000;

/// How long the vendor's answer to a question for the time is waited for: one
/// kept back for longer would say what time it was.
const ANSWER_MILLIS_MAX: i64 = 2 * 60 * 1_000;

/// How much the floor has to rise before it is written again.
const KEEP_MILLIS_MIN: i64 = 60 * 1_000;

/// The most bytes of the file.
const FILE_BYTES_MAX: u64 = 1_000;

/// The floor as it is kept.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    floor: Option<Moment>,
}

/// What the vendor says the time is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeClaims {
    /// Of the form: 1.
    pub v: u8,
    /// `time`.
    pub typ: String,
    /// The store.
    pub iss: String,
    /// What the client asked to be repeated.
    pub nonce: String,
    /// The time at the server.
    pub now: Moment,
}

/// A question for the vendor's time. It is answered once, soon, or never.
#[derive(Debug)]
pub struct Question {
    nonce: String,
    asked_millis: i64,
}

impl Question {
    /// What the answer has to repeat.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }
}

/// A device's clock.
#[derive(Debug)]
pub struct Clock {
    world: World,
    path: PathBuf,
    /// The floor, and the elapsed time at which it was that.
    floor: Option<(Moment, i64)>,
    kept: Option<Moment>,
}

impl Clock {
    /// The clock whose floor is kept in that file. A file that is gone or
    /// broken is as none: who can break it can remove it as well.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn open(path: PathBuf, world: World) -> io::Result<Self> {
        let kept: Kept = match disk::read_json(&path, FILE_BYTES_MAX) {
            Ok(kept) => kept.unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Kept::default(),
            Err(error) => return Err(error),
        };
        let floor = kept.floor.map(|floor| (floor, world.elapsed_millis()));
        Ok(Self { world, path, floor, kept: kept.floor })
    }

    /// The time to go by: the wall clock, or the floor if that is later.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let (wall, floor) = (self.world.wall(), self.floor());
        Reading {
            now: floor.map_or(wall, |floor| floor.max(wall)),
            is_set_back: floor.is_some_and(|floor| wall < floor.plus_millis(-DRIFT_MILLIS_MAX)),
        }
    }

    /// The floor now: what was known, and the time that has passed since.
    fn floor(&self) -> Option<Moment> {
        let (floor, since) = self.floor?;
        Some(floor.plus_millis(self.world.elapsed_millis().saturating_sub(since)))
    }

    /// Learns of a time that has been, from something that the vendor signed.
    pub fn note(&mut self, signed: Moment) {
        if self.floor().is_none_or(|floor| floor < signed) {
            self.floor = Some((signed, self.world.elapsed_millis()));
        }
    }

    /// Writes the floor down if it has risen for a minute.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn keep(&mut self) -> io::Result<()> {
        let now = self.reading().now;
        self.note(now);
        match self.kept.is_none_or(|kept| now.millis_since(kept) >= KEEP_MILLIS_MIN) {
            true => self.write(now),
            false => Ok(()),
        }
    }

    fn write(&mut self, floor: Moment) -> io::Result<()> {
        disk::write_json(&self.path, &Kept { floor: Some(floor) })?;
        self.kept = Some(floor);
        Ok(())
    }

    /// Asks for the vendor's time.
    ///
    /// # Errors
    /// If there is no randomness for a nonce.
    pub fn ask(&self) -> io::Result<Question> {
        let random: [u8; 16] = self.world.random()?;
        Ok(Question { nonce: disk::hex(&random), asked_millis: self.world.elapsed_millis() })
    }

    /// Takes the vendor's answer: the floor is now what it says, be it earlier
    /// or later than before.
    ///
    /// # Errors
    /// A denial if it is not the vendor's answer to this very question, or came
    /// too late; a fault of the disk after the floor is set.
    pub fn heal(&mut self, question: Question, answer: &Bundle, trust: &Trust) -> Result<(), Stop> {
        let now = self.read_answer(&question, answer, trust)?;
        self.floor = Some((now, self.world.elapsed_millis()));
        Ok(self.write(now)?)
    }

    fn read_answer(&self, question: &Question, answer: &Bundle, trust: &Trust) -> Result<Moment, Denied> {
        if self.world.elapsed_millis().saturating_sub(question.asked_millis) > ANSWER_MILLIS_MAX {
            return Err(Denied::new(Verdict::ClockRollback, "the answer came too late"));
        }
        let unproven = Unproven::parse(&answer.code, TOKEN_BYTES_MAX)?;
        let key = trust.key(unproven.kid(), Role::Time, &answer.keys)?;
        let says: TimeClaims = unproven.prove(&key.public, trust.store(), Kind::Time)?;
        if says.v != 1 || says.typ != Kind::Time.name() || says.iss != trust.store() {
            return Err(Denied::forged("it is no time of this store"));
        }
        if says.nonce != question.nonce {
            return Err(Denied::new(Verdict::ClockRollback, "it answers another question"));
        }
        // The answer is fresh, so its own time is the one its key must hold at.
        match key.term.holds(says.now) {
            true => Ok(says.now),
            false => Err(Denied::new(Verdict::KeyExpired, "its key does not hold")),
        }
    }
}

#[cfg(test)]
mod tests;
