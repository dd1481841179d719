//! The API over a real store, without HTTP: people doing verbs.

mod access;
mod codes;
mod house;
mod ids;
mod journey;
mod limits;
mod lists;
mod schema;
mod verbs;
