//! Time, processor and memory, as Linux tells them.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

/// What something cost.
#[derive(Clone, Copy)]
pub(super) struct Spent {
    pub wall: Duration,
    /// Of all threads; in steps of 10 ms.
    pub cpu: Duration,
}

/// Does something and says what it cost.
pub(super) fn spend<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    let (start, cpu) = (now(), cpu());
    let result = work();
    (result, Spent { wall: start.elapsed(), cpu: self::cpu().saturating_sub(cpu) })
}

/// The processor time of this thread so far, to the nanosecond: on a busy
/// machine a query's wall time says more about the others.
pub(super) fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// The processor time of this process so far.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The machine's load over the last 1, 5 and 15 minutes.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Resident memory.
pub(super) struct Memory {
    all: u64,
    anonymous: u64,
}

/// The resident memory of this process: all, and without mapped files.
pub(super) fn memory_megabytes() -> Result<Memory, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
    };
    Ok(Memory { all: field("VmRSS:"), anonymous: field("RssAnon:") })
}

impl fmt::Display for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}) MB", self.all, self.anonymous)
    }
}
