//! Packages: archives that anybody may have made, what they hold, and the
//! rules by which a copy is recognised. Buyers' and vendors' programs both
//! import this, so that one never takes what the other refuses.
//!
//! A publisher signs a list of files with their sizes and hashes. The vendor
//! makes that list by looking through the archive ([`survey`]); the buyer's
//! side takes out what is on it ([`unpack`]). An archive is read entry by
//! entry; only regular files and folders leave it, each once, into a folder
//! that was empty, and each is compared with its hash. Nothing in an archive
//! decides where or how something is written: neither links, nor modes, nor
//! owners, nor times. Memory does not grow with the archive.
#![deny(missing_docs, clippy::float_arithmetic, clippy::indexing_slicing)]

pub mod disk;
mod entry;
pub mod listing;
pub mod name;
pub mod rule;
mod stop;
mod survey;
mod targz;
mod unpack;
mod zip;

pub use listing::{Artifact, FileClaim, Listing, Packing};
pub use rule::Rule;
pub use stop::Stop;
pub use survey::{Survey, survey};
pub use unpack::unpack;

#[cfg(test)]
mod tests;
