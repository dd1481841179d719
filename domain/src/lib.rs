//! The rules of Farthing, pure: no I/O, clock, randomness or async.
#![deny(missing_docs)]

pub mod access;
pub mod id;
pub mod refusal;
pub mod time;
pub mod tokens;
