use super::*;
use crate::command::Command;
use crate::gift::Returner;
use crate::ledger::account::{AccountId, AccountKind};
use crate::order::settle::Releaser;
use crate::testing::{Scene, buying, tokens, told, user};
use crate::time::Seconds;
use crate::tokens::Tokens;
use crate::user::HandleChoice;
use proptest::prelude::*;

mod keys {
    use super::*;

    #[test]
    fn the_same_again_gets_the_same_answer_and_has_no_effect() {
        let mut scene = Scene::with("finch promo 50");
        let one_chair = || buying("finch", 1, "chair", Some("20"));
        let first = scene.ask_under("k", "one chair", user("finch"), one_chair());
        let after = scene.balances();
        for _ in 0..3 {
            assert_eq!(scene.ask_under("k", "one chair", user("finch"), one_chair()), first);
        }
        assert_eq!((scene.balances(), scene.left("chair")), (after, Some(2)));
        assert_eq!((scene.book.written.transactions.len(), scene.book.written.keys.len()), (1, 1));
    }

    #[test]
    fn a_refusal_stays_though_its_reason_is_gone() {
        let mut scene = Scene::with("finch promo 19");
        let one_chair = || buying("finch", 1, "chair", Some("20"));
        let first = scene.ask_under("k", "one chair", user("finch"), one_chair());
        assert_eq!(told(&first), "INSUFFICIENT_TOKENS 19 + 1");
        scene.grant("finch", tokens("100")).unwrap();
        assert_eq!(scene.ask_under("k", "one chair", user("finch"), one_chair()), first);
        assert!(scene.ask_under("another", "one chair", user("finch"), one_chair()).is_ok());
    }

    #[test]
    fn other_input_is_refused_and_does_not_replace_what_is_remembered() {
        let mut scene = Scene::with("finch promo 50, wren promo 50");
        let first = scene.ask_under("k", "one", user("finch"), buying("finch", 1, "chair", None));
        let other = scene.ask_under("k", "two", user("finch"), buying("finch", 2, "chair", None));
        assert_eq!(other, Err(Refusal::IdempotencyKeyReused));
        assert_eq!(scene.ask_under("k", "one", user("finch"), buying("finch", 1, "chair", None)), first);
        let somebody_else = scene.ask_under("k", "two", user("wren"), buying("wren", 1, "song", None));
        assert!(somebody_else.is_ok(), "two people's equal keys are different");
        assert_eq!(scene.book.written.keys.len(), 2);
    }

    #[test]
    fn what_was_loaded_counts_like_what_was_decided() {
        let mut before = Scene::with("finch promo 50");
        let first = before.ask_under("k", "one", user("finch"), buying("finch", 1, "chair", None));
        let (key, remembered, _) = before.book.written.keys[0].clone();
        let mut after = Scene::with("finch promo 50");
        after.book.load_key(key, remembered);
        assert_eq!(after.ask_under("k", "one", user("finch"), buying("finch", 1, "chair", None)), first);
        assert!(after.book.written.is_empty());
    }
}

#[test]
fn a_refusal_writes_nothing() {
    let mut scene = Scene::with("finch promo 5");
    assert!(scene.buy("finch", 1, "chair", None).is_err());
    assert!(scene.give("finch", "wren", tokens("1")).is_err());
    assert!(scene.book.written.is_empty());
    assert!(scene.book.written.listings.is_empty());
}

#[test]
fn each_request_of_a_batch_sees_those_before_it() {
    let mut scene = Scene::with("finch promo 20, robin promo 99");
    assert_eq!(told(&scene.buy("finch", 1, "chair", None)), "1 orders");
    assert_eq!(told(&scene.buy("finch", 1, "chair", None)), "INSUFFICIENT_TOKENS 0 + 20");
    assert_eq!(told(&scene.buy("robin", 3, "chair", None)), "OUT_OF_STOCK 2");
    assert_eq!(told(&scene.buy("robin", 2, "chair", None)), "1 orders");
    assert_eq!(told(&scene.buy("robin", 1, "chair", None)), "OUT_OF_STOCK 0");
}

/// One thing that may be asked, small enough to try all sequences.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Grant(&'static str, Tokens),
    Give(&'static str, &'static str, Tokens),
    Link(&'static str, Tokens),
    Claim(&'static str),
    TakeBack(&'static str),
    Buy(&'static str, u32, &'static str),
    Confirm(&'static str),
    Cancel(&'static str),
    Time,
    Open(&'static str),
}

fn newest_order(scene: &Scene) -> OrderId {
    let made = scene.book.written.changes.iter().rev().find_map(|change| match change {
        Change::OrderMade(order) => Some(order.id),
        _ => None,
    });
    made.unwrap_or(OrderId::new(Uuid::max()))
}

fn newest_gift(scene: &Scene) -> GiftId {
    let made = scene.book.written.changes.iter().rev().find_map(|change| match change {
        Change::GiftMade(gift) => Some(gift.id),
        _ => None,
    });
    made.unwrap_or(GiftId::new(Uuid::max()))
}

fn ask(scene: &mut Scene, what: Ask) -> Answer {
    let nobody = Uuid::nil();
    match what {
        Ask::Grant(to, amount) => scene.grant(to, amount),
        Ask::Give(giver, to, amount) => scene.give(giver, to, amount),
        Ask::Link(giver, amount) => {
            let code = u8::try_from(scene.book.written.changes.len()).unwrap_or(u8::MAX);
            scene.link(giver, amount, code)
        }
        Ask::Claim(by) => {
            let claim = scene.book.gift(newest_gift(scene)).and_then(|gift| gift.claim);
            scene.claim(by, claim.map_or(255, |ClaimHash(hash)| hash[0]))
        }
        Ask::TakeBack(by) => {
            let command = Command::ReturnGift { gift: newest_gift(scene), by: Returner::Giver(user(by)) };
            scene.ask(user(by).uuid(), command)
        }
        Ask::Buy(buyer, quantity, what) => scene.buy(buyer, quantity, what, None),
        Ask::Confirm(by) => {
            let command = Command::Release { order: newest_order(scene), by: Releaser::Buyer(user(by)) };
            scene.ask(user(by).uuid(), command)
        }
        Ask::Cancel(by) => {
            let command = Command::Cancel { order: newest_order(scene), by: user(by) };
            scene.ask(user(by).uuid(), command)
        }
        Ask::Time => {
            scene.now = scene.now.after(Seconds::new(101));
            let order = Command::Release { order: newest_order(scene), by: Releaser::Timer };
            let released = scene.ask(nobody, order);
            let gift = Command::ReturnGift { gift: newest_gift(scene), by: Returner::Timer };
            scene.ask(nobody, gift).or(released)
        }
        Ask::Open(name) => scene.open(HandleChoice::Chosen(crate::testing::handle(name)), "50"),
    }
}

/// What must hold whatever was asked: no balance below its floor, issued and
/// debt equal held and retired, and what is held for sellers is what their
/// open orders hold.
fn check(scene: &Scene) {
    let (mut issued, mut held) = (0i128, 0i128);
    let users = scene.book.users().map(UserId::uuid).chain([Uuid::nil()]);
    for owner in users {
        for kind in AccountKind::ALL {
            let account = AccountId { owner, kind };
            let balance = scene.book.balances.sums(account).balance(kind.side());
            let balance = i128::from(balance.expect("a balance goes below its floor").units());
            match kind.class() {
                crate::ledger::account::Class::Issued | crate::ledger::account::Class::Debt => {
                    issued += balance
                }
                _ => held += balance,
            }
        }
    }
    assert_eq!(issued, held);
    let escrow = |owner| scene.book.balances.balance(AccountId { owner, kind: AccountKind::Escrow });
    let sum: i128 = scene.book.users().map(|user| i128::from(escrow(user.uuid()).units())).sum();
    let open = scene.book.orders().filter(|order| order.state == OrderState::Held);
    let open: i128 = open.map(|order| i128::from(order.money.held.total().unwrap().units())).sum();
    assert_eq!(sum, open);
    let pending = scene.book.balances.balance(AccountId::vendor(AccountKind::Gifts));
    let waiting = scene.book.gifts().filter(|gift| gift.state == GiftState::Pending);
    assert_eq!(Some(pending), Tokens::checked_sum(waiting.map(|gift| gift.split.total().unwrap())));
}

/// All sequences of up to four steps over three people, with amounts of
/// nothing, one, two and the most that moves at once.
#[test]
fn every_short_sequence_keeps_the_law() {
    let (one, two) = (tokens("1"), tokens("2"));
    let steps = [
        Ask::Grant("finch", Tokens::MAX_MOVED),
        Ask::Give("finch", "robin", Tokens::ZERO),
        Ask::Give("finch", "robin", one),
        Ask::Give("finch", "robin", two),
        Ask::Give("finch", "robin", Tokens::MAX_MOVED),
        Ask::Give("robin", "wren", two),
        Ask::Link("finch", one),
        Ask::Link("finch", Tokens::MAX_MOVED),
        Ask::Claim("wren"),
        Ask::Claim("finch"),
        Ask::TakeBack("finch"),
        Ask::Buy("finch", 1, "chair"),
        Ask::Buy("finch", 1, "song"),
        Ask::Confirm("finch"),
        Ask::Cancel("wren"),
        Ask::Time,
    ];
    let mut scene = Scene::new();
    scene.grant("finch", tokens("21")).unwrap();
    let (mut done, mut all) = (0u32, 0u32);
    let mut open = vec![(scene, 0)];
    while let Some((scene, depth)) = open.pop() {
        for step in steps {
            let mut next = scene.clone();
            let before = next.book.written.transactions.len();
            let answer = ask(&mut next, step);
            all += 1;
            done += u32::from(answer.is_ok());
            check(&next);
            if answer.is_err() {
                assert_eq!(next.book.written.transactions.len(), before, "{step:?} was refused and wrote");
                // What a refusal leaves is what was there: one branch is enough.
                continue;
            }
            if depth < 3 {
                open.push((next, depth + 1));
            } else {
                next.audit().unwrap_or_else(|finding| panic!("{step:?}: {finding}"));
            }
        }
    }
    assert!(done > 3_000 && all > 6_000, "{done} of {all}");
}

fn any_step() -> impl Strategy<Value = Ask> {
    let person = || prop::sample::select(vec!["wren", "finch", "robin", "heron"]);
    let what = || prop::sample::select(vec!["chair", "lamp", "lesson", "song", "poem", "draft", "palace"]);
    let amount = || {
        prop_oneof![Just(0), 1..=30_000i64, 1..=5_000_000i64, Just(Tokens::MAX_MOVED.units())]
            .prop_map(|units| Tokens::from_units(units).unwrap())
    };
    prop_oneof![
        2 => (person(), amount()).prop_map(|(to, amount)| Ask::Grant(to, amount)),
        2 => (person(), person(), amount()).prop_map(|(giver, to, amount)| Ask::Give(giver, to, amount)),
        2 => (person(), amount()).prop_map(|(giver, amount)| Ask::Link(giver, amount)),
        2 => person().prop_map(Ask::Claim),
        1 => person().prop_map(Ask::TakeBack),
        6 => (person(), 0..4u32, what()).prop_map(|(buyer, quantity, what)| Ask::Buy(buyer, quantity, what)),
        2 => person().prop_map(Ask::Confirm),
        2 => person().prop_map(Ask::Cancel),
        1 => Just(Ask::Time),
        1 => prop::sample::select(vec!["plover", "siskin", "wren"]).prop_map(Ask::Open),
    ]
}

proptest! {
    #[test]
    fn any_long_sequence_keeps_the_law(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut scene = Scene::new();
        for name in crate::testing::PEOPLE {
            scene.grant(name, tokens("40.5")).unwrap();
        }
        for step in steps {
            let before = scene.book.written.transactions.len();
            if ask(&mut scene, step).is_err() && !matches!(step, Ask::Time) {
                prop_assert_eq!(scene.book.written.transactions.len(), before);
            }
            check(&scene);
        }
        let totals = scene.audit().unwrap_or_else(|finding| panic!("{finding}"));
        prop_assert_eq!(totals.issued, totals.held);
    }
}
