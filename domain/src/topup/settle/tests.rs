use super::*;
use crate::command::Command;
use crate::ledger::account::Class;
use crate::money::{Currency, Money};
use crate::testing::{Scene, tokens, told, top_up, user};
use crate::topup::Card;
use crate::topup::Provider;
use crate::topup::facts::{DisputeFacts, DisputeState};

fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD).unwrap()
}

/// Finch's top-up of 100 tokens for a dollar, with a bonus of 10, in a session.
fn scene(balances: &str) -> Scene {
    let mut scene = Scene::with(balances);
    let card = Card { provider: Provider::Sandbox, session: "s".to_owned(), payment: None };
    scene.book.load_top_up(TopUp { card: Some(card), ..top_up("finch", "100", "10") });
    scene
}

fn id() -> TopUpId {
    top_up("finch", "1", "0").id
}

fn facts(progress: Progress) -> PaymentFacts {
    PaymentFacts {
        provider: Provider::Sandbox,
        session: "s".to_owned(),
        is_live: false,
        progress,
        payment: Some("p".to_owned()),
        asked: dollars(100),
        refunded: dollars(0),
        disputes: vec![],
    }
}

/// A payment as it stands: "paid", "refunded 40", "open", "lost after refunded 40".
fn standing(text: &str) -> PaymentFacts {
    let (first, second) = text.split_once(" after ").unwrap_or((text, ""));
    let mut payment = facts(Progress::Paid);
    for part in [first, second] {
        let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
        let state = DisputeState::from_name(word);
        match word {
            "refunded" => payment.refunded = dollars(rest.parse().unwrap()),
            _ => payment.disputes.extend(state.map(|state| DisputeFacts {
                reference: "d".to_owned(),
                amount: dollars(100),
                state,
                answer_by: None,
            })),
        }
    }
    payment
}

fn settle(scene: &mut Scene, payment: PaymentFacts) -> String {
    let orders = scene.book.orders().map(|order| order.id).collect();
    let settling = Settling { top_up: id(), payment, is_live: false, orders };
    told(&scene.ask(uuid::Uuid::nil(), Command::SettleTopUp(Box::new(settling))))
}

/// Issued plus debt equals held plus retired.
fn assert_adds_up(scene: &Scene) {
    let sum = |class: Class| -> i128 {
        let all = scene.book.balances.all().filter(|(account, _)| account.kind.class() == class);
        all.map(|(account, _)| i128::from(scene.book.balances.balance(account).units())).sum()
    };
    let sides = (sum(Class::Issued) + sum(Class::Debt), sum(Class::Held) + sum(Class::Retired));
    assert_eq!(sides.0, sides.1);
}

/// What the payment stands at in turn, what finch gives away in between, and
/// what everybody holds at the end.
#[test]
fn what_goes_back_follows_the_table() {
    let table: [(&[&str], &str); 16] = [
        (&["paid"], "finch spendable 100, finch promo 10"),
        (&["paid", "refunded 100"], ""),
        (&["paid", "refunded 40"], "finch spendable 60, finch promo 6"),
        (&["paid", "refunded 40", "refunded 0"], "finch spendable 100, finch promo 10"),
        (&["paid", "gives 70", "refunded 100"], "wren spendable 70, finch debt 70"),
        (
            &["paid", "gives 70", "refunded 100", "refunded 0"],
            "wren spendable 70, finch spendable 30, finch promo 10",
        ),
        (&["paid", "open"], "finch promo 10, finch dispute 100"),
        (&["paid", "gives 70", "open"], "wren spendable 70, finch promo 10, finch dispute 30"),
        (&["paid", "open", "withdrawn"], ""),
        (&["paid", "gives 70", "open", "withdrawn"], "wren spendable 70, finch debt 70"),
        (&["paid", "gives 70", "open", "withdrawn", "lost"], "wren spendable 70, finch debt 70"),
        (&["paid", "open", "won"], "finch spendable 100, finch promo 10"),
        (&["paid", "withdrawn", "won"], "finch spendable 100, finch promo 10"),
        (&["paid", "gives 70", "withdrawn", "won"], "wren spendable 70, finch spendable 30, finch promo 10"),
        (&["lost after refunded 40"], ""),
        (&["paid", "refunded 40", "open after refunded 40"], "finch promo 6, finch dispute 60"),
    ];
    for (steps, after) in table {
        let mut scene = scene("");
        for step in steps {
            match step.strip_prefix("gives ") {
                Some(amount) => _ = scene.give("finch", "wren", tokens(amount)).unwrap(),
                None => {
                    assert_eq!(settle(&mut scene, standing(step)), "top-up", "{steps:?}");
                    let written = scene.book.written.transactions.len();
                    settle(&mut scene, standing(step));
                    assert_eq!(scene.book.written.transactions.len(), written, "{steps:?}: twice is once");
                }
            }
            assert_adds_up(&scene);
        }
        assert_eq!(scene.balances(), after, "{steps:?}");
    }
}

/// Whatever was looked up before, in whichever order and how often: what is
/// looked up last decides.
#[test]
fn the_order_of_messages_does_not_matter() {
    let seen = ["paid", "refunded 40", "open after refunded 40", "withdrawn after refunded 40", "refunded 0"];
    for last in ["won after refunded 40", "lost after refunded 40", "refunded 100", "paid", "open"] {
        let mut ends = std::collections::BTreeSet::new();
        for order in permutations(seen.len()) {
            for doubled in 0..seen.len() {
                let mut scene = scene("");
                for place in &order {
                    settle(&mut scene, standing(seen[*place]));
                    if *place == doubled {
                        settle(&mut scene, standing(seen[*place]));
                    }
                    assert_adds_up(&scene);
                }
                // A dispute does not vanish: a payment without one is looked
                // up only before there was one.
                let last = if last.contains("won") || last.contains("lost") || last == "open" {
                    last.to_owned()
                } else {
                    format!("won after {}", if last == "paid" { "refunded 0" } else { last })
                };
                settle(&mut scene, standing(&last));
                assert_adds_up(&scene);
                ends.insert(scene.balances());
            }
        }
        assert_eq!(ends.len(), 1, "{last}: {ends:?}");
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for place in 0..count {
        all = all
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |at| {
                    let mut next = order.clone();
                    next.insert(at, place);
                    next
                })
            })
            .collect();
    }
    all
}

#[test]
fn what_does_not_fit_gives_no_tokens() {
    let paid = || facts(Progress::Paid);
    let euro = Money::new(100, Currency::parse("EUR").unwrap()).unwrap();
    let table = [
        PaymentFacts { asked: dollars(99), ..paid() },
        PaymentFacts { asked: dollars(101), ..paid() },
        PaymentFacts { asked: euro, ..paid() },
        PaymentFacts { is_live: true, ..paid() },
        PaymentFacts { session: "another".to_owned(), ..paid() },
        PaymentFacts { provider: Provider::Stripe, ..paid() },
    ];
    for payment in table {
        let mut scene = scene("");
        settle(&mut scene, payment.clone());
        assert_eq!(scene.balances(), "", "{payment:?}");
        assert_eq!(scene.book.top_up(id()).unwrap().state, TopUpState::Review);
        settle(&mut scene, paid());
        assert_eq!(scene.balances(), "", "a person has to look first");
    }
}

#[test]
fn money_wins_over_state() {
    for progress in [Progress::Expired, Progress::Failed] {
        let mut scene = scene("");
        settle(&mut scene, facts(Progress::Open));
        settle(&mut scene, facts(Progress::Pending));
        assert_eq!(scene.book.top_up(id()).unwrap().state, TopUpState::Submitted);
        settle(&mut scene, facts(progress));
        assert!(scene.book.top_up(id()).unwrap().state.is_closed());
        settle(&mut scene, facts(Progress::Paid));
        assert_eq!(scene.balances(), "finch spendable 100, finch promo 10");
        settle(&mut scene, facts(progress));
        assert_eq!(scene.book.top_up(id()).unwrap().state, TopUpState::Credited);
    }
}

#[test]
fn a_dispute_freezes_and_calls_held_purchases_off() {
    let mut scene = scene("");
    settle(&mut scene, standing("paid"));
    scene.buy("finch", 2, "chair", None).unwrap();
    settle(&mut scene, standing("open"));
    assert_eq!(scene.balances(), "finch promo 10, finch dispute 100");
    assert_eq!(scene.left("chair"), Some(3));
    assert_eq!(told(&scene.buy("finch", 1, "chair", None)), "ACCOUNT_FROZEN");
    assert_eq!(told(&scene.give("finch", "wren", tokens("1"))), "ACCOUNT_FROZEN");
    assert_eq!(told(&scene.link("finch", tokens("1"), 1)), "ACCOUNT_FROZEN");
    // Whoever comes later in the same batch is free again.
    settle(&mut scene, standing("won"));
    assert_eq!(told(&scene.give("finch", "wren", tokens("1"))), "gift");
}

#[test]
fn a_whole_top_up_goes_back_once_and_comes_again_if_the_money_cannot() {
    let refund = |scene: &mut Scene, by: &str| {
        told(&scene.ask(user(by).uuid(), Command::RefundTopUp { top_up: id(), by: user(by) }))
    };
    let mut scene = scene("");
    assert_eq!(refund(&mut scene, "finch"), "WRONG_STATE");
    settle(&mut scene, standing("paid"));
    assert_eq!(refund(&mut scene, "wren"), "NOT_FOUND top-up");
    scene.give("finch", "wren", tokens("1")).unwrap();
    assert_eq!(refund(&mut scene, "finch"), "INSUFFICIENT_TOKENS 99 + 1");
    scene.give("wren", "finch", tokens("1")).unwrap();
    assert_eq!(refund(&mut scene, "finch"), "top-up");
    assert_eq!(refund(&mut scene, "finch"), "top-up");
    assert_eq!(scene.balances(), "");
    settle(&mut scene, standing("paid"));
    assert_eq!(scene.balances(), "", "the provider has not sent it yet; it was asked");
    let answer = |scene: &mut Scene, state| {
        let refund = scene.book.refunds(id())[0].id;
        let answer = RefundAnswer { top_up: id(), refund, state };
        told(&scene.ask(uuid::Uuid::nil(), Command::EndRefund(answer)))
    };
    assert_eq!(answer(&mut scene, RefundState::Failed), "top-up");
    assert_eq!(scene.balances(), "finch spendable 100, finch promo 10");
    assert_eq!(answer(&mut scene, RefundState::Done), "top-up");
    assert_adds_up(&scene);
    assert_eq!(scene.balances(), "finch spendable 100, finch promo 10");
}

/// The papers of a card payment: what came, less what went back, is what is
/// left of the money, whatever was told in between.
#[test]
fn money_that_goes_back_gets_a_paper() {
    let table: [(&[&str], &str); 7] = [
        (&["paid"], "R-000001 1.00"),
        (&["paid", "refunded 40"], "R-000001 1.00, C-000001 0.40"),
        (&["paid", "refunded 40", "refunded 100"], "R-000001 1.00, C-000001 0.40, C-000002 0.60"),
        (&["refunded 33"], "R-000001 1.00, C-000001 0.33"),
        (&["paid", "refunded 40", "refunded 7"], "R-000001 1.00, C-000001 0.40, R-000002 0.33"),
        (&["paid", "open", "withdrawn", "lost"], "R-000001 1.00"),
        (&["paid", "asks", "done", "refunded 100"], "R-000001 1.00, C-000001 1.00"),
    ];
    for (steps, expected) in table {
        let mut scene = scene("");
        for step in steps {
            match *step {
                "asks" => {
                    let asked = Command::RefundTopUp { top_up: id(), by: user("finch") };
                    scene.ask(user("finch").uuid(), asked).unwrap();
                }
                "done" => {
                    let refund = scene.book.refunds(id())[0].id;
                    let answer = RefundAnswer { top_up: id(), refund, state: RefundState::Done };
                    scene.ask(uuid::Uuid::nil(), Command::EndRefund(answer)).unwrap();
                }
                step => assert_eq!(settle(&mut scene, standing(step)), "top-up"),
            }
        }
        let paper = |change: &Change| match change {
            Change::Desk(change) => match &**change {
                crate::desk::DeskChange::Issued(it) => {
                    Some(format!("{} {}", it.label(), it.amount.decimal()))
                }
                _ => None,
            },
            _ => None,
        };
        let papers: Vec<String> = scene.book.written.changes.iter().filter_map(paper).collect();
        assert_eq!(papers.join(", "), expected, "{steps:?}");
    }
}
