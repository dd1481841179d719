//! Licences that were sold, for their publisher: whose they are, how the
//! software sells and is used, and giving a part back.

use domain::id::OrderId;

use super::licence::MeterRow;
use super::prelude::*;
use crate::chart::Chart;

/// A publisher's three pages for one piece of software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Offers and releases.
    Wares,
    /// Licences that were sold.
    Licences,
    /// How it sells and is used.
    Figures,
}

/// The licences of one piece of software.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/sold.html", whitespace = "minimize")]
pub struct SoldView {
    /// The frame.
    pub page: Page,
    /// Its listing.
    pub id: ListingId,
    /// What the listing is called.
    pub title: String,
    /// Licences, newest first.
    pub licences: Vec<SoldRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl SoldView {
    const DESK: Desk = Desk::Licences;
}

/// A licence that was sold.
#[derive(Clone, Debug)]
pub struct SoldRow {
    /// Its owner's handle.
    pub buyer: String,
    /// Since when there is one.
    pub since: Timestamp,
    /// How it stands, as a sentence.
    pub stands: String,
    /// Whether it may be used now.
    pub holds: bool,
    /// What is left.
    pub meters: Vec<MeterRow>,
    /// On how many devices it is active, in words.
    pub devices: String,
    /// What orders gave, newest first; those that are shown.
    pub grants: Vec<SoldGrantRow>,
    /// How many more there are.
    pub more: usize,
}

/// What one order gave.
#[derive(Clone, Debug)]
pub struct SoldGrantRow {
    /// Which order.
    pub order: OrderId,
    /// What it gave.
    pub sentence: String,
    /// When.
    pub at: Timestamp,
    /// What was paid.
    pub paid: Price,
    /// What went back, if it was taken back.
    pub refunded: Option<Price>,
}

/// How one piece of software sells and is used.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/figures.html", whitespace = "minimize")]
pub struct FiguresView {
    /// The frame.
    pub page: Page,
    /// Its listing.
    pub id: ListingId,
    /// What the listing is called.
    pub title: String,
    /// The spans of time to choose from: days, and whether that is shown.
    pub spans: Vec<(u32, bool)>,
    /// What was sold and earned.
    pub sales: Vec<Chart>,
    /// How much was used, a chart for each meter.
    pub uses: Vec<Chart>,
    /// The names of the meters.
    pub meters: Vec<String>,
    /// The same as a table, newest first; empty if nothing happened.
    pub rows: Vec<FigureRow>,
}

impl FiguresView {
    const DESK: Desk = Desk::Figures;
}

/// A day, or a week, in the table.
#[derive(Clone, Debug)]
pub struct FigureRow {
    /// Which.
    pub name: String,
    /// How many were sold.
    pub sold: u64,
    /// What was earned of them.
    pub earned: Tokens,
    /// How much was used of each meter.
    pub used: Vec<u64>,
}

/// The confirmation before one order's grant is taken back.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/refund_grant.html", whitespace = "minimize")]
pub struct RefundGrantView {
    /// The frame.
    pub page: Page,
    /// Which order.
    pub order: OrderId,
    /// What the listing is called.
    pub title: String,
    /// Its listing.
    pub listing: ListingId,
    /// Who bought; their handle.
    pub buyer: String,
    /// What was bought.
    pub sentence: String,
    /// When.
    pub at: Timestamp,
    /// What was paid.
    pub paid: Price,
    /// What goes back.
    pub refunded: Price,
    /// What its publisher pays of that.
    pub by_seller: Price,
    /// What the vendor pays of it, out of the cut.
    pub by_vendor: Price,
    /// What becomes of the licence, as sentences.
    pub after: Vec<String>,
    /// Whether the one who looks sold it.
    pub is_seller: bool,
    /// The way back.
    pub back: String,
}
