//! What a device tells the vendor about a lease. The hashes follow from what
//! it says, so the vendor makes the chain anew and sees whether two reports
//! went different ways.

use std::io::BufRead;

use serde::{Deserialize, Serialize};

use super::line::{Act, Line, hash_of};
use super::{Lease, forked};
use crate::stop::Stop;
use crate::time::Moment;

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spending {
    /// The name of the spending; nothing when what was left was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How many units.
    pub units: u32,
    /// When, by the device's clock; for information only.
    pub at: Moment,
}

/// What was spent of a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The lease.
    pub lease: Lease,
    /// How many units were spent.
    pub used: u32,
    /// How many lines there are.
    pub seq: u32,
    /// The hash of the last one.
    pub head: String,
    /// The lines.
    pub spendings: Vec<Spending>,
}

impl Report {
    /// Reads a journal into a report.
    pub(super) fn read(journal: impl BufRead, lease: &Lease) -> Result<Self, Stop> {
        let mut lines = journal.lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let (mut seq, mut head, mut used) = (0, hash_of(&first), 0_u32);
        let mut spendings = Vec::new();
        for text in lines {
            let text = text?;
            let line = Line::parse(&text, seq, &head)?;
            (seq, head) = (line.seq, hash_of(&text));
            let (id, units) = match line.act {
                Act::Spend { id, units } => (Some(id), units),
                Act::Seal => (None, 0),
            };
            used = used.saturating_add(units);
            spendings.push(Spending { id, units, at: line.at });
        }
        Ok(Self { lease: lease.clone(), used, seq, head, spendings })
    }

    /// The hashes after each number of lines, from none on.
    ///
    /// # Errors
    /// `STATE_FORKED` if the report does not add up by itself.
    pub fn hashes(&self) -> Result<Vec<String>, Stop> {
        let mut head = hash_of(&serde_json::to_string(&self.lease).map_err(std::io::Error::from)?);
        let (mut hashes, mut used) = (vec![head.clone()], 0_u32);
        for (seq, spending) in (1..).zip(&self.spendings) {
            let act = match &spending.id {
                Some(id) => Act::Spend { id: id.clone(), units: spending.units },
                None => Act::Seal,
            };
            used = used.saturating_add(spending.units);
            head = hash_of(&Line { seq, act, at: spending.at, prev: head }.text()?);
            hashes.push(head.clone());
        }
        let is_whole = u32::try_from(self.spendings.len()).is_ok_and(|lines| lines == self.seq);
        match is_whole && used == self.used && head == self.head && used <= self.lease.units {
            true => Ok(hashes),
            false => Err(forked("the report does not add up")),
        }
    }

    /// Whether two reports of one lease went different ways: the folder was
    /// copied or set back. Otherwise one continues the other.
    ///
    /// # Errors
    /// `STATE_FORKED` if one of them does not add up by itself.
    pub fn is_forked_from(&self, other: &Self) -> Result<bool, Stop> {
        let (ours, theirs) = (self.hashes()?, other.hashes()?);
        Ok(ours.iter().zip(&theirs).any(|(ours, theirs)| ours != theirs))
    }
}
