//! What the desk shows: the queue, and an order with its whole history.

use std::collections::BTreeSet;

use domain::access::Actor;
use domain::desk::{Deed, DeskOrder, Details, PaperKind};
use domain::id::{PaymentId, TopUpId, UserId};
use domain::money::Money;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::topup::{Method, TopUp, TopUpState};
use sea_orm::Value;
use uuid::Uuid;

use super::book::{DETAIL_COLUMNS, PAID, read_details, read_orders};
use crate::Store;
use crate::book::top_ups::{TOP_UP_COLUMNS, read_top_up};
use crate::error::{Done, Fault};
use crate::page::{Page, Window};
use crate::tx::Columns;

/// An order at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskView {
    /// The top-up.
    pub top_up: TopUp,
    /// The handle of who gets the tokens.
    pub handle: String,
    /// How many have to agree.
    pub needs: u32,
    /// How many have agreed.
    pub approvals: u32,
    /// What was paid so far.
    pub paid: Money,
    /// The number of its invoice or pro-forma invoice, once there is one.
    pub invoice_number: Option<String>,
    /// Until when an invoice on credit is to be paid.
    pub due_at: Option<Timestamp>,
    /// What else is known.
    pub details: Details,
}

/// Which orders are wanted; all if nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeskFilter {
    /// Only those that stand so.
    pub state: Option<TopUpState>,
    /// Only those paid so.
    pub method: Option<Method>,
}

/// A line of an order's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskEvent {
    /// What was done.
    pub deed: Deed,
    /// By whom; nobody for the program itself.
    pub by_handle: Option<String>,
    /// When.
    pub at: Timestamp,
    /// How the order stood then.
    pub state: TopUpState,
    /// What there is to say about it.
    pub detail: String,
}

/// Money that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPayment {
    /// Which payment.
    pub id: PaymentId,
    /// How much.
    pub amount: Money,
    /// On which day it counts.
    pub value_date: Timestamp,
    /// What the bank or the till calls it.
    pub bank_reference: String,
    /// Who recorded it.
    pub entered_by: UserId,
    /// When.
    pub at: Timestamp,
    /// When it came back, if it did.
    pub bounced_at: Option<Timestamp>,
}

impl Store {
    /// The orders at the desk, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn top_up_desk(
        &self,
        actor: &Actor,
        filter: DeskFilter,
        window: Window<Uuid>,
    ) -> Done<Page<DeskView>> {
        actor.staff()?;
        let (mut values, mut tail) = (Vec::<Value>::new(), "WHERE 1 = 1".to_owned());
        for (column, number) in
            [("state", filter.state.map(TopUpState::number)), ("method", filter.method.map(Method::number))]
        {
            if let Some(number) = number {
                values.push(number.into());
                tail.push_str(&format!(" AND t.{column} = ${}", values.len()));
            }
        }
        tail.push_str(&window.clause("t.id", &mut values));
        Ok(window.page(self.read_desk(&tail, values).await?))
    }

    /// An order at the desk, for its user and for the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn desk_order(&self, actor: &Actor, id: TopUpId) -> Done<DeskView> {
        let user = actor.signed_in()?;
        let view = self.desk_view(id).await?;
        let is_theirs = view.top_up.user == user.id || actor.staff().is_ok();
        if is_theirs { Ok(view) } else { Err(Refusal::missing("top-up").into()) }
    }

    /// The history of an order, oldest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn desk_events(&self, actor: &Actor, id: TopUpId) -> Done<Vec<DeskEvent>> {
        actor.staff()?;
        let sql = "SELECT e.deed, u.handle, e.done_at, e.state, e.detail FROM desk_events e \
                   LEFT JOIN users u ON u.id = e.done_by WHERE e.top_up_id = $1 \
                   ORDER BY e.place, e.done_at, e.id LIMIT 200";
        let rows = self.read().rows(sql, vec![id.uuid().into()], |row| {
            Ok(DeskEvent {
                deed: row.take_as("read a deed", Deed::from_number)?,
                by_handle: row.take()?,
                at: row.time()?,
                state: row.take_as("read a top-up's state", TopUpState::from_number)?,
                detail: row.take()?,
            })
        });
        Ok(rows.await?)
    }

    /// The money that came for an order, oldest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn desk_payments(&self, actor: &Actor, id: TopUpId) -> Done<Vec<DeskPayment>> {
        actor.staff()?;
        let sql = "SELECT p.id, p.currency, p.amount_minor, p.value_date, p.bank_reference, p.entered_by, \
                   p.entered_at, b.bounced_at FROM desk_payments p LEFT JOIN desk_bounces b ON b.payment_id = p.id \
                   WHERE p.top_up_id = $1 ORDER BY p.entered_at, p.id LIMIT 200";
        let rows = self.read().rows(sql, vec![id.uuid().into()], |row| {
            Ok(DeskPayment {
                id: row.id(PaymentId::new)?,
                amount: row.money()?,
                value_date: row.time()?,
                bank_reference: row.take()?,
                entered_by: row.id(UserId::new)?,
                at: row.time()?,
                bounced_at: row.time_optional()?,
            })
        });
        Ok(rows.await?)
    }

    /// An order at the desk as the rules know it: what may be done to it, and
    /// what was paid too much. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, `NotFound`.
    pub async fn desk_standing(&self, actor: &Actor, id: TopUpId) -> Done<DeskOrder> {
        actor.staff()?;
        let found = read_orders(self.read(), &BTreeSet::from([id])).await?.into_iter().next();
        Ok(found.ok_or(Refusal::missing("top-up"))?)
    }

    pub(super) async fn desk_view(&self, id: TopUpId) -> Done<DeskView> {
        let found = self.read_desk("WHERE t.id = $1", vec![id.uuid().into()]).await?;
        Ok(found.into_iter().next().ok_or(Refusal::missing("top-up"))?)
    }

    async fn read_desk(&self, tail: &str, values: Vec<Value>) -> Result<Vec<DeskView>, Fault> {
        let columns: Vec<String> =
            TOP_UP_COLUMNS.split(", ").map(|column| format!("t.{}", column.trim())).collect();
        let sql = format!(
            "SELECT {}, u.handle, o.needs, (SELECT COUNT(*) FROM desk_approvals a WHERE a.top_up_id = t.id), \
             {PAID}, i.kind, i.number, i.due_at, {DETAIL_COLUMNS} FROM desk_orders o \
             JOIN top_ups t ON t.id = o.top_up_id JOIN users u ON u.id = t.user_id \
             LEFT JOIN papers i ON i.about = t.id AND i.kind <= 2 {tail}",
            columns.join(", ")
        );
        let read = |row: &mut Columns<'_>| {
            let top_up = read_top_up(row)?;
            let currency = top_up.agreed.due.currency();
            Ok(DeskView {
                handle: row.take()?,
                needs: row.take_as("read a count", |count: i16| u32::try_from(count).ok())?,
                approvals: row.count()?,
                // Below nothing if more was given away than is left.
                paid: row
                    .take_as("read an amount of money", |minor: i64| Money::new(minor.max(0), currency))?,
                invoice_number: read_label(row)?,
                due_at: row.time_optional()?,
                details: read_details(row)?,
                top_up,
            })
        };
        self.read().rows(sql, values, read).await
    }
}

/// The number of a paper as people read it, if there is one.
fn read_label(row: &mut Columns<'_>) -> Result<Option<String>, Fault> {
    let kind = row.take_optional("read a kind of paper", PaperKind::from_number)?;
    let number: Option<i64> = row.take()?;
    Ok(kind.zip(number).map(|(kind, number)| kind.label(number)))
}
