use super::*;
use crate::command::Command;
use crate::testing::{Scene, tokens, told, user};
use crate::time::Seconds;

/// Given, to whom, how much, answer, balances afterwards; the refusals in
/// their precedence.
#[test]
fn gifts_to_users() {
    let own = "wren spendable 5, wren earned 3, wren promo 50";
    let table = [
        (own, "nobody", Tokens::ZERO, "INVALID_INPUT amount", own),
        (own, "nobody", tokens("1000000000.0001"), "INVALID_INPUT amount", own),
        (own, "nobody", Tokens::MAX_MOVED, "NOT_FOUND user", own),
        (own, "wren", Tokens::MAX_MOVED, "INVALID_INPUT to", own),
        (own, "finch", tokens("8.0001"), "INSUFFICIENT_TOKENS 8 + 0.0001", own),
        (own, "finch", tokens("8"), "gift", "wren promo 50, finch spendable 8"),
        (own, "finch", tokens("6.5"), "gift", "wren earned 1.5, wren promo 50, finch spendable 6.5"),
        (
            own,
            "finch",
            tokens("0.0001"),
            "gift",
            "wren spendable 4.9999, wren earned 3, wren promo 50, finch spendable 0.0001",
        ),
    ];
    for (given, to, amount, answer, after) in table {
        let mut scene = Scene::with(given);
        let asked = scene.give("wren", to, amount);
        assert_eq!((told(&asked).as_str(), scene.balances().as_str()), (answer, after), "{amount} to {to}");
    }
}

/// After how many seconds, what, and the answer.
type Asked = (u32, &'static str, &'static str);

/// A link over 6 of 5 spendable and 3 earned tokens: what is asked in turn,
/// after how many seconds, answers, and who holds what at the end.
#[test]
fn how_links_end() {
    let waiting = "wren earned 2, vendor gifts 6";
    let back = "wren spendable 5, wren earned 3";
    let claimed = "wren earned 2, finch spendable 6";
    let table: [(&[Asked], &str); 12] = [
        (&[], waiting),
        (&[(0, "finch guesses", "NOT_FOUND gift")], waiting),
        (&[(0, "wren claims", "INVALID_INPUT claimCode")], waiting),
        (&[(59, "finch claims", "gift")], claimed),
        (&[(60, "finch claims", "EXPIRED"), (0, "wren claims", "EXPIRED")], waiting),
        (&[(0, "finch claims", "gift"), (0, "finch claims", "ALREADY_CLAIMED")], claimed),
        (
            &[
                (0, "finch claims", "gift"),
                (0, "wren cancels", "ALREADY_CLAIMED"),
                (99, "time returns", "ALREADY_CLAIMED"),
            ],
            claimed,
        ),
        (&[(0, "finch cancels", "NOT_FOUND gift")], waiting),
        (&[(0, "wren cancels", "gift"), (0, "wren cancels", "gift"), (0, "finch claims", "EXPIRED")], back),
        (&[(59, "time returns", "WRONG_STATE")], waiting),
        (&[(60, "time returns", "gift"), (0, "time returns", "gift"), (0, "wren cancels", "gift")], back),
        (&[(99, "wren cancels", "gift")], back),
    ];
    for (steps, after) in table {
        let mut scene = Scene::with("wren spendable 5, wren earned 3");
        let id = scene.link("wren", tokens("6"), 1).unwrap().gift.unwrap();
        for (seconds, how, answer) in steps {
            scene.now = scene.now.after(Seconds::new(*seconds));
            assert_eq!(ask(&mut scene, how, id), *answer, "{steps:?}");
        }
        assert_eq!(scene.balances(), after, "{steps:?}");
    }
}

fn ask(scene: &mut Scene, how: &str, gift: GiftId) -> String {
    let (who, verb) = how.split_once(' ').unwrap();
    let answer = match verb {
        "claims" => scene.claim(who, 1),
        "guesses" => scene.claim(who, 2),
        "cancels" => {
            let by = Returner::Giver(user(who));
            scene.ask(user(who).uuid(), Command::ReturnGift { gift, by })
        }
        _ => scene.ask(uuid::Uuid::nil(), Command::ReturnGift { gift, by: Returner::Timer }),
    };
    told(&answer)
}

#[test]
fn a_gift_that_arrived_cannot_be_taken_back() {
    let mut scene = Scene::with("wren spendable 5");
    let gift = scene.give("wren", "finch", tokens("5")).unwrap().gift.unwrap();
    for (how, answer) in [
        ("wren cancels", "WRONG_STATE"),
        ("finch cancels", "NOT_FOUND gift"),
        ("time returns", "WRONG_STATE"),
    ] {
        assert_eq!(ask(&mut scene, how, gift), answer, "{how}");
    }
    assert_eq!(ask(&mut scene, "wren cancels", GiftId::new(uuid::Uuid::max())), "NOT_FOUND gift");
}

#[test]
fn states_and_recipients_are_recorded() {
    let mut scene = Scene::with("wren spendable 5");
    let given = scene.give("wren", "finch", tokens("1")).unwrap().gift.unwrap();
    let given = scene.book.gift(given).unwrap();
    assert_eq!(
        (given.state, given.recipient, given.expires_at),
        (GiftState::Given, Some(user("finch")), None)
    );
    let link = scene.link("wren", tokens("1"), 1).unwrap().gift.unwrap();
    let pending = scene.book.gift(link).unwrap().clone();
    assert_eq!((pending.state, pending.recipient), (GiftState::Pending, None));
    assert_eq!(pending.expires_at, Some(scene.now.after(Seconds::new(60))));
    scene.claim("robin", 1).unwrap();
    let claimed = scene.book.gift(link).unwrap();
    assert_eq!((claimed.state, claimed.recipient), (GiftState::Claimed, Some(user("robin"))));
}
