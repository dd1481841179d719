use super::*;
use crate::command::{Answer, Command};
use crate::testing::{Scene, tokens, told, user};
use crate::time::Seconds;

/// Issues so many vouchers of an amount that end after so many seconds; their
/// codes are the numbers from 1.
fn issue(scene: &mut Scene, count: u8, amount: Tokens, lasts: Option<u32>) -> Answer {
    let issuing = Issuing {
        name: BatchName::parse("Summer fair").unwrap(),
        tokens: amount,
        expires_at: lasts.map(|seconds| scene.now.after(Seconds::new(seconds))),
        codes: (1..=count).map(|code| VoucherHash([code; 32])).collect(),
    };
    let by = user("heron");
    scene.ask(by.uuid(), Command::IssueVouchers { by, issuing })
}

fn redeem(scene: &mut Scene, who: &str, code: u8) -> Answer {
    let by = user(who);
    scene.ask(by.uuid(), Command::RedeemVoucher { by, code: VoucherHash([code; 32]) })
}

fn withdraw(scene: &mut Scene, batch: VoucherBatchId, which: Which) -> Answer {
    scene.ask(user("heron").uuid(), Command::WithdrawVouchers { batch, which })
}

/// How many, of what, lasting how long, and the answer; the refusals in their
/// precedence.
#[test]
fn what_can_be_issued() {
    let table = [
        (0, Tokens::ZERO, Some(0), "INVALID_INPUT tokens"),
        (0, tokens("1000000000.0001"), Some(0), "INVALID_INPUT tokens"),
        (0, tokens("5"), Some(0), "INVALID_INPUT count"),
        (2, tokens("500000000.0001"), Some(0), "INVALID_INPUT count"),
        (2, tokens("500000000"), Some(0), "INVALID_INPUT expiresAt"),
        (2, tokens("500000000"), Some(1), "batch"),
        (1, tokens("0.0001"), None, "batch"),
    ];
    for (count, amount, lasts, answer) in table {
        let mut scene = Scene::new();
        let asked = issue(&mut scene, count, amount, lasts);
        assert_eq!(told(&asked), answer, "{count} of {amount} for {lasts:?}");
        assert_eq!(scene.balances(), "", "no token exists before a voucher is redeemed");
        scene.audit().unwrap();
    }
    assert!(check_count(VOUCHERS_MAX).is_ok() && check_count(VOUCHERS_MAX + 1).is_err());
}

/// Three vouchers of 5 tokens for 60 seconds: what is asked in turn, after how
/// many seconds, the answers, and who holds what at the end.
#[test]
fn how_vouchers_end() {
    type Asked = (u32, &'static str, &'static str);
    let table: [(&[Asked], &str); 9] = [
        (&[(0, "finch 9", "NOT_FOUND code")], ""),
        (&[(59, "finch 1", "voucher"), (0, "finch 1", "ALREADY_CLAIMED")], "finch spendable 5"),
        (
            &[(0, "finch 1", "voucher"), (60, "wren 1", "ALREADY_CLAIMED"), (0, "wren 2", "EXPIRED")],
            "finch spendable 5",
        ),
        (
            &[(0, "finch 1", "voucher"), (0, "finch 2", "voucher"), (0, "wren 3", "voucher")],
            "wren spendable 5, finch spendable 10",
        ),
        (&[(60, "finch 1", "EXPIRED")], ""),
        (&[(0, "withdraw", "batch"), (0, "finch 1", "WRONG_STATE"), (99, "finch 1", "WRONG_STATE")], ""),
        (
            &[(0, "finch 1", "voucher"), (0, "withdraw", "batch"), (0, "withdraw", "batch")],
            "finch spendable 5",
        ),
        (
            &[
                (0, "withdraw 2 2", "batch"),
                (0, "finch 2", "WRONG_STATE"),
                (0, "finch 1", "voucher"),
                (0, "withdraw 1", "batch"),
            ],
            "finch spendable 5",
        ),
        (&[(0, "withdraw 1 4", "INVALID_INPUT numbers"), (0, "finch 1", "voucher")], "finch spendable 5"),
    ];
    for (steps, after) in table {
        let mut scene = Scene::new();
        let batch = issue(&mut scene, 3, tokens("5"), Some(60)).unwrap().batch.unwrap();
        for (seconds, how, answer) in steps {
            scene.now = scene.now.after(Seconds::new(*seconds));
            let (verb, rest) = how.split_once(' ').unwrap_or((how, ""));
            let asked = match (verb, rest) {
                ("withdraw", "") => withdraw(&mut scene, batch, Which::All),
                ("withdraw", numbers) => {
                    let numbers = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
                    withdraw(&mut scene, batch, Which::Numbers(numbers))
                }
                (who, code) => redeem(&mut scene, who, code.parse().unwrap()),
            };
            assert_eq!(told(&asked), *answer, "{how} of {steps:?}");
        }
        assert_eq!(scene.balances(), after, "{steps:?}");
        scene.audit().unwrap();
    }
    let mut scene = Scene::new();
    let nothing = VoucherBatchId::new(Uuid::max());
    assert_eq!(told(&withdraw(&mut scene, nothing, Which::All)), "NOT_FOUND batch");
}

/// The posting of the table: from the off-line supply to who redeems it.
#[test]
fn a_redeemed_voucher_grows_the_offline_supply() {
    let mut scene = Scene::new();
    issue(&mut scene, 1, tokens("12.5"), None).unwrap();
    redeem(&mut scene, "finch", 1).unwrap();
    let transaction = scene.book.written.transactions.last().unwrap();
    let expected = Transfer {
        debit: AccountId::vendor(AccountKind::IssuedOffline),
        credit: AccountId::of(user("finch"), AccountKind::Spendable),
        amount: tokens("12.5"),
        code: TransferCode::Issue,
    };
    assert_eq!(transaction.kind, TransactionKind::VoucherRedeemed);
    assert_eq!(transaction.transfers, [expected]);
    assert_eq!(scene.audit().unwrap().issued, 125_000);
}

#[test]
fn the_same_key_redeems_once() {
    let mut scene = Scene::new();
    issue(&mut scene, 1, tokens("5"), None).unwrap();
    let by = user("finch");
    let command = Command::RedeemVoucher { by, code: VoucherHash([1; 32]) };
    let first = scene.ask_under("k", "code", by, command.clone());
    assert_eq!(told(&first), "voucher");
    assert_eq!(scene.ask_under("k", "code", by, command), first);
    assert_eq!(scene.balances(), "finch spendable 5");
}

/// Whatever is changed of a batch or a voucher, the audit's comparison fails.
#[test]
fn a_changed_voucher_does_not_fit_the_ledger() {
    use crate::ledger::audit::Audit;
    use crate::ledger::chain::Seal;
    let mut scene = Scene::new();
    issue(&mut scene, 2, tokens("5"), Some(60)).unwrap();
    redeem(&mut scene, "finch", 1).unwrap();
    let Change::VouchersIssued { batch, vouchers } = scene.book.written.changes[0].clone() else {
        panic!("a batch was issued");
    };
    let mut vouchers: Vec<_> = vouchers.into_iter().map(|voucher| (voucher, None)).collect();
    vouchers[0] = (Voucher { state: VoucherState::Redeemed, ..vouchers[0].0 }, Some(scene.now));
    let look = |batch: &VoucherBatch, vouchers: &[(Voucher, Option<Timestamp>)]| {
        let (mut audit, mut seal) = (Audit::default(), Seal::GENESIS);
        for (sequence, transaction) in (1..).zip(&scene.book.written.transactions) {
            seal = seal.next(sequence, transaction);
            audit.transaction(sequence, transaction, seal).unwrap();
        }
        audit.vouchers(batch, vouchers)
    };
    assert_eq!(look(&batch, &vouchers), Ok(()));
    let later = Some(scene.now.after(Seconds::new(9)));
    type Spoil = fn(&mut VoucherBatch, &mut Vec<(Voucher, Option<Timestamp>)>);
    let spoil: [Spoil; 10] = [
        |batch, _| batch.count = 3,
        |batch, _| batch.tokens = Tokens::whole(6),
        |batch, _| batch.name = BatchName::parse("Other").unwrap(),
        |batch, _| batch.expires_at = None,
        |batch, _| batch.issued_by = user("wren"),
        |_, vouchers| vouchers[1].0.code = VoucherHash([7; 32]),
        |_, vouchers| vouchers[1].0.tokens = Tokens::whole(6),
        |_, vouchers| vouchers[1].0.state = VoucherState::Withdrawn,
        |_, vouchers| vouchers[0].0.state = VoucherState::Open,
        |_, vouchers| _ = vouchers.pop(),
    ];
    for (place, spoil) in spoil.into_iter().enumerate() {
        let (mut batch, mut vouchers) = (batch.clone(), vouchers.clone());
        spoil(&mut batch, &mut vouchers);
        assert!(look(&batch, &vouchers).is_err(), "change {place} went unseen");
    }
    vouchers[0].1 = later;
    assert!(look(&batch, &vouchers).is_err());
}
