//! Software that was bought or rented: one licence, the till for offers, and
//! the code by which a program signs in.

use domain::id::{LicenceId, OfferId};

use super::cart::Sums;
use super::prelude::*;
use super::topup::CardForm;

/// One licence.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/licence.html", whitespace = "minimize")]
pub struct LicenceView {
    /// The frame.
    pub page: Page,
    /// Which.
    pub id: LicenceId,
    /// What its listing is called.
    pub title: String,
    /// Its listing.
    pub listing: ListingId,
    /// Who publishes it.
    pub publisher: String,
    /// How it stands, as a sentence.
    pub stands: String,
    /// What it rests on and which versions it covers, in words.
    pub covers: String,
    /// What is left.
    pub meters: Vec<MeterRow>,
    /// What to type to get it; nothing before its first release.
    pub command: Option<String>,
    /// Where it is active.
    pub devices: Vec<DeviceRow>,
    /// On how many it may be.
    pub devices_max: u16,
    /// Ways to add to it.
    pub extensions: Vec<WayRow>,
    /// Ways to keep it for good.
    pub conversions: Vec<WayRow>,
}

/// A count of what may be used.
#[derive(Clone, Debug)]
pub struct MeterRow {
    /// What is left, in words: "4 of 10 uses left".
    pub words: String,
    /// How many are left.
    pub left: u32,
    /// How many there are.
    pub granted: u32,
}

/// A device.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// The name of its key.
    pub kid: String,
    /// What its owner calls it.
    pub label: Option<String>,
    /// Since when.
    pub at: Timestamp,
    /// Whether it was copied.
    pub is_forked: bool,
}

/// A way in which a licence can grow.
#[derive(Clone, Debug)]
pub struct WayRow {
    /// By which offer.
    pub offer: OfferId,
    /// What it gives.
    pub sentence: String,
    /// For how much.
    pub price: Price,
    /// How much rent is taken off; nothing if none is.
    pub credit: Option<Price>,
}

/// The last page before paying for software.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/till.html", whitespace = "minimize")]
pub struct TillView {
    /// The frame.
    pub page: Page,
    /// "Rent this?"
    pub heading: String,
    /// What its listing is called.
    pub title: String,
    /// Its listing.
    pub listing: ListingId,
    /// Who publishes it.
    pub publisher: String,
    /// What is got.
    pub sentence: String,
    /// What that means, line by line.
    pub notes: Vec<String>,
    /// For how much.
    pub price: Price,
    /// What that leaves.
    pub sums: Sums,
    /// By which offer.
    pub offer: OfferId,
    /// Where it is paid.
    pub action: String,
    /// The way back.
    pub back: String,
    /// Sent back, so that a second press pays nothing twice.
    pub idempotency_key: String,
    /// What has changed since the page was shown.
    pub notice: Option<String>,
    /// The missing tokens, to be had here and now.
    pub card_form: Option<CardForm>,
}

/// The code by which a program signs in, shown once.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/program_code.html", whitespace = "minimize")]
pub struct ProgramCodeView {
    /// The frame.
    pub page: Page,
    /// The code.
    pub code: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}
