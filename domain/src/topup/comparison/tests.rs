use super::*;
use crate::testing::top_up;

fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD).unwrap()
}

fn moved(kind: MovementKind, money: Money) -> Movement {
    let at = Timestamp::from_millis(0);
    Movement { reference: "txn".to_owned(), kind, payment: "pi".to_owned(), top_up: None, money, at }
}

/// Finch's top-up of 100 tokens for a dollar, of which so many came and were
/// taken back.
fn here(credited: &str, reversed: &str) -> Here {
    let tokens = |text: &str| Tokens::parse(text).unwrap_or_default();
    let (credited, reversed) = (tokens(credited), tokens(reversed));
    let top_up = TopUp { credited, reversed, ..top_up("finch", "100", "0") };
    Here { top_up, asked: Tokens::ZERO, is_ruled: false }
}

fn said(difference: Option<Difference>) -> String {
    let money = |money: Option<Money>| money.map_or("nothing".to_owned(), |money| money.to_string());
    difference.map_or("agrees".to_owned(), |it| {
        format!("{}: {} here, {} there", it.kind.name(), money(it.here), money(it.there))
    })
}

#[test]
fn payment_by_payment() {
    use MovementKind::{BackAgain, DisputeWon, Disputed, Paid, PaymentFailed, SentBack};
    let none = "no money at the provider: 1.00 USD here, nothing there";
    type Moves = &'static [(MovementKind, i64)];
    let table: [(&str, &str, Moves, &str); 23] = [
        ("0", "0", &[], "agrees"),
        ("100", "0", &[(Paid, 100)], "agrees"),
        ("100", "0", &[], none),
        (
            "100",
            "0",
            &[(Paid, 100), (PaymentFailed, 100)],
            "no money at the provider: 1.00 USD here, 0.00 USD there",
        ),
        ("100", "100", &[(Paid, 100), (PaymentFailed, 100)], "agrees"),
        ("0", "0", &[(Paid, 100)], "money without tokens: nothing here, 1.00 USD there"),
        ("0", "0", &[(Paid, 100), (SentBack, 60)], "money without tokens: nothing here, 0.40 USD there"),
        ("0", "0", &[(Paid, 100), (SentBack, 100)], "agrees"),
        ("100", "0", &[(Paid, 99)], "another amount was paid: 1.00 USD here, 0.99 USD there"),
        ("100", "0", &[(Paid, 100), (Paid, 100)], "another amount was paid: 1.00 USD here, 2.00 USD there"),
        (
            "100",
            "0",
            &[(Paid, 100), (SentBack, 30)],
            "another amount went back: 0.00 USD here, 0.30 USD there",
        ),
        ("100", "30", &[(Paid, 100), (SentBack, 30)], "agrees"),
        ("100", "30.5", &[(Paid, 100), (SentBack, 30)], "agrees"),
        // A cent more or less is rounding, two are not.
        ("100", "30", &[(Paid, 100), (SentBack, 29)], "agrees"),
        ("100", "30", &[(Paid, 100), (SentBack, 31)], "agrees"),
        (
            "100",
            "30",
            &[(Paid, 100), (SentBack, 28)],
            "another amount went back: 0.30 USD here, 0.28 USD there",
        ),
        (
            "100",
            "30",
            &[(Paid, 100), (SentBack, 32)],
            "another amount went back: 0.30 USD here, 0.32 USD there",
        ),
        ("100", "30", &[(Paid, 100)], "another amount went back: 0.30 USD here, 0.00 USD there"),
        ("100", "0", &[(Paid, 100), (SentBack, 30), (BackAgain, 30)], "agrees"),
        ("100", "100", &[(Paid, 100), (Disputed, 100)], "agrees"),
        (
            "100",
            "0",
            &[(Paid, 100), (Disputed, 100)],
            "another amount went back: 0.00 USD here, 1.00 USD there",
        ),
        ("100", "0", &[(Paid, 100), (Disputed, 100), (DisputeWon, 100)], "agrees"),
        ("100", "100", &[(Paid, 100), (SentBack, 100), (Disputed, 100)], "agrees"),
    ];
    for (credited, reversed, moves, expected) in table {
        let moves: Vec<Movement> = moves.iter().map(|(kind, minor)| moved(*kind, dollars(*minor))).collect();
        let told = said(compare(Some(&here(credited, reversed)), &There::of(&moves)));
        assert_eq!(told, expected, "{credited} credited, {reversed} reversed, {moves:?}");
    }
}

#[test]
fn what_was_said_here_explains_a_difference() {
    let paid = [moved(MovementKind::Paid, dollars(99))];
    let ruled = Here { is_ruled: true, ..here("100", "0") };
    assert_eq!(compare(Some(&ruled), &There::of(&paid)), None, "the staff credited it all the same");
    let back = [paid[0].clone(), moved(MovementKind::SentBack, dollars(99))];
    assert_eq!(
        said(compare(Some(&ruled), &There::of(&back))),
        "another amount went back: 0.00 USD here, 0.99 USD there"
    );
    let waits = Here { asked: Tokens::parse("100").unwrap(), ..here("100", "100") };
    let paid = [moved(MovementKind::Paid, dollars(100))];
    assert_eq!(compare(Some(&waits), &There::of(&paid)), None, "its money is still to be sent");
    let sent = [paid[0].clone(), moved(MovementKind::SentBack, dollars(100))];
    assert_eq!(compare(Some(&waits), &There::of(&sent)), None, "it was sent just now");
}

#[test]
fn what_is_not_ours_or_of_another_currency() {
    let paid = [moved(MovementKind::Paid, dollars(100))];
    assert_eq!(said(compare(None, &There::of(&paid))), "money without tokens: nothing here, 1.00 USD there");
    let euros = Money::new(100, Currency::parse("EUR").unwrap()).unwrap();
    let other = [moved(MovementKind::Paid, euros)];
    assert_eq!(
        said(compare(Some(&here("100", "0")), &There::of(&other))),
        "another amount was paid: 1.00 USD here, 1.00 EUR there"
    );
    let mixed = [paid[0].clone(), moved(MovementKind::SentBack, euros)];
    let found = compare(Some(&here("100", "100")), &There::of(&mixed));
    assert_eq!(found.map(|it| it.kind), Some(DifferenceKind::Amount));
}

#[test]
fn days_are_compared_when_their_messages_have_come() {
    let noon = Timestamp::parse_rfc3339("2026-11-23T12:00:00Z").unwrap();
    let day = Day::of(noon);
    assert_eq!((day.text(), day.next().text()), ("2026-11-23".to_owned(), "2026-11-24".to_owned()));
    let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    assert!(!day.is_ripe(at("2026-11-24T05:59:59Z")) && day.is_ripe(at("2026-11-24T06:00:00Z")));
    assert_eq!(Day::of(day.end()), day.next());
}
