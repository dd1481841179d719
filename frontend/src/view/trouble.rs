//! Card payments in trouble, for the staff: those that do not fit, disputes,
//! and what users owe.

use domain::id::TopUpId;
use domain::topup::comparison::finding::FindingName;

use super::prelude::*;
use super::vendor::Tab;

/// All trouble with card payments.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_cards.html", whitespace = "minimize")]
pub struct TroubleView {
    /// The frame.
    pub page: Page,
    /// What users owe together.
    pub debt: Price,
    /// From where on that is too much.
    pub warn_from: Tokens,
    /// Whether it is.
    pub is_too_much: bool,
    /// Who owes most, and how much.
    pub owers: Vec<(String, Tokens)>,
    /// Top-ups in review, newest first.
    pub misfits: Vec<MisfitRow>,
    /// The pages beside this one.
    pub pager: Pager,
    /// The newest disputes.
    pub disputes: Vec<DisputeRow>,
    /// What the daily comparison with the provider came to of late.
    pub comparison: ComparisonPart,
}

impl TroubleView {
    const TAB: Tab = Tab::Cards;
}

/// The daily comparison with the provider's own account.
#[derive(Clone, Debug, Default)]
pub struct ComparisonPart {
    /// The last days that were compared, the newest first: which, how many
    /// top-ups, how many of them differ.
    pub days: Vec<(String, u32, u32)>,
    /// What did not agree: first what nobody has looked at.
    pub findings: Vec<FindingRow>,
    /// How many of these nobody has looked at.
    pub open: usize,
}

/// A payment that does not agree with the provider's account.
#[derive(Clone, Debug)]
pub struct FindingRow {
    /// Which.
    pub name: FindingName,
    /// On which day.
    pub day: String,
    /// The code of its top-up, if it is ours.
    pub reference: Option<String>,
    /// What the provider calls the payment.
    pub payment: String,
    /// What does not agree, in words.
    pub what: &'static str,
    /// What should be there.
    pub here: String,
    /// What is there.
    pub there: String,
    /// Who of the staff has looked at it, and what came of it.
    pub seen: Option<super::desk_order::EventRow>,
}

/// One payment that does not agree with the provider's account.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_finding.html", whitespace = "minimize")]
pub struct FindingView {
    /// The frame.
    pub page: Page,
    /// With whose account it does not agree.
    pub provider: &'static str,
    /// What does not.
    pub row: FindingRow,
    /// What came of looking at it.
    pub form: NoteForm,
}

impl FindingView {
    const TAB: Tab = Tab::Cards;
}

/// A top-up that does not fit.
#[derive(Clone, Debug)]
pub struct MisfitRow {
    /// Which.
    pub id: TopUpId,
    /// Its code.
    pub reference: String,
    /// Whose.
    pub handle: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// How many tokens were agreed.
    pub tokens: Tokens,
    /// For how much money.
    pub due: String,
    /// What does not fit.
    pub why: String,
}

/// A disputed payment.
#[derive(Clone, Debug)]
pub struct DisputeRow {
    /// The code of its top-up.
    pub reference: String,
    /// What the provider calls the dispute.
    pub provider_reference: String,
    /// Whose.
    pub handle: String,
    /// How far it has come, in words.
    pub state: &'static str,
    /// How much money.
    pub amount: String,
    /// How many tokens that is.
    pub tokens: Tokens,
    /// What of these is kept back or was taken, in words.
    pub tokens_are: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when the provider takes evidence, while that matters.
    pub answer_by: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// One top-up that does not fit, and what is to become of it.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_card.html", whitespace = "minimize")]
pub struct MisfitView {
    /// The frame.
    pub page: Page,
    /// The top-up.
    pub row: MisfitRow,
    /// Where it stands, in words.
    pub state: &'static str,
    /// The provider's names of session and payment.
    pub provider: Vec<(String, String)>,
    /// What was said so far.
    pub said: Vec<super::desk_order::EventRow>,
    /// Whether the reader can say that it is credited.
    pub can_credit: bool,
    /// Whether another has said so already.
    pub is_second: bool,
    /// Whether the reader can close it.
    pub can_close: bool,
    /// Why.
    pub form: NoteForm,
}

impl MisfitView {
    const TAB: Tab = Tab::Cards;
}

/// Why somebody decides so.
#[derive(Clone, Debug)]
pub struct NoteForm {
    /// The words.
    pub note: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(NoteForm: note);

impl Default for NoteForm {
    fn default() -> Self {
        Self { note: Field::new("note"), refusal: None }
    }
}
