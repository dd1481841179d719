//! What was paid too much: it is the customer's, and goes to another of their
//! orders, or back.

use super::decide::{desk, find, noted};
use super::pay::{REMAINDER, check_amount, check_name, take};
use super::{Deed, DeskChange, DeskOrder, MoveTo, Payment};
use crate::book::{Book, Decision, Facts};
use crate::id::{PaymentId, TopUpId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::text::BankReference;
use crate::topup::TopUp;

/// Precedence: not there, amount, currency, nothing left, who recorded it,
/// more than is left, then for another order: not there (or another
/// customer's), itself, its state; for paying back: a payment of that name.
pub(super) fn decide_move(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    amount: Money,
    to: &MoveTo,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    check_amount(top_up, amount)?;
    order.check_move(top_up, facts.actor)?;
    if amount.minor() > order.remainder_minor(top_up) {
        return Err(Refusal::invalid("amount", "so much was not paid too much"));
    }
    match to {
        MoveTo::Order(other) => move_over(book, facts, (top_up, order), amount, *other),
        MoveTo::Customer(name) => pay_back(book, facts, (top_up, order), amount, name),
    }
}

fn move_over(
    book: &Book,
    facts: &Facts<'_>,
    (top_up, order): (&TopUp, &DeskOrder),
    amount: Money,
    other: TopUpId,
) -> Result<Decision, Refusal> {
    let (target, waiting) = find(book, other).map_err(|_| Refusal::missing("order"))?;
    if target.user != top_up.user {
        return Err(Refusal::missing("order"));
    }
    if other == top_up.id {
        return Err(Refusal::invalid("order", "this is the same order"));
    }
    check_amount(target, amount)?;
    waiting.check_pay(target, facts.actor)?;
    if amount.minor() > waiting.open_minor(target) {
        return Err(Refusal::invalid("amount", "the other order needs less"));
    }
    let name = format!("{REMAINDER}{} of {}", order.moves.saturating_add(1), top_up.reference);
    let payment =
        Payment { amount, value_date: facts.mint.at(), bank_reference: BankReference::parse(&name)? };
    let mut decision = Decision { top_up: Some(top_up.id), ..Decision::default() };
    let id = take(book, facts, &mut decision, (target, waiting), &payment, true)?;
    let detail = format!("{amount} to {}", target.reference);
    moved(facts, &mut decision, (top_up, order), amount, (Some(id), name), (Deed::Moved, detail));
    Ok(decision)
}

fn pay_back(
    book: &Book,
    facts: &Facts<'_>,
    (top_up, order): (&TopUp, &DeskOrder),
    amount: Money,
    name: &BankReference,
) -> Result<Decision, Refusal> {
    check_name(book, name)?;
    let mut decision = Decision { top_up: Some(top_up.id), ..Decision::default() };
    let (name, detail) = (name.as_str().to_owned(), amount.to_string());
    moved(facts, &mut decision, (top_up, order), amount, (None, name), (Deed::PaidBack, detail));
    Ok(decision)
}

fn moved(
    facts: &Facts<'_>,
    decision: &mut Decision,
    (top_up, order): (&TopUp, &DeskOrder),
    amount: Money,
    (payment, name): (Option<PaymentId>, String),
    (deed, detail): (Deed, String),
) {
    let (id, by, at) = (facts.mint.uuid(14), facts.actor, facts.mint.at());
    desk(decision, DeskChange::Moved { id, top_up: top_up.id, payment, amount, name, by, at });
    desk(decision, noted(facts, order, deed, top_up.state, detail));
}
