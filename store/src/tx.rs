//! Talking to the database: the only file that knows which one it is.
//!
//! Statements are written in the SQL that SQLite and PostgreSQL share, with
//! `$1`, `$2` … for values. Texts that do not change are kept prepared by the
//! driver.

use std::fmt::Write as _;

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, TryGetable, Value,
};
use uuid::Uuid;

use crate::error::Fault;

/// A pool, or a transaction that is open.
#[derive(Clone, Copy)]
pub(crate) enum Link<'c> {
    Pool(&'c DatabaseConnection),
    Open(&'c DatabaseTransaction),
}

impl<'c> From<&'c DatabaseConnection> for Link<'c> {
    fn from(pool: &'c DatabaseConnection) -> Self {
        Self::Pool(pool)
    }
}

impl<'c> From<&'c DatabaseTransaction> for Link<'c> {
    fn from(transaction: &'c DatabaseTransaction) -> Self {
        Self::Open(transaction)
    }
}

impl Link<'_> {
    fn backend(self) -> DatabaseBackend {
        match self {
            Self::Pool(pool) => pool.get_database_backend(),
            Self::Open(transaction) => transaction.get_database_backend(),
        }
    }

    /// Whether rows have to be locked by hand: PostgreSQL has many writers,
    /// SQLite has one.
    pub(crate) fn for_update(self) -> &'static str {
        match self.backend() {
            DatabaseBackend::Postgres => " FOR UPDATE",
            _ => "",
        }
    }

    fn statement(self, sql: String, values: Vec<Value>) -> Statement {
        let backend = self.backend();
        let sql = match backend {
            DatabaseBackend::Sqlite if values.len() > NAMED_MAX => anonymous(&sql).unwrap_or(sql),
            _ => sql,
        };
        Statement::from_sql_and_values(backend, sql, values)
    }

    /// Changes rows and tells how many.
    pub(crate) async fn change(self, sql: impl Into<String>, values: Vec<Value>) -> Result<u64, Fault> {
        let statement = self.statement(sql.into(), values);
        let result = match self {
            Self::Pool(pool) => pool.execute_raw(statement).await?,
            Self::Open(transaction) => transaction.execute_raw(statement).await?,
        };
        Ok(result.rows_affected())
    }

    /// Reads all rows of an answer.
    pub(crate) async fn rows<T>(
        self,
        sql: impl Into<String>,
        values: Vec<Value>,
        read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let statement = self.statement(sql.into(), values);
        let rows = match self {
            Self::Pool(pool) => pool.query_all_raw(statement).await?,
            Self::Open(transaction) => transaction.query_all_raw(statement).await?,
        };
        rows.iter().map(|row| read(&mut Columns { row, next: 0 })).collect()
    }

    /// Reads the first row of an answer.
    pub(crate) async fn row<T>(
        self,
        sql: impl Into<String>,
        values: Vec<Value>,
        read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.rows(sql, values, read).await?.into_iter().next())
    }
}

/// So many values may keep their names on SQLite.
const NAMED_MAX: usize = 8;

/// The statement with `?` in place of `$1`, `$2` …, if these stand in their
/// order and each once. SQLite takes `$1` for a name and compares it with all
/// names before it: a statement with two thousand of them would spend more
/// time on that than on its rows.
fn anonymous(sql: &str) -> Option<String> {
    let mut parts = sql.split('$');
    let mut text = String::with_capacity(sql.len());
    text.push_str(parts.next()?);
    for (number, part) in (1usize..).zip(parts) {
        let rest = part.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let digits = part.strip_suffix(rest)?;
        if digits.parse() != Ok(number) {
            return None;
        }
        text.push('?');
        text.push_str(rest);
    }
    Some(text)
}

/// The columns of a row, read from left to right.
pub(crate) struct Columns<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl Columns<'_> {
    /// The next column, which stays the next.
    pub(crate) fn peek<T: TryGetable>(&self) -> Result<T, Fault> {
        Ok(self.row.try_get_by_index(self.next)?)
    }

    /// The next column.
    pub(crate) fn take<T: TryGetable>(&mut self) -> Result<T, Fault> {
        let value = self.row.try_get_by_index(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, turned into something of ours.
    pub(crate) fn take_as<C: TryGetable, T>(
        &mut self,
        what: &'static str,
        turn: impl FnOnce(C) -> Option<T>,
    ) -> Result<T, Fault> {
        turn(self.take()?).ok_or(Fault::corrupt(what))
    }

    /// The next column, if it is not null, turned into something of ours.
    pub(crate) fn take_optional<C, T>(
        &mut self,
        what: &'static str,
        turn: impl FnOnce(C) -> Option<T>,
    ) -> Result<Option<T>, Fault>
    where
        Option<C>: TryGetable,
    {
        let value: Option<C> = self.take()?;
        value.map(|value| turn(value).ok_or(Fault::corrupt(what))).transpose()
    }
}

/// Opens a transaction that writes. On SQLite it takes the write lock at
/// once: a later upgrade from reading would fail instead of waiting.
pub(crate) async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    pool.begin_with_options(options).await
}

/// `$1, $2, …` for as many values, beginning after `before` others.
pub(crate) fn marks(before: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for number in before + 1..=before + count {
        let separator = if number == before + 1 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}${number}");
    }
    text
}

/// `($1, $2), ($3, $4), …`: rows of `width` values for all of `values`.
pub(crate) fn row_marks(before: usize, width: usize, values: usize) -> String {
    let rows = (0..values / width).map(|row| format!("({})", marks(before + row * width, width)));
    rows.collect::<Vec<_>>().join(", ")
}

/// UUIDs as values.
pub(crate) fn ids(ids: impl IntoIterator<Item = Uuid>) -> Vec<Value> {
    ids.into_iter().map(Value::from).collect()
}

/// Values that one statement may carry: SQLite allows 32,766.
const VALUES_MAX: usize = 32_000;

/// Inserts rows of `width` values each, in as few statements as they take.
pub(crate) async fn insert(
    link: Link<'_>,
    into: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<(), Fault> {
    let whole = VALUES_MAX / width * width;
    for chunk in values.chunks(whole) {
        let sql = format!("INSERT INTO {into} VALUES {}", row_marks(0, width, chunk.len()));
        let wanted = u64::try_from(chunk.len() / width).map_err(|_| Fault::bug("count rows"))?;
        if link.change(sql, chunk.to_vec()).await? != wanted {
            return Err(Fault::bug("insert as many rows as were given"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_their_order_need_no_names() {
        let table = [
            ("SELECT 1", Some("SELECT 1")),
            ("VALUES ($1, $2), ($3, $4)", Some("VALUES (?, ?), (?, ?)")),
            ("WHERE a = $1 AND b IN ($2, $3)", Some("WHERE a = ? AND b IN (?, ?)")),
            ("WHERE a = $1 OR b = $1", None),
            ("WHERE a = $2 AND b = $1", None),
            ("WHERE a = $x", None),
        ];
        for (sql, expected) in table {
            assert_eq!(anonymous(sql).as_deref(), expected, "{sql}");
        }
        let marks = row_marks(0, 3, 12);
        assert_eq!(anonymous(&marks).as_deref(), Some("(?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?)"));
    }
}
