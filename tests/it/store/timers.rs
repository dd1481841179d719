//! Timers: exactly at the boundary, before, after, late and twice.

use domain::access::Actor;
use domain::gift::GiftState;
use domain::order::OrderState;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};

fn shifted(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.millis() + millis)
}

#[test]
fn held_tokens_are_released_at_their_time_and_once() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 500).await);
        let chair = wren.lists_goods("A chair", 20, 9).await;
        let order = finch.buys(chair, 1, "one").await.unwrap();
        let due = market.store.order(&finch.actor, order).await.unwrap().order.money.release_at;
        assert_eq!(due.millis() - market.world.now().millis(), 14 * 86_400_000);
        assert_eq!(refused(market.store.release_due(&finch.actor, 10).await), Refusal::Forbidden);
        for (millis, released) in [(-1, 0), (0, 1), (0, 0), (1, 0), (90_000_000, 0)] {
            market.world.set_now(shifted(due, millis));
            let count = market.store.release_due(&Actor::System, 10).await.unwrap();
            assert_eq!(count, released, "{millis} ms from the time");
        }
        let view = market.store.order(&finch.actor, order).await.unwrap();
        assert_eq!((view.order.state, view.closed_at), (OrderState::Released, Some(due)));
        assert_eq!(wren.wallet().await.earned, tokens("19"));

        let orders = [
            finch.buys(chair, 1, "a").await,
            finch.buys(chair, 1, "b").await,
            finch.buys(chair, 1, "c").await,
        ];
        market.store.confirm_receipt(&finch.actor, *orders[0].as_ref().unwrap()).await.unwrap();
        market.pass(40 * 86_400);
        assert_eq!(market.store.release_due(&Actor::System, 1).await.unwrap(), 1, "no more than asked for");
        assert_eq!(market.store.release_due(&Actor::System, 9).await.unwrap(), 1);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn unclaimed_gifts_return_at_their_time_and_once() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person_with("wren", 10).await, market.person("finch").await);
        let (view, code) = market.store.create_gift_link(&wren.actor, tokens("4"), "", "a").await.unwrap();
        let due = view.gift.expires_at.unwrap();
        assert_eq!(refused(market.store.return_due(&wren.actor, 10).await), Refusal::Forbidden);
        market.world.set_now(shifted(due, -1));
        assert_eq!(market.store.return_due(&Actor::System, 10).await.unwrap(), 0);
        market.world.set_now(due);
        assert_eq!(refused(market.store.claim_gift(&finch.actor, &code, "late").await), Refusal::Expired);
        assert_eq!(market.store.return_due(&Actor::System, 10).await.unwrap(), 1);
        assert_eq!(market.store.return_due(&Actor::System, 10).await.unwrap(), 0);
        let state = market.store.gift(&wren.actor, view.gift.id).await.unwrap().gift.state;
        assert_eq!(state, GiftState::Expired);

        let (view, code) = market.store.create_gift_link(&wren.actor, tokens("4"), "", "b").await.unwrap();
        market.world.set_now(shifted(view.gift.expires_at.unwrap(), -1));
        market.store.claim_gift(&finch.actor, &code, "in-time").await.unwrap();
        market.pass(86_400);
        assert_eq!(market.store.return_due(&Actor::System, 10).await.unwrap(), 0);
        market.clean().await;
        market.store.close().await;
    });
}
