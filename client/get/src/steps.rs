//! The steps of an install, one after the other. Tests name one in
//! `FARTHING_TEST_END_AT`, and the program ends there at once, as if killed.

use std::io;

use client::install::Step;

/// A step is done.
#[expect(clippy::unnecessary_wraps, reason = "installs ask after each step whether to go on")]
pub(crate) fn done(step: Step) -> io::Result<()> {
    if cfg!(debug_assertions) {
        let asked = std::env::var("FARTHING_TEST_END_AT").unwrap_or_default();
        if asked == format!("{step:?}") {
            std::process::abort();
        }
    }
    Ok(())
}
