//! What a user sells.

use super::listing::SellerCard;
use super::prelude::*;

/// A seller's storefront.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/storefront.html", whitespace = "minimize")]
pub struct StorefrontView {
    /// The frame.
    pub page: Page,
    /// Who sells.
    pub seller: SellerCard,
    /// A few words of theirs, paragraph by paragraph.
    pub about: Vec<String>,
    /// What is on sale.
    pub listings: Vec<Card>,
    /// The pages beside this one.
    pub pager: Pager,
}
