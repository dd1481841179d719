//! The messages of `graphql-transport-ws`, and the codes with which a
//! connection is closed.

use std::borrow::Cow;

use async_graphql::ServerError;
use serde_json::{Map, Value, json};

/// The longest reason that a closing frame carries, in bytes.
const REASON_BYTES_MAX: usize = 123;
/// The longest id of an operation, in bytes.
const ID_BYTES_MAX: usize = 200;

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: Cow<'static, str>,
}

impl Close {
    pub(super) const GOING_AWAY: Self = Self::of(1001, "The market is restarted");
    pub(super) const NO_TEXT: Self = Self::of(4400, "Messages are texts");
    pub(super) const BAD_PAYLOAD: Self = Self::of(4400, "The payload of a subscribe message is a request");
    pub(super) const UNAUTHORIZED: Self = Self::of(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = Self::of(4403, "Forbidden");
    pub(super) const NO_PROTOCOL: Self = Self::of(4406, "Subprotocol not acceptable");
    pub(super) const INIT_TIMEOUT: Self = Self::of(4408, "Connection initialisation timeout");
    pub(super) const INIT_AGAIN: Self = Self::of(4429, "Too many initialisation requests");
    pub(super) const TOO_MANY: Self = Self::of(4429, "Too many connections of this account");
    pub(super) const INTERNAL: Self = Self::of(4500, "Internal server error");

    const fn of(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    pub(super) fn already_runs(id: &str) -> Self {
        Self::told(4409, format!("Subscriber for {id} already exists"))
    }

    fn invalid(problem: &str) -> Self {
        Self::told(4400, format!("Invalid message: {problem}"))
    }

    /// With a reason made of what was sent, cut to what a frame carries.
    fn told(code: u16, mut reason: String) -> Self {
        let end = (0..=REASON_BYTES_MAX).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
        reason.truncate(end);
        Self { code, reason: Cow::Owned(reason) }
    }
}

/// What a client says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Incoming {
    /// Who asks, in the payload or not.
    ConnectionInit(Option<Value>),
    /// Are you there?
    Ping(Option<Value>),
    /// I am here.
    Pong,
    /// Run this.
    Subscribe {
        /// What the client calls the operation.
        id: String,
        /// The request.
        payload: Value,
    },
    /// No more of that operation.
    Complete(String),
}

/// Reads a message.
///
/// # Errors
/// The close with code 4400 that a message against the protocol earns.
pub(super) fn parse(text: &str) -> Result<Incoming, Close> {
    let value = serde_json::from_str(text).map_err(|_| Close::invalid("it is not JSON"))?;
    let Value::Object(mut map) = value else { return Err(Close::invalid("it is not an object")) };
    let Some(Value::String(kind)) = map.remove("type") else {
        return Err(Close::invalid("its type is missing"));
    };
    match kind.as_str() {
        "connection_init" => Ok(Incoming::ConnectionInit(extra(&mut map)?)),
        "ping" => Ok(Incoming::Ping(extra(&mut map)?)),
        "pong" => extra(&mut map).map(|_| Incoming::Pong),
        "subscribe" => match (id(&mut map)?, map.remove("payload")) {
            (id, Some(payload @ Value::Object(_))) => Ok(Incoming::Subscribe { id, payload }),
            (_, _) => Err(Close::BAD_PAYLOAD),
        },
        "complete" => id(&mut map).map(Incoming::Complete),
        other => Err(Close::invalid(&format!("there is no type {other}"))),
    }
}

/// A payload that may be left out.
fn extra(map: &mut Map<String, Value>) -> Result<Option<Value>, Close> {
    match map.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(payload @ Value::Object(_)) => Ok(Some(payload)),
        Some(_) => Err(Close::invalid("its payload is not an object")),
    }
}

fn id(map: &mut Map<String, Value>) -> Result<String, Close> {
    match map.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= ID_BYTES_MAX => Ok(id),
        _ => Err(Close::invalid("its id is missing")),
    }
}

/// The session token that the payload of `connection_init` carries, as a
/// header would.
pub(super) fn token(payload: &Value) -> Option<&str> {
    let found = authorization(payload).or_else(|| authorization(payload.get("headers")?));
    found.map(bearer)
}

fn authorization(map: &Value) -> Option<&str> {
    let pairs = map.as_object()?;
    let (_, value) = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    value.as_str()
}

/// The token behind the word `Bearer`, or the whole text without it.
fn bearer(text: &str) -> &str {
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => text.trim(),
    }
}

/// What the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Welcome.
    Ack,
    /// I am here.
    Pong,
    /// An answer.
    Next,
    /// It was not run.
    Error,
    /// That was the last answer.
    Complete,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Ack => "connection_ack",
            Self::Pong => "pong",
            Self::Next => "next",
            Self::Error => "error",
            Self::Complete => "complete",
        }
    }

    /// Whether nothing follows for the same operation.
    pub(super) const fn is_last(self) -> bool {
        match self {
            Self::Error | Self::Complete => true,
            Self::Ack | Self::Pong | Self::Next => false,
        }
    }
}

/// A message to the client; the payload is JSON already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) kind: Kind,
    /// The operation that it belongs to; empty for none.
    pub(super) id: String,
    payload: String,
}

impl Outgoing {
    pub(super) const ACK: Self = Self { kind: Kind::Ack, id: String::new(), payload: String::new() };

    pub(super) fn pong(payload: Option<Value>) -> Self {
        let payload = payload.map(|payload| payload.to_string()).unwrap_or_default();
        Self { kind: Kind::Pong, id: String::new(), payload }
    }

    pub(super) fn next(id: String, payload: &str) -> Self {
        Self { kind: Kind::Next, id, payload: payload.to_owned() }
    }

    pub(super) fn error(id: String, errors: &[ServerError]) -> Self {
        Self { kind: Kind::Error, id, payload: json!(errors).to_string() }
    }

    pub(super) fn complete(id: String) -> Self {
        Self { kind: Kind::Complete, id, payload: String::new() }
    }

    /// The message as it is sent.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{{\"type\":\"{}\"", self.kind.name());
        if !self.id.is_empty() {
            text.push_str(&format!(",\"id\":{}", Value::from(self.id.as_str())));
        }
        if !self.payload.is_empty() {
            text.push_str(",\"payload\":");
            text.push_str(&self.payload);
        }
        text.push('}');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_or_refused() {
        let table = [
            (r#"{"type":"connection_init"}"#, Some(Incoming::ConnectionInit(None))),
            (r#"{"type":"connection_init","payload":null}"#, Some(Incoming::ConnectionInit(None))),
            (r#"{"type":"ping","payload":{"a":1}}"#, Some(Incoming::Ping(Some(json!({ "a": 1 }))))),
            (r#"{"type":"pong"}"#, Some(Incoming::Pong)),
            (r#"{"type":"complete","id":"1"}"#, Some(Incoming::Complete("1".to_owned()))),
            (
                r#"{"type":"subscribe","id":"a","payload":{"query":"{ a }"}}"#,
                Some(Incoming::Subscribe { id: "a".to_owned(), payload: json!({ "query": "{ a }" }) }),
            ),
            ("", None),
            ("[]", None),
            ("{}", None),
            (r#"{"type":1}"#, None),
            (r#"{"type":"next","id":"1","payload":{}}"#, None),
            (r#"{"type":"connection_init","payload":"x"}"#, None),
            (r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#, None),
            (r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#, None),
            (r#"{"type":"subscribe","id":"1"}"#, None),
            (r#"{"type":"complete"}"#, None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text).map_err(|close| close.code), expected.ok_or(4400), "{text}");
        }
    }

    #[test]
    fn reasons_fit_into_a_frame() {
        let close = Close::already_runs(&"ü".repeat(100));
        assert_eq!(close.code, 4409);
        assert!(close.reason.len() <= 123, "{}", close.reason.len());
        assert_eq!(Close::already_runs("1").reason, "Subscriber for 1 already exists");
    }

    #[test]
    fn tokens_are_found_where_clients_put_them() {
        let table = [
            (json!({ "Authorization": "Bearer abc" }), Some("abc")),
            (json!({ "authorization": "bearer  abc " }), Some("abc")),
            (json!({ "headers": { "Authorization": "Bearer abc" } }), Some("abc")),
            (json!({ "authorization": "abc" }), Some("abc")),
            (json!({ "other": "abc" }), None),
            (json!({ "authorization": 1 }), None),
        ];
        for (payload, expected) in table {
            assert_eq!(token(&payload), expected, "{payload}");
        }
    }

    #[test]
    fn messages_are_written_as_the_protocol_has_them() {
        assert_eq!(Outgoing::ACK.text(), r#"{"type":"connection_ack"}"#);
        assert_eq!(Outgoing::pong(None).text(), r#"{"type":"pong"}"#);
        let next = Outgoing::next("a\"b".to_owned(), r#"{"data":null}"#);
        assert_eq!(next.text(), r#"{"type":"next","id":"a\"b","payload":{"data":null}}"#);
        assert_eq!(Outgoing::complete("1".to_owned()).text(), r#"{"type":"complete","id":"1"}"#);
    }
}
