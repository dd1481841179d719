//! What goes into the index.

use domain::id::{ListingId, UserId};
use domain::time::Timestamp;
use domain::tokens::Tokens;

/// A listing as it is searched for. Only listings that anyone may see belong
/// here; the index does not know about drafts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which listing.
    pub id: ListingId,
    /// Its title.
    pub title: String,
    /// Its description, plain text.
    pub description: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The slugs of its categories, the root first. None holds a `/`.
    pub category: Vec<String>,
    /// "goods", "service", "file" or "software".
    pub kind: String,
    /// Its price.
    pub price: Tokens,
    /// Who sells it.
    pub seller: UserId,
    /// The seller's handle; the whole of it is findable, not its parts.
    pub seller_handle: String,
    /// When it was published.
    pub created_at: Timestamp,
    /// How often it was sold.
    pub sales: u32,
    /// The mean of its ratings in hundredths, 0 to 500; none if nobody rated.
    pub rating: Option<u16>,
    /// Whether it can be bought now.
    pub in_stock: bool,
}

/// One step of the feed of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The listing is new or has changed: this replaces what was there.
    Put(Box<Document>),
    /// The listing is no longer to be found. Harmless if it never was.
    Remove(ListingId),
}

/// A stretch of the feed of changes, by positions in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The cursor that the changes were read from.
    pub from: i64,
    /// The cursor after them.
    pub to: i64,
}
