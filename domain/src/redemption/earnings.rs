//! How much of an income may be redeemed: a fold over everything that went
//! into and out of the income account, oldest first.
//!
//! Income is redeemable once it is as old as the vendor says, and if it was
//! not paid out of promo tokens. An order can pay more than once, a file at
//! once and goods when they are confirmed, and each part has an age of its own.
//! What a user spends or gives comes out of promo-paid income first, then out
//! of the oldest; what is redeemed is never promo-paid. What comes back after
//! being spent goes to where it came from. A sale that is given back takes its
//! own income along, the youngest part first and what is promo-paid last; what
//! is no longer there of it is spent like anything else. So no way round
//! through a gift link of one's own, an order called off or a refund makes a
//! user's income older or cleaner.
//!
//! The mark does not travel: promo-paid income that is given to somebody else,
//! or spent at another seller, counts there like any other. Two who work
//! together can so turn welcome tokens into income that ripens; what stands in
//! their way is the time it takes and the person who approves a redemption.
//!
//! Why all promo-paid income, and not only that between linked accounts: an
//! account is free and needs no name, so nothing here could tell which two
//! belong together, and every new account's welcome tokens would be money.

use std::collections::HashMap;

use uuid::Uuid;

use crate::ledger::account::AccountKind;
use crate::ledger::transfer::TransferCode;
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;

/// Whether income counts that was paid out of promo tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromoIncome {
    /// It can be spent and given, and never redeemed.
    Never,
    /// It counts like any other.
    Counts,
}

/// Which way a movement of the income account went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into it.
    In,
    /// Out of it.
    Out,
}

/// One movement of an income account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Which way.
    pub way: Way,
    /// Which part of its transaction it is.
    pub code: TransferCode,
    /// How much.
    pub amount: Tokens,
    /// The kind of the account on the other side.
    pub other: AccountKind,
    /// What of a released order was held from promo tokens.
    pub held_promo: Tokens,
    /// The order, gift or redemption it is about.
    pub reference: Uuid,
    /// When.
    pub at: Timestamp,
}

/// What one sale brought at one time, as far as it was not given back.
#[derive(Clone, Copy, Debug)]
struct Part {
    clean: i64,
    promo: i64,
    at: Timestamp,
}

/// What may be redeemed, and up to which movement that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Redeemable then.
    pub matured: Tokens,
    /// All that went out of the account until then.
    pub debits: Tokens,
}

impl Standing {
    /// What may be redeemed for sure when `debits` have gone out by now: each
    /// further token that went out may have been a redeemable one, and what
    /// came in since is too young.
    #[must_use]
    pub fn now(self, debits: Tokens) -> Tokens {
        self.matured.saturating_sub(debits.saturating_sub(self.debits))
    }
}

/// The fold. Sums are in units and as wide as those of the accounts.
#[derive(Clone, Debug, Default)]
pub struct Earnings {
    credits: i64,
    debits: i64,
    /// The promo-paid part of the balance.
    promo: i64,
    /// By the order, oldest first.
    sales: HashMap<Uuid, Vec<Part>>,
    /// By what it was spent on: how much of that was promo-paid, and still is
    /// away.
    spent_promo: HashMap<Uuid, i64>,
}

impl Earnings {
    /// Takes the next movement, in the order of the ledger.
    pub fn take(&mut self, movement: &Movement, promo: PromoIncome) {
        let amount = movement.amount.units();
        match movement.way {
            Way::In => self.credits = self.credits.saturating_add(amount),
            Way::Out => self.debits = self.debits.saturating_add(amount),
        }
        match (movement.way, movement.code) {
            (Way::In, TransferCode::Sale | TransferCode::Release) => self.earn(movement, promo),
            (Way::In, TransferCode::RedemptionReturn) | (Way::Out, TransferCode::Redemption) => {}
            (Way::In, _) => self.come_back(movement.reference, amount),
            (Way::Out, _) => self.spend(movement.reference, amount),
        }
    }

    fn earn(&mut self, movement: &Movement, promo: PromoIncome) {
        let amount = movement.amount;
        let from_promo = match (promo, movement.code) {
            (PromoIncome::Counts, _) => Tokens::ZERO,
            (PromoIncome::Never, TransferCode::Release) => movement.held_promo.min(amount),
            (PromoIncome::Never, _) if movement.other == AccountKind::Promo => amount,
            (PromoIncome::Never, _) => Tokens::ZERO,
        }
        .units();
        let clean = amount.units().saturating_sub(from_promo);
        let part = Part { clean, promo: from_promo, at: movement.at };
        self.sales.entry(movement.reference).or_default().push(part);
        self.promo = self.promo.saturating_add(from_promo);
    }

    /// Out of the sale's own income as far as it is a sale that is given
    /// back, else out of promo-paid income first.
    fn spend(&mut self, reference: Uuid, amount: i64) {
        let amount = amount.saturating_sub(self.give_back(reference, amount));
        let promo = amount.min(self.promo);
        self.promo = self.promo.saturating_sub(promo);
        let away = self.spent_promo.entry(reference).or_default();
        *away = away.saturating_add(promo);
    }

    /// Takes a sale's own income, the promo-paid part last and only as far as
    /// it is there still, and tells how much.
    fn give_back(&mut self, reference: Uuid, amount: i64) -> i64 {
        let Some(parts) = self.sales.get_mut(&reference) else { return 0 };
        let mut rest = amount;
        for part in parts.iter_mut().rev() {
            let clean = rest.min(part.clean);
            part.clean = part.clean.saturating_sub(clean);
            rest = rest.saturating_sub(clean);
        }
        for part in parts.iter_mut().rev() {
            let promo = rest.min(part.promo).min(self.promo);
            part.promo = part.promo.saturating_sub(promo);
            self.promo = self.promo.saturating_sub(promo);
            rest = rest.saturating_sub(promo);
        }
        amount.saturating_sub(rest)
    }

    fn come_back(&mut self, reference: Uuid, amount: i64) {
        let away = self.spent_promo.entry(reference).or_default();
        let promo = amount.min(*away);
        *away = away.saturating_sub(promo);
        self.promo = self.promo.saturating_add(promo);
    }

    /// What may be redeemed at `now`: the balance, less its promo-paid part,
    /// less what was earned too short a time ago.
    #[must_use]
    pub fn standing(&self, now: Timestamp, maturity: Seconds) -> Standing {
        let is_young = |part: &&Part| now < part.at.after(maturity);
        let young = self.sales.values().flatten().filter(is_young);
        let young = young.fold(0_i64, |sum, part| sum.saturating_add(part.clean));
        let clean = self.credits.saturating_sub(self.debits).saturating_sub(self.promo);
        let units = clean.saturating_sub(young).max(0);
        Standing {
            matured: Tokens::from_units(units).unwrap_or_default(),
            debits: Tokens::from_units(self.debits).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
