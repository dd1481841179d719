//! What is bought, extended, converted and taken back.

use super::*;

#[test]
fn tokens_and_licence_come_together() {
    let mut shop = Shop::with("10");
    for (what, shown, expected) in [
        (HOUR, "3", "PRICE_CHANGED 4"),
        (GOOD, "20", "INSUFFICIENT_TOKENS 10 + 10"),
        (9, "1", "NOT_FOUND offer"),
    ] {
        assert_eq!(told(&shop.get(what, shown)), expected, "{what}");
    }
    let first = shop.licence(HOUR, "4");
    assert_eq!(shop.scene.balances(), "wren earned 3.8, finch spendable 6, vendor fees 0.2");
    let again = shop.licence(HOUR, "4");
    assert_eq!(first, again, "the same sort adds to it");
    let ends = shop.holding(first).licence.term().unwrap().ends.unwrap();
    assert_eq!(ends, shop.scene.now.after(Seconds::new(7_200)));
    assert_eq!(told(&shop.get(HOUR, "4")), "INSUFFICIENT_TOKENS 2 + 2");
    shop.clean();
}

#[test]
fn who_sells_does_not_buy_and_kinds_are_told_apart() {
    let mut shop = Shop::with("100");
    shop.scene.grant("wren", tokens("100")).unwrap();
    let own = LicenceCommand::Acquire {
        buyer: user("wren"),
        offer: offer(HOUR),
        listing: listing("program"),
        shown: tokens("4"),
        how: How::Rent,
    };
    assert_eq!(shop.ask(own).unwrap_err(), Refusal::OwnListing);
    for (offered, how) in [(HOUR, How::Buy), (GOOD, How::Rent)] {
        let (buyer, listing, offer) = (user("finch"), listing("program"), offer(offered));
        let ask = LicenceCommand::Acquire { buyer, offer, listing, shown: tokens("4"), how };
        assert_eq!(told(&shop.ask(ask)), "INVALID_INPUT offerId");
    }
    let retired = OnOffer { offer: offers()[0].clone(), is_current: false };
    shop.scene.book.holdings.load_offer(retired);
    assert_eq!(told(&shop.get(HOUR, "4")), "NOT_FOR_SALE");
    let uses = shop.licence(USES, "6");
    assert_eq!(told(&shop.extend(uses, HOUR, "4")), "NOT_FOR_SALE");
    assert_eq!(told(&shop.extend(uses, EXPORTS, "5")), "WRONG_STATE", "another sort");
    let other = shop.licence(EXPORTS, "5");
    assert_ne!(uses, other, "beside it");
}

#[test]
fn an_extension_counts_from_the_end_or_from_now() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(HOUR, "4");
    let begun = shop.scene.now;
    shop.pass(3_599);
    shop.extend(licence, HOUR, "4").unwrap();
    let ends = |shop: &Shop| shop.holding(licence).licence.term().unwrap().ends.unwrap();
    assert_eq!(ends(&shop), begun.after(Seconds::new(7_200)));
    shop.pass(3_601);
    assert_eq!(shop.verdict(licence), Verdict::Expired);
    shop.extend(licence, HOUR, "4").unwrap();
    assert_eq!(ends(&shop), begun.after(Seconds::new(10_800)), "at its end, that is now");
    shop.pass(9_000);
    shop.extend(licence, HOUR, "4").unwrap();
    assert_eq!(ends(&shop), shop.scene.now.after(Seconds::new(3_600)));
    shop.clean();
}

#[test]
fn a_rental_becomes_a_purchase_once() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(HOUR, "4");
    shop.extend(licence, HOUR, "4").unwrap();
    assert_eq!(told(&shop.convert(licence, "20")), "PRICE_CHANGED 16", "half of eight counts");
    assert_eq!(told(&shop.convert(licence, "16")), "1 orders");
    assert_eq!(told(&shop.convert(licence, "16")), "ALREADY_OWNED");
    assert_eq!(told(&shop.get(GOOD, "20")), "ALREADY_OWNED");
    assert_eq!(told(&shop.extend(licence, HOUR, "4")), "WRONG_STATE");
    shop.pass(1_000_000);
    assert_eq!(shop.verdict(licence), Verdict::Valid);
    assert_eq!(shop.holding(licence).licence.generation, 1);
    let uses = Shop::with("100");
    let mut shop = uses;
    let counted = shop.licence(USES, "6");
    assert_eq!(told(&shop.convert(counted, "20")), "WRONG_STATE", "its rent does not count");
    shop.clean();
}

#[test]
fn what_is_unused_goes_back_and_only_that_order_is_lost() {
    let mut shop = Shop::with("100");
    let first = shop.get(HOUR, "4").unwrap();
    let licence = first.licence.unwrap();
    shop.extend(licence, HOUR, "4").unwrap();
    let third = shop.extend(licence, HOUR, "4").unwrap().orders[0];
    let begun = shop.scene.now;
    shop.pass(9_000);
    let robin = Refunder::Seller(user("robin"));
    assert_eq!(told(&shop.refund(third, robin)), "NOT_FOUND order");
    assert_eq!(told(&shop.refund(third, Refunder::Seller(user("wren")))), "1 orders");
    assert_eq!(shop.scene.balances(), "wren earned 9.5, finch spendable 90, vendor fees 0.5");
    let ends = shop.holding(licence).licence.term().unwrap().ends.unwrap();
    assert_eq!(ends, begun.after(Seconds::new(7_200)));
    assert_eq!(shop.verdict(licence), Verdict::Expired, "its time is over at once");
    let before = shop.scene.balances();
    assert_eq!(told(&shop.refund(third, Refunder::Staff)), "1 orders", "again is answered as done");
    assert_eq!(told(&shop.refund(first.orders[0], Refunder::Staff)), "1 orders", "nothing is left of it");
    assert_eq!(shop.scene.balances(), before);
    assert_eq!(shop.holding(licence).licence.generation, 2);
    shop.clean();
}

#[test]
fn units_go_back_as_far_as_they_are_free() {
    let mut shop = Shop::with("100");
    let got = shop.get(USES, "6").unwrap();
    let licence = got.licence.unwrap();
    shop.consume(licence, "a", 4).unwrap();
    shop.refund(got.orders[0], Refunder::Staff).unwrap();
    assert_eq!(shop.uses(licence), (4, 4, 0));
    assert_eq!(shop.verdict(licence), Verdict::Revoked);
    assert_eq!(shop.scene.balances(), "wren earned 2.28, finch spendable 97.6, vendor fees 0.12");
    shop.clean();
}

#[test]
fn rent_that_counted_goes_back_after_the_purchase() {
    let mut shop = Shop::with("100");
    let rent = shop.get(HOUR, "4").unwrap();
    let licence = rent.licence.unwrap();
    let bought = shop.convert(licence, "18").unwrap().orders[0];
    assert_eq!(told(&shop.refund(rent.orders[0], Refunder::Staff)), "WRONG_STATE");
    shop.refund(bought, Refunder::Staff).unwrap();
    assert_eq!(shop.verdict(licence), Verdict::Valid, "the hour runs on");
    shop.refund(rent.orders[0], Refunder::Staff).unwrap();
    assert_eq!(shop.verdict(licence), Verdict::Revoked);
    assert_eq!(shop.scene.balances(), "finch spendable 100");
    shop.clean();
}

#[test]
fn a_seller_without_tokens_refunds_nothing() {
    let mut shop = Shop::with("100");
    let got = shop.get(USES, "6").unwrap();
    let wren = shop.scene.give("wren", "robin", tokens("5.7"));
    assert!(wren.is_ok());
    assert_eq!(told(&shop.refund(got.orders[0], Refunder::Staff)), "INSUFFICIENT_TOKENS 0 + 5.7");
    assert_eq!(shop.verdict(got.licence.unwrap()), Verdict::Valid);
    shop.clean();
}
