//! Stripe by direct HTTP: a page to pay in, how a payment stands, refunds,
//! and messages.
//!
//! How a payment stands is always looked up; messages only say when to look.
//! Nothing is believed of the browser that comes back, of amounts in a
//! message, or of the order in which messages come.

mod account;
mod client;
mod form;
mod objects;
mod provider;
mod signature;
mod standing;
#[cfg(test)]
mod tests;

use domain::id::{RefundId, TopUpId};
use domain::money::Money;
use domain::time::Timestamp;
use domain::topup::Provider;
use domain::topup::facts::{PaymentFacts, RefundState};
use store::inbox::Event as Message;

use crate::config::Secret;

use client::Client;
pub use client::StripeFault;
use form::{Form, encoded};
use objects::{Dispute, Event, EventObject, Expandable, List, Refund, Session};
pub use signature::Disbelief;

/// Pages of messages that are read at once; the rest comes the next time.
const PAGES_MAX: usize = 10;

/// Keys that one request is tried under, when Stripe keeps repeating that it
/// has failed.
const KEYS_MAX: u32 = 5;

/// What the vendor has from Stripe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeKeys {
    /// The secret key: `sk_live_…`, `sk_test_…`, or a restricted one.
    pub secret_key: Secret,
    /// The secret that messages are signed with: `whsec_…`.
    pub webhook_secret: Secret,
    /// Where the API is, without a slash at the end.
    pub api: String,
    /// Scheme and host of the site, without a slash at the end: where browsers
    /// come back to.
    pub origin: String,
}

/// What is to be paid.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which top-up.
    pub top_up: TopUpId,
    /// Its reference, as people read it.
    pub reference: String,
    /// What is bought, in a few words, as the page shows it.
    pub what: String,
    /// What has to be paid.
    pub due: Money,
    /// Where the browser goes after paying.
    pub success_url: String,
    /// Where it goes otherwise.
    pub cancel_url: String,
    /// Until when the page is open: half an hour to a day from now.
    pub expires_at: Timestamp,
}

/// A page to pay in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Stripe's name of it.
    pub session: String,
    /// Where it is.
    pub url: String,
}

/// Stripe, for one vendor.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    webhook_secret: Secret,
    origin: String,
    is_live: bool,
}

impl Stripe {
    /// Stripe with these keys; nothing is asked yet.
    ///
    /// # Errors
    /// If encryption cannot be set up.
    pub fn new(keys: StripeKeys) -> Result<Self, StripeFault> {
        let is_live = !keys.secret_key.reveal().contains("_test_");
        let client = Client::new(&keys.api, keys.secret_key)?;
        Ok(Self { client, webhook_secret: keys.webhook_secret, origin: keys.origin, is_live })
    }

    /// Opens a page to pay in. Asked the same again, it is the same page.
    ///
    /// # Errors
    /// If Stripe does not open it.
    pub async fn open_session(&self, asked: &Asked) -> Result<Opened, StripeFault> {
        let (currency, amount) = standing::to_stripe(asked.due)
            .ok_or(StripeFault::Unspeakable("Stripe takes no such amount of this currency"))?;
        let top_up = asked.top_up.to_string();
        let price = ["line_items", "0", "price_data"];
        let in_price = |rest: &[&'static str]| [price.as_slice(), rest].concat();
        let form = Form::default()
            .with(&["mode"], "payment")
            .with(&["client_reference_id"], &top_up)
            .with(&["success_url"], &asked.success_url)
            .with(&["cancel_url"], &asked.cancel_url)
            .with(&["expires_at"], asked.expires_at.millis().div_euclid(1_000))
            .with(&["line_items", "0", "quantity"], 1)
            .with(&in_price(&["currency"]), currency)
            .with(&in_price(&["unit_amount"]), amount)
            .with(&in_price(&["product_data", "name"]), &asked.what)
            .with(&["metadata", "top_up"], &top_up)
            .with(&["metadata", "reference"], &asked.reference)
            // So that charges and disputes lead back to it.
            .with(&["payment_intent_data", "metadata", "top_up"], &top_up)
            .with(&["payment_intent_data", "metadata", "reference"], &asked.reference);
        let session = self.open_once(&top_up, &form).await?;
        let url = session.url.ok_or(StripeFault::Unreadable)?;
        Ok(Opened { session: session.id, url })
    }

    /// Opens the session that a form asks for. The key follows from all that
    /// is asked: the same again is the same session, and what differs in a
    /// word, such as our own address after it was changed, is another one.
    /// Nobody can pay in a session whose answer was lost: only its answer
    /// tells where it is.
    async fn open_once(&self, top_up: &str, form: &Form) -> Result<Session, StripeFault> {
        let content = blake3::hash(form.encode().as_bytes()).to_hex();
        let mut last = StripeFault::Unreachable;
        for round in 0..KEYS_MAX {
            let key = format!("{top_up}-{content}-{round}");
            match self.client.post("/v1/checkout/sessions", &key, form).await {
                // This key is answered so for a day, whatever is well again.
                Err(StripeFault::Replayed(status)) => last = StripeFault::Replayed(status),
                answer => return answer,
            }
        }
        Err(last)
    }

    /// Where a session is paid, if it can be.
    ///
    /// # Errors
    /// If Stripe does not tell, or knows no such session.
    pub async fn page(&self, session: &str) -> Result<Option<String>, StripeFault> {
        let path = format!("/v1/checkout/sessions/{}", encoded(session));
        let session: Session = self.client.get(&path, &Form::default()).await?;
        let is_open = session.status.as_deref() == Some("open");
        Ok(session.url.filter(|_| is_open))
    }

    /// How the payment in a session stands now.
    ///
    /// # Errors
    /// If Stripe does not tell, or knows no such session.
    pub async fn look(&self, session: &str) -> Result<PaymentFacts, StripeFault> {
        let query = Form::default().with(&["expand", "0"], "payment_intent");
        let path = format!("/v1/checkout/sessions/{}", encoded(session));
        let session: Session = self.client.get(&path, &query).await?;
        let (mut refunds, mut disputes) = (Vec::new(), Vec::new());
        if let Some(payment) = session.payment_intent.as_ref().map(Expandable::id) {
            refunds = self.all::<Refund>("/v1/refunds", payment).await?;
            disputes = self.all::<Dispute>("/v1/disputes", payment).await?;
        }
        standing::facts(session, &refunds, &disputes).ok_or(StripeFault::Unreadable)
    }

    /// All refunds or disputes of a payment: there are few.
    async fn all<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        payment: &str,
    ) -> Result<Vec<T>, StripeFault> {
        let query = Form::default().with(&["payment_intent"], payment).with(&["limit"], 100);
        Ok(self.client.get::<List<T>>(path, &query).await?.data)
    }

    /// The session in which a payment was made, if it was made in one.
    ///
    /// # Errors
    /// If Stripe does not tell.
    pub async fn session_of(&self, payment: &str) -> Result<Option<String>, StripeFault> {
        let query = Form::default().with(&["payment_intent"], payment).with(&["limit"], 1);
        let found: List<Session> = self.client.get("/v1/checkout/sessions", &query).await?;
        Ok(found.data.into_iter().next().map(|session| session.id))
    }

    /// Sends money of a payment back, once for this refund however often it is
    /// asked. That a refund fails later shows in how the payment stands.
    ///
    /// # Errors
    /// If Stripe does not answer; it is asked again later.
    pub async fn send_back(
        &self,
        refund: RefundId,
        payment: &str,
        money: Money,
    ) -> Result<RefundState, StripeFault> {
        let (_, amount) = standing::to_stripe(money)
            .ok_or(StripeFault::Unspeakable("Stripe takes no such amount of this currency"))?;
        let refund = refund.to_string();
        let form = Form::default()
            .with(&["payment_intent"], payment)
            .with(&["amount"], amount)
            .with(&["reason"], "requested_by_customer")
            .with(&["metadata", "refund"], &refund);
        let answer: Result<Refund, StripeFault> = self.client.post("/v1/refunds", &refund, &form).await;
        match answer {
            Ok(refund) => Ok(match refund.status.as_deref() {
                Some("failed" | "canceled") => RefundState::Failed,
                _ => RefundState::Done,
            }),
            Err(StripeFault::Refused(_, Some(code))) if code == "charge_already_refunded" => {
                Ok(RefundState::Done)
            }
            Err(StripeFault::Refused(_, Some(code))) if code == "charge_disputed" => Ok(RefundState::Failed),
            Err(fault) => Err(fault),
        }
    }

    /// Reads a message that came to our door: nothing for one that is about
    /// no payment.
    ///
    /// # Errors
    /// Why it is not believed. Then nothing of it may be kept.
    pub fn read_message(
        &self,
        header: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<Message>, Disbelief> {
        signature::verify(self.webhook_secret.reveal(), header, body, now)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| Disbelief::Unreadable)?;
        if event.account.is_some() {
            return Err(Disbelief::WrongAccount);
        }
        if event.livemode != self.is_live {
            return Err(Disbelief::WrongMode);
        }
        Ok(message(event))
    }

    /// Messages that did not reach us, the newest first: after we were away.
    ///
    /// # Errors
    /// If Stripe does not tell.
    pub async fn missed(&self) -> Result<Vec<Message>, StripeFault> {
        let mut messages = Vec::new();
        let mut last: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = Form::default().with(&["delivery_success"], false).with(&["limit"], 100);
            if let Some(last) = &last {
                query = query.with(&["starting_after"], last);
            }
            let page: List<Event> = self.client.get("/v1/events", &query).await?;
            last = page.data.last().map(|event| event.id.clone());
            let is_ours = |event: &Event| event.account.is_none() && event.livemode == self.is_live;
            messages.extend(page.data.into_iter().filter(is_ours).filter_map(message));
            if !page.has_more || last.is_none() {
                break;
            }
        }
        Ok(messages)
    }
}

/// What an event tells us: which payment to look at.
fn message(event: Event) -> Option<Message> {
    let EventObject { id, object, payment_intent } = event.data.object;
    let subject = match object.as_str() {
        "checkout.session" | "payment_intent" => id,
        _ => payment_intent.map(|payment| payment.id().to_owned()),
    };
    subject.map(|subject| Message {
        provider: Provider::Stripe,
        reference: event.id,
        kind: event.kind,
        subject,
    })
}
