//! Money that came back, and orders that are taken back.

use super::decide::{desk, find, noted};
use super::may::is_on_credit;
use super::paper::{PaperKind, issue};
use super::pay::{credit_unpaid, follow_money, record};
use super::{Deed, DeskChange, DeskOrder};
use crate::book::{Book, Change, Decision, Facts};
use crate::id::{PaymentId, TopUpId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{TransactionKind, TransferCode};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::tokens::Tokens;
use crate::topup::{TopUp, TopUpState};

/// A payment came back, as a cheque does that is not covered: the order
/// stands as if it had never come. Precedence: not there, the payment, who
/// recorded it.
pub(super) fn decide_bounce(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    payment: PaymentId,
    reason: &str,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    order.check_bounce(top_up, payment, facts.actor)?;
    let known = order.payments.iter().find(|known| known.id == payment).ok_or(Refusal::missing("payment"))?;
    let (by, at) = (facts.actor, facts.mint.at());
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    desk(&mut decision, DeskChange::Bounced { payment, top_up: id, entered_by: known.by, by, at });
    let paid_minor = order.paid_minor.saturating_sub(known.minor);
    let state = state_after(top_up, order, paid_minor);
    let closed_at = if state.is_closed() { top_up.closed_at } else { None };
    let mut moved = TopUp { state, closed_at, ..top_up.clone() };
    follow_money(book, facts, &mut decision, &mut moved, paid_minor)?;
    // What was written off before grows by what came back.
    if state == TopUpState::WrittenOff {
        credit_unpaid(book, facts, &mut decision, (top_up, order), known.minor);
    }
    desk(&mut decision, noted(facts, order, Deed::Bounced, state, reason.to_owned()));
    decision.changes.push(Change::TopUpMoved(moved));
    Ok(decision)
}

/// Where an order stands with so much money.
fn state_after(top_up: &TopUp, order: &DeskOrder, paid_minor: i64) -> TopUpState {
    match top_up.state {
        TopUpState::WrittenOff => TopUpState::WrittenOff,
        _ if paid_minor >= top_up.agreed.due.minor() => TopUpState::Paid,
        _ if order.reminded > 0 => TopUpState::Overdue,
        _ if paid_minor > 0 => TopUpState::PartPaid,
        _ if is_on_credit(top_up) => TopUpState::Credited,
        _ => TopUpState::Approved,
    }
}

/// All of an order was a mistake. The tokens have to be there; what was paid
/// is the customer's, and a credit note says so. Precedence: not there, state,
/// maker, tokens.
pub(super) fn decide_reverse(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    reason: &str,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    order.check_reverse(top_up, facts.actor)?;
    let account = |kind| AccountId::of(top_up.user, kind);
    if book.balances.balance(account(AccountKind::Spendable)) < top_up.standing() {
        return Err(Refusal::wrong_state("some of its tokens were spent: only what is whole is taken back"));
    }
    let given = if top_up.credited.is_zero() { Tokens::ZERO } else { top_up.agreed.bonus };
    let bonus = given.saturating_sub(top_up.bonus_reversed);
    let bonus = bonus.min(book.balances.balance(account(AccountKind::Promo)));
    let to = AccountId::vendor(AccountKind::RetiredRefunded);
    let mut posting = Posting::on(&book.balances);
    posting.transfer(account(AccountKind::Spendable), to, top_up.standing(), TransferCode::Refund)?;
    posting.transfer(account(AccountKind::Promo), to, bonus, TransferCode::Refund)?;
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    record(&mut decision, facts, top_up, TransactionKind::Refund, posting);
    let corrected = match order.billed {
        Some(_) => Some(top_up.agreed.due),
        None => Money::new(order.paid_minor, top_up.agreed.due.currency()),
    };
    if let Some(amount) = corrected.filter(|amount| !amount.is_zero()) {
        let about = Some(facts.mint.uuid(12));
        issue(book, facts, &mut decision, (PaperKind::CreditNote, amount), top_up, about, None);
    }
    let state = TopUpState::Reversed;
    desk(&mut decision, noted(facts, order, Deed::Reversed, state, reason.to_owned()));
    decision.changes.push(Change::TopUpMoved(TopUp {
        state,
        reversed: top_up.credited,
        bonus_reversed: top_up.bonus_reversed.checked_add(bonus).unwrap_or(bonus),
        closed_at: Some(facts.mint.at()),
        ..top_up.clone()
    }));
    Ok(decision)
}
