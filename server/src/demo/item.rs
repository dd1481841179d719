//! What a listing of the demo is told in.

use domain::listing::{Condition, ListingKind, ListingState};

use super::artifacts::Artifact;
use super::scene::Scene;
use super::{shelf_craft, shelf_files, shelf_home, shelf_leisure, shelf_services};

/// Draws something.
pub(super) type Drawing = fn(&mut Scene);

/// The pictures of a listing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pictures {
    /// What is drawn.
    pub(super) drawing: Drawing,
    /// In which colours.
    pub(super) mood: usize,
    /// How many pictures there are.
    pub(super) shots: u8,
}

/// One listing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) seller: &'static str,
    /// Slugs from the root on, with strokes between them.
    pub(super) category: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    /// With commas between them.
    pub(super) tags: &'static str,
    pub(super) price_tokens: u32,
    pub(super) kind: ListingKind,
    pub(super) quantity: Option<u32>,
    pub(super) condition: Option<Condition>,
    /// What is downloaded, and what the download is called.
    pub(super) file: Option<(Artifact, &'static str)>,
    pub(super) pictures: Option<Pictures>,
    /// Where it stands in the end.
    pub(super) state: ListingState,
    /// Whether somebody buys the last piece.
    pub(super) sells_out: bool,
}

impl Item {
    const fn bare(kind: ListingKind) -> Self {
        Self {
            seller: "",
            category: "",
            title: "",
            text: "",
            tags: "",
            price_tokens: 1,
            kind,
            quantity: None,
            condition: None,
            file: None,
            pictures: None,
            state: ListingState::Published,
            sells_out: false,
        }
    }

    /// A thing that is handed over.
    pub(super) const fn goods(quantity: u32, condition: Condition) -> Self {
        Self { quantity: Some(quantity), condition: Some(condition), ..Self::bare(ListingKind::Goods) }
    }

    /// Something done for the buyer, so many times if there is an end.
    pub(super) const fn service(quantity: Option<u32>) -> Self {
        Self { quantity, ..Self::bare(ListingKind::Service) }
    }

    /// A download.
    pub(super) const fn file(artifact: Artifact, name: &'static str) -> Self {
        Self { file: Some((artifact, name)), ..Self::bare(ListingKind::File) }
    }

    /// A program.
    pub(super) const fn software() -> Self {
        Self::bare(ListingKind::Software)
    }

    /// Who sells it, where, for how many tokens.
    pub(super) const fn of(self, seller: &'static str, category: &'static str, price_tokens: u32) -> Self {
        Self { seller, category, price_tokens, ..self }
    }

    /// The title.
    pub(super) const fn called(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// The tags.
    pub(super) const fn tagged(self, tags: &'static str) -> Self {
        Self { tags, ..self }
    }

    /// The pictures.
    pub(super) const fn drawn(self, drawing: Drawing, mood: usize, shots: u8) -> Self {
        Self { pictures: Some(Pictures { drawing, mood, shots }), ..self }
    }

    /// The description.
    pub(super) const fn told(self, text: &'static str) -> Self {
        Self { text, ..self }
    }

    /// It is not published.
    pub(super) const fn draft(self) -> Self {
        Self { state: ListingState::Draft, ..self }
    }

    /// It is published and then withdrawn.
    pub(super) const fn withdrawn(self) -> Self {
        Self { state: ListingState::Withdrawn, ..self }
    }

    /// Somebody buys the last piece.
    pub(super) const fn sold_out(self) -> Self {
        Self { sells_out: true, ..self }
    }
}

/// All listings, in the order of their shelves.
pub(super) fn all() -> impl Iterator<Item = &'static Item> {
    let shelves = [
        shelf_home::SHELF,
        shelf_craft::SHELF,
        shelf_leisure::SHELF,
        shelf_services::SHELF,
        shelf_files::SHELF,
    ];
    shelves.into_iter().flatten()
}
