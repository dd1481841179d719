//! The sandbox as a provider: it keeps its payments in tables of its own,
//! tells of every change by a signed message, and is asked like any other.

use domain::access::Actor;
use domain::id::Mint;
use domain::money::Money;
use domain::topup::facts::{PaymentFacts, Progress, RefundState};
use domain::topup::reversal::Refund;
use domain::topup::sandbox::{Act, SandboxPayment};
use domain::topup::{Provider as Which, TopUp};
use frontend::routes;
use serde::{Deserialize, Serialize};
use store::Store;
use store::inbox::Event;

use super::provider::{Answer, BadEvent, NotAnswered, Provider, Session, Ways};
use super::signature;

/// The sandbox over the store's tables.
pub struct Sandbox {
    store: Store,
    secret: [u8; 32],
}

/// A message of the sandbox.
#[derive(Serialize, Deserialize)]
struct Message {
    id: String,
    kind: String,
    session: String,
}

impl Sandbox {
    /// The sandbox; its messages are signed with a key of the server's own.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let secret = store.secret().derive("sandbox messages", &[]);
        Self { store, secret }
    }

    async fn payment(&self, session: &str) -> Result<SandboxPayment, NotAnswered> {
        let found = self.store.sandbox_payment(session).await?;
        found.ok_or_else(|| NotAnswered::Refused("there is no such session".to_owned()))
    }

    /// Does what test cards do by themselves when their time has come.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn play(&self) -> Result<(), store::Error> {
        for payment in self.store.sandbox_planned(100).await? {
            let act = payment.plan.as_ref().and_then(|(plan, _)| Act::from_name(plan));
            let Some(act) = act else { continue };
            let fresh = self.store.world().mint().uuid(0);
            if let Ok(next) = payment.after(act, fresh) {
                self.store.move_sandbox_payment(&Actor::System, &payment, next, act.name()).await?;
            }
        }
        Ok(())
    }

    /// The messages that wait to be delivered, signed: number, signature and
    /// bytes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn messages(&self) -> Result<Vec<(uuid::Uuid, String, Vec<u8>)>, store::Fault> {
        let at = self.store.world().now().millis() / 1_000;
        let due = self.store.sandbox_events_due(100).await?;
        let signed = due.into_iter().map(|(number, session, kind)| {
            let message = Message { id: format!("sandbox_event_{}", number.simple()), kind, session };
            let body = serde_json::to_vec(&message).unwrap_or_default();
            (number, signature::sign(&self.secret, at, &body), body)
        });
        Ok(signed.collect())
    }
}

impl Provider for Sandbox {
    fn which(&self) -> Which {
        Which::Sandbox
    }

    fn is_live(&self) -> bool {
        false
    }

    fn open<'a>(&'a self, top_up: &'a TopUp, ways: &'a Ways) -> Answer<'a, Session> {
        Box::pin(async move {
            let due = top_up.agreed.due;
            let name = Mint::new(self.store.world().now(), self.store.world().random()).uuid(0);
            let payment = SandboxPayment {
                session: format!("sandbox_{}", name.simple()),
                top_up: top_up.id,
                asked: due,
                success_path: ways.success.clone(),
                cancel_path: ways.cancel.clone(),
                progress: Progress::Open,
                payment: None,
                refunded: Money::zero(due.currency()),
                dispute: None,
                plan: None,
            };
            let payment = self.store.open_sandbox_payment(&Actor::System, payment).await?;
            let url = routes::Sandbox::to(payment.session.clone()).to_string();
            Ok(Session { reference: payment.session, url })
        })
    }

    fn page<'a>(&'a self, session: &'a str) -> Answer<'a, Option<String>> {
        // Its own page says so if nobody can pay there any more.
        Box::pin(async move { Ok(Some(routes::Sandbox::to(session.to_owned()).to_string())) })
    }

    fn look_up<'a>(&'a self, session: &'a str) -> Answer<'a, PaymentFacts> {
        Box::pin(async move { Ok(self.payment(session).await?.facts()) })
    }

    fn refund<'a>(&'a self, top_up: &'a TopUp, _: &'a Refund) -> Answer<'a, RefundState> {
        Box::pin(async move {
            let Some(card) = &top_up.card else { return Ok(RefundState::Failed) };
            let payment = self.payment(&card.session).await?;
            if payment.refunded == payment.asked {
                return Ok(RefundState::Done);
            }
            let Ok(next) = payment.after(Act::Refund, uuid::Uuid::nil()) else {
                return Ok(RefundState::Failed);
            };
            match self.store.move_sandbox_payment(&Actor::System, &payment, next, Act::Refund.name()).await? {
                true => Ok(RefundState::Done),
                false => Ok(RefundState::Asked),
            }
        })
    }

    fn read_event(&self, signature: &str, body: &[u8], now_seconds: i64) -> Result<Option<Event>, BadEvent> {
        signature::verify(&self.secret, signature, body, now_seconds)?;
        let message: Message = serde_json::from_slice(body).map_err(|_| BadEvent::Unreadable)?;
        Ok(Some(Event {
            provider: Which::Sandbox,
            reference: message.id,
            kind: message.kind,
            subject: message.session,
        }))
    }
}
