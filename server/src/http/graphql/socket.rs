//! The API over a WebSocket: the protocol `graphql-transport-ws`, in which
//! queries, mutations and subscriptions run beside each other.
//!
//! Phases of a connection: take it (403 where too many are open), wait for
//! `connection_init`, find out who asks, acknowledge; then run what is asked,
//! each operation as a task of its own, until one side closes. Whatever is
//! against the protocol closes the connection with its code.
//!
//! A session is asked for again with every operation, so that nobody goes on
//! under one that has ended.

mod message;

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, request};
use axum::response::{IntoResponse, Response};
use domain::access::Actor;
use frontend::Visit;
use futures_util::stream::StreamExt;
use graphql::Answer;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};

use super::lines::Line;
use super::reply::payload;
use super::{Api, NotRun, read};
use message::{Close, Incoming, Outgoing, parse};

/// The name of the protocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// How long a connection may wait before it says who asks.
const INIT_WITHIN: Duration = Duration::from_secs(10);
/// A quiet connection is asked so often whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(25);
/// One that has not said anything for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// Operations that run at once on one connection.
const OPERATIONS_MAX: usize = 20;
/// The largest message, in bytes.
const MESSAGE_BYTES_MAX: usize = 256 * 1_024;
/// Answers that wait for a slow client; its operations wait meanwhile.
const ANSWERS_MAX: usize = 16;

/// Takes a connection, if its address may have one more.
pub(super) fn open(api: Api, upgrade: WebSocketUpgrade, parts: request::Parts) -> Response {
    let mut lines = Vec::new();
    if let Some(address) = api.address_of(&parts) {
        match api.lines.take_for_address(address) {
            Some(line) => lines.push(line),
            None => {
                return (StatusCode::TOO_MANY_REQUESTS, "Too many connections are open.\n").into_response();
            }
        }
    }
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_BYTES_MAX);
    upgrade.on_upgrade(async move |mut socket| {
        let connection = Connection { api, actor: cookie_actor(&parts), parts, lines };
        let end = connection.serve(&mut socket).await;
        if let Some(Close { code, reason }) = end {
            // The other side may be gone already.
            let _ = socket
                .send(Message::Close(Some(CloseFrame { code, reason: reason.into_owned().into() })))
                .await;
        }
    })
}

/// Whom the site's cookie signs in. Browsers send it along from any page
/// whatsoever, so it counts only from the site's own.
fn cookie_actor(parts: &request::Parts) -> Actor {
    let visit = parts.extensions.get::<Visit>().cloned().unwrap_or_default();
    if is_own_origin(&parts.headers) { visit.actor } else { Actor::Visitor(None) }
}

/// Whether the page that opened the connection is the site's own. Programs
/// that are no browsers do not say.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(ORIGIN), text(HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}

struct Connection {
    api: Api,
    parts: request::Parts,
    actor: Actor,
    /// What is counted for this connection, for as long as it lasts.
    lines: Vec<Line>,
}

/// The operations that run.
struct Running {
    tasks: JoinSet<()>,
    by_id: HashMap<String, (u64, AbortHandle)>,
    begun: u64,
    answers: mpsc::Sender<(u64, Outgoing)>,
}

impl Connection {
    /// Serves until one side closes; the code is for the other side, if it
    /// has to be told.
    async fn serve(mut self, socket: &mut WebSocket) -> Option<Close> {
        if socket.protocol().is_none_or(|protocol| protocol != PROTOCOL) {
            return Some(Close::NO_PROTOCOL);
        }
        match timeout(INIT_WITHIN, self.begin(socket)).await {
            Ok(Ok(())) => {}
            Ok(Err(end)) => return end,
            Err(_) => return Some(Close::INIT_TIMEOUT),
        }
        self.run(socket).await
    }

    /// Waits for `connection_init` and acknowledges it.
    async fn begin(&mut self, socket: &mut WebSocket) -> Result<(), Option<Close>> {
        loop {
            match next_message(socket).await? {
                Incoming::ConnectionInit(payload) => {
                    self.identify(payload.as_ref()).await.map_err(Some)?;
                    return say(socket, &Outgoing::ACK).await;
                }
                Incoming::Ping(payload) => say(socket, &Outgoing::pong(payload)).await?,
                Incoming::Pong | Incoming::Complete(_) => {}
                Incoming::Subscribe { .. } => return Err(Some(Close::UNAUTHORIZED)),
            }
        }
    }

    /// Finds out who asks: a token in the payload, or else the cookie.
    async fn identify(&mut self, payload: Option<&serde_json::Value>) -> Result<(), Close> {
        if let Some(token) = payload.and_then(message::token) {
            let user = self.api.store.authenticate(token).await.map_err(|fault| {
                tracing::error!(%fault, "a session could not be looked up");
                Close::INTERNAL
            })?;
            self.actor = Actor::User(user.ok_or(Close::FORBIDDEN)?);
        }
        if let (Some(account), true) = (self.actor.user_id(), self.api.throttle.is_on()) {
            self.lines.push(self.api.lines.take_for_account(account).ok_or(Close::TOO_MANY)?);
        }
        Ok(())
    }

    async fn run(&self, socket: &mut WebSocket) -> Option<Close> {
        let (answers, mut ready) = mpsc::channel(ANSWERS_MAX);
        let mut running = Running { tasks: JoinSet::new(), by_id: HashMap::new(), begun: 0, answers };
        let mut closing = pin!(self.api.closed());
        let (mut heard, mut ping) = (Instant::now(), Instant::now() + PING_EVERY);
        loop {
            let step = tokio::select! {
                message = socket.recv() => match message {
                    Some(Ok(message)) => {
                        heard = Instant::now();
                        self.hear(socket, &mut running, message).await
                    }
                    // The other side is gone, or speaks no WebSocket.
                    Some(Err(_)) | None => Err(None),
                },
                Some((number, answer)) = ready.recv() => match running.is_wanted(number, &answer) {
                    true => say(socket, &answer).await,
                    false => Ok(()),
                },
                () = sleep_until(ping) => {
                    ping = Instant::now() + PING_EVERY;
                    match heard.elapsed() > SILENCE_MAX {
                        true => Err(None),
                        false => socket.send(Message::Ping(Vec::new().into())).await.map_err(|_| None),
                    }
                }
                () = &mut closing => Err(Some(Close::GOING_AWAY)),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Does what one message asks for.
    async fn hear(
        &self,
        socket: &mut WebSocket,
        running: &mut Running,
        message: Message,
    ) -> Result<(), Option<Close>> {
        match read_message(message)? {
            None | Some(Incoming::Pong) => Ok(()),
            Some(Incoming::Ping(payload)) => say(socket, &Outgoing::pong(payload)).await,
            Some(Incoming::ConnectionInit(_)) => Err(Some(Close::INIT_AGAIN)),
            Some(Incoming::Complete(id)) => {
                running.stop(&id);
                Ok(())
            }
            Some(Incoming::Subscribe { id, payload }) => {
                if running.by_id.contains_key(&id) {
                    return Err(Some(Close::already_runs(&id)));
                }
                self.check_session().await.map_err(Some)?;
                match self.start(running, id, payload)? {
                    None => Ok(()),
                    Some(refused) => say(socket, &refused).await,
                }
            }
        }
    }

    /// Closes a connection whose session has ended.
    async fn check_session(&self) -> Result<(), Close> {
        let Actor::User(user) = &self.actor else { return Ok(()) };
        match self.api.store.is_signed_in(user).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Close::FORBIDDEN),
            Err(fault) => {
                tracing::error!(%fault, "a session could not be looked up");
                Err(Close::INTERNAL)
            }
        }
    }

    /// Starts an operation, or says why not.
    fn start(
        &self,
        running: &mut Running,
        id: String,
        payload: serde_json::Value,
    ) -> Result<Option<Outgoing>, Option<Close>> {
        let mut asked = read::from_value(payload).map_err(|_| Some(Close::BAD_PAYLOAD))?;
        if running.by_id.len() >= OPERATIONS_MAX {
            let problem = format!("At most {OPERATIONS_MAX} operations run at once on a connection.");
            let mut error = async_graphql::ServerError::new(problem, None);
            error.extensions.get_or_insert_default().set("code", "TOO_MANY");
            return Ok(Some(Outgoing::error(id, &[error])));
        }
        let weight = match self.api.admit(&self.parts, &self.actor, &mut asked) {
            Ok(weight) => weight,
            Err(NotRun::Problem(problem)) => return Ok(Some(Outgoing::error(id, &[problem.into_error()]))),
            Err(NotRun::TooMuch(graphql::NotWeighed(error))) => {
                return Ok(Some(Outgoing::error(id, &[error])));
            }
        };
        let answers = self.api.api.answers(asked, weight, self.actor);
        running.start(id, answers);
        Ok(None)
    }
}

impl Running {
    fn start(&mut self, id: String, answers: impl futures_util::Stream<Item = Answer> + Send + 'static) {
        self.begun += 1;
        let (number, sender, own_id) = (self.begun, self.answers.clone(), id.clone());
        let task = self.tasks.spawn(async move {
            let mut answers = Box::pin(answers);
            while let Some(answer) = answers.next().await {
                let is_refused = matches!(answer, Answer::NotRun(_));
                let message = match &answer {
                    Answer::Run(_) => Outgoing::next(own_id.clone(), &payload(&answer)),
                    Answer::NotRun(response) => Outgoing::error(own_id.clone(), &response.errors),
                };
                // The connection may be closing: then nobody waits for it.
                if sender.send((number, message)).await.is_err() || is_refused {
                    return;
                }
            }
            let _ = sender.send((number, Outgoing::complete(own_id))).await;
        });
        self.by_id.insert(id, (number, task));
        while self.tasks.try_join_next().is_some() {}
    }

    /// Ends an operation that the client wants no more of; one that is over
    /// already is none.
    fn stop(&mut self, id: &str) {
        if let Some((_, task)) = self.by_id.remove(id) {
            task.abort();
        }
    }

    /// Whether an answer belongs to an operation that still runs; the last
    /// one ends it.
    fn is_wanted(&mut self, number: u64, answer: &Outgoing) -> bool {
        let is_own = self.by_id.get(&answer.id).is_some_and(|(known, _)| *known == number);
        if is_own && answer.kind.is_last() {
            self.by_id.remove(&answer.id);
        }
        is_own
    }
}

/// The next message of the protocol.
async fn next_message(socket: &mut WebSocket) -> Result<Incoming, Option<Close>> {
    loop {
        let message = socket.recv().await.and_then(Result::ok).ok_or(None)?;
        if let Some(message) = read_message(message)? {
            return Ok(message);
        }
    }
}

/// What a frame says; nothing for those that keep the connection alive.
fn read_message(message: Message) -> Result<Option<Incoming>, Option<Close>> {
    match message {
        Message::Text(text) => parse(text.as_str()).map(Some).map_err(Some),
        Message::Binary(_) => Err(Some(Close::NO_TEXT)),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        Message::Close(_) => Err(None),
    }
}

async fn say(socket: &mut WebSocket, message: &Outgoing) -> Result<(), Option<Close>> {
    socket.send(Message::Text(message.text().into())).await.map_err(|_| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_counts_from_the_sites_own_pages() {
        let table: [(&[(&'static str, &str)], bool); 5] = [
            (&[("host", "m.example")], true),
            (&[("origin", "https://m.example"), ("host", "m.example")], true),
            (&[("origin", "https://evil.example"), ("host", "m.example")], false),
            (&[("origin", "null"), ("host", "m.example")], false),
            (&[("origin", "https://m.example")], false),
        ];
        for (pairs, expected) in table {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap()))
                .collect();
            assert_eq!(is_own_origin(&headers), expected, "{pairs:?}");
        }
        use message::Kind;
        assert!(Kind::Complete.is_last() && Kind::Error.is_last() && !Kind::Next.is_last());
    }
}
