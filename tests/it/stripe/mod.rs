//! Card payments at Stripe, against a double that keeps state as it does.

mod client;
mod daily;
mod hand;
mod hostile;
mod orders;
