//! What a batch did.

use std::collections::HashSet;

use super::{Change, Remembered};
use crate::command::KeyId;
use crate::event::Notice;
use crate::id::ListingId;
use crate::ledger::transfer::Transaction;
use crate::time::Timestamp;

/// What a batch did, to be written in one commit.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Transactions in the order in which they are sealed.
    pub transactions: Vec<Transaction>,
    /// Changes in the order in which they were decided.
    pub changes: Vec<Change>,
    /// Keys that were used for the first time.
    pub keys: Vec<(KeyId, Remembered, Timestamp)>,
    /// Listings whose stock or sales changed, each once.
    pub listings: HashSet<ListingId>,
    /// What those outside may want to hear of, if anybody listens.
    pub notices: Vec<Notice>,
}

impl Written {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty() && self.changes.is_empty() && self.keys.is_empty()
    }
}
