//! A market in which everything has happened once: orders and gifts in every
//! state, grants, and fee rules of each kind.

use domain::access::Actor;
use domain::id::VisitorId;
use domain::tokens::Tokens;
use domain::voucher::Which;
use store::fees::FeeRuleInput;
use store::vouchers::NewBatch;
use tests::databases::Base;
use tests::people::{FURNITURE, Market, Person, tokens};
use uuid::Uuid;

/// The market and its people.
pub(crate) struct Lively {
    pub(crate) market: Market,
    pub(crate) wren: Person,
    pub(crate) finch: Person,
}

/// A fee rule for everything or one seller.
pub(crate) fn rule(name: &str, basis_points: u16, seller: Option<&str>) -> FeeRuleInput {
    FeeRuleInput {
        name: name.to_owned(),
        category: None,
        seller: seller.map(str::to_owned),
        basis_points,
        fixed: Tokens::ZERO,
        minimum: None,
        maximum: None,
    }
}

/// Lets everything happen once.
pub(crate) async fn lively(base: Base) -> Lively {
    let market = Market::with_mail_under(super::redemptions::rules(), base).await;
    let store = &market.store;
    let staff = market.staff("keeper").await;
    let wren = market.person("wren").await;
    let (finch, robin) = (market.person_with("finch", 1_000).await, market.person_with("robin", 500).await);
    let by_category = FeeRuleInput { category: Some(FURNITURE), ..rule("Furniture", 700, None) };
    let rules = vec![rule("All of it", 10_000, Some("robin")), by_category, rule("Standard", 500, None)];
    store.set_fee_rules(&staff.actor, rules).await.unwrap();
    store.grant_tokens(&staff.actor, "wren", tokens("12.5"), "for a good start", "grant").await.unwrap();

    give_in_every_way(&market, &finch, &robin).await;
    let (chair, song) = (wren.lists_goods("A chair", 20, 10).await, wren.lists_file("A song", 3).await);
    let confirmed = finch.buys(chair, 2, "confirmed").await.unwrap();
    store.confirm_receipt(&finch.actor, confirmed).await.unwrap();
    let cancelled = finch.buys(chair, 1, "cancelled").await.unwrap();
    store.cancel_order(&wren.actor, cancelled).await.unwrap();
    finch.buys(song, 1, "instant").await.unwrap();
    let whole_cut = robin.lists_file("A poem", 4).await;
    finch.buys(whole_cut, 1, "whole-cut").await.unwrap();
    finch.buys(chair, 3, "held").await.unwrap();
    let visitor = VisitorId::new(Uuid::from_u128(77));
    store.add_to_cart(&Actor::Visitor(Some(visitor)), chair, 1).await.unwrap();
    store.join_cart(&robin.actor, visitor).await.unwrap();
    store.add_to_cart(&robin.actor, song, 1).await.unwrap();
    store.checkout(&robin.actor, tokens("23"), "mixed").await.unwrap();
    use_vouchers(&market, &staff, &wren).await;
    redeem_in_every_way(&market, &staff, &wren).await;
    market.clean().await;
    Lively { market, wren, finch }
}

async fn give_in_every_way(market: &Market, finch: &Person, robin: &Person) {
    let store = &market.store;
    store.create_gift_link(&finch.actor, tokens("1"), "too late", "expired").await.unwrap();
    market.pass(31 * 86_400);
    assert_eq!(store.return_due(&Actor::System, 10).await.unwrap(), 1);
    store.give_tokens(&finch.actor, "robin", tokens("2"), "at once", "given").await.unwrap();
    store.create_gift_link(&finch.actor, tokens("3"), "waits", "pending").await.unwrap();
    let (_, code) = store.create_gift_link(&finch.actor, tokens("4"), "come", "claimed").await.unwrap();
    store.claim_gift(&robin.actor, &code, "claim").await.unwrap();
    let (view, _) =
        store.create_gift_link(&finch.actor, tokens("5"), "or not", "cancelled-gift").await.unwrap();
    store.cancel_gift(&finch.actor, view.gift.id).await.unwrap();
}

/// Redemptions in every state.
async fn redeem_in_every_way(market: &Market, staff: &Person, wren: &Person) {
    let store = &market.store;
    let rich = market.person_with("marsh-harrier", 5_000).await;
    let boat = wren.lists_file("A boat", 1_000).await;
    rich.buys(boat, 1, "boat").await.unwrap();
    market.pass(15 * 86_400);
    let other = market.staff("heron").await;
    let mut ids = Vec::new();
    for (key, amount) in [("r1", "10"), ("r2", "100"), ("r3", "12"), ("r4", "13")] {
        let asked = store.request_redemption(&wren.actor, tokens(amount), "my bank", key).await.unwrap();
        ids.push(asked.redemption.id);
    }
    store.cancel_redemption(&wren.actor, ids[3]).await.unwrap();
    for id in &ids[..3] {
        store.approve_redemption(&staff.actor, *id).await.unwrap();
    }
    store.send_redemptions(&staff.actor, "batch").await.unwrap();
    store.record_redemption_paid(&other.actor, ids[0], "B 1", "paid").await.unwrap();
    store.record_redemption_failed(&other.actor, ids[2], "no such account").await.unwrap();
    let last = store.request_redemption(&wren.actor, tokens("14"), "my bank", "r5").await.unwrap();
    store.approve_redemption(&other.actor, last.redemption.id).await.unwrap();
}

/// Vouchers in every state, of a batch that ends and one that never does.
async fn use_vouchers(market: &Market, staff: &Person, wren: &Person) {
    let store = &market.store;
    let ends = super::vouchers::fair(market, 3);
    let never = NewBatch { name: "For ever".to_owned(), expires_at: None, count: 2, ..ends.clone() };
    let (batch, codes) = store.issue_vouchers(&staff.actor, ends, "ends").await.unwrap();
    store.redeem_voucher(&wren.actor, &codes[0], "voucher").await.unwrap();
    let lost = Which::Numbers(vec![2]);
    store.withdraw_vouchers(&staff.actor, batch.batch.id, lost).await.unwrap();
    store.issue_vouchers(&staff.actor, never, "never").await.unwrap();
}
