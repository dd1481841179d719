//! Answers as server-sent events: `Accept: text/event-stream`, one connection
//! an operation ("distinct connections mode"). Each answer is an event
//! `next`; after the last there is one event `complete`.
//!
//! A browser's `EventSource` cannot set headers: there the cookie signs in.

use std::convert::Infallible;
use std::time::Duration;

use async_graphql::Request as Asked;
use axum::http::header::{ACCEPT, CACHE_CONTROL};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::access::Actor;
use futures_util::stream::{Stream, StreamExt, once};
use graphql::{Answer, Weight};

use super::Api;
use super::lines::Line;
use super::reply::{Problem, payload};

/// A word now and then keeps proxies from closing a quiet connection.
const QUIET_MAX: Duration = Duration::from_secs(15);

/// Whether the client asks for events.
pub(super) fn wants(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    lines.any(|line| {
        line.split(',').any(|range| {
            range.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
        })
    })
}

impl Api {
    /// Answers an admitted request by events.
    pub(super) fn respond_by_events(
        &self,
        parts: &request::Parts,
        asked: Asked,
        weight: Weight,
        actor: Actor,
    ) -> Result<Response, Problem> {
        let line = self.take_line(parts, &actor)?;
        let answers = self.api.answers(asked, weight, actor);
        let events = answers.map(next).chain(once(async { complete() }));
        let events = events.take_until(self.closed());
        let sse = Sse::new(held(events, line)).keep_alive(KeepAlive::new().interval(QUIET_MAX));
        let mut response = sse.into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Proxies that gather answers before they pass them on shall not.
        headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        Ok(response)
    }

    /// Counts the connection that a request will hold open.
    fn take_line(&self, parts: &request::Parts, actor: &Actor) -> Result<Vec<Line>, Problem> {
        let too_many = || {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too many connections are open. Close some first.")
                .code("RATE_LIMITED")
        };
        let mut lines = Vec::new();
        if let Some(address) = self.address_of(parts) {
            lines.push(self.lines.take_for_address(address).ok_or_else(too_many)?);
        }
        if let Some(account) = actor.user_id() {
            lines.push(self.lines.take_for_account(account).ok_or_else(too_many)?);
        }
        Ok(lines)
    }
}

/// The same events; `line` is held for as long as they last.
fn held(
    events: impl Stream<Item = Event> + Send + 'static,
    line: Vec<Line>,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    events.map(move |event| {
        let _ = &line;
        Ok(event)
    })
}

fn next(answer: Answer) -> Event {
    // JSON has no line breaks of its own when it is written tightly.
    Event::default().event("next").data(payload(&answer))
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_asked_for_by_name() {
        let table = [
            ("text/event-stream", true),
            ("Text/Event-Stream;q=0.9, */*", true),
            ("application/json, text/event-stream", true),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(wants(&headers), expected, "{accept}");
        }
    }
}
