//! The Book's two ends: loading the rows that a batch needs, and writing what
//! the batch changed. A set at a time: one statement a table.

pub(crate) mod disputes;
pub(crate) mod load;
pub(crate) mod lots;
pub(crate) mod top_ups;
pub(crate) mod write;
