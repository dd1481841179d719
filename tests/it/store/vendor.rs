//! What only the vendor's staff does: grants, fee rules, looking around.

use domain::access::{Actor, Role};
use domain::fees::FeeScope;
use domain::id::CategoryId;
use domain::ledger::account::AccountKind;
use domain::refusal::Refusal;
use domain::time::Seconds;
use domain::tokens::Tokens;
use store::fees::FeeRuleInput;
use store::page::Window;
use store::vendor::NewPromotion;
use tests::databases::on_each_database;
use tests::people::{FURNITURE, Market, refused, tokens};

use super::lively::rule;

#[test]
fn staff_grants_and_nobody_else() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (staff, wren) = (market.staff("keeper").await, market.person("wren").await);
        let store = &market.store;
        let grant = async |actor: &Actor, to: &str, amount: &str, reason: &str, key: &str| {
            store.grant_tokens(actor, to, tokens(amount), reason, key).await
        };
        let visitor = Actor::Visitor(None);
        assert_eq!(refused(grant(&visitor, "wren", "1", "why", "a").await), Refusal::NotSignedIn);
        assert_eq!(refused(grant(&wren.actor, "wren", "1", "why", "a").await), Refusal::Forbidden);
        assert_eq!(refused(grant(&staff.actor, "wren", "1", "", "a").await).field(), Some("reason"));
        assert_eq!(refused(grant(&staff.actor, "wren", "0", "why", "b").await).field(), Some("amount"));
        assert_eq!(refused(grant(&staff.actor, "nobody", "1", "why", "c").await), Refusal::missing("user"));
        let most = Tokens::MAX_MOVED.to_string();
        assert_eq!(grant(&staff.actor, "wren", &most, "why", "d").await.unwrap().id, wren.id);
        assert_eq!(
            refused(grant(&staff.actor, "wren", "1000000000.0001", "why", "e").await).field(),
            Some("amount")
        );
        assert_eq!(wren.wallet().await.spendable, Tokens::MAX_MOVED);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_promotion_reaches_many_and_ends_on_its_day() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (staff, wren) = (market.staff("keeper").await, market.person("wren").await);
        let finch = market.person("finch").await;
        let store = &market.store;
        let ends = market.world.now().after(Seconds::days(30));
        let fair = |to: &[&str]| NewPromotion {
            to: to.iter().map(|handle| (*handle).to_owned()).collect(),
            amount: tokens("7.5"),
            reason: "Spring fair".to_owned(),
            expires_at: Some(ends),
        };
        let visitor = Actor::Visitor(None);
        assert_eq!(refused(store.grant_promo(&visitor, fair(&["wren"]), "a").await), Refusal::NotSignedIn);
        assert_eq!(refused(store.grant_promo(&wren.actor, fair(&["wren"]), "a").await), Refusal::Forbidden);
        let some_unknown = fair(&["wren", "nobody", "finch"]);
        assert_eq!(
            refused(store.grant_promo(&staff.actor, some_unknown, "b").await),
            Refusal::missing("user")
        );
        let before = wren.wallet().await.promo;
        for _ in 0..3 {
            let reached = store.grant_promo(&staff.actor, fair(&["wren", "finch", "wren"]), "c").await;
            assert_eq!(reached.unwrap(), 2, "each once, however often named or asked");
        }
        assert_eq!(wren.wallet().await.promo, before.checked_add(tokens("7.5")).unwrap());
        assert_eq!(finch.wallet().await.spendable, Tokens::ZERO, "promo is not to be given away");
        market.world.set_now(ends);
        store.expire_promo(&Actor::System, 100).await.unwrap();
        store.expire_promo(&Actor::System, 100).await.unwrap();
        assert_eq!(wren.wallet().await.promo, before, "what is left of it has ended, once");
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn the_first_rule_that_matches_sets_the_fee() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (staff, wren) = (market.staff("keeper").await, market.person("wren").await);
        let finch = market.person("finch").await;
        let store = &market.store;
        assert_eq!(refused(store.set_fee_rules(&wren.actor, vec![]).await), Refusal::Forbidden);
        let home = FeeRuleInput { category: Some(CategoryId::new(100)), ..rule("Home", 800, None) };
        let both = FeeRuleInput { seller: Some("wren".to_owned()), ..home.clone() };
        for (rules, code) in [
            (vec![], "INVALID_INPUT"),
            (vec![home.clone()], "INVALID_INPUT"),
            (vec![both, rule("Rest", 500, None)], "INVALID_INPUT"),
            (vec![rule("Gone", 1, Some("nobody")), rule("Rest", 500, None)], "NOT_FOUND"),
            (vec![rule("Too much", 10_001, None)], "INVALID_INPUT"),
        ] {
            assert_eq!(refused(store.set_fee_rules(&staff.actor, rules).await).code(), code);
        }
        assert_eq!(store.fee_rules().await.unwrap().as_slice().len(), 1, "the standard cut stands");
        let least = FeeRuleInput { minimum: Some(tokens("2")), ..rule("Rest", 500, None) };
        let rules = vec![rule("Friend", 100, Some("wren")), home, least];
        let set = store.set_fee_rules(&staff.actor, rules).await.unwrap();
        assert_eq!(store.fee_rules().await.unwrap(), set);
        assert_eq!(set.as_slice()[0].scope, FeeScope::Seller(wren.id));
        for (price, category, seller, fee) in [
            ("100", FURNITURE, wren.id, "1"),
            ("100", FURNITURE, finch.id, "8"),
            ("100", CategoryId::new(301), finch.id, "5"),
            ("10", CategoryId::new(301), finch.id, "2"),
            ("1", CategoryId::new(301), finch.id, "1"),
        ] {
            let fee_of = store.fee_preview(tokens(price), category, seller).await.unwrap();
            assert_eq!(fee_of.per_unit, tokens(fee), "{}", fee_of.explanation);
        }
        market.store.close().await;
    });
}

#[test]
fn the_glance_and_the_list_of_users_tell_what_there_is() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (staff, wren) = (market.staff("keeper").await, market.person("wren").await);
        let finch = market.person_with("wren-finch", 100).await;
        let chair = wren.lists_goods("A chair", 20, 2).await;
        finch.buys(chair, 2, "k").await.unwrap();
        let store = &market.store;
        let since = market.world.now();
        let glance = store.glance(&staff.actor, since).await.unwrap();
        assert_eq!((glance.users, glance.listings, glance.orders, glance.turnover), (3, 1, 1, tokens("40")));
        let of = |kind| glance.totals.iter().find(|total| total.kind == kind).map(|total| total.balance);
        assert_eq!(of(AccountKind::Escrow), Some(tokens("40")));
        assert_eq!(of(AccountKind::IssuedPromo), Some(tokens("150")));
        market.pass(1);
        assert_eq!(store.glance(&staff.actor, market.world.now()).await.unwrap().orders, 0);
        assert_eq!(refused(store.glance(&wren.actor, since).await), Refusal::Forbidden);
        for (prefix, count) in [("", 3), ("wren", 2), ("wren-", 1), ("Keep", 1), ("%", 0), ("zzz", 0)] {
            let found = store.find_users(&staff.actor, prefix, Window::first(10, None)).await.unwrap();
            assert_eq!(found.items.len(), count, "{prefix:?}");
        }
        let rows = store.find_users(&staff.actor, "", Window::first(10, None)).await.unwrap().items;
        let mut told: Vec<_> =
            rows.iter().map(|row| (row.handle.as_str(), row.role, row.wallet.balance())).collect();
        // They came in one moment, in no order.
        told.sort_by_key(|(handle, ..)| *handle);
        let expected = [
            ("keeper", Role::Staff, tokens("50")),
            ("wren", Role::User, tokens("50")),
            ("wren-finch", Role::User, tokens("110")),
        ];
        assert_eq!(told, expected);
        assert_eq!(
            refused(store.find_users(&wren.actor, "", Window::first(1, None)).await),
            Refusal::Forbidden
        );
        market.store.close().await;
    });
}

#[test]
fn staff_sees_the_latest_orders_and_the_last_seal() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (staff, wren) = (market.staff("keeper").await, market.person("wren").await);
        let store = &market.store;
        let before =
            store.sealed(&staff.actor, None).await.unwrap().expect("accounts open with a transaction");
        let finch = market.person_with("finch", 100).await;
        let chair = wren.lists_goods("A chair", 20, 2).await;
        let order = finch.buys(chair, 1, "k").await.unwrap();
        let latest = store.latest_orders(&staff.actor, 10).await.unwrap();
        assert_eq!(latest.len(), 1);
        assert_eq!((latest[0].order.id, latest[0].buyer_handle.as_str()), (order, "finch"));
        assert_eq!(latest[0].order.lines[0].title, "A chair");
        let last = store.sealed(&staff.actor, None).await.unwrap().unwrap();
        let entries = store.entries(order.uuid()).await.unwrap();
        assert_eq!((last.sequence, last.seal), (entries[0].sequence, entries[0].seal));
        assert_eq!(store.sealed(&staff.actor, Some(before.sequence)).await.unwrap(), Some(before));
        for nowhere in [0, -1, last.sequence + 1, i64::MAX] {
            assert_eq!(store.sealed(&staff.actor, Some(nowhere)).await.unwrap(), None, "{nowhere}");
        }
        assert_eq!(refused(store.sealed(&wren.actor, None).await), Refusal::Forbidden);
        assert_eq!(refused(store.latest_orders(&Actor::Visitor(None), 1).await), Refusal::NotSignedIn);
        market.store.close().await;
    });
}
