//! Running the audit over the whole database, a few thousand rows at a time.

use domain::ledger::account::{AccountId, AccountKind, Sums};
use domain::ledger::audit::{Audit, Finding, Totals};
use domain::ledger::chain::Seal;
use domain::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use sea_orm::TransactionTrait;
use uuid::Uuid;

use crate::Store;
use crate::book::load::{GIFT_COLUMNS, ORDER_COLUMNS, read_gift, read_order};
use crate::error::Fault;
use crate::tx::{Columns, Link};

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
        let options = sea_orm::TransactionOptions {
            isolation_level: Some(sea_orm::IsolationLevel::RepeatableRead),
            ..Default::default()
        };
        let view = match self.0.is_sqlite {
            true => self.0.read.begin().await?,
            false => self.0.read.begin_with_options(options).await?,
        };
        let found = audit(Link::from(&view), &mut tell).await;
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
    tell: &mut (impl FnMut(Progress) + Send),
) -> Result<Result<Totals, Finding>, Fault> {
    match read_all(link, tell).await {
        Ok(totals) => Ok(Ok(totals)),
        Err(Stop::Found(finding)) => Ok(Err(finding)),
        Err(Stop::Failed(fault)) => Err(fault),
    }
}

async fn read_all(link: Link<'_>, tell: &mut (impl FnMut(Progress) + Send)) -> Result<Totals, Stop> {
    let sql = "SELECT sequence, seal FROM heads WHERE name = 'ledger'";
    let head = link.row(sql, vec![], |row| Ok((row.take::<i64>()?, Seal::from_bytes(row.hash()?)))).await?;
    let missing =
        || Finding { row: "head of the chain".to_owned(), problem: "its row is missing".to_owned() };
    let (last, seal) = head.ok_or_else(missing)?;
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
    check_stray_transfers(link).await?;
    read_accounts(link, &mut audit).await?;
    let orders = format!("SELECT {ORDER_COLUMNS} FROM orders");
    for_each(link, &orders, "id", read_order, |order| order.id.uuid(), |order| audit.order(order)).await?;
    let gifts = format!("SELECT {GIFT_COLUMNS} FROM gifts");
    for_each(link, &gifts, "id", read_gift, |gift| gift.id.uuid(), |gift| audit.gift(gift)).await?;
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

/// Feeds all rows of a table to the audit, in the order of their key.
async fn for_each<T>(
    link: Link<'_>,
    select: &str,
    key: &str,
    read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
    key_of: impl Fn(&T) -> Uuid,
    mut check: impl FnMut(&T) -> Result<(), Finding>,
) -> Result<(), Stop> {
    let mut from = Uuid::nil();
    loop {
        let sql = format!("{select} WHERE {key} > $1 ORDER BY {key} LIMIT {CHUNK}");
        let rows = link.rows(sql, vec![from.into()], &read).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        from = key_of(last);
        for row in &rows {
            check(row)?;
        }
    }
}
