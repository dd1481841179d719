//! A device's journal as it reports it: what was spent of a lease, line by
//! line, each with the hash of the line before.
//!
//! The hashes follow from what the report says. So the chain is made anew
//! here, and two reports of one lease either continue one another or show
//! that the device's state was copied or set back. The texts are those of the
//! client, to the letter; a test holds both against each other.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a lease is: the first line of its journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseLine {
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
    /// The first moment at which they are no longer to be spent, in
    /// milliseconds.
    pub settle_by: i64,
}

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
    pub at: i64,
}

/// What was spent of a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The lease.
    pub lease: LeaseLine,
    /// How many units were spent.
    pub used: u32,
    /// How many lines there are.
    pub seq: u32,
    /// The hash of the last one.
    pub head: String,
    /// The lines.
    pub spendings: Vec<Spending>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Act<'a> {
    Spend { id: &'a str, units: u32 },
    Seal,
}

#[derive(Serialize)]
struct Line<'a> {
    seq: u32,
    act: Act<'a>,
    at: i64,
    prev: &'a str,
}

fn hash_of(line: &impl Serialize) -> Option<String> {
    let text = serde_json::to_vec(line).ok()?;
    Some(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Report {
    /// The hash of each line, in their order; nothing if the report does not
    /// add up by itself: what no client ever wrote.
    #[must_use]
    pub fn hashes(&self) -> Option<Vec<String>> {
        let mut head = hash_of(&self.lease)?;
        let (mut hashes, mut used) = (Vec::with_capacity(self.spendings.len()), 0_u32);
        let mut names = std::collections::HashSet::new();
        for (seq, spending) in (1..).zip(&self.spendings) {
            let act = match &spending.id {
                Some(id) if spending.units > 0 && names.insert(id.as_str()) => {
                    Act::Spend { id, units: spending.units }
                }
                // After what is left was given back nothing follows.
                None if spending.units == 0 && seq == self.seq => Act::Seal,
                Some(_) | None => return None,
            };
            used = used.checked_add(spending.units)?;
            head = hash_of(&Line { seq, act, at: spending.at, prev: &head })?;
            hashes.push(head.clone());
        }
        let is_whole = u32::try_from(hashes.len()).is_ok_and(|lines| lines == self.seq);
        let adds_up = is_whole && used == self.used && used <= self.lease.units && head == self.head;
        adds_up.then_some(hashes)
    }

    /// Whether what was left was given back: nothing is spent after it.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.spendings.last().is_some_and(|spending| spending.id.is_none())
    }
}
