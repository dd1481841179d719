//! Installing: a version at a time, each in a folder of its own, wholly or not
//! at all.
//!
//! Phases: plan, unpack aside, move into place, write the receipt, switch
//! `current`, forget the plan. Whoever holds the product's lock next finishes
//! or undoes a plan that was left: with a receipt it goes forward, without one
//! it goes back. So at every moment the old version or the new one is whole,
//! and `current` names it. No script of a publisher is ever run.

pub mod download;
mod home;
mod receipt;
mod remove;

pub use home::{Held, Home};
pub(crate) use receipt::hash_of;
pub use receipt::{Integrity, Receipt};
pub use remove::Removed;

/// What has happened when a step of an install is over; tests stop there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The plan is on the disk.
    Planned,
    /// The files are on the disk, aside.
    Unpacked,
    /// They are in their place.
    Moved,
    /// The receipt is written: from here on it goes forward.
    Receipted,
    /// `current` names the new version.
    Switched,
    /// The plan is forgotten.
    Done,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Self; 6] =
        [Self::Planned, Self::Unpacked, Self::Moved, Self::Receipted, Self::Switched, Self::Done];
}

#[cfg(test)]
pub(crate) use tests::release as tests_release;

#[cfg(test)]
mod tests;
