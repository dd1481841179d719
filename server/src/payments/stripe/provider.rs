//! Stripe as a provider.

use domain::time::{Seconds, Timestamp};
use domain::topup::facts::RefundState;
use domain::topup::reversal::Refund;
use domain::topup::{Provider as Which, TopUp};
use store::inbox::Event;

use super::{Asked, Disbelief, Stripe, StripeFault};
use crate::payments::provider::{Answer, BadEvent, NotAnswered, Provider, Session, Ways};

/// Stripe is asked about payments that wait, and about what was missed, this
/// often.
const SWEEP_EVERY: Seconds = Seconds::new(60);

impl From<StripeFault> for NotAnswered {
    fn from(fault: StripeFault) -> Self {
        Self(fault.to_string())
    }
}

impl From<Disbelief> for BadEvent {
    fn from(why: Disbelief) -> Self {
        match why {
            Disbelief::Unsigned | Disbelief::Stale | Disbelief::Forged => Self::Forged,
            Disbelief::Unreadable | Disbelief::WrongMode | Disbelief::WrongAccount => Self::Unreadable,
        }
    }
}

impl Provider for Stripe {
    fn which(&self) -> Which {
        Which::Stripe
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn open<'a>(&'a self, top_up: &'a TopUp, ways: &'a Ways) -> Answer<'a, Session> {
        Box::pin(async move {
            let there = |path: &str| format!("{}{path}", self.origin);
            // Everything follows from the top-up, so that asking again is
            // asking the same.
            let asked = Asked {
                top_up: top_up.id,
                reference: top_up.reference.to_string(),
                what: format!("{} tokens", top_up.agreed.tokens),
                due: top_up.agreed.due,
                success_url: there(&ways.success),
                cancel_url: there(&ways.cancel),
                expires_at: top_up.expires_at.unwrap_or(top_up.at.after(Seconds::days(1))),
            };
            let opened = self.open_session(&asked).await?;
            Ok(Session { reference: opened.session, url: opened.url })
        })
    }

    fn look_up<'a>(&'a self, session: &'a str) -> Answer<'a, domain::topup::facts::PaymentFacts> {
        Box::pin(async move { Ok(self.look(session).await?) })
    }

    fn refund<'a>(&'a self, top_up: &'a TopUp, refund: &'a Refund) -> Answer<'a, RefundState> {
        Box::pin(async move {
            let payment = top_up.card.as_ref().and_then(|card| card.payment.as_deref());
            let payment = payment.ok_or_else(|| NotAnswered("the payment has no name yet".to_owned()))?;
            Ok(self.send_back(refund.id, payment, refund.money).await?)
        })
    }

    fn read_event(&self, signature: &str, body: &[u8], now_seconds: i64) -> Result<Option<Event>, BadEvent> {
        let now = Timestamp::from_millis(now_seconds.saturating_mul(1_000));
        self.read_message(signature, body, now).map_err(|why| {
            tracing::warn!(%why, "a message to the payment provider's door was not believed");
            why.into()
        })
    }

    fn meant_by<'a>(&'a self, subject: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(async move {
            // A session that we do not know is not ours: ours are written down
            // before anybody is shown them.
            if !subject.starts_with("pi_") {
                return Ok(None);
            }
            Ok(self.session_of(subject).await?)
        })
    }

    fn missed(&self) -> Answer<'_, Vec<Event>> {
        Box::pin(async move { Ok(Self::missed(self).await?) })
    }

    fn sweep_every(&self) -> Seconds {
        SWEEP_EVERY
    }
}
