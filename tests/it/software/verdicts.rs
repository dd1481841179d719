//! The one rule of time, asked of the vendor's side and of the client's, and
//! what an order that is taken back leaves.

use client::code::{Ask, Bundle, Code, PublicKey, Reading, Trust};
use client::device::Device;
use client::time::Moment;
use domain::id::LicenceId;
use domain::licence::device::DeviceKey;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use server::keys::Keyring;
use store::Done;
use store::error::Error;
use tests::databases::on_each_database;
use tests::people::{refused, tokens};
use tokio::task::JoinSet;

use super::shop::{EXPORTS, HOUR, Shop};

fn moment(at: Timestamp) -> Moment {
    Moment::from_millis(at.millis())
}

/// When a licence ends.
async fn end(shop: &Shop, licence: LicenceId) -> Timestamp {
    let view = shop.market.store.licence(&shop.finch.actor, None, licence).await.unwrap();
    view.holding.licence.term().unwrap().ends.unwrap()
}

fn around(end: Timestamp) -> [Timestamp; 3] {
    [-1, 0, 1].map(|millis| Timestamp::from_millis(end.millis() + millis))
}

/// What the client's side says of a code, at a moment.
fn theirs(code: &Code, device: &Device, now: Timestamp) -> String {
    let (version, clock) = ("1.2.0".parse().unwrap(), Reading { now: moment(now), is_set_back: false });
    let ask = Ask { product: "inkwell", version: &version, device: device.id(), clock };
    code.check(&ask).map_or_else(|denied| denied.verdict.code().to_owned(), |()| "VALID".to_owned())
}

fn ours<T>(done: Done<T>) -> String {
    match done {
        Ok(_) => "VALID".to_owned(),
        no => match refused(no) {
            Refusal::Denied { verdict } => verdict.code().to_owned(),
            other => other.code().to_owned(),
        },
    }
}

#[test]
fn a_rental_ends_at_the_same_millisecond_on_both_sides() {
    for (place, price, meter) in [(HOUR, "4", "use"), (EXPORTS, "5", "export-pdf")] {
        on_each_database(async |base| {
            let shop = Shop::with(base, 100).await;
            let folder = tempfile::tempdir().unwrap();
            let keys = Keyring::open(folder.path(), "shop.example", shop.market.world.clone()).unwrap();
            let device = Device::open(&folder.path().join("device.key")).unwrap();
            let key = DeviceKey::new(device.id().to_owned(), device.public().text());
            let (store, finch) = (&shop.market.store, &shop.finch.actor);
            let licence = shop.rents(place, price, "r").await;
            store.activate_device(finch, Some(&key), licence, None).await.unwrap();
            let ends = end(&shop, licence).await;
            // A code that was fetched late lasts to the very end.
            shop.market.world.set_now(ends.before(Seconds::new(600)));
            let (says, _) = store.authorization(finch, None, licence, device.id()).await.unwrap();
            let bundle = Bundle::parse(&keys.authorize(&says).unwrap()).unwrap();
            let trust = Trust::new("shop.example", PublicKey::parse(&keys.trust().root).unwrap());
            let code = trust.read(&bundle, moment(shop.market.world.now())).unwrap();
            let expected = ["VALID", "EXPIRED", "EXPIRED"];
            for (number, (now, expected)) in around(ends).into_iter().zip(expected).enumerate() {
                shop.market.world.set_now(now);
                let name = format!("c{number}");
                let said = ours(store.consume(finch, None, licence, (meter, 1, &name)).await);
                let shown = store.licence(finch, None, licence).await.unwrap().holding.licence.verdict(now);
                let all = [said.as_str(), shown.code(), &theirs(&code, &device, now)];
                assert_eq!(all, [expected; 3], "{meter} {number}");
            }
            shop.done().await;
        });
    }
}

#[test]
fn fifty_uses_against_one_extension_at_the_end() {
    for is_late in [false, true] {
        on_each_database(async |base| {
            let shop = Shop::with(base, 100).await;
            let licence = shop.rents(EXPORTS, "5", "r").await;
            let ends = end(&shop, licence).await;
            let [before, _, after] = around(ends);
            let now = if is_late { after } else { before };
            shop.market.world.set_now(now);
            let mut calls = JoinSet::new();
            for number in 0..51 {
                let (store, finch) = (shop.market.store.clone(), shop.finch.clone());
                let offer = (shop.offer(EXPORTS), tokens("5"));
                calls.spawn(async move {
                    if number == 25 {
                        store.extend_licence(&finch.actor, licence, offer, "e").await.unwrap();
                        return None;
                    }
                    let name = format!("c{number}");
                    Some(ours(store.consume(&finch.actor, None, licence, ("export-pdf", 1, &name)).await))
                });
            }
            let said = calls.join_all().await;
            let heard = |verdict: &str| said.iter().flatten().filter(|said| *said == verdict).count();
            let done = heard("VALID");
            assert_eq!(done + heard("USES_EXHAUSTED") + heard("EXPIRED"), 50, "{said:?}");
            assert!(is_late || heard("EXPIRED") == 0, "a millisecond is left: {said:?}");
            let (granted, consumed, reserved) = shop.units(licence, "export-pdf").await;
            assert_eq!((granted, usize::try_from(consumed).unwrap(), reserved), (10, done, 0));
            let begins = if is_late { now } else { ends };
            assert_eq!(end(&shop, licence).await, begins.after(Seconds::days(1)), "late: {is_late}");
            shop.done().await;
        });
    }
}

#[test]
fn one_extension_of_three_goes_back_and_the_end_falls_by_just_it() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let (store, finch, wren) = (&shop.market.store, &shop.finch.actor, &shop.wren.actor);
        let licence = shop.rents(HOUR, "4", "r").await;
        let first = end(&shop, licence).await;
        for number in 0..3 {
            let offer = (shop.offer(HOUR), tokens("4"));
            store.extend_licence(finch, licence, offer, &format!("e{number}")).await.unwrap();
        }
        let hours = |count: u32| first.after(Seconds::new(count * 3_600));
        assert_eq!(end(&shop, licence).await, hours(3));
        let view = store.licence(finch, None, licence).await.unwrap();
        let orders: Vec<_> = view.holding.acquired.iter().map(|acquired| acquired.order).collect();
        let before = shop.finch.balance().await;
        store.refund_grant(wren, orders[2]).await.unwrap();
        assert_eq!(end(&shop, licence).await, hours(2), "the second of three");
        let paid = shop.finch.balance().await.units() - before.units();
        assert_eq!(paid, tokens("4").units(), "none of it was used");
        // In the midst of what is left the last extension goes as well: it
        // is over at once.
        shop.market.world.set_now(hours(1));
        store.consume(finch, None, licence, ("use", 1, "in-time")).await.unwrap();
        store.refund_grant(wren, orders[3]).await.unwrap();
        assert_eq!(end(&shop, licence).await, hours(1));
        let over = refused(store.consume(finch, None, licence, ("use", 1, "late")).await);
        assert_eq!(over, Refusal::denied(Verdict::Expired));
        shop.done().await;
    });
}

#[test]
fn a_failure_after_the_debit_leaves_no_debit() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let direct = shop.market.base.connect().await;
        let (breaks, mends) = if direct.is_postgres() {
            (
                "ALTER TABLE grants ADD CONSTRAINT grants_break CHECK (granted_at = -1) NOT VALID",
                "ALTER TABLE grants DROP CONSTRAINT grants_break",
            )
        } else {
            (
                "CREATE TRIGGER grants_break BEFORE INSERT ON grants BEGIN SELECT RAISE(ABORT, 'broken'); END",
                "DROP TRIGGER grants_break",
            )
        };
        let (store, finch) = (&shop.market.store, &shop.finch.actor);
        let before = shop.finch.balance().await;
        direct.must(breaks).await;
        let offer = (shop.offer(EXPORTS), tokens("5"));
        let failed = store.rent(finch, offer.0, offer.1, "r").await;
        assert!(matches!(failed, Err(Error::Failed(_))), "it is nobody's refusal");
        assert_eq!(shop.finch.balance().await, before);
        for table in ["licences", "grants", "meters"] {
            assert_eq!(direct.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        direct.must(mends).await;
        let licence = store.rent(finch, offer.0, offer.1, "r").await.unwrap();
        assert_eq!(shop.finch.balance().await.units(), before.units() - tokens("5").units());
        assert_eq!(shop.units(licence.id(), "export-pdf").await, (5, 0, 0), "the same key");
        shop.done().await;
    });
}
