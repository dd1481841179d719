//! What the server itself answers over HTTP, besides pages and files.

pub mod graphql;
