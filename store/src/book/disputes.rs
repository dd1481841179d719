//! Disputed card payments and refunds: into the Book and out of it.

use std::collections::BTreeSet;

use domain::book::{Book, Change};
use domain::command::Needs;
use domain::id::{DisputeId, RefundId, TopUpId, UserId};
use domain::time::Timestamp;
use domain::topup::Provider;
use domain::topup::facts::{DisputeState, RefundState};
use domain::topup::reversal::{Dispute, Refund};
use sea_orm::Value;

use crate::error::Fault;
use crate::tx::{Columns, Link, ids};

/// The columns that [`read_dispute`] reads.
pub(crate) const DISPUTE_COLUMNS: &str = "id, top_up_id, user_id, provider, provider_ref, state, currency, amount_minor, \
     tokens, held, withdrawn, opened_at, closed_at";

/// A dispute.
pub(crate) fn read_dispute(row: &mut Columns<'_>) -> Result<Dispute, Fault> {
    Ok(Dispute {
        id: row.id(DisputeId::new)?,
        top_up: row.id(TopUpId::new)?,
        user: row.id(UserId::new)?,
        provider: row.take_as("read a provider", Provider::from_number)?,
        reference: row.take()?,
        state: row.take_as("read a dispute's state", DisputeState::from_number)?,
        amount: row.money()?,
        tokens: row.tokens()?,
        held: row.tokens()?,
        withdrawn: row.tokens()?,
        at: row.time()?,
        closed_at: row.time_optional()?,
    })
}

/// The columns that [`read_refund`] reads.
pub(crate) const REFUND_COLUMNS: &str =
    "id, top_up_id, tokens, currency, amount_minor, state, created_by, created_at, closed_at";

/// A refund.
pub(crate) fn read_refund(row: &mut Columns<'_>) -> Result<Refund, Fault> {
    Ok(Refund {
        id: row.id(RefundId::new)?,
        top_up: row.id(TopUpId::new)?,
        tokens: row.tokens()?,
        money: row.money()?,
        state: row.take_as("read a refund's state", RefundState::from_number)?,
        created_by: row.take()?,
        at: row.time()?,
        closed_at: row.time_optional()?,
    })
}

/// Loads which of those who spend or give may not, and what is disputed of
/// the top-ups that are settled. Their accounts are locked before.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let sql = "SELECT id, user_id FROM disputes WHERE closed_at IS NULL AND user_id IN ({})";
    let redeemers = book.redemptions.all().map(|redemption| redemption.user.uuid());
    let spenders: BTreeSet<_> = needs.spenders.iter().map(|user| user.uuid()).chain(redeemers).collect();
    let read = |row: &mut Columns<'_>| Ok((row.id(DisputeId::new)?, row.id(UserId::new)?));
    for (dispute, user) in link.rows_in(sql, ids(spenders), read).await? {
        book.load_frozen(dispute, user);
    }
    let top_ups = ids(needs.top_ups.iter().map(|id| id.uuid()));
    let sql = format!("SELECT {DISPUTE_COLUMNS} FROM disputes WHERE top_up_id IN ({{}}) ORDER BY id");
    for dispute in link.rows_in(&sql, top_ups.clone(), read_dispute).await? {
        book.load_dispute(dispute);
    }
    let sql = format!("SELECT {REFUND_COLUMNS} FROM refunds WHERE top_up_id IN ({{}}) ORDER BY id");
    for refund in link.rows_in(&sql, top_ups, read_refund).await? {
        book.load_refund(refund);
    }
    Ok(())
}

/// Writes how disputes and refunds stand: few, so one statement each.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    for change in changes {
        match change {
            Change::DisputeStands(dispute) => write_dispute(link, dispute).await?,
            Change::RefundStands(refund) => write_refund(link, refund).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn write_dispute(link: Link<'_>, dispute: &Dispute) -> Result<(), Fault> {
    let values: Vec<Value> = vec![
        dispute.id.uuid().into(),
        dispute.top_up.uuid().into(),
        dispute.user.uuid().into(),
        dispute.provider.number().into(),
        dispute.reference.clone().into(),
        dispute.state.number().into(),
        dispute.amount.currency().as_str().into(),
        dispute.amount.minor().into(),
        dispute.tokens.units().into(),
        dispute.held.units().into(),
        dispute.withdrawn.units().into(),
        dispute.at.millis().into(),
        dispute.closed_at.map(Timestamp::millis).into(),
    ];
    let sql = format!(
        "INSERT INTO disputes ({DISPUTE_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, amount_minor = excluded.amount_minor, \
         tokens = excluded.tokens, held = excluded.held, withdrawn = excluded.withdrawn, \
         closed_at = excluded.closed_at"
    );
    one(link.change(sql, values).await?)
}

async fn write_refund(link: Link<'_>, refund: &Refund) -> Result<(), Fault> {
    let at = refund.at.millis();
    let values: Vec<Value> = vec![
        refund.id.uuid().into(),
        refund.top_up.uuid().into(),
        refund.tokens.units().into(),
        refund.money.currency().as_str().into(),
        refund.money.minor().into(),
        refund.state.number().into(),
        refund.created_by.into(),
        at.into(),
        refund.closed_at.map(Timestamp::millis).into(),
        at.into(),
    ];
    let sql = format!(
        "INSERT INTO refunds ({REFUND_COLUMNS}, due_at, attempts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, closed_at = excluded.closed_at"
    );
    one(link.change(sql, values).await?)
}

fn one(changed: u64) -> Result<(), Fault> {
    if changed == 1 { Ok(()) } else { Err(Fault::corrupt("write how a payment stands")) }
}
