//! One listing, and the confirmation before buying it in one step.

use super::cart::Sums;
use super::prelude::*;
use super::topup::CardForm;
use super::wares::{Newest, Way};

/// One listing.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/listing.html", whitespace = "minimize")]
pub struct ListingView {
    /// The frame.
    pub page: Page,
    /// Which listing.
    pub id: ListingId,
    /// The way here through the categories.
    pub crumbs: Vec<Crumb>,
    /// Its title.
    pub title: String,
    /// Its kind, in a word.
    pub kind: String,
    /// In what condition it is, where that means something.
    pub condition: Option<String>,
    /// Its description, paragraph by paragraph.
    pub description: Vec<String>,
    /// Its pictures; a drawing when there are none.
    pub pictures: Vec<Picture>,
    /// What one costs.
    pub price: Price,
    /// Whether and how it can be had.
    pub availability: Availability,
    /// What is offered to whoever lacks tokens for it; nothing to others.
    pub till: Option<Till>,
    /// What happens after paying, in a sentence.
    pub after_paying: String,
    /// Who sells it.
    pub seller: SellerCard,
    /// Its tags, each with a search for it.
    pub tags: Vec<Crumb>,
    /// When it was put on sale.
    pub listed_at: Timestamp,
    /// How often it was sold.
    pub sold: u64,
    /// What is wrong with the quantity.
    pub quantity: Field,
    /// The ways to get a piece of software; none for other kinds.
    pub ways: Vec<Way>,
    /// Its newest release, if it is software that has one.
    pub newest: Option<Newest>,
    /// What else the seller offers.
    pub more: Vec<Card>,
}

/// Whether and how a listing can be had by the one who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// For sale, as often as one likes.
    Unlimited,
    /// For sale, this many.
    Left(u32),
    /// Nothing left.
    SoldOut,
    /// No longer offered.
    Withdrawn,
    /// Only the seller sees it yet.
    Draft,
    /// The one who looks sells it.
    Own,
    /// The one who looks has bought this file.
    Bought,
}

impl Availability {
    /// Whether offers of it can be taken.
    const fn is_open(&self) -> bool {
        matches!(self, Self::Unlimited)
    }

    /// Whether the page offers to buy.
    pub(crate) const fn for_sale(&self) -> bool {
        matches!(self, Self::Unlimited | Self::Left(_))
    }

    /// The most that can be asked for at once.
    const fn most(&self) -> u32 {
        match self {
            Self::Left(left) => *left,
            _ => 99,
        }
    }
}

/// Who sells something.
#[derive(Clone, Debug)]
pub struct SellerCard {
    /// The handle.
    pub handle: String,
    /// The name shown beside it, if the seller gave one.
    pub name: Option<String>,
    /// Where the drawn portrait is.
    pub portrait: String,
    /// Since when the account has been open.
    pub since: Timestamp,
    /// How much is on sale and was sold, in words.
    pub tally: String,
}

/// The confirmation before buying in one step.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/buy.html", whitespace = "minimize")]
pub struct BuyView {
    /// The frame.
    pub page: Page,
    /// Which listing.
    pub id: ListingId,
    /// Its title.
    pub title: String,
    /// Its picture.
    pub picture: Picture,
    /// The seller's handle.
    pub seller: String,
    /// What one costs.
    pub price: Price,
    /// How many are bought.
    pub quantity: u32,
    /// Balance now, total, balance after.
    pub sums: Sums,
    /// What happens after paying, in a sentence.
    pub after_paying: String,
    /// Sent back, so that a second press buys nothing twice.
    pub idempotency_key: String,
    /// What changed since the page before, such as the price.
    pub notice: Option<String>,
    /// What can be topped up there and then by somebody who is short.
    pub card_form: Option<CardForm>,
}

/// What is offered to somebody who lacks tokens for a listing.
#[derive(Clone, Debug)]
pub struct Till {
    /// How many tokens lack.
    pub missing: Tokens,
    /// The ways to get them by card.
    pub form: CardForm,
}
