//! The rules of Farthing, pure: no I/O, clock, randomness or async.
//!
//! Decisions are plain functions from facts to a [`book::Decision`] or a
//! [`refusal::Refusal`]. The same functions run in the writer, in the
//! simulator and in tests without a database.
#![deny(missing_docs, clippy::float_arithmetic, clippy::indexing_slicing)]

pub mod access;
pub mod book;
pub mod code;
#[cfg(test)]
mod codes;
pub mod command;
pub mod customer;
pub mod desk;
pub mod event;
pub mod fees;
pub mod gift;
pub mod id;
pub mod ledger;
pub mod licence;
pub mod listing;
pub mod mail;
pub mod market;
pub mod money;
pub mod order;
pub mod promo;
pub mod redemption;
pub mod refusal;
pub mod software;
pub mod tariff;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
pub mod tokens;
pub mod topup;
pub mod user;
pub mod voucher;
