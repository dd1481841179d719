//! The program that composes and runs Farthing.

pub mod images;
