//! The hash chain over transactions: whoever changes a recorded column, or
//! takes a transaction out, breaks every seal that follows.
//!
//! A seal is BLAKE3 over the previous seal and all recorded columns, each
//! written with a fixed width or behind its length, so that no two different
//! records have the same bytes.

use std::fmt;

use blake3::Hasher;

use crate::ledger::transfer::{Transaction, Transfer};

/// The seal of one transaction and all before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seal([u8; 32]);

impl Seal {
    /// The seal before the first transaction.
    pub const GENESIS: Self = Self([0; 32]);

    /// The seal with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for tables.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The seal of `transaction`, which is number `sequence`, after this one.
    #[must_use]
    pub fn next(&self, sequence: i64, transaction: &Transaction) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(b"farthing transaction 1");
        hasher.update(&self.0);
        hasher.update(&sequence.to_le_bytes());
        hasher.update(&transaction.kind.number().to_le_bytes());
        hasher.update(transaction.reference.as_bytes());
        hasher.update(transaction.actor.as_bytes());
        hasher.update(&transaction.at.millis().to_le_bytes());
        update_counted(&mut hasher, transaction.detail.as_bytes());
        update_count(&mut hasher, transaction.transfers.len());
        for transfer in &transaction.transfers {
            update_transfer(&mut hasher, transfer);
        }
        Self(hasher.finalize().into())
    }
}

fn update_transfer(hasher: &mut Hasher, transfer: &Transfer) {
    for account in [transfer.debit, transfer.credit] {
        hasher.update(account.owner.as_bytes());
        hasher.update(&account.kind.number().to_le_bytes());
    }
    hasher.update(&transfer.amount.units().to_le_bytes());
    hasher.update(&transfer.code.number().to_le_bytes());
}

fn update_counted(hasher: &mut Hasher, bytes: &[u8]) {
    update_count(hasher, bytes.len());
    hasher.update(bytes);
}

fn update_count(hasher: &mut Hasher, count: usize) {
    hasher.update(&u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes());
}

impl fmt::Display for Seal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Seal({self})")
    }
}

#[cfg(test)]
mod tests;
