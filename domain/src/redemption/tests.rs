use super::*;
use crate::command::{Answer, Command};
use crate::id::DisputeId;
use crate::ledger::account::{AccountId, AccountKind, Sums};
use crate::order::settle::Releaser;
use crate::testing::{Scene, tokens, told, user};

fn terms() -> RedemptionTerms {
    RedemptionTerms { is_on: true, minimum: tokens("10"), two_from: tokens("50"), ..Default::default() }
}

fn ask(scene: &mut Scene, who: &str, amount: Tokens, matured: &str, terms: RedemptionTerms) -> Answer {
    let pay_to = PayTo { payee: Payee::parse("IBAN of wren").unwrap(), mark: PayeeMark([7; 32]) };
    let standing = Standing { matured: tokens(matured), debits: Tokens::ZERO };
    let command =
        RedemptionCommand::Ask { user: user(who), tokens: amount, pay_to, standing, open: 0, terms };
    scene.ask(user(who).uuid(), Command::Redemption(Box::new(command)))
}

fn do_it(scene: &mut Scene, by: &str, command: RedemptionCommand) -> Answer {
    scene.ask(user(by).uuid(), Command::Redemption(Box::new(command)))
}

fn note() -> DeskNote {
    DeskNote::parse("why").unwrap()
}

/// What is held, how much is asked for, how much has matured, under which
/// terms, and the answer: the refusals in their precedence.
#[test]
fn what_can_be_asked_for() {
    let off = RedemptionTerms { is_on: false, ..terms() };
    let tiny =
        RedemptionTerms { minimum: Tokens::ZERO, price: TokenPrice::from_micros(1).unwrap(), ..terms() };
    let table = [
        ("wren earned 5", "0", "0", off, "REDEMPTION_OFF"),
        ("wren earned 5", "0", "5", terms(), "INVALID_INPUT tokens"),
        ("wren earned 5", "1000000000.0001", "5", terms(), "INVALID_INPUT tokens"),
        ("wren earned 5", "9.9999", "5", terms(), "INVALID_INPUT tokens"),
        ("wren earned 30", "10", "9.5", terms(), "INSUFFICIENT_TOKENS 9.5 + 0.5"),
        ("wren earned 9", "10", "99", terms(), "INSUFFICIENT_TOKENS 9 + 1"),
        ("wren spendable 90, wren promo 90", "10", "0", terms(), "INSUFFICIENT_TOKENS 0 + 10"),
        ("wren earned 5", "1", "5", tiny, "INVALID_INPUT tokens"),
        ("wren earned 30", "10", "10", terms(), "redemption"),
    ];
    for (given, amount, matured, terms, answer) in table {
        let mut scene = Scene::with(given);
        let asked = ask(&mut scene, "wren", tokens(amount), matured, terms);
        assert_eq!(told(&asked), answer, "{amount} of {given}");
        let after = if asked.is_ok() { "wren earned 20, vendor payouts 10" } else { given };
        assert_eq!(scene.balances(), after);
    }
}

fn owe(scene: &mut Scene, who: &str, amount: &str) {
    let owed = Sums { debits: tokens(amount), credits: Tokens::ZERO };
    scene.book.balances.load(AccountId::of(user(who), AccountKind::Debt), owed);
}

#[test]
fn whoever_owes_takes_nothing_out() {
    let mut scene = Scene::with("wren earned 30");
    owe(&mut scene, "wren", "1");
    assert_eq!(told(&ask(&mut scene, "wren", Tokens::ZERO, "30", terms())), "WRONG_STATE");
}

#[test]
fn whoever_is_disputed_takes_nothing_out() {
    let mut scene = Scene::with("wren earned 30");
    scene.book.load_frozen(DisputeId::new(Uuid::nil()), user("wren"));
    assert_eq!(told(&ask(&mut scene, "wren", tokens("10"), "30", terms())), "ACCOUNT_FROZEN");
}

#[test]
fn two_requests_cannot_take_the_same_tokens() {
    let mut scene = Scene::with("wren earned 30");
    for answer in ["redemption", "redemption", "INSUFFICIENT_TOKENS 5 + 5"] {
        // Both were looked up before either was decided.
        assert_eq!(told(&ask(&mut scene, "wren", tokens("10"), "25", terms())), answer);
    }
}

#[test]
fn only_some_are_under_way_at_once() {
    let mut scene = Scene::with("wren earned 30");
    let pay_to = PayTo { payee: Payee::parse("IBAN of wren").unwrap(), mark: PayeeMark([7; 32]) };
    let standing = Standing { matured: tokens("30"), debits: Tokens::ZERO };
    for (open, answer) in [(4, "redemption"), (5, "TOO_MANY"), (9, "TOO_MANY")] {
        let (user, tokens, pay_to) = (user("wren"), tokens("10"), pay_to.clone());
        let command = RedemptionCommand::Ask { user, tokens, pay_to, standing, open, terms: terms() };
        assert_eq!(told(&do_it(&mut scene, "wren", command)), answer);
    }
}

/// "finch approve": somebody does something about a redemption.
fn act(scene: &mut Scene, redemption: RedemptionId, step: &str) -> Answer {
    let (who, verb) = step.split_once(' ').unwrap();
    let by = user(who);
    let command = match verb {
        "cancel" => RedemptionCommand::Cancel { redemption, by },
        "approve" => RedemptionCommand::Approve { redemption, by },
        "reject" => RedemptionCommand::Reject { redemption, reason: note() },
        "send" => RedemptionCommand::Send { redemptions: vec![redemption] },
        "failed" => RedemptionCommand::Failed { redemption, reason: note() },
        _ => {
            let bank_reference = BankReference::parse("B1").unwrap();
            RedemptionCommand::Paid { redemption, by, bank_reference }
        }
    };
    do_it(scene, who, command)
}

/// For how many tokens, then who does what in turn with which answer, and who
/// holds what at the end.
#[test]
fn how_redemptions_go() {
    type Asked = (&'static str, &'static str);
    let waits = "wren earned 40, vendor payouts 20";
    let back = "wren earned 60";
    let paid = "wren earned 40";
    let table: [(&str, &[Asked], &str); 15] = [
        ("20", &[("finch cancel", "NOT_FOUND redemption"), ("finch paid", "WRONG_STATE")], waits),
        ("20", &[("wren approve", "WRONG_STATE"), ("finch send", "WRONG_STATE")], waits),
        ("20", &[("wren cancel", "redemption"), ("wren cancel", "redemption")], back),
        ("20", &[("wren cancel", "redemption"), ("finch approve", "WRONG_STATE")], back),
        ("20", &[("finch reject", "redemption"), ("wren cancel", "WRONG_STATE")], back),
        ("20", &[("finch approve", "redemption"), ("finch approve", "WRONG_STATE")], waits),
        ("20", &[("finch approve", "redemption"), ("wren cancel", "redemption")], back),
        ("20", &[("finch approve", "redemption"), ("finch reject", "redemption")], back),
        ("20", &[("finch approve", "redemption"), ("wren paid", "WRONG_STATE")], waits),
        (
            "20",
            &[
                ("finch approve", "redemption"),
                ("finch send", "redemptions"),
                ("wren cancel", "WRONG_STATE"),
                ("finch reject", "WRONG_STATE"),
                ("finch send", "WRONG_STATE"),
            ],
            waits,
        ),
        (
            "20",
            &[
                ("finch approve", "redemption"),
                ("finch send", "redemptions"),
                ("finch paid", "redemption"),
                ("finch failed", "WRONG_STATE"),
                ("finch paid", "WRONG_STATE"),
            ],
            paid,
        ),
        ("20", &[("finch approve", "redemption"), ("finch paid", "redemption")], paid),
        (
            "20",
            &[("finch approve", "redemption"), ("finch send", "redemptions"), ("finch failed", "redemption")],
            back,
        ),
        (
            "50",
            &[
                ("finch approve", "redemption"),
                ("finch send", "WRONG_STATE"),
                ("finch approve", "WRONG_STATE"),
                ("robin approve", "redemption"),
                ("robin send", "redemptions"),
            ],
            "wren earned 10, vendor payouts 50",
        ),
        ("20", &[("finch failed", "WRONG_STATE")], waits),
    ];
    for (amount, steps, after) in table {
        let mut scene = Scene::with("wren earned 60");
        let asked = ask(&mut scene, "wren", tokens(amount), "60", terms());
        let redemption = asked.unwrap().redemption.unwrap();
        for (step, answer) in steps {
            assert_eq!(told(&act(&mut scene, redemption, step)), *answer, "{step} of {steps:?}");
        }
        assert_eq!(scene.balances(), after, "{steps:?}");
    }
}

#[test]
fn what_is_owed_since_stops_agreeing_and_is_paid_off_first() {
    let mut scene = Scene::with("wren earned 60");
    let redemption = ask(&mut scene, "wren", tokens("20"), "60", terms()).unwrap().redemption.unwrap();
    owe(&mut scene, "wren", "15");
    let agreed = do_it(&mut scene, "finch", RedemptionCommand::Approve { redemption, by: user("finch") });
    assert_eq!(told(&agreed), "WRONG_STATE");
    let back = do_it(&mut scene, "finch", RedemptionCommand::Reject { redemption, reason: note() });
    assert_eq!(told(&back), "redemption");
    assert_eq!(scene.balances(), "wren earned 45");
}

#[test]
fn a_bank_names_a_payment_once() {
    let mut scene = Scene::with("wren earned 60");
    let bank_reference = BankReference::parse("B1").unwrap();
    for answer in ["redemption", "INVALID_INPUT bankReference"] {
        let redemption = ask(&mut scene, "wren", tokens("20"), "60", terms()).unwrap().redemption.unwrap();
        let by = user("finch");
        do_it(&mut scene, "finch", RedemptionCommand::Approve { redemption, by }).unwrap();
        let bank_reference = bank_reference.clone();
        let paid = RedemptionCommand::Paid { redemption, by, bank_reference };
        assert_eq!(told(&do_it(&mut scene, "finch", paid)), answer);
    }
}

/// A whole life in a ledger that the audit proves, and each fact of the row
/// made wrong.
#[test]
fn the_audit_knows_every_fact_of_it() {
    let mut scene = Scene::new();
    scene.grant("finch", tokens("100")).unwrap();
    let order = scene.buy("finch", 6, "lesson", None).unwrap().orders[0];
    let by = Releaser::Buyer(user("finch"));
    scene.ask(user("finch").uuid(), Command::Release { order, by }).unwrap();
    let asked = ask(&mut scene, "wren", tokens("20"), "57", terms()).unwrap().redemption.unwrap();
    let second = ask(&mut scene, "wren", tokens("10"), "57", terms()).unwrap().redemption.unwrap();
    scene.audit().unwrap();
    let by = user("finch");
    do_it(&mut scene, "finch", RedemptionCommand::Approve { redemption: asked, by }).unwrap();
    scene.audit().unwrap();
    do_it(&mut scene, "finch", RedemptionCommand::Send { redemptions: vec![asked, second] }).unwrap();
    scene.audit().unwrap();
    type Wrong = (&'static str, fn(&mut Redemption));
    let wrongs: [Wrong; 10] = [
        ("tokens", |it| it.tokens = tokens("21")),
        ("user", |it| it.user = user("robin")),
        ("money", |it| it.money = Money::new(1, Currency::USD).unwrap()),
        ("price", |it| it.price = TokenPrice::from_micros(1).unwrap()),
        ("needs", |it| it.needs = 2),
        ("payee", |it| it.payee = PayeeMark([0; 32])),
        ("approvals", |it| _ = it.approvals.insert(user("heron"))),
        ("state", |it| it.state = RedemptionState::Approved),
        ("batch", |it| it.batch = None),
        ("time", |it| it.at = Timestamp::from_millis(0)),
    ];
    for (what, wrong) in wrongs {
        let mut scene = scene.clone();
        let mut row = scene.book.redemptions.get(asked).unwrap().clone();
        wrong(&mut row);
        scene.book.redemptions.load(row);
        assert!(scene.audit().unwrap_err().row.starts_with("redemption"), "{what}");
    }
    let bank_reference = BankReference::parse("B1").unwrap();
    do_it(&mut scene, "finch", RedemptionCommand::Paid { redemption: asked, by, bank_reference }).unwrap();
    do_it(&mut scene, "wren", RedemptionCommand::Cancel { redemption: second, by: user("wren") }).unwrap();
    let totals = scene.audit().unwrap();
    assert_eq!(totals.retired, i128::from(tokens("20").units()));
}
