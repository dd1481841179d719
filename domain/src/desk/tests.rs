use super::*;
use crate::book::Change;
use crate::command::{Answer, Command};
use crate::money::{Currency, TokenPrice};
use crate::refusal::Refusal;
use crate::testing::{Scene, tokens, told, user};
use crate::topup::{Agreed, Channel, Method, Reference, TopUp, TopUpState};

/// Tokens at a cent, so that 100 cost 1.00.
fn opening(who: &str, method: Method, amount: &str) -> Opening {
    let due = TokenPrice::CENT.due(tokens(amount), Currency::USD).unwrap();
    Opening {
        user: user(who),
        reference: Reference::draw(7),
        channel: Channel::Phone,
        method,
        state: TopUpState::Draft,
        agreed: Agreed {
            tokens: tokens(amount),
            bonus: Tokens::ZERO,
            due,
            price: TokenPrice::CENT,
            bundle: None,
        },
        return_to: None,
        intent: None,
        lasts: Some(Seconds::days(60)),
    }
}

fn terms() -> DeskTerms {
    DeskTerms { approve_from: tokens("10"), two_from: tokens("1000"), ..DeskTerms::default() }
}

fn ask(scene: &mut Scene, who: &str, command: DeskCommand) -> Answer {
    scene.ask(user(who).uuid(), Command::Desk(Box::new(command)))
}

fn enter(scene: &mut Scene, who: &str, maker: Maker, method: Method, amount: &str, po: &str) -> Answer {
    let po_number = (!po.is_empty()).then(|| PoNumber::parse(po).unwrap());
    let details = Details { po_number, ..Details::default() };
    let opening = Box::new(opening("finch", method, amount));
    ask(scene, who, DeskCommand::Enter { opening, details, maker, terms: terms() })
}

fn payment(minor: i64, name: &str) -> Payment {
    Payment {
        amount: Money::new(minor, Currency::USD).unwrap(),
        value_date: Timestamp::from_millis(1),
        bank_reference: BankReference::parse(name).unwrap(),
    }
}

/// Who does what to the order, "robin approves", "robin pays 500 A".
fn act(scene: &mut Scene, how: &str, top_up: TopUpId) -> Answer {
    let mut words = how.split(' ');
    let (who, verb) = (words.next().unwrap(), words.next().unwrap());
    let by = user(who);
    let command = match verb {
        "approves" => DeskCommand::Approve { top_up, by, terms: terms() },
        "rejects" => DeskCommand::Reject { top_up, reason: DeskNote::parse("no").unwrap() },
        "cancels" => DeskCommand::Cancel { top_up, by },
        "expires" => DeskCommand::Expire { top_up, terms: terms() },
        "bounces" => {
            let known = &scene.book.desk.order(top_up).unwrap().payments;
            let at: usize = words.next().unwrap().parse().unwrap();
            let payment = known.get(at - 1).map_or(PaymentId::new(Uuid::max()), |payment| payment.id);
            DeskCommand::Bounce { top_up, payment, reason: DeskNote::parse("not covered").unwrap() }
        }
        "reverses" => DeskCommand::Reverse { top_up, reason: DeskNote::parse("a mistake").unwrap() },
        "returns" => {
            let minor = words.next().unwrap().parse().unwrap();
            let amount = Money::new(minor, Currency::USD).unwrap();
            let to = MoveTo::Customer(BankReference::parse(words.next().unwrap()).unwrap());
            DeskCommand::Move { top_up, amount, to }
        }
        "dues" => DeskCommand::FallDue { top_up },
        "writes-off" => DeskCommand::WriteOff { top_up, by },
        "pays" => {
            let minor = words.next().unwrap().parse().unwrap();
            DeskCommand::Pay { top_up, payment: payment(minor, words.next().unwrap()) }
        }
        other => panic!("nobody {other}"),
    };
    ask(scene, who, command)
}

fn state(scene: &Scene, id: TopUpId) -> TopUpState {
    scene.book.top_up(id).unwrap().state
}

/// Entered by whom, how, how many; the answer and where it begins.
#[test]
fn where_orders_begin() {
    use Maker::{Staff, User};
    use TopUpState::{Approved, AwaitingApproval, Submitted};
    let table = [
        ("heron", Staff, Method::Card, "50", "", Err("INVALID_INPUT method")),
        ("heron", Staff, Method::Voucher, "50", "", Err("INVALID_INPUT method")),
        ("heron", Staff, Method::PurchaseOrder, "50", "", Err("INVALID_INPUT poNumber")),
        ("heron", Staff, Method::Wire, "0.5", "", Err("INVALID_INPUT tokens")),
        ("heron", Staff, Method::Wire, "9.9999", "", Ok(Approved)),
        ("heron", Staff, Method::Wire, "10", "", Ok(AwaitingApproval)),
        ("finch", Staff, Method::Wire, "9.9999", "", Ok(AwaitingApproval)),
        ("heron", Staff, Method::Invoice, "5", "", Err("WRONG_STATE")),
        ("finch", User, Method::Invoice, "5", "", Ok(Submitted)),
        ("finch", User, Method::PurchaseOrder, "5", "PO-1", Ok(Submitted)),
    ];
    for (who, maker, method, amount, po, expected) in table {
        let mut scene = Scene::new();
        let asked = enter(&mut scene, who, maker, method, amount, po);
        match expected {
            Ok(begins) => assert_eq!(state(&scene, asked.unwrap().top_up.unwrap()), begins, "{method:?}"),
            Err(no) => assert_eq!(told(&asked), no, "{method:?} {amount}"),
        }
        assert_eq!(scene.balances(), "", "nothing is credited before anybody agreed");
    }
}

/// What is done to an order of finch's in turn, the answers, where it stands
/// at the end, and what finch holds.
type Story = (Method, &'static str, &'static [(&'static str, &'static str)], TopUpState, &'static str);

const STORIES: [Story; 11] = [
    (Method::Wire, "500", &[("heron approves", "WRONG_STATE")], TopUpState::AwaitingApproval, ""),
    (Method::Wire, "500", &[("finch approves", "WRONG_STATE")], TopUpState::AwaitingApproval, ""),
    (Method::Wire, "500", &[("robin pays 500 A", "WRONG_STATE")], TopUpState::AwaitingApproval, ""),
    (
        Method::Wire,
        "500",
        &[("robin approves", "top-up"), ("robin approves", "WRONG_STATE"), ("finch cancels", "top-up")],
        TopUpState::Cancelled,
        "",
    ),
    (
        Method::Wire,
        "500",
        &[
            ("robin approves", "top-up"),
            ("robin pays 499 A", "top-up"),
            ("robin pays 499 A", "INVALID_INPUT bankReference"),
            ("finch cancels", "WRONG_STATE"),
            ("robin pays 1 B", "top-up"),
            ("robin pays 7 C", "top-up"),
            ("finch pays 7 D", "WRONG_STATE"),
        ],
        TopUpState::Paid,
        "finch spendable 500",
    ),
    (
        Method::Wire,
        "1000",
        &[("robin approves", "top-up"), ("robin approves", "WRONG_STATE"), ("wren approves", "top-up")],
        TopUpState::Approved,
        "",
    ),
    (
        Method::Wire,
        "500",
        &[("robin rejects", "top-up"), ("robin approves", "WRONG_STATE")],
        TopUpState::Rejected,
        "",
    ),
    (Method::Wire, "500", &[("wren cancels", "NOT_FOUND top-up")], TopUpState::AwaitingApproval, ""),
    (
        Method::Invoice,
        "700",
        &[("robin approves", "top-up"), ("robin dues", "WRONG_STATE")],
        TopUpState::Credited,
        "finch spendable 700",
    ),
    (Method::Invoice, "900", &[("robin approves", "WRONG_STATE")], TopUpState::AwaitingApproval, ""),
    (
        Method::Invoice,
        "800",
        &[("robin approves", "top-up"), ("robin pays 800 A", "top-up"), ("robin writes-off", "WRONG_STATE")],
        TopUpState::Paid,
        "finch spendable 800",
    ),
];

#[test]
fn how_orders_go_on() {
    for (method, amount, steps, ends, holds) in STORIES {
        let mut scene = Scene::new();
        let limit = Money::new(800, Currency::USD);
        scene.book.desk.load_credit(user("finch"), Credit { limit, ..Credit::default() });
        let id = enter(&mut scene, "heron", Maker::Staff, method, amount, "").unwrap().top_up.unwrap();
        for (how, answer) in steps {
            assert_eq!(told(&act(&mut scene, how, id)), *answer, "{how} of {steps:?}");
        }
        assert_eq!((state(&scene, id), scene.balances().as_str()), (ends, holds), "{steps:?}");
    }
}

#[test]
fn what_is_never_paid_is_taken_back_and_the_rest_is_owed() {
    let mut scene = Scene::with("finch spendable 20");
    let limit = Money::new(10_000, Currency::USD);
    scene.book.desk.load_credit(user("finch"), Credit { limit, ..Credit::default() });
    let asked = enter(&mut scene, "heron", Maker::Staff, Method::Invoice, "400", "");
    let id = asked.unwrap().top_up.unwrap();
    act(&mut scene, "robin approves", id).unwrap();
    act(&mut scene, "robin pays 100 A", id).unwrap();
    scene.give("finch", "wren", tokens("300")).unwrap();
    scene.now = scene.now.after(Seconds::days(30));
    assert_eq!(told(&act(&mut scene, "robin dues", id)), "top-up");
    assert_eq!(told(&act(&mut scene, "heron writes-off", id)), "WRONG_STATE", "not who entered it");
    assert_eq!(told(&act(&mut scene, "robin writes-off", id)), "top-up");
    // Three quarters were not paid: 300 of 400, of which 120 are still there.
    assert_eq!(scene.balances(), "wren spendable 300, finch debt 180");
    assert_eq!(state(&scene, id), TopUpState::WrittenOff);
}

#[test]
fn credit_is_looked_at_again_when_somebody_agrees() {
    let mut scene = Scene::new();
    let limit = Money::new(1_000, Currency::USD);
    scene.book.desk.load_credit(user("finch"), Credit { limit, owed_minor: 300, late: 0 });
    let mut ids = Vec::new();
    for _ in 0..2 {
        let asked = enter(&mut scene, "heron", Maker::Staff, Method::Invoice, "400", "");
        ids.push(asked.unwrap().top_up.unwrap());
    }
    assert_eq!(told(&act(&mut scene, "robin approves", ids[0])), "top-up");
    assert_eq!(told(&act(&mut scene, "robin approves", ids[1])), "WRONG_STATE", "700 of 1,000 are used");
    assert_eq!(scene.balances(), "finch spendable 400");
    // What is paid is owed no more, also for those later in the same batch.
    act(&mut scene, "robin pays 99 A", ids[0]).unwrap();
    assert_eq!(told(&act(&mut scene, "robin approves", ids[1])), "WRONG_STATE", "601 of 1,000 are used");
    act(&mut scene, "robin pays 1 B", ids[0]).unwrap();
    assert_eq!(told(&act(&mut scene, "robin approves", ids[1])), "top-up");
}

#[test]
fn an_order_that_waited_too_long_cannot_be_agreed_to_and_numbers_are_used_once() {
    let mut scene = Scene::new();
    let asked = enter(&mut scene, "finch", Maker::User, Method::PurchaseOrder, "50", "PO-1");
    let id = asked.unwrap().top_up.unwrap();
    let again = enter(&mut scene, "heron", Maker::Staff, Method::PurchaseOrder, "50", "PO-1");
    assert_eq!(told(&again), "INVALID_INPUT poNumber");
    scene.now = scene.now.after(Seconds::days(60));
    assert_eq!(told(&act(&mut scene, "robin approves", id)), "EXPIRED");
    let wrong = Money::new(1, Currency::parse("EUR").unwrap()).unwrap();
    let payment = Payment { amount: wrong, ..payment(1, "A") };
    let asked = ask(&mut scene, "robin", DeskCommand::Pay { top_up: id, payment });
    assert_eq!(told(&asked), "INVALID_INPUT currency");
    let unknown = TopUpId::new(Uuid::max());
    assert_eq!(act(&mut scene, "robin approves", unknown), Err(Refusal::missing("top-up")));
    let made = |change: &Change| matches!(change, Change::TopUpMade(TopUp { .. }));
    assert_eq!(scene.book.written.changes.iter().filter(|change| made(change)).count(), 1);
}

#[test]
fn numbers_of_deeds_lead_back() {
    let numbers: BTreeSet<i16> = Deed::ALL.iter().map(|deed| deed.number()).collect();
    assert_eq!(numbers.len(), Deed::ALL.len());
    assert!(Deed::ALL.iter().all(|deed| Deed::from_number(deed.number()) == Some(*deed)));
}

/// The papers so far: "I-000001 4.00, C-000001 3.00".
fn papers(scene: &Scene) -> String {
    let paper = |change: &Change| match change {
        Change::Desk(change) => match &**change {
            DeskChange::Issued(paper) => Some(format!("{} {}", paper.label(), paper.amount.decimal())),
            _ => None,
        },
        _ => None,
    };
    scene.book.written.changes.iter().filter_map(paper).collect::<Vec<_>>().join(", ")
}

/// Steps with what is answered, then where the order stands, what people hold
/// and the papers.
type Tale = (Method, &'static [(&'static str, &'static str)], TopUpState, &'static str, &'static str);

const TALES: [Tale; 7] = [
    (
        Method::Cheque,
        &[
            ("robin approves", "top-up"),
            ("robin pays 300 A", "top-up"),
            ("robin pays 100 B", "top-up"),
            ("robin bounces 1", "WRONG_STATE"),
            ("finch bounces 1", "WRONG_STATE"),
            ("wren bounces 3", "NOT_FOUND payment"),
            ("wren bounces 1", "top-up"),
            ("wren bounces 1", "WRONG_STATE"),
        ],
        TopUpState::PartPaid,
        "finch spendable 100",
        "R-000001 3.00, R-000002 1.00",
    ),
    (
        Method::Cheque,
        &[
            ("robin approves", "top-up"),
            ("robin pays 400 A", "top-up"),
            ("wren bounces 1", "top-up"),
            ("robin pays 100 B", "top-up"),
            ("robin pays 300 C", "top-up"),
        ],
        TopUpState::Paid,
        "finch spendable 400",
        "R-000001 4.00, R-000002 1.00, R-000003 3.00",
    ),
    (
        Method::Invoice,
        &[("robin approves", "top-up"), ("robin pays 400 A", "top-up"), ("wren bounces 1", "top-up")],
        TopUpState::Credited,
        "finch spendable 400",
        "I-000001 4.00, R-000001 4.00",
    ),
    (
        Method::Invoice,
        &[
            ("robin approves", "top-up"),
            ("robin pays 100 A", "top-up"),
            ("heron reverses", "WRONG_STATE"),
            ("robin reverses", "top-up"),
            ("robin reverses", "WRONG_STATE"),
            ("robin returns 100 OUT", "WRONG_STATE"),
            ("wren returns 101 OUT", "INVALID_INPUT amount"),
            ("wren returns 40 A", "INVALID_INPUT bankReference"),
            ("wren returns 40 OUT", "top-up"),
            ("wren returns 61 OUT-2", "INVALID_INPUT amount"),
            ("wren returns 60 OUT-2", "top-up"),
            ("wren returns 1 OUT-3", "WRONG_STATE"),
        ],
        TopUpState::Reversed,
        "",
        "I-000001 4.00, R-000001 1.00, C-000001 4.00",
    ),
    (
        Method::ProForma,
        &[("robin approves", "top-up"), ("robin reverses", "WRONG_STATE"), ("robin pays 150 A", "top-up")],
        TopUpState::PartPaid,
        "",
        "P-000001 4.00, R-000001 1.50",
    ),
    (
        Method::Wire,
        &[
            ("robin approves", "top-up"),
            ("robin pays 450 remainder", "top-up"),
            ("wren returns 51 OUT", "INVALID_INPUT amount"),
            ("wren returns 50 OUT", "top-up"),
            ("wren bounces 1", "top-up"),
        ],
        TopUpState::Approved,
        "",
        "P-000001 4.00, R-000001 4.50",
    ),
    (Method::Wire, &[("robin expires", "WRONG_STATE")], TopUpState::AwaitingApproval, "", ""),
];

#[test]
fn what_comes_back() {
    for (method, steps, ends, holds, written) in TALES {
        let mut scene = Scene::new();
        let limit = Money::new(800, Currency::USD);
        scene.book.desk.load_credit(user("finch"), Credit { limit, ..Credit::default() });
        let id = enter(&mut scene, "heron", Maker::Staff, method, "400", "").unwrap().top_up.unwrap();
        for (how, answer) in steps {
            assert_eq!(told(&act(&mut scene, how, id)), *answer, "{how} of {steps:?}");
        }
        assert_eq!((state(&scene, id), scene.balances().as_str()), (ends, holds), "{steps:?}");
        assert_eq!(papers(&scene), written, "{steps:?}");
    }
}

#[test]
fn a_cheque_that_bounces_after_its_tokens_were_given_away_is_owed() {
    let mut scene = Scene::new();
    let asked = enter(&mut scene, "heron", Maker::Staff, Method::Cheque, "400", "");
    let id = asked.unwrap().top_up.unwrap();
    act(&mut scene, "robin approves", id).unwrap();
    act(&mut scene, "robin pays 400 A", id).unwrap();
    scene.give("finch", "wren", tokens("300")).unwrap();
    act(&mut scene, "wren bounces 1", id).unwrap();
    assert_eq!(scene.balances(), "wren spendable 300, finch debt 300");
    assert_eq!(told(&act(&mut scene, "robin reverses", id)), "WRONG_STATE", "nothing is left of it");
    // The same money once more: what is owed is paid off first.
    act(&mut scene, "robin pays 400 B", id).unwrap();
    assert_eq!(scene.balances(), "wren spendable 300, finch spendable 100");
    scene.give("finch", "wren", tokens("1")).unwrap();
    assert_eq!(told(&act(&mut scene, "robin reverses", id)), "WRONG_STATE", "some were given away");
}

#[test]
fn what_was_paid_too_much_pays_another_order_of_the_same_customer() {
    let mut scene = Scene::new();
    let [first, second] = ["400", "30"].map(|amount| {
        let asked = enter(&mut scene, "heron", Maker::Staff, Method::Wire, amount, "");
        let id = asked.unwrap().top_up.unwrap();
        act(&mut scene, "robin approves", id).unwrap();
        id
    });
    act(&mut scene, "robin pays 440 A", first).unwrap();
    let give = |scene: &mut Scene, minor, to| {
        let amount = Money::new(minor, Currency::USD).unwrap();
        ask(scene, "wren", DeskCommand::Move { top_up: first, amount, to: MoveTo::Order(to) })
    };
    assert_eq!(told(&give(&mut scene, 30, first)), "INVALID_INPUT order");
    assert_eq!(told(&give(&mut scene, 31, second)), "INVALID_INPUT amount");
    assert_eq!(told(&give(&mut scene, 30, TopUpId::new(Uuid::max()))), "NOT_FOUND order");
    assert_eq!(told(&give(&mut scene, 30, second)), "top-up");
    assert_eq!((state(&scene, second), scene.balances().as_str()), (TopUpState::Paid, "finch spendable 430"));
    assert_eq!(scene.book.desk.order(first).unwrap().remainder_minor(scene.book.top_up(first).unwrap()), 10);
    assert_eq!(
        told(&act(&mut scene, "robin bounces 1", second)),
        "WRONG_STATE",
        "it came from the other order"
    );
    assert_eq!(told(&act(&mut scene, "robin pays 9 remainder", second)), "top-up");
}

#[test]
fn reminders_come_once_each_and_late_customers_get_no_new_credit() {
    let mut scene = Scene::new();
    scene.book.listen();
    let limit = Money::new(10_000, Currency::USD);
    scene.book.desk.load_credit(user("finch"), Credit { limit, ..Credit::default() });
    let [first, second] = ["400", "30"].map(|amount| {
        let asked = enter(&mut scene, "heron", Maker::Staff, Method::Invoice, amount, "");
        asked.unwrap().top_up.unwrap()
    });
    act(&mut scene, "robin approves", first).unwrap();
    act(&mut scene, "robin pays 100 A", first).unwrap();
    // Days passed since the last line; whether a reminder is sent, and which.
    let days = [(29, ""), (1, "1"), (0, ""), (6, ""), (1, "2"), (30, "4"), (100, "")];
    for (days, reminder) in days {
        scene.now = scene.now.after(Seconds::days(days));
        let asked = act(&mut scene, "robin dues", first);
        assert_eq!(asked.is_ok(), !reminder.is_empty(), "{days}");
        let order = scene.book.desk.order(first).unwrap();
        assert!(reminder.is_empty() || order.reminded.to_string() == reminder);
    }
    assert_eq!(told(&act(&mut scene, "robin expires", second)), "top-up", "sixty days have gone by");
    let asked = enter(&mut scene, "heron", Maker::Staff, Method::Invoice, "30", "").unwrap();
    let third = asked.top_up.unwrap();
    assert_eq!(told(&act(&mut scene, "robin approves", third)), "WRONG_STATE", "one is overdue");
    let told: Vec<String> =
        scene.book.written.notices.iter().map(|notice| format!("{:?}", notice.event)).collect();
    let number = |what: &str| told.iter().filter(|event| event.starts_with(what)).count();
    assert_eq!((number("InvoiceIssued"), number("Overdue")), (1, 3), "{told:?}");
    assert!(
        told.iter().any(|event| event.contains("\"3.00 USD\"") && event.contains("I-000001")),
        "{told:?}"
    );
    act(&mut scene, "robin writes-off", first).unwrap();
    assert!(papers(&scene).ends_with("C-000001 3.00"), "{}", papers(&scene));
}

/// Paid in advance: after how many days of silence which steps are answered
/// how, and where the order stands then.
#[test]
fn what_nobody_pays_in_advance_ends() {
    use TopUpState::{Approved, Expired, PartPaid};
    type Steps = &'static [(u16, &'static str, &'static str)];
    let table: [(Method, Steps, TopUpState); 6] = [
        (Method::ProForma, &[(44, "robin expires", "WRONG_STATE")], Approved),
        (
            Method::ProForma,
            &[(45, "robin expires", "top-up"), (0, "robin pays 500 A", "WRONG_STATE")],
            Expired,
        ),
        (Method::Cheque, &[(45, "robin expires", "top-up"), (0, "robin expires", "WRONG_STATE")], Expired),
        (Method::Wire, &[(40, "robin pays 1 A", "top-up"), (45, "robin expires", "WRONG_STATE")], PartPaid),
        (
            Method::Cheque,
            &[
                (40, "robin pays 500 A", "top-up"),
                (40, "wren bounces 1", "top-up"),
                (44, "robin expires", "WRONG_STATE"),
            ],
            Approved,
        ),
        (
            Method::Cheque,
            &[
                (40, "robin pays 500 A", "top-up"),
                (40, "wren bounces 1", "top-up"),
                (45, "robin expires", "top-up"),
            ],
            Expired,
        ),
    ];
    for (method, steps, ends) in table {
        let mut scene = Scene::new();
        let id = enter(&mut scene, "heron", Maker::Staff, method, "500", "").unwrap().top_up.unwrap();
        act(&mut scene, "robin approves", id).unwrap();
        for (days, how, answer) in steps {
            scene.now = scene.now.after(Seconds::days(*days));
            assert_eq!(told(&act(&mut scene, how, id)), *answer, "{how} of {steps:?}");
        }
        assert_eq!((state(&scene, id), scene.balances().as_str()), (ends, ""), "{steps:?}");
    }
}
