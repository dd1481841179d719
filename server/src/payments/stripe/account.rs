//! Stripe's own account of our money: what came and went, line by line.

use domain::id::TopUpId;
use domain::money::Currency;
use domain::time::Timestamp;
use domain::topup::comparison::{Movement, MovementKind};

use super::objects::{BalanceTransaction, List, Source};
use super::standing::from_stripe;
use super::{Form, Stripe, StripeFault};
use crate::payments::provider::Span;

/// Pages of a hundred lines that one span may have.
const PAGES_MAX: usize = 1_000;

impl Stripe {
    /// What came and went in a span because of payments, oldest first.
    ///
    /// # Errors
    /// If Stripe does not tell all of it.
    pub async fn account(&self, span: Span) -> Result<Vec<Movement>, StripeFault> {
        let seconds = |at: Timestamp| at.millis().div_euclid(1_000);
        let mut lines = Vec::new();
        let mut last: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = Form::default()
                .with(&["created", "gte"], seconds(span.from))
                .with(&["created", "lt"], seconds(span.until))
                .with(&["expand", "0"], "data.source")
                .with(&["limit"], 100);
            if let Some(last) = &last {
                query = query.with(&["starting_after"], last);
            }
            let page: List<BalanceTransaction> = self.client.get("/v1/balance_transactions", &query).await?;
            last = page.data.last().map(|line| line.id.clone());
            lines.extend(page.data.into_iter().filter_map(movement));
            if !page.has_more || last.is_none() {
                lines.reverse();
                return Ok(lines);
            }
        }
        Err(StripeFault::Unspeakable("there is more in this span than is read at once"))
    }
}

/// Why the money moved; nothing for what is about no payment: fees, payouts.
/// Stripe's reporting categories mean the same for each way to pay.
fn kind(category: &str) -> Option<MovementKind> {
    Some(match category {
        "charge" => MovementKind::Paid,
        "charge_failure" | "partial_capture_reversal" => MovementKind::PaymentFailed,
        "refund" => MovementKind::SentBack,
        "refund_failure" => MovementKind::BackAgain,
        "dispute" => MovementKind::Disputed,
        "dispute_reversal" => MovementKind::DisputeWon,
        _ => return None,
    })
}

/// A line as ours; nothing for what cannot be about one of our payments.
fn movement(line: BalanceTransaction) -> Option<Movement> {
    let kind = kind(&line.reporting_category)?;
    let Some(Source::Whole(source)) = line.source else { return None };
    // A line is in the currency of the account. What was paid in another was
    // exchanged: then the charge itself says how much it was.
    let is_exchanged = !line.currency.eq_ignore_ascii_case(&source.currency);
    let (currency, amount) = match is_exchanged {
        true => (source.currency, source.amount),
        false => (line.currency, line.amount),
    };
    let money = from_stripe(Currency::parse(&currency).ok()?, amount.checked_abs()?)?;
    let top_up = source.metadata.get("top_up").and_then(|id| id.parse().ok()).map(TopUpId::new);
    let payment = source.payment_intent.id().to_owned();
    let at = Timestamp::from_millis(line.created.saturating_mul(1_000));
    Some(Movement { reference: line.id, kind, payment, top_up, money, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_account() {
        let charge = |amount: i64, currency: &str| {
            let metadata = serde_json::json!({ "top_up": "00000000-0000-0000-0000-000000000007" });
            serde_json::json!({ "object": "charge", "payment_intent": "pi_1", "amount": amount,
                "currency": currency, "metadata": metadata })
        };
        let fee = serde_json::json!("fee_1");
        let payout = serde_json::json!({ "object": "payout", "amount": 9 });
        let refund = serde_json::json!({ "object": "refund", "payment_intent": { "id": "pi_1" },
            "amount": 250, "currency": "usd" });
        let table = [
            ("charge", 1_250, "usd", charge(1_250, "usd"), Some((MovementKind::Paid, "12.50 USD", true))),
            ("charge", 1_140, "usd", charge(1_000, "eur"), Some((MovementKind::Paid, "10.00 EUR", true))),
            ("refund", -250, "usd", refund.clone(), Some((MovementKind::SentBack, "2.50 USD", false))),
            ("refund_failure", 250, "usd", refund, Some((MovementKind::BackAgain, "2.50 USD", false))),
            ("dispute", -5, "usd", charge(5, "usd"), Some((MovementKind::Disputed, "0.05 USD", true))),
            ("fee", -5, "usd", fee.clone(), None),
            ("charge", 5, "usd", fee, None),
            ("payout", -9, "usd", payout.clone(), None),
            ("charge", 9, "usd", payout, None),
            ("a_new_word", 9, "usd", charge(9, "usd"), None),
        ];
        for (category, amount, currency, source, expected) in table {
            let line = serde_json::json!({ "id": "txn_1", "amount": amount, "currency": currency,
                "created": 1_795_435_200, "reporting_category": category, "source": source });
            let told = movement(serde_json::from_value(line).unwrap());
            let told = told.map(|it| (it.kind, it.money.to_string(), it.top_up.is_some()));
            assert_eq!(
                told,
                expected.map(|(kind, money, ours)| (kind, money.to_owned(), ours)),
                "{category}"
            );
        }
    }
}
