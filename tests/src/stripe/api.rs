//! The double's HTTP.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::SECRET_KEY;
use super::state::{Fields, Session, State, find};

type Kept = Arc<Mutex<State>>;

pub(super) fn router(state: Kept) -> Router {
    Router::new()
        .route("/v1/checkout/sessions", get(find_sessions).post(open_session))
        .route("/v1/checkout/sessions/{id}", get(look))
        .route("/v1/refunds", get(refunds).post(refund))
        .route("/v1/disputes", get(disputes))
        .route("/v1/events", get(events))
        .route("/v1/balance_transactions", get(account))
        .with_state(state)
}

fn answer(status: u16, body: &Value) -> Response {
    let kind = [("content-type", "application/json")];
    (StatusCode::from_u16(status).expect("a status"), kind, body.to_string()).into_response()
}

fn no(status: u16, code: &str) -> Response {
    answer(status, &json!({ "error": { "type": "invalid_request_error", "code": code, "message": "no" } }))
}

/// Other input under a key that was used: this failure has no code.
fn other_input() -> Response {
    let message = "Keys for idempotent requests can only be used with the same parameters.";
    answer(400, &json!({ "error": { "type": "idempotency_error", "message": message } }))
}

/// An answer, unless it gets lost on the way.
fn told(state: &mut State, made: &Value) -> Response {
    if state.forgetful > 0 {
        state.forgetful -= 1;
        return no(500, "answer_lost");
    }
    answer(200, made)
}

/// A failure that is kept under its key, and repeated to whoever uses it.
fn broken(is_replayed: bool) -> Response {
    let mut response = no(500, "broken");
    if is_replayed {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

fn list(items: impl IntoIterator<Item = Value>) -> Response {
    answer(
        200,
        &json!({ "object": "list", "data": items.into_iter().collect::<Vec<_>>(), "has_more": false }),
    )
}

/// Does something as the real one would: for who knows the key, under the
/// pinned version, unless it is just then in trouble.
fn with(kept: &Kept, headers: &HeaderMap, work: impl FnOnce(&mut State) -> Response) -> Response {
    let mut state = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if state.failing > 0 {
        state.failing -= 1;
        return no(500, "trouble");
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("authorization") != format!("Bearer {SECRET_KEY}") {
        return no(401, "wrong_key");
    }
    if header("stripe-version").is_empty() {
        return no(400, "no_version");
    }
    work(&mut state)
}

/// Does something once for a key: the same again is answered as before, also
/// if it failed; other input under the same key is refused.
fn once(
    kept: &Kept,
    headers: &HeaderMap,
    body: &Bytes,
    work: impl FnOnce(&mut State, Fields) -> Result<Value, (u16, &'static str)>,
) -> Response {
    with(kept, headers, |state| {
        let Some(key) = headers.get("idempotency-key").and_then(|key| key.to_str().ok()) else {
            return no(400, "no_idempotency_key");
        };
        let asked = String::from_utf8_lossy(body).into_owned();
        match state.keys.get(key) {
            Some((before, Some(stored))) if *before == asked => {
                let stored = stored.clone();
                return told(state, &stored);
            }
            Some((before, None)) if *before == asked => return broken(true),
            Some(_) => return other_input(),
            None => {}
        }
        if state.refusing > 0 {
            state.refusing -= 1;
            return no(400, "refused_for_good");
        }
        if state.breaking > 0 {
            state.breaking -= 1;
            state.keys.insert(key.to_owned(), (asked, None));
            return broken(false);
        }
        let fields = asked.split('&').filter_map(|pair| pair.split_once('='));
        let fields = fields.map(|(name, value)| (decoded(name), decoded(value))).collect();
        match work(state, fields) {
            Ok(made) => {
                state.keys.insert(key.to_owned(), (asked, Some(made.clone())));
                told(state, &made)
            }
            Err((status, code)) => no(status, code),
        }
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (first, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("forms are UTF-8")
}

async fn open_session(Shared(kept): Shared<Kept>, headers: HeaderMap, body: Bytes) -> Response {
    once(&kept, &headers, &body, |state, fields| Ok(state.open(fields)))
}

async fn look(Shared(kept): Shared<Kept>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    with(&kept, &headers, |state| match state.sessions.get(&id) {
        Some(session) => answer(200, &session.json(state.is_live)),
        None => no(404, "resource_missing"),
    })
}

/// The sessions of the payment that the query names.
fn of_payment<'s>(state: &'s State, query: &'s Fields) -> impl Iterator<Item = (&'s Session, &'s str)> {
    let payment = find(query, "payment_intent").unwrap_or_default();
    state
        .sessions
        .values()
        .filter(move |session| session.is_of(payment))
        .map(move |session| (session, payment))
}

async fn find_sessions(
    Shared(kept): Shared<Kept>,
    headers: HeaderMap,
    Query(query): Query<Fields>,
) -> Response {
    with(&kept, &headers, |state| {
        list(of_payment(state, &query).map(|(session, _)| session.json(state.is_live)))
    })
}

async fn refunds(Shared(kept): Shared<Kept>, headers: HeaderMap, Query(query): Query<Fields>) -> Response {
    with(&kept, &headers, |state| {
        list(
            of_payment(state, &query).flat_map(|(session, payment)| {
                session.refunds.iter().map(move |refund| refund.json(payment))
            }),
        )
    })
}

async fn disputes(Shared(kept): Shared<Kept>, headers: HeaderMap, Query(query): Query<Fields>) -> Response {
    with(&kept, &headers, |state| {
        list(
            of_payment(state, &query).flat_map(|(session, payment)| {
                session.disputes.iter().map(move |dispute| dispute.json(payment))
            }),
        )
    })
}

async fn refund(Shared(kept): Shared<Kept>, headers: HeaderMap, body: Bytes) -> Response {
    once(&kept, &headers, &body, |state, fields| {
        let amount: i64 = find(&fields, "amount").and_then(|text| text.parse().ok()).unwrap_or(0);
        let found = of_payment(state, &fields).next().map(|(session, _)| {
            let back: i64 =
                session.refunds.iter().filter(|it| it.status != "failed").map(|it| it.amount).sum();
            (session.id.clone(), session.amount - back, !session.disputes.is_empty())
        });
        match found {
            None => Err((404, "resource_missing")),
            Some((_, _, true)) => Err((400, "charge_disputed")),
            Some((_, left, _)) if left < amount || amount <= 0 => Err((400, "charge_already_refunded")),
            Some((session, _, _)) => Ok(state.refund(&session, amount)),
        }
    })
}

/// The newest first, a hundred at most, as it keeps them for a month.
async fn events(Shared(kept): Shared<Kept>, headers: HeaderMap, Query(query): Query<Fields>) -> Response {
    with(&kept, &headers, |state| {
        let after = find(&query, "starting_after");
        let skipped = state.events.iter().rev().position(|event| event["id"].as_str() == after);
        let from = after.and(skipped).map_or(0, |place| place + 1);
        let limit = find(&query, "limit").and_then(|text| text.parse().ok()).unwrap_or(10);
        let page: Vec<Value> = state.events.iter().rev().skip(from).take(limit).cloned().collect();
        let has_more = from + page.len() < state.events.len();
        answer(200, &json!({ "object": "list", "data": page, "has_more": has_more }))
    })
}

/// The account of the money, the newest line first, by when it was written.
/// What a line came from is told whole only to who asks for that.
async fn account(Shared(kept): Shared<Kept>, headers: HeaderMap, Query(query): Query<Fields>) -> Response {
    with(&kept, &headers, |state| {
        let number = |name: &str| find(&query, name).and_then(|text| text.parse::<i64>().ok());
        let (from, until) = (number("created[gte]").unwrap_or(0), number("created[lt]").unwrap_or(i64::MAX));
        let is_asked = |line: &&Value| (from..until).contains(&line["created"].as_i64().unwrap_or(0));
        let lines: Vec<&Value> = state.account.iter().rev().filter(is_asked).collect();
        let after = find(&query, "starting_after");
        let skipped = lines.iter().position(|line| line["id"].as_str() == after);
        let from = after.and(skipped).map_or(0, |place| place + 1);
        let limit = find(&query, "limit").and_then(|text| text.parse().ok()).unwrap_or(10);
        let is_whole = query.iter().any(|(name, value)| name.starts_with("expand") && value == "data.source");
        let told = |line: &&Value| {
            let mut line = (*line).clone();
            if !is_whole && line["source"].is_object() {
                line["source"] = line["source"]["id"].take();
            }
            line
        };
        let page: Vec<Value> = lines.iter().skip(from).take(limit).map(told).collect();
        let has_more = from + page.len() < lines.len();
        answer(200, &json!({ "object": "list", "data": page, "has_more": has_more }))
    })
}
