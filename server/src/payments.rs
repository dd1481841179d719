//! Card payments: from a top-up to the provider's page and back, and what
//! providers tell afterwards.
//!
//! Nothing is believed that was not looked up at the provider: not the
//! browser that comes back, not the words of a message. All three ways (the
//! page, the message, the sweeper) end in [`Payments::settle`].

mod daily;
pub mod provider;
pub mod sandbox;
pub mod signature;
pub mod stripe;
#[cfg(test)]
mod tests;
pub mod web;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::access::Actor;
use domain::id::TopUpId;
use domain::refusal::Refusal;
use domain::time::Seconds;
use domain::topup::facts::RefundState;
use domain::topup::{Method, TopUp, TopUpState};
use frontend::{Cards, Shut, routes};
use store::inbox::Event;
use store::{Done, Fault, Store};

use provider::{BadEvent, NotAnswered, Provider, Ways};
use sandbox::Sandbox;

/// After so long a payment that nobody told about is looked up anyway.
const SWEEP_AFTER: Seconds = Seconds::new(120);

/// Whether a day is to be compared is looked at this often.
const COMPARE_EVERY: Seconds = Seconds::new(600);

/// Rows that one round of a worker takes.
const ROUND: u32 = 100;

/// The longest wait between two tries.
const WAIT_MAX_SECONDS: u32 = 3_600;

/// The way to the provider's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// The address of the page; a path if it is one of ours.
    Open(String),
    /// There is none, and nothing was paid.
    Shut(Shut),
}

/// Card payments of this market.
pub struct Payments {
    store: Store,
    provider: Option<Arc<dyn Provider>>,
    sandbox: Option<Arc<Sandbox>>,
    swept_at: AtomicI64,
    compared_at: AtomicI64,
}

/// How long to wait after so many tries: a second, two, four …
fn wait_after(tries: u32) -> Seconds {
    Seconds::new(1_u32.checked_shl(tries).unwrap_or(WAIT_MAX_SECONDS).min(WAIT_MAX_SECONDS))
}

impl Payments {
    /// Payments through the sandbox.
    #[must_use]
    pub fn sandbox(store: Store) -> Self {
        let sandbox = Arc::new(Sandbox::new(store.clone()));
        let provider: Arc<dyn Provider> = Arc::<Sandbox>::clone(&sandbox);
        Self {
            store,
            provider: Some(provider),
            sandbox: Some(sandbox),
            swept_at: AtomicI64::default(),
            compared_at: AtomicI64::default(),
        }
    }

    /// Payments through a provider.
    #[must_use]
    pub fn through(store: Store, provider: Arc<dyn Provider>) -> Self {
        Self {
            store,
            provider: Some(provider),
            sandbox: None,
            swept_at: AtomicI64::default(),
            compared_at: AtomicI64::default(),
        }
    }

    /// No card payments.
    #[must_use]
    pub const fn none(store: Store) -> Self {
        Self {
            store,
            provider: None,
            sandbox: None,
            swept_at: AtomicI64::new(0),
            compared_at: AtomicI64::new(0),
        }
    }

    /// Who takes card payments, for the pages.
    #[must_use]
    pub fn cards(&self) -> Cards {
        match (&self.sandbox, &self.provider) {
            (Some(_), _) => Cards::Sandbox,
            (None, Some(_)) => Cards::Live,
            (None, None) => Cards::Off,
        }
    }

    fn provider(&self) -> Result<&Arc<dyn Provider>, Refusal> {
        self.provider.as_ref().ok_or(Refusal::wrong_state("cards are not taken here at the moment"))
    }

    /// Where a top-up is paid; opens a session at the provider if none is
    /// known. Whoever knows the top-up's number may pay it.
    ///
    /// # Errors
    /// `NotFound`, or `WrongState` if it is no card payment that waits.
    pub async fn page_for(&self, id: TopUpId) -> Done<Door> {
        let provider = self.provider()?;
        let top_up = self.store.payable(id).await?;
        if top_up.method != Method::Card || top_up.state != TopUpState::Submitted {
            return Err(Refusal::wrong_state("there is nothing to pay").into());
        }
        match self.door(provider, &top_up).await? {
            Ok(url) => Ok(Door::Open(url)),
            Err(why) => Ok(Door::Shut(shut(id, &why))),
        }
    }

    /// The address to pay at, or why the provider has none.
    async fn door(&self, provider: &Arc<dyn Provider>, top_up: &TopUp) -> Done<Result<String, NotAnswered>> {
        let back = routes::PayBack::to(top_up.id).to_string();
        let mut known = top_up.card.clone();
        if known.is_none() {
            let ways = Ways { success: back.clone(), cancel: back.clone(), at: self.store.world().now() };
            let session = match provider.open(top_up, &ways).await {
                Ok(session) => session,
                Err(why) => return Ok(Err(why)),
            };
            let (which, name) = (provider.which(), session.reference);
            known = self.store.begin_payment(&Actor::System, top_up.id, which, &name).await?.card;
            if known.as_ref().is_some_and(|card| card.session == name) {
                return Ok(Ok(session.url));
            }
        }
        // Only the session that was written down is ever shown: its payment
        // is found again.
        let Some(card) = known.filter(|card| card.provider == provider.which()) else {
            return Ok(Err(NotAnswered::Refused("it was begun with another provider".to_owned())));
        };
        // Where nobody can pay any more, the way back tells how it stands.
        Ok(provider.page(&card.session).await.map(|page| page.unwrap_or(back)))
    }

    /// Looks a payment up at its provider and settles the top-up by what it
    /// says. May be asked as often as anybody likes.
    ///
    /// # Errors
    /// `NotFound`, or a fault if the provider gives no answer.
    pub async fn settle(&self, id: TopUpId) -> Done<TopUp> {
        let provider = self.provider()?;
        let top_up = self.store.payable(id).await?;
        let Some(card) = top_up.card.as_ref().filter(|card| card.provider == provider.which()) else {
            return Ok(top_up);
        };
        let facts = provider.look_up(&card.session).await.map_err(|fault| silent(&fault))?;
        let settled = self.store.settle_top_up(&Actor::System, id, facts, provider.is_live()).await?;
        if settled.state == TopUpState::Review && top_up.state != TopUpState::Review {
            tracing::error!(top_up = %id, "a payment does not fit its top-up: a person has to look");
        }
        Ok(settled)
    }

    /// Takes a message: checks where it comes from, and has it on the disk
    /// before it is acknowledged. Working on it comes later.
    ///
    /// # Errors
    /// If it is not from the provider or cannot be read; `Ok(Err(_))` if it
    /// could not be kept, so that it must be sent again.
    pub async fn receive(&self, signature: &str, body: &[u8]) -> Result<Done<()>, BadEvent> {
        let Some(provider) = &self.provider else { return Err(BadEvent::Forged) };
        let now = self.store.world().now().millis() / 1_000;
        match provider.read_event(signature, body, now)? {
            Some(event) => Ok(self.store.receive_event(&Actor::System, event).await.map(|_| ())),
            None => Ok(Ok(())),
        }
    }

    /// Works on messages that have come; tells how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn work_inbox(&self) -> Done<usize> {
        let due = self.store.events_due(ROUND).await?;
        for (event, tries) in &due {
            let again = match self.work_on(event).await {
                Ok(()) => None,
                Err(error) => Some((wait_after(*tries), error.to_string())),
            };
            self.store.close_event(&Actor::System, event, again).await?;
        }
        Ok(due.len())
    }

    async fn work_on(&self, event: &Event) -> Result<(), NotAnswered> {
        let mut found = self.store.top_up_paid_by(event.provider, &event.subject).await?;
        if let (None, Some(provider)) = (found, &self.provider) {
            // A message about a payment may be quicker than the one that names
            // it; and the provider may work for others than us.
            let Some(session) = provider.meant_by(&event.subject).await? else { return Ok(()) };
            found = self.store.top_up_paid_by(event.provider, &session).await?;
        }
        if let Some(id) = found {
            self.settle(id).await?;
        }
        Ok(())
    }

    /// Asks for messages that were missed, and looks up payments that nobody
    /// told about for a while.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sweep(&self) -> Done<()> {
        let Some(provider) = &self.provider else { return Ok(()) };
        match provider.missed().await {
            Ok(missed) => {
                for event in missed {
                    self.store.receive_event(&Actor::System, event).await?;
                }
            }
            Err(fault) => tracing::warn!(%fault, "messages that were missed could not be asked for"),
        }
        for id in self.store.waiting_payments(SWEEP_AFTER, ROUND).await? {
            if let Err(error) = self.settle(id).await {
                tracing::warn!(%error, top_up = %id, "a payment could not be looked up");
            }
        }
        Ok(())
    }

    /// Sends the money of refunds; the tokens have gone back before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn send_refunds(&self) -> Done<()> {
        let Some(provider) = &self.provider else { return Ok(()) };
        for (refund, tries) in self.store.refunds_due(ROUND).await? {
            let top_up = self.store.payable(refund.top_up).await?;
            let answer = match provider.refund(&top_up, &refund).await {
                Ok(answer) => answer,
                Err(fault) => {
                    tracing::warn!(%fault, refund = %refund.id, "a refund was not sent");
                    RefundState::Asked
                }
            };
            match answer {
                // However long it takes: the money may be on its way though
                // the answer was lost, so the tokens are not given again.
                RefundState::Asked => {
                    let (wait, why) = (wait_after(tries), "not sent yet".to_owned());
                    self.store.put_refund_off(&Actor::System, refund.id, wait, why).await?;
                }
                RefundState::Failed | RefundState::Done => {
                    self.store.end_refund(&Actor::System, &refund, answer).await?;
                }
            }
        }
        Ok(())
    }

    /// One round of everything that goes on behind the pages. Safe to run
    /// late, twice, or to be cut off.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn round(&self) -> Done<()> {
        if let Some(sandbox) = &self.sandbox {
            sandbox.play().await?;
            for (number, signature, body) in sandbox.messages().await? {
                match self.receive(&signature, &body).await {
                    Ok(kept) => kept?,
                    Err(_) => tracing::error!(%number, "the sandbox did not sign well"),
                }
                self.store.sandbox_delivered(&Actor::System, number).await?;
            }
        }
        self.work_inbox().await?;
        self.send_refunds().await?;
        let Some(provider) = &self.provider else { return Ok(()) };
        if self.is_due(&self.compared_at, COMPARE_EVERY) {
            // Tried again later: nobody waits for it.
            if let Err(error) = self.compare().await {
                tracing::warn!(%error, "a day was not compared with the provider's account");
            }
        }
        if self.is_due(&self.swept_at, provider.sweep_every()) { self.sweep().await } else { Ok(()) }
    }

    /// Whether something is to be done again that was done at `last`.
    fn is_due(&self, last: &AtomicI64, every: Seconds) -> bool {
        let now = self.store.world().now().millis();
        let every = i64::from(every.get()) * 1_000;
        let is_due = now - last.load(Ordering::SeqCst) >= every;
        if is_due {
            last.store(now, Ordering::SeqCst);
        }
        is_due
    }
}

/// Why nobody can pay, for pages; the operator is told what only a person can
/// change.
fn shut(top_up: TopUpId, why: &NotAnswered) -> Shut {
    match why {
        NotAnswered::Silent(_) => {
            tracing::warn!(%why, %top_up, "a page to pay in was not opened");
            Shut::ForNow
        }
        NotAnswered::Refused(_) => {
            tracing::error!(%why, %top_up, "the payment provider opens no page: a person has to look");
            Shut::ForGood
        }
    }
}

/// The provider is silent: our failure, in the eyes of whoever asks.
fn silent(fault: &NotAnswered) -> Fault {
    tracing::warn!(%fault, "a payment provider could not be asked");
    Fault::unavailable("reach the payment provider")
}
