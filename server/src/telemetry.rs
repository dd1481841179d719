//! What the program tells about itself: log lines and measurements.
//!
//! Neither holds personal data: no address, handle, title, search word or key.
//! A line names the pattern of a route, never the path, and the request by a
//! number that the answer carries too, so that a user can quote it.

mod access;
mod metrics;
mod requests;

use std::fmt;
use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

pub use access::MetricsAccess;
pub use metrics::{METRICS_TYPE, Metrics};
pub use requests::{Observer, RequestId, RequestIds, observe};

use crate::config::{Log, LogFormat};

/// The log cannot be set up.
#[derive(Debug)]
pub struct NoLog(String);

impl fmt::Display for NoLog {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "could not set up the log: {}", self.0)
    }
}

impl std::error::Error for NoLog {}

/// Sends log lines to standard error from now on. Once a process.
///
/// # Errors
/// When it was done before.
pub fn start_log(settings: &Log) -> Result<(), NoLog> {
    let filter = EnvFilter::builder().parse(&settings.filter).map_err(|error| NoLog(error.to_string()))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let terminal = io::stderr().is_terminal();
    let started = match settings.format {
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init(),
        LogFormat::Auto if !terminal => lines.json().flatten_event(true).finish().try_init(),
        LogFormat::Auto | LogFormat::Human => {
            lines.compact().with_target(false).with_ansi(terminal).finish().try_init()
        }
    };
    started.map_err(|error| NoLog(error.to_string()))
}
