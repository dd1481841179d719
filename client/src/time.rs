//! Points in time, always passed in, and the one rule of time.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// The point `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This point, later by `millis`; stops at the ends of time.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// How many milliseconds this point is after `earlier`; negative if it is
    /// before.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Days in milliseconds.
#[must_use]
pub const fn days(days: i64) -> i64 {
    days.saturating_mul(86_400_000)
}

/// From when until when something holds. The one rule of time, the same as the
/// server's: `starts <= now < ends`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The first moment.
    pub starts: Moment,
    /// The first moment after; nothing means without end.
    pub ends: Option<Moment>,
}

impl Term {
    /// Whether it holds at `now`.
    #[must_use]
    pub fn holds(self, now: Moment) -> bool {
        self.starts <= now && self.ends.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_holds_from_its_first_moment_to_before_its_end() {
        let at = Moment::from_millis;
        let term = Term { starts: at(1_000), ends: Some(at(2_000)) };
        for (now, holds) in [(999, false), (1_000, true), (1_999, true), (2_000, false), (2_001, false)] {
            assert_eq!(term.holds(at(now)), holds, "{now}");
        }
        assert!(Term { starts: at(1_000), ends: None }.holds(at(i64::MAX)));
        assert_eq!(at(i64::MAX).plus_millis(1), at(i64::MAX), "the end of time is the end");
        assert_eq!(at(5).millis_since(at(8)), -3);
    }
}
