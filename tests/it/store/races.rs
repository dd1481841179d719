//! Many at once want what only some can have.

use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::error::Error;
use tests::databases::on_each_database;
use tests::people::{Market, tokens};
use tokio::task::JoinSet;

/// How many calls were done, and the refusals of the others.
async fn outcome<T: 'static>(mut calls: JoinSet<store::Done<T>>) -> (usize, Vec<Refusal>) {
    let (mut done, mut refusals) = (0, Vec::new());
    while let Some(answer) = calls.join_next().await {
        match answer.unwrap() {
            Ok(_) => done += 1,
            Err(Error::Refused(refusal)) => refusals.push(refusal),
            Err(Error::Failed(fault)) => panic!("{fault}"),
        }
    }
    (done, refusals)
}

#[test]
fn ten_pieces_are_sold_to_sixty_four_people_ten_times() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let wren = market.person("wren").await;
        let chair = wren.lists_goods("A chair", 20, 10).await;
        let mut calls = JoinSet::new();
        for number in 0..64 {
            let buyer = market.person(&format!("buyer-{number}")).await;
            let store = market.store.clone();
            calls.spawn(async move { store.buy(&buyer.actor, chair, 1, Tokens::whole(20), "k").await });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!(done, 10);
        assert!(refusals.iter().all(|refusal| *refusal == Refusal::OutOfStock { listing: chair, left: 0 }));
        assert_eq!(market.store.listings(&[chair]).await.unwrap()[0].quantity, Some(0));
        assert_eq!(wren.wallet().await.held, tokens("200"));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn one_balance_is_spent_once() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 50).await);
        let chair = wren.lists_goods("A chair", 30, 100).await;
        let mut calls = JoinSet::new();
        for number in 0..40 {
            let (store, finch) = (market.store.clone(), finch.clone());
            calls.spawn(async move {
                let key = format!("k{number}");
                match number % 2 {
                    0 => store.buy(&finch.actor, chair, 1, Tokens::whole(30), &key).await.map(|_| ()),
                    _ => store.give_tokens(&finch.actor, "wren", tokens("30"), "", &key).await.map(|_| ()),
                }
            });
        }
        let (done, refusals) = outcome(calls).await;
        assert!((2..=3).contains(&done), "100 tokens, 50 of them to spend only: {done}");
        assert!(refusals.iter().all(|refusal| refusal.code() == "INSUFFICIENT_TOKENS"), "{refusals:?}");
        let left = finch.balance().await;
        assert_eq!(left.units() + 300_000 * i64::try_from(done).unwrap(), 1_000_000);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn one_link_is_claimed_by_one_of_fifty() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let wren = market.person_with("wren", 50).await;
        let (view, code) = market.store.create_gift_link(&wren.actor, tokens("5"), "", "k").await.unwrap();
        let mut calls = JoinSet::new();
        for number in 0..50 {
            let person = market.person(&format!("person-{number}")).await;
            let (store, code) = (market.store.clone(), code.clone());
            calls.spawn(async move { store.claim_gift(&person.actor, &code, "k").await });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!(done, 1);
        assert_eq!(refusals, vec![Refusal::AlreadyClaimed; 49]);
        assert!(market.store.gift(&wren.actor, view.gift.id).await.unwrap().gift.recipient.is_some());
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn one_order_is_confirmed_or_called_off_but_not_both() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let chair = wren.lists_goods("A chair", 5, 10).await;
        for round in 0..8 {
            let order = finch.buys(chair, 1, &format!("k{round}")).await.unwrap();
            let mut calls = JoinSet::new();
            for number in 0..10 {
                let (store, wren, finch) = (market.store.clone(), wren.clone(), finch.clone());
                calls.spawn(async move {
                    match number % 2 {
                        0 => store.confirm_receipt(&finch.actor, order).await,
                        _ => store.cancel_order(&wren.actor, order).await,
                    }
                });
            }
            let (done, refusals) = outcome(calls).await;
            assert_eq!((done, refusals.len()), (5, 5), "one side five times, the other refused");
            assert_eq!(market.store.entries(order.uuid()).await.unwrap().len(), 2);
        }
        market.clean().await;
        market.store.close().await;
    });
}
