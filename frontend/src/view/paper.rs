//! Numbered papers: one, and lists of them.

use domain::id::PaperId;

use super::prelude::*;
use crate::paper::Sheet;

/// A paper, as a page that prints well.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/paper.html", whitespace = "minimize")]
pub struct PaperView {
    /// The frame.
    pub page: Page,
    /// Which.
    pub id: PaperId,
    /// What it says.
    pub sheet: Sheet,
    /// The order it is about.
    pub back: Crumb,
}

/// A paper in a list.
#[derive(Clone, Debug)]
pub struct PaperRow {
    /// Which.
    pub id: PaperId,
    /// What it is, with its number.
    pub title: String,
    /// How much it says.
    pub amount: String,
    /// When it was written.
    pub at: Timestamp,
}
