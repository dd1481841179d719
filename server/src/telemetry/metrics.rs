//! The measurements, in the text format that Prometheus reads (OpenMetrics).
//!
//! Few, and each answers a question: is it up to date, is it fast, is it
//! full, is it refused. Labels come from fixed lists, so that strangers
//! cannot make memory grow.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use store::Counters;

use crate::limits::Class;

/// The media type of [`Metrics::text`].
pub const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds, from a cached picture to a request that is given up.
const REQUEST_SECONDS: [f64; 12] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    class: &'static str,
}

/// All measurements of one server.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    durations: Family<Route, Histogram>,
    in_flight: Gauge,
    limited: Family<Limited, Counter>,
    writer_waiting: Gauge,
    writer_commands: Counter,
    writer_batches: Counter,
    writer_retries: Counter,
    search_waiting: Gauge,
    artifacts: Counter,
    artifact_bytes: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Metrics")
    }
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("farthing"),
            answers: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)),
            in_flight: Gauge::default(),
            limited: Family::default(),
            writer_waiting: Gauge::default(),
            writer_commands: Counter::default(),
            writer_batches: Counter::default(),
            writer_retries: Counter::default(),
            search_waiting: Gauge::default(),
            artifacts: Counter::default(),
            artifact_bytes: Counter::default(),
        };
        metrics.registered()
    }

    /// With a name and a meaning for each.
    fn registered(mut self) -> Self {
        let it = &mut self.registry;
        it.register("http_answers", "Answers by route and status", self.answers.clone());
        it.register_with_unit(
            "http_duration",
            "Time to the head of an answer",
            Unit::Seconds,
            self.durations.clone(),
        );
        it.register("http_in_flight", "Requests being answered", self.in_flight.clone());
        it.register("limited", "Requests refused by rate limits", self.limited.clone());
        it.register("writer_waiting", "Commands waiting for the writer", self.writer_waiting.clone());
        it.register("writer_commands", "Commands answered by the writer", self.writer_commands.clone());
        it.register("writer_batches", "Batches that the writer committed", self.writer_batches.clone());
        it.register(
            "writer_retries",
            "Batches that failed and were tried one by one",
            self.writer_retries.clone(),
        );
        it.register("artifacts", "Answers to who asked for a program", self.artifacts.clone());
        it.register("artifact_bytes", "Bytes of programs that went out", self.artifact_bytes.clone());
        it.register("search_waiting", "Changes not yet in the index", self.search_waiting.clone());
        self
    }

    /// Somebody with a grant asked for a program, or a part of it.
    pub fn artifact_asked(&self) {
        self.artifacts.inc();
    }

    /// Bytes of a program go out.
    pub fn artifact_served(&self, bytes: usize) {
        self.artifact_bytes.inc_by(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// A request begins; it ends when the guard is dropped, also when the
    /// client has gone away.
    #[must_use]
    pub fn request_begins(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// A request was answered. `route` is a pattern, from the router's list.
    pub fn request_answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.answers.get_or_create(&Answer { method, route: route.to_owned(), status }).inc();
        self.durations.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// A rate limit refused a request.
    pub fn request_limited(&self, class: Class) {
        self.limited.get_or_create(&Limited { class: class.name() }).inc();
    }

    /// Takes over what the writer has counted.
    pub fn take_counters(&self, counters: &Counters) {
        let waiting = counters.waiting.load(Ordering::Relaxed);
        self.writer_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        for (counted, shown) in [
            (&counters.commands, &self.writer_commands),
            (&counters.batches, &self.writer_batches),
            (&counters.retried, &self.writer_retries),
        ] {
            shown.inc_by(counted.load(Ordering::Relaxed).saturating_sub(shown.get()));
        }
    }

    /// How many changes the index is behind the tables.
    pub fn set_search_waiting(&self, changes: i64) {
        self.search_waiting.set(changes);
    }

    /// All of it, for `/metrics`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_in_the_text() {
        let metrics = Metrics::new();
        let answering = metrics.request_begins();
        metrics.request_answered("GET", "/l/{id}", 200, Duration::from_millis(3));
        metrics.request_answered("GET", "/l/{id}", 200, Duration::from_millis(7));
        metrics.request_limited(Class::OpenAccount);
        let counters = Counters::default();
        counters.waiting.store(12, Ordering::Relaxed);
        counters.commands.store(40, Ordering::Relaxed);
        metrics.take_counters(&counters);
        metrics.take_counters(&counters);
        metrics.set_search_waiting(3);
        let text = metrics.text();
        for line in [
            "farthing_http_answers_total{method=\"GET\",route=\"/l/{id}\",status=\"200\"} 2",
            "farthing_http_duration_seconds_bucket{le=\"0.005\",route=\"/l/{id}\"} 1",
            "farthing_http_duration_seconds_count{route=\"/l/{id}\"} 2",
            "farthing_http_in_flight 1",
            "farthing_limited_total{class=\"open_account\"} 1",
            "farthing_writer_waiting 12",
            "farthing_writer_commands_total 40",
            "farthing_search_waiting 3",
            "# EOF",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
        drop(answering);
        assert!(metrics.text().contains("farthing_http_in_flight 0"));
    }
}
