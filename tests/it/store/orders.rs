//! Buying: prices, stock, and what an order remembers.

use domain::listing::ListingKind;
use domain::order::OrderState;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::listings::Revision;
use store::orders::Side;
use store::page::Window;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};

use super::lively::rule;

#[test]
fn a_price_that_changed_is_refused_and_orders_made_keep_theirs() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 500).await);
        let staff = market.staff("keeper").await;
        let chair = wren.lists_goods("A chair", 40, 5).await;
        let order = finch.buys(chair, 1, "first").await.unwrap();
        let before = market.store.order(&finch.actor, order).await.unwrap();

        wren.prices(chair, 60).await;
        let late = market.store.buy(&finch.actor, chair, 1, Tokens::whole(40), "second").await;
        assert_eq!(refused(late), Refusal::PriceChanged { now: Tokens::whole(60) });
        let other = Revision { title: Some("A stool".to_owned()), ..Revision::default() };
        market.store.revise_listing(&wren.actor, chair, other).await.unwrap();
        market.store.set_fee_rules(&staff.actor, vec![rule("Half", 5_000, None)]).await.unwrap();

        assert_eq!(market.store.order(&finch.actor, order).await.unwrap(), before);
        let line = &before.order.lines[0];
        assert_eq!((line.title.as_str(), line.fee), ("A chair", tokens("2")));
        assert_eq!(line.fee_explanation, "5 % of 40 = 2 tokens (Standard cut)");
        market.store.confirm_receipt(&finch.actor, order).await.unwrap();
        assert_eq!(wren.wallet().await.earned, tokens("38"), "the cut of the day of the purchase");

        let newer = finch.buys(chair, 1, "third").await.unwrap();
        let newer = market.store.order(&finch.actor, newer).await.unwrap();
        assert_eq!(newer.order.money.fee, tokens("30"));
        assert_eq!(newer.order.lines[0].fee_explanation, "50 % of 60 = 30 tokens (Half)");
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn stock_goes_down_with_orders_and_up_when_they_are_called_off() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 500).await);
        let chair = wren.lists_goods("A chair", 10, 3).await;
        let left = async || market.store.listings(&[chair]).await.unwrap()[0].quantity;
        let order = finch.buys(chair, 2, "two").await.unwrap();
        assert_eq!(left().await, Some(1));
        assert_eq!(
            refused(finch.buys(chair, 2, "more").await),
            Refusal::OutOfStock { listing: chair, left: 1 }
        );
        market.store.cancel_order(&wren.actor, order).await.unwrap();
        assert_eq!(left().await, Some(3));
        assert_eq!(market.store.listings(&[chair]).await.unwrap()[0].sales, 0);
        finch.buys(chair, 3, "all").await.unwrap();
        assert_eq!(left().await, Some(0));
        assert_eq!(
            refused(finch.buys(chair, 1, "one").await),
            Refusal::OutOfStock { listing: chair, left: 0 }
        );
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn an_order_is_seen_by_its_two_sides_only() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 500).await);
        let robin = market.person("robin").await;
        let lesson = wren.lists(ListingKind::Service, "A lesson", 10, None).await;
        let song = wren.lists_file("A song", 5).await;
        let order = finch.buys(lesson, 1, "lesson").await.unwrap();
        let instant = finch.buys(song, 1, "song").await.unwrap();
        let store = &market.store;
        assert_eq!(refused(store.order(&robin.actor, order).await), Refusal::missing("order"));
        assert_eq!(refused(store.confirm_receipt(&robin.actor, order).await), Refusal::missing("order"));
        assert_eq!(refused(store.confirm_receipt(&wren.actor, order).await), Refusal::Forbidden);
        assert_eq!(refused(store.cancel_order(&finch.actor, order).await), Refusal::Forbidden);
        let state = store.order(&wren.actor, instant).await.unwrap().order.state;
        assert_eq!(state, OrderState::Released, "a file is delivered and released at once");

        let bought = store.orders(&finch.actor, Side::Bought, Window::first(10, None)).await.unwrap();
        let ids: Vec<_> = bought.items.iter().map(|view| view.order.id).collect();
        assert_eq!(ids.len(), 2);
        let sold = store.orders(&wren.actor, Side::Sold, Window::first(10, None)).await.unwrap();
        assert_eq!(sold.items, bought.items);
        let page = store.orders(&finch.actor, Side::Bought, Window::first(1, None)).await.unwrap();
        assert!(page.has_next && !page.has_previous && page.items[0].order.id == ids[0]);
        let next = Window::first(1, Some(ids[0].uuid()));
        let page = store.orders(&finch.actor, Side::Bought, next).await.unwrap();
        assert!(!page.has_next && page.has_previous && page.items[0].order.id == ids[1]);
        let back = Window::last(1, Some(ids[1].uuid()));
        assert_eq!(store.orders(&finch.actor, Side::Bought, back).await.unwrap().items[0].order.id, ids[0]);

        assert_eq!(
            store.library(&finch.actor, Window::first(5, None)).await.unwrap().items[0].listing.id,
            song
        );
        assert_eq!(store.download(&finch.actor, song).await.unwrap().name, "file.txt");
        assert!(store.download(&wren.actor, song).await.is_ok(), "the seller may look at the file");
        assert_eq!(refused(store.download(&robin.actor, song).await), Refusal::missing("file"));
        let entries = store.entries(order.uuid()).await.unwrap();
        assert_eq!(entries.len(), 1);
        market.clean().await;
        market.store.close().await;
    });
}
