//! What the vendor's staff does and sees.

use domain::access::Actor;
use domain::command::Command;
use domain::id::UserId;
use domain::ledger::account::{AccountKind, Sums};
use domain::refusal::Refusal;
use domain::text::{GrantReason, Handle};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::user::Grant;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::load::handle;
use crate::error::{Done, Fault};
use crate::orders::keyed;
use crate::page::{Page, Window};
use crate::tx::Columns;
use crate::users::User;

/// The ledger at a glance: the balances of one kind of account together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindTotal {
    /// What sort of account.
    pub kind: AccountKind,
    /// The balances of all of them.
    pub balance: Tokens,
}

/// The market at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// How many users there are.
    pub users: u32,
    /// How many listings everybody sees.
    pub listings: u32,
    /// How many orders were made since `since`.
    pub orders: u32,
    /// What they cost together.
    pub turnover: Tokens,
    /// Since when.
    pub since: Timestamp,
    /// The ledger by kinds of account.
    pub totals: Vec<KindTotal>,
}

/// A user as the staff sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// Their handle.
    pub handle: Handle,
    /// When the account was opened.
    pub created_at: Timestamp,
}

impl Store {
    /// Grants ordinary spendable tokens. Staff only. Precedence: key, reason,
    /// then as for [`decide_grant`](domain::user::decide_grant).
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn grant_tokens(
        &self,
        actor: &Actor,
        to: &str,
        amount: Tokens,
        reason: &str,
        key: &str,
    ) -> Done<User> {
        let staff = actor.staff()?.id;
        let key = keyed(staff, key, "grantTokens", &[to, &amount.to_string(), reason])?;
        let reason = GrantReason::parse(reason)?;
        let to = Handle::parse(to).map_err(|_| Refusal::missing("user"))?;
        let outcome = self.command(Some(staff), Command::Grant(Grant { to, amount, reason }), key).await?;
        let id = outcome.user.ok_or(Fault::bug("grant tokens"))?;
        Ok(self.user(id).await?.ok_or(Fault::corrupt("find a user who was granted tokens"))?)
    }

    /// The market at a glance, with the orders since `since`. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn glance(&self, actor: &Actor, since: Timestamp) -> Done<Glance> {
        actor.staff()?;
        let users = self.read().row("SELECT COUNT(*) FROM users", vec![], |row| row.count()).await?;
        // Identities carry their time, so the primary key finds the newest.
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM orders WHERE id >= $1";
        let from = domain::id::Mint::new(since, [0; 16]).uuid(0).as_u128() >> 80 << 80;
        let orders =
            self.read().row(sql, vec![Uuid::from_u128(from).into()], |row| Ok((row.count()?, row.tokens()?)));
        let (orders, turnover) = orders.await?.unwrap_or_default();
        Ok(Glance {
            users: users.unwrap_or(0),
            listings: self.count_published().await?,
            orders,
            turnover,
            since,
            totals: self.totals().await?,
        })
    }

    async fn totals(&self) -> Result<Vec<KindTotal>, Fault> {
        let sql = "SELECT kind, CAST(SUM(debits) AS BIGINT), CAST(SUM(credits) AS BIGINT) FROM accounts \
                   GROUP BY kind ORDER BY kind";
        let read = |row: &mut Columns<'_>| {
            let kind = row.take_as("read an account's kind", AccountKind::from_number)?;
            let sums = Sums { debits: row.tokens()?, credits: row.tokens()? };
            let balance = sums.balance(kind.side()).ok_or(Fault::corrupt("sum up balances"))?;
            Ok(KindTotal { kind, balance })
        };
        self.read().rows(sql, vec![], read).await
    }

    /// Users whose handle begins with `prefix`, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn find_users(&self, actor: &Actor, prefix: &str, window: Window<Uuid>) -> Done<Page<UserRow>> {
        actor.staff()?;
        let prefix: String = prefix.trim().to_lowercase().chars().take(40).collect();
        // A range rather than LIKE: no sign of the prefix means anything.
        let mut values = vec![Value::from(prefix.clone()), format!("{prefix}\u{10FFFF}").into()];
        let clause = window.clause("id", &mut values);
        let sql =
            format!("SELECT id, handle, created_at FROM users WHERE handle >= $1 AND handle < $2{clause}");
        let read = |row: &mut Columns<'_>| {
            Ok(UserRow { id: row.id(UserId::new)?, handle: handle(row)?, created_at: row.time()? })
        };
        Ok(window.page(self.read().rows(sql, values, read).await?))
    }
}
