//! The desk: the staff's queue of orders that are not paid by card, entering
//! one; and for users, asking to be billed.

use domain::id::TopUpId;

use super::prelude::*;
use super::vendor::Tab;

/// The queue.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_desk.html", whitespace = "minimize")]
pub struct QueueView {
    /// The frame.
    pub page: Page,
    /// Whether earnings can be turned into money.
    pub has_redemption: bool,
    /// Which orders are shown.
    pub states: Vec<Choice>,
    /// The orders, newest first.
    pub rows: Vec<QueueRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl QueueView {
    const TAB: Tab = Tab::Orders;
}

/// An order in the queue.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// Which.
    pub id: TopUpId,
    /// Its code.
    pub reference: String,
    /// Who gets the tokens.
    pub handle: String,
    /// How it came and is paid, in words.
    pub how: String,
    /// Where it stands, in words.
    pub state: String,
    /// How long it has been there, in words.
    pub age: String,
    /// How many tokens.
    pub tokens: Tokens,
    /// What has to be paid.
    pub due: String,
}

/// Entering an order that came off-line.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_desk_enter.html", whitespace = "minimize")]
pub struct EnterView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: OrderForm,
    /// How orders come.
    pub channels: Vec<Choice>,
    /// How they are paid.
    pub methods: Vec<Choice>,
    /// Bundles on offer.
    pub bundles: Vec<Choice>,
}

impl EnterView {
    const TAB: Tab = Tab::Orders;
}

/// Asking to be billed.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/bill.html", whitespace = "minimize")]
pub struct BillView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: BillForm,
    /// How it can be paid.
    pub methods: Vec<Choice>,
    /// Bundles on offer.
    pub bundles: Vec<Choice>,
    /// What one token costs.
    pub token_price: String,
}

/// What a user orders without a card.
#[derive(Clone, Debug)]
pub struct BillForm {
    /// How it is paid.
    pub method: Field,
    /// Which bundle, if one.
    pub bundle: Field,
    /// How many tokens.
    pub tokens: Field,
    /// The user's own number.
    pub po_number: Field,
    /// To whom papers are written.
    pub bill_to: Field,
    /// Sent back, so that a second press orders nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(BillForm: method, bundle, tokens, po_number, bill_to, idempotency_key);

impl Default for BillForm {
    fn default() -> Self {
        Self {
            method: Field::new("method"),
            bundle: Field::new("bundle"),
            tokens: Field::new("tokens"),
            po_number: Field::new("po_number"),
            bill_to: Field::new("bill_to"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// An order that came off-line.
#[derive(Clone, Debug)]
pub struct OrderForm {
    /// Who gets the tokens.
    pub to: Field,
    /// How it came.
    pub channel: Field,
    /// How it is paid.
    pub method: Field,
    /// Which bundle, if one.
    pub bundle: Field,
    /// How many tokens.
    pub tokens: Field,
    /// The customer's own number.
    pub po_number: Field,
    /// To whom papers are written.
    pub bill_to: Field,
    /// Who phoned, wrote or came.
    pub taken_from: Field,
    /// What to remember.
    pub notes: Field,
    /// Sent back, so that a second press orders nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(OrderForm: to, channel, method, bundle, tokens, po_number, bill_to, taken_from, notes, idempotency_key);

impl Default for OrderForm {
    fn default() -> Self {
        Self {
            to: Field::new("to"),
            channel: Field::new("channel"),
            method: Field::new("method"),
            bundle: Field::new("bundle"),
            tokens: Field::new("tokens"),
            po_number: Field::new("po_number"),
            bill_to: Field::new("bill_to"),
            taken_from: Field::new("taken_from"),
            notes: Field::new("notes"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}
