//! The web site of Farthing: one typed view and one template a page.
//!
//! Views are plain data; templates show them; handlers fill them. No rule of
//! the market lives here, and every page works without script.

pub mod art;
mod ask;
pub mod assets;
pub mod chart;
pub mod cookies;
mod csv;
pub mod form;
pub mod lent;
pub mod letter;
pub mod page;
mod pages;
pub mod paper;
pub mod parts;
mod posted;
pub mod routes;
#[cfg(test)]
mod samples;
mod show;
mod site;
mod trouble;
pub mod view;
pub mod worth;

pub use pages::router;
pub use site::{Cards, Site, Visit};
pub use trouble::{Shut, error_page, no_payment_page, refusal_page};
