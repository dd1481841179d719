//! The double-entry ledger: accounts, transfers, transactions, their chain
//! and their audit.
//!
//! A *transaction* says what happened and holds *transfers*; a transfer moves
//! an amount from one account to one other. Nothing recorded ever changes.

pub mod account;
pub mod audit;
pub mod chain;
pub mod posting;
pub mod transfer;
