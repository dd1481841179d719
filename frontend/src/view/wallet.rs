//! The wallet: the balance and how it came about.

use super::prelude::*;

/// The wallet.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/wallet.html", whitespace = "minimize")]
pub struct WalletView {
    /// The frame.
    pub page: Page,
    /// What can be spent now.
    pub balance: Price,
    /// Whether earnings can be turned into money.
    pub has_redemption: bool,
    /// Of what the balance is made.
    pub pockets: Vec<Pocket>,
    /// Movements, newest first.
    pub entries: Vec<Entry>,
    /// The pages beside this one.
    pub pager: Pager,
}

/// One account of a user.
#[derive(Clone, Debug)]
pub struct Pocket {
    /// What it is called.
    pub label: String,
    /// How much it holds.
    pub tokens: Tokens,
    /// What it may be used for.
    pub meaning: String,
}

/// One movement of the statement.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What it was, in words.
    pub what: String,
    /// With whom, with a link where there is a page.
    pub with: Option<Crumb>,
    /// The order or gift that it belongs to.
    pub reference: Option<Crumb>,
    /// How much, and which way.
    pub change: Change,
    /// The balance after it.
    pub balance: Tokens,
}
