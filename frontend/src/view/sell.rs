//! Listing something: one form in sections, and the seller's own listings.

use domain::id::ImageId;

use super::prelude::*;

/// The most pictures a listing has.
pub const PICTURES_MAX: usize = 10;

/// The form for a new or existing listing.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/sell.html", whitespace = "minimize")]
pub struct SellView {
    /// The frame.
    pub page: Page,
    /// The listing that is changed; nothing for a new one.
    pub listing: Option<ListingId>,
    /// Whether it is on sale now.
    pub on_sale: bool,
    /// The quantity when the form was opened: only a change of it is a
    /// restocking, since purchases go on meanwhile.
    pub quantity_was: String,
    /// What was typed.
    pub form: SellForm,
    /// Kinds of listing.
    pub kinds: Vec<Choice>,
    /// Categories, the path as label.
    pub categories: Vec<Choice>,
    /// Conditions.
    pub conditions: Vec<Choice>,
    /// Pictures so far, in order.
    pub pictures: Vec<Uploaded>,
    /// The file for sale so far.
    pub artifact: Option<Artifact>,
    /// What the seller would receive; nothing while the price is not one.
    pub fee: Option<FeePreview>,
}

/// What the seller types.
#[derive(Clone, Debug)]
pub struct SellForm {
    /// Goods, service or file.
    pub kind: Field,
    /// A short name.
    pub title: Field,
    /// Everything a buyer should know.
    pub description: Field,
    /// Where it is found.
    pub category_id: Field,
    /// What one costs.
    pub price: Field,
    /// How many there are.
    pub quantity: Field,
    /// In what condition.
    pub condition: Field,
    /// Words to find it by, set apart by commas.
    pub tags: Field,
    /// What is wrong with the pictures.
    pub pictures: Field,
    /// What is wrong with the file.
    pub artifact: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(SellForm: kind, title, description, category_id, price, quantity, condition, tags, pictures, artifact);

impl Default for SellForm {
    fn default() -> Self {
        Self {
            kind: Field::new("kind"),
            title: Field::new("title"),
            description: Field::new("description"),
            category_id: Field::new("category_id"),
            price: Field::new("price"),
            quantity: Field::new("quantity").with("1"),
            condition: Field::new("condition"),
            tags: Field::new("tags"),
            pictures: Field::new("pictures"),
            artifact: Field::named("file", "artifact"),
            refusal: None,
        }
    }
}

/// A picture of a listing that is being written.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// Which picture.
    pub id: ImageId,
    /// How it looks.
    pub picture: Picture,
}

/// The file of a listing that is being written.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its name.
    pub name: String,
    /// Its size, for people.
    pub size: String,
}

/// What the seller would receive for one.
#[derive(Clone, Debug)]
pub struct FeePreview {
    /// What the buyer pays.
    pub price: Price,
    /// What the vendor takes.
    pub fee: Price,
    /// The rule that says so, as a sentence.
    pub rule: String,
    /// What the seller receives.
    pub receive: Price,
}

/// The seller's own listings.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/my_listings.html", whitespace = "minimize")]
pub struct MyListingsView {
    /// The frame.
    pub page: Page,
    /// The shelves: address, name, how many; the first has all.
    pub tabs: Vec<Choice>,
    /// The listings, newest first.
    pub rows: Vec<OwnListing>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl MyListingsView {
    /// Whether only a part of the listings was asked for.
    fn is_filtered(&self) -> bool {
        self.tabs.iter().skip(1).any(|tab| tab.chosen)
    }
}

/// A listing in its seller's eyes.
#[derive(Clone, Debug)]
pub struct OwnListing {
    /// Which listing.
    pub id: ListingId,
    /// Its title.
    pub title: String,
    /// Its picture.
    pub picture: Picture,
    /// What one costs.
    pub price: Price,
    /// Its state, in words.
    pub state: String,
    /// How many are left and were sold, in words.
    pub stock: String,
    /// Whether it has offers and releases.
    pub is_software: bool,
    /// What can be done with it now.
    pub step: NextStep,
}

/// What the seller can do with a listing besides changing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Put it on sale.
    Publish,
    /// Take it off sale.
    Withdraw,
}
