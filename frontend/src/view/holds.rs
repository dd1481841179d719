//! Licences that the vendor's staff looks up, holds back and lets go on.

use domain::id::LicenceId;

use super::library::LicenceRow;
use super::prelude::*;
use super::vendor::Tab;

/// A user's licences.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_licences.html", whitespace = "minimize")]
pub struct LicencesView {
    /// The frame.
    pub page: Page,
    /// Whose; what was typed.
    pub search: String,
    /// Licences, newest first.
    pub licences: Vec<LicenceRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl LicencesView {
    const TAB: Tab = Tab::Licences;
}

/// One licence, for the staff.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_licence.html", whitespace = "minimize")]
pub struct HoldView {
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
    /// Whose it is.
    pub owner: String,
    /// How it stands, as a sentence.
    pub stands: String,
    /// What the staff can do with it now.
    pub step: HoldStep,
    /// Holding it back.
    pub form: HoldForm,
    /// The times that it was held back, newest first.
    pub holds: Vec<HoldRow>,
}

impl HoldView {
    const TAB: Tab = Tab::Licences;
}

/// What the staff can do with a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldStep {
    /// Hold it back.
    Suspend,
    /// Let it go on.
    Reinstate,
    /// Nothing: it was taken back for good.
    Nothing,
}

/// A time that a licence was held back.
#[derive(Clone, Debug)]
pub struct HoldRow {
    /// Why.
    pub reason: String,
    /// By whom; their handle.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
    /// Who let it go on and when, if somebody did.
    pub lifted: Option<(String, Timestamp)>,
}

/// Why a licence is held back, as it is typed.
#[derive(Clone, Debug)]
pub struct HoldForm {
    /// Why.
    pub reason: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(HoldForm: reason);

impl Default for HoldForm {
    fn default() -> Self {
        Self { reason: Field::new("reason"), refusal: None }
    }
}
