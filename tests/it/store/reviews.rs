//! Card payments in trouble: what does not fit, and what the staff makes of
//! it.

use domain::access::Actor;
use domain::id::TopUpId;
use domain::money::{Currency, Money};
use domain::tariff::Wanted;
use domain::topup::facts::{DisputeFacts, DisputeState, PaymentFacts, Progress};
use domain::topup::review::Ruling;
use domain::topup::{Provider, TopUpState};
use store::page::Window;
use store::topups::TopUpAsked;
use tests::databases::{Base, on_each_database};
use tests::people::{Market, Person, refused, tokens};

fn cents(minor: i64) -> Money {
    Money::new(minor, Currency::USD).unwrap()
}

fn payment(session: &str, asked: Money) -> PaymentFacts {
    PaymentFacts {
        provider: Provider::Stripe,
        session: session.to_owned(),
        is_live: false,
        progress: Progress::Paid,
        payment: Some(format!("pi_{session}")),
        asked,
        refunded: cents(0),
        disputes: vec![],
    }
}

/// Finch's top-up of 500 tokens for 5 dollars, of which 4 were paid.
async fn misfit(market: &Market, finch: &Person, session: &str) -> TopUpId {
    let asked =
        TopUpAsked { wanted: Wanted::Tokens(tokens("500")), return_to: None, intent: None, key: session };
    let store = &market.store;
    let id = store.top_up_by_card(&finch.actor, asked).await.unwrap().id;
    store.begin_payment(&Actor::System, id, Provider::Stripe, session).await.unwrap();
    let settled = store.settle_top_up(&Actor::System, id, payment(session, cents(400)), false).await.unwrap();
    assert_eq!(settled.state, TopUpState::Review);
    id
}

async fn scene(base: Base) -> (Market, Person, Person, Person) {
    let market = Market::on(base).await;
    let (keeper, heron) = (market.staff("keeper").await, market.staff("heron").await);
    let finch = market.person("finch").await;
    (market, keeper, heron, finch)
}

#[test]
fn two_credit_what_does_not_fit_once() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = scene(base).await;
        let store = &market.store;
        let id = misfit(&market, &finch, "s1").await;
        let shown = store.misfits(&keeper.actor, Window::first(9, None)).await.unwrap().items;
        assert_eq!(shown[0].why.as_deref(), Some("agreed 5.00 USD, paid 4.00 USD"));
        let empty = store.review_top_up(&keeper.actor, id, Ruling::Credit, " ").await;
        assert_eq!(refused(empty).field(), Some("note"));
        let first = store.review_top_up(&keeper.actor, id, Ruling::Credit, "the bank’s fee").await.unwrap();
        assert_eq!((first.top_up.state, first.said.len()), (TopUpState::Review, 1));
        let again = store.review_top_up(&keeper.actor, id, Ruling::Credit, "again").await;
        assert_eq!(refused(again).code(), "WRONG_STATE");
        let direct = market.base.connect().await;
        let forged = "UPDATE top_ups SET state = 5, credited = 5000000 WHERE state = 14";
        assert!(direct.run(forged).await.is_err(), "the database wants two as well");
        assert!(direct.run("UPDATE top_up_reviews SET note = 'x'").await.is_err());
        let second = store.review_top_up(&heron.actor, id, Ruling::Credit, "as keeper says").await.unwrap();
        assert_eq!((second.top_up.state, second.said.len()), (TopUpState::Credited, 2));
        assert_eq!(finch.wallet().await.spendable, tokens("500"));
        // The provider says the same again: nothing changes.
        store.settle_top_up(&Actor::System, id, payment("s1", cents(400)), false).await.unwrap();
        let late = store.review_top_up(&heron.actor, id, Ruling::Refunded, "late").await;
        assert_eq!(refused(late).code(), "WRONG_STATE");
        assert_eq!(finch.wallet().await.spendable, tokens("500"));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn what_was_closed_stays_closed() {
    on_each_database(async |base| {
        let (market, keeper, _, finch) = scene(base).await;
        let store = &market.store;
        for (session, ruling, state) in
            [("s1", Ruling::Refunded, TopUpState::Cancelled), ("s2", Ruling::Rejected, TopUpState::Rejected)]
        {
            let id = misfit(&market, &finch, session).await;
            let closed = store.review_top_up(&keeper.actor, id, ruling, "sent back by hand").await.unwrap();
            assert_eq!(closed.top_up.state, state);
            for asked in [400, 500] {
                let facts = payment(session, cents(asked));
                let settled = store.settle_top_up(&Actor::System, id, facts, false).await.unwrap();
                assert_eq!(settled.state, state, "whatever the provider says");
            }
        }
        assert_eq!(finch.wallet().await.spendable, tokens("0"));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn disputes_and_debts_are_shown_to_the_staff_alone() {
    on_each_database(async |base| {
        let (market, keeper, _, finch) = scene(base).await;
        let store = &market.store;
        let id = misfit(&market, &finch, "s1").await;
        let asked =
            TopUpAsked { wanted: Wanted::Tokens(tokens("500")), return_to: None, intent: None, key: "k" };
        let paid = store.top_up_by_card(&finch.actor, asked).await.unwrap().id;
        store.begin_payment(&Actor::System, paid, Provider::Stripe, "s2").await.unwrap();
        let fine = payment("s2", cents(500));
        store.settle_top_up(&Actor::System, paid, fine.clone(), false).await.unwrap();
        store.give_tokens(&finch.actor, "keeper", tokens("300"), "", "g").await.unwrap();
        let by = market.world.now().after(domain::time::Seconds::days(7));
        let lost = DisputeFacts {
            reference: "dp_1".into(),
            amount: cents(500),
            state: DisputeState::Lost,
            answer_by: Some(by),
        };
        let facts = PaymentFacts { disputes: vec![lost], ..fine };
        store.settle_top_up(&Actor::System, paid, facts, false).await.unwrap();
        let debts = store.debts(&keeper.actor).await.unwrap();
        assert_eq!((debts.total, debts.is_too_much()), (tokens("300"), false));
        assert_eq!(debts.most, [("finch".to_owned(), tokens("300"))]);
        let disputes = store.disputes(&keeper.actor, Window::first(9, None)).await.unwrap().items;
        assert_eq!(
            (disputes[0].state, disputes[0].provider_reference.as_str()),
            (DisputeState::Lost, "dp_1")
        );
        assert_eq!(disputes[0].answer_by, Some(by), "the day that the provider names");
        for (actor, code) in [(&Actor::Visitor(None), "NOT_SIGNED_IN"), (&finch.actor, "FORBIDDEN")] {
            let refusals = [
                refused(store.debts(actor).await),
                refused(store.disputes(actor, Window::first(1, None)).await),
                refused(store.misfits(actor, Window::first(1, None)).await),
                refused(store.misfit(actor, id).await),
                refused(store.review_top_up(actor, id, Ruling::Credit, "me").await),
            ];
            assert!(refusals.iter().all(|refusal| refusal.code() == code), "{refusals:?}");
        }
        market.clean().await;
        market.store.close().await;
    });
}
