use super::*;
use crate::gift::ClaimHash;
use crate::testing::{Scene, tokens, user};

/// All that an audit is fed.
#[derive(Clone)]
struct Fed {
    transactions: Vec<(i64, Transaction, Seal)>,
    head: (i64, Seal),
    accounts: Vec<(AccountId, Sums)>,
    orders: Vec<(Order, Option<Timestamp>)>,
    gifts: Vec<(Gift, Option<Timestamp>)>,
}

/// A ledger with an order in each state and a gift in most.
fn fed() -> Fed {
    let mut scene = Scene::new();
    scene.grant("finch", tokens("100")).unwrap();
    let held = scene.buy("finch", 1, "chair", None).unwrap().orders[0];
    let instant = scene.buy("finch", 1, "song", None).unwrap().orders[0];
    let whole_cut = scene.buy("finch", 1, "poem", None).unwrap().orders[0];
    let cancelled = scene.buy("finch", 1, "lamp", None).unwrap().orders[0];
    let cancel = crate::command::Command::Cancel { order: cancelled, by: user("wren") };
    scene.ask(user("wren").uuid(), cancel).unwrap();
    let given = scene.give("finch", "wren", tokens("1")).unwrap().gift.unwrap();
    let pending = scene.link("finch", tokens("2"), 1).unwrap().gift.unwrap();
    let claimed = scene.link("finch", tokens("3"), 2).unwrap().gift.unwrap();
    scene.claim("robin", 2).unwrap();
    let order = |id, closed_at| (scene.book.order(id).unwrap().clone(), closed_at);
    let gift = |id, closed_at| (scene.book.gift(id).unwrap().clone(), closed_at);
    let (mut seal, mut transactions, mut accounts) = (Seal::GENESIS, Vec::new(), BTreeSet::new());
    for (sequence, transaction) in (1..).zip(&scene.book.written.transactions) {
        seal = seal.next(sequence, transaction);
        transactions.push((sequence, transaction.clone(), seal));
        accounts.extend(transaction.transfers.iter().flat_map(|transfer| [transfer.debit, transfer.credit]));
    }
    accounts.extend(AccountKind::ALL.into_iter().filter(|kind| !kind.is_users()).map(AccountId::vendor));
    let at = Some(scene.now);
    Fed {
        head: (i64::try_from(transactions.len()).unwrap(), seal),
        transactions,
        accounts: accounts.into_iter().map(|id| (id, scene.book.balances.sums(id))).collect(),
        orders: vec![order(held, None), order(instant, at), order(whole_cut, at), order(cancelled, at)],
        gifts: vec![gift(given, None), gift(pending, None), gift(claimed, at)],
    }
}

fn audit(fed: &Fed) -> Result<Totals, Finding> {
    let mut audit = Audit::default();
    for (sequence, transaction, seal) in &fed.transactions {
        audit.transaction(*sequence, transaction, *seal)?;
    }
    audit.head(fed.head.0, fed.head.1)?;
    fed.accounts.iter().try_for_each(|(id, sums)| audit.account(*id, *sums))?;
    fed.orders.iter().try_for_each(|(order, closed_at)| audit.order(order, *closed_at))?;
    fed.gifts.iter().try_for_each(|(gift, closed_at)| audit.gift(gift, *closed_at))?;
    audit.finish()
}

/// Seals the transactions anew, as an attacker would who knows how.
fn reseal(fed: &mut Fed) {
    let mut before = Seal::GENESIS;
    for (sequence, transaction, seal) in &mut fed.transactions {
        before = before.next(*sequence, transaction);
        *seal = before;
    }
    fed.head = (i64::try_from(fed.transactions.len()).unwrap(), before);
}

#[test]
fn a_good_ledger_adds_up() {
    let totals = audit(&fed()).unwrap();
    let whole = |tokens: i128| tokens * 10_000;
    assert_eq!(totals.issued, whole(100));
    assert_eq!((totals.held, totals.retired, totals.debt), (whole(100), 0, 0));
    assert_eq!((totals.escrow, totals.transactions), (whole(20), 10));
    assert_eq!(
        audit(&Fed {
            transactions: vec![],
            head: (0, Seal::GENESIS),
            accounts: vec![],
            orders: vec![],
            gifts: vec![]
        })
        .unwrap_err()
        .problem,
        "its row is missing",
        "the vendor's accounts are always there"
    );
}

/// One thing made wrong, and what the audit calls it.
type Wrong = (&'static str, fn(&mut Fed), &'static str);

fn try_all(table: &[Wrong]) {
    for (what, wrong, expected) in table {
        let mut fed = fed();
        wrong(&mut fed);
        let finding = audit(&fed).expect_err(what).to_string();
        assert!(finding.contains(expected), "{what}: {finding}");
    }
}

#[test]
fn wrong_chains_are_found() {
    let table: [Wrong; 12] = [
        ("a gap", |fed| _ = fed.transactions.remove(3), "transaction 5: transaction 4 should come here"),
        ("the first gone", |fed| _ = fed.transactions.remove(0), "transaction 2: transaction 1 should"),
        (
            "the last gone",
            |fed| _ = fed.transactions.pop(),
            "head of the chain: it says 10, the transactions end at 9",
        ),
        ("a changed detail", |fed| fed.transactions[0].1.detail.push('!'), "transaction 1: the seal"),
        ("a changed seal", |fed| fed.transactions[2].2 = Seal::GENESIS, "transaction 3: the seal"),
        ("swapped", |fed| fed.transactions.swap(1, 2), "transaction 3: transaction 2 should come here"),
        ("another head", |fed| fed.head.1 = Seal::GENESIS, "head of the chain"),
        (
            "a transfer of nothing",
            |fed| {
                fed.transactions[1].1.transfers[0].amount = Tokens::ZERO;
                reseal(fed)
            },
            "transaction 2: a transfer moves nothing",
        ),
        (
            "a transfer to oneself",
            |fed| {
                let transfer = &mut fed.transactions[1].1.transfers[0];
                transfer.credit = transfer.debit;
                reseal(fed);
            },
            "transaction 2: a transfer moves nothing",
        ),
        (
            "more than there is",
            |fed| {
                fed.transactions[1].1.transfers[0].amount = tokens("101");
                reseal(fed);
            },
            "transaction 2: a balance goes below its floor",
        ),
        (
            "the same purchase twice",
            |fed| {
                let (_, again, seal) = fed.transactions[1].clone();
                fed.transactions.push((11, again, seal));
                reseal(fed);
            },
            "transaction 11: it happens twice",
        ),
        (
            "an end without a beginning",
            |fed| {
                fed.transactions[5].1.reference = Uuid::nil();
                reseal(fed)
            },
            "transaction 6: it happens twice, or ends what never began",
        ),
    ];
    try_all(&table);
}

#[test]
fn wrong_accounts_are_found() {
    let table: [Wrong; 5] = [
        ("more", |fed| fed.accounts[0].1.credits = tokens("99"), "account "),
        (
            "a missing one",
            |fed| fed.accounts.retain(|(id, _)| id.kind != AccountKind::Escrow),
            "account escrow of",
        ),
        (
            "a missing one of nothing",
            |fed| fed.accounts.retain(|(id, _)| id.kind != AccountKind::RetiredUnpaid),
            "account retired:unpaid of",
        ),
        (
            "one that nobody made",
            |fed| {
                let id = AccountId::of(user("heron"), AccountKind::Promo);
                fed.accounts.push((id, Sums::default()));
            },
            "account promo of",
        ),
        (
            "one that somebody filled",
            |fed| {
                let id = AccountId::of(user("heron"), AccountKind::Promo);
                fed.accounts.push((id, Sums { debits: Tokens::ZERO, credits: tokens("1") }));
            },
            "account promo of",
        ),
    ];
    try_all(&table);
}

#[test]
fn wrong_orders_are_found() {
    let recorded = "differ from what the ledger recorded";
    let table: [Wrong; 19] = [
        ("buyer", |fed| fed.orders[0].0.buyer = user("robin"), recorded),
        ("seller", |fed| fed.orders[0].0.seller = user("robin"), recorded),
        ("seller, all of it the vendor's", |fed| fed.orders[2].0.seller = user("robin"), recorded),
        ("total", |fed| fed.orders[0].0.money.total = tokens("1"), recorded),
        ("fee", |fed| fed.orders[1].0.money.fee = tokens("1"), recorded),
        ("held fee", |fed| fed.orders[0].0.money.held_fee = tokens("0"), recorded),
        ("held", |fed| fed.orders[0].0.money.held.earned = tokens("1"), recorded),
        ("time to release", |fed| fed.orders[0].0.money.release_at = Timestamp::from_millis(1), recorded),
        ("time", |fed| fed.orders[0].0.at = Timestamp::from_millis(1), recorded),
        ("a line gone", |fed| fed.orders[0].0.lines.clear(), recorded),
        ("a title", |fed| fed.orders[0].0.lines[0].title.push('!'), recorded),
        ("a quantity", |fed| fed.orders[0].0.lines[0].quantity = 9, recorded),
        (
            "held that was cancelled",
            |fed| fed.orders[3].0.state = OrderState::Held,
            "by the ledger it is Cancelled",
        ),
        (
            "released that is held",
            |fed| fed.orders[0].0.state = OrderState::Released,
            "by the ledger it is Held",
        ),
        (
            "closed that is not",
            |fed| fed.orders[0].1 = Some(Timestamp::from_millis(1)),
            "by the ledger it is Held",
        ),
        ("closed another time", |fed| fed.orders[1].1 = None, "by the ledger it is Released"),
        (
            "no such order",
            |fed| {
                let order = fed.orders[0].clone();
                fed.orders.push(order)
            },
            "knows no purchase of it",
        ),
        ("an order gone", |fed| _ = fed.orders.remove(1), "its own table does not"),
        (
            "a return of less",
            |fed| {
                fed.transactions[5].1.transfers[0].amount = tokens("1");
                reseal(fed);
                fed.accounts.iter_mut().for_each(|(id, sums)| *sums = folded(&fed.transactions, *id));
            },
            "what went back differs",
        ),
    ];
    try_all(&table);
}

fn folded(transactions: &[(i64, Transaction, Seal)], id: AccountId) -> Sums {
    let mut sums = Sums::default();
    for transfer in transactions.iter().flat_map(|(_, transaction, _)| &transaction.transfers) {
        if transfer.debit == id {
            sums.debits = sums.debits.checked_add(transfer.amount).unwrap();
        }
        if transfer.credit == id {
            sums.credits = sums.credits.checked_add(transfer.amount).unwrap();
        }
    }
    sums
}

/// What only a mistake of ours could write: the books add up, and what is
/// held is not where it should be.
#[test]
fn holds_that_are_elsewhere_are_found() {
    fn move_to(fed: &mut Fed, place: usize, kind: AccountKind) {
        fed.transactions[place].1.transfers[0].credit.kind = kind;
        reseal(fed);
        let credit = fed.transactions[place].1.transfers[0].credit;
        if fed.accounts.iter().all(|(id, _)| *id != credit) {
            fed.accounts.push((credit, Sums::default()));
        }
        fed.accounts.iter_mut().for_each(|(id, sums)| *sums = folded(&fed.transactions, *id));
        fed.accounts.retain(|(id, sums)| id.owner.is_nil() || *sums != Sums::default());
    }
    let table: [Wrong; 2] = [
        ("a hold paid out at once", |fed| move_to(fed, 1, AccountKind::Earned), "account escrow of"),
        ("a link's tokens among the fees", |fed| move_to(fed, 7, AccountKind::Fees), "account gifts of"),
    ];
    try_all(&table);
}

#[test]
fn wrong_gifts_are_found() {
    let recorded = "differ from what the ledger recorded";
    let table: [Wrong; 13] = [
        ("giver", |fed| fed.gifts[0].0.giver = user("robin"), recorded),
        ("amount", |fed| fed.gifts[0].0.split.spendable = tokens("2"), recorded),
        ("bucket", |fed| fed.gifts[0].0.split = Split { earned: tokens("1"), ..Split::default() }, recorded),
        ("time", |fed| fed.gifts[0].0.at = Timestamp::from_millis(1), recorded),
        ("time to return", |fed| fed.gifts[1].0.expires_at = Some(Timestamp::from_millis(1)), recorded),
        ("code", |fed| fed.gifts[1].0.claim = Some(ClaimHash([9; 32])), recorded),
        ("a code where there was none", |fed| fed.gifts[0].0.claim = Some(ClaimHash([9; 32])), recorded),
        ("recipient", |fed| fed.gifts[0].0.recipient = Some(user("heron")), "by the ledger it is Given"),
        ("recipient of a claim", |fed| fed.gifts[2].0.recipient = Some(user("heron")), "it is Claimed"),
        ("pending that was claimed", |fed| fed.gifts[2].0.state = GiftState::Pending, "it is Claimed"),
        ("cancelled that is pending", |fed| fed.gifts[1].0.state = GiftState::Cancelled, "it is Pending"),
        ("closed another time", |fed| fed.gifts[2].1 = None, "it is Claimed"),
        ("a gift gone", |fed| _ = fed.gifts.pop(), "its own table does not"),
    ];
    try_all(&table);
}
