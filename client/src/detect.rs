//! Is it there already? Found out on this computer alone, and told to nobody.
//!
//! First the receipt of an install of ours, looked at again file by file; then
//! the publisher's rules, in their order. A rule only ever looks: it names a
//! place by a fixed list of beginnings and plain parts, runs nothing, and what
//! it finds is never changed or removed.

mod decide;
mod rule;

use std::io;

use semver::Version;

use crate::install::{Held, Integrity};
pub use crate::package::Rule;
pub use decide::{Action, Covered, decide};
pub use rule::Places;

/// Where a copy was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By a receipt of ours.
    Receipt,
    /// By a rule of the publisher: it is not ours.
    Rule,
}

/// What is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// An install of ours, of which files are gone.
    Broken,
    /// An install of ours, of which files were changed.
    Modified(Version),
    /// A copy that runs; the version is known if the receipt or rule says it.
    Present(Found, Option<Version>),
}

/// Finds out what is there.
///
/// # Errors
/// If the disk cannot be read.
pub fn detect(held: &Held, rules: &[Rule], places: &Places) -> io::Result<State> {
    let receipt = match held.current()? {
        Some(folder) => held.receipt(&folder)?,
        None => None,
    };
    if let Some(receipt) = receipt {
        return Ok(match receipt.check(held.apps())? {
            Integrity::Whole => State::Present(Found::Receipt, Some(receipt.version)),
            Integrity::Modified(_) => State::Modified(receipt.version),
            Integrity::Broken(_) => State::Broken,
        });
    }
    let found = rules.iter().find_map(|rule| places.find(rule));
    Ok(found.map_or(State::Absent, |version| State::Present(Found::Rule, version)))
}

#[cfg(test)]
mod tests;
