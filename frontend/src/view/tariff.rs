//! What tokens cost, for the vendor's staff.

use super::prelude::*;
use super::vendor::Tab;

/// Price and bundles, with their history.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_tokens.html", whitespace = "minimize")]
pub struct TokensView {
    /// The frame.
    pub page: Page,
    /// What one token costs now.
    pub now: String,
    /// A new price.
    pub price: Field,
    /// From when it holds; empty for now.
    pub holds_from: Field,
    /// Prices that were set, newest first.
    pub history: Vec<PriceRow>,
    /// The bundles as they stand in the form; empty lines are left out.
    pub bundles: Vec<BundleRow>,
    /// The vendor's currency.
    pub currency: String,
}

impl TokensView {
    const TAB: Tab = Tab::Tokens;
}

/// A price of the history.
#[derive(Clone, Debug)]
pub struct PriceRow {
    /// The price.
    pub price: String,
    /// From when it holds.
    pub holds_from: Timestamp,
}

/// A bundle as it stands in the form.
#[derive(Clone, Debug, Default)]
pub struct BundleRow {
    /// Its place, from 1.
    pub number: usize,
    /// How many tokens.
    pub tokens: String,
    /// How many promo tokens come with them.
    pub bonus: String,
    /// What it costs.
    pub amount: String,
}
