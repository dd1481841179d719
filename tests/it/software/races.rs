//! Many at once want what only some can have: each gets one definite answer.

use client::journal::{Journal, Lease};
use client::time::Moment;
use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::device::DeviceKey;
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use store::Done;
use store::error::Error;
use tests::chance::Chance;
use tests::databases::on_each_database;
use tests::people::tokens;
use tokio::task::JoinSet;

use super::shop::{GOOD, HOUR, Shop, USES, device};

const NOBODY: Actor = Actor::Visitor(None);

/// What was done, and how often each refusal was heard.
async fn outcome<T: 'static>(mut calls: JoinSet<Done<T>>) -> (Vec<T>, Vec<String>) {
    let (mut done, mut refusals) = (Vec::new(), Vec::new());
    while let Some(answer) = calls.join_next().await {
        match answer.unwrap() {
            Ok(value) => done.push(value),
            Err(Error::Refused(Refusal::Denied { verdict })) => refusals.push(verdict.code().to_owned()),
            Err(Error::Refused(refusal)) => refusals.push(refusal.code().to_owned()),
            Err(Error::Failed(fault)) => panic!("{fault}"),
        }
    }
    (done, refusals)
}

#[test]
fn a_hundred_want_ten_uses() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let licence = shop.rents(USES, "6", "r").await;
        let mut calls = JoinSet::new();
        for number in 0..100 {
            let (store, finch) = (shop.market.store.clone(), shop.finch.clone());
            calls.spawn(async move {
                store.consume(&finch.actor, None, licence, ("use", 1, &format!("c{number}"))).await
            });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!(done.len(), 10);
        assert_eq!(refusals, vec!["USES_EXHAUSTED"; 90]);
        assert_eq!(shop.uses(licence).await, (10, 10, 0));
        let direct = shop.market.base.connect().await;
        assert_eq!(direct.number("SELECT COUNT(*) FROM usages").await, 10);
        shop.done().await;
    });
}

#[test]
fn one_name_is_one_use_however_often_it_is_sent() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let licence = shop.rents(USES, "6", "r").await;
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let (store, finch) = (shop.market.store.clone(), shop.finch.clone());
            calls.spawn(async move { store.consume(&finch.actor, None, licence, ("use", 3, "c")).await });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!((done.len(), refusals.len()), (100, 0));
        assert_eq!(done.iter().filter(|counted| !counted.is_repeated).count(), 1);
        assert!(done.iter().all(|counted| counted.left == Some(7)));
        let other = shop.market.store.consume(&shop.finch.actor, None, licence, ("use", 2, "c")).await;
        assert_eq!(tests::people::refused(other), Refusal::IdReused);
        assert_eq!(shop.uses(licence).await, (10, 3, 0));
        shop.done().await;
    });
}

#[test]
fn extensions_add_up_and_a_key_has_one_effect() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let licence = shop.rents(HOUR, "4", "r").await;
        let mut calls = JoinSet::new();
        for number in 0..12 {
            let (store, finch, offer) = (shop.market.store.clone(), shop.finch.clone(), shop.offer(HOUR));
            // Three of each key.
            let key = format!("k{}", number % 4);
            calls.spawn(async move {
                store.extend_licence(&finch.actor, licence, (offer, tokens("4")), &key).await
            });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!((done.len(), refusals.len()), (12, 0));
        let view = shop.market.store.licence(&shop.finch.actor, None, licence).await.unwrap();
        let ends = view.holding.licence.term().unwrap().ends.unwrap();
        assert_eq!(ends, shop.market.world.now().after(Seconds::new(5 * 3_600)));
        assert_eq!(view.holding.acquired.len(), 5);
        assert_eq!(shop.finch.balance().await, tokens("130"), "150 less five times four");
        shop.done().await;
    });
}

#[test]
fn one_conversion_and_no_refund_of_what_counted() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let licence = shop.rents(HOUR, "4", "r").await;
        let order = shop.order(licence).await;
        let mut calls = JoinSet::new();
        for number in 0..10 {
            let (store, finch, wren) = (shop.market.store.clone(), shop.finch.clone(), shop.wren.clone());
            let offer = shop.offer(GOOD);
            calls.spawn(async move {
                match number {
                    0 => store.refund_grant(&wren.actor, order).await,
                    _ => {
                        let (price, key) = (tokens("18"), format!("k{number}"));
                        let done = store.convert_licence(&finch.actor, licence, (offer, price), &key).await;
                        done.map(|view| view.id())
                    }
                }
            });
        }
        let (done, refusals) = outcome(calls).await;
        // Either the refund came first, and nothing counts any more, or one
        // conversion did, and the rent stays paid.
        assert_eq!((done.len(), refusals.len()), (1, 9), "{refusals:?}");
        shop.done().await;
    });
}

#[test]
fn a_balance_for_one_buys_one() {
    on_each_database(async |base| {
        // Fifty welcome tokens are enough for two.
        let shop = Shop::with(base, 1).await;
        let mut calls = JoinSet::new();
        for number in 0..20 {
            let (store, finch, offer) = (shop.market.store.clone(), shop.finch.clone(), shop.offer(GOOD));
            calls.spawn(async move {
                store.buy_offer(&finch.actor, offer, tokens("20"), &format!("k{number}")).await
            });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!(done.len(), 1);
        assert_eq!(refusals, vec!["ALREADY_OWNED"; 19]);
        assert_eq!(shop.finch.balance().await, tokens("31"));
        shop.done().await;
    });
}

#[test]
fn many_who_rent_at_once_for_one_account_have_one_licence() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let mut calls = JoinSet::new();
        for number in 0..8 {
            let (store, finch, offer) = (shop.market.store.clone(), shop.finch.clone(), shop.offer(USES));
            calls.spawn(
                async move { store.rent(&finch.actor, offer, tokens("6"), &format!("k{number}")).await },
            );
        }
        let (done, _) = outcome(calls).await;
        assert_eq!(done.len(), 8);
        assert!(done.iter().all(|view| view.id() == done[0].id()));
        assert_eq!(shop.uses(done[0].id()).await, (80, 0, 0));
        shop.done().await;
    });
}

#[test]
fn twenty_devices_want_three_places() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let licence = shop.rents(USES, "6", "r").await;
        let mut calls = JoinSet::new();
        for number in 0..20 {
            let (store, finch) = (shop.market.store.clone(), shop.finch.clone());
            calls.spawn(async move {
                let device = device(&format!("d{number}"));
                store.activate_device(&finch.actor, Some(&device), licence, None).await.map(|_| device)
            });
        }
        let (done, refusals) = outcome(calls).await;
        assert_eq!(done.len(), 3);
        assert_eq!(refusals, vec!["DEVICE_LIMIT"; 17]);
        let (store, finch) = (&shop.market.store, &shop.finch.actor);
        store.activate_device(finch, Some(&done[0]), licence, Some("again")).await.unwrap();
        let direct = shop.market.base.connect().await;
        assert_eq!(direct.number("SELECT COUNT(*) FROM activations").await, 3);
        shop.done().await;
    });
}

/// A lease that ended in a race, told by a journal of that many lines and
/// then given back.
fn told(name: &str, licence: LicenceId, device: &DeviceKey, settle_by: Timestamp, used: u32) -> String {
    let lease = Lease {
        v: 1,
        lease: name.to_owned(),
        ent: licence.to_string(),
        dev: device.kid().to_owned(),
        meter: "use".to_owned(),
        units: 1,
        settle_by: Moment::from_millis(settle_by.millis()),
    };
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path(), lease).unwrap();
    if used > 0 {
        journal.spend("run", used, Moment::from_millis(0)).unwrap();
    }
    serde_json::to_string(&journal.seal(Moment::from_millis(0)).unwrap()).unwrap()
}

/// What came of one call in the race.
enum Came {
    Refunded,
    Consumed,
    Leased(String, Timestamp),
}

#[test]
fn refunds_consumes_and_leases_add_up_for_a_hundred_seeds() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 900).await;
        let (mut paid_back, mut seen_late) = (0, 0);
        for seed in 0..100 {
            let mut chance = Chance::new(seed);
            let licence = shop.rents(USES, "6", &format!("r{seed}")).await;
            let order = shop.order(licence).await;
            let store = &shop.market.store;
            let owner = device(&format!("a{seed}"));
            store.activate_device(&shop.finch.actor, Some(&owner), licence, None).await.unwrap();
            let mut sorts = [vec![0; 30], vec![1; 10], vec![2; 3]].concat();
            for place in (1..sorts.len()).rev() {
                sorts.swap(place, chance.below(place + 1));
            }
            let mut calls = JoinSet::new();
            for (number, sort) in sorts.into_iter().enumerate() {
                let (store, finch, wren) = (store.clone(), shop.finch.clone(), shop.wren.clone());
                let (owner, name) = (owner.clone(), format!("s{seed}-{number}"));
                calls.spawn(async move {
                    match sort {
                        0 => store
                            .consume(&finch.actor, None, licence, ("use", 1, &name))
                            .await
                            .map(|_| Came::Consumed),
                        1 => store
                            .lease_units(&finch.actor, Some(&owner), licence, ("use", 1, &name))
                            .await
                            .map(|(lease, _)| Came::Leased(name, lease.settle_by)),
                        _ => store.refund_grant(&wren.actor, order).await.map(|_| Came::Refunded),
                    }
                });
            }
            let (done, refusals) = outcome(calls).await;
            let known = ["REVOKED", "USES_EXHAUSTED", "WRONG_STATE"];
            assert!(refusals.iter().all(|it| known.contains(&it.as_str())), "{refusals:?}");
            // Again is harmless: what was paid back tells that it went back once.
            assert!(done.iter().any(|came| matches!(came, Came::Refunded)), "seed {seed}");
            let mut used = done.iter().filter(|came| matches!(came, Came::Consumed)).count();
            let mut late = 0;
            for came in &done {
                let Came::Leased(name, settle_by) = came else { continue };
                let spent = u32::try_from(chance.below(2)).unwrap();
                let report = told(name, licence, &owner, *settle_by, spent);
                store.settle_lease(&NOBODY, Some(&owner), licence, name, &report).await.unwrap();
                used += usize::try_from(spent).unwrap();
                late += 1 - spent;
            }
            let (granted, consumed, reserved) = shop.uses(licence).await;
            assert_eq!((usize::try_from(consumed).unwrap(), reserved), (used, 0), "seed {seed}");
            let refunded = 10 - granted;
            assert_eq!(refunded + consumed + late, 10, "seed {seed}");
            // What was free goes back, at 0.6 tokens a use; nothing else.
            paid_back += i64::from(refunded) * 6_000;
            seen_late += late;
        }
        let direct = shop.market.base.connect().await;
        let sql = "SELECT CAST(COALESCE(SUM(refunded), 0) AS BIGINT) FROM grants";
        assert_eq!(direct.number(sql).await, paid_back);
        assert!(paid_back > 0 && seen_late > 0, "the seeds try both");
        shop.done().await;
    });
}
