//! Card payments at Stripe, against a double that keeps state as it does.

mod client;
mod hand;
mod hostile;
mod orders;
