//! Reading top-ups, disputes, refunds and lots of promo tokens for the audit.

use std::collections::HashMap;

use domain::id::{LotId, TopUpId, UserId};
use domain::ledger::audit::{Audit, Finding, TopUpRows};
use domain::promo::Lot;
use domain::topup::reversal::{Dispute, Refund};
use uuid::Uuid;

use super::{Stop, read_after};
use crate::book::disputes::{DISPUTE_COLUMNS, REFUND_COLUMNS, read_dispute, read_refund};
use crate::book::top_ups::{TOP_UP_COLUMNS, read_top_up};
use crate::error::{Fault, FaultKind};
use crate::tx::{Columns, Link, ids};

/// Compares all of them with the ledger.
pub(super) async fn check(link: Link<'_>, audit: &mut Audit) -> Result<(), Stop> {
    for table in ["disputes", "refunds"] {
        check_strays(link, table).await?;
    }
    let select = format!("SELECT {TOP_UP_COLUMNS}, CAST(NULL AS BIGINT) FROM top_ups");
    let mut from = Uuid::nil();
    loop {
        let top_ups = read_after(link, "top-up", &select, from, read_top_up).await?;
        let Some((last, _)) = top_ups.last() else { break };
        from = last.id.uuid();
        let all: Vec<TopUpId> = top_ups.iter().map(|(top_up, _)| top_up.id).collect();
        let mut disputes = group(read_disputes(link, &all).await?, |dispute| dispute.top_up);
        let mut refunds = group(read_refunds(link, &all).await?, |refund| refund.top_up);
        for (top_up, _) in top_ups {
            let disputes = disputes.remove(&top_up.id).unwrap_or_default();
            let refunds = refunds.remove(&top_up.id).unwrap_or_default();
            audit.top_up(&TopUpRows { top_up, disputes, refunds })?;
        }
    }
    check_lots(link, audit).await
}

fn group<T>(all: Vec<T>, of: impl Fn(&T) -> TopUpId) -> HashMap<TopUpId, Vec<T>> {
    let mut groups: HashMap<TopUpId, Vec<T>> = HashMap::new();
    for one in all {
        groups.entry(of(&one)).or_default().push(one);
    }
    groups
}

async fn read_disputes(link: Link<'_>, of: &[TopUpId]) -> Result<Vec<Dispute>, Stop> {
    let sql = format!("SELECT {DISPUTE_COLUMNS} FROM disputes WHERE top_up_id IN ({{}}) ORDER BY id");
    read_all(link, "dispute", &sql, of, read_dispute).await
}

async fn read_refunds(link: Link<'_>, of: &[TopUpId]) -> Result<Vec<Refund>, Stop> {
    let sql = format!("SELECT {REFUND_COLUMNS} FROM refunds WHERE top_up_id IN ({{}}) ORDER BY id");
    read_all(link, "refund", &sql, of, read_refund).await
}

/// A row that cannot have been written by us is a finding, not a fault.
async fn read_all<T>(
    link: Link<'_>,
    noun: &str,
    sql: &str,
    of: &[TopUpId],
    read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Stop> {
    let rows = link.rows_in(sql, ids(of.iter().map(|id| id.uuid())), |row| {
        let id: Uuid = row.peek()?;
        match read(row) {
            Err(fault) if fault.kind() == FaultKind::Corrupt => Ok(Err((id, fault))),
            read => read.map(Ok),
        }
    });
    let named =
        |(id, fault): (Uuid, Fault)| Finding { row: format!("{noun} {id}"), problem: fault.to_string() };
    Ok(rows.await?.into_iter().map(|row| row.map_err(named)).collect::<Result<_, _>>()?)
}

/// Rows of a top-up that is not there would be passed over.
async fn check_strays(link: Link<'_>, table: &str) -> Result<(), Stop> {
    let sql = format!(
        "SELECT s.id FROM {table} s LEFT JOIN top_ups t ON t.id = s.top_up_id WHERE t.id IS NULL ORDER BY s.id LIMIT 1"
    );
    match link.row(&sql, vec![], |row| row.take::<Uuid>()).await? {
        Some(id) => {
            let problem = "its top-up is not there".to_owned();
            Err(Finding { row: format!("one of {table}, {id}"), problem }.into())
        }
        None => Ok(()),
    }
}

async fn check_lots(link: Link<'_>, audit: &mut Audit) -> Result<(), Stop> {
    let select = "SELECT id, user_id, amount, expires_at, created_at, CAST(NULL AS BIGINT) FROM promo_lots";
    let read = |row: &mut Columns<'_>| {
        Ok(Lot {
            id: row.id(LotId::new)?,
            user: row.id(UserId::new)?,
            amount: row.tokens()?,
            expires_at: row.time_optional()?,
            at: row.time()?,
        })
    };
    let mut from = Uuid::nil();
    loop {
        let lots = read_after(link, "lot", select, from, read).await?;
        let Some((last, _)) = lots.last() else { return Ok(()) };
        from = last.id.uuid();
        lots.iter().try_for_each(|(lot, _)| audit.lot(lot))?;
    }
}
