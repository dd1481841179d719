use super::*;
use crate::command::{Answer, Command};
use crate::money::{Currency, Money};
use crate::testing::{Scene, told, top_up, user};
use crate::topup::facts::{DisputeFacts, DisputeState, PaymentFacts, Progress};
use crate::topup::{Card, Provider};

fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD).unwrap()
}

fn payment(asked: Money) -> PaymentFacts {
    PaymentFacts {
        provider: Provider::Sandbox,
        session: "s".to_owned(),
        is_live: false,
        progress: Progress::Paid,
        payment: Some("p".to_owned()),
        asked,
        refunded: dollars(0),
        disputes: vec![],
    }
}

/// Finch's top-up of 100 tokens for a dollar.
fn agreed() -> TopUp {
    let card = Card { provider: Provider::Sandbox, session: "s".to_owned(), payment: None };
    TopUp { card: Some(card), ..top_up("finch", "100", "10") }
}

fn settle(scene: &mut Scene, asked: Money) -> Answer {
    let settling = Settling { top_up: agreed().id, payment: payment(asked), is_live: false, orders: vec![] };
    scene.ask(uuid::Uuid::nil(), Command::SettleTopUp(Box::new(settling)))
}

fn say(scene: &mut Scene, who: &str, ruling: Ruling) -> Answer {
    let (top_up, by, at) = (agreed().id, user(who), scene.now);
    let review = Review { top_up, by, ruling, note: DeskNote::parse("why").unwrap(), at };
    scene.ask(by.uuid(), Command::ReviewTopUp(Box::new(review)))
}

#[test]
fn what_does_not_fit_is_named() {
    type Wrong = fn(&mut TopUp, &mut Settling);
    let table: [(Wrong, Option<&str>); 7] = [
        (|_, _| {}, None),
        (|_, it| it.payment.asked = dollars(99), Some("agreed 1.00 USD, paid 0.99 USD")),
        (|_, it| it.payment.session = "t".to_owned(), Some("another session")),
        (|_, it| it.payment.is_live = true, Some("real money, where a test was expected")),
        (|_, it| it.payment.provider = Provider::Stripe, Some("agreed with sandbox, told by stripe")),
        (|top_up, _| top_up.card = None, Some("it is not to be paid by card")),
        (
            |_, it| (it.payment.asked, it.is_live) = (dollars(1), true),
            Some("a test, where real money was expected; agreed 1.00 USD, paid 0.01 USD"),
        ),
    ];
    for (wrong, expected) in table {
        let mut top_up = agreed();
        let payment = payment(dollars(100));
        let mut settling = Settling { top_up: top_up.id, payment, is_live: false, orders: vec![] };
        wrong(&mut top_up, &mut settling);
        assert_eq!(misfit(&top_up, &settling).as_deref(), expected);
    }
}

/// Who says what in turn, with which answer, and who holds what at the end.
#[test]
fn how_reviews_end() {
    use Ruling::{Credit, Refunded, Rejected};
    type Said = (&'static str, Ruling, &'static str);
    let credited = "finch spendable 100, finch promo 10";
    let table: [(&[Said], &str); 7] = [
        (&[("finch", Credit, "WRONG_STATE")], ""),
        (&[("wren", Credit, "top-up"), ("wren", Credit, "WRONG_STATE")], ""),
        (
            &[("wren", Credit, "top-up"), ("robin", Credit, "top-up"), ("heron", Credit, "WRONG_STATE")],
            credited,
        ),
        (&[("wren", Refunded, "top-up"), ("robin", Refunded, "WRONG_STATE")], ""),
        (&[("wren", Rejected, "top-up"), ("robin", Credit, "WRONG_STATE")], ""),
        (&[("wren", Credit, "top-up"), ("robin", Rejected, "top-up")], ""),
        (&[("finch", Refunded, "WRONG_STATE")], ""),
    ];
    for (said, after) in table {
        let mut scene = Scene::new();
        scene.book.load_top_up(agreed());
        settle(&mut scene, dollars(99)).unwrap();
        assert_eq!(scene.book.top_up(agreed().id).unwrap().state, TopUpState::Review);
        for (who, ruling, answer) in said {
            assert_eq!(told(&say(&mut scene, who, *ruling)), *answer, "{said:?}");
        }
        // Whatever the provider says afterwards changes nothing.
        for asked in [dollars(99), dollars(100)] {
            settle(&mut scene, asked).unwrap();
            assert_eq!(scene.balances(), after, "{said:?}");
        }
    }
}

/// Of 99 cents that were paid, and credited all the same, so much went back
/// or is with the bank: as for anybody else.
#[test]
fn what_was_credited_all_the_same_goes_back_like_any_other() {
    let dispute =
        |state| vec![DisputeFacts { reference: "d".to_owned(), amount: dollars(99), state, answer_by: None }];
    let table = [
        (0, vec![], "finch spendable 100, finch promo 10"),
        (33, vec![], "finch spendable 66.6667, finch promo 6.6667"),
        (99, vec![], ""),
        (0, dispute(DisputeState::Open), "finch promo 10, finch dispute 100"),
        (0, dispute(DisputeState::Lost), ""),
        (0, dispute(DisputeState::Won), "finch spendable 100, finch promo 10"),
        (99, dispute(DisputeState::Lost), ""),
    ];
    for (refunded, disputes, expected) in table {
        let mut scene = Scene::new();
        scene.book.load_top_up(agreed());
        settle(&mut scene, dollars(99)).unwrap();
        say(&mut scene, "wren", Ruling::Credit).unwrap();
        say(&mut scene, "robin", Ruling::Credit).unwrap();
        let payment =
            PaymentFacts { refunded: dollars(refunded), disputes: disputes.clone(), ..payment(dollars(99)) };
        let settling = Settling { top_up: agreed().id, payment, is_live: false, orders: vec![] };
        for _ in 0..2 {
            scene.ask(uuid::Uuid::nil(), Command::SettleTopUp(Box::new(settling.clone()))).unwrap();
            assert_eq!(scene.balances(), expected, "{refunded} back, {disputes:?}");
        }
        assert_eq!(
            scene.book.top_up(agreed().id).unwrap().card.as_ref().unwrap().payment.as_deref(),
            Some("p")
        );
        let mut other = settling.clone();
        (other.payment.session, other.payment.refunded) = ("t".to_owned(), dollars(99));
        scene.ask(uuid::Uuid::nil(), Command::SettleTopUp(Box::new(other))).unwrap();
        assert_eq!(scene.balances(), expected, "another session's refund is none of its own");
    }
}

/// Nobody gets back by themselves what they never paid.
#[test]
fn what_was_credited_all_the_same_is_not_sent_back_by_itself() {
    let mut scene = Scene::new();
    scene.book.load_top_up(agreed());
    settle(&mut scene, dollars(99)).unwrap();
    say(&mut scene, "wren", Ruling::Credit).unwrap();
    say(&mut scene, "robin", Ruling::Credit).unwrap();
    let refund = Command::RefundTopUp { top_up: agreed().id, by: user("finch") };
    assert_eq!(told(&scene.ask(user("finch").uuid(), refund)), "WRONG_STATE");
    assert_eq!(scene.balances(), "finch spendable 100, finch promo 10");
}
