//! Listening for one's wallet: told after the commit, by whichever server.

use std::time::Duration;

use domain::access::Actor;
use domain::refusal::Refusal;
use store::changes::WalletChanges;
use tests::databases::{Base, Kind, on_each_database, run};
use tests::people::{Market, open, refused, tokens};
use tokio::time::timeout;

/// Far longer than it may take; a change that is not told fails the test.
const PATIENCE: Duration = Duration::from_secs(20);

async fn is_told(changes: &mut WalletChanges) -> bool {
    timeout(PATIENCE, changes.changed()).await.expect("a change is told")
}

#[test]
fn who_listens_hears_of_their_own_wallet() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let store = &market.store;
        assert_eq!(
            refused(store.wallet_changes(&Actor::Visitor(None)).await.map(|_| ())),
            Refusal::NotSignedIn
        );
        let (mut wrens, mut finches) = (
            store.wallet_changes(&wren.actor).await.unwrap(),
            store.wallet_changes(&finch.actor).await.unwrap(),
        );
        market.grant(&wren, 7).await;
        assert!(is_told(&mut wrens).await);
        assert_eq!(wren.wallet().await.spendable, tokens("7"), "it is there before it is told");
        // Both sides of a gift; and nothing was told to finch before.
        store.give_tokens(&wren.actor, "finch", tokens("2"), "", "k").await.unwrap();
        assert!(is_told(&mut wrens).await && is_told(&mut finches).await);
        assert_eq!(finch.wallet().await.spendable, tokens("2"));
        // Who stopped listening and begins again misses nothing from then on.
        drop((wrens, finches));
        market.grant(&wren, 1).await;
        let mut again = store.wallet_changes(&wren.actor).await.unwrap();
        market.grant(&wren, 1).await;
        assert!(is_told(&mut again).await);
        market.store.close().await;
    });
}

#[test]
fn commits_of_another_server_are_told_too() {
    run(async {
        let market = Market::on(Base::fresh(Kind::Postgres).await).await;
        let world = store::world::World::made(2, market.world.now());
        let second = open(&market.base, domain::market::Market::default(), world).await;
        let wren = market.person("wren").await;
        let mut changes = second.wallet_changes(&wren.actor).await.unwrap();
        market.grant(&wren, 7).await;
        assert!(is_told(&mut changes).await);
        assert_eq!(second.wallet(wren.id).await.unwrap().spendable, tokens("7"));
    });
}

#[test]
fn what_is_written_while_nobody_waits_is_heard() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let wren = market.person("wren").await;
        let mut writes = market.store.writes();
        market.grant(&wren, 7).await;
        timeout(PATIENCE, writes.next()).await.expect("a worker that was busy hears of it");
        market.store.close().await;
    });
}
