//! What SQL adds to the rules: both databases, their constraints, the writer,
//! paging, and races.

mod accounts;
mod carts;
mod changes;
mod customers;
mod desk;
mod gifts;
mod guards;
mod idempotency;
mod listings;
mod lively;
mod mail;
mod main_job;
mod orders;
mod paid;
mod papers;
mod postings;
mod privacy;
mod races;
mod redemptions;
mod releases;
mod reviews;
mod servers;
mod software;
mod statement;
mod tamper;
mod timers;
mod topups;
mod vendor;
mod vouchers;
mod writer;
