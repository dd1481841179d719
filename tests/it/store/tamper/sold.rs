//! A market in which software was sold, used and taken along in every way.

use client::device::Device;
use client::journal::{Journal, Lease};
use client::time::Moment;
use domain::access::Actor;
use domain::licence::device::DeviceKey;
use domain::time::Seconds;
use tests::databases::Base;
use tests::people::Market;

use crate::software::shop::{HOUR, Shop, USES};

const NOBODY: Actor = Actor::Visitor(None);

/// Lets everything happen once.
pub(super) async fn sold(base: Base) -> Market {
    let shop = Shop::with(base, 100).await;
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(&folder.path().join("device.key")).unwrap();
    let key = DeviceKey::new(device.id().to_owned(), device.public().text());
    let (store, finch) = (&shop.market.store, &shop.finch.actor);
    let hour = shop.rents(HOUR, "4", "hour").await;
    store.refund_grant(&shop.wren.actor, shop.order(hour).await).await.unwrap();
    let uses = shop.rents(USES, "6", "uses").await;
    shop.rents(USES, "6", "more-uses").await;
    store.activate_device(finch, Some(&key), uses, None).await.unwrap();
    for (name, units) in [("one", 1), ("two", 2)] {
        shop.market.pass(1);
        store.consume(finch, None, uses, ("use", units, name)).await.unwrap();
    }
    let take = async |name: &'static str| {
        shop.market.pass(1);
        store.lease_units(&NOBODY, Some(&key), uses, ("use", 2, name)).await.unwrap().0
    };
    let told = take("told").await;
    let lease = Lease {
        v: 1,
        lease: "told".to_owned(),
        ent: uses.to_string(),
        dev: device.id().to_owned(),
        meter: "use".to_owned(),
        units: 2,
        settle_by: Moment::from_millis(told.settle_by.millis()),
    };
    let mut journal = Journal::open(&folder.path().join("told"), lease).unwrap();
    journal.spend("a", 1, Moment::from_millis(0)).unwrap();
    let report = serde_json::to_string(&journal.seal(Moment::from_millis(0)).unwrap()).unwrap();
    store.settle_lease(&NOBODY, Some(&key), uses, "told", &report).await.unwrap();
    take("lost").await;
    shop.market.pass(15 * 86_400);
    assert_eq!(store.end_due(&Actor::System, 9).await.unwrap(), 1);
    take("open").await;
    for (name, end) in [("begun", None), ("done", Some(true)), ("off", Some(false))] {
        shop.market.pass(1);
        let lasts = Some(Seconds::days(1));
        store.begin_task(finch, None, uses, ("use", 1, name), lasts).await.unwrap();
        if let Some(is_done) = end {
            store.end_task(finch, None, uses, name, is_done).await.unwrap();
        }
    }
    shop.market.clean().await;
    shop.market
}
