//! How often somebody may ask: per address and per account, by cost.
//!
//! Each class of request has its own bucket per key: a few at once, then at a
//! steady rate (GCRA, by `governor`). A refusal says when to come back. Memory
//! is bounded: full buckets are forgotten, and when strangers still bring
//! more keys than fit, they share a fixed number of buckets until it calms.
//!
//! Nothing here is written to disk or logged: addresses are personal.

mod address;
mod rate;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use domain::id::UserId;
use domain::refusal::Refusal;
use governor::RateLimiter;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;

pub use address::{AddressBlock, TrustedProxies, client_address};
pub use rate::Rate;

/// Keys of one class that are told apart; some 10 MB.
const KEYS_MAX: usize = 100_000;
/// Buckets that the keys beyond share.
const CROWD_BUCKETS: u64 = 4_096;
/// Full buckets are forgotten once in so many checks.
const CHECKS_BETWEEN_TIDYING: u32 = 4_096;

/// What is limited. Which key goes with which class is said at each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Opening an account, which grants welcome tokens; by address.
    OpenAccount,
    /// Trying to sign in; by address.
    SignIn,
    /// Trying to sign in as one user, from wherever; by handle.
    SignInAs,
    /// Trying claim codes; by address, and by account if signed in.
    Claim,
    /// Trying codes of vouchers, which are worth money; by address and by
    /// account, whichever has tried too often.
    Redeem,
    /// Sending a picture or a file; by account.
    Upload,
    /// Changing anything; by account, or by address for visitors.
    Write,
    /// Reading anything; by address.
    Read,
}

impl Class {
    /// All classes.
    pub const ALL: [Self; 8] = [
        Self::OpenAccount,
        Self::SignIn,
        Self::SignInAs,
        Self::Claim,
        Self::Redeem,
        Self::Upload,
        Self::Write,
        Self::Read,
    ];

    /// Its name in the configuration and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAccount => "open_account",
            Self::SignIn => "sign_in",
            Self::SignInAs => "sign_in_as",
            Self::Claim => "claim",
            Self::Redeem => "redeem",
            Self::Upload => "upload",
            Self::Write => "write",
            Self::Read => "read",
        }
    }
}

/// The rate of each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// See [`Class::OpenAccount`].
    pub open_account: Rate,
    /// See [`Class::SignIn`].
    pub sign_in: Rate,
    /// See [`Class::SignInAs`].
    pub sign_in_as: Rate,
    /// See [`Class::Claim`].
    pub claim: Rate,
    /// See [`Class::Redeem`].
    pub redeem: Rate,
    /// See [`Class::Upload`].
    pub upload: Rate,
    /// See [`Class::Write`].
    pub write: Rate,
    /// See [`Class::Read`].
    pub read: Rate,
}

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// One IPv4 address or one IPv6 network.
    Address(AddressBlock),
    /// One user.
    Account(UserId),
    /// One handle that somebody tries to sign in as, whether or not it is
    /// anybody's; hashed, so that its length costs nothing.
    Handle([u8; 16]),
    /// A bucket that strangers share while too many keys are known.
    Crowd(u16),
}

impl Key {
    /// The key of a handle as it was typed; capitals make no difference.
    #[must_use]
    pub fn handle(typed: &str) -> Self {
        let hash = blake3::hash(typed.trim().to_ascii_lowercase().as_bytes());
        let mut short = [0; 16];
        for (to, from) in short.iter_mut().zip(hash.as_bytes()) {
            *to = *from;
        }
        Self::Handle(short)
    }
}

/// When to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// Seconds until the same request would be let through; at least 1.
    pub seconds: u32,
}

impl From<RetryAfter> for Refusal {
    fn from(retry: RetryAfter) -> Self {
        Self::RateLimited { retry_after_seconds: retry.seconds }
    }
}

/// One class: its buckets and its rate.
struct Gate<C: Clock> {
    buckets: RateLimiter<Key, DashMapStateStore<Key>, C, NoOpMiddleware<C::Instant>>,
    burst: NonZeroU32,
    crowded: AtomicBool,
}

/// The limits of the whole program. Tests give their own clock.
pub struct Limits<C: Clock = DefaultClock> {
    gates: Option<[Gate<C>; 8]>,
    clock: C,
    checks: AtomicU32,
    hasher: RandomState,
    keys_max: usize,
}

impl Limits {
    /// Limits at these rates.
    #[must_use]
    pub fn new(rates: &Rates) -> Self {
        Self::with_clock(rates, DefaultClock::default())
    }

    /// No limits at all, for measuring; says so in the log.
    #[must_use]
    pub fn off() -> Self {
        tracing::warn!("rate limits are switched off: anybody may ask as often as they like");
        Self::build(None, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    /// Limits whose time passes by `clock`.
    #[must_use]
    pub fn with_clock(rates: &Rates, clock: C) -> Self {
        let gate = |rate: Rate| Gate {
            buckets: RateLimiter::dashmap_with_clock(rate.quota(), clock.clone()),
            burst: rate.burst(),
            crowded: AtomicBool::new(false),
        };
        // In the order of `Class::ALL`; `gate` below relies on it.
        let gates = [
            rates.open_account,
            rates.sign_in,
            rates.sign_in_as,
            rates.claim,
            rates.redeem,
            rates.upload,
            rates.write,
            rates.read,
        ]
        .map(gate);
        Self::build(Some(gates), clock)
    }

    fn build(gates: Option<[Gate<C>; 8]>, clock: C) -> Self {
        Self { gates, clock, checks: AtomicU32::new(0), hasher: RandomState::new(), keys_max: KEYS_MAX }
    }

    /// Whether anything is limited.
    #[must_use]
    pub const fn are_on(&self) -> bool {
        self.gates.is_some()
    }

    /// Whether anything is limited.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.gates.is_some()
    }

    /// Counts a request of `class` that costs `cost`, unless `key` has asked
    /// too often; a refused request costs nothing. What costs more than fits
    /// at once takes a full bucket.
    ///
    /// # Errors
    /// When to come back.
    pub fn check(&self, class: Class, key: Key, cost: u32) -> Result<(), RetryAfter> {
        let (Some(gate), Some(cost)) = (self.gate(class), NonZeroU32::new(cost)) else {
            return Ok(());
        };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_TIDYING == CHECKS_BETWEEN_TIDYING - 1
        {
            self.tidy();
        }
        let key = if gate.crowded.load(Ordering::Relaxed) { self.crowd(key) } else { key };
        match gate.buckets.check_key_n(&key, cost.min(gate.burst)) {
            // Never more than the burst, so it always fits some time.
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(self.clock.now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(RetryAfter { seconds: u32::try_from(seconds).unwrap_or(u32::MAX).max(1) })
            }
        }
    }

    /// Forgets full buckets, which are as good as new ones. Runs by itself now
    /// and then; cheap enough for any task.
    pub fn tidy(&self) {
        for gate in self.gates.iter().flatten() {
            gate.buckets.retain_recent();
            let crowded = gate.buckets.len() > self.keys_max;
            gate.crowded.store(crowded, Ordering::Relaxed);
            if !crowded {
                gate.buckets.shrink_to_fit();
            }
        }
    }

    fn gate(&self, class: Class) -> Option<&Gate<C>> {
        let [open_account, sign_in, sign_in_as, claim, redeem, upload, write, read] = self.gates.as_ref()?;
        Some(match class {
            Class::OpenAccount => open_account,
            Class::SignIn => sign_in,
            Class::SignInAs => sign_in_as,
            Class::Claim => claim,
            Class::Redeem => redeem,
            Class::Upload => upload,
            Class::Write => write,
            Class::Read => read,
        })
    }

    /// The shared bucket of a key. The hash is seeded, so that nobody can
    /// choose whom to share with.
    fn crowd(&self, key: Key) -> Key {
        let bucket = self.hasher.hash_one(key) % CROWD_BUCKETS;
        Key::Crowd(u16::try_from(bucket).unwrap_or(0))
    }
}
