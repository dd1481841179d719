//! Orders at the desk: into the Book and out of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::book::{Book, Change};
use domain::command::Needs;
use domain::desk::{DeskChange, DeskOrder, Details, Payment};
use domain::id::{TopUpId, UserId};
use domain::money::Money;
use domain::text::{BankReference, DeskNote, PoNumber, TakenFrom};
use domain::time::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::{Columns, Link, ids, insert};

/// The columns that [`read_details`] reads.
pub(super) const DETAIL_COLUMNS: &str = "o.po_number, o.taken_from, o.notes";

/// What is known of an order.
pub(super) fn read_details(row: &mut Columns<'_>) -> Result<Details, Fault> {
    let what = "read an order at the desk";
    Ok(Details {
        po_number: row.take_optional(what, |text: String| PoNumber::parse(&text).ok())?,
        taken_from: row.take_optional(what, |text: String| TakenFrom::parse(&text).ok())?,
        notes: row.take_optional(what, |text: String| DeskNote::parse(&text).ok())?,
    })
}

/// What was paid for an order so far, in minor units.
pub(super) const PAID: &str = "CAST(COALESCE((SELECT SUM(p.amount_minor) FROM desk_payments p \
     WHERE p.top_up_id = o.top_up_id), 0) AS BIGINT)";

/// Loads what a batch of requests needs of the desk.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    load_orders(link, book, needs).await?;
    load_names(link, book, needs).await?;
    let of_orders = book.top_ups().filter(|top_up| needs.desk.contains(&top_up.id)).map(|it| it.user);
    let users: BTreeSet<UserId> = needs.credits.iter().copied().chain(of_orders).collect();
    if users.is_empty() {
        return Ok(());
    }
    let lock = link.for_update();
    let sql = format!(
        "SELECT user_id, currency, amount_minor FROM credit_limits WHERE user_id IN ({{}}) ORDER BY user_id{lock}"
    );
    let keys = || ids(users.iter().map(|user| user.uuid()));
    let limits = link.rows_in(&sql, keys(), |row| Ok((row.id(UserId::new)?, row.money()?))).await?;
    let limits: BTreeMap<UserId, Money> = limits.into_iter().collect();
    // What is owed: invoices on credit that are not wholly paid.
    let sql = "SELECT t.user_id, CAST(SUM(t.amount_minor) - COALESCE(SUM((SELECT SUM(p.amount_minor) \
               FROM desk_payments p WHERE p.top_up_id = t.id)), 0) AS BIGINT) FROM top_ups t \
               WHERE t.user_id IN ({}) AND t.method = 4 AND t.state IN (5, 6, 8) GROUP BY t.user_id";
    let owed = link.rows_in(sql, keys(), |row| Ok((row.id(UserId::new)?, row.take::<i64>()?))).await?;
    let owed: BTreeMap<UserId, i64> = owed.into_iter().collect();
    for user in users {
        book.desk.load_credit(user, limits.get(&user).copied(), owed.get(&user).copied().unwrap_or(0));
    }
    Ok(())
}

async fn load_orders(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let keys = || ids(needs.desk.iter().map(|id| id.uuid()));
    let sql = "SELECT top_up_id, approved_by FROM desk_approvals WHERE top_up_id IN ({})";
    let given = link.rows_in(sql, keys(), |row| Ok((row.id(TopUpId::new)?, row.id(UserId::new)?)));
    let mut approvals: BTreeMap<TopUpId, BTreeSet<UserId>> = BTreeMap::new();
    for (top_up, by) in given.await? {
        approvals.entry(top_up).or_default().insert(by);
    }
    let sql = format!(
        "SELECT o.top_up_id, o.maker, o.needs, i.due_at, {PAID}, {DETAIL_COLUMNS} FROM desk_orders o \
         LEFT JOIN desk_invoices i ON i.top_up_id = o.top_up_id WHERE o.top_up_id IN ({{}})"
    );
    let rows = link.rows_in(&sql, keys(), |row| {
        Ok(DeskOrder {
            top_up: row.id(TopUpId::new)?,
            maker: row.take::<Uuid>()?,
            needs: row.take_as("read a count", |count: i16| u16::try_from(count).ok())?,
            due_at: row.time_optional()?,
            paid_minor: row.take()?,
            details: read_details(row)?,
            approvals: BTreeSet::new(),
        })
    });
    for mut order in rows.await? {
        order.approvals = approvals.remove(&order.top_up).unwrap_or_default();
        book.desk.load(order);
    }
    Ok(())
}

async fn load_names(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let keys = needs.po_numbers.iter().map(|(_, number)| Value::from(number.as_str())).collect();
    let sql = "SELECT user_id, po_number FROM desk_orders WHERE po_number IN ({})";
    let rows = link.rows_in(sql, keys, |row| {
        let user = row.id(UserId::new)?;
        Ok((user, row.take_as("read a number", |text: String| PoNumber::parse(&text).ok())?))
    });
    rows.await?.into_iter().for_each(|(user, number)| book.desk.load_po_number(user, number));
    let keys = needs.bank_references.iter().map(|name| Value::from(name.as_str())).collect();
    let sql = "SELECT bank_reference FROM desk_payments WHERE bank_reference IN ({})";
    let read = |row: &mut Columns<'_>| {
        row.take_as("read a payment's name", |text: String| BankReference::parse(&text).ok())
    };
    link.rows_in(sql, keys, read).await?.into_iter().for_each(|name| book.desk.load_bank_reference(name));
    Ok(())
}

/// Writes what a batch of requests did at the desk.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let mut rows = Rows::default();
    for change in changes {
        if let Change::Desk(change) = change {
            rows.add(change);
        }
    }
    let Rows { orders, approvals, invoices, payments, events } = rows;
    let columns = "desk_orders (top_up_id, user_id, maker, needs, po_number, taken_from, notes)";
    insert(link, columns, 7, orders).await?;
    let columns = "desk_approvals (top_up_id, approved_by, maker, approved_at)";
    insert(link, columns, 4, approvals).await?;
    number(link, invoices).await?;
    let columns = "desk_payments (id, top_up_id, currency, amount_minor, value_date, bank_reference, \
                   entered_by, entered_at)";
    insert(link, columns, 8, payments).await?;
    insert(link, "desk_events (id, top_up_id, deed, done_by, done_at, state, detail)", 7, events).await
}

/// Gives invoices the next numbers of their series, in the same transaction:
/// a number that was not used is not missed.
async fn number(link: Link<'_>, invoices: Vec<(TopUpId, Option<Timestamp>, Timestamp)>) -> Result<(), Fault> {
    if invoices.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT last FROM desk_series WHERE name = 'invoices'{}", link.for_update());
    let last = link.row(sql, vec![], |row| row.take::<i64>()).await?;
    let mut last = last.ok_or(Fault::corrupt("find the last number of an invoice"))?;
    let mut values = Vec::new();
    for (top_up, due_at, at) in invoices {
        last += 1;
        values.extend([
            Value::from(last),
            top_up.uuid().into(),
            due_at.map(Timestamp::millis).into(),
            at.millis().into(),
        ]);
    }
    insert(link, "desk_invoices (number, top_up_id, due_at, issued_at)", 4, values).await?;
    let sql = "UPDATE desk_series SET last = $1 WHERE name = 'invoices'";
    link.change(sql, vec![last.into()]).await.map(|_| ())
}

#[derive(Default)]
struct Rows {
    orders: Vec<Value>,
    approvals: Vec<Value>,
    invoices: Vec<(TopUpId, Option<Timestamp>, Timestamp)>,
    payments: Vec<Value>,
    events: Vec<Value>,
}

impl Rows {
    fn add(&mut self, change: &DeskChange) {
        match change {
            DeskChange::Entered { order, user } => {
                let Details { po_number, taken_from, notes } = order.details.clone();
                self.orders.extend([
                    Value::from(order.top_up.uuid()),
                    user.uuid().into(),
                    order.maker.into(),
                    i16::try_from(order.needs).unwrap_or(i16::MAX).into(),
                    po_number.map(PoNumber::into_string).into(),
                    taken_from.map(TakenFrom::into_string).into(),
                    notes.map(DeskNote::into_string).into(),
                ]);
            }
            DeskChange::Approved { top_up, maker, by, at } => self.approvals.extend([
                Value::from(top_up.uuid()),
                by.uuid().into(),
                (*maker).into(),
                at.millis().into(),
            ]),
            DeskChange::Invoiced { top_up, due_at, at } => self.invoices.push((*top_up, *due_at, *at)),
            DeskChange::Paid { id, top_up, payment, by, at } => {
                let Payment { amount, value_date, bank_reference } = payment;
                self.payments.extend([
                    Value::from(*id),
                    top_up.uuid().into(),
                    amount.currency().as_str().into(),
                    amount.minor().into(),
                    value_date.millis().into(),
                    bank_reference.as_str().into(),
                    (*by).into(),
                    at.millis().into(),
                ]);
            }
            DeskChange::Noted { id, top_up, deed, by, at, detail, state } => self.events.extend([
                Value::from(*id),
                top_up.uuid().into(),
                deed.number().into(),
                (*by).into(),
                at.millis().into(),
                state.number().into(),
                detail.as_str().into(),
            ]),
        }
    }
}
