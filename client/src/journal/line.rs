//! One line of a journal. Its text is canonical: what is read is written back
//! the same, or it is no line.

use std::io;

use serde::{Deserialize, Serialize};

use super::forked;
use crate::stop::Stop;
use crate::time::Moment;

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum Act {
    /// Units were spent, under a name.
    Spend { id: String, units: u32 },
    /// What was left was given back.
    Seal,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Its number, from 1 on.
    pub(super) seq: u32,
    /// What it tells.
    pub(super) act: Act,
    /// When, by this device's clock.
    pub(super) at: Moment,
    /// The hash of the line before.
    pub(super) prev: String,
}

impl Line {
    /// Reads the line that follows one of that number and hash.
    ///
    /// # Errors
    /// `STATE_FORKED` if it does not follow.
    pub(super) fn parse(text: &str, seq: u32, prev: &str) -> Result<Self, Stop> {
        let line: Self = serde_json::from_str(text).map_err(|_| forked("a line of the journal is none"))?;
        let follows = line.seq.checked_sub(1) == Some(seq) && line.prev == prev;
        match follows && line.text()? == text {
            true => Ok(line),
            false => Err(forked("a line of the journal does not follow the one before")),
        }
    }

    pub(super) fn text(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

/// SHA-256 of a line, in hexadecimal.
pub(super) fn hash_of(line: &str) -> String {
    crate::disk::sha256(line.as_bytes())
}
