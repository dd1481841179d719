//! The one place of the client that asks for the time and for randomness.
//! Everything else gets both passed in, so that tests decide what day it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::time::Moment;

/// The time and randomness that a client works with.
#[derive(Clone, Debug)]
pub struct World(Source);

#[derive(Clone, Debug)]
enum Source {
    System { opened: Instant },
    Made(Arc<Made>),
}

#[derive(Debug)]
struct Made {
    wall: AtomicI64,
    elapsed: AtomicI64,
    drawn: AtomicU64,
}

impl World {
    /// The machine's own clocks and randomness.
    #[must_use]
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
        let opened = Instant::now();
        Self(Source::System { opened })
    }

    /// A world for tests: its clocks stand still until told, and its
    /// randomness is a count. Never for secrets.
    #[must_use]
    pub fn made(wall: Moment) -> Self {
        let made = Made {
            wall: AtomicI64::new(wall.millis()),
            elapsed: AtomicI64::new(0),
            drawn: AtomicU64::new(1),
        };
        Self(Source::Made(Arc::new(made)))
    }

    /// What the wall clock says, which anybody may set.
    #[must_use]
    pub fn wall(&self) -> Moment {
        match &self.0 {
            Source::System { .. } => {
                #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Source::Made(made) => Moment::from_millis(made.wall.load(Ordering::SeqCst)),
        }
    }

    /// Milliseconds since this world was opened, by a clock that only goes
    /// forward and that nobody can set.
    #[must_use]
    pub fn elapsed_millis(&self) -> i64 {
        match &self.0 {
            Source::System { opened } => i64::try_from(opened.elapsed().as_millis()).unwrap_or(i64::MAX),
            Source::Made(made) => made.elapsed.load(Ordering::SeqCst),
        }
    }

    /// Sets the wall clock of a made world, as a user may; the machine's own
    /// is left alone.
    pub fn set_wall(&self, wall: Moment) {
        match &self.0 {
            Source::System { .. } => {}
            Source::Made(made) => made.wall.store(wall.millis(), Ordering::SeqCst),
        }
    }

    /// Lets time go by in a made world: both clocks move.
    pub fn pass_millis(&self, millis: i64) {
        match &self.0 {
            Source::System { .. } => {}
            Source::Made(made) => {
                made.wall.fetch_add(millis, Ordering::SeqCst);
                made.elapsed.fetch_add(millis, Ordering::SeqCst);
            }
        }
    }

    /// Fresh random bytes.
    ///
    /// # Errors
    /// If the operating system has none to give.
    pub fn random<const LENGTH: usize>(&self) -> std::io::Result<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        match &self.0 {
            Source::System { .. } => {
                #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
                let filled = getrandom::fill(&mut bytes);
                filled.map_err(|error| std::io::Error::other(error.to_string()))?;
            }
            Source::Made(made) => {
                let drawn = made.drawn.fetch_add(1, Ordering::SeqCst).to_le_bytes();
                bytes.iter_mut().zip(drawn).for_each(|(byte, drawn)| *byte = drawn);
            }
        }
        Ok(bytes)
    }
}
