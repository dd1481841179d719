//! The program that composes and runs Farthing.

pub mod files;
pub mod images;
