//! One order at the desk, with all that was done to it.

use domain::id::ScanId;

use super::desk::QueueRow;
use super::paper::PaperRow;
use super::prelude::*;
use super::vendor::Tab;

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
    /// Its numbered papers, oldest first.
    pub papers: Vec<PaperRow>,
    /// The money that came, oldest first.
    pub payments: Vec<PaymentRow>,
    /// The scans beside it, oldest first.
    pub scans: Vec<ScanRow>,
    /// What was done, oldest first.
    pub history: Vec<EventRow>,
    /// What can be done now.
    pub may: May,
    /// Money that came.
    pub pay: PaymentForm,
    /// Where goes what was paid too much.
    pub give: MoveForm,
    /// The currency of the order.
    pub currency: String,
}

impl DeskOrderView {
    const TAB: Tab = Tab::Orders;
}

/// What whoever looks can do to an order now.
#[derive(Clone, Copy, Debug, Default)]
pub struct May {
    /// Agree to it.
    pub agree: bool,
    /// Decline it.
    pub reject: bool,
    /// Record money.
    pub pay: bool,
    /// Write it off.
    pub write_off: bool,
    /// Take all of it back.
    pub reverse: bool,
    /// Give away what was paid too much.
    pub give: bool,
}

/// Money that came.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    /// Which payment.
    pub id: String,
    /// How much.
    pub amount: String,
    /// On which day it counts.
    pub value_date: Timestamp,
    /// What the bank or the till calls it.
    pub bank_reference: String,
    /// When it came back, if it did.
    pub bounced_at: Option<Timestamp>,
    /// Whether whoever looks can say that it came back.
    pub can_bounce: bool,
}

/// A scan beside an order.
#[derive(Clone, Debug)]
pub struct ScanRow {
    /// Which.
    pub id: ScanId,
    /// What it is called.
    pub name: String,
    /// What it is and how large, in words.
    pub what: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
}

/// What was paid too much, and where it goes.
#[derive(Clone, Debug)]
pub struct MoveForm {
    /// How much of it.
    pub move_amount: Field,
    /// The code of another order.
    pub to_order: Field,
    /// What the bank or the till calls it, if it is paid back.
    pub paid_back_as: Field,
    /// Sent back, so that a second press gives nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(MoveForm: move_amount, to_order, paid_back_as, idempotency_key);

impl Default for MoveForm {
    fn default() -> Self {
        Self {
            move_amount: Field::new("move_amount"),
            to_order: Field::new("to_order"),
            paid_back_as: Field::new("paid_back_as"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
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
