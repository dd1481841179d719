//! The program that composes and runs Farthing: the only room that knows all
//! the others.

pub mod app;
pub mod cli;
mod comparing;
pub mod config;
pub mod demo;
pub mod downloads;
pub mod files;
pub mod headers;
pub mod house;
pub mod http;
pub mod images;
pub mod import;
pub mod importing;
mod kept_pages;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod media;
pub mod payments;
pub mod progress;
pub mod run;
pub mod serve;
pub mod software;
pub mod telemetry;
pub mod throttle;
pub mod visit;
pub mod workers;
