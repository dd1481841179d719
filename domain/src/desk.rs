//! The desk: top-ups that are not paid by card. A user asks, or the staff
//! enters what came by phone, fax, letter or e-mail; another member of the
//! staff agrees; money comes by bank or cash and is recorded.
//!
//! Paid in advance, tokens come with the last of the money. On credit they
//! come when the invoice is agreed to, within the customer's limit, and the
//! money later. What was agreed never changes: corrections are further facts.

pub mod attachment;
mod back;
mod change;
mod decide;
mod deed;
mod may;
mod moves;
mod paper;
mod pay;
mod remind;
mod tray;

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::id::{PaperId, PaymentId, TopUpId, UserId};
use crate::money::Money;
use crate::text::{BankReference, BillTo, DeskNote, PoNumber, TakenFrom};
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;
use crate::topup::open::Opening;

pub use change::DeskChange;
pub use decide::{check_limit_setter, decide};
pub use deed::Deed;
pub use paper::{Paper, PaperKind};
pub(crate) use paper::{issue_card_correction, issue_card_receipt};
pub use remind::REMINDERS;
pub use tray::{Credit, Tray};

/// Under which terms the desk works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskTerms {
    /// From so many tokens on, what the staff enters needs somebody else.
    pub approve_from: Tokens,
    /// From so many on, two others.
    pub two_from: Tokens,
    /// How long an invoice on credit can be paid.
    pub credit: Seconds,
    /// How long an order waits for being agreed to.
    pub waits: Seconds,
    /// How long an order that is paid in advance waits for its money, from the
    /// last thing that was done to it.
    pub pays: Seconds,
}

impl Default for DeskTerms {
    fn default() -> Self {
        Self {
            approve_from: Tokens::ZERO,
            two_from: Tokens::whole(1_000_000),
            credit: Seconds::days(30),
            waits: Seconds::days(60),
            pays: Seconds::days(45),
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
    /// To whom papers are written, if the customer wishes a name on them.
    pub bill_to: Option<BillTo>,
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
    /// What was paid so far and neither came back nor went elsewhere, in minor
    /// units of what is due.
    pub paid_minor: i64,
    /// The payments, oldest first.
    pub payments: Vec<KnownPayment>,
    /// How often a part of the remainder was given away.
    pub moves: u32,
    /// Its invoice on credit, once there is one.
    pub billed: Option<Billed>,
    /// The last reminder that was sent; 0 before.
    pub reminded: u16,
    /// How many lines its history has.
    pub deeds: u32,
    /// When the last of them was written.
    pub touched_at: Timestamp,
    /// What is known of it.
    pub details: Details,
}

/// A payment as the rules know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPayment {
    /// Which.
    pub id: PaymentId,
    /// How much, in minor units of what is due.
    pub minor: i64,
    /// Who recorded it.
    pub by: Uuid,
    /// Whether it came back.
    pub is_bounced: bool,
    /// Whether it was paid too much for another order.
    pub is_moved: bool,
}

/// An invoice on credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The paper.
    pub paper: PaperId,
    /// Its number.
    pub number: i64,
    /// Until when it is to be paid.
    pub due_at: Timestamp,
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
    /// The money should have come by now: the next reminder.
    FallDue {
        /// For which order.
        top_up: TopUpId,
    },
    /// Nobody has agreed, or paid in advance, in time.
    Expire {
        /// To which order.
        top_up: TopUpId,
        /// The terms of the desk.
        terms: DeskTerms,
    },
    /// A payment came back: a cheque that bounced, a transfer called back.
    Bounce {
        /// Of which order.
        top_up: TopUpId,
        /// Which payment.
        payment: PaymentId,
        /// Why.
        reason: DeskNote,
    },
    /// All of it was a mistake: the tokens go, and what was paid is the
    /// customer's.
    Reverse {
        /// Which order.
        top_up: TopUpId,
        /// Why.
        reason: DeskNote,
    },
    /// What was paid too much goes to another order, or back.
    Move {
        /// For which order it was paid.
        top_up: TopUpId,
        /// How much of it.
        amount: Money,
        /// Where it goes.
        to: MoveTo,
    },
    /// The money will never come.
    WriteOff {
        /// Of which order.
        top_up: TopUpId,
        /// Who says so.
        by: UserId,
    },
}

/// Where money goes that was paid too much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveTo {
    /// To another order of the same customer.
    Order(TopUpId),
    /// Back to the customer, under this name at the bank or the till.
    Customer(BankReference),
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
            | Self::Expire { top_up, .. }
            | Self::Bounce { top_up, .. }
            | Self::Reverse { top_up, .. }
            | Self::Move { top_up, .. }
            | Self::WriteOff { top_up, .. } => Some(*top_up),
        }
    }

    /// The other order that it is about, if there is one.
    #[must_use]
    pub const fn other(&self) -> Option<TopUpId> {
        match self {
            Self::Move { to: MoveTo::Order(top_up), .. } => Some(*top_up),
            _ => None,
        }
    }

    /// The papers that it may write, whose numbers it needs.
    #[must_use]
    pub const fn papers(&self) -> &'static [PaperKind] {
        match self {
            Self::Enter { .. } | Self::Approve { .. } => &[PaperKind::ProForma, PaperKind::Invoice],
            Self::Pay { .. } | Self::Move { .. } => &[PaperKind::Receipt],
            Self::WriteOff { .. } | Self::Bounce { .. } | Self::Reverse { .. } => &[PaperKind::CreditNote],
            Self::Reject { .. } | Self::Cancel { .. } | Self::FallDue { .. } | Self::Expire { .. } => &[],
        }
    }
}

#[cfg(test)]
mod tests;
