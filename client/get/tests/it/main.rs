//! The command itself, as processes, against a store of this folder: what is
//! asked, what is served, what lies on the disk, and how it ends.

mod installs;
mod shop;
mod trades;
mod users;
