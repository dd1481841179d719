//! Points in time, always passed in: nothing here reads a clock.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(u32);

impl Seconds {
    /// A length of `seconds`.
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// A length of `days` days of 24 hours.
    #[must_use]
    pub const fn days(days: u16) -> Self {
        #[expect(clippy::as_conversions, reason = "From is not const; u16 always fits u32")]
        Self(days as u32 * 86_400)
    }

    /// The number of seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Timestamp {
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

    /// This point, later by `length`; stops at the end of time.
    #[must_use]
    pub fn after(self, length: Seconds) -> Self {
        Self(self.0.saturating_add(i64::from(length.0).saturating_mul(1_000)))
    }

    /// This point, earlier by `length`; stops at the beginning of time.
    #[must_use]
    pub fn before(self, length: Seconds) -> Self {
        Self(self.0.saturating_sub(i64::from(length.0).saturating_mul(1_000)))
    }

    /// The calendar date and time in UTC; the epoch if out of its range.
    fn calendar(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// RFC 3339 in UTC, as the API and machine-read attributes want it.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.calendar().format(&Rfc3339).unwrap_or_default()
    }

    /// The point that an RFC 3339 text names.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
        i64::try_from(nanos / 1_000_000).ok().map(Self)
    }
}

impl fmt::Display for Timestamp {
    /// For people: `23 November 2026, 14:05` (UTC).
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.calendar();
        write!(out, "{} {} {}, {:02}:{:02}", at.day(), at.month(), at.year(), at.hour(), at.minute())
    }
}
