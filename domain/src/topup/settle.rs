//! Settling a card top-up by what its provider says of the payment now.
//!
//! One function for the webhook's worker, the page that the browser comes
//! back to, and the sweeper; whoever asks, and however often, the outcome is
//! the same.

use crate::book::{Book, Change, Decision, Facts};
use crate::desk::{PaperKind, issue_card_correction, issue_card_receipt};
use crate::id::{OrderId, RefundId, TopUpId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::refusal::Refusal;
use crate::tokens::Tokens;
use crate::topup::credit::credit_on;
use crate::topup::facts::{PaymentFacts, Progress, RefundState};
use crate::topup::reversal::{Back, Refund};
use crate::topup::review::{ReviewChange, is_same, misfit};
use crate::topup::{Method, TopUp, TopUpState};

/// What to settle, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    /// Which top-up.
    pub top_up: TopUpId,
    /// What the provider says.
    pub payment: PaymentFacts,
    /// Whether real money is expected to move, as the vendor has set.
    pub is_live: bool,
    /// Purchases of the user's whose tokens are still held: a dispute may
    /// call them off.
    pub orders: Vec<OrderId>,
}

/// Decides how a card top-up stands. A payment that does not fit what was
/// agreed gives no tokens and waits for a person. Money wins over state: a
/// late success credits also what was taken for expired. What a person closed
/// stays closed; what the staff credited all the same goes back by the same
/// rules as any other, measured by what was really paid.
///
/// # Errors
/// `NotFound` for an unknown top-up.
pub fn decide_settle(book: &Book, facts: &Facts<'_>, settling: &Settling) -> Result<Decision, Refusal> {
    let before = book.top_up(settling.top_up).ok_or(Refusal::missing("top-up"))?;
    let mut decision = Decision { top_up: Some(before.id), ..Decision::default() };
    let mut top_up = before.clone();
    let is_credited = !top_up.credited.is_zero();
    let at = facts.mint.at();
    let is_ruled = is_credited && book.reviews.is_credited(before.id) && is_same(before, settling);
    let why = if is_ruled { None } else { misfit(before, settling) };
    match settling.payment.progress {
        _ if book.reviews.is_closed(before.id) => {}
        Progress::Open | Progress::Pending => {}
        _ if why.is_some() => {
            if !is_credited && top_up.state != TopUpState::Review {
                top_up.state = TopUpState::Review;
                let misfit = ReviewChange::Misfit { top_up: before.id, why: why.unwrap_or_default(), at };
                decision.changes.push(Change::Review(Box::new(misfit)));
            }
        }
        Progress::Failed | Progress::Expired => {
            if top_up.state == TopUpState::Submitted {
                top_up.state = match settling.payment.progress {
                    Progress::Failed => TopUpState::Rejected,
                    _ => TopUpState::Expired,
                };
                top_up.closed_at = Some(at);
            }
        }
        Progress::Paid if top_up.state == TopUpState::Review => {}
        Progress::Paid => {
            let mut posting = Posting::on(&book.balances);
            if !is_credited {
                credit_on(&mut posting, facts, &mut top_up, &mut decision)?;
                issue_card_receipt(book, facts, &mut decision, &top_up);
                top_up.state = TopUpState::Credited;
                top_up.closed_at = Some(at);
            }
            if let Some(card) = &mut top_up.card
                && card.payment.is_none()
            {
                card.payment.clone_from(&settling.payment.payment);
            }
            let (posting, top_up, decision) = (&mut posting, &mut top_up, &mut decision);
            Back { book, facts, posting, top_up, decision }.reverse(&settling.payment, &settling.orders)?;
        }
    }
    if top_up != *before {
        decision.changes.push(Change::TopUpMoved(top_up));
    }
    Ok(decision)
}

/// Decides the refund of a top-up that is still whole, asked for by its user:
/// the tokens at once, the money by a worker. Precedence: not there (or not
/// the asker's), frozen account, not a card payment, state, tokens.
///
/// # Errors
/// In that precedence.
pub fn decide_refund(book: &Book, facts: &Facts<'_>, id: TopUpId, by: UserId) -> Result<Decision, Refusal> {
    let before = book.top_up(id).filter(|top_up| top_up.user == by).ok_or(Refusal::missing("top-up"))?;
    let decision = Decision { top_up: Some(id), ..Decision::default() };
    let is_asked = |refund: &Refund| refund.state != RefundState::Failed;
    if book.refunds(id).iter().any(is_asked) {
        return Ok(decision);
    }
    book.check_free(by)?;
    if before.method != Method::Card {
        return Err(Refusal::wrong_state("only card payments go back by themselves; write to us"));
    }
    if book.reviews.is_credited(id) {
        return Err(Refusal::wrong_state("another amount was paid than was agreed; write to us"));
    }
    if !before.is_refundable() {
        return Err(Refusal::wrong_state("there is nothing whole to send back"));
    }
    let mut posting = Posting::on(&book.balances);
    let mut decision = decision;
    let take = |kind: AccountKind| AccountId::of(by, kind);
    let to = AccountId::vendor(AccountKind::RetiredRefunded);
    let (tokens, bonus) = (before.credited, before.agreed.bonus);
    posting.transfer(take(AccountKind::Spendable), to, tokens, TransferCode::Refund)?;
    posting.transfer(take(AccountKind::Promo), to, bonus, TransferCode::Refund)?;
    decision.transactions.push(Transaction {
        kind: TransactionKind::Refund,
        reference: id.uuid(),
        actor: facts.actor,
        at: facts.mint.at(),
        detail: String::new(),
        transfers: posting.finish(),
    });
    let top_up =
        TopUp { state: TopUpState::Reversed, reversed: tokens, bonus_reversed: bonus, ..before.clone() };
    decision.changes.push(Change::RefundStands(Refund {
        id: RefundId::new(facts.mint.uuid(1)),
        top_up: id,
        tokens,
        money: before.agreed.due,
        state: RefundState::Asked,
        created_by: facts.actor,
        at: facts.mint.at(),
        closed_at: None,
    }));
    decision.changes.push(Change::TopUpMoved(top_up));
    Ok(decision)
}

/// How the provider answered a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundAnswer {
    /// Of which top-up.
    pub top_up: TopUpId,
    /// Which refund.
    pub refund: RefundId,
    /// Done or failed.
    pub state: RefundState,
}

/// Decides the end of a refund: a credit note tells that the money went back;
/// if it cannot, the tokens are given again. A second answer changes nothing.
///
/// # Errors
/// `NotFound` for an unknown refund.
pub fn decide_refund_answer(
    book: &Book,
    facts: &Facts<'_>,
    answer: RefundAnswer,
) -> Result<Decision, Refusal> {
    let missing = || Refusal::missing("refund");
    let before = book.top_up(answer.top_up).ok_or_else(missing)?;
    let refund = book.refunds(before.id).iter().find(|refund| refund.id == answer.refund);
    let refund = refund.ok_or_else(missing)?;
    let mut decision = Decision { top_up: Some(before.id), ..Decision::default() };
    if refund.state != RefundState::Asked || answer.state == RefundState::Asked {
        return Ok(decision);
    }
    if answer.state == RefundState::Failed {
        let mut posting = Posting::on(&book.balances);
        let to = |kind| AccountId::of(before.user, kind);
        let supply = AccountId::vendor(before.supply());
        posting.transfer(supply, to(AccountKind::Spendable), refund.tokens, TransferCode::Restored)?;
        let supply = AccountId::vendor(AccountKind::IssuedPromo);
        posting.transfer(supply, to(AccountKind::Promo), before.bonus_reversed, TransferCode::Restored)?;
        decision.transactions.push(Transaction {
            kind: TransactionKind::RefundUndone,
            reference: before.id.uuid(),
            actor: facts.actor,
            at: facts.mint.at(),
            detail: String::new(),
            transfers: posting.finish(),
        });
        decision.changes.push(Change::TopUpMoved(TopUp {
            state: TopUpState::Credited,
            reversed: before.reversed.saturating_sub(refund.tokens),
            bonus_reversed: Tokens::ZERO,
            ..before.clone()
        }));
    }
    if answer.state == RefundState::Done {
        let note = (PaperKind::CreditNote, refund.money);
        issue_card_correction(book, facts, &mut decision, note, before, refund.id.uuid());
    }
    let closed_at = Some(facts.mint.at());
    let ended = Refund { state: answer.state, closed_at, ..refund.clone() };
    decision.changes.push(Change::RefundStands(ended));
    Ok(decision)
}

#[cfg(test)]
mod tests;
