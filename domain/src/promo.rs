//! Promo tokens that may expire, in lots.
//!
//! The rule is one invariant: nobody holds more promo tokens than the sum of
//! their lots whose time is not over. What is above that expires. So the
//! oldest are spent first without anybody counting which is which, running
//! the sweep twice is harmless, and held promo tokens that come back after
//! their time expire with the next sweep.

use crate::book::{Book, Decision, Facts};
use crate::id::{LotId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// Promo tokens that somebody got at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Which lot; for a bonus the number of the top-up.
    pub id: LotId,
    /// Whose.
    pub user: UserId,
    /// How much.
    pub amount: Tokens,
    /// When their time is over, if it ever is.
    pub expires_at: Option<Timestamp>,
    /// When they came.
    pub at: Timestamp,
}

impl Lot {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

/// Decides what of a user's promo tokens expires now; nothing is refused.
///
/// # Errors
/// Only if the ledger itself is out of range.
pub fn decide_expire(book: &Book, facts: &Facts<'_>, user: UserId) -> Result<Decision, Refusal> {
    let lots = book.lots(user).iter().filter(|lot| !lot.is_over(facts.mint.at()));
    let lasting = Tokens::checked_sum(lots.map(|lot| lot.amount)).unwrap_or_default();
    let promo = AccountId::of(user, AccountKind::Promo);
    let over = book.balances.balance(promo).saturating_sub(lasting);
    let mut posting = Posting::on(&book.balances);
    posting.transfer(promo, AccountId::vendor(AccountKind::RetiredExpired), over, TransferCode::Expiry)?;
    let transfers = posting.finish();
    let mut decision = Decision { user: Some(user), ..Decision::default() };
    if !transfers.is_empty() {
        decision.transactions.push(Transaction {
            kind: TransactionKind::PromoExpiry,
            reference: user.uuid(),
            actor: facts.actor,
            at: facts.mint.at(),
            detail: String::new(),
            transfers,
        });
    }
    Ok(decision)
}

#[cfg(test)]
mod tests;
