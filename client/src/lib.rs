//! What a buyer of software installs and a publisher embeds.
//!
//! A buyer's computer gets an *authorization code*, which [`code`] checks
//! without a network: signed by the vendor, for this program and this device,
//! for so long. Rentals by the use bring units along, which a [`journal`]
//! spends. A [`release`] is signed by its publisher; [`install`] brings its
//! [`package`] into place, unless [`detect`] finds that it is there already.
//! A program embeds a [`session`]. Verdicts and their numbers stand in
//! [`verdict`].
//! Nothing here knows the server's code, opens a network, runs what it
//! installed or needs an async runtime. Time and randomness are passed in
//! ([`world`]).
#![deny(missing_docs, clippy::float_arithmetic, clippy::indexing_slicing)]

pub mod app;
pub mod clock;
pub mod code;
pub mod detect;
pub mod device;
mod disk;
#[cfg(feature = "http")]
pub mod http;
pub mod install;
pub mod journal;
pub mod keep;
pub mod link;
pub mod places;
pub mod release;
pub mod session;
pub mod stop;
#[cfg(test)]
mod testing;
pub mod time;
pub mod transport;
pub mod verdict;
pub mod world;

/// Archives, their lists and names: shared with the vendor's side.
pub use ::package;
