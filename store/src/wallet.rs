//! Wallets: balances and the statement of every movement.

use std::collections::HashMap;

use domain::access::Actor;
use domain::id::UserId;
use domain::ledger::account::{AccountId, AccountKind, Sums};
use domain::ledger::transfer::{TransactionKind, TransferCode};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::page::{Page, Window};
use crate::tx::{Columns, ids, marks};

/// What a user holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wallet {
    /// Bought, granted or given: to spend and to give.
    pub spendable: Tokens,
    /// Income from sales: to spend and to give.
    pub earned: Tokens,
    /// To try the market: to spend only.
    pub promo: Tokens,
    /// Owed to the vendor.
    pub debt: Tokens,
    /// Held for this user as a seller, until buyers confirm.
    pub held: Tokens,
}

impl Wallet {
    fn put(&mut self, kind: AccountKind, balance: Tokens) {
        match kind {
            AccountKind::Spendable => self.spendable = balance,
            AccountKind::Earned => self.earned = balance,
            AccountKind::Promo => self.promo = balance,
            AccountKind::Debt => self.debt = balance,
            AccountKind::Escrow => self.held = balance,
            _ => {}
        }
    }

    /// Spendable, earned and promo less debt: the balance that is shown.
    #[must_use]
    pub fn balance(&self) -> Tokens {
        self.to_spend().saturating_sub(self.debt)
    }

    /// What a purchase can use.
    #[must_use]
    pub fn to_spend(&self) -> Tokens {
        Tokens::checked_sum([self.spendable, self.earned, self.promo]).unwrap_or_default()
    }

    /// What a gift can use.
    #[must_use]
    pub fn to_give(&self) -> Tokens {
        Tokens::checked_sum([self.spendable, self.earned]).unwrap_or_default()
    }
}

/// Which way a movement went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the wallet.
    In,
    /// Out of the wallet.
    Out,
}

/// A place in a statement: a transfer by its transaction and leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The transaction's number in the chain.
    pub sequence: i64,
    /// The transfer's number in the transaction.
    pub leg: i16,
}

/// One movement in a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Where it stands in the statement.
    pub place: Place,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: TransactionKind,
    /// Which part of it this is.
    pub code: TransferCode,
    /// Which way.
    pub direction: Direction,
    /// How much.
    pub amount: Tokens,
    /// The bucket it went into or out of.
    pub bucket: AccountKind,
    /// The other side's account.
    pub other: AccountId,
    /// The other side's handle; none for the vendor.
    pub other_handle: Option<String>,
    /// The order, gift or user it is about.
    pub reference: Uuid,
    /// The vendor's reason for a grant.
    pub detail: String,
    /// The balance after it.
    pub balance_after: Tokens,
}

impl Store {
    /// What a user holds.
    ///
    /// # Errors
    /// A fault only.
    pub async fn wallet(&self, user: UserId) -> Result<Wallet, Fault> {
        Ok(self.wallets(std::iter::once(user)).await?.remove(&user).unwrap_or_default())
    }

    /// What these users hold; those without any account are left out.
    pub(crate) async fn wallets(
        &self,
        users: impl Iterator<Item = UserId>,
    ) -> Result<HashMap<UserId, Wallet>, Fault> {
        let values = ids(users.map(|user| user.uuid()));
        if values.is_empty() {
            return Ok(HashMap::new());
        }
        let marks = marks(0, values.len());
        let sql = format!("SELECT owner, kind, debits, credits FROM accounts WHERE owner IN ({marks})");
        let rows = self.read().rows(sql, values, |row| {
            let owner = row.id(UserId::new)?;
            let kind = row.take_as("read an account's kind", AccountKind::from_number)?;
            let sums = Sums { debits: row.tokens()?, credits: row.tokens()? };
            let balance =
                sums.balance(kind.side()).ok_or(Fault::corrupt("read a balance above its floor"))?;
            Ok((owner, kind, balance))
        });
        let mut wallets: HashMap<UserId, Wallet> = HashMap::new();
        for (owner, kind, balance) in rows.await? {
            wallets.entry(owner).or_default().put(kind, balance);
        }
        Ok(wallets)
    }

    /// The asker's movements, newest first, each with the balance after it.
    /// What is held for a seller counts once it is released.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn statement(&self, actor: &Actor, window: Window<Place>) -> Done<Page<Movement>> {
        let user = actor.signed_in()?.id;
        let (sign, order) = window.reading();
        let rows = window.rows_read();
        let mut values = vec![Value::from(user.uuid())];
        let beside = match window.edge() {
            Some(place) => {
                values.extend([Value::from(place.sequence), place.leg.into()]);
                format!(" AND (t.sequence {sign} $2 OR (t.sequence = $2 AND t.leg {sign} $3))")
            }
            None => String::new(),
        };
        // Each half reads no more than a page from its own index.
        let half = |own: &str, other: &str, direction: i16| {
            format!(
                "SELECT * FROM (SELECT t.sequence, t.leg, t.amount, t.code, t.{own}_kind AS own_kind, \
                 t.{other}_owner AS other_owner, t.{other}_kind AS other_kind, {direction} AS direction \
                 FROM transfers t WHERE t.{own}_owner = $1 AND t.{own}_kind IN (1, 2, 3){beside} \
                 ORDER BY t.sequence {order}, t.leg {order} LIMIT {rows}) AS {own}s"
            )
        };
        let sql = format!(
            "SELECT m.sequence, m.leg, m.amount, m.code, m.own_kind, m.other_owner, m.other_kind, m.direction, \
             x.kind, x.at, x.reference, x.detail, u.handle FROM ({} UNION ALL {}) AS m \
             JOIN transactions x ON x.sequence = m.sequence LEFT JOIN users u ON u.id = m.other_owner \
             ORDER BY m.sequence {order}, m.leg {order} LIMIT {rows}",
            half("debit", "credit", 1),
            half("credit", "debit", 2),
        );
        let mut page = window.page(self.read().rows(sql, values, read_movement).await?);
        let newest = page.items.first().map(|movement| movement.place);
        let mut balance = match newest {
            Some(place) => self.balance_at(user, place).await?,
            None => 0,
        };
        for movement in &mut page.items {
            movement.balance_after = Tokens::from_units(balance).unwrap_or_default();
            balance -= signed(movement);
        }
        Ok(page)
    }

    /// The user's balance right after the movement at `place`, in units.
    async fn balance_at(&self, user: UserId, place: Place) -> Result<i64, Fault> {
        let half = |own: &str| {
            format!(
                "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transfers WHERE {own}_owner = $1 \
                 AND {own}_kind IN (1, 2, 3) AND (sequence < $2 OR (sequence = $2 AND leg <= $3))"
            )
        };
        // Summing what came before, not what came after: both are the same
        // work, and this one needs no snapshot shared with the wallet.
        let sql = format!("SELECT ({}) - ({})", half("credit"), half("debit"));
        let values = vec![user.uuid().into(), place.sequence.into(), place.leg.into()];
        Ok(self.read().row(sql, values, |row| row.take::<i64>()).await?.unwrap_or(0))
    }
}

fn signed(movement: &Movement) -> i64 {
    match movement.direction {
        Direction::In => movement.amount.units(),
        Direction::Out => -movement.amount.units(),
    }
}

fn read_movement(row: &mut Columns<'_>) -> Result<Movement, Fault> {
    let place = Place { sequence: row.take()?, leg: row.take()? };
    let amount = row.tokens()?;
    let code = row.take_as("read a transfer's code", TransferCode::from_number)?;
    let bucket = row.take_as("read an account's kind", AccountKind::from_number)?;
    let owner = row.take()?;
    let kind = row.take_as("read an account's kind", AccountKind::from_number)?;
    let direction: i32 = row.take()?;
    let kind_of = row.take_as("read a transaction's kind", TransactionKind::from_number)?;
    let (at, reference, detail): (_, _, String) = (row.time()?, row.take()?, row.take()?);
    Ok(Movement {
        place,
        amount,
        code,
        bucket,
        other: AccountId { owner, kind },
        direction: if direction == 1 { Direction::Out } else { Direction::In },
        kind: kind_of,
        at,
        reference,
        // Elsewhere it holds facts for the audit, which are nobody's business.
        detail: if kind_of == TransactionKind::Grant { detail } else { String::new() },
        other_handle: row.take()?,
        balance_after: Tokens::ZERO,
    })
}
