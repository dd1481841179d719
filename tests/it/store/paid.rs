//! A lively market in which top-ups were paid in every way, too, and went back
//! in every way.

use domain::access::Actor;
use domain::id::TopUpId;
use domain::money::{Currency, Money};
use domain::tariff::Wanted;
use domain::topup::facts::{DisputeFacts, DisputeState, PaymentFacts, Progress, RefundState};
use domain::topup::{Method, Provider};
use store::desk::{NewMove, NewPayment};
use store::tariff::BundleInput;
use store::topups::TopUpAsked;
use store::vendor::NewPromotion;
use tests::databases::Base;
use tests::people::{Market, Person, tokens};

use super::desk::phoned;
use super::lively::{Lively, lively};

fn cents(minor: i64) -> Money {
    Money::new(minor, Currency::USD).unwrap()
}

/// Lets everything happen once.
pub(super) async fn lively_and_paid(base: Base) -> Lively {
    let lively = lively(base).await;
    let market = &lively.market;
    let (keeper, heron) = (market.staff("clerk").await, market.staff("bursar").await);
    market.store.set_token_price(&keeper.actor, "0.01", None, None).await.unwrap();
    pay_by_card(market, &keeper).await;
    order_at_desk(market, &keeper, &heron).await;
    let expires_at = Some(market.world.now().after(domain::time::Seconds::days(3)));
    let to = vec!["wren".to_owned(), "finch".to_owned()];
    let fair = NewPromotion { to, amount: tokens("3"), reason: "a fair".to_owned(), expires_at };
    market.store.grant_promo(&keeper.actor, fair, "fair").await.unwrap();
    market.clean().await;
    lively
}

/// Somebody asks for tokens by card; the session is the key.
pub(super) async fn asks(who: &Person, market: &Market, wanted: Wanted, key: &str) -> TopUpId {
    let asked = TopUpAsked { wanted, return_to: Some("/cart"), intent: None, key };
    let id = market.store.top_up_by_card(&who.actor, asked).await.unwrap().id;
    market.store.begin_payment(&Actor::System, id, Provider::Sandbox, key).await.unwrap();
    id
}

/// A payment as the provider tells it: what was refunded, and a dispute.
pub(super) async fn told(market: &Market, id: TopUpId, refunded: i64, dispute: Option<DisputeState>) {
    market.pass(1);
    let top_up = market.store.payable(id).await.unwrap();
    let session = top_up.card.unwrap().session;
    let told = |state| DisputeFacts {
        reference: format!("of {session}"),
        amount: top_up.agreed.due,
        state,
        answer_by: None,
    };
    let facts = PaymentFacts {
        provider: Provider::Sandbox,
        is_live: false,
        progress: Progress::Paid,
        payment: Some(format!("payment of {session}")),
        asked: top_up.agreed.due,
        refunded: cents(refunded),
        disputes: dispute.map(told).into_iter().collect(),
        session: session.clone(),
    };
    market.store.settle_top_up(&Actor::System, id, facts, false).await.unwrap();
}

async fn pay_by_card(market: &Market, keeper: &Person) {
    let bundle = BundleInput { tokens: tokens("100"), bonus: tokens("10"), amount: "0.90".to_owned() };
    let set = market.store.set_bundles(&keeper.actor, vec![bundle], None).await.unwrap();
    let bundle = Wanted::Bundle(set.bundles[0].id);
    let some = Wanted::Tokens(tokens("40"));
    let (crane, swift) = (market.person("crane").await, market.person("swift").await);
    for (key, wanted) in [("waits", some), ("whole", bundle)] {
        let id = asks(&swift, market, wanted, key).await;
        if key == "whole" {
            told(market, id, 0, None).await;
        }
    }
    for (key, wanted, refunded, disputes) in [
        ("half", bundle, 45, &[][..]),
        ("won", some, 0, &[DisputeState::Withdrawn, DisputeState::Won]),
        ("lost", bundle, 0, &[DisputeState::Open, DisputeState::Lost]),
        ("open", some, 0, &[DisputeState::Open]),
    ] {
        let id = asks(&crane, market, wanted, key).await;
        told(market, id, refunded, None).await;
        for state in disputes {
            told(market, id, refunded, Some(*state)).await;
        }
    }
    for (key, answer) in
        [("sent", Some(RefundState::Done)), ("failed", Some(RefundState::Failed)), ("asked", None)]
    {
        let id = asks(&swift, market, some, key).await;
        told(market, id, 0, None).await;
        market.store.refund_top_up(&swift.actor, id).await.unwrap();
        market.pass(1);
        let due = market.store.refunds_due(9).await.unwrap();
        let (refund, _) = due.iter().find(|(refund, _)| refund.top_up == id).unwrap();
        if let Some(answer) = answer {
            market.store.end_refund(&Actor::System, refund, answer).await.unwrap();
        }
    }
}

async fn order_at_desk(market: &Market, keeper: &Person, heron: &Person) {
    let store = &market.store;
    let plover = market.person("plover").await;
    store.set_credit_limit(&keeper.actor, "plover", "50").await.unwrap();
    let enter = async |method, number: &str| {
        market.pass(1);
        let new = phoned(&plover, method, 200, number);
        store.enter_top_up_order(&keeper.actor, new, number).await.unwrap().top_up.id
    };
    enter(Method::Wire, "PO-1").await;
    let paid = enter(Method::PurchaseOrder, "PO-2").await;
    let owed = enter(Method::Invoice, "PO-3").await;
    let lost = enter(Method::Invoice, "PO-4").await;
    let declined = enter(Method::Cheque, "PO-5").await;
    market.pass(1);
    store.reject_top_up_order(&heron.actor, declined, "no").await.unwrap();
    for id in [paid, owed, lost] {
        store.approve_top_up_order(&heron.actor, id).await.unwrap();
        market.pass(1);
    }
    let pays = async |id, amount: &str, name: &str| {
        market.pass(1);
        let (amount, currency) = (amount.to_owned(), "USD".to_owned());
        let value_date = market.world.now();
        let new = NewPayment { amount, currency, value_date, bank_reference: name.to_owned() };
        store.record_payment(&heron.actor, id, new, name).await.unwrap();
    };
    pays(paid, "2", "B-1").await;
    let (more, bounced) = (enter(Method::Wire, "PO-6").await, enter(Method::Cheque, "PO-7").await);
    for (id, amount, name) in [(more, "3", "B-3"), (bounced, "2", "B-4")] {
        market.pass(1);
        store.approve_top_up_order(&heron.actor, id).await.unwrap();
        pays(id, amount, name).await;
    }
    market.pass(1);
    let cheque = store.desk_payments(&keeper.actor, bounced).await.unwrap()[0].id;
    store.bounce_payment(&keeper.actor, bounced, cheque, "not covered").await.unwrap();
    for (amount, name) in [("0.40", "OUT-1"), ("0.60", "OUT-2")] {
        market.pass(1);
        let (currency, to_order) = ("USD".to_owned(), String::new());
        let (amount, bank_reference) = (amount.to_owned(), name.to_owned());
        let back = NewMove { amount, currency, to_order, bank_reference };
        store.move_remainder(&keeper.actor, more, back, name).await.unwrap();
    }
    store.give_tokens(&plover.actor, "wren", tokens("350"), "", "away").await.unwrap();
    market.pass(31 * 86_400);
    assert_eq!(store.fall_due(&Actor::System, 9).await.unwrap(), 2);
    pays(owed, "1", "B-2").await;
    market.pass(1);
    store.write_off_top_up_order(&heron.actor, lost).await.unwrap();
}
