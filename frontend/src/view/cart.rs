//! The cart, which is also the checkout, and what stands after it.

use domain::id::{CartLineId, OrderId};

use super::prelude::*;
use super::topup::CardForm;

/// Cart and checkout on one page.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/cart.html", whitespace = "minimize")]
pub struct CartView {
    /// The frame.
    pub page: Page,
    /// What lies in the cart.
    pub lines: Vec<CartLine>,
    /// Balance now, total, balance after.
    pub sums: Sums,
    /// Whether everything in it can be bought as it stands.
    pub payable: bool,
    /// How many sellers get an order.
    pub sellers: u32,
    /// What can be topped up there and then by somebody who is short.
    pub card_form: Option<CardForm>,
    /// Sent back, so that a second press pays nothing twice.
    pub idempotency_key: String,
}

/// A line of the cart.
#[derive(Clone, Debug)]
pub struct CartLine {
    /// Which line.
    pub id: CartLineId,
    /// Which listing.
    pub listing: ListingId,
    /// Its title.
    pub title: String,
    /// Its picture.
    pub picture: Picture,
    /// The seller's handle.
    pub seller: String,
    /// What one costs now.
    pub price: Price,
    /// How many.
    pub quantity: u32,
    /// How many can be had.
    pub most: u32,
    /// What all of them cost.
    pub subtotal: Price,
    /// What changed since it was put there, such as the price.
    pub notice: Option<String>,
}

/// Balance now, total, balance after: shown before any payment.
#[derive(Template, Clone, Debug, Default)]
#[template(path = "parts/sums.html", whitespace = "minimize")]
pub struct Sums {
    /// What can be spent; nothing for a visitor.
    pub balance: Option<Price>,
    /// What is to be paid.
    pub total: Price,
    /// What is left after that; nothing when it does not suffice.
    pub after: Option<Price>,
    /// How much is lacking.
    pub shortfall: Option<Price>,
}

impl Sums {
    /// How many tokens lack; none where they suffice.
    pub(super) fn shortfall_tokens(&self) -> Tokens {
        self.shortfall.as_ref().map(|short| short.tokens).unwrap_or_default()
    }
}

impl askama::filters::HtmlSafe for Sums {}

/// What was just bought.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/receipt.html", whitespace = "minimize")]
pub struct ReceiptView {
    /// The frame.
    pub page: Page,
    /// When it was paid.
    pub at: Timestamp,
    /// One order for each seller.
    pub orders: Vec<ReceiptOrder>,
    /// What all of it cost.
    pub total: Price,
    /// What is left.
    pub balance: Price,
}

/// One seller's part of a purchase.
#[derive(Clone, Debug)]
pub struct ReceiptOrder {
    /// Which order.
    pub id: OrderId,
    /// The seller's handle.
    pub seller: String,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// What it cost.
    pub total: Price,
    /// What the seller does now and what the buyer does then.
    pub next: String,
    /// When the seller is paid at the latest; nothing when that has happened.
    pub releases_at: Option<Timestamp>,
}

/// A line of an order, as it was when bought.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// Which listing.
    pub listing: ListingId,
    /// Its title then.
    pub title: String,
    /// How many.
    pub quantity: u32,
    /// What one cost.
    pub price: Price,
    /// What all of them cost.
    pub subtotal: Price,
    /// Whether there is a file to download.
    pub download: bool,
}
