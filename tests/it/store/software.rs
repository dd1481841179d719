//! Software: what a publisher sets up, and what stays as it was.

use domain::access::Actor;
use domain::id::ListingId;
use domain::licence::meter::MeterCode;
use domain::licence::offer::{Offer, OfferKind, Updates};
use domain::listing::{ListingKind, ListingState};
use domain::refusal::Refusal;
use domain::time::Seconds;
use domain::tokens::BasisPoints;
use store::listings::{NewListing, Revision};
use store::offers::NewOffer;
use tests::databases::on_each_database;
use tests::people::{FURNITURE, Market, Person, refused, tokens};

const NOBODY: Actor = Actor::Visitor(None);

async fn draft(market: &Market, publisher: &Person) -> ListingId {
    let new = NewListing {
        title: "Inkwell".to_owned(),
        description: "Writes.".to_owned(),
        category: FURNITURE,
        kind: ListingKind::Software,
        price: tokens("7"),
        quantity: None,
        condition: None,
        tags: vec![],
        images: vec![],
        publish: false,
    };
    market.store.list_item(&publisher.actor, new).await.unwrap().id
}

fn offer(kind: OfferKind, price: &str) -> NewOffer {
    NewOffer { kind, price: tokens(price), devices_max: 2, is_extendable: true, credit: None }
}

fn buy(price: &str) -> NewOffer {
    offer(OfferKind::Purchase { updates: Updates::For(Seconds::days(365)) }, price)
}

fn day(price: &str) -> NewOffer {
    let credit = BasisPoints::new(5_000);
    NewOffer { credit, ..offer(OfferKind::RentTime(Seconds::days(1)), price) }
}

fn exports(price: &str) -> NewOffer {
    let (meter, within) = (MeterCode::parse("export-pdf").unwrap(), Some(Seconds::days(30)));
    offer(OfferKind::RentUnits { meter, units: 10, within }, price)
}

fn terms(offers: &[Offer]) -> Vec<NewOffer> {
    let one = |offer: &Offer| NewOffer {
        kind: offer.kind.clone(),
        price: offer.price,
        devices_max: offer.devices_max,
        is_extendable: offer.is_extendable,
        credit: offer.credit,
    };
    offers.iter().map(one).collect()
}

#[test]
fn offers_are_set_and_retired_never_changed() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let (store, listing) = (&market.store, draft(&market, &wren).await);
        let first = vec![buy("40"), day("3"), exports("5")];
        let made = store.set_offers(&wren.actor, listing, first.clone()).await.unwrap();
        assert_eq!(terms(&made), first, "each kind is read as it was written");
        assert_eq!(store.find_listing(&wren.actor, listing).await.unwrap().unwrap().price, tokens("3"));
        let again = store.set_offers(&wren.actor, listing, first).await.unwrap();
        assert_eq!(again, made, "asking twice changes nothing");

        let second = vec![exports("5"), buy("45")];
        let changed = store.set_offers(&wren.actor, listing, second.clone()).await.unwrap();
        assert_eq!(terms(&changed), second);
        assert_eq!(changed[0].id, made[2].id, "what is the same stays, though its place is another");
        assert_eq!(store.offer(made[1].id).await.unwrap().as_ref(), Some(&made[1]), "a retired one is read");
        assert_eq!(store.find_listing(&wren.actor, listing).await.unwrap().unwrap().price, tokens("5"));

        assert_eq!(store.offers_of(&finch.actor, listing).await.unwrap(), [], "a draft is its seller's");
        let set = |person: &Person, offers| {
            let (store, actor) = (store.clone(), person.actor);
            async move { refused(store.set_offers(&actor, listing, offers).await) }
        };
        assert_eq!(refused(store.set_offers(&NOBODY, listing, vec![]).await), Refusal::NotSignedIn);
        assert_eq!(set(&finch, vec![]).await, Refusal::missing("listing"));
        assert_eq!(set(&wren, vec![day("3"), day("0.5")]).await.field(), Some("offers.1.price"));
        let chair = wren.lists_goods("A chair", 3, 1).await;
        assert_eq!(
            refused(store.set_offers(&wren.actor, chair, vec![day("3")]).await).field(),
            Some("listingId")
        );

        let direct = market.base.connect().await;
        for sql in [
            "UPDATE offers SET price = price + 1",
            "UPDATE offers SET devices_max = 9",
            "UPDATE offers SET seconds = 5 WHERE kind = 2",
            "UPDATE offers SET retired_at = NULL WHERE retired_at IS NOT NULL",
            "DELETE FROM offers",
        ] {
            let error = direct.run(sql).await.expect_err(sql);
            assert!(error.contains("an offer never changes"), "{sql}\n{error}");
        }
        store.close().await;
    });
}

#[test]
fn software_is_sold_by_its_offers_only() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        let (store, listing) = (&market.store, draft(&market, &wren).await);
        let publish = || async { refused(store.publish_listing(&wren.actor, listing).await) };
        assert_eq!(publish().await.field(), Some("offers"));
        store.set_offers(&wren.actor, listing, vec![day("3")]).await.unwrap();
        assert_eq!(publish().await.field(), Some("release"));
        let direct = market.base.connect().await;
        direct.run("UPDATE listings SET state = 2, published_at = 1 WHERE kind = 4").await.unwrap();
        let refusals = [
            refused(store.add_to_cart(&finch.actor, listing, 1).await),
            refused(store.buy(&finch.actor, listing, 1, tokens("3"), "key").await),
        ];
        assert!(refusals.iter().all(|refusal| refusal.field() == Some("offerId")), "{refusals:?}");
        let price = Revision { price: Some(tokens("9")), ..Revision::default() };
        assert_eq!(refused(store.revise_listing(&wren.actor, listing, price).await).field(), Some("price"));
        assert_eq!(refused(store.set_offers(&wren.actor, listing, vec![]).await).code(), "WRONG_STATE");
        let title = Revision { title: Some("Inkwell 2".to_owned()), ..Revision::default() };
        let revised = store.revise_listing(&wren.actor, listing, title).await.unwrap();
        assert_eq!((revised.price, revised.state), (tokens("3"), ListingState::Published));
        store.close().await;
    });
}
