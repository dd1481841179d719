//! The library: files that were bought.

use domain::id::{LicenceId, OrderId};

use super::licence::MeterRow;
use super::prelude::*;

/// The library.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/library.html", whitespace = "minimize")]
pub struct LibraryView {
    /// The frame.
    pub page: Page,
    /// Software, newest first.
    pub licences: Vec<LicenceRow>,
    /// Files, newest first.
    pub files: Vec<FileRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

/// A file that was bought.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// Which listing it belongs to.
    pub listing: ListingId,
    /// The listing's title.
    pub title: String,
    /// Its picture.
    pub picture: Picture,
    /// The file's name.
    pub file: String,
    /// Its size, for people.
    pub size: String,
    /// When it was bought.
    pub at: Timestamp,
    /// With which order.
    pub order: OrderId,
    /// The seller's handle.
    pub seller: String,
}

/// Software that was bought or rented.
#[derive(Clone, Debug)]
pub struct LicenceRow {
    /// Which licence.
    pub id: LicenceId,
    /// What its listing is called.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// How it stands, as a sentence.
    pub stands: String,
    /// What is left.
    pub meters: Vec<MeterRow>,
}
