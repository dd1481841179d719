//! Carts: kept, joined at sign-in, bought as a whole.

use domain::access::Actor;
use domain::id::VisitorId;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};
use uuid::Uuid;

fn visitor(number: u128) -> (VisitorId, Actor) {
    let id = VisitorId::new(Uuid::from_u128(number));
    (id, Actor::Visitor(Some(id)))
}

#[test]
fn a_visitors_cart_joins_the_account() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let store = &market.store;
        let (chair, lamp) =
            (wren.lists_goods("A chair", 10, 5).await, wren.lists_goods("A lamp", 7, 5).await);
        let own = finch.lists_goods("Finch's own", 3, 5).await;
        let (id, somebody) = visitor(1);
        assert_eq!(refused(store.add_to_cart(&Actor::Visitor(None), chair, 1).await), Refusal::NotSignedIn);
        for (listing, quantity) in [(chair, 2), (lamp, 1), (own, 1)] {
            store.add_to_cart(&somebody, listing, quantity).await.unwrap();
        }
        store.add_to_cart(&finch.actor, chair, 4).await.unwrap();
        store.join_cart(&finch.actor, id).await.unwrap();
        store.join_cart(&finch.actor, id).await.unwrap();
        let cart = store.cart(&finch.actor).await.unwrap();
        let mut lines: Vec<_> =
            cart.lines.iter().map(|line| (line.listing.title.as_str(), line.quantity)).collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [("A chair", 4), ("A lamp", 1)],
            "the account's number stays, one's own stays behind"
        );
        assert_eq!(
            (cart.total, cart.shortfall, cart.balance_after),
            (tokens("47"), tokens("0"), tokens("3"))
        );
        assert_eq!(store.cart_count(&finch.actor).await.unwrap(), 5);
        assert_eq!(store.cart(&somebody).await.unwrap().lines.len(), 0);
        market.store.close().await;
    });
}

#[test]
fn a_checkout_takes_the_whole_cart_or_nothing() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, robin) = (market.person("wren").await, market.person("robin").await);
        let finch = market.person_with("finch", 50).await;
        let store = &market.store;
        let (chair, song) = (wren.lists_goods("A chair", 30, 2).await, robin.lists_file("A song", 5).await);
        assert_eq!(refused(store.checkout(&finch.actor, Tokens::ZERO, "a").await), Refusal::EmptyCart);
        store.add_to_cart(&finch.actor, chair, 2).await.unwrap();
        let cart = store.add_to_cart(&finch.actor, song, 1).await.unwrap();
        assert_eq!(refused(store.add_to_cart(&finch.actor, chair, 1).await).code(), "OUT_OF_STOCK");
        let wrong = store.checkout(&finch.actor, tokens("64"), "b").await;
        assert_eq!(refused(wrong), Refusal::PriceChanged { now: tokens("65") });
        wren.buys(song, 1, "other").await.unwrap();
        robin.buys(chair, 1, "snapped-up").await.unwrap();
        let gone = store.checkout(&finch.actor, tokens("65"), "c").await;
        assert_eq!(refused(gone), Refusal::OutOfStock { listing: chair, left: 1 });
        assert_eq!(store.cart(&finch.actor).await.unwrap().lines.len(), 2, "a refusal leaves the cart");
        let line = cart.lines.iter().find(|line| line.listing.id == chair).unwrap().id;
        store.set_cart_quantity(&finch.actor, line, 1).await.unwrap();
        let orders = store.checkout(&finch.actor, tokens("35"), "d").await.unwrap();
        assert_eq!(orders.len(), 2, "one order for each seller");
        assert_eq!(store.checkout(&finch.actor, tokens("35"), "d").await.unwrap(), orders);
        assert_eq!(store.cart_count(&finch.actor).await.unwrap(), 0);
        assert_eq!(finch.balance().await, tokens("65"));
        let (_, other) = visitor(9);
        assert_eq!(refused(store.remove_from_cart(&other, line).await).code(), "NOT_FOUND");
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn visitors_carts_are_forgotten_and_users_are_not() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let chair = wren.lists_goods("A chair", 10, 5).await;
        let (_, somebody) = visitor(1);
        market.store.add_to_cart(&somebody, chair, 1).await.unwrap();
        market.store.add_to_cart(&finch.actor, chair, 1).await.unwrap();
        market.pass(30 * 86_400);
        assert_eq!(market.store.forget_carts().await.unwrap(), 0);
        market.pass(1);
        assert_eq!(market.store.forget_carts().await.unwrap(), 1);
        assert_eq!(market.store.cart_count(&finch.actor).await.unwrap(), 1);
        market.store.close().await;
    });
}
