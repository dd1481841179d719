//! Gifts to users and behind links.

use domain::access::Actor;
use domain::gift::GiftState;
use domain::refusal::Refusal;
use store::page::Window;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};

#[test]
fn promo_tokens_are_spent_but_not_given() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let wren = market.person_with("wren", 10).await;
        market.person("finch").await;
        let asked = market.store.give_tokens(&wren.actor, "finch", tokens("10.0001"), "", "a").await;
        let (balance, shortfall) = (tokens("10"), tokens("0.0001"));
        assert_eq!(refused(asked), Refusal::InsufficientTokens { balance, shortfall });
        market.store.give_tokens(&wren.actor, "@Finch", tokens("10"), "", "b").await.unwrap();
        assert_eq!(wren.wallet().await.promo, tokens("50"));
        let asked = market.store.give_tokens(&wren.actor, "nobody", tokens("1"), "", "c").await;
        assert_eq!(refused(asked), Refusal::missing("user"));
        let asked = market.store.give_tokens(&wren.actor, "wren", tokens("1"), "", "d").await;
        assert_eq!(refused(asked).field(), Some("to"));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_link_is_claimed_once_and_by_somebody_else() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person_with("wren", 10).await, market.person("finch").await);
        let store = &market.store;
        let (made, code) = store.create_gift_link(&wren.actor, tokens("4"), "hello", "link").await.unwrap();
        let (again, same) = store.create_gift_link(&wren.actor, tokens("4"), "hello", "link").await.unwrap();
        assert_eq!((made, &code), (again, &same), "the same key tells the same code");
        assert_eq!(store.gift_behind(&code).await.unwrap().gift.message.as_str(), "hello");
        assert_eq!(refused(store.claim_gift(&finch.actor, "AAAAA", "x").await), Refusal::missing("gift"));
        assert_eq!(refused(store.claim_gift(&wren.actor, &code, "own").await).field(), Some("claimCode"));
        let typed = code.to_lowercase().replace('-', " ");
        let claimed = store.claim_gift(&finch.actor, &typed, "claim").await.unwrap();
        assert_eq!(claimed.gift.state, GiftState::Claimed);
        assert_eq!(store.claim_gift(&finch.actor, &typed, "claim").await.unwrap(), claimed);
        assert_eq!(refused(store.claim_gift(&finch.actor, &code, "twice").await), Refusal::AlreadyClaimed);
        assert_eq!(refused(store.cancel_gift(&wren.actor, claimed.gift.id).await), Refusal::AlreadyClaimed);
        assert_eq!(finch.wallet().await.spendable, tokens("4"));
        let seen = store.gifts(&finch.actor, Window::first(5, None)).await.unwrap();
        assert_eq!(seen.items, vec![claimed]);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn what_is_taken_back_or_too_late_returns_to_its_buckets() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person_with("wren", 10).await, market.person("finch").await);
        let chair = wren.lists_goods("A chair", 20, 1).await;
        let order = finch.buys(chair, 1, "chair").await.unwrap();
        market.store.confirm_receipt(&finch.actor, order).await.unwrap();
        let before = wren.wallet().await;
        let store = &market.store;
        let (first, code) = store.create_gift_link(&wren.actor, tokens("15"), "", "first").await.unwrap();
        assert_eq!((wren.wallet().await.spendable, wren.wallet().await.earned), (tokens("0"), tokens("14")));
        store.cancel_gift(&wren.actor, first.gift.id).await.unwrap();
        store.cancel_gift(&wren.actor, first.gift.id).await.unwrap();
        assert_eq!(wren.wallet().await, before);
        assert_eq!(refused(store.claim_gift(&finch.actor, &code, "late").await), Refusal::Expired);
        assert_eq!(refused(store.cancel_gift(&finch.actor, first.gift.id).await), Refusal::missing("gift"));

        let (_, code) = store.create_gift_link(&wren.actor, tokens("15"), "", "second").await.unwrap();
        market.pass(30 * 86_400);
        assert_eq!(store.gift_behind(&code).await.unwrap().gift.state, GiftState::Expired);
        assert_eq!(refused(store.claim_gift(&finch.actor, &code, "later").await), Refusal::Expired);
        assert_eq!(store.return_due(&Actor::System, 10).await.unwrap(), 1);
        assert_eq!(wren.wallet().await, before);
        market.clean().await;
        market.store.close().await;
    });
}
