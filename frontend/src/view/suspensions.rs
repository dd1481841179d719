//! Licences that the vendor's staff looks up, suspends and reinstates.

use domain::id::LicenceId;

use super::library::LicenceRow;
use super::prelude::*;
use super::vendor::Tab;

/// A user's licences.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_licences.html", whitespace = "minimize")]
pub struct VendorLicencesView {
    /// The frame.
    pub page: Page,
    /// Whose; what was typed.
    pub search: String,
    /// Licences, newest first.
    pub licences: Vec<LicenceRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl VendorLicencesView {
    const TAB: Tab = Tab::Licences;
}

/// One licence, for the staff.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_licence.html", whitespace = "minimize")]
pub struct VendorLicenceView {
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
    pub step: SuspensionStep,
    /// Suspending it.
    pub form: SuspensionForm,
    /// The times that it was suspended, newest first.
    pub suspensions: Vec<SuspensionRow>,
}

impl VendorLicenceView {
    const TAB: Tab = Tab::Licences;
}

/// What the staff can do with a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspensionStep {
    /// Suspend it.
    Suspend,
    /// Reinstate it.
    Reinstate,
    /// Nothing: it was taken back for good.
    Nothing,
}

/// A time that a licence was suspended.
#[derive(Clone, Debug)]
pub struct SuspensionRow {
    /// Why.
    pub reason: String,
    /// By whom; their handle.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
    /// Who reinstated it and when, if somebody did.
    pub lifted: Option<(String, Timestamp)>,
}

/// Why a licence is suspended, as it is typed.
#[derive(Clone, Debug)]
pub struct SuspensionForm {
    /// Why.
    pub reason: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(SuspensionForm: reason);

impl Default for SuspensionForm {
    fn default() -> Self {
        Self { reason: Field::new("reason"), refusal: None }
    }
}
