use super::*;
use crate::testing::{Scene, tokens, user};

/// What is there, what is taken for a purchase, and the split or what is
/// missing.
#[test]
fn buckets_are_emptied_in_their_order() {
    let table = [
        ("", "0", Ok(("0", "0", "0"))),
        ("", "0.0001", Err(("0", "0.0001"))),
        ("finch promo 5, finch spendable 5, finch earned 5", "5", Ok(("5", "0", "0"))),
        ("finch promo 5, finch spendable 5, finch earned 5", "5.0001", Ok(("5", "0.0001", "0"))),
        ("finch promo 5, finch spendable 5, finch earned 5", "15", Ok(("5", "5", "5"))),
        ("finch promo 5, finch spendable 5, finch earned 5", "15.0001", Err(("15", "0.0001"))),
        ("finch promo 5, finch earned 5", "7", Ok(("5", "0", "2"))),
        ("finch escrow 99", "1", Err(("0", "1"))),
    ];
    for (given, amount, expected) in table {
        let scene = Scene::with(given);
        let mut posting = Posting::on(&scene.book.balances);
        let to = AccountId::vendor(AccountKind::Fees);
        let paid = posting.pay(user("finch"), &TO_SPEND, to, tokens(amount), TransferCode::Fee);
        let expected = match expected {
            Ok((promo, spendable, earned)) => {
                Ok(Split { promo: tokens(promo), spendable: tokens(spendable), earned: tokens(earned) })
            }
            Err((balance, shortfall)) => {
                Err(Refusal::InsufficientTokens { balance: tokens(balance), shortfall: tokens(shortfall) })
            }
        };
        assert_eq!(paid, expected, "{amount} of {given}");
        let required = require(&scene.book.balances, user("finch"), &TO_SPEND, tokens(amount));
        assert_eq!(required.err(), expected.err(), "asking first says the same");
    }
}

#[test]
fn a_posting_sees_its_own_transfers() {
    let scene = Scene::with("finch spendable 5");
    let (finch, wren) = (user("finch"), user("wren"));
    let [from, to] = [finch, wren].map(|who| AccountId::of(who, AccountKind::Spendable));
    let mut posting = Posting::on(&scene.book.balances);
    posting.transfer(from, to, tokens("5"), TransferCode::Gift).unwrap();
    let again = posting.transfer(from, to, tokens("0.0001"), TransferCode::Gift);
    assert_eq!(again.map_err(|refusal| refusal.code()), Err("INSUFFICIENT_TOKENS"));
    posting.transfer(to, from, tokens("5"), TransferCode::Gift).unwrap();
    posting.transfer(from, to, tokens("0"), TransferCode::Gift).unwrap();
    assert_eq!(posting.finish().len(), 2, "what was refused, or is nothing, is no transfer");
    assert_eq!(scene.balances(), "finch spendable 5", "a posting changes nothing by itself");
}

#[test]
fn parts_go_back_to_where_they_came_from() {
    let mut scene = Scene::with("vendor gifts 6");
    let split = Split { promo: tokens("1"), spendable: Tokens::ZERO, earned: tokens("2") };
    let from = AccountId::vendor(AccountKind::Gifts);
    let mut posting = Posting::on(&scene.book.balances);
    posting.pay_back(from, user("finch"), split, TransferCode::Return).unwrap();
    let transfers = posting.finish();
    scene.book.balances.apply(&transfers);
    assert_eq!(scene.balances(), "finch earned 2, finch promo 1, vendor gifts 3");
    let mut posting = Posting::on(&scene.book.balances);
    let too_much = Split { spendable: tokens("4"), ..Split::default() };
    assert!(posting.pay_back(from, user("finch"), too_much, TransferCode::Return).is_err());
}
