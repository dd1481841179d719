//! The desk: top-ups that are not paid by card. A user asks, or the staff
//! enters what came by phone, fax, letter or e-mail; another member of the
//! staff agrees; money comes by bank or cash and is recorded.
//!
//! Paid in advance, tokens come with the last of the money. On credit they
//! come when the invoice is agreed to, within the customer's limit, and the
//! money later. What was agreed never changes: corrections are further facts.

mod decide;
mod pay;

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use crate::book::Book;
use crate::id::{TopUpId, UserId};
use crate::money::Money;
use crate::text::{BankReference, DeskNote, PoNumber, TakenFrom};
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;
use crate::topup::open::Opening;
use crate::topup::{Method, TopUp, TopUpState};

pub use decide::{check_limit_setter, decide};

/// Under which terms the desk works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskTerms {
    /// From so many tokens on, what the staff enters needs somebody else.
    pub approve_from: Tokens,
    /// From so many on, two others.
    pub two_from: Tokens,
    /// How long an invoice on credit can be paid.
    pub credit: Seconds,
    /// How long an order waits for being agreed to and paid.
    pub waits: Seconds,
}

impl Default for DeskTerms {
    fn default() -> Self {
        Self {
            approve_from: Tokens::ZERO,
            two_from: Tokens::whole(1_000_000),
            credit: Seconds::days(30),
            waits: Seconds::days(60),
        }
    }
}

/// What is known of an order beside the top-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The customer's own number of the order; unique for a customer.
    pub po_number: Option<PoNumber>,
    /// Who phoned, wrote or came, if they said.
    pub taken_from: Option<TakenFrom>,
    /// What the staff wants to remember.
    pub notes: Option<DeskNote>,
}

/// Money that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// How much.
    pub amount: Money,
    /// On which day it counts.
    pub value_date: Timestamp,
    /// What the bank or the till calls it; recorded once.
    pub bank_reference: BankReference,
}

/// An order at the desk as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskOrder {
    /// Which top-up.
    pub top_up: TopUpId,
    /// Who entered it, and so may not agree to it.
    pub maker: Uuid,
    /// How many have to agree.
    pub needs: u16,
    /// Who has agreed.
    pub approvals: BTreeSet<UserId>,
    /// What was paid so far, in minor units of what is due.
    pub paid_minor: i64,
    /// Until when an invoice on credit is to be paid.
    pub due_at: Option<Timestamp>,
    /// What is known of it.
    pub details: Details,
}

/// What is asked of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskCommand {
    /// Enters an order.
    Enter {
        /// What is ordered.
        opening: Box<Opening>,
        /// What else is known.
        details: Details,
        /// Whether a member of the staff enters it.
        maker: Maker,
        /// Under which terms.
        terms: DeskTerms,
    },
    /// A member of the staff agrees.
    Approve {
        /// To which order.
        top_up: TopUpId,
        /// Who.
        by: UserId,
        /// Under which terms.
        terms: DeskTerms,
    },
    /// A member of the staff declines.
    Reject {
        /// Which order.
        top_up: TopUpId,
        /// Why.
        reason: DeskNote,
    },
    /// The user thinks better of it.
    Cancel {
        /// Which order.
        top_up: TopUpId,
        /// Who asks.
        by: UserId,
    },
    /// Money came.
    Pay {
        /// For which order.
        top_up: TopUpId,
        /// The money.
        payment: Payment,
    },
    /// The money should have come by now.
    FallDue {
        /// For which order.
        top_up: TopUpId,
    },
    /// The money will never come.
    WriteOff {
        /// Of which order.
        top_up: TopUpId,
        /// Who says so.
        by: UserId,
    },
}

/// Who enters an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The user, on the site or by the API.
    User,
    /// A member of the staff, for the user.
    Staff,
}

impl DeskCommand {
    /// Which order it is about, unless it makes one.
    #[must_use]
    pub const fn top_up(&self) -> Option<TopUpId> {
        match self {
            Self::Enter { .. } => None,
            Self::Approve { top_up, .. }
            | Self::Reject { top_up, .. }
            | Self::Cancel { top_up, .. }
            | Self::Pay { top_up, .. }
            | Self::FallDue { top_up }
            | Self::WriteOff { top_up, .. } => Some(*top_up),
        }
    }
}

/// What was done to an order. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// It was entered.
    Entered,
    /// Somebody agreed.
    Approved,
    /// Somebody declined.
    Rejected,
    /// The user called it off.
    Cancelled,
    /// Money came.
    Paid,
    /// The money should have come.
    FellDue,
    /// The money will never come.
    WrittenOff,
}

impl Deed {
    /// All deeds, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Entered,
        Self::Approved,
        Self::Rejected,
        Self::Cancelled,
        Self::Paid,
        Self::FellDue,
        Self::WrittenOff,
    ];

    /// The deed's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Entered => 1,
            Self::Approved => 2,
            Self::Rejected => 3,
            Self::Cancelled => 4,
            Self::Paid => 5,
            Self::FellDue => 6,
            Self::WrittenOff => 7,
        }
    }

    /// The deed with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.number() == number)
    }
}

/// What changes at the desk beside the top-up itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskChange {
    /// An order was entered.
    Entered {
        /// The order.
        order: DeskOrder,
        /// Whose.
        user: UserId,
    },
    /// Somebody agreed.
    Approved {
        /// To which order.
        top_up: TopUpId,
        /// Who entered it.
        maker: Uuid,
        /// Who agreed.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// An invoice gets the next number of the series.
    Invoiced {
        /// For which order.
        top_up: TopUpId,
        /// Until when it is to be paid; at once if it is paid in advance.
        due_at: Option<Timestamp>,
        /// When.
        at: Timestamp,
    },
    /// Money came.
    Paid {
        /// The row's number.
        id: Uuid,
        /// For which order.
        top_up: TopUpId,
        /// The money.
        payment: Payment,
        /// Who recorded it.
        by: Uuid,
        /// When.
        at: Timestamp,
    },
    /// A line of the order's history.
    Noted {
        /// The row's number.
        id: Uuid,
        /// Of which order.
        top_up: TopUpId,
        /// What was done.
        deed: Deed,
        /// By whom.
        by: Uuid,
        /// When.
        at: Timestamp,
        /// What there is to say about it.
        detail: String,
        /// How the order stands now.
        state: TopUpState,
    },
}

/// The orders that a batch of requests works on, and what else their
/// decisions depend on.
#[derive(Clone, Debug, Default)]
pub struct Tray {
    orders: HashMap<TopUpId, DeskOrder>,
    /// Credit that a user may have, and what of it is used, in minor units.
    limits: HashMap<UserId, Money>,
    exposure: HashMap<UserId, i64>,
    po_numbers: HashSet<(UserId, PoNumber)>,
    bank_references: HashSet<BankReference>,
}

impl Tray {
    /// Records an order's row.
    pub fn load(&mut self, order: DeskOrder) {
        self.orders.insert(order.top_up, order);
    }

    /// Records what a user may owe, and owes.
    pub fn load_credit(&mut self, user: UserId, limit: Option<Money>, owed_minor: i64) {
        if let Some(limit) = limit {
            self.limits.insert(user, limit);
        }
        self.exposure.insert(user, owed_minor);
    }

    /// Records that a customer has used this number.
    pub fn load_po_number(&mut self, user: UserId, number: PoNumber) {
        self.po_numbers.insert((user, number));
    }

    /// Records that a payment of that name was recorded.
    pub fn load_bank_reference(&mut self, reference: BankReference) {
        self.bank_references.insert(reference);
    }

    /// An order.
    #[must_use]
    pub fn order(&self, id: TopUpId) -> Option<&DeskOrder> {
        self.orders.get(&id)
    }

    /// Remembers what a decision changed, for those after it in the batch.
    pub fn apply(&mut self, change: &DeskChange) {
        match change {
            DeskChange::Entered { order, user } => {
                if let Some(number) = &order.details.po_number {
                    self.po_numbers.insert((*user, number.clone()));
                }
                self.load(order.clone());
            }
            DeskChange::Approved { top_up, by, .. } => {
                if let Some(order) = self.orders.get_mut(top_up) {
                    order.approvals.insert(*by);
                }
            }
            DeskChange::Invoiced { top_up, due_at, .. } => {
                if let Some(order) = self.orders.get_mut(top_up) {
                    order.due_at = *due_at;
                }
            }
            DeskChange::Paid { top_up, payment, .. } => {
                self.bank_references.insert(payment.bank_reference.clone());
                if let Some(order) = self.orders.get_mut(top_up) {
                    order.paid_minor = order.paid_minor.saturating_add(payment.amount.minor());
                }
            }
            DeskChange::Noted { .. } => {}
        }
    }

    /// What is owed for an invoice on credit as it stands; nothing for others.
    fn owed(&self, top_up: &TopUp) -> i64 {
        use TopUpState::{Credited, Overdue, PartPaid};
        let is_owed =
            top_up.method == Method::Invoice && matches!(top_up.state, Credited | PartPaid | Overdue);
        let order = self.orders.get(&top_up.id).filter(|_| is_owed);
        order.map_or(0, |order| top_up.agreed.due.minor().saturating_sub(order.paid_minor))
    }
}

impl Book {
    /// Remembers what a decision changed at the desk.
    pub(crate) fn apply_desk(&mut self, change: &DeskChange) {
        let top_up = match change {
            DeskChange::Entered { order, .. } => order.top_up,
            DeskChange::Approved { top_up, .. }
            | DeskChange::Invoiced { top_up, .. }
            | DeskChange::Paid { top_up, .. }
            | DeskChange::Noted { top_up, .. } => *top_up,
        };
        self.owing(top_up, |book| book.desk.apply(change));
    }

    /// Changes a top-up, and counts what its user owes more or less by that,
    /// for those after it in the batch.
    pub(crate) fn owing(&mut self, id: TopUpId, change: impl FnOnce(&mut Self)) {
        let owed = |book: &Self| book.top_up(id).map(|top_up| (top_up.user, book.desk.owed(top_up)));
        let before = owed(self).map_or(0, |(_, minor)| minor);
        change(self);
        if let Some((user, after)) = owed(self) {
            let all = self.desk.exposure.entry(user).or_default();
            *all = all.saturating_add(after.saturating_sub(before));
        }
    }
}

#[cfg(test)]
mod tests;
