//! The public addresses of the keys: what a client has to know of this store,
//! what time it is here, and nonces for proofs.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use store::Store;

use super::Trust;
use super::claims::Bundle;
use super::proof::{Gate, NONCE, next_nonce};

/// What a client has to know.
pub const TRUST: &str = "/software/trust";

/// What time it is.
pub const TIME: &str = "/software/time";

/// A nonce for a proof.
pub const NONCES: &str = "/software/nonce";

/// The longest question for the time.
const QUESTION_CHARS_MAX: usize = 100;

/// What these handlers share.
#[derive(Clone)]
pub struct Desk {
    /// The keys and the nonces.
    pub gate: Arc<Gate>,
    /// The market.
    pub store: Store,
}

/// The addresses. Anybody may look.
pub fn router(desk: Desk) -> Router {
    Router::new().route(TRUST, get(trust)).route(TIME, get(time)).route(NONCES, get(nonce)).with_state(desk)
}

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    trust: Trust,
    revoked: Bundle,
}

async fn trust(State(desk): State<Desk>) -> Response {
    let told = async {
        let list = desk.store.revocations().await.map_err(|fault| fault.to_string())?;
        let revoked = desk.gate.keys().revoked(&list).map_err(|error| error.to_string())?;
        Ok(Told { trust: desk.gate.keys().trust(), revoked })
    };
    answer(told.await)
}

#[derive(Deserialize)]
struct Question {
    nonce: String,
}

async fn time(State(desk): State<Desk>, Query(question): Query<Question>) -> Response {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let nonce = question.nonce;
    if nonce.is_empty() || nonce.len() > QUESTION_CHARS_MAX || !nonce.bytes().all(is_plain) {
        let problem = "A nonce is 1 to 100 letters, digits, hyphens and underscores.\n";
        return (StatusCode::BAD_REQUEST, problem).into_response();
    }
    answer(desk.gate.keys().tell_time(&nonce).map_err(|error| error.to_string()))
}

#[derive(Serialize)]
struct Nonce {
    nonce: String,
}

async fn nonce(State(desk): State<Desk>) -> Response {
    answer(Ok(Nonce { nonce: next_nonce(&desk.store) }))
}

fn answer(told: Result<impl Serialize, String>) -> Response {
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    match told {
        Ok(told) => (no_store, Json(told)).into_response(),
        Err(problem) => {
            tracing::error!(problem, "something could not be signed");
            (StatusCode::SERVICE_UNAVAILABLE, no_store, "The market is not available just now.\n")
                .into_response()
        }
    }
}

/// The header that carries the next nonce.
#[must_use]
pub fn nonce_header(store: &Store) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(&next_nonce(store)).ok()?;
    Some((HeaderName::from_static(NONCE), value))
}
