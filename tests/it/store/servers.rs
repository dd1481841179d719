//! Several servers on one database: two stores, two writers, one chain.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::market::Market as Rules;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::Store;
use store::error::Error;
use store::listings::Revision;
use tests::chance::Chance;
use tests::databases::{Base, Kind, run};
use tests::people::{Market, Person, open, tokens};
use tokio::task::JoinSet;

/// A market on PostgreSQL, and a second store on the same database.
async fn two() -> (Market, Store) {
    let market = Market::on(Base::fresh(Kind::Postgres).await).await;
    let second = open(&market.base, Rules::default(), store::world::World::made(2, market.world.now())).await;
    (market, second)
}

#[test]
fn two_servers_sell_no_more_than_there_is() {
    run(async {
        let (market, second) = two().await;
        let wren = market.person("wren").await;
        let chair = wren.lists_goods("A chair", 20, 10).await;
        let mut calls = JoinSet::new();
        for number in 0..48 {
            let buyer = market.person(&format!("buyer-{number}")).await;
            let store = if number % 2 == 0 { market.store.clone() } else { second.clone() };
            calls.spawn(async move { store.buy(&buyer.actor, chair, 1, Tokens::whole(20), "k").await });
        }
        let answers = calls.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 10, "{answers:?}");
        let others = answers.into_iter().filter_map(Result::err);
        for error in others {
            assert_eq!(error.refusal().unwrap(), Refusal::OutOfStock { listing: chair, left: 0 });
        }
        assert_eq!(wren.wallet().await.held, tokens("200"));
        market.clean().await;
    });
}

#[test]
fn one_key_at_two_servers_is_one_effect() {
    run(async {
        let (market, second) = two().await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 500).await);
        let chair = wren.lists_goods("A chair", 20, 100).await;
        for round in 0..10 {
            let mut calls = JoinSet::new();
            for number in 0..16 {
                let store = if number % 2 == 0 { market.store.clone() } else { second.clone() };
                let (finch, key) = (finch.clone(), format!("k{round}"));
                calls.spawn(async move {
                    store.buy(&finch.actor, chair, 1, Tokens::whole(20), &key).await.unwrap()
                });
            }
            let mut orders = calls.join_all().await;
            orders.dedup();
            assert_eq!(orders.len(), 1);
        }
        assert_eq!(finch.balance().await, tokens("350"));
        market.clean().await;
    });
}

#[test]
fn one_cart_at_two_servers_is_bought_once() {
    run(async {
        let (market, second) = two().await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 5_000).await);
        let chair = wren.lists_goods("A chair", 10, 1_000).await;
        for round in 0..15 {
            market.store.add_to_cart(&finch.actor, chair, 2).await.unwrap();
            let mut calls = JoinSet::new();
            for (name, store) in [("one", &market.store), ("two", &second), ("three", &second)] {
                let (finch, store, key) = (finch.clone(), store.clone(), format!("{name}-{round}"));
                calls.spawn(async move { store.checkout(&finch.actor, tokens("20"), &key).await });
            }
            let answers = calls.join_all().await;
            let done = answers.iter().filter(|answer| answer.is_ok()).count();
            assert_eq!(done, 1, "round {round}: {answers:?}");
            for error in answers.into_iter().filter_map(Result::err) {
                assert_eq!(error.refusal().unwrap(), Refusal::EmptyCart);
            }
        }
        market.clean().await;
    });
}

/// Buys, gives, lists and revises, all at random.
async fn one_thing(
    store: &Store,
    people: &[Person],
    chance: &mut Chance,
    number: usize,
) -> Result<(), Error> {
    let (one, two) = (chance.pick(people).at(store), chance.pick(people).at(store));
    let key = format!("k{number}");
    let newest = store.newest_listings(8).await?;
    let listing = chance.pick(&newest).clone();
    match chance.below(7) {
        0 => store.give_tokens(&one.actor, &two.handle, tokens("0.5"), "", &key).await.map(|_| ()),
        1 => {
            one.lists_goods(&format!("thing {number}"), 2, 5).await;
            Ok(())
        }
        2 => {
            let seller = people.iter().find(|person| person.id == listing.seller).expect("all are people");
            let revision = Revision { quantity: Some(Some(7)), ..Revision::default() };
            store.revise_listing(&seller.actor, listing.id, revision).await.map(|_| ())
        }
        3 => store.add_to_cart(&one.actor, listing.id, 1).await.map(|_| ()),
        4 => {
            let total = store.cart(&one.actor).await?.total;
            store.checkout(&one.actor, total, &key).await.map(|_| ())
        }
        5 => {
            let (_, code) = store.create_gift_link(&one.actor, tokens("0.25"), "", &key).await?;
            store.claim_gift(&two.actor, &code, &format!("{key}-claim")).await.map(|_| ())
        }
        _ => {
            let order = store.buy(&one.actor, listing.id, 1, listing.price, &key).await?;
            store.confirm_receipt(&one.actor, order).await.map(|_| ())
        }
    }
}

#[test]
fn whatever_two_servers_do_at_once_nobody_fails_and_the_chain_holds() {
    run(async {
        let (market, second) = two().await;
        let mut people = Vec::new();
        for number in 0..6 {
            let person = market.person_with(&format!("person-{number}"), 200).await;
            person.lists_goods(&format!("first of {number}"), 2, 50).await;
            people.push(person);
        }
        let mut workers = JoinSet::new();
        for worker in 0..8 {
            let store = if worker % 2 == 0 { market.store.clone() } else { second.clone() };
            let people = people.clone();
            workers.spawn(async move {
                let mut chance = Chance::new(worker);
                let mut faults = Vec::new();
                for step in 0..120 {
                    let number = usize::try_from(worker).unwrap() * 1_000 + step;
                    let done = one_thing(&store, &people, &mut chance, number).await;
                    if let Err(Error::Failed(fault)) = done {
                        faults.push(fault.to_string());
                    }
                }
                faults
            });
        }
        let faults: Vec<String> = workers.join_all().await.into_iter().flatten().collect();
        assert!(faults.is_empty(), "{} faults, such as {:?}", faults.len(), faults);
        let totals = market.clean().await;
        assert!(totals.transactions > 100, "{totals:?}");
        let sum = |of: fn(&store::Counters) -> &AtomicU64| {
            of(market.store.counters()).load(Ordering::SeqCst) + of(second.counters()).load(Ordering::SeqCst)
        };
        let (batches, retried) = (sum(|counters| &counters.batches), sum(|counters| &counters.retried));
        // Locks, not luck: a second try is for what cannot be foreseen.
        assert!(retried * 100 < batches, "{retried} of {batches} batches were tried again");
        market.store.close().await;
        second.close().await;
    });
}
