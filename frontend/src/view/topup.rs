//! Getting tokens: the top-up page, a top-up's own page, and the sandbox's
//! page for paying.

use domain::id::{BundleId, TopUpId};

use super::paper::PaperRow;
use super::prelude::*;

/// All ways to get tokens, side by side.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/top_up.html", whitespace = "minimize")]
pub struct TopUpView {
    /// The frame.
    pub page: Page,
    /// What one token costs.
    pub token_price: String,
    /// Bundles, and whatever else is asked for a payment by card.
    pub card: CardForm,
    /// Whether cards are taken.
    pub is_card: bool,
    /// The other ways, each with what it asks and how long it takes.
    pub ways: Vec<Way>,
    /// The user's newest top-ups.
    pub recent: Vec<TopUpRow>,
}

/// What can be paid by card, as a form; also at the till.
#[derive(Template, Clone, Debug)]
#[template(path = "parts/card_form.html", whitespace = "minimize")]
pub struct CardForm {
    /// The token of the form.
    pub csrf: String,
    /// Whether cards are taken by the sandbox only.
    pub is_sandbox: bool,
    /// How many tokens lack; nothing where nobody is short.
    pub missing: Option<Price>,
    /// Bundles, in the order in which they should be looked at.
    pub bundles: Vec<BundleChoice>,
    /// So many tokens at the price of one.
    pub tokens: Field,
    /// Where to go afterwards.
    pub return_to: String,
    /// What may be finished by itself, as it is sent back; empty if nothing.
    pub intent: String,
    /// What that is, for people.
    pub finishes: String,
    /// Sent back, so that a second press opens nothing twice.
    pub idempotency_key: String,
}

impl CardForm {
    /// What the field for a number of tokens is called: another one only
    /// where others stand before it.
    fn tokens_label(&self) -> &'static str {
        if self.bundles.is_empty() { "How many tokens" } else { "Or another number of tokens" }
    }
}

impl askama::filters::HtmlSafe for CardForm {}

/// A bundle to choose.
#[derive(Clone, Debug)]
pub struct BundleChoice {
    /// Which.
    pub id: BundleId,
    /// How many tokens.
    pub tokens: Tokens,
    /// How many promo tokens come with them.
    pub bonus: Tokens,
    /// What it costs.
    pub cost: String,
    /// Whether it covers what lacks.
    pub covers: bool,
}

/// A way to get tokens.
#[derive(Clone, Debug)]
pub struct Way {
    /// What it is called.
    pub title: String,
    /// What it asks of the user.
    pub asks: String,
    /// How long it takes.
    pub takes: String,
    /// Where it begins; nothing where a person is asked.
    pub link: Option<Crumb>,
}

/// A top-up in a list.
#[derive(Clone, Debug)]
pub struct TopUpRow {
    /// Which.
    pub id: TopUpId,
    /// Its code.
    pub reference: String,
    /// When it was made.
    pub at: Timestamp,
    /// How many tokens.
    pub tokens: Tokens,
    /// What they cost.
    pub due: String,
    /// Where it stands, in words.
    pub state: String,
}

/// One top-up, and what to do next.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/top_up_order.html", whitespace = "minimize")]
pub struct TopUpOrderView {
    /// The frame.
    pub page: Page,
    /// The top-up.
    pub row: TopUpRow,
    /// How it is paid.
    pub method: String,
    /// What has come of it, if it was not all at once.
    pub came: Option<String>,
    /// What the user reads first.
    pub lead: String,
    /// What happens next, or what to do.
    pub next: String,
    /// Whether it is good news.
    pub is_done: bool,
    /// Whether something has gone wrong, or a payment is late.
    pub is_amiss: bool,
    /// Whether the page looks again by itself.
    pub is_waiting: bool,
    /// Where to pay, while it waits for that.
    pub pay: Option<String>,
    /// Where to go on.
    pub onward: Option<Crumb>,
    /// Its numbered papers, oldest first.
    pub papers: Vec<PaperRow>,
    /// Whether it can be sent back.
    pub refundable: bool,
}

/// The sandbox's page for paying. It stands outside the market.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/sandbox.html", whitespace = "minimize")]
pub struct SandboxView {
    /// The frame.
    pub page: Page,
    /// The session.
    pub session: String,
    /// What is paid.
    pub amount: String,
    /// Where the payment stands, in words.
    pub state: String,
    /// Cards that can be tried; none once it is paid.
    pub cards: Vec<SandboxChoice>,
    /// What else can be done.
    pub acts: Vec<SandboxChoice>,
    /// Back to the market.
    pub back: String,
}

/// Something to choose at the sandbox.
#[derive(Clone, Debug)]
pub struct SandboxChoice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// What it does.
    pub meaning: String,
}
