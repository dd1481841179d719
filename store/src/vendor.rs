//! What the vendor's staff does and sees.

use std::collections::BTreeSet;

use domain::access::{Actor, Role};
use domain::command::Command;
use domain::id::UserId;
use domain::ledger::account::{AccountKind, Sums};
use domain::ledger::chain::Seal;
use domain::promo::Promotion;
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
use crate::orders::{OrderView, keyed};
use crate::page::{PAGE_MAX, Page, Window};
use crate::sessions::role_from_number;
use crate::tx::Columns;
use crate::users::User;
use crate::wallet::Wallet;

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

/// What is asked for to give promo tokens to some users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPromotion {
    /// Their handles.
    pub to: Vec<String>,
    /// How much each gets.
    pub amount: Tokens,
    /// Why, or what the campaign is called; up to 200 characters.
    pub reason: String,
    /// When what is unspent of it ends; never, if nothing.
    pub expires_at: Option<Timestamp>,
}

/// A user as the staff sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// Their handle.
    pub handle: Handle,
    /// What the account may do.
    pub role: Role,
    /// When the account was opened.
    pub created_at: Timestamp,
    /// What the account holds.
    pub wallet: Wallet,
}

/// A link of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its number.
    pub sequence: i64,
    /// When it was sealed.
    pub at: Timestamp,
    /// The seal over it and all before it.
    pub seal: Seal,
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

    /// Gives promo tokens to some users, each the same: to spend, not to give
    /// away, perhaps for a time. Staff only. Tells how many got them.
    /// Precedence: key, reason, then as for
    /// [`decide_promote`](domain::promo::decide_promote).
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn grant_promo(&self, actor: &Actor, new: NewPromotion, key: &str) -> Done<u32> {
        let staff = actor.staff()?.id;
        let NewPromotion { to, amount, reason, expires_at } = new;
        let until = expires_at.map_or_else(String::new, |at| at.millis().to_string());
        let names = to.join(" ");
        let key = keyed(staff, key, "grantPromo", &[&names, &amount.to_string(), &reason, &until])?;
        let reason = GrantReason::parse(&reason)?;
        let known = to.iter().map(|handle| Handle::parse(handle).map_err(|_| Refusal::missing("user")));
        let to = known.collect::<Result<BTreeSet<_>, _>>()?;
        let reached = u32::try_from(to.len()).map_err(|_| Fault::bug("count users"))?;
        let promotion = Promotion { to, amount, reason, expires_at };
        self.command(Some(staff), Command::Promote(promotion), key).await?;
        Ok(reached)
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

    /// The newest orders of the market, at most `limit`. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn latest_orders(&self, actor: &Actor, limit: u32) -> Done<Vec<OrderView>> {
        actor.staff()?;
        let tail = format!("ORDER BY o.id DESC LIMIT {}", limit.min(PAGE_MAX));
        Ok(self.read_orders(&tail, vec![]).await?)
    }

    /// The link of the chain with that number, or the newest; nothing if
    /// there is none. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn sealed(&self, actor: &Actor, sequence: Option<i64>) -> Done<Option<Sealed>> {
        actor.staff()?;
        let sql =
            "SELECT sequence, at, seal FROM transactions WHERE sequence <= $1 ORDER BY sequence DESC LIMIT 1";
        let last = self.read().row(sql, vec![sequence.unwrap_or(i64::MAX).into()], |row| {
            Ok(Sealed { sequence: row.take()?, at: row.time()?, seal: Seal::from_bytes(row.hash()?) })
        });
        // Numbers have no gaps, so what comes before another is another's.
        Ok(last.await?.filter(|found| sequence.is_none_or(|sequence| sequence == found.sequence)))
    }

    /// Users whose handle begins with `prefix`, newest first, with what they
    /// hold. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn find_users(&self, actor: &Actor, prefix: &str, window: Window<Uuid>) -> Done<Page<UserRow>> {
        actor.staff()?;
        let prefix: String = prefix.trim().to_lowercase().chars().take(40).collect();
        // Neither LIKE, to which some signs mean more than themselves, nor a
        // range, which PostgreSQL sorts by the rules of a language: equal
        // letters are equal everywhere. Newest first, so that a page is found
        // long before the table ends.
        let mut values = vec![Value::from(prefix.clone())];
        let clause = window.clause("id", &mut values);
        let letters = prefix.chars().count();
        let sql = format!(
            "SELECT id, handle, role, created_at FROM users WHERE SUBSTR(handle, 1, {letters}) = $1{clause}"
        );
        let read = |row: &mut Columns<'_>| {
            Ok(UserRow {
                id: row.id(UserId::new)?,
                handle: handle(row)?,
                role: row.take_as("read a role", role_from_number)?,
                created_at: row.time()?,
                wallet: Wallet::default(),
            })
        };
        let mut page = window.page(self.read().rows(sql, values, read).await?);
        let mut wallets = self.wallets(page.items.iter().map(|user| user.id)).await?;
        for user in &mut page.items {
            user.wallet = wallets.remove(&user.id).unwrap_or_default();
        }
        Ok(page)
    }
}
