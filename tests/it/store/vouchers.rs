//! Vouchers: batches of printed codes, and what becomes of them.

use domain::access::Actor;
use domain::refusal::Refusal;
use domain::voucher::Which;
use store::page::Window;
use store::vouchers::NewBatch;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};

/// A batch of so many vouchers of 5 tokens for ten days.
pub(super) fn fair(market: &Market, count: u32) -> NewBatch {
    let expires_at = Some(market.world.now().after(domain::time::Seconds::days(10)));
    NewBatch { name: "Summer fair".to_owned(), count, tokens: tokens("5"), expires_at }
}

#[test]
fn a_code_becomes_tokens_once() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (keeper, finch, wren) =
            (market.staff("keeper").await, market.person("finch").await, market.person("wren").await);
        let store = &market.store;
        let (view, codes) = store.issue_vouchers(&keeper.actor, fair(&market, 1_000), "k").await.unwrap();
        assert_eq!((view.open(), codes.len()), (1_000, 1_000));
        let again = store.issue_vouchers(&keeper.actor, fair(&market, 1_000), "k").await.unwrap();
        assert_eq!((&view, &codes), (&again.0, &again.1), "the same key tells the same codes");
        assert_eq!(market.clean().await.issued, 1_500_000, "only the welcome tokens of three users");

        let typed = codes[0].to_lowercase().replace('-', " ");
        let redeemed = store.redeem_voucher(&finch.actor, &typed, "r").await.unwrap();
        assert_eq!(redeemed.tokens, tokens("5"));
        assert_eq!(store.redeem_voucher(&finch.actor, &codes[0], "r").await.unwrap(), redeemed);
        assert_eq!(finch.wallet().await.spendable, tokens("5"));
        let late = store.redeem_voucher(&wren.actor, &codes[0], "s").await;
        assert_eq!(refused(late), Refusal::AlreadyClaimed);
        assert_eq!(wren.wallet().await.spendable, tokens("0"));
        let batches = store.voucher_batches(&keeper.actor, Window::first(5, None)).await.unwrap();
        assert_eq!((batches.items[0].redeemed, batches.items[0].open()), (1, 999));
        market.clean().await;
        market.store.close().await;
    });
}

/// A slip of the pen is told; a wrong code and one of another kind are not
/// told apart; and only who holds a real code hears what became of it.
#[test]
fn codes_tell_only_their_holder() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (keeper, finch) = (market.staff("keeper").await, market.person_with("finch", 10).await);
        let store = &market.store;
        let (batch, codes) = store.issue_vouchers(&keeper.actor, fair(&market, 3), "k").await.unwrap();
        let (_, gift) = store.create_gift_link(&finch.actor, tokens("1"), "", "g").await.unwrap();
        let unknown = domain::code::write(&[7; 15]);
        let slip = codes[0].replacen(|sign: char| sign.is_ascii_digit(), "Z", 1);
        let slip = if slip == codes[0] { codes[0].replacen('A', "B", 1) } else { slip };
        let only = Which::Numbers(vec![2]);
        store.withdraw_vouchers(&keeper.actor, batch.batch.id, only).await.unwrap();
        store.redeem_voucher(&finch.actor, &codes[0], "first").await.unwrap();
        let table = [
            (slip.as_str(), "INVALID_INPUT"),
            ("", "INVALID_INPUT"),
            (finch.account_key.as_str(), "INVALID_INPUT"),
            (unknown.as_str(), "NOT_FOUND"),
            (gift.as_str(), "NOT_FOUND"),
            (codes[0].as_str(), "ALREADY_CLAIMED"),
            (codes[1].as_str(), "WRONG_STATE"),
        ];
        for (place, (code, answer)) in table.into_iter().enumerate() {
            let asked = store.redeem_voucher(&finch.actor, code, &format!("t{place}")).await;
            assert_eq!(refused(asked).code(), answer, "{code}");
        }
        let wrong = [&unknown, &gift];
        let mut told = Vec::new();
        for (place, code) in wrong.into_iter().enumerate() {
            told.push(refused(store.redeem_voucher(&finch.actor, code, &format!("u{place}")).await));
        }
        assert_eq!(told[0], told[1]);
        market.pass(10 * 86_400);
        let asked = store.redeem_voucher(&finch.actor, &codes[2], "late").await;
        assert_eq!(refused(asked), Refusal::Expired);
        assert_eq!(finch.wallet().await.spendable, tokens("14"));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn batches_are_the_staffs_and_used_codes_stay_used() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (keeper, finch) = (market.staff("keeper").await, market.person("finch").await);
        let store = &market.store;
        let (view, codes) = store.issue_vouchers(&keeper.actor, fair(&market, 4), "k").await.unwrap();
        let id = view.batch.id;
        for (actor, answer) in
            [(&finch.actor, Refusal::Forbidden), (&Actor::Visitor(None), Refusal::NotSignedIn)]
        {
            assert_eq!(refused(store.issue_vouchers(actor, fair(&market, 1), "x").await), answer);
            assert_eq!(refused(store.withdraw_vouchers(actor, id, Which::All).await), answer);
            assert_eq!(refused(store.voucher_batches(actor, Window::first(1, None)).await), answer);
        }
        let nobody = store.redeem_voucher(&Actor::Visitor(None), &codes[0], "x").await;
        assert_eq!(refused(nobody), Refusal::NotSignedIn);
        for (count, field) in [(0, "count"), (1_001, "count")] {
            let asked = store.issue_vouchers(&keeper.actor, fair(&market, count), "y").await;
            assert_eq!(refused(asked).field(), Some(field));
        }
        store.redeem_voucher(&finch.actor, &codes[3], "r").await.unwrap();
        let some = store.withdraw_vouchers(&keeper.actor, id, Which::Numbers(vec![1, 4])).await.unwrap();
        assert_eq!((some.redeemed, some.withdrawn, some.open()), (1, 1, 2));
        for _ in 0..2 {
            let all = store.withdraw_vouchers(&keeper.actor, id, Which::All).await.unwrap();
            assert_eq!((all.redeemed, all.withdrawn, all.open()), (1, 3, 0));
        }
        assert_eq!(finch.wallet().await.spendable, tokens("5"));
        market.clean().await;
        market.store.close().await;
    });
}

/// Many people type the same code at once: one of them has the tokens.
#[test]
fn a_code_that_many_type_at_once_is_used_once() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let keeper = market.staff("keeper").await;
        let (_, codes) = market.store.issue_vouchers(&keeper.actor, fair(&market, 1), "k").await.unwrap();
        let mut people = Vec::new();
        for name in ["wren", "finch", "robin", "heron", "crane", "swift"] {
            people.push(market.person(name).await);
        }
        let asking = people.iter().map(|person| {
            let (store, actor, code) = (market.store.clone(), person.actor, codes[0].clone());
            tokio::spawn(async move { store.redeem_voucher(&actor, &code, "mine").await.is_ok() })
        });
        let asking: Vec<_> = asking.collect();
        let mut done = 0;
        for asked in asking {
            done += u32::from(asked.await.unwrap());
        }
        assert_eq!(done, 1);
        let mut held = Vec::new();
        for person in &people {
            held.push(person.wallet().await.spendable);
        }
        assert_eq!(domain::tokens::Tokens::checked_sum(held), Some(tokens("5")));
        market.clean().await;
        market.store.close().await;
    });
}
