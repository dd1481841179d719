//! The front page: search first, then a look around.

use super::prelude::*;

/// The front page.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/home.html", whitespace = "minimize")]
pub struct HomeView {
    /// The frame.
    pub page: Page,
    /// How many listings are on sale.
    pub listings_total: u64,
    /// What a new account is given; nothing when the vendor gives nothing.
    pub welcome: Option<Tokens>,
    /// The top of the tree of categories.
    pub categories: Vec<CategoryTile>,
    /// What came last.
    pub newest: Vec<Card>,
    /// What sells best.
    pub popular: Vec<Card>,
}

/// A category on the front page.
#[derive(Clone, Debug)]
pub struct CategoryTile {
    /// Its name.
    pub label: String,
    /// How many listings it holds, with everything below it.
    pub count: u64,
    /// The search that shows them.
    pub href: String,
}
