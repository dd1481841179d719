//! What sellers ask to list and to change.

use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::refusal::Refusal;
use store::listings::{NewListing, Revision};

use super::{Condition, ListingKind};
use crate::id::{read, read_category};
use crate::scalars::Tokens;
use crate::upload::Upload;

/// Something to list.
#[derive(InputObject)]
pub(crate) struct ListItemInput {
    /// What it is called; one line of 1 to 140 characters.
    title: String,
    /// What it is; up to 10,000 characters.
    description: Option<String>,
    /// The global id of the category it hangs in.
    category_id: ID,
    /// What sort of thing; stays what it is.
    kind: ListingKind,
    /// The price of one unit in tokens, in whole price steps. Needed for all
    /// but software, whose price is that of its cheapest offer.
    price: Option<Tokens>,
    /// How many there are. Goods need a number; services may have one; files
    /// have none.
    quantity: Option<i32>,
    /// How worn; goods only.
    condition: Option<Condition>,
    /// Words to find it by; at most 12.
    tags: Option<Vec<String>>,
    /// The global ids of your pictures in their order; at most 10.
    image_ids: Option<Vec<ID>>,
    /// Whether everybody shall see it at once; a draft otherwise. A file
    /// listing is published after its file was attached.
    publish: Option<bool>,
}

/// A number of pieces as it came: `Int` may be negative.
pub(crate) fn pieces(quantity: i32) -> Result<u32, Refusal> {
    u32::try_from(quantity).map_err(|_| Refusal::invalid("quantity", "a quantity is not negative"))
}

impl ListItemInput {
    /// The same for the verb.
    ///
    /// # Errors
    /// `InvalidInput` or `NotFound`; precedence: category, price, quantity,
    /// pictures.
    pub(super) fn read(self) -> Result<NewListing, Refusal> {
        Ok(NewListing {
            category: read_category(&self.category_id)?,
            kind: self.kind.into(),
            price: match (&self.price, self.kind) {
                (Some(price), _) => price.read("price")?,
                // Passed over: its offers decide.
                (None, ListingKind::Software) => domain::tokens::Tokens::ZERO,
                (None, _) => return Err(Refusal::invalid("price", "a price is needed")),
            },
            quantity: self.quantity.map(pieces).transpose()?,
            condition: self.condition.map(Into::into),
            images: self.image_ids.unwrap_or_default().iter().map(read).collect::<Result<_, _>>()?,
            title: self.title,
            description: self.description.unwrap_or_default(),
            tags: self.tags.unwrap_or_default(),
            publish: self.publish.unwrap_or_default(),
        })
    }
}

/// What to change of a listing; what is left out stays as it is. Orders made
/// before keep what they were made for.
#[derive(InputObject)]
pub(crate) struct ReviseListingInput {
    /// The global id of your listing.
    pub(super) listing_id: ID,
    /// What it is called; one line of 1 to 140 characters.
    title: Option<String>,
    /// What it is; up to 10,000 characters.
    description: Option<String>,
    /// The global id of the category it hangs in.
    category_id: Option<ID>,
    /// The price of one unit in tokens, in whole price steps.
    price: Option<Tokens>,
    /// How many are left; null for no end of them.
    quantity: MaybeUndefined<i32>,
    /// How worn, goods only; null to say nothing of it.
    condition: MaybeUndefined<Condition>,
    /// Words to find it by; at most 12. All of them anew.
    tags: Option<Vec<String>>,
    /// The global ids of your pictures in their order; at most 10. All of
    /// them anew.
    image_ids: Option<Vec<ID>>,
    /// Whether everybody shall see it from now on.
    publish: Option<bool>,
}

fn named<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

impl ReviseListingInput {
    /// The same for the verb.
    ///
    /// # Errors
    /// `InvalidInput` or `NotFound`; precedence: category, price, quantity,
    /// pictures.
    pub(super) fn read(self) -> Result<Revision, Refusal> {
        let images = self.image_ids.map(|ids| ids.iter().map(read).collect::<Result<_, _>>());
        Ok(Revision {
            category: self.category_id.as_ref().map(read_category).transpose()?,
            price: self.price.map(|price| price.read("price")).transpose()?,
            quantity: named(self.quantity).map(|quantity| quantity.map(pieces).transpose()).transpose()?,
            condition: named(self.condition).map(|condition| condition.map(Into::into)),
            images: images.transpose()?,
            title: self.title,
            description: self.description,
            tags: self.tags,
            publish: self.publish.unwrap_or_default(),
        })
    }
}

/// A listing to publish.
#[derive(InputObject)]
pub(crate) struct PublishListingInput {
    /// The global id of your listing.
    pub(super) listing_id: ID,
}

/// A listing to withdraw.
#[derive(InputObject)]
pub(crate) struct WithdrawListingInput {
    /// The global id of your listing.
    pub(super) listing_id: ID,
}

/// The file that a listing sells.
#[derive(InputObject)]
pub(crate) struct AttachFileInput {
    /// The global id of your listing, which must be of kind `FILE`.
    pub(super) listing_id: ID,
    /// The file; how large it may be is the vendor's setting.
    pub(super) file: Upload,
}
