//! What a buyer of software installs and a publisher embeds.
//!
//! A buyer's computer gets an *authorization code*, which [`code`] checks
//! without a network: signed by the vendor, for this program and this device,
//! for so long. Rentals by the use bring units along, which a [`journal`]
//! spends. A [`release`] is signed by its publisher; [`install`] brings its
//! [`package`] into place, unless [`detect`] finds that it is there already.
//! A program embeds an [`app`]: a [`session`], which needs no network, with a
//! line to the store for what does. Verdicts and their numbers stand in
//! [`verdict`].
//! Nothing here knows the server's code, opens a network (but [`http`], if
//! built with that feature), runs what it installed or needs an async runtime.
//! Time and randomness are passed in ([`world`]).
//!
//! # A program that embeds it
//!
//! A whole one, rented by uses for its starts and by tasks for its exports.
//! With the feature `http`, its line is
//! `Box::new(client::http::Http::new(address))`; here it has none, so it runs
//! on what was taken along, and without a code it does not run.
//!
//! ```
//! use client::app::{App, Consumed};
//! use client::code::PublicKey;
//! use client::session::Program;
//! use client::stop::Stop;
//! use client::verdict::Verdict;
//! use client::world::World;
//!
//! fn draw(folder: &std::path::Path) -> Result<(), Stop> {
//!     let program = Program {
//!         store: "shop.example".to_owned(),
//!         // The store's root, as its pages show it, built in.
//!         root: PublicKey::parse("k4.public.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8")?,
//!         product: "inkwell".to_owned(),
//!         version: semver::Version::new(1, 2, 3),
//!     };
//!     let mut app = App::open(folder, program, World::system(), None)?;
//!     match app.consume("use", 1)? {
//!         Consumed::Free => println!("as often as you like"),
//!         Consumed::Here(left) | Consumed::There(left) => println!("{left} uses left"),
//!     }
//!     let mut task = app.task("export-pdf")?;
//!     // ... the work; a task that is dropped before its commit costs nothing ...
//!     task.commit()?;
//!     Ok(())
//! }
//!
//! // `places::state(&home, "shop.example", "inkwell")` in a real program.
//! let folder = std::env::temp_dir().join(format!("inkwell-{}", std::process::id()));
//! let stop = draw(&folder).unwrap_err();
//! assert_eq!(stop.verdict(), Some(Verdict::NotFound));
//! assert_eq!(stop.exit_code(), 20, "as a command would end");
//! # std::fs::remove_dir_all(folder).unwrap();
//! ```
#![deny(missing_docs, clippy::float_arithmetic, clippy::indexing_slicing)]

pub mod app;
pub mod clock;
pub mod code;
pub mod detect;
pub mod device;
mod disk;
#[cfg(test)]
mod hostile;
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
