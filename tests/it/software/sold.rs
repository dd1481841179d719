//! What publishers see of what they sold, what giving it back tells before,
//! and licences that the staff suspends.

use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::LicenceState;
use domain::licence::device::DeviceKey;
use domain::licence::meter::MeterCode;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use store::page::Window;
use tests::databases::on_each_database;
use tests::people::{refused, tokens};

use super::shop::{GOOD, HOUR, Shop, USES, device};

const DAY: u32 = 86_400;

#[test]
fn a_publisher_sees_who_has_what_and_how_much_is_used() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let (store, wren, finch) = (&shop.market.store, &shop.wren.actor, &shop.finch.actor);
        let listing = shop.offers[0].listing;
        let licence = shop.rents(USES, "6", "u").await;
        let consume = async |units, id: &str| store.consume(finch, None, licence, ("use", units, id)).await;
        consume(3, "a").await.unwrap();
        shop.market.pass(2 * DAY);
        consume(2, "b").await.unwrap();
        store.begin_task(finch, None, licence, ("use", 1, "t"), None).await.unwrap();
        store.end_task(finch, None, licence, "t", true).await.unwrap();
        store.begin_task(finch, None, licence, ("use", 1, "off"), None).await.unwrap();
        store.end_task(finch, None, licence, "off", false).await.unwrap();
        let hour = shop.rents(HOUR, "4", "h").await;

        let sold = store.licences_sold(wren, listing, Window::first(1, None)).await.unwrap();
        assert!(sold.has_next && sold.items[0].view.id() == hour, "newest first");
        let sold = store.licences_sold(wren, listing, Window::first(9, None)).await.unwrap().items;
        assert_eq!((sold.len(), sold[1].buyer_handle.as_str()), (2, "finch"));
        let grant = &sold[1].grants[0];
        assert_eq!((grant.paid, grant.refunded), (tokens("6"), None));
        let cut = grant.paid.saturating_sub(grant.income);
        assert!(!cut.is_zero(), "the vendor took its cut");

        let figures = store.software_figures(wren, listing, 3).await.unwrap();
        let days: Vec<u32> = figures.days.iter().map(|day| day.sold).collect();
        assert_eq!(days, [1, 0, 1]);
        assert_eq!(figures.days[0].earned, grant.income);
        assert_eq!((figures.meters.len(), figures.meters[0].units.clone()), (1, vec![3, 0, 3]));
        let today = store.software_figures(wren, listing, 1).await.unwrap();
        assert_eq!((today.days.len(), today.meters[0].units.clone()), (1, vec![3]));
        for days in [0, 367] {
            assert_eq!(refused(store.software_figures(wren, listing, days).await).field(), Some("days"));
        }
        // Nobody else's business; but the staff's.
        let staff = shop.market.staff("keeper").await.actor;
        assert!(store.licences_sold(&staff, listing, Window::first(9, None)).await.is_ok());
        assert!(store.software_figures(&staff, listing, 1).await.is_ok());
        let nobody = Actor::Visitor(None);
        for (actor, expected) in [(finch, Refusal::missing("software")), (&nobody, Refusal::NotSignedIn)] {
            assert_eq!(refused(store.licences_sold(actor, listing, Window::first(9, None)).await), expected);
            assert_eq!(refused(store.software_figures(actor, listing, 1).await), expected);
        }
        shop.done().await;
    });
}

#[test]
fn what_devices_took_along_is_counted_once() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let (store, finch) = (&shop.market.store, &shop.finch.actor);
        let licence = shop.rents(USES, "6", "u").await;
        let laptop = device("laptop");
        store.activate_device(finch, Some(&laptop), licence, None).await.unwrap();
        store.lease_units(finch, Some(&laptop), licence, ("use", 4, "lease-1")).await.unwrap();
        let used = async || shop.used_by_figures().await;
        assert_eq!(used().await, 0, "taken along is not used");
        shop.market.pass(20 * DAY);
        store.end_due(&Actor::System, 9).await.unwrap();
        assert_eq!((used().await, shop.uses(licence).await.1), (4, 4), "what nobody settled is charged");
        shop.done().await;
    });
}

#[test]
fn giving_back_tells_before_what_it_will_do() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let (store, wren, finch) = (&shop.market.store, &shop.wren.actor, &shop.finch.actor);
        let licence = shop.rents(USES, "6", "u").await;
        let order = shop.order(licence).await;
        store.consume(finch, None, licence, ("use", 4, "a")).await.unwrap();
        let preview = store.refund_preview(wren, order).await.unwrap();
        let back = preview.back.unwrap();
        assert_eq!(back.refunded, tokens("3.6"), "six of ten uses are left");
        assert_eq!(back.by_seller().checked_add(back.fee), Some(back.refunded));
        assert_eq!(preview.after.verdict(shop.market.world.now()), Verdict::Revoked);
        assert_eq!(preview.before.verdict(shop.market.world.now()), Verdict::Valid);
        let untouched = store.licence(finch, None, licence).await.unwrap();
        assert_eq!(untouched.verdict(shop.market.world.now()), Verdict::Valid, "looking changes nothing");
        assert_eq!(refused(store.refund_preview(finch, order).await), Refusal::missing("order"));
        let nobody = Actor::Visitor(None);
        assert_eq!(refused(store.refund_preview(&nobody, order).await), Refusal::NotSignedIn);

        let (before, seller) = (shop.finch.balance().await, shop.wren.balance().await);
        store.refund_grant(wren, order).await.unwrap();
        assert_eq!(shop.finch.balance().await, before.checked_add(back.refunded).unwrap());
        assert_eq!(shop.wren.balance().await, seller.saturating_sub(back.by_seller()));
        assert_eq!(store.refund_preview(wren, order).await.unwrap().back, None, "done is done");
        let listing = shop.offers[0].listing;
        let sold = store.licences_sold(wren, listing, Window::first(9, None)).await.unwrap();
        let grant = &sold.items[0].grants[0];
        assert_eq!(grant.refunded, Some(back.refunded));
        let earned = store.software_figures(wren, listing, 1).await.unwrap().days[0].earned;
        assert_eq!(earned, grant.income.saturating_sub(back.by_seller()), "what stayed");

        // Rent that counted towards the purchase is not given back before it.
        let hour = shop.rents(HOUR, "4", "h").await;
        let rent = shop.order(hour).await;
        shop.market.pass(1);
        store.convert_licence(finch, hour, (shop.offer(GOOD), tokens("18")), "c").await.unwrap();
        assert_eq!(refused(store.refund_preview(wren, rent).await).code(), "WRONG_STATE");
        let bought = store.refund_preview(wren, shop.order(hour).await).await.unwrap();
        assert_eq!(bought.back.map(|back| back.refunded), Some(tokens("18")));
        assert!(!bought.after.holding.licence.is_owned(), "the rental is there again");
        shop.done().await;
    });
}

#[test]
fn the_staff_suspends_a_licence_and_reinstates_it() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let (store, wren, finch) = (&shop.market.store, &shop.wren.actor, &shop.finch.actor);
        let staff = shop.market.staff("keeper").await.actor;
        let licence = shop.rents(USES, "6", "u").await;
        let laptop: DeviceKey = device("laptop");
        store.activate_device(finch, Some(&laptop), licence, None).await.unwrap();
        let before = store.revocations().await.unwrap();
        assert_eq!(refused(store.suspend_licence(wren, licence, "x").await), Refusal::Forbidden);
        assert_eq!(refused(store.suspend_licence(finch, licence, "x").await), Refusal::Forbidden);
        assert_eq!(refused(store.suspend_licence(&staff, licence, " ").await).field(), Some("reason"));
        let nothing = LicenceId::new(uuid::Uuid::from_u128(1));
        assert_eq!(refused(store.suspend_licence(&staff, nothing, "x").await), Refusal::missing("licence"));
        assert_eq!(refused(store.reinstate_licence(&staff, licence).await).code(), "WRONG_STATE");

        let suspended = store.suspend_licence(&staff, licence, "The payment is disputed").await.unwrap();
        assert_eq!(suspended.verdict(shop.market.world.now()), Verdict::Suspended);
        assert_eq!(suspended.suspension.map(|why| why.reason).as_deref(), Some("The payment is disputed"));
        assert_eq!(refused(store.suspend_licence(&staff, licence, "again").await).code(), "WRONG_STATE");
        let denied = Refusal::denied(Verdict::Suspended);
        let code = store.authorization(finch, Some(&laptop), licence, laptop.kid()).await;
        assert_eq!(refused(code), denied);
        assert_eq!(refused(store.consume(finch, None, licence, ("use", 1, "a")).await), denied);
        assert_eq!(
            refused(store.activate_device(finch, Some(&device("other")), licence, None).await),
            denied
        );
        let offer = shop.offer(USES);
        let more = store.extend_licence(finch, licence, (offer, tokens("6")), "e").await;
        assert_eq!(refused(more).code(), "WRONG_STATE");
        let beside = store.rent(finch, offer, tokens("6"), "r").await;
        assert_eq!(refused(beside).code(), "WRONG_STATE", "another one would be the way around");
        let list = store.revocations().await.unwrap();
        assert!(list.version > before.version, "programs hear of it");
        assert_eq!(list.entries, [(licence, 1)]);
        let own = store.licence(finch, None, licence).await.unwrap();
        assert!(own.suspension.is_some(), "its owner sees why");

        goes_on(&shop, &staff, licence, &laptop).await;
        shop.done().await;
    });
}

/// The second half: it goes on, is suspended once more and given back, and the
/// audit looks at its suspensions.
async fn goes_on(shop: &Shop, staff: &Actor, licence: LicenceId, laptop: &DeviceKey) {
    let (store, wren, finch) = (&shop.market.store, &shop.wren.actor, &shop.finch.actor);
    shop.market.pass(60);
    let free = store.reinstate_licence(staff, licence).await.unwrap();
    assert_eq!((free.holding.licence.state, free.suspension), (LicenceState::Active, None));
    let (says, _) = store.authorization(finch, Some(laptop), licence, laptop.kid()).await.unwrap();
    assert_eq!(says.generation, 1, "new codes are of the generation that holds");
    assert_eq!(says.counted, [MeterCode::uses()]);
    store.consume(finch, None, licence, ("use", 1, "a")).await.unwrap();
    store.suspend_licence(staff, licence, "Once more").await.unwrap();
    let (_, owner, records) = store.licence_for_staff(staff, licence).await.unwrap();
    let told: Vec<_> =
        records.iter().map(|it| (it.suspension.reason.as_str(), it.lifted.is_some())).collect();
    assert_eq!(
        (owner.as_str(), told),
        ("finch", vec![("Once more", false), ("The payment is disputed", true)])
    );
    assert_eq!(refused(store.licence_for_staff(wren, licence).await), Refusal::Forbidden);
    let of = store.licences_of(staff, "finch", Window::first(9, None)).await.unwrap();
    assert_eq!(of.items.len(), 1);
    assert!(store.licences_of(staff, "nobody", Window::first(9, None)).await.unwrap().items.is_empty());
    assert_eq!(refused(store.licences_of(finch, "finch", Window::first(9, None)).await), Refusal::Forbidden);
    // What is suspended can still be given back; and the audit looks at why.
    let order = shop.order(licence).await;
    assert_eq!(store.refund_grant(wren, order).await.unwrap(), licence);
    let direct = shop.market.base.connect().await;
    assert!(shop.market.audit().await.is_ok());
    direct.must("UPDATE licences SET state = 1").await;
    assert!(shop.market.audit().await.unwrap_err().problem.contains("suspended without"));
    direct.must("UPDATE licences SET state = 2").await;
    let error = direct.run("UPDATE licence_suspensions SET reason = 'other'").await.unwrap_err();
    assert!(error.contains("a suspension is only lifted"), "{error}");
}
