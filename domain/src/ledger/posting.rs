//! Building a transaction's transfers against the balances they meet.
//!
//! Phases: take what is needed from the payer's buckets, check each balance
//! as it would stand, and only hand out transfers when all of them hold. A
//! posting that was handed out can be applied without another look.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::ledger::account::{AccountId, AccountKind, Sums};
use crate::ledger::transfer::{Transfer, TransferCode};
use crate::refusal::Refusal;
use crate::tokens::Tokens;

/// The balances that a batch works on.
#[derive(Clone, Debug, Default)]
pub struct Balances(HashMap<AccountId, Sums>);

impl Balances {
    /// Records what the table says of an account.
    pub fn load(&mut self, account: AccountId, sums: Sums) {
        self.0.insert(account, sums);
    }

    /// The account's sums; nothing went through an unknown account.
    #[must_use]
    pub fn sums(&self, account: AccountId) -> Sums {
        self.0.get(&account).copied().unwrap_or_default()
    }

    /// The account's balance on its own side.
    #[must_use]
    pub fn balance(&self, account: AccountId) -> Tokens {
        self.sums(account).balance(account.kind.side()).unwrap_or_default()
    }

    /// All accounts that anything is known of.
    pub fn all(&self) -> impl Iterator<Item = (AccountId, Sums)> {
        self.0.iter().map(|(account, sums)| (*account, *sums))
    }

    /// Records transfers that a [`Posting`] on these balances handed out.
    pub fn apply(&mut self, transfers: &[Transfer]) {
        for transfer in transfers {
            let debit = self.0.entry(transfer.debit).or_default();
            debit.debits = debit.debits.checked_add(transfer.amount).unwrap_or(debit.debits);
            let credit = self.0.entry(transfer.credit).or_default();
            credit.credits = credit.credits.checked_add(transfer.amount).unwrap_or(credit.credits);
        }
    }
}

/// Amounts taken from a user's buckets, kept apart so that each part can go
/// back to where it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// From tokens granted to try the market.
    pub promo: Tokens,
    /// From bought, granted or given tokens.
    pub spendable: Tokens,
    /// From income.
    pub earned: Tokens,
}

impl Split {
    /// The bucket kinds with their amounts, empty ones left out.
    pub fn parts(self) -> impl Iterator<Item = (AccountKind, Tokens)> {
        [
            (AccountKind::Promo, self.promo),
            (AccountKind::Spendable, self.spendable),
            (AccountKind::Earned, self.earned),
        ]
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
    }

    /// All parts together.
    #[must_use]
    pub fn total(self) -> Option<Tokens> {
        Tokens::checked_sum([self.promo, self.spendable, self.earned])
    }

    fn add(&mut self, kind: AccountKind, amount: Tokens) -> Option<()> {
        let bucket = match kind {
            AccountKind::Promo => &mut self.promo,
            AccountKind::Earned => &mut self.earned,
            _ => &mut self.spendable,
        };
        *bucket = bucket.checked_add(amount)?;
        Some(())
    }
}

/// What a user pays a purchase from, in this order: promo first, since it can
/// do nothing else; income last.
pub const TO_SPEND: [AccountKind; 3] = [AccountKind::Promo, AccountKind::Spendable, AccountKind::Earned];

/// What a user gives from, in this order: never from promo.
pub const TO_GIVE: [AccountKind; 2] = [AccountKind::Spendable, AccountKind::Earned];

/// How much `user` can use for a purpose that takes from `buckets`.
#[must_use]
pub fn usable(balances: &Balances, user: UserId, buckets: &[AccountKind]) -> Tokens {
    let amounts = buckets.iter().map(|kind| balances.balance(AccountId::of(user, *kind)));
    Tokens::checked_sum(amounts).unwrap_or_default()
}

/// Refuses when `user` cannot pay `amount` from `buckets`.
///
/// # Errors
/// `InsufficientTokens` with what is there and what is missing.
pub fn require(
    balances: &Balances,
    user: UserId,
    buckets: &[AccountKind],
    amount: Tokens,
) -> Result<(), Refusal> {
    let balance = usable(balances, user, buckets);
    if balance < amount {
        return Err(Refusal::InsufficientTokens { balance, shortfall: amount.saturating_sub(balance) });
    }
    Ok(())
}

/// Transfers in the making, on a private view of the balances.
pub struct Posting<'book> {
    balances: &'book Balances,
    touched: HashMap<AccountId, Sums>,
    transfers: Vec<Transfer>,
}

/// The sums of an account would leave their range; with amounts bounded by
/// [`Tokens::MAX_MOVED`] this takes some ninety thousand of the largest.
fn out_of_range() -> Refusal {
    Refusal::invalid("amount", "the account cannot take so much")
}

impl<'book> Posting<'book> {
    /// A posting with no transfers yet.
    #[must_use]
    pub fn on(balances: &'book Balances) -> Self {
        Self { balances, touched: HashMap::new(), transfers: Vec::new() }
    }

    fn sums(&self, account: AccountId) -> Sums {
        self.touched.get(&account).copied().unwrap_or_else(|| self.balances.sums(account))
    }

    /// The account's balance as it stands after the transfers so far.
    #[must_use]
    pub fn balance(&self, account: AccountId) -> Tokens {
        self.sums(account).balance(account.kind.side()).unwrap_or_default()
    }

    /// Adds one transfer; an amount of zero adds none. What comes to a user
    /// who owes something pays that off first, by a transfer of its own.
    ///
    /// # Errors
    /// `InsufficientTokens` if the debited account would go below its floor.
    pub fn transfer(
        &mut self,
        debit: AccountId,
        credit: AccountId,
        amount: Tokens,
        code: TransferCode,
    ) -> Result<(), Refusal> {
        self.add(debit, credit, amount, code)?;
        if !matches!(credit.kind, AccountKind::Spendable | AccountKind::Earned) {
            return Ok(());
        }
        let debt = AccountId { owner: credit.owner, kind: AccountKind::Debt };
        self.add(credit, debt, self.balance(debt).min(amount), TransferCode::Recovery)
    }

    fn add(
        &mut self,
        debit: AccountId,
        credit: AccountId,
        amount: Tokens,
        code: TransferCode,
    ) -> Result<(), Refusal> {
        if amount.is_zero() {
            return Ok(());
        }
        let mut from = self.sums(debit);
        from.debits = from.debits.checked_add(amount).ok_or_else(out_of_range)?;
        if debit.kind.has_floor() && from.balance(debit.kind.side()).is_none() {
            let balance = self.balance(debit);
            return Err(Refusal::InsufficientTokens { balance, shortfall: amount.saturating_sub(balance) });
        }
        let mut to = self.sums(credit);
        to.credits = to.credits.checked_add(amount).ok_or_else(out_of_range)?;
        self.touched.insert(debit, from);
        self.touched.insert(credit, to);
        self.transfers.push(Transfer { debit, credit, amount, code });
        Ok(())
    }

    /// Moves `amount` from the first of `user`'s buckets that hold something
    /// to `credit`, one transfer a bucket, and tells the split.
    ///
    /// # Errors
    /// `InsufficientTokens` if the buckets together hold too little.
    pub fn pay(
        &mut self,
        user: UserId,
        buckets: &[AccountKind],
        credit: AccountId,
        amount: Tokens,
        code: TransferCode,
    ) -> Result<Split, Refusal> {
        let (mut split, mut rest) = (Split::default(), amount);
        for kind in buckets {
            let bucket = AccountId::of(user, *kind);
            let part = self.balance(bucket).min(rest);
            self.transfer(bucket, credit, part, code)?;
            split.add(*kind, part).ok_or_else(out_of_range)?;
            rest = rest.saturating_sub(part);
        }
        if !rest.is_zero() {
            return Err(Refusal::InsufficientTokens {
                balance: amount.saturating_sub(rest),
                shortfall: rest,
            });
        }
        Ok(split)
    }

    /// Moves each part of `split` from `debit` back to `user`'s buckets.
    ///
    /// # Errors
    /// `InsufficientTokens` if `debit` holds less than the split.
    pub fn pay_back(
        &mut self,
        debit: AccountId,
        user: UserId,
        split: Split,
        code: TransferCode,
    ) -> Result<(), Refusal> {
        split
            .parts()
            .try_for_each(|(kind, amount)| self.transfer(debit, AccountId::of(user, kind), amount, code))
    }

    /// The transfers since the last cut, for a transaction of their own; what
    /// follows stands on them.
    #[must_use]
    pub fn cut(&mut self) -> Vec<Transfer> {
        std::mem::take(&mut self.transfers)
    }

    /// The transfers, all of which hold on the balances.
    #[must_use]
    pub fn finish(self) -> Vec<Transfer> {
        self.transfers
    }
}

#[cfg(test)]
mod tests;
