//! The web site of Farthing: one typed view and one template a page.
//!
//! Views are plain data; templates show them; handlers fill them. No rule of
//! the market lives here, and every page works without script.

pub mod art;
pub mod assets;
pub mod form;
pub mod lent;
pub mod page;
pub mod parts;
pub mod routes;
#[cfg(test)]
mod samples;
pub mod view;
pub mod worth;
