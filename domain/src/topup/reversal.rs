//! What goes back: refunds and disputes of a card top-up.
//!
//! The way back is a function of how the payment stands, not of what happened
//! in which order: how much should be taken back is compared with how much
//! was, and only the difference moves. So messages may come twice, late or in
//! any order. Phases: what was kept or taken too much is given again; then
//! what is missing is taken, from spendable tokens first and as debt for the
//! rest; then what an open dispute may take is kept back.

use std::cmp::Ordering;

use crate::book::{Book, Change, Decision, Facts};
use crate::desk::{PaperKind, issue_card_correction};
use crate::id::{DisputeId, OrderId, RefundId, TopUpId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::money::Money;
use crate::order::settle::void_on;
use crate::order::{Order, OrderState};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::tokens::Tokens;
use crate::topup::facts::{DisputeState, PaymentFacts, RefundState};
use crate::topup::{Provider, TopUp, TopUpState};

/// A dispute as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Which.
    pub id: DisputeId,
    /// Over which top-up.
    pub top_up: TopUpId,
    /// Whose account is frozen meanwhile.
    pub user: UserId,
    /// At which provider.
    pub provider: Provider,
    /// The provider's name of it.
    pub reference: String,
    /// How far it has come.
    pub state: DisputeState,
    /// How much money is disputed.
    pub amount: Money,
    /// How many tokens that is.
    pub tokens: Tokens,
    /// Tokens kept back.
    pub held: Tokens,
    /// Tokens taken, or owed, since the bank has the money.
    pub withdrawn: Tokens,
    /// Since when.
    pub at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// A refund that was asked for here: tokens first, money second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Which; also the key under which the provider is asked.
    pub id: RefundId,
    /// Of which top-up.
    pub top_up: TopUpId,
    /// How many tokens were taken back for it.
    pub tokens: Tokens,
    /// How much money goes back.
    pub money: Money,
    /// How far it has come.
    pub state: RefundState,
    /// Who asked.
    pub created_by: uuid::Uuid,
    /// When.
    pub at: Timestamp,
    /// When the provider had answered.
    pub closed_at: Option<Timestamp>,
}

/// The part of `tokens` that `part` is of `whole`, rounded down; so that all
/// of the money is all of the tokens.
pub(super) fn share(tokens: Tokens, part: Money, whole: Money) -> Tokens {
    if part.minor() >= whole.minor() {
        return tokens;
    }
    let units = i128::from(tokens.units()) * i128::from(part.minor()) / i128::from(whole.minor().max(1));
    i64::try_from(units).ok().and_then(Tokens::from_units).unwrap_or(tokens)
}

/// What so many of all tokens cost, in minor units, rounded up: the way back
/// of [`share`].
fn cost(part: Tokens, all: Tokens, paid: Money) -> i64 {
    let (part, all) = (i128::from(part.units()), i128::from(all.units().max(1)));
    let minor = (i128::from(paid.minor()) * part + all - 1) / all;
    i64::try_from(minor).unwrap_or(i64::MAX).min(paid.minor())
}

/// The transfers of a way back, phase by phase.
pub(super) struct Back<'a, 'b> {
    pub(super) book: &'b Book,
    pub(super) facts: &'a Facts<'a>,
    pub(super) posting: &'a mut Posting<'b>,
    pub(super) top_up: &'a mut TopUp,
    pub(super) decision: &'a mut Decision,
}

impl Back<'_, '_> {
    fn account(&self, kind: AccountKind) -> AccountId {
        AccountId::of(self.top_up.user, kind)
    }

    fn balance(&self, kind: AccountKind) -> Tokens {
        self.posting.balance(self.account(kind))
    }

    fn move_tokens(
        &mut self,
        from: AccountId,
        to: AccountId,
        amount: Tokens,
        code: TransferCode,
    ) -> Result<(), Refusal> {
        self.posting.transfer(from, to, amount, code)
    }

    /// Ends a phase: what moved since the last is one transaction.
    fn record(&mut self, kind: TransactionKind) {
        let transfers = self.posting.cut();
        if !transfers.is_empty() {
            self.decision.transactions.push(Transaction {
                kind,
                reference: self.top_up.id.uuid(),
                actor: self.facts.actor,
                at: self.facts.mint.at(),
                detail: String::new(),
                transfers,
            });
        }
    }

    /// Brings the top-up to where `payment` says that it should stand.
    pub(super) fn reverse(&mut self, payment: &PaymentFacts, orders: &[OrderId]) -> Result<(), Refusal> {
        let own = self.book.refunds(self.top_up.id).iter();
        let own = own.filter(|refund| refund.state != RefundState::Failed).map(|refund| refund.tokens);
        let asked = Tokens::checked_sum(own).unwrap_or_default();
        let all = self.top_up.credited;
        let refunded = share(all, payment.refunded, payment.asked).max(asked).min(all);
        let before = self.book.disputes(self.top_up.id);
        let mut disputes = self.standing(payment, all.saturating_sub(refunded));
        let withdrawn = Tokens::checked_sum(before.iter().map(|dispute| dispute.withdrawn));
        let refunded_before = self.top_up.reversed.saturating_sub(withdrawn.unwrap_or_default());
        if disputes == before && refunded == refunded_before && !self.could_hold_more(&disputes) {
            return Ok(());
        }
        self.write_paper(refunded_before, refunded, payment.asked);
        let is_tangled = refunded != refunded_before || disputes.len() > 1;
        self.give_again(&mut disputes, is_tangled)?;
        self.refund(refunded_before, refunded)?;
        self.keep_back(&mut disputes, orders)?;
        self.charge_back(&mut disputes)?;
        let taken = Tokens::checked_sum(disputes.iter().map(|dispute| dispute.withdrawn));
        self.top_up.reversed = refunded.checked_add(taken.unwrap_or_default()).unwrap_or(all).min(all);
        self.settle_bonus()?;
        for dispute in disputes.into_iter().filter(|dispute| !before.contains(dispute)) {
            self.decision.changes.push(Change::DisputeStands(dispute));
        }
        self.conclude();
        Ok(())
    }

    /// A paper for money that went back without being asked for here: a credit
    /// note, or a receipt if it came again. Those that a user asked for have
    /// theirs when they are sent.
    fn write_paper(&mut self, before: Tokens, after: Tokens, paid: Money) {
        let all = self.top_up.credited;
        let (before, after) = (cost(before, all, paid), cost(after, all, paid));
        let (kind, minor) = match after.cmp(&before) {
            Ordering::Equal => return,
            Ordering::Greater => (PaperKind::CreditNote, after.saturating_sub(before)),
            Ordering::Less => (PaperKind::Receipt, before.saturating_sub(after)),
        };
        if let Some(amount) = Money::new(minor, paid.currency()) {
            let about = self.facts.mint.uuid(9);
            issue_card_correction(self.book, self.facts, self.decision, (kind, amount), self.top_up, about);
        }
    }

    /// The disputes as they should stand, with what was kept and taken so far.
    fn standing(&self, payment: &PaymentFacts, mut left: Tokens) -> Vec<Dispute> {
        let (known, at) = (self.book.disputes(self.top_up.id), self.facts.mint.at());
        let mut disputes: Vec<Dispute> = known.to_vec();
        for (index, told) in (10u32..).zip(&payment.disputes) {
            let place = disputes.iter().position(|dispute| dispute.reference == told.reference);
            let fresh = || Dispute {
                id: DisputeId::new(self.facts.mint.uuid(index)),
                top_up: self.top_up.id,
                user: self.top_up.user,
                provider: payment.provider,
                reference: told.reference.clone(),
                state: told.state,
                amount: told.amount,
                tokens: Tokens::ZERO,
                held: Tokens::ZERO,
                withdrawn: Tokens::ZERO,
                at,
                closed_at: None,
            };
            let mut dispute = place.map_or_else(fresh, |place| disputes.remove(place));
            (dispute.state, dispute.amount) = (told.state, told.amount);
            dispute.closed_at = match told.state.is_open() {
                true => None,
                false => dispute.closed_at.or(Some(at)),
            };
            dispute.tokens = match told.state {
                DisputeState::Won => Tokens::ZERO,
                DisputeState::Open | DisputeState::Withdrawn | DisputeState::Lost => {
                    share(self.top_up.credited, told.amount, payment.asked).min(left)
                }
            };
            left = left.saturating_sub(dispute.tokens);
            disputes.insert(place.unwrap_or(disputes.len()), dispute);
        }
        disputes
    }

    fn could_hold_more(&self, disputes: &[Dispute]) -> bool {
        let is_short =
            |dispute: &Dispute| dispute.state == DisputeState::Open && dispute.held < dispute.tokens;
        disputes.iter().any(is_short) && !self.balance(AccountKind::Spendable).is_zero()
    }

    /// Gives again what is kept or was taken beyond what should be.
    fn give_again(&mut self, disputes: &mut [Dispute], is_tangled: bool) -> Result<(), Refusal> {
        let (spendable, kept) = (self.account(AccountKind::Spendable), self.account(AccountKind::Dispute));
        let supply = AccountId::vendor(self.top_up.supply());
        for dispute in disputes {
            if is_tangled || dispute.held > dispute.tokens {
                self.move_tokens(kept, spendable, dispute.held, TransferCode::DisputeHold)?;
                dispute.held = Tokens::ZERO;
            }
            let stays = if dispute.state.is_withdrawn() { dispute.tokens } else { Tokens::ZERO };
            let back = dispute.withdrawn.saturating_sub(stays);
            self.move_tokens(supply, spendable, back, TransferCode::Restored)?;
            dispute.withdrawn = dispute.withdrawn.saturating_sub(back);
        }
        self.record(TransactionKind::DisputeEnded);
        Ok(())
    }

    /// Takes back, or gives again, what refunds come to.
    fn refund(&mut self, before: Tokens, refunded: Tokens) -> Result<(), Refusal> {
        let spendable = self.account(AccountKind::Spendable);
        let back = before.saturating_sub(refunded);
        self.move_tokens(AccountId::vendor(self.top_up.supply()), spendable, back, TransferCode::Restored)?;
        self.record(TransactionKind::RefundUndone);
        let more = refunded.saturating_sub(before);
        self.take(spendable, AccountKind::RetiredRefunded, more, TransferCode::Refund)?;
        self.record(TransactionKind::Refund);
        Ok(())
    }

    /// Takes `amount` out of the market: from `bucket` what it holds, the rest
    /// as debt.
    fn take(
        &mut self,
        bucket: AccountId,
        to: AccountKind,
        amount: Tokens,
        code: TransferCode,
    ) -> Result<(), Refusal> {
        let (to, there) = (AccountId::vendor(to), self.posting.balance(bucket).min(amount));
        self.move_tokens(bucket, to, there, code)?;
        let debt = self.account(AccountKind::Debt);
        self.move_tokens(debt, to, amount.saturating_sub(there), code)
    }

    /// Keeps back what disputes may take. Purchases that are still held are
    /// called off first, the newest before the others, as far as needed: a
    /// seller who has not been paid loses nothing but the sale.
    fn keep_back(&mut self, disputes: &mut [Dispute], orders: &[OrderId]) -> Result<(), Refusal> {
        let missing = |dispute: &Dispute| match dispute.state {
            DisputeState::Won => Tokens::ZERO,
            DisputeState::Open | DisputeState::Withdrawn | DisputeState::Lost => {
                dispute.tokens.saturating_sub(dispute.withdrawn).saturating_sub(dispute.held)
            }
        };
        let wanted = Tokens::checked_sum(disputes.iter().map(missing)).unwrap_or_default();
        self.call_off(orders, wanted)?;
        let (spendable, kept) = (self.account(AccountKind::Spendable), self.account(AccountKind::Dispute));
        for dispute in disputes {
            let part = missing(dispute).min(self.posting.balance(spendable));
            self.move_tokens(spendable, kept, part, TransferCode::DisputeHold)?;
            dispute.held = dispute.held.checked_add(part).unwrap_or(dispute.held);
        }
        self.record(TransactionKind::DisputeHold);
        Ok(())
    }

    fn call_off(&mut self, orders: &[OrderId], wanted: Tokens) -> Result<(), Refusal> {
        let is_open = |order: &&Order| order.buyer == self.top_up.user && order.state == OrderState::Held;
        let mut open: Vec<&Order> =
            orders.iter().filter_map(|id| self.book.order(*id)).filter(is_open).collect();
        open.sort_by_key(|order| std::cmp::Reverse(order.id));
        for order in open {
            if self.balance(AccountKind::Spendable) >= wanted {
                break;
            }
            let (transaction, changes) = void_on(self.posting, self.facts, order)?;
            self.decision.transactions.push(transaction);
            self.decision.changes.extend(changes);
        }
        Ok(())
    }

    /// Takes what the bank took: from what is kept back, the rest as debt.
    fn charge_back(&mut self, disputes: &mut [Dispute]) -> Result<(), Refusal> {
        let kept = self.account(AccountKind::Dispute);
        for dispute in disputes.iter_mut().filter(|dispute| dispute.state.is_withdrawn()) {
            let missing = dispute.tokens.saturating_sub(dispute.withdrawn);
            let part = dispute.held.min(missing);
            let to = AccountId::vendor(AccountKind::RetiredChargeback);
            self.move_tokens(kept, to, part, TransferCode::Chargeback)?;
            let debt = self.account(AccountKind::Debt);
            self.move_tokens(debt, to, missing.saturating_sub(part), TransferCode::Chargeback)?;
            dispute.held = dispute.held.saturating_sub(part);
            dispute.withdrawn = dispute.tokens;
        }
        self.record(TransactionKind::ChargedBack);
        Ok(())
    }

    /// Takes the bonus back in proportion, as far as it is there: it was a
    /// present, so nobody owes it.
    fn settle_bonus(&mut self) -> Result<(), Refusal> {
        let (bonus, all) = (self.top_up.agreed.bonus, self.top_up.credited);
        let part = i128::from(bonus.units()) * i128::from(self.top_up.reversed.units())
            / i128::from(all.units().max(1));
        let target = i64::try_from(part).ok().and_then(Tokens::from_units).unwrap_or_default();
        let promo = self.account(AccountKind::Promo);
        let taken = self.top_up.bonus_reversed;
        let back = taken.saturating_sub(target);
        self.move_tokens(AccountId::vendor(AccountKind::IssuedPromo), promo, back, TransferCode::Restored)?;
        self.record(TransactionKind::RefundUndone);
        let more = target.saturating_sub(taken).min(self.posting.balance(promo));
        let to = AccountId::vendor(AccountKind::RetiredRefunded);
        self.move_tokens(promo, to, more, TransferCode::Refund)?;
        self.record(TransactionKind::Refund);
        self.top_up.bonus_reversed = taken.saturating_sub(back).checked_add(more).unwrap_or(taken);
        Ok(())
    }

    fn conclude(&mut self) {
        let is_gone = self.top_up.reversed == self.top_up.credited;
        self.top_up.state = if is_gone { TopUpState::Reversed } else { TopUpState::Credited };
        self.top_up.closed_at = self.top_up.closed_at.or(Some(self.facts.mint.at()));
    }
}
