//! What was rented long enough, and which programs a purchase may fetch.

use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use tests::databases::on_each_database;
use tests::people::{refused, tokens};

use super::shop::{GOOD, HOUR, Shop};

#[test]
fn rent_that_counts_for_the_whole_price_leaves_nothing_to_pay() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let (store, finch) = (&shop.market.store, &shop.finch.actor);
        let licence = shop.rents(HOUR, "4", "r0").await;
        for number in 1..10 {
            assert_eq!(shop.rents(HOUR, "4", &format!("r{number}")).await, licence, "it grows");
        }
        let left = shop.finch.balance().await;
        let good = shop.offer(GOOD);
        let asked = refused(store.convert_licence(finch, licence, (good, tokens("2")), "c").await);
        assert_eq!(asked, Refusal::PriceChanged { now: Tokens::ZERO }, "ten halves of 4 are 20");
        for _ in 0..2 {
            let view = store.convert_licence(finch, licence, (good, Tokens::ZERO), "d").await.unwrap();
            assert!(view.holding.licence.is_owned());
        }
        assert_eq!(shop.finch.balance().await, left);
        let again = refused(store.convert_licence(finch, licence, (good, Tokens::ZERO), "e").await);
        assert_eq!(again, Refusal::AlreadyOwned);
        shop.done().await;
    });
}

#[test]
fn a_purchase_fetches_only_the_versions_that_it_covers() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let direct = shop.market.base.connect().await;
        let program = |release: &str, sha256: &str| {
            format!(
                "INSERT INTO artifacts (id, release_id, os, arch, packing, name, main, state, size, sha256, \
                 unpacked_size, files, file_hash, begun_at, uploaded_at) SELECT id, id, 'linux', 'x86-64', \
                 1, 'inkwell', 'inkwell', 2, 9, '{sha256}', 9, '', 'f', 0, 0 FROM releases \
                 WHERE version = '{release}'"
            )
        };
        let (first, second) = ("1".repeat(64), "2".repeat(64));
        direct.must(&program("1.2.0", &first)).await;
        let licence =
            shop.market.store.buy_offer(&shop.finch.actor, shop.offer(GOOD), tokens("20"), "b").await;
        shop.market.pass(60);
        let now = shop.market.world.now().millis();
        direct
            .must(&format!(
                "INSERT INTO releases (id, listing_id, version, channel, notes, rules, state, created_at, \
                 published_at, seq, kid, manifest, signed_at, expires_at) SELECT seller_id, id, '2.0.0', \
                 'stable', '', '', 2, {now}, {now}, 2, 'k', 'm', 0, 1 FROM listings WHERE kind = 4"
            ))
            .await;
        direct.must(&program("2.0.0", &second)).await;

        let store = &shop.market.store;
        let bought = store.licence(&shop.finch.actor, None, licence.unwrap().0.id()).await.unwrap();
        assert_eq!(bought.covers.to_string(), "^1");
        let grant = store.authorize_download(&bought, &first).await.unwrap();
        assert_eq!(store.granted(&grant.token).await.unwrap().licence, bought.id());
        let newer = refused(store.authorize_download(&bought, &second).await);
        assert_eq!(newer, Refusal::denied(Verdict::VersionNotCovered));
        let none = refused(store.authorize_download(&bought, &"3".repeat(64)).await);
        assert_eq!(none, Refusal::missing("program"));
        shop.done().await;
    });
}
