//! Rows ↔ domain: the small turns that many tables share.

use domain::ledger::posting::Split;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::Columns;

impl Columns<'_> {
    /// An amount.
    pub(crate) fn tokens(&mut self) -> Result<Tokens, Fault> {
        self.take_as("read an amount", Tokens::from_units)
    }

    /// An amount, if there is one.
    pub(crate) fn tokens_optional(&mut self) -> Result<Option<Tokens>, Fault> {
        self.take_optional("read an amount", Tokens::from_units)
    }

    /// A point in time.
    pub(crate) fn time(&mut self) -> Result<Timestamp, Fault> {
        self.take().map(Timestamp::from_millis)
    }

    /// A point in time, if there is one.
    pub(crate) fn time_optional(&mut self) -> Result<Option<Timestamp>, Fault> {
        self.take_optional("read a time", |millis| Some(Timestamp::from_millis(millis)))
    }

    /// An identity.
    pub(crate) fn id<T>(&mut self, new: impl FnOnce(Uuid) -> T) -> Result<T, Fault> {
        self.take().map(new)
    }

    /// An identity, if there is one.
    pub(crate) fn id_optional<T>(&mut self, new: impl FnOnce(Uuid) -> T) -> Result<Option<T>, Fault> {
        Ok(self.take::<Option<Uuid>>()?.map(new))
    }

    /// A count.
    pub(crate) fn count(&mut self) -> Result<u32, Fault> {
        self.take_as("read a count", |count: i64| u32::try_from(count).ok())
    }

    /// A count, if there is one.
    pub(crate) fn count_optional(&mut self) -> Result<Option<u32>, Fault> {
        self.take_optional("read a count", |count: i64| u32::try_from(count).ok())
    }

    /// A hash of 32 bytes.
    pub(crate) fn hash(&mut self) -> Result<[u8; 32], Fault> {
        self.take_as("read a hash", |bytes: Vec<u8>| bytes.try_into().ok())
    }

    /// A hash of 32 bytes, if there is one.
    pub(crate) fn hash_optional(&mut self) -> Result<Option<[u8; 32]>, Fault> {
        self.take_optional("read a hash", |bytes: Vec<u8>| bytes.try_into().ok())
    }

    /// An amount by its buckets: promo, spendable, earned.
    pub(crate) fn split(&mut self) -> Result<Split, Fault> {
        Ok(Split { promo: self.tokens()?, spendable: self.tokens()?, earned: self.tokens()? })
    }
}
