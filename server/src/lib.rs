//! The program that composes and runs Farthing.

pub mod cli;
pub mod config;
pub mod downloads;
pub mod files;
pub mod headers;
pub mod images;
pub mod import;
pub mod limits;
pub mod progress;
pub mod telemetry;
