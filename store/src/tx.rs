//! Talking to the database: the only file, with its part `tx/lite.rs`, that
//! knows which one it is.
//!
//! Statements are written in the SQL that SQLite and PostgreSQL share, with
//! `$1`, `$2` … for values. Texts that do not change are kept prepared.
//! PostgreSQL is spoken to through sea-orm, SQLite on the caller's own thread.

mod lite;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use migrations::Migrator;
use rusqlite::types::FromSql;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    IsolationLevel, QueryResult, Statement, TransactionTrait, TryGetable, Value,
};
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

use crate::error::Fault;
use lite::{Open, Pool, Use};

/// Where connections come from.
pub(crate) enum Database {
    Sqlite(Pool),
    Postgres(DatabaseConnection),
}

/// The two ways into a database.
pub(crate) struct Ways {
    /// One connection, for the writer.
    pub(crate) write: Database,
    /// Connections that only read.
    pub(crate) read: Database,
}

/// Opens the database, makes it if it is not there, and brings its shape up
/// to date. PostgreSQL gets at most `readers` connections for reading.
pub(crate) async fn open(url: &str, readers: u32) -> Result<Ways, Fault> {
    let writer = sea_orm::Database::connect(writing(url)).await?;
    Migrator::up(&writer, None).await?;
    let Some(path) = url.strip_prefix("sqlite://").map(PathBuf::from) else {
        let mut reading = quiet(url);
        reading.max_connections(readers).min_connections(1);
        let read = Database::Postgres(sea_orm::Database::connect(reading).await?);
        return Ok(Ways { write: Database::Postgres(writer), read });
    };
    writer.close().await?;
    let write = Database::Sqlite(Pool::open(path.clone(), Use::Writing)?);
    Ok(Ways { write, read: Database::Sqlite(Pool::open(path, Use::Reading)?) })
}

/// The one connection that makes the database and later, on PostgreSQL,
/// writes.
fn writing(url: &str) -> ConnectOptions {
    let mut options = quiet(url);
    options.max_connections(1).min_connections(1);
    // WAL is a property of the file: whoever opens it later finds it so.
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite.create_if_missing(true).pragma("journal_mode", "WAL").pragma("synchronous", "FULL")
    });
    options
}

fn quiet(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).test_before_acquire(false).acquire_timeout(Duration::from_secs(10));
    options
}

impl Database {
    /// Whether there is one writer for sure.
    pub(crate) const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Single statements, each on a connection of its own.
    pub(crate) const fn link(&self) -> Link<'_> {
        match self {
            Self::Sqlite(pool) => Link::Sqlite(pool),
            Self::Postgres(pool) => Link::Postgres(pool),
        }
    }

    /// Opens a transaction that writes. On SQLite it takes the write lock at
    /// once: a later upgrade from reading would fail instead of waiting.
    pub(crate) async fn begin(&self) -> Result<Transaction<'_>, Fault> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin()?),
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// Opens a transaction that sees the database as it is now, whatever is
    /// written meanwhile.
    pub(crate) async fn view(&self) -> Result<Transaction<'_>, Fault> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin()?),
            Self::Postgres(pool) => {
                let (level, mode) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
                Transaction::Postgres(pool.begin_with_config(Some(level), Some(mode)).await?)
            }
        })
    }

    /// Folds SQLite's write-ahead log into the file, so that neither grows
    /// without end. PostgreSQL does this by itself.
    pub(crate) fn checkpoint(&self, how: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(pool) => {
                let sql = format!("PRAGMA wal_checkpoint({how})");
                pool.with(|connection| lite::rows(connection, &sql, &[], |_| Ok(()))).map(drop)
            }
            Self::Postgres(_) => Ok(()),
        }
    }
}

/// An open transaction. What is dropped without a commit has not happened.
pub(crate) enum Transaction<'d> {
    Sqlite(Open<'d>),
    Postgres(DatabaseTransaction),
}

impl Transaction<'_> {
    /// Statements in this transaction.
    pub(crate) const fn link(&self) -> Link<'_> {
        match self {
            Self::Sqlite(open) => Link::SqliteOpen(open),
            Self::Postgres(transaction) => Link::PostgresOpen(transaction),
        }
    }

    /// Makes it stand, on the disk.
    pub(crate) async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(open) => open.run("COMMIT"),
            Self::Postgres(transaction) => Ok(transaction.commit().await?),
        }
    }

    /// Undoes it.
    pub(crate) async fn rollback(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(open) => open.run("ROLLBACK"),
            Self::Postgres(transaction) => Ok(transaction.rollback().await?),
        }
    }
}

/// A part of a transaction that can be undone by itself.
pub(crate) enum Savepoint<'t> {
    Sqlite(&'t Open<'t>),
    Postgres(DatabaseTransaction),
}

impl<'t> Savepoint<'t> {
    /// Begins one. They do not nest.
    pub(crate) async fn begin(transaction: &'t Transaction<'_>) -> Result<Self, Fault> {
        Ok(match transaction {
            Transaction::Sqlite(open) => {
                open.run("SAVEPOINT part")?;
                Self::Sqlite(open)
            }
            Transaction::Postgres(transaction) => Self::Postgres(transaction.begin().await?),
        })
    }

    /// Statements in this part.
    pub(crate) const fn link(&self) -> Link<'_> {
        match self {
            Self::Sqlite(open) => Link::SqliteOpen(open),
            Self::Postgres(transaction) => Link::PostgresOpen(transaction),
        }
    }

    /// Keeps it, if the transaction is committed.
    pub(crate) async fn keep(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(open) => open.run("RELEASE part"),
            Self::Postgres(transaction) => Ok(transaction.commit().await?),
        }
    }

    /// Undoes it.
    pub(crate) async fn undo(self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(open) => {
                open.run("ROLLBACK TO part")?;
                open.run("RELEASE part")
            }
            Self::Postgres(transaction) => Ok(transaction.rollback().await?),
        }
    }
}

/// Where statements go: to a pool, or into a transaction that is open.
#[derive(Clone, Copy)]
pub(crate) enum Link<'c> {
    Sqlite(&'c Pool),
    SqliteOpen(&'c Open<'c>),
    Postgres(&'c DatabaseConnection),
    PostgresOpen(&'c DatabaseTransaction),
}

impl Link<'_> {
    /// Whether rows have to be locked by hand: PostgreSQL has many writers,
    /// SQLite has one.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite(_) | Self::SqliteOpen(_) => "",
            Self::Postgres(_) | Self::PostgresOpen(_) => " FOR UPDATE",
        }
    }

    /// Changes rows and tells how many.
    pub(crate) async fn change(self, sql: impl AsRef<str>, values: Vec<Value>) -> Result<u64, Fault> {
        let sql = sql.as_ref();
        match self {
            Self::Sqlite(pool) => pool.with(|connection| lite::change(connection, sql, &values)),
            Self::SqliteOpen(open) => open.with(|connection| lite::change(connection, sql, &values)),
            Self::Postgres(pool) => Ok(pool.execute_raw(statement(sql, values)).await?.rows_affected()),
            Self::PostgresOpen(open) => Ok(open.execute_raw(statement(sql, values)).await?.rows_affected()),
        }
    }

    /// Reads all rows of an answer.
    pub(crate) async fn rows<T>(
        self,
        sql: impl AsRef<str>,
        values: Vec<Value>,
        read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let sql = sql.as_ref();
        let rows = match self {
            Self::Sqlite(pool) => {
                return pool.with(|connection| lite::rows(connection, sql, &values, read));
            }
            Self::SqliteOpen(open) => {
                return open.with(|connection| lite::rows(connection, sql, &values, read));
            }
            Self::Postgres(pool) => pool.query_all_raw(statement(sql, values)).await?,
            Self::PostgresOpen(open) => open.query_all_raw(statement(sql, values)).await?,
        };
        rows.iter().map(|row| read(&mut Columns { row: Row::Postgres(row), next: 0 })).collect()
    }

    /// Reads the first row of an answer.
    pub(crate) async fn row<T>(
        self,
        sql: impl AsRef<str>,
        values: Vec<Value>,
        read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.rows(sql, values, read).await?.into_iter().next())
    }

    /// Reads the rows for many keys; `{}` in `sql` stands for them. SQLite is
    /// asked for one after the other by one prepared statement, which is
    /// quicker there than a long list; PostgreSQL, where each question is a
    /// way to go, for some thousands at a time.
    pub(crate) async fn rows_in<T>(
        self,
        sql: &str,
        keys: Vec<Value>,
        read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let one = || sql.replace("{}", "$1");
        match self {
            Self::Sqlite(pool) => pool.with(|connection| lite::rows_each(connection, &one(), &keys, read)),
            Self::SqliteOpen(open) => {
                open.with(|connection| lite::rows_each(connection, &one(), &keys, read))
            }
            Self::Postgres(_) | Self::PostgresOpen(_) => {
                let mut all = Vec::new();
                for chunk in keys.chunks(VALUES_MAX) {
                    let sql = sql.replace("{}", &marks(0, chunk.len()));
                    all.extend(self.rows(sql, chunk.to_vec(), &read).await?);
                }
                Ok(all)
            }
        }
    }

    /// Runs a statement for rows of `width` values, and tells how many rows
    /// it changed; `{}` in `sql` stands for `($1, $2), …`. SQLite runs one
    /// prepared statement for each row, PostgreSQL one for thousands.
    pub(crate) async fn change_rows(self, sql: &str, width: usize, values: Vec<Value>) -> Result<u64, Fault> {
        if values.is_empty() {
            return Ok(0);
        }
        let one = || sql.replace("{}", &row_marks(0, width, width));
        match self {
            Self::Sqlite(pool) => {
                pool.with(|connection| lite::change_each(connection, &one(), width, &values))
            }
            Self::SqliteOpen(open) => {
                open.with(|connection| lite::change_each(connection, &one(), width, &values))
            }
            Self::Postgres(_) | Self::PostgresOpen(_) => {
                let mut changed = 0;
                for chunk in values.chunks(VALUES_MAX / width * width) {
                    let sql = sql.replace("{}", &row_marks(0, width, chunk.len()));
                    changed += self.change(sql, chunk.to_vec()).await?;
                }
                Ok(changed)
            }
        }
    }
}

fn statement(sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values)
}

/// A row of an answer.
enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r QueryResult),
}

/// What a column can be read as, from either database.
pub(crate) trait Readable: TryGetable + FromSql {}

impl<T: TryGetable + FromSql> Readable for T {}

/// The columns of a row, read from left to right.
pub(crate) struct Columns<'r> {
    row: Row<'r>,
    next: usize,
}

impl Columns<'_> {
    /// The next column, which stays the next.
    pub(crate) fn peek<T: Readable>(&self) -> Result<T, Fault> {
        Ok(match self.row {
            Row::Sqlite(row) => row.get(self.next)?,
            Row::Postgres(row) => row.try_get_by_index(self.next)?,
        })
    }

    /// The next column.
    pub(crate) fn take<T: Readable>(&mut self) -> Result<T, Fault> {
        let value = self.peek()?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, turned into something of ours.
    pub(crate) fn take_as<C: Readable, T>(
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
        Option<C>: Readable,
    {
        let value: Option<C> = self.take()?;
        value.map(|value| turn(value).ok_or(Fault::corrupt(what))).transpose()
    }
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

/// Inserts rows of `width` values each.
pub(crate) async fn insert(
    link: Link<'_>,
    into: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<(), Fault> {
    let wanted = u64::try_from(values.len() / width).map_err(|_| Fault::bug("count rows"))?;
    match link.change_rows(&format!("INSERT INTO {into} VALUES {{}}"), width, values).await? {
        inserted if inserted == wanted => Ok(()),
        _ => Err(Fault::bug("insert as many rows as were given")),
    }
}
