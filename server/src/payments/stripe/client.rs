//! HTTP to Stripe: encrypted, bounded in time and size, and repeated where
//! repeating is safe.

use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::form::Form;
use super::objects::Failure;
use crate::config::Secret;

/// The version of Stripe's API whose answers are read here: pinned, so that
/// nothing changes until somebody changes this. Of the line of September 2025;
/// later ones of a line only add, and the breaking changes that its list and
/// those of the lines before name are about billing and terminals, not about
/// sessions, refunds, disputes, events or balances (docs.stripe.com/changelog).
const VERSION: &str = "2025-09-30.clover";

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 2 * 1_024 * 1_024;

/// How often something is asked before it has failed.
const ATTEMPTS: u32 = 3;

/// Why Stripe gave no answer that can be used. Names no secret and quotes
/// nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StripeFault {
    /// It could not be reached, broke off, or took too long.
    Unreachable,
    /// It failed, or has too much to do.
    Failed(u16),
    /// It failed before under this key, and only says so again.
    Replayed(u16),
    /// It would not do it, for a reason with this code, if it gave one.
    Refused(u16, Option<String>),
    /// Its answer cannot be read.
    Unreadable,
    /// What was asked cannot be put into Stripe's words.
    Unspeakable(&'static str),
}

impl StripeFault {
    /// Whether asking again may go better.
    const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Failed(_))
    }
}

impl fmt::Display for StripeFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => out.write_str("could not reach Stripe"),
            Self::Failed(status) => write!(out, "could not use Stripe: it answered {status}"),
            Self::Replayed(status) => write!(out, "could not use Stripe: it repeats its answer {status}"),
            Self::Refused(status, code) => {
                let code = code.as_deref().unwrap_or("no code");
                write!(out, "could not have it done by Stripe: it answered {status} ({code})")
            }
            Self::Unreadable => out.write_str("could not read what Stripe answered"),
            Self::Unspeakable(what) => write!(out, "could not ask Stripe: {what}"),
        }
    }
}

impl std::error::Error for StripeFault {}

/// Asks Stripe.
#[derive(Clone)]
pub(super) struct Client {
    http: Http<HttpsConnector<HttpConnector>, Full<Bytes>>,
    api: String,
    key: Secret,
}

impl Client {
    /// A client of the API at this address, without a slash at the end.
    ///
    /// # Errors
    /// If encryption cannot be set up.
    pub(super) fn new(api: &str, key: Secret) -> Result<Self, StripeFault> {
        let provider = tokio_rustls::rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .map_err(|_| StripeFault::Unspeakable("encryption cannot be set up"))?
            // Plain for a double on this machine; the settings see to it.
            .https_or_http()
            .enable_http1()
            .build();
        let http = Http::builder(TokioExecutor::new()).build(connector);
        Ok(Self { http, api: api.to_owned(), key })
    }

    /// Looks something up.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Form) -> Result<T, StripeFault> {
        let query = query.encode();
        let sign = if query.is_empty() { "" } else { "?" };
        self.ask("GET", &format!("{path}{sign}{query}"), None, String::new()).await
    }

    /// Has something done, once for this key however often it is asked.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        form: &Form,
    ) -> Result<T, StripeFault> {
        self.ask("POST", path, Some(key), form.encode()).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> Result<T, StripeFault> {
        let mut attempt = 1;
        loop {
            let asked = timeout(PATIENCE, self.attempt(method, path, key, body.clone())).await;
            match asked.unwrap_or(Err(StripeFault::Unreachable)) {
                Ok(answer) => return serde_json::from_slice(&answer).map_err(|_| StripeFault::Unreadable),
                Err(fault) if fault.is_passing() && attempt < ATTEMPTS => attempt += 1,
                Err(fault) => return Err(fault),
            }
        }
    }

    async fn attempt(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> Result<Bytes, StripeFault> {
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.key.reveal()))
            .header("stripe-version", VERSION)
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let unspeakable = |_| StripeFault::Unspeakable("the key or the address of the API is malformed");
        let request = request.body(Full::new(Bytes::from(body))).map_err(unspeakable)?;
        let answer = self.http.request(request).await.map_err(|_| StripeFault::Unreachable)?;
        let status = answer.status().as_u16();
        let is_replayed = answer.headers().get("idempotent-replayed").is_some_and(|it| it == "true");
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| StripeFault::Unreachable)?.to_bytes();
        match status {
            200..=299 => Ok(body),
            500..=599 if is_replayed => Err(StripeFault::Replayed(status)),
            // 409 is another request under the same key that still runs.
            409 | 429 | 500..=599 => Err(StripeFault::Failed(status)),
            _ => {
                let failure: Failure = serde_json::from_slice(&body).unwrap_or_default();
                Err(StripeFault::Refused(status, failure.error.code.or(failure.error.kind)))
            }
        }
    }
}
