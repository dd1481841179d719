//! What the ledger says of vouchers, compared with their own tables.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Finding, finding, sum_of};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use crate::time::Timestamp;
use crate::tokens::Tokens;
use crate::voucher::{Voucher, VoucherBatch, VoucherState};

/// How batches began and vouchers ended, by the ledger.
#[derive(Debug, Default)]
pub(super) struct Vouchers {
    batches: HashMap<Uuid, Issued>,
    ends: HashMap<Uuid, End>,
}

#[derive(Debug)]
struct Issued {
    at: Timestamp,
    by: Uuid,
    detail: String,
}

#[derive(Debug)]
struct End {
    state: VoucherState,
    at: Timestamp,
    issued: Tokens,
}

impl Vouchers {
    /// Takes a transaction if it is about vouchers; tells whether it was.
    pub(super) fn tell(&mut self, transaction: &Transaction) -> Result<bool, &'static str> {
        let state = match transaction.kind {
            TransactionKind::VouchersIssued => {
                let (at, by) = (transaction.at, transaction.actor);
                let issued = Issued { at, by, detail: transaction.detail.clone() };
                let is_twice = self.batches.insert(transaction.reference, issued).is_some();
                return match is_twice || !transaction.transfers.is_empty() {
                    true => Err("it happens twice, or moves tokens"),
                    false => Ok(true),
                };
            }
            TransactionKind::VoucherRedeemed => VoucherState::Redeemed,
            TransactionKind::VoucherWithdrawn => VoucherState::Withdrawn,
            _ => return Ok(false),
        };
        let issued = issued_by(transaction).ok_or("it issues tokens to somebody else, or too many")?;
        let end = End { state, at: transaction.at, issued };
        match self.ends.insert(transaction.reference, end) {
            Some(_) => Err("it happens twice"),
            None => Ok(true),
        }
    }

    /// Compares a batch and its vouchers in the order of their numbers, each
    /// with when it ended.
    pub(super) fn batch(
        &mut self,
        batch: &VoucherBatch,
        vouchers: &[(Voucher, Option<Timestamp>)],
    ) -> Result<(), Finding> {
        let row = format!("voucher batch {}", batch.id);
        let Some(issued) = self.batches.remove(&batch.id.uuid()) else {
            return finding(row, "the ledger knows no issue of it");
        };
        for (voucher, closed_at) in vouchers {
            self.voucher(batch, voucher, *closed_at)?;
        }
        let all: Vec<Voucher> = vouchers.iter().map(|(voucher, _)| *voucher).collect();
        let is_all = u32::try_from(all.len()) == Ok(batch.count);
        let fits = issued.at == batch.at && issued.by == batch.issued_by.uuid();
        if !is_all || !fits || issued.detail != batch.detail(&all) {
            return finding(row, "it, or one of its vouchers, differs from what the ledger recorded");
        }
        Ok(())
    }

    fn voucher(
        &mut self,
        batch: &VoucherBatch,
        voucher: &Voucher,
        closed_at: Option<Timestamp>,
    ) -> Result<(), Finding> {
        let row = || format!("voucher {} of batch {}", voucher.id, batch.id);
        if (voucher.tokens, voucher.expires_at) != (batch.tokens, batch.expires_at) {
            return finding(row(), "it is worth something else than its batch, or ends at another time");
        }
        let end = self.ends.remove(&voucher.id.uuid());
        let recorded = end.as_ref().map_or((VoucherState::Open, None), |end| (end.state, Some(end.at)));
        if recorded != (voucher.state, closed_at) {
            return finding(row(), format!("by the ledger it is {:?}, or closed otherwise", recorded.0));
        }
        let worth = if voucher.state == VoucherState::Redeemed { voucher.tokens } else { Tokens::ZERO };
        if end.is_some_and(|end| end.issued != worth) {
            return finding(row(), "the ledger issued something else for it");
        }
        Ok(())
    }

    /// Names what the ledger knows and no table has.
    pub(super) fn finish(&self) -> Result<(), Finding> {
        match self.batches.keys().chain(self.ends.keys()).min() {
            Some(id) => {
                finding(format!("voucher or batch {id}"), "the ledger knows it, its own table does not")
            }
            None => Ok(()),
        }
    }
}

/// What a voucher brought whoever redeemed it; nothing if it brought anybody
/// else something, or came from another supply.
fn issued_by(transaction: &Transaction) -> Option<Tokens> {
    let to = |transfer: &Transfer| (transfer.credit.owner, transfer.credit.kind);
    let fits = transaction.transfers.iter().filter(|transfer| transfer.code == TransferCode::Issue).all(
        |transfer| {
            transfer.debit == AccountId::vendor(AccountKind::IssuedOffline)
                && to(transfer) == (transaction.actor, AccountKind::Spendable)
        },
    );
    fits.then(|| sum_of(&transaction.transfers, Some(TransferCode::Issue))).flatten()
}
