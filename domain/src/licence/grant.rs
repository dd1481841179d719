//! Grants: what one order gave, and what a row of them comes to.

use crate::id::OrderId;
use crate::licence::meter::MeterCode;
use crate::time::{Seconds, Timestamp};

/// What an order gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// So much time: from the end of what is there, or from now if that is
    /// over.
    Time(Seconds),
    /// So many units of a meter.
    Units {
        /// Which meter.
        meter: MeterCode,
        /// How many; more than none.
        units: u32,
    },
    /// The use without end.
    ForGood,
}

/// What one order gave, and when. It is never changed, only taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// By which order.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub given: Given,
    /// When it was taken back, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Grant {
    /// Whether it stands.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.revoked_at.is_none()
    }
}

/// What sort of rental or purchase a row of grants is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Owned for good.
    Owned,
    /// For a time.
    Time,
    /// For a number of uses or tasks, however long they last.
    Units,
    /// For a number of uses or tasks within a time.
    UnitsInTime,
    /// Nothing stands.
    Nothing,
}

impl Basis {
    /// The sort that these come to.
    pub fn of<'g>(given: impl Iterator<Item = &'g Given>) -> Self {
        let (mut has_time, mut has_units) = (false, false);
        for given in given {
            match given {
                Given::ForGood => return Self::Owned,
                Given::Time(_) => has_time = true,
                Given::Units { .. } => has_units = true,
            }
        }
        match (has_time, has_units) {
            (true, true) => Self::UnitsInTime,
            (true, false) => Self::Time,
            (false, true) => Self::Units,
            (false, false) => Self::Nothing,
        }
    }
}

/// From when until when something holds: `starts <= now < ends`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The first moment.
    pub starts: Timestamp,
    /// The first moment after; nothing means without end.
    pub ends: Option<Timestamp>,
}

impl Term {
    /// Whether it holds at `now`. The one rule of time, for the server and the
    /// client alike.
    #[must_use]
    pub fn holds(self, now: Timestamp) -> bool {
        self.starts <= now && self.ends.is_none_or(|end| now < end)
    }
}

/// What happened to the running end of a licence.
#[derive(Clone, Copy)]
enum Step {
    Added(Seconds),
    TakenBack(Seconds),
}

/// The term that a row of grants comes to; nothing if none of them stands.
///
/// Time is replayed as it happened: a grant adds from the running end, or from
/// its own moment when that was over; taking one back moves the end by just
/// its length. Units alone run without end.
#[must_use]
pub fn replay(grants: &[Grant]) -> Option<Term> {
    let starts = grants.iter().filter(|grant| grant.is_active()).map(|grant| grant.at).min()?;
    let stands =
        |given: fn(&Given) -> bool| grants.iter().any(|grant| grant.is_active() && given(&grant.given));
    let is_timed = stands(|given| matches!(given, Given::Time(_)));
    if stands(|given| matches!(given, Given::ForGood)) || !is_timed {
        return Some(Term { starts, ends: None });
    }
    let mut steps = Vec::new();
    for grant in grants {
        let Given::Time(length) = grant.given else { continue };
        steps.push((grant.at, Step::Added(length)));
        steps.extend(grant.revoked_at.map(|at| (at, Step::TakenBack(length))));
    }
    // The sort keeps the order of what happened in the same millisecond.
    steps.sort_by_key(|(at, _)| *at);
    let mut end = Timestamp::from_millis(i64::MIN);
    for (at, step) in steps {
        end = match step {
            Step::Added(length) => end.max(at).after(length),
            Step::TakenBack(length) => end.before(length),
        };
    }
    Some(Term { starts, ends: Some(end) })
}

#[cfg(test)]
mod tests;
