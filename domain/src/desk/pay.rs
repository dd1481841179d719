//! Money that came, and money that never will.

use super::decide::{desk, find, noted};
use super::may::is_on_credit;
use super::paper::{PaperKind, issue};
use super::{Deed, DeskChange, DeskOrder, Payment};
use crate::book::{Book, Change, Decision, Facts};
use crate::id::{PaymentId, TopUpId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::text::BankReference;
use crate::tokens::Tokens;
use crate::topup::credit::credit;
use crate::topup::{TopUp, TopUpState};

/// Precedence: not there, amount, currency, a payment of that name, state,
/// who gets the tokens.
/// More than is due is taken and stands as what was paid too much.
pub(super) fn decide_pay(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    payment: &Payment,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    check_amount(top_up, payment.amount)?;
    check_name(book, &payment.bank_reference)?;
    order.check_pay(top_up, facts.actor)?;
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    take(book, facts, &mut decision, (top_up, order), payment, false)?;
    Ok(decision)
}

/// How the desk calls what came from another order.
pub(super) const REMAINDER: &str = "remainder ";

/// Refuses a name that money had before, or that only the desk gives.
pub(super) fn check_name(book: &Book, name: &BankReference) -> Result<(), Refusal> {
    if name.as_str().starts_with(REMAINDER) {
        return Err(Refusal::invalid("bankReference", "only the desk itself gives names that begin so"));
    }
    if book.desk.knows_bank_reference(name.as_str()) {
        return Err(Refusal::invalid("bankReference", "a payment of that name was recorded before"));
    }
    Ok(())
}

/// Refuses nothing, and what is in another currency.
pub(super) fn check_amount(top_up: &TopUp, amount: Money) -> Result<(), Refusal> {
    let due = top_up.agreed.due;
    match amount {
        _ if amount.is_zero() => Err(Refusal::invalid("amount", "an amount above zero is needed")),
        _ if amount.currency() != due.currency() => {
            Err(Refusal::invalid("currency", format!("the order is in {}", due.currency())))
        }
        _ => Ok(()),
    }
}

/// Takes a payment that was looked at: writes it down with its receipt, and
/// credits what it pays for. Returns the payment's number.
pub(super) fn take(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    (top_up, order): (&TopUp, &DeskOrder),
    payment: &Payment,
    is_moved: bool,
) -> Result<PaymentId, Refusal> {
    let (by, at, due) = (facts.actor, facts.mint.at(), top_up.agreed.due);
    let id = PaymentId::new(facts.mint.uuid(11));
    desk(decision, DeskChange::Paid { id, top_up: top_up.id, payment: payment.clone(), is_moved, by, at });
    issue(book, facts, decision, (PaperKind::Receipt, payment.amount), top_up, Some(id.uuid()), None);
    let is_all = order.paid_minor.saturating_add(payment.amount.minor()) >= due.minor();
    let state = match top_up.state {
        _ if is_all => TopUpState::Paid,
        // What is late stays late until all of it has come.
        TopUpState::Overdue => TopUpState::Overdue,
        _ => TopUpState::PartPaid,
    };
    desk(decision, noted(facts, order, Deed::Paid, state, payment.amount.to_string()));
    if is_all && top_up.credited.is_zero() {
        let credited = credit(book, facts, top_up, state)?;
        decision.transactions.extend(credited.transactions);
        decision.changes.extend(credited.changes);
        return Ok(id);
    }
    let mut moved = TopUp { state, closed_at: is_all.then_some(at), ..top_up.clone() };
    if is_all {
        follow_money(book, facts, decision, &mut moved, due.minor())?;
    }
    if moved.state != top_up.state || moved.reversed != top_up.reversed {
        decision.changes.push(Change::TopUpMoved(moved));
    }
    Ok(id)
}

/// Takes back the tokens that were not paid for: what the user still has, and
/// the rest becomes debt. A credit note ends the invoice. Precedence: not
/// there, state, maker.
pub(super) fn decide_write_off(book: &Book, facts: &Facts<'_>, id: TopUpId) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    order.check_write_off(top_up, facts.actor)?;
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    let (state, closed_at) = (TopUpState::WrittenOff, Some(facts.mint.at()));
    let mut moved = TopUp { state, closed_at, ..top_up.clone() };
    let unpaid = take_unpaid(book, facts, &mut decision, &mut moved, order.paid_minor)?;
    credit_unpaid(book, facts, &mut decision, (top_up, order), order.open_minor(top_up));
    desk(&mut decision, noted(facts, order, Deed::WrittenOff, state, unpaid.to_string()));
    decision.changes.push(Change::TopUpMoved(moved));
    Ok(decision)
}

/// A credit note over so many minor units, if there is an invoice to correct.
pub(super) fn credit_unpaid(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    (top_up, order): (&TopUp, &DeskOrder),
    minor: i64,
) {
    let amount = Money::new(minor, top_up.agreed.due.currency()).filter(|amount| !amount.is_zero());
    if let (Some(_), Some(amount)) = (order.billed, amount) {
        let about = Some(facts.mint.uuid(12));
        issue(book, facts, decision, (PaperKind::CreditNote, amount), top_up, about, None);
    }
}

/// After money came or came back: an order that is paid in advance keeps
/// tokens in proportion to its money. One on credit keeps them until it is
/// written off.
pub(super) fn follow_money(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    top_up: &mut TopUp,
    paid_minor: i64,
) -> Result<(), Refusal> {
    if is_on_credit(top_up) && top_up.state != TopUpState::WrittenOff {
        return Ok(());
    }
    take_unpaid(book, facts, decision, top_up, paid_minor)?;
    give_again(book, facts, decision, top_up, paid_minor)
}

/// Takes back what is missing to the unpaid share, and tells how much: from
/// what the user has, the rest as debt. Of the bonus only what is there: it
/// was a present, so nobody owes it.
fn take_unpaid(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    top_up: &mut TopUp,
    paid_minor: i64,
) -> Result<Tokens, Refusal> {
    let unpaid = unpaid_share(top_up, top_up.credited, paid_minor).saturating_sub(top_up.reversed);
    let account = |kind| AccountId::of(top_up.user, kind);
    let retired = AccountId::vendor(AccountKind::RetiredUnpaid);
    let own = account(AccountKind::Spendable);
    let there = book.balances.balance(own).min(unpaid);
    let mut posting = Posting::on(&book.balances);
    posting.transfer(own, retired, there, TransferCode::WriteOff)?;
    let debt = account(AccountKind::Debt);
    posting.transfer(debt, retired, unpaid.saturating_sub(there), TransferCode::WriteOff)?;
    let promo = account(AccountKind::Promo);
    let given = if top_up.credited.is_zero() { Tokens::ZERO } else { top_up.agreed.bonus };
    let bonus = unpaid_share(top_up, given, paid_minor).saturating_sub(top_up.bonus_reversed);
    let bonus = bonus.min(book.balances.balance(promo));
    posting.transfer(promo, retired, bonus, TransferCode::WriteOff)?;
    record(decision, facts, top_up, TransactionKind::WrittenOff, posting);
    top_up.reversed = top_up.reversed.checked_add(unpaid).unwrap_or(top_up.credited);
    top_up.bonus_reversed = top_up.bonus_reversed.checked_add(bonus).unwrap_or(top_up.agreed.bonus);
    Ok(unpaid)
}

/// Gives again what was taken beyond the unpaid share.
fn give_again(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    top_up: &mut TopUp,
    paid_minor: i64,
) -> Result<(), Refusal> {
    let account = |kind| AccountId::of(top_up.user, kind);
    let back = top_up.reversed.saturating_sub(unpaid_share(top_up, top_up.credited, paid_minor));
    let bonus = unpaid_share(top_up, top_up.agreed.bonus, paid_minor);
    let bonus = top_up.bonus_reversed.saturating_sub(bonus);
    let mut posting = Posting::on(&book.balances);
    let supply = AccountId::vendor(top_up.supply());
    posting.transfer(supply, account(AccountKind::Spendable), back, TransferCode::Restored)?;
    let supply = AccountId::vendor(AccountKind::IssuedPromo);
    posting.transfer(supply, account(AccountKind::Promo), bonus, TransferCode::Restored)?;
    record(decision, facts, top_up, TransactionKind::RefundUndone, posting);
    top_up.reversed = top_up.reversed.saturating_sub(back);
    top_up.bonus_reversed = top_up.bonus_reversed.saturating_sub(bonus);
    Ok(())
}

/// Adds a transaction, if anything moves.
pub(super) fn record(
    decision: &mut Decision,
    facts: &Facts<'_>,
    top_up: &TopUp,
    kind: TransactionKind,
    posting: Posting<'_>,
) {
    let transfers = posting.finish();
    if !transfers.is_empty() {
        decision.transactions.push(Transaction {
            kind,
            reference: top_up.id.uuid(),
            actor: facts.actor,
            at: facts.mint.at(),
            detail: String::new(),
            transfers,
        });
    }
}

/// The share of `tokens` that no money came for, rounded down to a unit.
fn unpaid_share(top_up: &TopUp, tokens: Tokens, paid_minor: i64) -> Tokens {
    let due = i128::from(top_up.agreed.due.minor()).max(1);
    let unpaid = (due - i128::from(paid_minor)).clamp(0, due);
    let units = i128::from(tokens.units()) * unpaid / due;
    i64::try_from(units).ok().and_then(Tokens::from_units).unwrap_or_default()
}
