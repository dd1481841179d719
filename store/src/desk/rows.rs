//! What a batch did at the desk, as rows.

use std::collections::BTreeMap;

use domain::book::Change;
use domain::desk::{DeskChange, DeskOrder, Details, Paper, PaperKind, Payment};
use domain::id::{PaymentId, UserId};
use domain::text::{BillTo, DeskNote, PoNumber, TakenFrom};
use domain::time::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use crate::book::write::update;
use crate::error::Fault;
use crate::tx::{Link, insert};

/// Writes what a batch of requests did at the desk.
pub(crate) async fn write(link: Link<'_>, changes: &[Change], letterhead: Uuid) -> Result<(), Fault> {
    let mut rows = Rows::default();
    for change in changes {
        if let Change::Desk(change) = change {
            rows.add(change);
        }
    }
    let columns = "desk_orders (top_up_id, user_id, maker, needs, po_number, taken_from, notes)";
    insert(link, columns, 7, rows.orders).await?;
    insert(link, "bill_tos (top_up_id, bill_to)", 2, rows.bill_tos).await?;
    let columns = "desk_approvals (top_up_id, approved_by, maker, approved_at)";
    insert(link, columns, 4, rows.approvals).await?;
    let columns = "desk_payments (id, top_up_id, currency, amount_minor, value_date, bank_reference, \
                   entered_by, entered_at)";
    insert(link, columns, 8, rows.payments).await?;
    let columns = "desk_bounces (payment_id, top_up_id, entered_by, bounced_by, bounced_at)";
    insert(link, columns, 5, rows.bounces).await?;
    let columns =
        "desk_moves (id, top_up_id, payment_id, currency, amount_minor, name, entered_by, entered_at)";
    insert(link, columns, 8, rows.moves).await?;
    write_papers(link, &rows.papers, letterhead).await?;
    insert(link, "desk_reminders (top_up_id, reminder, sent_at)", 3, rows.reminders).await?;
    let columns = "desk_events (id, top_up_id, deed, done_by, done_at, state, place, detail)";
    insert(link, columns, 8, rows.events).await
}

/// Papers, and how far their series have come: in the same transaction, so
/// that a number that was not used is not missed.
async fn write_papers(link: Link<'_>, papers: &[Paper], letterhead: Uuid) -> Result<(), Fault> {
    let mut last: BTreeMap<PaperKind, i64> = BTreeMap::new();
    let mut values = Vec::new();
    for paper in papers {
        last.insert(paper.kind, paper.number);
        values.extend([
            Value::from(paper.id.uuid()),
            paper.kind.number().into(),
            paper.number.into(),
            paper.top_up.uuid().into(),
            paper.about.into(),
            paper.amount.currency().as_str().into(),
            paper.amount.minor().into(),
            paper.due_at.map(Timestamp::millis).into(),
            paper.at.millis().into(),
            letterhead.into(),
        ]);
    }
    let columns = "papers (id, kind, number, top_up_id, about, currency, amount_minor, due_at, issued_at, \
                   letterhead_id)";
    insert(link, columns, 10, values).await?;
    let values = last.into_iter().flat_map(|(kind, last)| [Value::from(kind.series()), last.into()]);
    let sql = "UPDATE desk_series SET last = v.column2 FROM (VALUES {}) AS v \
               WHERE desk_series.name = v.column1";
    update(link, sql, 2, values.collect()).await
}

#[derive(Default)]
struct Rows {
    orders: Vec<Value>,
    bill_tos: Vec<Value>,
    approvals: Vec<Value>,
    papers: Vec<Paper>,
    payments: Vec<Value>,
    bounces: Vec<Value>,
    moves: Vec<Value>,
    reminders: Vec<Value>,
    events: Vec<Value>,
}

impl Rows {
    fn add_order(&mut self, order: &DeskOrder, user: UserId) {
        let Details { po_number, taken_from, notes, bill_to } = order.details.clone();
        self.orders.extend([
            Value::from(order.top_up.uuid()),
            user.uuid().into(),
            order.maker.into(),
            i16::try_from(order.needs).unwrap_or(i16::MAX).into(),
            po_number.map(PoNumber::into_string).into(),
            taken_from.map(TakenFrom::into_string).into(),
            notes.map(DeskNote::into_string).into(),
        ]);
        if let Some(bill_to) = bill_to.map(BillTo::into_string) {
            self.bill_tos.extend([Value::from(order.top_up.uuid()), bill_to.into()]);
        }
    }

    fn add(&mut self, change: &DeskChange) {
        match change {
            DeskChange::Entered { order, user } => self.add_order(order, *user),
            DeskChange::Approved { top_up, maker, by, at } => self.approvals.extend([
                Value::from(top_up.uuid()),
                by.uuid().into(),
                (*maker).into(),
                at.millis().into(),
            ]),
            DeskChange::Issued(paper) => self.papers.push(*paper),
            DeskChange::Paid { id, top_up, payment, by, at, .. } => {
                let Payment { amount, value_date, bank_reference } = payment;
                self.payments.extend([
                    Value::from(id.uuid()),
                    top_up.uuid().into(),
                    amount.currency().as_str().into(),
                    amount.minor().into(),
                    value_date.millis().into(),
                    bank_reference.as_str().into(),
                    (*by).into(),
                    at.millis().into(),
                ]);
            }
            DeskChange::Bounced { payment, top_up, entered_by, by, at } => self.bounces.extend([
                Value::from(payment.uuid()),
                top_up.uuid().into(),
                (*entered_by).into(),
                (*by).into(),
                at.millis().into(),
            ]),
            DeskChange::Moved { id, top_up, payment, amount, name, by, at } => self.moves.extend([
                Value::from(*id),
                top_up.uuid().into(),
                payment.map(PaymentId::uuid).into(),
                amount.currency().as_str().into(),
                amount.minor().into(),
                name.as_str().into(),
                (*by).into(),
                at.millis().into(),
            ]),
            DeskChange::Reminded { top_up, reminder, at } => self.reminders.extend([
                Value::from(top_up.uuid()),
                i16::try_from(*reminder).unwrap_or(i16::MAX).into(),
                at.millis().into(),
            ]),
            DeskChange::Noted { id, top_up, deed, by, at, detail, state, place } => self.events.extend([
                Value::from(*id),
                top_up.uuid().into(),
                deed.number().into(),
                (*by).into(),
                at.millis().into(),
                state.number().into(),
                i64::from(*place).into(),
                detail.as_str().into(),
            ]),
        }
    }
}
