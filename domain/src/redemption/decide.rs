//! Asking, agreeing, declining, telling the bank, and what the bank says.

use super::earnings::Standing;
use super::{
    OPEN_MAX, PayTo, Redemption, RedemptionChange, RedemptionCommand, RedemptionState, RedemptionTerms,
};
use crate::book::{Book, Change, Decision, Facts};
use crate::gift::check_amount;
use crate::id::{RedemptionBatchId, RedemptionId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use crate::refusal::Refusal;
use crate::text::{BankReference, DeskNote};
use crate::tokens::Tokens;

const PAYOUTS: AccountId = AccountId::vendor(AccountKind::Payouts);

/// Decides what is asked of redemptions. That only staff may ask for what the
/// staff does, the verb has checked.
///
/// # Errors
/// The refusals of each, in its precedence.
pub fn decide(book: &Book, facts: &Facts<'_>, command: &RedemptionCommand) -> Result<Decision, Refusal> {
    match command {
        RedemptionCommand::Ask { open: OPEN_MAX.., .. } => {
            Err(Refusal::TooMany { what: "redemptions under way".into(), limit: OPEN_MAX })
        }
        RedemptionCommand::Ask { user, tokens, pay_to, standing, terms, .. } => {
            decide_ask(book, facts, *user, *tokens, pay_to, *standing, terms)
        }
        RedemptionCommand::Cancel { redemption, by } => decide_cancel(book, facts, *redemption, *by),
        RedemptionCommand::Approve { redemption, by } => decide_approve(book, facts, *redemption, *by),
        RedemptionCommand::Reject { redemption, reason } => {
            let from = [RedemptionState::Asked, RedemptionState::Approved];
            decide_return(book, facts, *redemption, &from, RedemptionState::Rejected, Some(reason))
        }
        RedemptionCommand::Send { redemptions } => decide_send(book, facts, redemptions),
        RedemptionCommand::Paid { redemption, by, bank_reference } => {
            decide_paid(book, facts, *redemption, *by, bank_reference)
        }
        RedemptionCommand::Failed { redemption, reason } => {
            let from = [RedemptionState::Approved, RedemptionState::Sent];
            decide_return(book, facts, *redemption, &from, RedemptionState::Failed, Some(reason))
        }
    }
}

/// Precedence: too many under way, off, frozen account, debt, amount, minimum, what is redeemable,
/// what the bank would have to pay.
fn decide_ask(
    book: &Book,
    facts: &Facts<'_>,
    user: UserId,
    tokens: Tokens,
    pay_to: &PayTo,
    standing: Standing,
    terms: &RedemptionTerms,
) -> Result<Decision, Refusal> {
    if !terms.is_on {
        return Err(Refusal::RedemptionOff);
    }
    check_may(book, user)?;
    check_amount(tokens).map_err(|refusal| renamed(refusal, "tokens"))?;
    if tokens < terms.minimum {
        return Err(Refusal::invalid("tokens", format!("at least {} tokens are redeemed", terms.minimum)));
    }
    let earned = AccountId::of(user, AccountKind::Earned);
    let balance = standing.now(book.balances.sums(earned).debits).min(book.balances.balance(earned));
    if balance < tokens {
        return Err(Refusal::InsufficientTokens { balance, shortfall: tokens.saturating_sub(balance) });
    }
    let money = terms.price.paid(tokens, terms.currency).filter(|money| !money.is_zero());
    let redemption = Redemption {
        id: RedemptionId::new(facts.mint.uuid(0)),
        user,
        tokens,
        money: money.ok_or(Refusal::invalid("tokens", "no bank pays this amount"))?,
        price: terms.price,
        needs: if tokens >= terms.two_from { 2 } else { 1 },
        approvals: Default::default(),
        payee: pay_to.mark,
        state: RedemptionState::Asked,
        batch: None,
        bank_reference: None,
        at: facts.mint.at(),
    };
    let mut posting = Posting::on(&book.balances);
    posting.transfer(earned, PAYOUTS, tokens, TransferCode::Redemption)?;
    let kind = TransactionKind::RedemptionAsked;
    let detail = redemption.detail();
    let mut decision = begun(redemption.id);
    decision.transactions.push(record(facts, kind, redemption.id, detail, posting.finish()));
    let payee = pay_to.payee.clone();
    change(&mut decision, RedemptionChange::Asked { redemption, payee });
    Ok(decision)
}

/// Nobody with a disputed payment or a debt takes money out.
fn check_may(book: &Book, user: UserId) -> Result<(), Refusal> {
    book.check_free(user)?;
    if book.balances.balance(AccountId::of(user, AccountKind::Debt)).is_zero() {
        return Ok(());
    }
    Err(Refusal::wrong_state("tokens are owed to the vendor, and what comes in pays that off first"))
}

/// The same refusal, about the field as it is called here.
fn renamed(refusal: Refusal, name: &'static str) -> Refusal {
    match refusal {
        Refusal::InvalidInput { problem, .. } => Refusal::InvalidInput { field: name.into(), problem },
        other => other,
    }
}

/// Precedence: not there (or not the asker's), state. Calling off again what
/// was called off is answered as done.
fn decide_cancel(book: &Book, facts: &Facts<'_>, id: RedemptionId, by: UserId) -> Result<Decision, Refusal> {
    if find(book, id)?.user != by {
        return Err(Refusal::missing("redemption"));
    }
    let from = [RedemptionState::Asked, RedemptionState::Approved];
    decide_return(book, facts, id, &from, RedemptionState::Cancelled, None)
}

/// Precedence: not there, state, one's own, agreed before, then what has
/// happened since it was asked for: frozen account, debt.
fn decide_approve(book: &Book, facts: &Facts<'_>, id: RedemptionId, by: UserId) -> Result<Decision, Refusal> {
    let redemption = find(book, id)?;
    if redemption.state != RedemptionState::Asked {
        return Err(Refusal::wrong_state("it does not wait for anybody to agree"));
    }
    if redemption.user == by {
        return Err(Refusal::wrong_state("nobody agrees to a payment to themselves"));
    }
    if redemption.approvals.contains(&by) {
        return Err(Refusal::wrong_state("you have agreed already: somebody else has to"));
    }
    check_may(book, redemption.user)?;
    let mut decision = begun(id);
    let (given, at) = (redemption.approvals.len() + 1, facts.mint.at());
    let detail = format!("{given} of {}", redemption.needs);
    let kind = TransactionKind::RedemptionAgreed;
    decision.transactions.push(record(facts, kind, id, detail, Vec::new()));
    change(&mut decision, RedemptionChange::Agreed { redemption: id, user: redemption.user, by, at });
    let mut moved = redemption.clone();
    moved.approvals.insert(by);
    if given >= usize::from(redemption.needs) {
        moved.state = RedemptionState::Approved;
    }
    step(&mut decision, facts, moved, None);
    Ok(decision)
}

/// Precedence: nothing that waits. Others than those that wait are passed
/// over.
fn decide_send(book: &Book, facts: &Facts<'_>, ids: &[RedemptionId]) -> Result<Decision, Refusal> {
    let batch = RedemptionBatchId::new(facts.mint.uuid(0));
    let mut decision = Decision { redemption_batch: Some(batch), ..Decision::default() };
    let waits = |redemption: &&Redemption| redemption.state == RedemptionState::Approved;
    for redemption in ids.iter().filter_map(|id| book.redemptions.get(*id)).filter(waits) {
        let detail = format!("batch={batch}");
        let kind = TransactionKind::RedemptionSent;
        decision.transactions.push(record(facts, kind, redemption.id, detail, Vec::new()));
        let state = RedemptionState::Sent;
        let moved = Redemption { state, batch: Some(batch), ..redemption.clone() };
        step(&mut decision, facts, moved, None);
    }
    match decision.changes.is_empty() {
        true => Err(Refusal::wrong_state("nothing that was agreed to waits for the bank")),
        false => Ok(decision),
    }
}

/// Precedence: not there, state, one's own, name of the payment.
fn decide_paid(
    book: &Book,
    facts: &Facts<'_>,
    id: RedemptionId,
    by: UserId,
    bank_reference: &BankReference,
) -> Result<Decision, Refusal> {
    let redemption = find(book, id)?;
    if !matches!(redemption.state, RedemptionState::Approved | RedemptionState::Sent) {
        return Err(Refusal::wrong_state("no payment of it is under way"));
    }
    if redemption.user == by {
        return Err(Refusal::wrong_state("nobody records a payment to themselves"));
    }
    if book.redemptions.bank_references.contains(bank_reference.as_str()) {
        return Err(Refusal::invalid("bankReference", "a payment of this name was recorded before"));
    }
    let mut posting = Posting::on(&book.balances);
    let to = AccountId::vendor(AccountKind::RetiredRedeemed);
    posting.transfer(PAYOUTS, to, redemption.tokens, TransferCode::Redeemed)?;
    let mut decision = begun(id);
    let kind = TransactionKind::RedemptionPaid;
    let detail = format!("bank={bank_reference}");
    decision.transactions.push(record(facts, kind, id, detail, posting.finish()));
    let bank_reference = Some(bank_reference.clone());
    let moved = Redemption { state: RedemptionState::Paid, bank_reference, ..redemption.clone() };
    step(&mut decision, facts, moved, None);
    Ok(decision)
}

/// The tokens go back to the income account; what is owed is paid off first.
/// Precedence: not there, state. Ending again what ended so is answered as
/// done.
fn decide_return(
    book: &Book,
    facts: &Facts<'_>,
    id: RedemptionId,
    from: &[RedemptionState],
    state: RedemptionState,
    note: Option<&DeskNote>,
) -> Result<Decision, Refusal> {
    let redemption = find(book, id)?;
    let mut decision = begun(id);
    if redemption.state == state {
        return Ok(decision);
    }
    if !from.contains(&redemption.state) {
        return Err(Refusal::wrong_state("the bank was told, or it has ended already"));
    }
    let mut posting = Posting::on(&book.balances);
    let to = AccountId::of(redemption.user, AccountKind::Earned);
    posting.transfer(PAYOUTS, to, redemption.tokens, TransferCode::RedemptionReturn)?;
    let kind = TransactionKind::RedemptionReturned;
    decision.transactions.push(record(facts, kind, id, state.name().to_owned(), posting.finish()));
    step(&mut decision, facts, Redemption { state, ..redemption.clone() }, note.cloned());
    Ok(decision)
}

fn find(book: &Book, id: RedemptionId) -> Result<&Redemption, Refusal> {
    book.redemptions.get(id).ok_or(Refusal::missing("redemption"))
}

fn begun(id: RedemptionId) -> Decision {
    Decision { redemption: Some(id), ..Decision::default() }
}

fn step(decision: &mut Decision, facts: &Facts<'_>, redemption: Redemption, note: Option<DeskNote>) {
    let (at, by) = (facts.mint.at(), facts.actor);
    change(decision, RedemptionChange::Moved { redemption, at, note, by });
}

fn change(decision: &mut Decision, change: RedemptionChange) {
    decision.changes.push(Change::Redemption(Box::new(change)));
}

fn record(
    facts: &Facts<'_>,
    kind: TransactionKind,
    id: RedemptionId,
    detail: String,
    transfers: Vec<Transfer>,
) -> Transaction {
    let (reference, actor, at) = (id.uuid(), facts.actor, facts.mint.at());
    Transaction { kind, reference, actor, at, detail, transfers }
}
