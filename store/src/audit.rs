//! Running the audit over the whole database, a few thousand rows at a time.

mod top_ups;

use std::collections::HashMap;

use domain::id::OrderId;
use domain::ledger::account::{AccountId, AccountKind, Sums};
use domain::ledger::audit::{Audit, Finding, Totals};
use domain::ledger::chain::Seal;
use domain::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use domain::order::OrderLine;
use domain::redemption::Redemption;
use domain::time::Timestamp;
use uuid::Uuid;

use crate::Store;
use crate::book::load::{GIFT_COLUMNS, ORDER_COLUMNS, order_lines, read_gift, read_order};
use crate::error::{Fault, FaultKind};
use crate::redemptions::{REDEMPTION_COLUMNS, approvals, payee_mark, read_redemption};
use crate::secrets::Secret;
use crate::tx::{Columns, Link, ids};
use crate::vouchers::{BATCH_COLUMNS, of_batches, read_batch};
use crate::{desk, licences};

/// Rows that are read at a time.
const CHUNK: i64 = 5_000;

/// How far an audit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Transactions looked at.
    pub done: i64,
    /// Transactions that there are.
    pub all: i64,
}

impl Store {
    /// Proves the ledger from its transfers, on one unchanging view of the
    /// database; buying goes on meanwhile. Whoever can open the database may.
    ///
    /// # Errors
    /// A fault. What the audit finds wrong is the inner result.
    pub async fn audit(
        &self,
        mut tell: impl FnMut(Progress) + Send,
    ) -> Result<Result<Totals, Finding>, Fault> {
        let view = self.0.read.view().await?;
        let found = audit(view.link(), &self.0.secret, &mut tell).await;
        view.rollback().await?;
        found
    }
}

/// What ends the reading early: a finding, or a fault.
enum Stop {
    Found(Finding),
    Failed(Fault),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Found(finding)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

async fn audit(
    link: Link<'_>,
    secret: &Secret,
    tell: &mut (impl FnMut(Progress) + Send),
) -> Result<Result<Totals, Finding>, Fault> {
    match read_all(link, secret, tell).await {
        Ok(totals) => Ok(Ok(totals)),
        Err(Stop::Found(finding)) => Ok(Err(finding)),
        Err(Stop::Failed(fault)) => Err(fault),
    }
}

async fn read_all(
    link: Link<'_>,
    secret: &Secret,
    tell: &mut (impl FnMut(Progress) + Send),
) -> Result<Totals, Stop> {
    let sql = "SELECT sequence, seal FROM heads WHERE name = 'ledger'";
    let head = link.row(sql, vec![], |row| Ok((row.take::<i64>()?, row.take::<Vec<u8>>()?))).await?;
    let strange =
        |problem: &str| Finding { row: "head of the chain".to_owned(), problem: problem.to_owned() };
    let (last, seal) = head.ok_or_else(|| strange("its row is missing"))?;
    let seal: [u8; 32] = seal.try_into().map_err(|_| strange("its seal has a wrong length"))?;
    let seal = Seal::from_bytes(seal);
    let mut audit = Audit::default();
    let mut from = 0;
    loop {
        let transactions = read_transactions(link, from).await?;
        let Some((newest, ..)) = transactions.last() else { break };
        from = *newest;
        for (sequence, transaction, seal) in &transactions {
            audit.transaction(*sequence, transaction, *seal)?;
        }
        tell(Progress { done: from, all: last });
    }
    audit.head(last, seal)?;
    check_feed(link).await?;
    check_stray_transfers(link).await?;
    check_stray_lines(link).await?;
    read_accounts(link, &mut audit).await?;
    check_orders(link, &mut audit).await?;
    check_gifts(link, &mut audit).await?;
    check_vouchers(link, &mut audit).await?;
    check_redemptions(link, secret, &mut audit).await?;
    if let Some(finding) = licences::audit::check(link).await? {
        return Err(finding.into());
    }
    top_ups::check(link, &mut audit).await?;
    if let Some(finding) = desk::check(link).await? {
        return Err(finding.into());
    }
    Ok(audit.finish()?)
}

type Sealed = (i64, Transaction, Seal);

/// The transactions after `from` with their transfers.
async fn read_transactions(link: Link<'_>, from: i64) -> Result<Vec<Sealed>, Stop> {
    let sql = format!(
        "SELECT sequence, kind, reference, actor, at, detail, seal FROM transactions \
         WHERE sequence > $1 ORDER BY sequence LIMIT {CHUNK}"
    );
    let mut transactions = Vec::new();
    let rows = link.rows(sql, vec![from.into()], |row| {
        let sequence: i64 = row.take()?;
        Ok((
            sequence,
            row.take::<i16>()?,
            row.take()?,
            row.take()?,
            row.time()?,
            row.take()?,
            row.take::<Vec<u8>>()?,
        ))
    });
    for (sequence, kind, reference, actor, at, detail, seal) in rows.await? {
        let strange =
            |problem: &str| Finding { row: format!("transaction {sequence}"), problem: problem.to_owned() };
        let kind = TransactionKind::from_number(kind).ok_or_else(|| strange("its kind is unknown"))?;
        let seal: [u8; 32] = seal.try_into().map_err(|_| strange("its seal has a wrong length"))?;
        let transaction = Transaction { kind, reference, actor, at, detail, transfers: Vec::new() };
        transactions.push((sequence, transaction, Seal::from_bytes(seal)));
    }
    let Some((last, ..)) = transactions.last() else { return Ok(transactions) };
    let sql = "SELECT sequence, leg, debit_owner, debit_kind, credit_owner, credit_kind, amount, code FROM transfers \
               WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence, leg";
    let transfers = link.rows(sql, vec![from.into(), (*last).into()], |row| {
        Ok((row.take::<i64>()?, row.take::<i16>()?, read_transfer(row)?))
    });
    let mut next = transactions.iter_mut().peekable();
    for (sequence, leg, transfer) in transfers.await? {
        while next.peek().is_some_and(|(known, ..)| *known < sequence) {
            next.next();
        }
        let strange = |problem: &str| Finding {
            row: format!("transfer {sequence}/{leg}"),
            problem: problem.to_owned(),
        };
        let Some((_, transaction, _)) = next.peek_mut().filter(|(known, ..)| *known == sequence) else {
            return Err(strange("it belongs to no transaction").into());
        };
        if i16::try_from(transaction.transfers.len()) != Ok(leg) {
            return Err(strange("the legs of its transaction are not numbered through").into());
        }
        transaction.transfers.push(transfer.ok_or_else(|| strange("a kind, code or amount is unknown"))?);
    }
    Ok(transactions)
}

fn read_transfer(row: &mut Columns<'_>) -> Result<Option<Transfer>, Fault> {
    let (debit_owner, debit_kind): (Uuid, i16) = (row.take()?, row.take()?);
    let (credit_owner, credit_kind): (Uuid, i16) = (row.take()?, row.take()?);
    let (amount, code): (i64, i16) = (row.take()?, row.take()?);
    let account = |owner, kind| Some(AccountId { owner, kind: AccountKind::from_number(kind)? });
    let transfer = || {
        Some(Transfer {
            debit: account(debit_owner, debit_kind)?,
            credit: account(credit_owner, credit_kind)?,
            amount: domain::tokens::Tokens::from_units(amount)?,
            code: TransferCode::from_number(code)?,
        })
    };
    Ok(transfer())
}

/// Transfers whose transaction is not there would be passed over above.
async fn check_stray_transfers(link: Link<'_>) -> Result<(), Stop> {
    let sql = "SELECT t.sequence, t.leg FROM transfers t LEFT JOIN transactions x ON x.sequence = t.sequence \
               WHERE x.sequence IS NULL ORDER BY t.sequence, t.leg LIMIT 1";
    match link.row(sql, vec![], |row| Ok((row.take::<i64>()?, row.take::<i16>()?))).await? {
        Some((sequence, leg)) => {
            let problem = "it belongs to no transaction".to_owned();
            Err(Finding { row: format!("transfer {sequence}/{leg}"), problem }.into())
        }
        None => Ok(()),
    }
}

/// Lines of no order, or not numbered through, would be passed over below.
async fn check_stray_lines(link: Link<'_>) -> Result<(), Stop> {
    let sql = "SELECT l.order_id FROM order_lines l LEFT JOIN orders o ON o.id = l.order_id \
               GROUP BY l.order_id, o.id HAVING o.id IS NULL OR MIN(l.line) <> 0 OR MAX(l.line) <> COUNT(*) - 1 \
               ORDER BY l.order_id LIMIT 1";
    match link.row(sql, vec![], |row| row.take::<Uuid>()).await? {
        Some(id) => {
            let problem = "its lines are not numbered through, or it is not there itself".to_owned();
            Err(Finding { row: format!("order {id}"), problem }.into())
        }
        None => Ok(()),
    }
}

async fn read_accounts(link: Link<'_>, audit: &mut Audit) -> Result<(), Stop> {
    let mut from: Option<(Uuid, i16)> = None;
    loop {
        let (condition, values) = match from {
            Some((owner, kind)) => {
                ("WHERE owner > $1 OR (owner = $1 AND kind > $2)", vec![owner.into(), kind.into()])
            }
            None => ("", vec![]),
        };
        let sql = format!(
            "SELECT owner, kind, debits, credits FROM accounts {condition} ORDER BY owner, kind LIMIT {CHUNK}"
        );
        let rows = link.rows(sql, values, |row| {
            Ok((
                row.take::<Uuid>()?,
                row.take::<i16>()?,
                Sums { debits: row.tokens()?, credits: row.tokens()? },
            ))
        });
        let rows = rows.await?;
        let Some((owner, kind, _)) = rows.last() else { return Ok(()) };
        from = Some((*owner, *kind));
        for (owner, kind, sums) in rows {
            let strange = || Finding {
                row: format!("account {kind} of {owner}"),
                problem: "its kind is unknown".to_owned(),
            };
            let kind = AccountKind::from_number(kind).ok_or_else(strange)?;
            audit.account(AccountId { owner, kind }, sums)?;
        }
    }
}

/// The head of the change feed stands beside that of the chain. It is never
/// behind the feed, and nothing else stands there.
async fn check_feed(link: Link<'_>) -> Result<(), Stop> {
    let sql = "SELECT name, sequence, seal, (SELECT COALESCE(MAX(sequence), 0) FROM listing_changes) \
               FROM heads WHERE name <> 'ledger' ORDER BY name";
    let heads = link.rows(sql, vec![], |row| {
        Ok((row.take::<String>()?, row.take::<i64>()?, row.take::<Vec<u8>>()?, row.take::<i64>()?))
    });
    let strange = |name: &str, problem: &str| {
        Err(Finding { row: format!("head of {name}"), problem: problem.to_owned() }.into())
    };
    let mut is_there = false;
    for (name, sequence, seal, newest) in heads.await? {
        match name.as_str() {
            "listings" if sequence < newest => return strange(&name, "it is behind the changes"),
            "listings" if seal != Seal::GENESIS.as_bytes() => {
                return strange(&name, "it has no seal of its own");
            }
            "listings" => is_there = true,
            _ => return strange(&name, "nobody made it"),
        }
    }
    if is_there { Ok(()) } else { strange("listings", "its row is missing") }
}

async fn check_orders(link: Link<'_>, audit: &mut Audit) -> Result<(), Stop> {
    let select = format!("SELECT {ORDER_COLUMNS}, closed_at FROM orders");
    let mut from = Uuid::nil();
    loop {
        let mut orders = read_after(link, "order", &select, from, read_order).await?;
        let Some((last, _)) = orders.last() else { return Ok(()) };
        from = last.id.uuid();
        let mut lines = read_lines(link, orders.iter().map(|(order, _)| order.id).collect()).await?;
        for (order, closed_at) in &mut orders {
            order.lines = lines.remove(&order.id).unwrap_or_default();
            audit.order(order, *closed_at)?;
        }
    }
}

/// The lines of these orders; if one cannot be read, the order is named.
async fn read_lines(link: Link<'_>, orders: Vec<OrderId>) -> Result<HashMap<OrderId, Vec<OrderLine>>, Stop> {
    match order_lines(link, orders.iter().copied()).await {
        Err(fault) if fault.kind() == FaultKind::Corrupt => {
            for order in orders {
                if let Err(fault) = order_lines(link, [order]).await {
                    return Err(Finding { row: format!("order {order}"), problem: fault.to_string() }.into());
                }
            }
            Err(fault.into())
        }
        lines => Ok(lines?),
    }
}

async fn check_gifts(link: Link<'_>, audit: &mut Audit) -> Result<(), Stop> {
    let select = format!("SELECT {GIFT_COLUMNS}, closed_at FROM gifts");
    let mut from = Uuid::nil();
    loop {
        let gifts = read_after(link, "gift", &select, from, read_gift).await?;
        let Some((last, _)) = gifts.last() else { return Ok(()) };
        from = last.id.uuid();
        for (gift, closed_at) in &gifts {
            audit.gift(gift, *closed_at)?;
        }
    }
}

async fn check_vouchers(link: Link<'_>, audit: &mut Audit) -> Result<(), Stop> {
    let sql = "SELECT v.id, v.batch_id FROM vouchers v LEFT JOIN voucher_batches b ON b.id = v.batch_id \
               WHERE b.id IS NULL ORDER BY v.id LIMIT 1";
    let stray = link.row(sql, vec![], |row| Ok((row.take::<Uuid>()?, row.take::<Uuid>()?)));
    if let Some((id, batch)) = stray.await? {
        let problem = format!("its batch {batch} is not there");
        return Err(Finding { row: format!("voucher {id}"), problem }.into());
    }
    let select = format!("SELECT {BATCH_COLUMNS}, CAST(NULL AS BIGINT) FROM voucher_batches");
    let mut from = Uuid::nil();
    loop {
        let batches = read_after(link, "voucher batch", &select, from, read_batch).await?;
        let Some((last, _)) = batches.last() else { return Ok(()) };
        from = last.id.uuid();
        for (batch, _) in &batches {
            let vouchers = of_batches(link, [batch.id]).await;
            // A row that cannot have been written by us is a finding.
            let mut vouchers = match vouchers {
                Err(fault) if fault.kind() == FaultKind::Corrupt => {
                    let row = format!("voucher batch {}", batch.id);
                    return Err(Finding { row, problem: fault.to_string() }.into());
                }
                vouchers => vouchers?,
            };
            audit.vouchers(batch, &vouchers.remove(&batch.id).unwrap_or_default())?;
        }
    }
}

async fn check_redemptions(link: Link<'_>, secret: &Secret, audit: &mut Audit) -> Result<(), Stop> {
    let sql = "SELECT a.redemption_id FROM redemption_approvals a LEFT JOIN redemptions r \
               ON r.id = a.redemption_id WHERE r.id IS NULL OR r.user_id <> a.user_id \
               ORDER BY a.redemption_id LIMIT 1";
    if let Some(id) = link.row(sql, vec![], |row| row.take::<Uuid>()).await? {
        let problem = "somebody agreed to what is not there, or to somebody else’s".to_owned();
        return Err(Finding { row: format!("redemption {id}"), problem }.into());
    }
    let select = format!("SELECT {REDEMPTION_COLUMNS}, closed_at FROM redemptions");
    let mut from = Uuid::nil();
    loop {
        let mut redemptions = read_after(link, "redemption", &select, from, read_redemption).await?;
        let Some((last, _)) = redemptions.last() else { return Ok(()) };
        from = last.id.uuid();
        let mut agreed = approvals(link, redemptions.iter().map(|(redemption, _)| redemption.id)).await?;
        for (redemption, closed_at) in &mut redemptions {
            redemption.approvals = agreed.remove(&redemption.id).unwrap_or_default();
            audit.redemption(redemption, *closed_at)?;
        }
        check_payees(link, secret, &redemptions).await?;
    }
}

/// Where to pay is what its user wrote, or erased.
async fn check_payees(
    link: Link<'_>,
    secret: &Secret,
    of: &[(Redemption, Option<Timestamp>)],
) -> Result<(), Stop> {
    let sql = "SELECT redemption_id, payee FROM redemption_payees WHERE redemption_id IN ({})";
    let keys = ids(of.iter().map(|(redemption, _)| redemption.id.uuid()));
    let payees = link.rows_in(sql, keys, |row| Ok((row.take::<Uuid>()?, row.take::<String>()?))).await?;
    let payees: HashMap<Uuid, String> = payees.into_iter().collect();
    for (redemption, closed_at) in of {
        let problem = match payees.get(&redemption.id.uuid()) {
            Some(payee) if payee_mark(secret, redemption.user, payee) == redemption.payee => continue,
            None if closed_at.is_some() => continue,
            Some(_) => "where to pay is not what its user wrote",
            None => "where to pay is gone before it was paid",
        };
        let row = format!("redemption {}", redemption.id);
        return Err(Finding { row, problem: problem.to_owned() }.into());
    }
    Ok(())
}

/// The next rows of a table, in the order of their key, which is the first
/// column; each with when it was closed, which is the last. A row that cannot
/// have been written by us is a finding, not a fault.
async fn read_after<T>(
    link: Link<'_>,
    noun: &str,
    select: &str,
    from: Uuid,
    read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
) -> Result<Vec<(T, Option<Timestamp>)>, Stop> {
    let sql = format!("{select} WHERE id > $1 ORDER BY id LIMIT {CHUNK}");
    let rows = link.rows(sql, vec![from.into()], |row| {
        let id: Uuid = row.peek()?;
        match read(row) {
            Ok(thing) => Ok((id, Ok((thing, row.time_optional()?)))),
            Err(fault) if fault.kind() == FaultKind::Corrupt => Ok((id, Err(fault))),
            Err(fault) => Err(fault),
        }
    });
    let named = |(id, row): (Uuid, Result<_, Fault>)| {
        row.map_err(|fault| Finding { row: format!("{noun} {id}"), problem: fault.to_string() })
    };
    Ok(rows.await?.into_iter().map(named).collect::<Result<_, _>>()?)
}
