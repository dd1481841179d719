//! A small Stripe of one test, on loopback: checkout sessions, refunds,
//! disputes, idempotency keys, the list of events, and signed messages. It
//! keeps state as the real one does, and has the troubles that the real one
//! has: it fails, loses answers, and delivers messages late, twice, in any
//! order, or not at all, as the test wishes.

mod api;
mod state;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

use state::State;

/// The secret key that it takes.
pub const SECRET_KEY: &str = "sk_test_double";

/// What it signs messages with.
pub const WEBHOOK_SECRET: &str = "whsec_double";

/// A message as it is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The `Stripe-Signature` header.
    pub signature: String,
    /// The body.
    pub body: String,
}

/// The double.
pub struct Double {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Double {
    /// A Stripe that knows nothing yet.
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn open() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("a listener has an address");
        let service = api::router(Arc::clone(&state));
        let task = tokio::spawn(async move {
            axum::serve(listener, service).await.expect("the double serves until it is dropped");
        });
        Self { state, address, task }
    }

    /// Where its API is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next requests fail before anything is done.
    pub fn fails(&self, requests: u32) {
        self.state().failing = requests;
    }

    /// The next things that are asked for are done, and the answers lost.
    pub fn loses_answers(&self, requests: u32) {
        self.state().forgetful = requests;
    }

    /// The next things that are asked under fresh keys break halfway, and these
    /// keys are answered so from then on.
    pub fn breaks(&self, requests: u32) {
        self.state().breaking = requests;
    }

    /// The next things that are asked for are refused.
    pub fn refuses(&self, requests: u32) {
        self.state().refusing = requests;
    }

    /// All sessions are said to be of real money, or not.
    pub fn is_live(&self, is_live: bool) {
        self.state().is_live = is_live;
    }

    /// How many sessions were opened.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.state().sessions.len()
    }

    /// What was asked when a session was opened, by the name of the field.
    #[must_use]
    pub fn asked(&self, session: &str, field: &str) -> Option<String> {
        self.state().session(session).asked.iter().find(|(name, _)| name == field).map(|(_, it)| it.clone())
    }

    /// Something else than what was agreed is to be paid.
    pub fn asks_otherwise(&self, session: &str, amount: i64, currency: &str) {
        let mut state = self.state();
        let session = state.session(session);
        (session.amount, session.currency) = (amount, currency.to_owned());
    }

    /// Somebody pays by card.
    pub fn is_paid(&self, session: &str) {
        self.state().pay(session, "paid", "succeeded");
    }

    /// Somebody pays by a way that takes days.
    pub fn is_paid_slowly(&self, session: &str) {
        self.state().pay(session, "unpaid", "processing");
    }

    /// The money that took days is there.
    pub fn arrives(&self, session: &str) {
        self.state().settle(session, "checkout.session.async_payment_succeeded", "paid", "succeeded");
    }

    /// The money that took days will not come.
    pub fn bounces(&self, session: &str) {
        self.state().settle(
            session,
            "checkout.session.async_payment_failed",
            "unpaid",
            "requires_payment_method",
        );
    }

    /// Nobody paid in time.
    pub fn runs_out(&self, session: &str) {
        self.state().expire(session);
    }

    /// The vendor sends money back by hand, beside us.
    pub fn sends_back(&self, session: &str, amount: i64) {
        self.state().refund(session, amount);
    }

    /// The last money that was sent back comes back to the vendor.
    pub fn cannot_send_back(&self, session: &str) {
        self.state().undo_refund(session);
    }

    /// The card holder disputes all of it.
    pub fn is_disputed(&self, session: &str) {
        self.state().dispute(session);
    }

    /// The bank takes the money.
    pub fn is_withdrawn(&self, session: &str) {
        self.state().move_dispute(session, "charge.dispute.funds_withdrawn", None, -1);
    }

    /// The vendor wins, and the money comes back.
    pub fn wins(&self, session: &str) {
        let mut state = self.state();
        if state.session(session).is_withdrawn() {
            state.move_dispute(session, "charge.dispute.funds_reinstated", Some("won"), 1);
        }
        state.move_dispute(session, "charge.dispute.closed", Some("won"), 0);
    }

    /// The vendor loses.
    pub fn loses(&self, session: &str) {
        self.state().move_dispute(session, "charge.dispute.closed", Some("lost"), 0);
    }

    /// Money that was sent back so far, in minor units.
    #[must_use]
    pub fn sent_back(&self, session: &str) -> i64 {
        self.state()
            .session(session)
            .refunds
            .iter()
            .filter(|it| it.status == "succeeded")
            .map(|it| it.amount)
            .sum()
    }

    /// What time it is there, in seconds.
    pub fn is_at(&self, seconds: i64) {
        self.state().now = seconds;
    }

    /// The account of the money loses its lines of a payment.
    pub fn forgets(&self, session: &str) {
        let mut state = self.state();
        let payment = state.session(session).payment_id();
        state.account.retain(|line| line["source"]["payment_intent"].as_str() != payment.as_deref());
    }

    /// The account says that a payment was of another amount.
    pub fn books_otherwise(&self, session: &str, amount: i64) {
        let mut state = self.state();
        let payment = state.session(session).payment_id();
        for line in &mut state.account {
            if line["source"]["payment_intent"].as_str() == payment.as_deref() {
                line["amount"] = amount.into();
            }
        }
    }

    /// Somebody pays for a top-up beside its session, by a payment of this
    /// name; or for something that is none of ours.
    pub fn is_paid_beside(&self, payment: &str, top_up: Option<&str>, amount: i64) {
        let metadata = top_up.map_or(serde_json::json!({}), |id| serde_json::json!({ "top_up": id }));
        self.state().line("charge", amount, payment, "usd", metadata);
    }

    /// All events so far, in the order in which they happened.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        self.state().events.clone()
    }

    /// The events about the payment in one session, in the order in which they
    /// happened.
    #[must_use]
    pub fn events_of(&self, session: &str) -> Vec<Value> {
        let mut state = self.state();
        let payment = state.session(session).payment_id();
        let is_about = |event: &&Value| {
            let object = &event["data"]["object"];
            let names = [&object["id"], &object["payment_intent"], &object["payment_intent"]["id"]];
            names
                .iter()
                .any(|name| **name == session || (name.is_string() && name.as_str() == payment.as_deref()))
        };
        state.events.iter().filter(is_about).cloned().collect()
    }

    /// An event as a message, signed at this time, in seconds.
    #[must_use]
    pub fn delivers(event: &Value, at_seconds: i64) -> Delivery {
        Self::signs(&event.to_string(), WEBHOOK_SECRET, at_seconds)
    }

    /// A body signed with a secret.
    ///
    /// # Panics
    /// Never: any secret will do.
    #[must_use]
    pub fn signs(body: &str, secret: &str, at_seconds: i64) -> Delivery {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any secret will do");
        mac.update(format!("{at_seconds}.{body}").as_bytes());
        let code = mac.finalize().into_bytes();
        let hex: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        Delivery { signature: format!("t={at_seconds},v1={hex}"), body: body.to_owned() }
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}
