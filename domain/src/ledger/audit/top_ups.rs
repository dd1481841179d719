//! What the ledger says of top-ups, disputes, refunds and lots of promo
//! tokens, compared with their own tables.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{Finding, finding};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::transfer::{Subject, Transaction, TransactionKind, Transfer, TransferCode};
use crate::promo::Lot;
use crate::time::Timestamp;
use crate::topup::facts::{DisputeState, RefundState};
use crate::topup::reversal::{Dispute, Refund};
use crate::topup::{Method, TopUp, TopUpState};

/// A top-up with what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUpRows {
    /// The top-up.
    pub top_up: TopUp,
    /// Its disputes.
    pub disputes: Vec<Dispute>,
    /// Refunds of it that were asked for here.
    pub refunds: Vec<Refund>,
}

/// What happened to top-ups and lots, by the ledger.
#[derive(Debug, Default)]
pub(super) struct TopUps {
    stories: HashMap<Uuid, Story>,
    /// Promo tokens that came to each user as something new.
    promo: BTreeMap<Uuid, i128>,
}

/// One top-up by the ledger; all sums in units.
#[derive(Debug, Default)]
struct Story {
    credit: Option<Credit>,
    refunded: i128,
    bonus_back: i128,
    withdrawn: i128,
    held: i128,
    written_off: Option<i128>,
    /// Who asked for refunds here, and when.
    asked: Vec<(Uuid, Timestamp)>,
    users: Vec<Uuid>,
}

#[derive(Debug)]
struct Credit {
    detail: String,
    tokens: i128,
    bonus: i128,
    supply: Option<AccountKind>,
}

fn units(transfer: &Transfer) -> i128 {
    i128::from(transfer.amount.units())
}

impl TopUps {
    /// Takes a transaction if it is about a top-up; tells whether it was.
    pub(super) fn tell(&mut self, transaction: &Transaction) -> Result<bool, &'static str> {
        let is_new = |code| matches!(code, TransferCode::Issue | TransferCode::Bonus);
        for transfer in &transaction.transfers {
            if transfer.credit.kind == AccountKind::Promo && is_new(transfer.code) {
                *self.promo.entry(transfer.credit.owner).or_default() += units(transfer);
            }
        }
        if transaction.kind.subject() != Subject::TopUp {
            return Ok(false);
        }
        let story = self.stories.entry(transaction.reference).or_default();
        let is_own = |transfer: &&Transfer| transfer.code != TransferCode::Recovery;
        for transfer in transaction.transfers.iter().filter(is_own) {
            story.move_by(transaction.kind, transfer)?;
        }
        match transaction.kind {
            TransactionKind::TopUp if story.credit.is_some() => return Err("it happens twice"),
            TransactionKind::TopUp => story.credit = Some(credit(transaction)),
            TransactionKind::Refund if !transaction.actor.is_nil() => {
                story.asked.push((transaction.actor, transaction.at));
            }
            _ => {}
        }
        if story.credit.is_none() { Err("it takes back what never came") } else { Ok(true) }
    }

    /// Compares a top-up and what stands beside it; tells what of it is kept
    /// back, and in which account.
    pub(super) fn top_up(&mut self, rows: &TopUpRows) -> Result<(AccountId, i128), Finding> {
        let TopUpRows { top_up, disputes, refunds } = rows;
        let row = || format!("top-up {}", top_up.id);
        let story = self.stories.remove(&top_up.id.uuid()).unwrap_or_default();
        let by_other = top_up.method == Method::Card && top_up.created_by != top_up.user.uuid();
        if by_other || story.users.iter().any(|user| *user != top_up.user.uuid()) {
            return finding(row(), "its tokens went to, or came from, somebody else, or they made it");
        }
        if !credit_fits(top_up, story.credit.as_ref()) {
            return finding(row(), "what was agreed or credited differs from what the ledger recorded");
        }
        let back = story.refunded + story.withdrawn + story.written_off.unwrap_or_default();
        let stored = (i128::from(top_up.reversed.units()), i128::from(top_up.bonus_reversed.units()));
        if stored != (back, story.bonus_back) {
            return finding(row(), format!("by the ledger {back} units of it were taken back"));
        }
        if !state_fits(top_up, &story) {
            return finding(row(), format!("by the ledger it cannot be {}", top_up.state.name()));
        }
        check_disputes(top_up, disputes, &story)?;
        check_refunds(top_up, refunds, &story)?;
        Ok((AccountId::of(top_up.user, AccountKind::Dispute), story.held))
    }

    /// Takes a lot of promo tokens.
    pub(super) fn lot(&mut self, lot: &Lot) -> Result<(), Finding> {
        let left = self.promo.entry(lot.user.uuid()).or_default();
        *left -= i128::from(lot.amount.units());
        if *left < 0 {
            return finding(format!("lot {} of {}", lot.id, lot.user), "so many promo tokens never came");
        }
        Ok(())
    }

    /// Names what the ledger knows and no table has.
    pub(super) fn finish(&self) -> Result<(), Finding> {
        if let Some(id) = self.stories.keys().min() {
            return finding(format!("top-up {id}"), "the ledger knows it, its own table does not");
        }
        match self.promo.iter().find(|(_, left)| **left != 0) {
            Some((user, left)) => finding(format!("lots of {user}"), format!("{left} units have no lot")),
            None => Ok(()),
        }
    }
}

impl Story {
    fn move_by(&mut self, kind: TransactionKind, transfer: &Transfer) -> Result<(), &'static str> {
        let amount = units(transfer);
        let (from, to) = (transfer.debit, transfer.credit);
        let owners = [from, to].into_iter().filter(|account| account.kind.is_users());
        self.users.extend(owners.map(|account| account.owner));
        match transfer.code {
            TransferCode::TopUp | TransferCode::Bonus if kind == TransactionKind::TopUp => {}
            TransferCode::Refund if from.kind == AccountKind::Promo => self.bonus_back += amount,
            TransferCode::Refund => self.refunded += amount,
            TransferCode::Restored if from.kind == AccountKind::IssuedPromo => self.bonus_back -= amount,
            TransferCode::Restored if kind == TransactionKind::DisputeEnded => self.withdrawn -= amount,
            TransferCode::Restored => self.refunded -= amount,
            TransferCode::DisputeHold if to.kind == AccountKind::Dispute => self.held += amount,
            TransferCode::DisputeHold => self.held -= amount,
            TransferCode::Chargeback => {
                self.withdrawn += amount;
                self.held -= if from.kind == AccountKind::Dispute { amount } else { 0 };
            }
            TransferCode::WriteOff if from.kind == AccountKind::Promo => {
                self.written_off.get_or_insert_default();
                self.bonus_back += amount;
            }
            TransferCode::WriteOff => *self.written_off.get_or_insert_default() += amount,
            _ => return Err("a transfer that no top-up has"),
        }
        Ok(())
    }
}

fn credit(transaction: &Transaction) -> Credit {
    let sum = |code| -> i128 {
        transaction.transfers.iter().filter(|transfer| transfer.code == code).map(units).sum()
    };
    let bought = transaction.transfers.iter().find(|transfer| transfer.code == TransferCode::TopUp);
    Credit {
        detail: transaction.detail.clone(),
        tokens: sum(TransferCode::TopUp),
        bonus: sum(TransferCode::Bonus),
        supply: bought.map(|transfer| transfer.debit.kind),
    }
}

fn credit_fits(top_up: &TopUp, credit: Option<&Credit>) -> bool {
    let Some(credit) = credit else { return top_up.credited.is_zero() };
    credit.detail == top_up.detail()
        && credit.tokens == i128::from(top_up.credited.units())
        && credit.bonus == i128::from(top_up.agreed.bonus.units())
        && credit.supply == Some(top_up.supply())
}

/// Whether the state is one that what was credited and taken back allows.
fn state_fits(top_up: &TopUp, story: &Story) -> bool {
    use TopUpState as State;
    let is_credited = story.credit.is_some();
    let is_whole_back = top_up.reversed == top_up.credited;
    let is_written_off = story.written_off.is_some();
    let by_card = top_up.method == Method::Card;
    // What a bounced cheque brought went back whole.
    let is_empty = !is_credited || (!by_card && is_whole_back);
    match top_up.state {
        State::Credited => is_credited && !is_whole_back,
        // At the desk also one that was never credited.
        State::Reversed => is_whole_back && (is_credited || !by_card),
        State::Paid | State::Overdue => is_credited && !by_card,
        State::WrittenOff => is_credited && is_written_off,
        State::PartPaid => !by_card,
        // A card payment in review that the staff closed ends as cancelled.
        State::Submitted | State::Rejected | State::Expired | State::Cancelled => is_empty,
        State::Draft | State::AwaitingApproval | State::Approved => is_empty && !by_card,
        State::Review => !is_credited && by_card,
    }
}

/// What is kept back and taken stands on the disputes, and freezes whom it
/// should.
fn check_disputes(top_up: &TopUp, disputes: &[Dispute], story: &Story) -> Result<(), Finding> {
    for dispute in disputes {
        let (open, with_bank) = (dispute.closed_at.is_none(), dispute.state.is_withdrawn());
        let provider = top_up.card.as_ref().map(|card| card.provider);
        let fits = dispute.state.is_open() == open
            && dispute.user == top_up.user
            && Some(dispute.provider) == provider
            && dispute.withdrawn == if with_bank { dispute.tokens } else { Default::default() }
            && dispute.held <= dispute.tokens
            && (dispute.state != DisputeState::Won || dispute.tokens.is_zero())
            && dispute.tokens <= top_up.credited
            && dispute.amount.currency() == top_up.agreed.due.currency();
        if !fits {
            return finding(
                format!("dispute {} over top-up {}", dispute.id, top_up.id),
                "it does not fit itself",
            );
        }
    }
    let sum = |part: fn(&Dispute) -> i64| disputes.iter().map(part).map(i128::from).sum::<i128>();
    let stored = (sum(|dispute| dispute.held.units()), sum(|dispute| dispute.withdrawn.units()));
    if stored != (story.held, story.withdrawn) {
        let ids: Vec<String> = disputes.iter().map(|dispute| dispute.id.to_string()).collect();
        let problem = format!("disputes {} keep or took something else", ids.join(", "));
        return finding(format!("top-up {}", top_up.id), problem);
    }
    Ok(())
}

/// A refund sends all of a top-up back, once, and was asked for here.
fn check_refunds(top_up: &TopUp, refunds: &[Refund], story: &Story) -> Result<(), Finding> {
    let row = |refund: &Refund| format!("refund {} of top-up {}", refund.id, top_up.id);
    for refund in refunds {
        let is_asked = story.asked.contains(&(refund.created_by, refund.at));
        let is_whole = refund.tokens == top_up.credited && refund.money == top_up.agreed.due;
        if !is_asked || !is_whole || refund.created_by != top_up.user.uuid() {
            return finding(row(refund), "nobody asked for it, or for something else");
        }
        if (refund.state == RefundState::Asked) != refund.closed_at.is_none() {
            return finding(row(refund), "it has ended and goes on");
        }
        let is_back = story.refunded >= i128::from(top_up.credited.units());
        if refund.state != RefundState::Failed && !is_back {
            return finding(row(refund), "its tokens were given again");
        }
    }
    let is_own = |(by, _): &&(Uuid, Timestamp)| *by == top_up.user.uuid();
    if story.asked.iter().filter(is_own).count() != refunds.len() {
        let ids: Vec<String> = refunds.iter().map(|refund| refund.id.to_string()).collect();
        return finding(
            format!("top-up {}", top_up.id),
            format!("other refunds of it were asked for than {}", ids.join(", ")),
        );
    }
    Ok(())
}
