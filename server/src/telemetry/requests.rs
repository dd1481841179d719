//! One number, one measurement and at most one log line a request.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument;

use super::Metrics;

/// The header in which an answer carries its number.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The number of a request: 16 hex digits. Faults are answered and logged
/// with it. It tells nothing about who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(u64);

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

/// Gives numbers, none twice in one run.
#[derive(Debug)]
pub struct RequestIds {
    seed: [u8; 32],
    count: AtomicU64,
}

impl RequestIds {
    /// Numbers that follow from `seed`, which should be random, so that runs
    /// and servers do not give the same ones, and traffic cannot be counted.
    #[must_use]
    pub const fn new(seed: [u8; 32]) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }

    /// The next one.
    #[must_use]
    pub fn next(&self) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let hash = blake3::keyed_hash(&self.seed, &count.to_le_bytes());
        let half = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        RequestId(u64::from_le_bytes(half))
    }
}

/// What [`observe`] needs.
#[derive(Clone, Debug)]
pub struct Observer {
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
    /// Where numbers come from.
    pub ids: Arc<RequestIds>,
}

/// Numbers, measures and logs each request; for
/// `axum::middleware::from_fn_with_state`, as the outermost layer. Handlers
/// find the [`RequestId`] among the extensions.
pub async fn observe(State(observer): State<Observer>, mut request: Request, next: Next) -> Response {
    let id = observer.ids.next();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    request.extensions_mut().insert(id);
    let in_flight = observer.metrics.request_begins();
    let begun = Instant::now();
    let span = tracing::error_span!("request", id = %id, method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    drop(in_flight);
    let status = response.status();
    observer.metrics.request_answered(method, route, status.as_u16(), took);
    span.in_scope(|| {
        let (status, micros) = (status.as_u16(), took.as_micros());
        if response.status().is_server_error() {
            tracing::error!(status, micros, "a request failed");
        } else {
            tracing::debug!(status, micros, "answered");
        }
    });
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// The method's name, from a fixed list: clients may invent others.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use axum::{Extension, Router};
    use std::collections::HashSet;
    use tower::ServiceExt;

    fn app(metrics: &Arc<Metrics>) -> Router {
        let observer = Observer { metrics: Arc::clone(metrics), ids: Arc::new(RequestIds::new([7; 32])) };
        Router::new()
            .route(
                "/users/{handle}",
                get(|Extension(id): Extension<RequestId>| async move { id.to_string() }),
            )
            .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
            .layer(from_fn_with_state(observer, observe))
    }

    #[tokio::test]
    async fn answers_carry_the_number_that_handlers_see() {
        let metrics = Arc::new(Metrics::new());
        let request = Request::get("/users/quiet-wren").body(Body::empty()).unwrap();
        let response = app(&metrics).oneshot(request).await.unwrap();
        let number = response.headers().get(HEADER).unwrap().clone();
        assert_eq!(number.len(), 16);
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), number.as_bytes());
    }

    #[tokio::test]
    async fn measurements_hold_patterns_and_never_paths() {
        let metrics = Arc::new(Metrics::new());
        let table = [
            ("GET", "/users/quiet-wren", "method=\"GET\",route=\"/users/{handle}\",status=\"200\""),
            ("GET", "/users/other?q=word", "method=\"GET\",route=\"/users/{handle}\",status=\"200\""),
            ("BREW", "/users/quiet-wren", "method=\"other\",route=\"/users/{handle}\",status=\"405\""),
            ("GET", "/broken", "method=\"GET\",route=\"/broken\",status=\"500\""),
        ];
        for (method, path, expected) in table {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let _ = app(&metrics).oneshot(request).await.unwrap();
            assert!(metrics.text().contains(expected), "{expected}");
        }
        for secret in ["wren", "word"] {
            assert!(!metrics.text().contains(secret));
        }
    }

    #[test]
    fn numbers_do_not_repeat() {
        let ids = RequestIds::new([1; 32]);
        let numbers: HashSet<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(numbers.len(), 10_000);
        assert_ne!(RequestIds::new([2; 32]).next(), RequestIds::new([1; 32]).next());
    }
}
