//! Entering, agreeing to, declining and calling off.

use uuid::Uuid;

use super::back::{decide_bounce, decide_reverse};
use super::may::is_on_credit;
use super::moves::decide_move;
use super::paper::{PaperKind, issue};
use super::pay::{decide_pay, decide_write_off};
use super::remind::{decide_expire, decide_fall_due};
use super::{Deed, DeskChange, DeskCommand, DeskOrder, DeskTerms, Details, Maker};
use crate::book::{Book, Change, Decision, Facts};
use crate::id::{TopUpId, UserId};
use crate::refusal::Refusal;
use crate::topup::credit::credit;
use crate::topup::open::{Opening, decide_open};
use crate::topup::{Method, TopUp, TopUpState};

/// Decides what is asked of the desk. That only staff may ask for what the
/// staff does, the verb has checked.
///
/// # Errors
/// The refusals of each, in its precedence.
pub fn decide(book: &Book, facts: &Facts<'_>, command: &DeskCommand) -> Result<Decision, Refusal> {
    match command {
        DeskCommand::Enter { opening, details, maker, terms } => {
            decide_enter(book, facts, opening, details, *maker, terms)
        }
        DeskCommand::Approve { top_up, by, terms } => decide_approve(book, facts, *top_up, *by, terms),
        DeskCommand::Reject { top_up, reason } => {
            decide_end(book, facts, *top_up, None, Deed::Rejected, reason.as_str())
        }
        DeskCommand::Cancel { top_up, by } => {
            decide_end(book, facts, *top_up, Some(*by), Deed::Cancelled, "")
        }
        DeskCommand::Pay { top_up, payment } => decide_pay(book, facts, *top_up, payment),
        DeskCommand::FallDue { top_up } => decide_fall_due(book, facts, *top_up),
        DeskCommand::Expire { top_up, terms } => decide_expire(book, facts, *top_up, terms),
        DeskCommand::Bounce { top_up, payment, reason } => {
            decide_bounce(book, facts, *top_up, *payment, reason.as_str())
        }
        DeskCommand::Reverse { top_up, reason } => decide_reverse(book, facts, *top_up, reason.as_str()),
        DeskCommand::Move { top_up, amount, to } => decide_move(book, facts, *top_up, *amount, to),
        DeskCommand::WriteOff { top_up, .. } => decide_write_off(book, facts, *top_up),
    }
}

/// How many have to agree: a user's own request always needs one, also if the
/// user is of the staff.
fn needed(opening: &Opening, by: Uuid, maker: Maker, terms: &DeskTerms) -> u16 {
    let tokens = opening.agreed.tokens;
    match maker {
        _ if tokens >= terms.two_from => 2,
        Maker::User => 1,
        Maker::Staff if opening.user.uuid() == by => 1,
        Maker::Staff => u16::from(tokens >= terms.approve_from),
    }
}

/// Precedence: method, number of the order, tokens, credit.
fn decide_enter(
    book: &Book,
    facts: &Facts<'_>,
    opening: &Opening,
    details: &Details,
    maker: Maker,
    terms: &DeskTerms,
) -> Result<Decision, Refusal> {
    if matches!(opening.method, Method::Card | Method::Voucher) {
        return Err(Refusal::invalid("method", "cards and vouchers do not go over the desk"));
    }
    match &details.po_number {
        None if opening.method == Method::PurchaseOrder => {
            return Err(Refusal::invalid("poNumber", "a purchase order has a number"));
        }
        Some(number) if book.desk.knows_po_number(opening.user, number) => {
            return Err(Refusal::invalid("poNumber", "this customer has sent this number before"));
        }
        _ => {}
    }
    let needs = needed(opening, facts.actor, maker, terms);
    let state = match maker {
        Maker::User => TopUpState::Submitted,
        Maker::Staff => TopUpState::AwaitingApproval,
    };
    let mut decision = decide_open(book, facts, &Opening { state, ..opening.clone() })?;
    let Some(Change::TopUpMade(top_up)) = decision.changes.first().cloned() else {
        return Err(Refusal::Busy);
    };
    let order = DeskOrder {
        top_up: top_up.id,
        maker: top_up.created_by,
        needs,
        approvals: Default::default(),
        paid_minor: 0,
        payments: Vec::new(),
        moves: 0,
        billed: None,
        reminded: 0,
        deeds: 0,
        touched_at: facts.mint.at(),
        details: details.clone(),
    };
    let note = noted(facts, &order, Deed::Entered, state, String::new());
    desk(&mut decision, DeskChange::Entered { order, user: opening.user });
    desk(&mut decision, note);
    if needs == 0 {
        agree(book, facts, &top_up, terms, &mut decision)?;
    }
    Ok(decision)
}

/// Precedence: not there, state, time, maker, who agreed before, credit.
/// Agreeing again to what one agreed to is refused.
fn decide_approve(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    by: UserId,
    terms: &DeskTerms,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    order.check_agree(top_up, by.uuid(), facts.mint.at())?;
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    let at = facts.mint.at();
    desk(&mut decision, DeskChange::Approved { top_up: id, maker: order.maker, by, at });
    let given = order.approvals.len() + 1;
    let is_enough = given >= usize::from(order.needs);
    let state = if is_enough { after_agreement(top_up) } else { TopUpState::AwaitingApproval };
    desk(&mut decision, noted(facts, order, Deed::Approved, state, format!("{given} of {}", order.needs)));
    match is_enough {
        true => agree(book, facts, top_up, terms, &mut decision)?,
        false => decision.changes.push(Change::TopUpMoved(TopUp { state, ..top_up.clone() })),
    }
    Ok(decision)
}

fn after_agreement(top_up: &TopUp) -> TopUpState {
    if is_on_credit(top_up) { TopUpState::Credited } else { TopUpState::Approved }
}

/// All have agreed: on credit the tokens come now, within the limit as it is
/// now; otherwise they come with the money.
fn agree(
    book: &Book,
    facts: &Facts<'_>,
    top_up: &TopUp,
    terms: &DeskTerms,
    decision: &mut Decision,
) -> Result<(), Refusal> {
    let due = top_up.agreed.due;
    if !is_on_credit(top_up) {
        if matches!(top_up.method, Method::ProForma | Method::PurchaseOrder | Method::Wire) {
            let due_at = Some(facts.mint.at().after(terms.pays));
            issue(book, facts, decision, (PaperKind::ProForma, due), top_up, None, due_at);
        }
        let moved = TopUp { state: TopUpState::Approved, ..top_up.clone() };
        decision.changes.push(Change::TopUpMoved(moved));
        return Ok(());
    }
    check_credit(book, top_up)?;
    let credited = credit(book, facts, top_up, TopUpState::Credited)?;
    decision.transactions.extend(credited.transactions);
    decision.changes.extend(credited.changes);
    let due_at = Some(facts.mint.at().after(terms.credit));
    issue(book, facts, decision, (PaperKind::Invoice, due), top_up, None, due_at);
    Ok(())
}

/// Checks who sets a customer's credit limit.
///
/// # Errors
/// `InvalidInput` on `handle` for one's own.
pub fn check_limit_setter(customer: UserId, staff: UserId) -> Result<(), Refusal> {
    match customer == staff {
        true => Err(Refusal::invalid("handle", "nobody sets their own limit")),
        false => Ok(()),
    }
}

/// Nothing may be overdue, and the credit limit less what is owed has to
/// cover the invoice.
fn check_credit(book: &Book, top_up: &TopUp) -> Result<(), Refusal> {
    let due = top_up.agreed.due;
    let credit = book.desk.credit(top_up.user);
    if credit.late > 0 {
        return Err(Refusal::wrong_state(
            "an invoice of this customer is overdue: no new credit before it is paid",
        ));
    }
    let limit = credit.limit.filter(|limit| limit.currency() == due.currency());
    match credit.owed_minor.checked_add(due.minor()) {
        Some(all) if all <= limit.map_or(0, |limit| limit.minor()) => Ok(()),
        _ => Err(Refusal::wrong_state("the customer's credit does not reach so far")),
    }
}

/// Declining and calling off. Precedence: not there (or not the asker's),
/// state. Ending again what ended so is answered as done.
fn decide_end(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    owner: Option<UserId>,
    deed: Deed,
    detail: &str,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    if owner.is_some_and(|owner| owner != top_up.user) {
        return Err(Refusal::missing("top-up"));
    }
    let state = if deed == Deed::Rejected { TopUpState::Rejected } else { TopUpState::Cancelled };
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    if top_up.state == state {
        return Ok(decision);
    }
    order.check_end(top_up)?;
    desk(&mut decision, noted(facts, order, deed, state, detail.to_owned()));
    let moved = TopUp { state, closed_at: Some(facts.mint.at()), ..top_up.clone() };
    decision.changes.push(Change::TopUpMoved(moved));
    Ok(decision)
}

/// The top-up and its order at the desk.
pub(super) fn find(book: &Book, id: TopUpId) -> Result<(&TopUp, &DeskOrder), Refusal> {
    let top_up = book.top_up(id).zip(book.desk.order(id));
    top_up.ok_or(Refusal::missing("top-up"))
}

pub(super) fn desk(decision: &mut Decision, change: DeskChange) {
    decision.changes.push(Change::Desk(Box::new(change)));
}

/// The next line of an order's history; a decision writes one at most.
pub(super) fn noted(
    facts: &Facts<'_>,
    order: &DeskOrder,
    deed: Deed,
    state: TopUpState,
    detail: String,
) -> DeskChange {
    let by: Uuid = facts.actor;
    let place = order.deeds.saturating_add(1);
    let id = facts.mint.uuid(if deed == Deed::Moved { 13 } else { 10 });
    DeskChange::Noted { id, top_up: order.top_up, deed, by, at: facts.mint.at(), state, place, detail }
}
