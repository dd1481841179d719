//! Listings, their pictures and files, and the feed that the index follows.

use domain::access::Actor;
use domain::id::{CategoryId, ImageId};
use domain::listing::{ListingKind, ListingState};
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::listings::{NewListing, Revision};
use store::page::Window;
use store::shelves::{Shelf, Tally};
use tests::databases::on_each_database;
use tests::people::{FURNITURE, Market, refused, tokens};
use uuid::Uuid;

const NOBODY: Actor = Actor::Visitor(None);

fn chair() -> NewListing {
    NewListing {
        title: "A chair".to_owned(),
        description: "To sit on.".to_owned(),
        category: FURNITURE,
        kind: ListingKind::Goods,
        price: Tokens::whole(3),
        quantity: Some(2),
        condition: None,
        tags: vec!["Wood".to_owned()],
        images: vec![],
        publish: true,
    }
}

#[test]
fn what_cannot_be_listed_is_refused_in_this_order() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let wren = market.person("wren").await;
        let images = vec![ImageId::new(Uuid::nil()); 11];
        // Each row cures the fault of the one before it.
        let mut new = NewListing {
            title: String::new(),
            description: "\0".to_owned(),
            category: CategoryId::new(-1),
            price: tokens("0.5"),
            quantity: None,
            tags: vec!["<b>".to_owned()],
            images,
            ..chair()
        };
        let refusal = |new: &NewListing| {
            let (store, wren, new) = (market.store.clone(), wren.clone(), new.clone());
            async move { refused(store.list_item(&wren.actor, new).await) }
        };
        assert_eq!(refused(market.store.list_item(&NOBODY, new.clone()).await), Refusal::NotSignedIn);
        assert_eq!(refusal(&new).await.field(), Some("title"));
        new.title = "A chair".to_owned();
        assert_eq!(refusal(&new).await.field(), Some("description"));
        new.description = String::new();
        assert_eq!(refusal(&new).await.field(), Some("tags"));
        new.tags = vec![];
        assert_eq!(refusal(&new).await.field(), Some("categoryId"));
        new.category = FURNITURE;
        assert_eq!(refusal(&new).await.field(), Some("price"));
        new.price = tokens("1");
        assert_eq!(refusal(&new).await.field(), Some("quantity"));
        new.quantity = Some(1);
        assert_eq!(refusal(&new).await.code(), "TOO_MANY");
        new.images.truncate(1);
        assert_eq!(refusal(&new).await, Refusal::missing("image"));
        new.images.clear();
        new.kind = ListingKind::File;
        new.quantity = None;
        assert_eq!(refusal(&new).await.field(), Some("file"));
        new.kind = ListingKind::Software;
        assert_eq!(refusal(&new).await.field(), Some("offers"));
        assert_eq!(market.store.count_published().await.unwrap(), 0);
        market.store.close().await;
    });
}

#[test]
fn drafts_are_for_their_seller_and_revising_leaves_the_stock_alone() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let store = &market.store;
        let draft = store.list_item(&wren.actor, NewListing { publish: false, ..chair() }).await.unwrap();
        assert!(store.find_listing(&wren.actor, draft.id).await.unwrap().is_some());
        assert!(store.find_listing(&finch.actor, draft.id).await.unwrap().is_none());
        let other = store.revise_listing(&finch.actor, draft.id, Revision::default()).await;
        assert_eq!(refused(other), Refusal::missing("listing"));
        assert_eq!(refused(finch.buys(draft.id, 1, "k").await), Refusal::missing("listing"));
        store.publish_listing(&wren.actor, draft.id).await.unwrap();
        finch.buys(draft.id, 1, "k2").await.unwrap();
        let revision = Revision { title: Some("A stool".to_owned()), ..Revision::default() };
        let revised = store.revise_listing(&wren.actor, draft.id, revision).await.unwrap();
        assert_eq!((revised.title.as_str(), revised.quantity, revised.sales), ("A stool", Some(1), 1));
        assert_eq!(revised.tags, ["wood"]);
        let window = || Window::first(10, None);
        assert_eq!(store.listings_of(&NOBODY, wren.id, window()).await.unwrap().items.len(), 1);
        store.withdraw_listing(&wren.actor, draft.id).await.unwrap();
        let withdrawn = store.withdraw_listing(&wren.actor, draft.id).await.unwrap();
        assert_eq!(withdrawn.state, ListingState::Withdrawn);
        assert_eq!(store.listings_of(&NOBODY, wren.id, window()).await.unwrap().items.len(), 0);
        assert_eq!(refused(finch.buys(draft.id, 1, "k3").await).code(), "NOT_FOR_SALE");
        assert_eq!(
            refused(store.withdraw_listing(&finch.actor, draft.id).await),
            Refusal::missing("listing")
        );
        market.store.close().await;
    });
}

#[test]
fn pictures_hang_on_the_listings_of_their_owner() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let store = &market.store;
        let mut images = Vec::new();
        for number in 0..3 {
            images.push(store.upload_image(&wren.actor, vec![number; 9]).await.unwrap().id);
        }
        let with = |images: &[ImageId]| NewListing { images: images.to_vec(), ..chair() };
        let stolen = store.list_item(&finch.actor, with(&images[..1])).await;
        assert_eq!(refused(stolen), Refusal::missing("image"));
        let listed = store.list_item(&wren.actor, with(&[images[2], images[0]])).await.unwrap();
        let hung: Vec<_> = store.images_of(listed.id).await.unwrap().iter().map(|image| image.id).collect();
        assert_eq!(hung, [images[2], images[0]]);
        let revision = Revision { images: Some(vec![images[1]]), ..Revision::default() };
        let revised = store.revise_listing(&wren.actor, listed.id, revision).await.unwrap();
        assert_ne!(revised.cover, listed.cover);
        let bare = Revision { images: Some(vec![]), ..Revision::default() };
        assert_eq!(store.revise_listing(&wren.actor, listed.id, bare).await.unwrap().cover, None);
        assert!(store.image(&finch.actor, images[0]).await.unwrap().is_none());
        market.store.close().await;
    });
}

#[test]
fn the_feed_tells_every_change_in_order_and_once() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let store = &market.store;
        let (one, two) = (wren.lists_goods("One", 3, 2).await, wren.lists_goods("Two", 3, 2).await);
        let first = store.changes_after(0, 100).await.unwrap();
        assert_eq!((first.found.len(), first.gone.len(), first.has_more), (2, 0, false));
        assert_eq!(store.changes_span().await.unwrap().0, first.cursor);
        finch.buys(one, 1, "k").await.unwrap();
        store.withdraw_listing(&wren.actor, two).await.unwrap();
        let next = store.changes_after(first.cursor, 100).await.unwrap();
        assert_eq!(
            next.found.iter().map(|found| (found.id, found.quantity)).collect::<Vec<_>>(),
            [(one, Some(1))]
        );
        assert_eq!(next.gone, [two]);
        let mut cursor = 0;
        let mut steps = 0;
        loop {
            let page = store.changes_after(cursor, 1).await.unwrap();
            if page.cursor == cursor {
                break;
            }
            (cursor, steps) = (page.cursor, steps + 1);
        }
        assert_eq!((cursor, steps), (next.cursor, 4));
        assert_eq!(store.published_after(None, 10).await.unwrap().len(), 1);
        assert_eq!(store.forget_changes(cursor, 1).await.unwrap(), 3);
        assert_eq!(store.changes_span().await.unwrap(), (cursor, cursor));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn each_listing_is_on_one_shelf_and_sellers_have_a_tally() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        let store = &market.store;
        let stool = wren.lists_goods("Stool", 5, 1).await;
        market.pass(1);
        let chair = wren.lists_goods("Chair", 5, 2).await;
        market.pass(1);
        let gone = wren.lists_goods("Gone", 5, 1).await;
        finch.buys(stool, 1, "a").await.unwrap();
        finch.buys(chair, 1, "b").await.unwrap();
        store.withdraw_listing(&wren.actor, gone).await.unwrap();
        assert_eq!(store.count_shelves(&wren.actor).await.unwrap(), [1, 1, 0, 1]);
        let shelf = async |shelf| {
            let page = store.own_listings(&wren.actor, shelf, Window::first(10, None)).await.unwrap();
            page.items.iter().map(|listing| listing.id).collect::<Vec<_>>()
        };
        assert_eq!(shelf(Some(Shelf::OnSale)).await, [chair]);
        assert_eq!(shelf(Some(Shelf::SoldOut)).await, [stool]);
        assert_eq!(shelf(Some(Shelf::Drafts)).await, []);
        assert_eq!(shelf(Some(Shelf::Withdrawn)).await, [gone]);
        assert_eq!(shelf(None).await, [gone, chair, stool]);
        assert_eq!(store.count_shelves(&finch.actor).await.unwrap(), [0; 4]);
        assert_eq!(store.tally(wren.id).await.unwrap(), Tally { on_sale: 1, sales: 2 });
        assert_eq!(store.tally(finch.id).await.unwrap(), Tally::default());
        market.store.close().await;
    });
}
