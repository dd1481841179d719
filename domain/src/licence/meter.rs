//! Meters: named counts of what may be used, and what was.
//!
//! Units are free, reserved (a task that has begun, a lease that is out) or
//! consumed. All three together never exceed what was granted; the table
//! guards that too.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The most units of one meter, and of one movement on it.
pub const UNITS_MAX: u32 = 1_000_000;

/// The code of a meter: `use` for starts of a program, or a task that its
/// publisher names, such as `export-pdf`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MeterCode(String);

impl MeterCode {
    /// The most characters.
    pub const CHARS_MAX: usize = 40;

    /// The meter that counts starts.
    #[must_use]
    pub fn uses() -> Self {
        Self("use".to_owned())
    }

    /// Reads a code: small letters, digits, and single hyphens between them.
    ///
    /// # Errors
    /// `InvalidInput` on `meter`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        match text.len() <= Self::CHARS_MAX && text.split('-').all(is_word) {
            true => Ok(Self(text.to_owned())),
            false => Err(Refusal::invalid(
                "meter",
                format!(
                    "a task is named by small letters, digits and single hyphens, at most {} of them",
                    Self::CHARS_MAX
                ),
            )),
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MeterCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A count of what may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Of what.
    pub code: MeterCode,
    granted: u32,
    consumed: u32,
    reserved: u32,
}

impl Meter {
    /// A meter of which `units` may be used.
    #[must_use]
    pub const fn new(code: MeterCode, units: u32) -> Self {
        Self { code, granted: units, consumed: 0, reserved: 0 }
    }

    /// A meter as it stands in the table; nothing if it cannot stand so.
    #[must_use]
    pub fn load(code: MeterCode, granted: u32, consumed: u32, reserved: u32) -> Option<Self> {
        let gone = consumed.checked_add(reserved)?;
        (gone <= granted).then_some(Self { code, granted, consumed, reserved })
    }

    /// How much was granted.
    #[must_use]
    pub const fn granted(&self) -> u32 {
        self.granted
    }

    /// How much is gone.
    #[must_use]
    pub const fn consumed(&self) -> u32 {
        self.consumed
    }

    /// How much is set aside.
    #[must_use]
    pub const fn reserved(&self) -> u32 {
        self.reserved
    }

    /// How much is free.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.granted.saturating_sub(self.consumed).saturating_sub(self.reserved)
    }

    /// Adds to what is granted; says no if the meter would leave its range.
    pub(super) fn grant(&mut self, units: u32) -> bool {
        let sum = self.granted.checked_add(units).filter(|sum| *sum <= UNITS_MAX);
        if let Some(sum) = sum {
            self.granted = sum;
        }
        sum.is_some()
    }

    /// Takes back of what is granted, but never what is gone or set aside.
    pub(super) fn take_back(&mut self, units: u32) {
        let gone = self.consumed.saturating_add(self.reserved);
        self.granted = self.granted.saturating_sub(units).max(gone);
    }

    /// Uses free units.
    ///
    /// # Errors
    /// How many are left, if too few are.
    pub fn consume(&mut self, units: u32) -> Result<(), u32> {
        self.require(units)?;
        self.consumed = self.consumed.saturating_add(units);
        Ok(())
    }

    /// Sets free units aside.
    ///
    /// # Errors
    /// How many are left, if too few are.
    pub fn reserve(&mut self, units: u32) -> Result<(), u32> {
        self.require(units)?;
        self.reserved = self.reserved.saturating_add(units);
        Ok(())
    }

    /// Of `units` set aside, `used` were used; the rest is free again. Says no
    /// if fewer are set aside, or more were used than that.
    pub fn settle(&mut self, units: u32, used: u32) -> bool {
        let Some(reserved) = self.reserved.checked_sub(units).filter(|_| used <= units) else { return false };
        self.reserved = reserved;
        self.consumed = self.consumed.saturating_add(used);
        true
    }

    /// Counts used units as free again, for a lease that was charged before
    /// it was settled. Says no if fewer are consumed.
    pub fn credit(&mut self, units: u32) -> bool {
        let consumed = self.consumed.checked_sub(units);
        if let Some(consumed) = consumed {
            self.consumed = consumed;
        }
        consumed.is_some()
    }

    const fn require(&self, units: u32) -> Result<(), u32> {
        let left = self.left();
        if units == 0 || units > left { Err(left) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
