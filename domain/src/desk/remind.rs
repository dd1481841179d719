//! What happens by itself when time goes by: reminders, and orders that
//! nobody agreed to or paid in advance. Each is safe to ask for late, or twice.

use super::decide::{desk, find, noted};
use super::may::waits;
use super::{Deed, DeskChange, DeskTerms};
use crate::book::{Book, Change, Decision, Facts};
use crate::id::TopUpId;
use crate::refusal::Refusal;
use crate::time::Seconds;
use crate::topup::{TopUp, TopUpState};

/// How long after its last day an invoice is reminded of; the first makes it
/// overdue.
pub const REMINDERS: [Seconds; 4] = [Seconds::new(0), Seconds::days(7), Seconds::days(14), Seconds::days(30)];

/// The next reminder; if the program slept over some, only the last of them.
/// Precedence: not there, state, time.
pub(super) fn decide_fall_due(book: &Book, facts: &Facts<'_>, id: TopUpId) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    let is_owed = matches!(top_up.state, TopUpState::Credited | TopUpState::PartPaid | TopUpState::Overdue);
    let Some(billed) = order.billed.filter(|_| is_owed && !top_up.credited.is_zero()) else {
        return Err(Refusal::wrong_state("nothing is owed for it"));
    };
    let at = facts.mint.at();
    let due = REMINDERS.iter().filter(|late| at >= billed.due_at.after(**late)).count();
    let reminder = u16::try_from(due).unwrap_or(u16::MAX);
    if reminder <= order.reminded {
        return Err(Refusal::wrong_state("the money may still come"));
    }
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    let (state, first) = (TopUpState::Overdue, order.reminded == 0);
    desk(&mut decision, DeskChange::Reminded { top_up: id, reminder, at });
    let (deed, detail) = match first {
        true => (Deed::FellDue, String::new()),
        false => (Deed::Reminded, format!("reminder {reminder}")),
    };
    desk(&mut decision, noted(facts, order, deed, state, detail));
    if top_up.state != state {
        decision.changes.push(Change::TopUpMoved(TopUp { state, ..top_up.clone() }));
    }
    Ok(decision)
}

/// Nobody agreed in time, or nobody paid in advance. Money that comes later
/// pays a new order, at the price of that day. Precedence: not there, state,
/// time.
pub(super) fn decide_expire(
    book: &Book,
    facts: &Facts<'_>,
    id: TopUpId,
    terms: &DeskTerms,
) -> Result<Decision, Refusal> {
    let (top_up, order) = find(book, id)?;
    let at = facts.mint.at();
    // Money that came and went elsewhere has been here: a person ends that.
    let is_unpaid = top_up.state == TopUpState::Approved && order.check_end(top_up).is_ok();
    if !waits(top_up.state) && !is_unpaid {
        return Err(Refusal::wrong_state("it waits neither for anybody to agree nor for money"));
    }
    if !is_unpaid && top_up.expires_at.is_none_or(|expires_at| at < expires_at) {
        return Err(Refusal::wrong_state("somebody may still agree"));
    }
    if is_unpaid && at < order.touched_at.after(terms.pays) {
        return Err(Refusal::wrong_state("the money may still come"));
    }
    let mut decision = Decision { top_up: Some(id), ..Decision::default() };
    let state = TopUpState::Expired;
    desk(&mut decision, noted(facts, order, Deed::Expired, state, String::new()));
    decision.changes.push(Change::TopUpMoved(TopUp { state, closed_at: Some(at), ..top_up.clone() }));
    Ok(decision)
}
