//! Money that came, came late, or never came.

use super::decide::{desk, find, noted};
use super::{Deed, DeskChange, Payment};
use crate::book::{Book, Change, Decision, Facts};
use crate::id::{TopUpId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::refusal::Refusal;
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
    if payment.amount.is_zero() {
        return Err(Refusal::invalid("amount", "an amount above zero is needed"));
    }
    let due = top_up.agreed.due;
    if payment.amount.currency() != due.currency() {
        return Err(Refusal::invalid("currency", format!("the order is in {}", due.currency())));
    }
    if book.desk.bank_references.contains(&payment.bank_reference) {
        return Err(Refusal::invalid("bankReference", "a payment of that name was recorded before"));
    }
    if !matches!(
        top_up.state,
        TopUpState::Approved
            | TopUpState::Credited
            | TopUpState::PartPaid
            | TopUpState::Overdue
            | TopUpState::Paid
    ) {
        return Err(Refusal::wrong_state("nobody has agreed to the order, or it has ended"));
    }
    if top_up.user.uuid() == facts.actor {
        return Err(Refusal::wrong_state("nobody records that their own money came"));
    }
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    let (by, at) = (facts.actor, facts.mint.at());
    desk(
        &mut decision,
        DeskChange::Paid { id: facts.mint.uuid(11), top_up: id, payment: payment.clone(), by, at },
    );
    let is_all = order.paid_minor.saturating_add(payment.amount.minor()) >= due.minor();
    let state = match top_up.state {
        _ if is_all => TopUpState::Paid,
        // What is late stays late until all of it has come.
        TopUpState::Overdue => TopUpState::Overdue,
        _ => TopUpState::PartPaid,
    };
    desk(&mut decision, noted(facts, id, Deed::Paid, state, payment.amount.to_string()));
    if is_all && top_up.credited.is_zero() {
        let credited = credit(book, facts, top_up, state)?;
        decision.transactions.extend(credited.transactions);
        decision.changes.extend(credited.changes);
    } else if top_up.state != state {
        let closed_at = is_all.then_some(at);
        decision.changes.push(Change::TopUpMoved(TopUp { state, closed_at, ..top_up.clone() }));
    }
    Ok(decision)
}

/// Precedence: not there, state, time. What is late already stays so.
pub(super) fn decide_fall_due(book: &Book, facts: &Facts<'_>, id: TopUpId) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    let is_owed = matches!(top_up.state, TopUpState::Credited | TopUpState::PartPaid);
    if !is_owed || top_up.credited.is_zero() {
        return Err(Refusal::wrong_state("nothing is owed for it"));
    }
    if order.due_at.is_none_or(|due_at| facts.mint.at() < due_at) {
        return Err(Refusal::wrong_state("the money may still come"));
    }
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    let state = TopUpState::Overdue;
    desk(&mut decision, noted(facts, id, Deed::FellDue, state, String::new()));
    decision.changes.push(Change::TopUpMoved(TopUp { state, ..top_up.clone() }));
    Ok(decision)
}

/// Takes back the tokens that were not paid for: what the user still has, and
/// the rest becomes debt. Precedence: not there, state, maker.
pub(super) fn decide_write_off(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    by: UserId,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    if top_up.state != TopUpState::Overdue {
        return Err(Refusal::wrong_state("only what is overdue is written off"));
    }
    if order.maker == by.uuid() || top_up.user == by {
        return Err(Refusal::wrong_state("whoever entered an order cannot write it off"));
    }
    let unpaid = unpaid_tokens(top_up, order.paid_minor);
    let own = AccountId::of(top_up.user, AccountKind::Spendable);
    let retired = AccountId::vendor(AccountKind::RetiredUnpaid);
    let there = book.balances.balance(own).min(unpaid);
    let mut posting = Posting::on(&book.balances);
    posting.transfer(own, retired, there, TransferCode::WriteOff)?;
    let debt = AccountId::of(top_up.user, AccountKind::Debt);
    posting.transfer(debt, retired, unpaid.saturating_sub(there), TransferCode::WriteOff)?;
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    decision.transactions.push(Transaction {
        kind: TransactionKind::WrittenOff,
        reference: id.uuid(),
        actor: facts.actor,
        at: facts.mint.at(),
        detail: String::new(),
        transfers: posting.finish(),
    });
    let state = TopUpState::WrittenOff;
    desk(&mut decision, noted(facts, id, Deed::WrittenOff, state, unpaid.to_string()));
    let reversed = top_up.reversed.checked_add(unpaid).unwrap_or(top_up.credited);
    let closed_at = Some(facts.mint.at());
    decision.changes.push(Change::TopUpMoved(TopUp { state, reversed, closed_at, ..top_up.clone() }));
    Ok(decision)
}

/// The share of the tokens that no money came for, rounded down to a unit.
fn unpaid_tokens(top_up: &TopUp, paid_minor: i64) -> Tokens {
    let due = i128::from(top_up.agreed.due.minor()).max(1);
    let unpaid = (due - i128::from(paid_minor)).max(0);
    let units = i128::from(top_up.standing().units()) * unpaid / due;
    i64::try_from(units).ok().and_then(Tokens::from_units).unwrap_or_default()
}
