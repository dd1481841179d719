//! CPU time as the kernel counts it: user and system, of whole processes.

use std::fs;
use std::time::{Duration, Instant};

/// What a run cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Purchases in a second of wall time.
    pub each_second: f64,
    /// Microseconds of CPU for one purchase.
    pub cpu_each: f64,
}

/// Whose CPU time counts.
pub struct Meter {
    counts_own: bool,
    server: Option<u32>,
}

/// A measurement under way.
pub struct Run<'m> {
    meter: &'m Meter,
    begun: Instant,
    cpu: Duration,
}

impl Meter {
    /// This process only.
    pub fn of_this_process() -> Self {
        Self { counts_own: true, server: None }
    }

    /// This process, and a server with its children.
    pub fn with_server(pid: u32) -> Self {
        Self { counts_own: true, server: Some(pid) }
    }

    /// Only a server with its children.
    pub fn of_server(pid: u32) -> Self {
        Self { counts_own: false, server: Some(pid) }
    }

    /// Begins a measurement.
    pub fn begin(&self) -> Run<'_> {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
        let begun = Instant::now();
        Run { meter: self, begun, cpu: self.cpu() }
    }

    fn cpu(&self) -> Duration {
        let own = if self.counts_own {
            stat("self").map_or(Duration::ZERO, |stat| stat.cpu)
        } else {
            Duration::ZERO
        };
        own + self.server.map_or(Duration::ZERO, family_cpu)
    }
}

impl Run<'_> {
    /// Ends a measurement of `count` purchases.
    pub fn end(self, count: usize) -> Cost {
        let (cpu, wall) = (self.meter.cpu() - self.cpu, self.begun.elapsed());
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        Cost { each_second: count / wall.as_secs_f64(), cpu_each: cpu.as_secs_f64() * 1e6 / count }
    }
}

struct Stat {
    parent: u32,
    cpu: Duration,
}

/// Field 4 is the parent; 14 to 17 are user and system time, own and of
/// children that have ended, in ticks of 10 ms (proc(5)).
fn stat(process: &str) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |range: std::ops::Range<usize>| -> Option<u64> {
        fields.get(range)?.iter().map(|field| field.parse::<u64>().ok()).sum()
    };
    Some(Stat { parent: fields.get(1)?.parse().ok()?, cpu: Duration::from_millis(ticks(11..15)? * 10) })
}

/// A process with its children.
fn family_cpu(pid: u32) -> Duration {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = all.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let number: u32 = name.parse().ok()?;
        stat(&name).filter(|stat| number == pid || stat.parent == pid)
    });
    stats.map(|stat| stat.cpu).sum()
}

/// The process that owns a PostgreSQL server on a socket of its own, as the
/// server wrote it beside its data.
pub fn postmaster(url: &str) -> Result<u32, Box<dyn std::error::Error>> {
    let socket = url.rsplit_once("host=").ok_or("the server is reached without a socket")?.1;
    let file = format!("{}/data/postmaster.pid", socket.replace("%2F", "/"));
    let text = fs::read_to_string(file)?;
    Ok(text.lines().next().ok_or("an empty postmaster.pid")?.trim().parse()?)
}

/// The machine's load over the last minute.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
