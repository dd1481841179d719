//! How the market works, for people and for programs.

use super::prelude::*;

/// How it works.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/help.html", whitespace = "minimize")]
pub struct HelpView {
    /// The frame.
    pub page: Page,
    /// What one token is worth, as text.
    pub token_worth: String,
    /// What a new account is given.
    pub welcome: Tokens,
    /// The default fee rule, as a sentence.
    pub fee: String,
    /// After how many days held tokens are released.
    pub hold_days: u32,
    /// After how many days an unclaimed gift comes back.
    pub gift_days: u32,
}

/// How programs use the market.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/api.html", whitespace = "minimize")]
pub struct ApiView {
    /// The frame.
    pub page: Page,
    /// The endpoint's full address.
    pub endpoint: String,
}
