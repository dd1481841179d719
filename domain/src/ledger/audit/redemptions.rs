//! What the ledger says of redemptions, compared with their own table: who
//! asked for how much to be paid where, who agreed, and how it ended.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{Finding, finding};
use crate::id::UserId;
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::transfer::{Transaction, TransactionKind as Kind, TransferCode};
use crate::redemption::{Redemption, RedemptionState};
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// How redemptions went, by the ledger.
#[derive(Debug, Default)]
pub(super) struct Redemptions(HashMap<Uuid, Told>);

#[derive(Debug)]
struct Told {
    at: Timestamp,
    user: Uuid,
    detail: String,
    tokens: Tokens,
    agreed: BTreeSet<UserId>,
    batch: Option<String>,
    paid: Option<String>,
    end: Option<(RedemptionState, Timestamp)>,
}

impl Redemptions {
    /// Takes a transaction if it is about redemptions; tells whether it was.
    pub(super) fn tell(&mut self, transaction: &Transaction) -> Result<bool, &'static str> {
        let Transaction { kind, reference, actor, at, detail, .. } = transaction;
        if *kind == Kind::RedemptionAsked {
            let earned = AccountId { owner: *actor, kind: AccountKind::Earned };
            let payouts = AccountId::vendor(AccountKind::Payouts);
            let tokens = moved(transaction, TransferCode::Redemption, earned, payouts);
            let told = Told {
                at: *at,
                user: *actor,
                detail: detail.clone(),
                tokens: tokens.ok_or("it takes something else than its user’s income")?,
                agreed: BTreeSet::new(),
                batch: None,
                paid: None,
                end: None,
            };
            return match self.0.insert(*reference, told) {
                Some(_) => Err("it happens twice"),
                None => Ok(true),
            };
        }
        if !matches!(
            kind,
            Kind::RedemptionAgreed | Kind::RedemptionSent | Kind::RedemptionPaid | Kind::RedemptionReturned
        ) {
            return Ok(false);
        }
        let told = self.0.get_mut(reference).ok_or("it goes on with what never began")?;
        told.go_on(transaction).map(|()| true)
    }

    /// Compares a redemption, and when it ended.
    pub(super) fn compare(
        &mut self,
        redemption: &Redemption,
        closed_at: Option<Timestamp>,
    ) -> Result<(), Finding> {
        let row = || format!("redemption {}", redemption.id);
        let Some(told) = self.0.remove(&redemption.id.uuid()) else {
            return finding(row(), "the ledger knows nothing of it");
        };
        let fits = told.user == redemption.user.uuid()
            && told.tokens == redemption.tokens
            && told.at == redemption.at
            && told.detail == redemption.detail();
        if !fits {
            return finding(row(), "its user, amounts or time differ from what the ledger recorded");
        }
        if told.agreed != redemption.approvals || told.agreed.contains(&redemption.user) {
            return finding(row(), "others agreed to it than the ledger recorded");
        }
        let has_enough = told.agreed.len() >= usize::from(redemption.needs);
        let state = match (&told.end, &told.batch) {
            (Some((state, _)), _) => *state,
            (None, Some(_)) => RedemptionState::Sent,
            (None, None) if has_enough => RedemptionState::Approved,
            (None, None) => RedemptionState::Asked,
        };
        let was_paid = told.batch.is_some() || told.paid.is_some();
        if was_paid && !has_enough {
            return finding(row(), "it went on although too few have agreed");
        }
        let batch = redemption.batch.map(|batch| format!("batch={batch}"));
        let paid = redemption.bank_reference.as_ref().map(|name| format!("bank={name}"));
        let ended = told.end.map(|(_, at)| at);
        if (state, ended, told.batch, told.paid) != (redemption.state, closed_at, batch, paid) {
            return finding(row(), format!("by the ledger it is {state:?}, or went another way there"));
        }
        Ok(())
    }

    /// Names what the ledger knows and the table has not.
    pub(super) fn finish(&self) -> Result<(), Finding> {
        match self.0.keys().min() {
            Some(id) => finding(format!("redemption {id}"), "the ledger knows it, its own table does not"),
            None => Ok(()),
        }
    }
}

impl Told {
    fn go_on(&mut self, transaction: &Transaction) -> Result<(), &'static str> {
        if self.end.is_some() {
            return Err("it goes on after its end");
        }
        let payouts = AccountId::vendor(AccountKind::Payouts);
        let (code, to, state) = match transaction.kind {
            Kind::RedemptionAgreed if self.agreed.insert(UserId::new(transaction.actor)) => {
                return nothing(transaction);
            }
            Kind::RedemptionSent if self.batch.is_none() => {
                self.batch = Some(transaction.detail.clone());
                return nothing(transaction);
            }
            Kind::RedemptionPaid => {
                self.paid = Some(transaction.detail.clone());
                let to = AccountId::vendor(AccountKind::RetiredRedeemed);
                (TransferCode::Redeemed, to, Some(RedemptionState::Paid))
            }
            Kind::RedemptionReturned => {
                let to = AccountId { owner: self.user, kind: AccountKind::Earned };
                (TransferCode::RedemptionReturn, to, RedemptionState::from_name(&transaction.detail))
            }
            _ => return Err("it happens twice"),
        };
        if moved(transaction, code, payouts, to) != Some(self.tokens) {
            return Err("it moves something else than was asked for");
        }
        let state = state.filter(|state| !state.is_open()).ok_or("its end has no name")?;
        self.end = Some((state, transaction.at));
        Ok(())
    }
}

fn nothing(transaction: &Transaction) -> Result<(), &'static str> {
    if transaction.transfers.is_empty() { Ok(()) } else { Err("it moves tokens") }
}

/// What a transaction moves from one account to another by its one transfer
/// of this code; what somebody pays off on the way is no part of it.
fn moved(transaction: &Transaction, code: TransferCode, from: AccountId, to: AccountId) -> Option<Tokens> {
    let mut own = transaction.transfers.iter().filter(|transfer| transfer.code != TransferCode::Recovery);
    let first =
        own.next().filter(|transfer| (transfer.code, transfer.debit, transfer.credit) == (code, from, to));
    if own.next().is_some() { None } else { first.map(|transfer| transfer.amount) }
}
