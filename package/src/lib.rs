//! Packages: from an archive that anybody may have made to files in a folder.
//!
//! The publisher signs a list of files with their sizes and hashes. An archive
//! is read entry by entry; only regular files and folders of that list leave
//! it, each once, into a folder that was empty, and each is compared with its
//! hash. Nothing in an archive decides where or how something is written:
//! neither links, nor modes, nor owners, nor times. Memory does not grow with
//! the archive.

pub mod listing;
pub mod name;
mod targz;
mod unpack;
mod zip;

pub use listing::{Artifact, FileClaim, Listing, Packing};
pub use unpack::unpack;

#[cfg(test)]
mod tests;
