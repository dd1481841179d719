//! Crediting a top-up, whichever way it was paid. Every way ends here, so
//! that no top-up is ever credited twice.

use crate::book::{Book, Change, Decision, Facts};
use crate::desk::issue_card_receipt;
use crate::id::LotId;
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::promo::Lot;
use crate::refusal::Refusal;
use crate::tokens::Tokens;
use crate::topup::{TopUp, TopUpState};

/// Decides that `top_up` gets its tokens and stands in `state` afterwards.
/// One that was credited before changes nothing. Who may say so has been
/// checked by the caller.
///
/// # Errors
/// Only if the ledger itself is out of range.
pub fn credit(
    book: &Book,
    facts: &Facts<'_>,
    top_up: &TopUp,
    state: TopUpState,
) -> Result<Decision, Refusal> {
    let mut decision = Decision { top_up: Some(top_up.id), ..Decision::default() };
    if !top_up.credited.is_zero() {
        return Ok(decision);
    }
    let mut posting = Posting::on(&book.balances);
    let mut top_up = top_up.clone();
    credit_on(&mut posting, facts, &mut top_up, &mut decision)?;
    issue_card_receipt(book, facts, &mut decision, &top_up);
    top_up.state = state;
    if state.is_closed() {
        top_up.closed_at = Some(facts.mint.at());
    }
    decision.changes.push(Change::TopUpMoved(top_up));
    Ok(decision)
}

/// The transfers, the transaction and the lot; the top-up is changed but not
/// yet written.
pub(super) fn credit_on(
    posting: &mut Posting<'_>,
    facts: &Facts<'_>,
    top_up: &mut TopUp,
    decision: &mut Decision,
) -> Result<(), Refusal> {
    let account = |kind| AccountId::of(top_up.user, kind);
    let (tokens, bonus) = (top_up.agreed.tokens, top_up.agreed.bonus);
    let from = AccountId::vendor(top_up.supply());
    posting.transfer(from, account(AccountKind::Spendable), tokens, TransferCode::TopUp)?;
    let from = AccountId::vendor(AccountKind::IssuedPromo);
    posting.transfer(from, account(AccountKind::Promo), bonus, TransferCode::Bonus)?;
    decision.transactions.push(Transaction {
        kind: TransactionKind::TopUp,
        reference: top_up.id.uuid(),
        actor: facts.actor,
        at: facts.mint.at(),
        detail: top_up.detail(),
        transfers: posting.cut(),
    });
    if bonus > Tokens::ZERO {
        decision.changes.push(Change::LotMade(Lot {
            id: LotId::new(top_up.id.uuid()),
            user: top_up.user,
            amount: bonus,
            expires_at: None,
            at: facts.mint.at(),
        }));
    }
    top_up.credited = tokens;
    Ok(())
}

#[cfg(test)]
mod tests;
