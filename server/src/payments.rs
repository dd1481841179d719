//! Payment providers: who takes money for the vendor.

pub mod stripe;
