//! The writer itself: full queues, poisoned batches, closing.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use domain::access::Actor;
use domain::market::Market as Rules;
use domain::refusal::Refusal;
use store::error::{Error, FaultKind};
use store::secrets::Secret;
use store::users::NewAccount;
use store::world::World;
use store::{Options, QueueSize, Store};
use tests::databases::{Base, Direct, on_each_database};
use tests::people::{BEGINNING, Market, Person};
use tests::spool::Spool;
use tokio::task::JoinSet;

/// Stops the writer where it next asks for its lock, until the transaction of
/// this connection ends. Readers go on.
async fn hold_up(direct: &Direct) {
    match direct.is_postgres() {
        true => direct
            .must(
                "BEGIN; LOCK TABLE users, accounts IN ROW EXCLUSIVE MODE; LOCK TABLE users IN EXCLUSIVE MODE",
            )
            .await,
        false => direct.must("BEGIN IMMEDIATE").await,
    };
}

/// Until as many jobs wait as that.
async fn until_waiting(store: &Store, jobs: usize) {
    while store.counters().waiting.load(Ordering::SeqCst) != jobs {
        tokio::task::yield_now().await;
    }
}

fn named(handle: &str) -> NewAccount {
    NewAccount { handle: Some(handle.to_owned()), ..NewAccount::default() }
}

/// Opens an account for `handle` in the background.
fn ask(calls: &mut JoinSet<(String, store::Done<()>)>, store: &Store, handle: String) {
    let store = store.clone();
    calls.spawn(async move {
        let opened = store.open_account(&Actor::Visitor(None), named(&handle), None).await;
        (handle, opened.map(|_| ()))
    });
}

#[test]
fn a_full_queue_answers_at_once_that_it_is_busy() {
    on_each_database(async |base| {
        let options = Options {
            url: base.url().to_owned(),
            market: Rules::default(),
            secret: Secret::new([7; 32]),
            world: World::made(1, BEGINNING),
            media: Arc::new(Spool::new(base.folder().to_owned())),
            readers: 2,
            queue: QueueSize { waiting: 8, batch: 4 },
            mail: store::outbox::Mail::Off,
        };
        let store = Store::open(options).await.unwrap();
        let direct = base.connect().await;
        hold_up(&direct).await;
        let mut calls = JoinSet::new();
        ask(&mut calls, &store, "first".to_owned());
        until_first_is_taken(&store).await;
        for number in 0..8 {
            ask(&mut calls, &store, format!("waiting-{number}"));
        }
        until_waiting(&store, 8).await;
        for number in 0..5 {
            let late =
                store.open_account(&Actor::Visitor(None), named(&format!("late-{number}")), None).await;
            assert_eq!(late.unwrap_err().refusal().unwrap(), Refusal::Busy);
        }
        direct.must("COMMIT").await;
        for (handle, answer) in calls.join_all().await {
            assert!(answer.is_ok(), "{handle}: {answer:?}");
        }
        Person::open(&store, "late-0").await;
        store.audit(|_| {}).await.unwrap().unwrap();
        store.close().await;
    });
}

/// Until the writer has taken the first job and stands still with it.
async fn until_first_is_taken(store: &Store) {
    while store.counters().batches.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    until_waiting(store, 0).await;
}

/// A trigger that breaks the batch of whoever opens an account as "poison".
async fn poison(direct: &Direct) {
    let sql = match direct.is_postgres() {
        true => {
            "CREATE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$; \
             CREATE TRIGGER poisoned BEFORE INSERT ON users FOR EACH ROW \
             WHEN (NEW.handle = 'poison') EXECUTE FUNCTION poisoned()"
        }
        false => {
            "CREATE TRIGGER poisoned BEFORE INSERT ON users WHEN NEW.handle = 'poison' \
             BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
        }
    };
    direct.must(sql).await;
}

#[test]
fn one_poisoned_request_harms_nobody_else() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let direct = market.base.connect().await;
        poison(&direct).await;
        hold_up(&direct).await;
        let mut calls = JoinSet::new();
        ask(&mut calls, &market.store, "first".to_owned());
        until_first_is_taken(&market.store).await;
        let others = (0..20).map(|number| format!("person-{number}"));
        for handle in others.chain(["poison".to_owned(), "person-7".to_owned()]) {
            ask(&mut calls, &market.store, handle);
        }
        until_waiting(&market.store, 22).await;
        direct.must("COMMIT").await;
        let (mut opened, mut taken, mut failed) = (0, 0, Vec::new());
        for (handle, answer) in calls.join_all().await {
            match answer {
                Ok(()) => opened += 1,
                Err(Error::Refused(refusal)) => {
                    assert_eq!((handle.as_str(), refusal), ("person-7", Refusal::HandleTaken));
                    taken += 1;
                }
                Err(Error::Failed(_)) => failed.push(handle),
            }
        }
        assert_eq!((opened, taken, failed), (21, 1, vec!["poison".to_owned()]));
        assert_eq!(market.store.counters().retried.load(Ordering::SeqCst), 1);
        assert_eq!(market.clean().await.transactions, 21);
        market.store.close().await;
    });
}

#[test]
fn closing_answers_all_that_was_asked_before() {
    on_each_database(async |base: Base| {
        let market = Market::on(base).await;
        let direct = market.base.connect().await;
        hold_up(&direct).await;
        let mut calls = JoinSet::new();
        ask(&mut calls, &market.store, "first".to_owned());
        until_first_is_taken(&market.store).await;
        for number in 0..300 {
            ask(&mut calls, &market.store, format!("person-{number}"));
        }
        until_waiting(&market.store, 300).await;
        let mut closing = Box::pin(market.store.close());
        let is_waiting = poll_fn(|context| Poll::Ready(closing.as_mut().poll(context).is_pending())).await;
        assert!(is_waiting, "those inside are still to be served");
        // The door is shut at once.
        let late = market.store.open_account(&Actor::Visitor(None), named("late"), None).await;
        let Err(Error::Failed(fault)) = late else { panic!("an answer while closing: {late:?}") };
        assert_eq!(fault.kind(), FaultKind::Unavailable);
        direct.must("COMMIT").await;
        for (handle, answer) in calls.join_all().await {
            assert!(answer.is_ok(), "{handle}: {answer:?}");
        }
        closing.await;
        assert_eq!(market.clean().await.transactions, 301);
        assert_eq!(direct.number("SELECT COUNT(*) FROM users").await, 301);
    });
}
