//! The desk: the staff's queue of orders that are not paid by card, one order
//! with its history, entering one; and for users, asking to be billed.

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

/// An order with all that was done to it.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_desk_order.html", whitespace = "minimize")]
pub struct DeskOrderView {
    /// The frame.
    pub page: Page,
    /// The order.
    pub row: QueueRow,
    /// What else is known of it: a word, and what it says.
    pub facts: Vec<(String, String)>,
    /// What was done, oldest first.
    pub history: Vec<EventRow>,
    /// Whether somebody can agree now, or decline.
    pub can_agree: bool,
    /// Whether it can be called off by the staff.
    pub can_reject: bool,
    /// Whether money can be recorded.
    pub can_pay: bool,
    /// Whether it can be written off.
    pub can_write_off: bool,
    /// Money that came.
    pub form: PaymentForm,
    /// The currency of the order.
    pub currency: String,
}

impl DeskOrderView {
    const TAB: Tab = Tab::Orders;
}

/// A line of the history.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// When.
    pub at: Timestamp,
    /// What was done, in words.
    pub what: String,
    /// By whom.
    pub by: String,
    /// What there is to say about it.
    pub detail: String,
}

/// Money that came.
#[derive(Clone, Debug)]
pub struct PaymentForm {
    /// How much.
    pub amount: Field,
    /// On which day it counts.
    pub value_date: Field,
    /// What the bank or the till calls it.
    pub bank_reference: Field,
    /// Sent back, so that a second press records nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(PaymentForm: amount, value_date, bank_reference, idempotency_key);

impl Default for PaymentForm {
    fn default() -> Self {
        Self {
            amount: Field::new("amount"),
            value_date: Field::new("value_date"),
            bank_reference: Field::new("bank_reference"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
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
    /// What one token costs.
    pub token_price: String,
}

/// What a user orders without a card.
#[derive(Clone, Debug)]
pub struct BillForm {
    /// How it is paid.
    pub method: Field,
    /// How many tokens.
    pub tokens: Field,
    /// The user's own number.
    pub po_number: Field,
    /// Sent back, so that a second press orders nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(BillForm: method, tokens, po_number, idempotency_key);

impl Default for BillForm {
    fn default() -> Self {
        Self {
            method: Field::new("method"),
            tokens: Field::new("tokens"),
            po_number: Field::new("po_number"),
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
    /// How many tokens.
    pub tokens: Field,
    /// The customer's own number.
    pub po_number: Field,
    /// Who phoned, wrote or came.
    pub taken_from: Field,
    /// What to remember.
    pub notes: Field,
    /// Sent back, so that a second press orders nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(OrderForm: to, channel, method, tokens, po_number, taken_from, notes, idempotency_key);

impl Default for OrderForm {
    fn default() -> Self {
        Self {
            to: Field::new("to"),
            channel: Field::new("channel"),
            method: Field::new("method"),
            tokens: Field::new("tokens"),
            po_number: Field::new("po_number"),
            taken_from: Field::new("taken_from"),
            notes: Field::new("notes"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}
