//! Promo tokens that may expire, in lots.
//!
//! The rule is one invariant: nobody holds more promo tokens than the sum of
//! their lots whose time is not over. What is above that expires. So the
//! oldest are spent first without anybody counting which is which, running
//! the sweep twice is harmless, and held promo tokens that come back after
//! their time expire with the next sweep.

use std::collections::BTreeSet;

use crate::book::{Book, Change, Decision, Facts};
use crate::gift::check_amount;
use crate::id::{LotId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::refusal::Refusal;
use crate::text::{GrantReason, Handle};
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

/// The most users whom one promotion reaches.
pub const USERS_MAX: u16 = 1_000;

/// Promo tokens that the vendor gives to some users: to one as a kindness, to
/// many as a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// To whom; each once, however often named.
    pub to: BTreeSet<Handle>,
    /// How much each gets.
    pub amount: Tokens,
    /// Why, or what the campaign is called; recorded with the transactions.
    pub reason: GrantReason,
    /// When what is unspent of it ends; never, if nothing.
    pub expires_at: Option<Timestamp>,
}

/// Decides a promotion by a member of the staff, whose role the verb has
/// checked: all get it, or nobody. Precedence: amount, how many users, too
/// much together, a time that is over, a user not there.
///
/// # Errors
/// In that precedence.
pub fn decide_promote(book: &Book, facts: &Facts<'_>, promotion: &Promotion) -> Result<Decision, Refusal> {
    check_amount(promotion.amount)?;
    let count = u16::try_from(promotion.to.len()).unwrap_or(u16::MAX);
    if count == 0 {
        return Err(Refusal::invalid("to", "somebody has to get them"));
    }
    if count > USERS_MAX {
        return Err(Refusal::TooMany { what: "users at once".into(), limit: u32::from(USERS_MAX) });
    }
    if promotion.amount.checked_times(u32::from(count)).is_none_or(|all| all > Tokens::MAX_MOVED) {
        return Err(Refusal::invalid("amount", "that is too much for so many users"));
    }
    if promotion.expires_at.is_some_and(|at| at <= facts.mint.at()) {
        return Err(Refusal::invalid("expiresAt", "this time is over already"));
    }
    let mut decision = Decision::default();
    for (number, handle) in (0..).zip(&promotion.to) {
        let user = book.user(handle).ok_or(Refusal::missing("user"))?;
        let mut posting = Posting::on(&book.balances);
        let promo = AccountId::of(user, AccountKind::Promo);
        let from = AccountId::vendor(AccountKind::IssuedPromo);
        posting.transfer(from, promo, promotion.amount, TransferCode::Issue)?;
        decision.transactions.push(Transaction {
            kind: TransactionKind::Grant,
            reference: user.uuid(),
            actor: facts.actor,
            at: facts.mint.at(),
            detail: promotion.reason.as_str().to_owned(),
            transfers: posting.finish(),
        });
        decision.changes.push(Change::LotMade(Lot {
            id: LotId::new(facts.mint.uuid(number)),
            user,
            amount: promotion.amount,
            expires_at: promotion.expires_at,
            at: facts.mint.at(),
        }));
        decision.user = Some(user);
    }
    Ok(decision)
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
