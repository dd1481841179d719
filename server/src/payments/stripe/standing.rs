//! How a payment stands, from what Stripe answers.

use domain::money::{Currency, Money};
use domain::time::Timestamp;
use domain::topup::Provider;
use domain::topup::facts::{DisputeFacts, DisputeState, PaymentFacts, Progress};

use super::objects::{Dispute, Expandable, Named, Refund, Session};

/// Currencies without a minor unit of which Stripe wants hundredths all the
/// same (docs.stripe.com/currencies, special cases).
const IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// Currency and amount as Stripe wants them; nothing for an amount that it
/// cannot take: of three decimals the last has to be zero.
pub(super) fn to_stripe(money: Money) -> Option<(String, i64)> {
    let currency = money.currency();
    let amount = match currency.minor_digits() {
        0 if IN_HUNDREDTHS.contains(&currency.as_str()) => money.minor().checked_mul(100)?,
        3 if money.minor() % 10 != 0 => return None,
        _ => money.minor(),
    };
    Some((currency.as_str().to_ascii_lowercase(), amount))
}

/// The amount that Stripe names so; nothing if it cannot be one.
pub(super) fn from_stripe(currency: Currency, amount: i64) -> Option<Money> {
    let minor = match IN_HUNDREDTHS.contains(&currency.as_str()) {
        true if amount % 100 != 0 => return None,
        true => amount / 100,
        false => amount,
    };
    Money::new(minor, currency)
}

/// How the payment of a session stands; nothing if the answer makes no sense.
pub(super) fn facts(session: Session, refunds: &[Refund], disputes: &[Dispute]) -> Option<PaymentFacts> {
    let currency = Currency::parse(session.currency.as_deref()?).ok()?;
    let mut sent = refunds.iter().filter(|refund| !is_undone(refund)).map(|refund| refund.amount);
    let sent = sent.try_fold(0i64, i64::checked_add)?;
    let dispute = |dispute: &Dispute| {
        let amount = from_stripe(currency, dispute.amount)?;
        let due_by = dispute.evidence_details.as_ref().and_then(|details| details.due_by);
        let answer_by = due_by.map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1_000)));
        Some(DisputeFacts { reference: dispute.id.clone(), amount, state: state_of(dispute), answer_by })
    };
    Some(PaymentFacts {
        provider: Provider::Stripe,
        progress: progress(&session),
        is_live: session.livemode,
        asked: from_stripe(currency, session.amount_total?)?,
        refunded: from_stripe(currency, sent)?,
        disputes: disputes.iter().map(dispute).collect::<Option<Vec<_>>>()?,
        payment: session.payment_intent.as_ref().map(|payment| payment.id().to_owned()),
        session: session.id,
    })
}

/// A refund that failed sends nothing; its money is with us again.
fn is_undone(refund: &Refund) -> bool {
    matches!(refund.status.as_deref(), Some("failed" | "canceled"))
}

fn progress(session: &Session) -> Progress {
    let is_payment = session.mode.as_deref() == Some("payment");
    match (session.status.as_deref(), session.payment_status.as_deref()) {
        (_, Some("paid")) if is_payment => Progress::Paid,
        (Some("expired"), _) => Progress::Expired,
        (Some("complete"), _) => match &session.payment_intent {
            // Money that was on its way and did not come.
            Some(Expandable::Whole(Named { status: Some(status), .. }))
                if status == "canceled" || status == "requires_payment_method" =>
            {
                Progress::Failed
            }
            _ => Progress::Pending,
        },
        _ => Progress::Open,
    }
}

fn state_of(dispute: &Dispute) -> DisputeState {
    let is_with_bank = || dispute.balance_transactions.iter().map(|it| it.amount).sum::<i64>() < 0;
    match dispute.status.as_str() {
        // An inquiry that ended moved no money; nor did what was prevented.
        "won" | "warning_closed" | "prevented" => DisputeState::Won,
        "lost" => DisputeState::Lost,
        _ if is_with_bank() => DisputeState::Withdrawn,
        // Also for words that are not known yet: better frozen than spent.
        _ => DisputeState::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(status: &str, payment_status: &str, intent: Option<&str>) -> Session {
        let payment = intent.map(|status| serde_json::json!({ "id": "pi_1", "status": status }));
        serde_json::from_value(serde_json::json!({
            "id": "cs_1", "mode": "payment", "status": status, "payment_status": payment_status,
            "amount_total": 1_250, "currency": "usd", "payment_intent": payment,
        }))
        .unwrap()
    }

    #[test]
    fn how_far_a_payment_has_come() {
        let table = [
            ("open", "unpaid", None, Progress::Open),
            ("complete", "paid", Some("succeeded"), Progress::Paid),
            ("complete", "unpaid", Some("processing"), Progress::Pending),
            ("complete", "unpaid", Some("requires_payment_method"), Progress::Failed),
            ("complete", "unpaid", Some("canceled"), Progress::Failed),
            ("expired", "unpaid", None, Progress::Expired),
            ("tomorrow", "perhaps", Some("dreaming"), Progress::Open),
        ];
        for (status, paid, intent, expected) in table {
            assert_eq!(progress(&session(status, paid, intent)), expected, "{status} {paid}");
        }
        let mut setup = session("complete", "paid", None);
        setup.mode = Some("subscription".to_owned());
        assert_eq!(progress(&setup), Progress::Pending, "only what was asked for counts");
    }

    #[test]
    fn disputes_by_their_words_and_by_where_the_money_is() {
        let table: [(&str, &[i64], DisputeState); 8] = [
            ("warning_needs_response", &[], DisputeState::Open),
            ("needs_response", &[], DisputeState::Open),
            ("needs_response", &[-1_250], DisputeState::Withdrawn),
            ("under_review", &[-1_250, 1_250], DisputeState::Open),
            ("won", &[-1_250, 1_250], DisputeState::Won),
            ("lost", &[-1_250], DisputeState::Lost),
            ("warning_closed", &[], DisputeState::Won),
            ("a_new_word", &[-1], DisputeState::Withdrawn),
        ];
        for (status, moved, expected) in table {
            let moved: Vec<_> = moved.iter().map(|amount| serde_json::json!({ "amount": amount })).collect();
            let dispute = serde_json::json!({ "id": "dp_1", "status": status, "amount": 1, "balance_transactions": moved });
            assert_eq!(state_of(&serde_json::from_value(dispute).unwrap()), expected, "{status}");
        }
    }

    #[test]
    fn refunds_that_failed_do_not_count() {
        let refund = |status: &str, amount: i64| -> Refund {
            serde_json::from_value(serde_json::json!({ "status": status, "amount": amount })).unwrap()
        };
        let refunds = [refund("succeeded", 100), refund("pending", 50), refund("failed", 1_000)];
        let facts = facts(session("complete", "paid", Some("succeeded")), &refunds, &[]).unwrap();
        assert_eq!(facts.refunded.minor(), 150);
        assert_eq!((facts.asked.minor(), facts.payment.as_deref()), (1_250, Some("pi_1")));
    }

    #[test]
    fn amounts_keep_their_size_on_the_way() {
        let table = [
            ("USD", 1_250, Some(("usd", 1_250))),
            ("JPY", 500, Some(("jpy", 500))),
            ("ISK", 500, Some(("isk", 50_000))),
            ("KWD", 1_230, Some(("kwd", 1_230))),
            ("KWD", 1_234, None),
        ];
        for (currency, minor, expected) in table {
            let currency = Currency::parse(currency).unwrap();
            let money = Money::new(minor, currency).unwrap();
            let sent = to_stripe(money);
            assert_eq!(sent.as_ref().map(|(name, amount)| (name.as_str(), *amount)), expected);
            if let Some((_, amount)) = sent {
                assert_eq!(from_stripe(currency, amount), Some(money));
            }
        }
        assert_eq!(from_stripe(Currency::parse("ISK").unwrap(), 50), None);
    }
}
