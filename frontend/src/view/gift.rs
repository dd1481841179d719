//! Giving tokens: to a handle, or behind a link for somebody without an
//! account; and claiming what somebody gave.

use domain::id::GiftId;

use super::cart::Sums;
use super::prelude::*;

/// Giving, and gifts given and received.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/gifts.html", whitespace = "minimize")]
pub struct GiftsView {
    /// The frame.
    pub page: Page,
    /// What may be given away.
    pub giveable: Price,
    /// Giving to a handle.
    pub give: GiveForm,
    /// What giving to a handle would leave, once asked.
    pub give_sums: Option<Sums>,
    /// Giving by link.
    pub link: LinkForm,
    /// What giving by link would leave, once asked.
    pub link_sums: Option<Sums>,
    /// After how many days an unclaimed gift comes back.
    pub days: u32,
    /// Gifts, newest first.
    pub gifts: Vec<GiftRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

/// Giving to a handle.
#[derive(Clone, Debug)]
pub struct GiveForm {
    /// To whom.
    pub to: Field,
    /// How much.
    pub amount: Field,
    /// Some words with it.
    pub message: Field,
    /// Sent back, so that a second press gives nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(GiveForm: to, amount, message, idempotency_key);

impl Default for GiveForm {
    fn default() -> Self {
        Self {
            to: Field::named("to", "give-to"),
            amount: Field::named("amount", "give-amount"),
            message: Field::named("message", "give-message"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// Giving by link.
#[derive(Clone, Debug)]
pub struct LinkForm {
    /// How much.
    pub amount: Field,
    /// Some words with it.
    pub message: Field,
    /// Sent back, so that a second press gives nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(LinkForm: amount, message, idempotency_key);

impl Default for LinkForm {
    fn default() -> Self {
        Self {
            amount: Field::named("amount", "link-amount"),
            message: Field::named("message", "link-message"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// A gift in the list.
#[derive(Clone, Debug)]
pub struct GiftRow {
    /// Which gift.
    pub id: GiftId,
    /// When it was given.
    pub at: Timestamp,
    /// Given or received, to or from whom, in words.
    pub what: String,
    /// The words with it.
    pub message: String,
    /// How it stands, in words.
    pub state: String,
    /// How much, and which way.
    pub change: Change,
    /// Whether the giver can still take it back.
    pub cancellable: bool,
}

/// The claim link, shown once.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/gift_link.html", whitespace = "minimize")]
pub struct GiftLinkView {
    /// The frame.
    pub page: Page,
    /// How much is behind it.
    pub amount: Price,
    /// What is left.
    pub balance: Price,
    /// The link.
    pub url: String,
    /// The code in it, for typing.
    pub code: String,
    /// When it comes back unclaimed.
    pub expires_at: Timestamp,
}

/// A gift behind a claim code.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/claim.html", whitespace = "minimize")]
pub struct ClaimView {
    /// The frame.
    pub page: Page,
    /// The code.
    pub code: String,
    /// What the code opens.
    pub gift: Claimable,
    /// Sent back, so that a second press changes nothing.
    pub idempotency_key: String,
}

/// What a claim code opens.
#[derive(Clone, Debug)]
pub enum Claimable {
    /// A gift that waits.
    Waiting {
        /// How much.
        amount: Price,
        /// The giver's handle.
        from: String,
        /// The words with it.
        message: String,
        /// When it goes back.
        expires_at: Timestamp,
    },
    /// Nothing, for the reason given as a sentence.
    Gone(String),
}

/// Asking for a claim code.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/claim_code.html", whitespace = "minimize")]
pub struct ClaimCodeView {
    /// The frame.
    pub page: Page,
    /// The code, as typed.
    pub code: Field,
}
