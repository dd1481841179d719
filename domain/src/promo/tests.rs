use super::*;
use crate::book::Change;
use crate::command::Command;
use crate::testing::{BEGINNING, Scene, tokens, told, user};
use crate::time::Seconds;

fn lot(number: u128, amount: &str, lasts: Option<u32>) -> Lot {
    Lot {
        id: LotId::new(uuid::Uuid::from_u128(number)),
        user: user("finch"),
        amount: tokens(amount),
        expires_at: lasts.map(|seconds| BEGINNING.after(Seconds::new(seconds))),
        at: BEGINNING,
    }
}

/// What is held; lots as amount and seconds; at which second; what is left.
type Row = (&'static str, &'static [(&'static str, Option<u32>)], u32, &'static str);

#[test]
fn what_is_above_the_lasting_lots_expires() {
    let table: [Row; 9] = [
        ("10", &[("10", Some(60))], 59, "10"),
        ("10", &[("10", Some(60))], 60, "0"),
        ("10", &[("10", None)], 999_999, "10"),
        ("10", &[("6", Some(60)), ("4", None)], 60, "4"),
        ("3", &[("6", Some(60)), ("4", None)], 60, "3"),
        ("4.5", &[("6", Some(60)), ("4", None)], 60, "4"),
        ("10", &[("5", Some(60)), ("5", Some(90))], 60, "5"),
        ("10", &[("5", Some(60)), ("5", Some(90))], 90, "0"),
        ("0", &[("5", Some(60))], 60, "0"),
    ];
    for (held, lots, second, left) in table {
        let mut scene = Scene::with(&format!("finch promo {held}"));
        for (number, (amount, lasts)) in (1u128..).zip(lots) {
            scene.book.load_lot(lot(number, amount, *lasts));
        }
        scene.now = BEGINNING.after(Seconds::new(second));
        for _ in 0..2 {
            let asked = scene.ask(uuid::Uuid::nil(), Command::ExpirePromo(user("finch")));
            assert_eq!(told(&asked), "user");
        }
        let promo = scene.book.balances.balance(AccountId::of(user("finch"), AccountKind::Promo));
        assert_eq!(promo, tokens(left), "{held} at {second}");
        let expected = usize::from(held != left);
        assert_eq!(scene.book.written.transactions.len(), expected, "the second sweep finds nothing");
    }
}

#[test]
fn held_tokens_that_come_back_late_expire_with_the_next_sweep() {
    let mut scene = Scene::with("finch promo 20");
    scene.book.load_lot(lot(1, "20", Some(60)));
    let order = scene.buy("finch", 1, "chair", None).unwrap().orders[0];
    scene.now = scene.now.after(Seconds::new(61));
    scene.ask(uuid::Uuid::nil(), Command::ExpirePromo(user("finch"))).unwrap();
    assert_eq!(scene.balances(), "wren escrow 20");
    scene.ask(user("wren").uuid(), Command::Cancel { order, by: user("wren") }).unwrap();
    assert_eq!(scene.balances(), "finch promo 20");
    scene.ask(uuid::Uuid::nil(), Command::ExpirePromo(user("finch"))).unwrap();
    assert_eq!(scene.balances(), "");
}

#[test]
fn the_welcome_is_a_lot() {
    let mut scene = Scene::new();
    scene.open(crate::user::HandleChoice::Chosen(crate::testing::handle("plover")), "50").unwrap();
    let lots: Vec<&Lot> = scene
        .book
        .written
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::LotMade(lot) => Some(lot),
            _ => None,
        })
        .collect();
    assert_eq!(lots.len(), 1);
    assert_eq!(
        (lots[0].amount, lots[0].expires_at),
        (tokens("50"), Some(BEGINNING.after(Seconds::new(1_000))))
    );
}

fn promotion(to: &[&str], amount: &str, lasts: Option<u32>) -> Command {
    Command::Promote(Promotion {
        to: to.iter().map(|name| Handle::parse(name).unwrap()).collect(),
        amount: tokens(amount),
        reason: GrantReason::parse("spring fair").unwrap(),
        expires_at: lasts.map(|seconds| BEGINNING.after(Seconds::new(seconds))),
    })
}

#[test]
fn a_promotion_reaches_everybody_or_nobody() {
    let nobody: &[&str] = &[];
    let table = [
        (["finch", "wren"].as_slice(), "5", None, "user", "wren promo 5, finch promo 5"),
        (&["finch", "finch"], "0.5", Some(60), "user", "finch promo 0.5"),
        (&["finch", "nobody-here"], "5", None, "NOT_FOUND", ""),
        (nobody, "5", None, "INVALID_INPUT", ""),
        (&["finch"], "0", None, "INVALID_INPUT", ""),
        (&["finch", "wren"], "999999999", None, "INVALID_INPUT", ""),
        (&["finch"], "5", Some(0), "INVALID_INPUT", ""),
    ];
    for (to, amount, lasts, answer, balances) in table {
        let mut scene = Scene::with("");
        let asked = scene.ask(uuid::Uuid::nil(), promotion(to, amount, lasts));
        assert!(told(&asked).starts_with(answer), "{to:?} {amount}: {}", told(&asked));
        assert_eq!(scene.balances(), balances);
        let lots = scene.book.written.changes.iter().filter(|change| matches!(change, Change::LotMade(_)));
        assert_eq!(lots.count(), scene.book.written.transactions.len(), "each has its lot");
    }
    let many: Vec<String> = (0..=USERS_MAX).map(|number| format!("user-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let asked = Scene::with("").ask(uuid::Uuid::nil(), promotion(&many, "1", None));
    assert!(told(&asked).starts_with("TOO_MANY"));
}
