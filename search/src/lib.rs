//! The search index of Farthing: finds listings by text, filters and order,
//! counts facets, completes what is being typed.
//!
//! It holds no truth. It follows the database's feed of changes from a cursor
//! of its own ([`Search::cursor`]), can be deleted at any time and is filled
//! anew. It gives back ids, never texts: those come from the database, and
//! [`Highlighter`] marks what matched in them. Nothing here reads a clock;
//! [`Query::now`] says what time it is.
//!
//! All calls are synchronous and may take milliseconds (writing: tens of
//! them): an async caller runs them on a blocking thread.
//!
//! The engine in `local` is tantivy, inside the process. A second one, outside,
//! comes as another module beside it and makes [`Search`] an enum of the two;
//! [`document`], [`query`] and [`page`] are what both share.

#![deny(missing_docs)]

pub mod document;
mod fault;
mod local;
pub mod page;
mod parse;
pub mod query;
mod text;

pub use document::{Advance, Change, Document};
pub use fault::Fault;
pub use local::{Applied, Highlighter, Options, Rebuild, Run, Search};
pub use page::{CategoryCount, Facets, Hit, Matching, Page, PriceBucket, Prices, ValueCount};
pub use query::{BadQuery, Checked, Filter, Query, Sort, Window};
