//! What the Book knows of the desk.

use std::collections::{HashMap, HashSet};

use super::may::is_on_credit;
use super::{Billed, DeskChange, DeskOrder, KnownPayment, Paper, PaperKind};
use crate::book::Book;
use crate::id::{TopUpId, UserId};
use crate::money::Money;
use crate::text::PoNumber;
use crate::topup::{TopUp, TopUpState};

/// What a customer may owe, and owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// Credit that the customer may have; none if nothing was set.
    pub limit: Option<Money>,
    /// What of it is used, in minor units.
    pub owed_minor: i64,
    /// How many of the invoices are overdue.
    pub late: u32,
}

/// The orders that a batch of requests works on, and what else their
/// decisions depend on.
#[derive(Clone, Debug, Default)]
pub struct Tray {
    orders: HashMap<TopUpId, DeskOrder>,
    credits: HashMap<UserId, Credit>,
    po_numbers: HashSet<(UserId, PoNumber)>,
    bank_references: HashSet<String>,
    series: HashMap<PaperKind, i64>,
}

impl Tray {
    /// Records an order's row.
    pub fn load(&mut self, order: DeskOrder) {
        self.orders.insert(order.top_up, order);
    }

    /// Records what a user may owe, and owes.
    pub fn load_credit(&mut self, user: UserId, credit: Credit) {
        self.credits.insert(user, credit);
    }

    /// Records that a customer has used this number.
    pub fn load_po_number(&mut self, user: UserId, number: PoNumber) {
        self.po_numbers.insert((user, number));
    }

    /// Records that money of that name was recorded.
    pub fn load_bank_reference(&mut self, name: String) {
        self.bank_references.insert(name);
    }

    /// Records the last number that papers of a kind have.
    pub fn load_series(&mut self, kind: PaperKind, last: i64) {
        self.series.insert(kind, last);
    }

    /// An order.
    #[must_use]
    pub fn order(&self, id: TopUpId) -> Option<&DeskOrder> {
        self.orders.get(&id)
    }

    /// What a user may owe, and owes.
    #[must_use]
    pub fn credit(&self, user: UserId) -> Credit {
        self.credits.get(&user).copied().unwrap_or_default()
    }

    /// Whether this customer has used that number.
    #[must_use]
    pub fn knows_po_number(&self, user: UserId, number: &PoNumber) -> bool {
        self.po_numbers.contains(&(user, number.clone()))
    }

    /// Whether money of that name was recorded.
    #[must_use]
    pub fn knows_bank_reference(&self, name: &str) -> bool {
        self.bank_references.contains(name)
    }

    /// The number that the next paper of a kind gets.
    #[must_use]
    pub fn next_number(&self, kind: PaperKind) -> i64 {
        self.series.get(&kind).copied().unwrap_or_default().saturating_add(1)
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
            DeskChange::Issued(paper) => self.apply_paper(paper),
            DeskChange::Paid { payment, .. } => {
                self.bank_references.insert(payment.bank_reference.as_str().to_owned());
            }
            DeskChange::Moved { name, .. } => {
                self.bank_references.insert(name.clone());
            }
            DeskChange::Approved { .. }
            | DeskChange::Bounced { .. }
            | DeskChange::Reminded { .. }
            | DeskChange::Noted { .. } => {}
        }
        if let Some(order) = change.top_up().and_then(|top_up| self.orders.get_mut(&top_up)) {
            order.apply(change);
        }
    }

    fn apply_paper(&mut self, paper: &Paper) {
        self.series.insert(paper.kind, paper.number);
        if let (Some(order), PaperKind::Invoice, Some(due_at)) =
            (self.orders.get_mut(&paper.top_up), paper.kind, paper.due_at)
        {
            order.billed = Some(Billed { paper: paper.id, number: paper.number, due_at });
        }
    }
}

impl DeskOrder {
    fn apply(&mut self, change: &DeskChange) {
        match change {
            DeskChange::Approved { by, .. } => _ = self.approvals.insert(*by),
            DeskChange::Paid { id, payment, is_moved, by, .. } => {
                let minor = payment.amount.minor();
                self.paid_minor = self.paid_minor.saturating_add(minor);
                let (by, is_moved) = (*by, *is_moved);
                self.payments.push(KnownPayment { id: *id, minor, by, is_bounced: false, is_moved });
            }
            DeskChange::Bounced { payment, .. } => {
                if let Some(known) = self.payments.iter_mut().find(|known| known.id == *payment) {
                    known.is_bounced = true;
                    self.paid_minor = self.paid_minor.saturating_sub(known.minor);
                }
            }
            DeskChange::Moved { amount, .. } => {
                self.moves = self.moves.saturating_add(1);
                self.paid_minor = self.paid_minor.saturating_sub(amount.minor());
            }
            DeskChange::Reminded { reminder, .. } => self.reminded = *reminder,
            DeskChange::Noted { at, .. } => {
                self.deeds = self.deeds.saturating_add(1);
                self.touched_at = self.touched_at.max(*at);
            }
            DeskChange::Entered { .. } | DeskChange::Issued(_) => {}
        }
    }
}

impl Tray {
    /// What is owed for an invoice on credit as it stands, and whether that is
    /// overdue; nothing for others.
    fn owed(&self, top_up: &TopUp) -> (i64, u32) {
        use TopUpState::{Credited, Overdue, PartPaid};
        let is_owed = is_on_credit(top_up) && matches!(top_up.state, Credited | PartPaid | Overdue);
        let order = self.orders.get(&top_up.id).filter(|_| is_owed);
        let owed = |order: &DeskOrder| top_up.agreed.due.minor().saturating_sub(order.paid_minor);
        order.map_or((0, 0), |order| (owed(order), u32::from(top_up.state == Overdue)))
    }
}

impl Book {
    /// Remembers what a decision changed at the desk.
    pub(crate) fn apply_desk(&mut self, change: &DeskChange) {
        let id = match change {
            DeskChange::Entered { order, .. } => Some(order.top_up),
            _ => change.top_up(),
        };
        match id {
            Some(id) => self.owing(id, |book| book.desk.apply(change)),
            None => self.desk.apply(change),
        }
    }

    /// Changes a top-up, and counts what its user owes more or less by that,
    /// for those after it in the batch.
    pub(crate) fn owing(&mut self, id: TopUpId, change: impl FnOnce(&mut Self)) {
        let owed = |book: &Self| book.top_up(id).map(|top_up| (top_up.user, book.desk.owed(top_up)));
        let (before, late_before) = owed(self).map_or((0, 0), |(_, owed)| owed);
        change(self);
        if let Some((user, (after, late))) = owed(self) {
            let credit = self.desk.credits.entry(user).or_default();
            credit.owed_minor = credit.owed_minor.saturating_add(after.saturating_sub(before));
            credit.late = credit.late.saturating_add(late).saturating_sub(late_before);
        }
    }
}
