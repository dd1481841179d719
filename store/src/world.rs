//! The one place that asks for the time and for randomness. Everything else
//! gets both passed in, so that tests decide what day it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::id::Mint;
use domain::time::Timestamp;

/// The time and randomness that a store works with.
#[derive(Clone, Debug)]
pub struct World(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Past(Arc<AtomicI64>),
    Made(Arc<Made>),
}

#[derive(Debug)]
struct Made {
    now: AtomicI64,
    drawn: AtomicU64,
    seed: u64,
}

impl World {
    /// The machine's own clock and randomness.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A world whose time stands still until told, with the machine's own
    /// randomness: for filling a demo with a past.
    #[must_use]
    pub fn past(now: Timestamp) -> Self {
        Self(Source::Past(Arc::new(AtomicI64::new(now.millis()))))
    }

    /// A world for tests: its time stands still until told, and its
    /// randomness follows from `seed`. Never for secrets.
    #[must_use]
    pub fn made(seed: u64, now: Timestamp) -> Self {
        let made = Made { now: AtomicI64::new(now.millis()), drawn: AtomicU64::new(0), seed };
        Self(Source::Made(Arc::new(made)))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Source::Past(now) => Timestamp::from_millis(now.load(Ordering::SeqCst)),
            Source::Made(made) => Timestamp::from_millis(made.now.load(Ordering::SeqCst)),
        }
    }

    /// Moves the clock of a made or past world; the machine's own is left
    /// alone.
    pub fn set_now(&self, now: Timestamp) {
        match &self.0 {
            Source::System => {}
            Source::Past(clock) => clock.store(now.millis(), Ordering::SeqCst),
            Source::Made(made) => made.now.store(now.millis(), Ordering::SeqCst),
        }
    }

    /// Fresh random bytes.
    #[must_use]
    pub fn random<const LENGTH: usize>(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        match &self.0 {
            Source::System | Source::Past(_) => {
                #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
                let filled = getrandom::fill(&mut bytes);
                // Without randomness no key is safe: stop rather than go on.
                filled.expect("the operating system gives random bytes");
            }
            Source::Made(made) => {
                let draw = made.drawn.fetch_add(1, Ordering::SeqCst);
                let mut hasher = blake3::Hasher::new();
                hasher.update(&made.seed.to_le_bytes());
                hasher.update(&draw.to_le_bytes());
                hasher.finalize_xof().fill(&mut bytes);
            }
        }
        bytes
    }

    /// A source of identities for one command, now.
    #[must_use]
    pub fn mint(&self) -> Mint {
        Mint::new(self.now(), self.random())
    }
}
