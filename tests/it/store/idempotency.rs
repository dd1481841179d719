//! One key, one effect: in parallel, again later, and after a refusal.

use domain::refusal::Refusal;
use domain::tokens::Tokens;
use tests::databases::{Base, on_each_database};
use tests::people::{Market, refused, tokens};
use tokio::task::JoinSet;

/// How many ask at once.
const CALLS: usize = 100;

/// A market with enough connections for reading that nobody waits long.
async fn market(base: Base) -> Market {
    Market::on(base).await
}

/// Runs the same call a hundred times at once; returns the different answers.
async fn at_once<T, F>(call: impl Fn() -> F) -> Vec<T>
where
    T: PartialEq + Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        calls.spawn(call());
    }
    let mut answers = Vec::new();
    while let Some(answer) = calls.join_next().await {
        let answer = answer.unwrap();
        if !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    answers
}

#[test]
fn a_hundred_purchases_under_one_key_are_one() {
    on_each_database(async |base| {
        let market = market(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 500).await);
        let chair = wren.lists_goods("A chair", 20, 200).await;
        let answers = at_once(|| {
            let (store, finch) = (market.store.clone(), finch.clone());
            async move { store.buy(&finch.actor, chair, 1, Tokens::whole(20), "one").await.unwrap() }
        });
        assert_eq!(answers.await.len(), 1);
        assert_eq!(finch.balance().await, tokens("530"));
        assert_eq!(market.store.listings(&[chair]).await.unwrap()[0].quantity, Some(199));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_refusal_sticks_to_its_key_even_when_the_reason_is_gone() {
    on_each_database(async |base| {
        let market = market(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let chair = wren.lists_goods("A chair", 120, 9).await;
        let answers = at_once(|| {
            let (store, finch) = (market.store.clone(), finch.clone());
            async move { refused(store.buy(&finch.actor, chair, 1, Tokens::whole(120), "key").await) }
        });
        let expected = Refusal::InsufficientTokens { balance: tokens("50"), shortfall: tokens("70") };
        assert_eq!(answers.await, vec![expected.clone()]);
        market.grant(&finch, 500).await;
        assert_eq!(refused(finch.buys(chair, 1, "key").await), expected);
        finch.buys(chair, 1, "another-key").await.unwrap();
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_key_stands_for_one_input_of_one_person() {
    on_each_database(async |base| {
        let market = market(base).await;
        let (wren, finch) = (market.person_with("wren", 90).await, market.person_with("finch", 90).await);
        let store = &market.store;
        let first = store.give_tokens(&wren.actor, "finch", tokens("1"), "one", "key").await.unwrap();
        for (to, amount, message) in [("finch", "2", "one"), ("finch", "1", "two"), ("wren", "1", "one")] {
            let asked = store.give_tokens(&wren.actor, to, tokens(amount), message, "key").await;
            assert_eq!(refused(asked), Refusal::IdempotencyKeyReused, "{to} {amount} {message}");
        }
        let other_verb = store.create_gift_link(&wren.actor, tokens("1"), "one", "key").await;
        assert_eq!(refused(other_verb), Refusal::IdempotencyKeyReused);
        let others = store.give_tokens(&finch.actor, "wren", tokens("1"), "one", "key").await.unwrap();
        assert_ne!(others.gift.id, first.gift.id, "two people's equal keys are different");
        let again = store.give_tokens(&wren.actor, "finch", tokens("1"), "one", "key").await.unwrap();
        assert_eq!(again, first);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn every_keyed_verb_is_one_effect_under_a_hundred_calls() {
    on_each_database(async |base| {
        let market = market(base).await;
        let staff = market.staff("keeper").await;
        let (wren, finch) = (market.person_with("wren", 100).await, market.person_with("finch", 100).await);
        let chair = wren.lists_goods("A chair", 20, 200).await;
        market.store.add_to_cart(&finch.actor, chair, 2).await.unwrap();
        let (_, code) = market.store.create_gift_link(&wren.actor, tokens("1"), "", "link").await.unwrap();

        let granted = at_once(|| {
            let (store, staff) = (market.store.clone(), staff.clone());
            async move { store.grant_tokens(&staff.actor, "wren", tokens("7"), "why", "k").await.unwrap().id }
        });
        assert_eq!(granted.await, vec![wren.id]);
        let bought = at_once(|| {
            let (store, finch) = (market.store.clone(), finch.clone());
            async move { store.checkout(&finch.actor, tokens("40"), "k").await.unwrap() }
        });
        assert_eq!(bought.await.len(), 1);
        let given = at_once(|| {
            let (store, wren) = (market.store.clone(), wren.clone());
            async move { store.give_tokens(&wren.actor, "finch", tokens("2"), "", "k").await.unwrap().gift.id }
        });
        assert_eq!(given.await.len(), 1);
        let linked = at_once(|| {
            let (store, wren) = (market.store.clone(), wren.clone());
            async move { store.create_gift_link(&wren.actor, tokens("3"), "", "k2").await.unwrap().1 }
        });
        assert_eq!(linked.await.len(), 1);
        let claimed = at_once(|| {
            let (store, finch, code) = (market.store.clone(), finch.clone(), code.clone());
            async move { store.claim_gift(&finch.actor, &code, "k3").await.unwrap() }
        });
        assert_eq!(claimed.await.len(), 1);

        // 100 + 7 − 1 behind a link − 2 given − 3 behind another.
        assert_eq!(wren.wallet().await.spendable, tokens("101"));
        // 150 − 40 for chairs + 2 given + 1 claimed.
        assert_eq!(finch.wallet().await.to_spend(), tokens("113"));
        market.clean().await;
        market.store.close().await;
    });
}
