//! Stripe as a provider.

use domain::time::{Seconds, Timestamp};
use domain::topup::comparison::Movement;
use domain::topup::facts::RefundState;
use domain::topup::reversal::Refund;
use domain::topup::{Provider as Which, TopUp};
use store::inbox::Event;

use super::{Asked, Disbelief, Stripe, StripeFault};
use crate::payments::provider::{Answer, BadEvent, NotAnswered, Provider, Session, Span, Ways};

/// How long a page is open at least: Stripe wants half an hour, and clocks
/// differ.
const SHORTEST: Seconds = Seconds::new(32 * 60);

/// Stripe is asked about payments that wait, and about what was missed, this
/// often.
const SWEEP_EVERY: Seconds = Seconds::new(60);

impl From<StripeFault> for NotAnswered {
    fn from(fault: StripeFault) -> Self {
        match &fault {
            StripeFault::Refused(..) | StripeFault::Unspeakable(_) => Self::Refused(fault.to_string()),
            StripeFault::Unreachable
            | StripeFault::Failed(_)
            | StripeFault::Replayed(_)
            | StripeFault::Unreadable => Self::Silent(fault.to_string()),
        }
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

/// Until when a page to pay in is open. Stripe takes no less than half an
/// hour from now; who sets out later than that gets a little longer, rounded
/// so that asking again at once asks the same. Money wins over state, so a
/// payment in that time is credited.
fn until(agreed: Option<Timestamp>, asked_at: Timestamp, now: Timestamp) -> Timestamp {
    const ROUND_MILLIS: i64 = 600_000;
    let agreed = agreed.unwrap_or(asked_at.after(Seconds::days(1)));
    if agreed > now.after(SHORTEST) {
        return agreed;
    }
    let rounds = now.after(SHORTEST).millis().div_euclid(ROUND_MILLIS) + 1;
    Timestamp::from_millis(rounds.saturating_mul(ROUND_MILLIS))
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
            // Everything follows from the top-up and the settings, so that
            // asking again is asking the same.
            let asked = Asked {
                top_up: top_up.id,
                reference: top_up.reference.to_string(),
                what: format!("{} tokens", top_up.agreed.tokens),
                due: top_up.agreed.due,
                success_url: there(&ways.success),
                cancel_url: there(&ways.cancel),
                expires_at: until(top_up.expires_at, top_up.at, ways.at),
            };
            let opened = self.open_session(&asked).await?;
            Ok(Session { reference: opened.session, url: opened.url })
        })
    }

    fn page<'a>(&'a self, session: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(async move { Ok(Self::page(self, session).await?) })
    }

    fn look_up<'a>(&'a self, session: &'a str) -> Answer<'a, domain::topup::facts::PaymentFacts> {
        Box::pin(async move { Ok(self.look(session).await?) })
    }

    fn refund<'a>(&'a self, top_up: &'a TopUp, refund: &'a Refund) -> Answer<'a, RefundState> {
        Box::pin(async move {
            let payment = top_up.card.as_ref().and_then(|card| card.payment.as_deref());
            let payment =
                payment.ok_or_else(|| NotAnswered::Silent("the payment has no name yet".to_owned()))?;
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

    fn movements(&self, span: Span) -> Answer<'_, Option<Vec<Movement>>> {
        Box::pin(async move { Ok(Some(self.account(span).await?)) })
    }

    fn sweep_every(&self) -> Seconds {
        SWEEP_EVERY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripe wants half an hour at least, and the same request for the same
    /// key.
    #[test]
    fn a_page_is_open_long_enough_and_the_same_for_a_while() {
        let begun = Timestamp::from_millis(1_795_435_200_000);
        let until = |seconds_in: u32| {
            until(Some(begun.after(Seconds::days(1))), begun, begun.after(Seconds::new(seconds_in)))
        };
        assert_eq!(until(0), begun.after(Seconds::days(1)));
        assert_eq!(until(86_400 - 33 * 60), begun.after(Seconds::days(1)));
        for late in [86_400 - 31 * 60, 86_400 - 60, 86_400, 90_000] {
            let open = until(late).millis() - begun.after(Seconds::new(late)).millis();
            assert!((1_800_000..86_400_000).contains(&open), "{late}: {open}");
        }
        assert_eq!(until(86_400), until(86_460), "asking again is asking the same");
    }
}
