//! Orders at the desk: into the Book.

use std::collections::{BTreeMap, BTreeSet};

use domain::book::Book;
use domain::command::Needs;
use domain::desk::{Billed, Credit, DeskOrder, Details, KnownPayment, PaperKind};
use domain::id::{PaperId, PaymentId, TopUpId, UserId};
use domain::text::{BillTo, DeskNote, PoNumber, TakenFrom};
use sea_orm::Value;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::{Columns, Link, ids};

/// The columns that [`read_details`] reads.
pub(super) const DETAIL_COLUMNS: &str = "o.po_number, o.taken_from, o.notes, \
     (SELECT b.bill_to FROM bill_tos b WHERE b.top_up_id = o.top_up_id)";

/// What is known of an order.
pub(super) fn read_details(row: &mut Columns<'_>) -> Result<Details, Fault> {
    let what = "read an order at the desk";
    Ok(Details {
        po_number: row.take_optional(what, |text: String| PoNumber::parse(&text).ok())?,
        taken_from: row.take_optional(what, |text: String| TakenFrom::parse(&text).ok())?,
        notes: row.take_optional(what, |text: String| DeskNote::parse(&text).ok())?,
        bill_to: row.take_optional(what, |text: String| BillTo::parse(&text).ok())?,
    })
}

/// What was paid for an order and neither came back nor went elsewhere, in
/// minor units.
pub(super) const PAID: &str = "CAST(COALESCE((SELECT SUM(p.amount_minor) FROM desk_payments p \
     WHERE p.top_up_id = o.top_up_id AND NOT EXISTS (SELECT 1 FROM desk_bounces b WHERE b.payment_id = p.id)), 0) \
     - COALESCE((SELECT SUM(m.amount_minor) FROM desk_moves m WHERE m.top_up_id = o.top_up_id), 0) AS BIGINT)";

/// Loads what a batch of requests needs of the desk.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    read_orders(link, &needs.desk).await?.into_iter().for_each(|order| book.desk.load(order));
    load_names(link, book, needs).await?;
    load_series(link, book, needs).await?;
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
    let mut credits: BTreeMap<UserId, Credit> = limits
        .into_iter()
        .map(|(user, limit)| (user, Credit { limit: Some(limit), ..Credit::default() }))
        .collect();
    // What is owed: invoices on credit that are not wholly paid.
    let sql = format!(
        "SELECT t.user_id, CAST(SUM(t.amount_minor - {PAID}) AS BIGINT), \
         CAST(SUM(CASE WHEN t.state = 8 THEN 1 ELSE 0 END) AS BIGINT) FROM top_ups t \
         JOIN desk_orders o ON o.top_up_id = t.id \
         WHERE t.user_id IN ({{}}) AND t.method = 4 AND t.state IN (5, 6, 8) GROUP BY t.user_id"
    );
    let read = |row: &mut Columns<'_>| Ok((row.id(UserId::new)?, row.take::<i64>()?, row.count()?));
    for (user, owed_minor, late) in link.rows_in(&sql, keys(), read).await? {
        let credit = credits.entry(user).or_default();
        (credit.owed_minor, credit.late) = (owed_minor, late);
    }
    for user in users {
        book.desk.load_credit(user, credits.get(&user).copied().unwrap_or_default());
    }
    Ok(())
}

/// The last numbers of the papers that may be written, locked: whoever writes
/// papers of a kind waits for who did before.
async fn load_series(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let lock = link.for_update();
    let sql = format!("SELECT name, last FROM desk_series WHERE name IN ({{}}) ORDER BY name{lock}");
    let keys = needs.papers.iter().map(|kind| Value::from(kind.series())).collect();
    let read = |row: &mut Columns<'_>| {
        let kind = row.take_as("read a series of papers", |name: String| PaperKind::of_series(&name))?;
        Ok((kind, row.take::<i64>()?))
    };
    link.rows_in(&sql, keys, read)
        .await?
        .into_iter()
        .for_each(|(kind, last)| book.desk.load_series(kind, last));
    Ok(())
}

/// Orders at the desk as the rules know them.
pub(super) async fn read_orders(link: Link<'_>, wanted: &BTreeSet<TopUpId>) -> Result<Vec<DeskOrder>, Fault> {
    let keys = || ids(wanted.iter().map(|id| id.uuid()));
    let sql = "SELECT top_up_id, approved_by FROM desk_approvals WHERE top_up_id IN ({})";
    let given = link.rows_in(sql, keys(), |row| Ok((row.id(TopUpId::new)?, row.id(UserId::new)?)));
    let mut approvals: BTreeMap<TopUpId, BTreeSet<UserId>> = BTreeMap::new();
    for (top_up, by) in given.await? {
        approvals.entry(top_up).or_default().insert(by);
    }
    let mut payments = read_payments(link, keys()).await?;
    let sql = format!(
        "SELECT o.top_up_id, o.maker, o.needs, {PAID}, i.id, i.number, i.due_at, \
         (SELECT COUNT(*) FROM desk_moves m WHERE m.top_up_id = o.top_up_id), \
         CAST(COALESCE((SELECT MAX(r.reminder) FROM desk_reminders r WHERE r.top_up_id = o.top_up_id), 0) \
         AS SMALLINT), (SELECT COUNT(*) FROM desk_events e WHERE e.top_up_id = o.top_up_id), \
         COALESCE((SELECT MAX(e.done_at) FROM desk_events e WHERE e.top_up_id = o.top_up_id), 0), {DETAIL_COLUMNS} \
         FROM desk_orders o LEFT JOIN papers i ON i.about = o.top_up_id AND i.kind = 2 \
         WHERE o.top_up_id IN ({{}})"
    );
    let rows = link.rows_in(&sql, keys(), |row| {
        Ok(DeskOrder {
            top_up: row.id(TopUpId::new)?,
            maker: row.take::<Uuid>()?,
            needs: row.take_as("read a count", |count: i16| u16::try_from(count).ok())?,
            paid_minor: row.take()?,
            billed: read_billed(row)?,
            moves: row.count()?,
            reminded: row.take_as("read a reminder", |last: i16| u16::try_from(last).ok())?,
            deeds: row.count()?,
            touched_at: row.time()?,
            payments: Vec::new(),
            details: read_details(row)?,
            approvals: BTreeSet::new(),
        })
    });
    let mut orders = rows.await?;
    for order in &mut orders {
        order.approvals = approvals.remove(&order.top_up).unwrap_or_default();
        order.payments = payments.remove(&order.top_up).unwrap_or_default();
    }
    Ok(orders)
}

fn read_billed(row: &mut Columns<'_>) -> Result<Option<Billed>, Fault> {
    let (paper, number) = (row.id_optional(PaperId::new)?, row.take::<Option<i64>>()?);
    let due_at = row.time_optional()?;
    let billed = |paper| Some(Billed { paper, number: number?, due_at: due_at? });
    Ok(paper.and_then(billed))
}

/// The payments of these orders, oldest first.
async fn read_payments(
    link: Link<'_>,
    keys: Vec<Value>,
) -> Result<BTreeMap<TopUpId, Vec<KnownPayment>>, Fault> {
    let sql = "SELECT p.top_up_id, p.id, p.amount_minor, p.entered_by, \
               (SELECT COUNT(*) FROM desk_bounces b WHERE b.payment_id = p.id), \
               (SELECT COUNT(*) FROM desk_moves m WHERE m.payment_id = p.id) \
               FROM desk_payments p WHERE p.top_up_id IN ({}) ORDER BY p.entered_at, p.id";
    let read = |row: &mut Columns<'_>| {
        let top_up = row.id(TopUpId::new)?;
        let (id, minor, by) = (row.id(PaymentId::new)?, row.take()?, row.take()?);
        let (is_bounced, is_moved) = (row.count()? > 0, row.count()? > 0);
        Ok((top_up, KnownPayment { id, minor, by, is_bounced, is_moved }))
    };
    let mut all: BTreeMap<TopUpId, Vec<KnownPayment>> = BTreeMap::new();
    for (top_up, payment) in link.rows_in(sql, keys, read).await? {
        all.entry(top_up).or_default().push(payment);
    }
    Ok(all)
}

async fn load_names(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let keys = needs.po_numbers.iter().map(|(_, number)| Value::from(number.as_str())).collect();
    let sql = "SELECT user_id, po_number FROM desk_orders WHERE po_number IN ({})";
    let rows = link.rows_in(sql, keys, |row| {
        let user = row.id(UserId::new)?;
        Ok((user, row.take_as("read a number", |text: String| PoNumber::parse(&text).ok())?))
    });
    rows.await?.into_iter().for_each(|(user, number)| book.desk.load_po_number(user, number));
    for (table, column) in [("desk_payments", "bank_reference"), ("desk_moves", "name")] {
        let keys = needs.bank_references.iter().map(|name| Value::from(name.as_str())).collect();
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IN ({{}})");
        let names = link.rows_in(&sql, keys, |row| row.take::<String>()).await?;
        names.into_iter().for_each(|name| book.desk.load_bank_reference(name));
    }
    Ok(())
}
