//! What the tests share: databases made for one test, and people who do
//! things in a market.
//!
//! Nothing here tests anything; a part that cannot be set up ends the test
//! with a sentence that says what is missing. Nothing is ever skipped.

pub mod api;
pub mod browser;
pub mod buyer;
pub mod chance;
pub mod databases;
pub mod form;
pub mod letter;
pub mod live;
pub mod mailbox;
pub mod page;
pub mod people;
pub mod pictures;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod publisher;
pub mod spool;
pub mod stripe;
pub mod visitor;
