//! The main job over the verbs: open, list, buy, confirm, give.

use tests::databases::on_each_database;
use tests::people::{Market, tokens};

#[test]
fn somebody_sells_buys_and_gives_and_every_unit_is_accounted_for() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        let chair = wren.lists_goods("A chair", 95, 3).await;
        let order = finch.buys(chair, 1, "first").await.unwrap();
        assert_eq!(finch.balance().await, tokens("55"));
        assert_eq!(wren.wallet().await.held, tokens("95"));

        market.store.confirm_receipt(&finch.actor, order).await.unwrap();
        assert_eq!(wren.wallet().await.earned, tokens("90.25"));
        let gift = market.store.give_tokens(&wren.actor, "finch", tokens("0.25"), "thanks", "gift").await;
        assert_eq!(gift.unwrap().amount(), tokens("0.25"));
        assert_eq!(finch.wallet().await.spendable, tokens("55.25"));

        let totals = market.clean().await;
        assert_eq!(totals.issued, totals.held);
        assert_eq!(totals.issued, 200 * 10_000);
        market.store.close().await;
    });
}
