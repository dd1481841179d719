//! Answers and their status.

use async_graphql::{Response as Ran, ServerError, Value};
use axum::Json;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use graphql::Answer;
use serde::Serialize;

use super::negotiate::MediaType;
use crate::limits::RetryAfter;

/// The body of an answer. Without `data`, nothing was run.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
}

fn reply(status: StatusCode, media: MediaType, body: &Body<'_>) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, media.header());
    // Answers differ between askers and change at any time.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to a request that was run, whatever came of its fields.
pub(super) fn run(media: MediaType, ran: Ran) -> Response {
    let extensions = (!ran.extensions.is_empty()).then_some(&ran.extensions);
    reply(StatusCode::OK, media, &Body { data: Some(&ran.data), errors: &ran.errors, extensions })
}

/// An answer as the text of one message of a stream.
pub(super) fn payload(answer: &Answer) -> String {
    let body = match answer {
        Answer::Run(ran) => {
            let extensions = (!ran.extensions.is_empty()).then_some(&ran.extensions);
            Body { data: Some(&ran.data), errors: &ran.errors, extensions }
        }
        Answer::NotRun(ran) => Body { data: None, errors: &ran.errors, extensions: None },
    };
    // An answer is made of texts, numbers and lists: it can be written.
    serde_json::to_string(&body).unwrap_or_else(|_| "{\"data\":null}".to_owned())
}

/// The answer to a document that was not run.
pub(super) fn not_run(media: MediaType, errors: Vec<ServerError>) -> Response {
    let status = match media {
        MediaType::Response => StatusCode::BAD_REQUEST,
        MediaType::Json => StatusCode::OK,
    };
    reply(status, media, &Body { data: None, errors: &errors, extensions: None })
}

/// Why a request was not even looked into.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    error: Box<ServerError>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, error: Box::new(ServerError::new(message, None)), header: None }
    }

    /// The request makes no sense.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).code("BAD_REQUEST")
    }

    /// Nobody knows who asks.
    pub(super) fn unknown(message: &str) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, message).code("NOT_SIGNED_IN");
        problem.with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// The method does not fit.
    pub(super) fn method(message: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message).with(ALLOW, HeaderValue::from_static("POST"))
    }

    /// Whether somebody asked too often.
    pub(super) fn is_too_often(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// What is wrong, as a client is told it in a message.
    pub(super) fn into_error(self) -> ServerError {
        *self.error
    }

    pub(super) fn code(self, code: &'static str) -> Self {
        self.tell("code", code)
    }

    fn tell(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.error.extensions.get_or_insert_default().set(name, value);
        self
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    pub(super) fn into_response(self, media: MediaType) -> Response {
        let body = Body { data: None, errors: &[*self.error], extensions: None };
        let mut response = reply(self.status, media, &body);
        if let Some((name, value)) = self.header.map(|header| *header) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<RetryAfter> for Problem {
    fn from(RetryAfter { seconds }: RetryAfter) -> Self {
        let message = format!("That was too often. Try again in {seconds} seconds.");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, message).code("RATE_LIMITED");
        problem.tell("retryAfterSeconds", seconds).with(RETRY_AFTER, HeaderValue::from(seconds))
    }
}
