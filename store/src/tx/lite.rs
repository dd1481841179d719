//! SQLite, spoken to on the caller's own thread.
//!
//! The async driver hands each statement, and each row of its answer, from a
//! thread of its own to the caller: two wake-ups for work of a few
//! microseconds. Here a statement is a function call. What it may take from
//! the caller's thread is bounded by what the statements are: reads by key
//! and by index of at most some thousand rows; the writer, which waits for
//! the disk, has a thread to itself.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::types::{ToSql, ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};
use sea_orm::Value;

use crate::error::Fault;
use crate::tx::{Columns, Row};

/// Statements that each connection keeps prepared.
const PREPARED_MAX: usize = 256;

/// What connections of a pool are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Every commit is on the disk before it is acknowledged
    /// (`synchronous=FULL`), and the log is folded in seldom, since a page
    /// that changes often is then written once.
    Writing,
    /// Nothing is changed.
    Reading,
}

/// Connections to one file that wait for work. There are never more than
/// threads that speak to the database at once.
pub(crate) struct Pool {
    path: PathBuf,
    purpose: Use,
    free: Mutex<Vec<Connection>>,
}

impl Pool {
    /// Connections to the file at `path`, which must be there.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub(crate) fn open(path: PathBuf, purpose: Use) -> Result<Self, Fault> {
        let pool = Self { path, purpose, free: Mutex::default() };
        let first = pool.connect()?;
        pool.put_back(first);
        Ok(pool)
    }

    fn connect(&self) -> Result<Connection, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.set_prepared_statement_cache_capacity(PREPARED_MAX);
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.execute_batch(match self.purpose {
            Use::Writing => {
                "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
                 PRAGMA wal_autocheckpoint = 20000; PRAGMA cache_size = -8000;"
            }
            Use::Reading => "PRAGMA query_only = ON;",
        })?;
        Ok(connection)
    }

    fn take(&self) -> Result<Connection, Fault> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.map_or_else(|| self.connect(), Ok)
    }

    fn put_back(&self, connection: Connection) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    /// Runs something on a free connection.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let connection = self.take()?;
        let done = run(&connection);
        self.put_back(connection);
        done
    }

    /// Begins a transaction on a free connection: `BEGIN IMMEDIATE` to write,
    /// `BEGIN` for one unchanging view.
    pub(crate) fn begin(&self) -> Result<Open<'_>, Fault> {
        let connection = self.take()?;
        prepare(&connection, if self.purpose == Use::Writing { "BEGIN IMMEDIATE" } else { "BEGIN" })?
            .raw_execute()?;
        Ok(Open { pool: self, connection: Some(Mutex::new(connection)) })
    }
}

/// An open transaction. What is not committed is rolled back.
pub(crate) struct Open<'p> {
    pool: &'p Pool,
    // Only taken when the transaction is dropped.
    connection: Option<Mutex<Connection>>,
}

impl Open<'_> {
    /// Runs something in the transaction.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let connection = self.connection.as_ref().ok_or(Fault::bug("use a transaction that has ended"))?;
        run(&connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a statement without values or rows, such as `COMMIT`.
    pub(crate) fn run(&self, sql: &str) -> Result<(), Fault> {
        self.with(|connection| Ok(prepare(connection, sql)?.raw_execute().map(drop)?))
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let connection = connection.into_inner().unwrap_or_else(PoisonError::into_inner);
        if connection.is_autocommit() {
            return self.pool.put_back(connection);
        }
        match connection.execute_batch("ROLLBACK") {
            Ok(()) => self.pool.put_back(connection),
            // Closing it rolls back as well.
            Err(error) => tracing::error!(%error, "a transaction could not be rolled back"),
        }
    }
}

fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, Fault> {
    Ok(connection.prepare_cached(sql)?)
}

/// Runs a statement that changes rows, and tells how many.
pub(crate) fn change(connection: &Connection, sql: &str, values: &[Value]) -> Result<u64, Fault> {
    let mut statement = prepare(connection, sql)?;
    bind(&mut statement, values)?;
    counted(statement.raw_execute()?)
}

/// Runs a statement once for each `width` values, and tells how many rows it
/// changed.
pub(crate) fn change_each(
    connection: &Connection,
    sql: &str,
    width: usize,
    values: &[Value],
) -> Result<u64, Fault> {
    let mut statement = prepare(connection, sql)?;
    let mut changed = 0;
    for row in values.chunks(width) {
        bind(&mut statement, row)?;
        changed += counted(statement.raw_execute()?)?;
    }
    Ok(changed)
}

/// Reads all rows of an answer.
pub(crate) fn rows<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    read_into(&mut all, &mut prepare(connection, sql)?, values, &read)?;
    Ok(all)
}

/// Reads all rows of the answers for each of `keys`.
pub(crate) fn rows_each<T>(
    connection: &Connection,
    sql: &str,
    keys: &[Value],
    read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = prepare(connection, sql)?;
    let mut all = Vec::with_capacity(keys.len());
    for key in keys {
        read_into(&mut all, &mut statement, std::slice::from_ref(key), &read)?;
    }
    Ok(all)
}

fn read_into<T>(
    all: &mut Vec<T>,
    statement: &mut CachedStatement<'_>,
    values: &[Value],
    read: &impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
) -> Result<(), Fault> {
    bind(statement, values)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        all.push(read(&mut Columns { row: Row::Sqlite(row), next: 0 })?);
    }
    Ok(())
}

/// Binds values to a statement's parameters. SQLite takes `$2` for a name and
/// numbers names as they come, so the number is read from it.
fn bind(statement: &mut CachedStatement<'_>, values: &[Value]) -> Result<(), Fault> {
    let wrong = Fault::bug("bind the values of a statement");
    for place in 1..=statement.parameter_count() {
        let number = match statement.parameter_name(place) {
            Some(name) => name.get(1..).and_then(|digits| digits.parse().ok()).ok_or(wrong.clone())?,
            None => place,
        };
        let value = values.get(number - 1).ok_or(wrong.clone())?;
        statement.raw_bind_parameter(place, Bound(value))?;
    }
    Ok(())
}

fn counted(rows: usize) -> Result<u64, Fault> {
    u64::try_from(rows).map_err(|_| Fault::bug("count rows"))
}

/// A value on its way into a statement.
struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let number = |number: Option<i64>| ToSqlOutput::Owned(number.map_or(Stored::Null, Stored::Integer));
        Ok(match self.0 {
            Value::Bool(value) => number(value.map(i64::from)),
            Value::SmallInt(value) => number(value.map(i64::from)),
            Value::Int(value) => number(value.map(i64::from)),
            Value::BigInt(value) => number(*value),
            Value::String(value) => ToSqlOutput::Borrowed(ValueRef::from(value.as_deref())),
            Value::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::from(value.as_deref())),
            Value::Uuid(value) => {
                ToSqlOutput::Borrowed(ValueRef::from(value.as_ref().map(|id| id.as_bytes().as_slice())))
            }
            other => {
                let problem = format!("no column holds {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(problem.into()));
            }
        })
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let is_unavailable = matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::CannotOpen
                    | ErrorCode::DatabaseBusy
                    | ErrorCode::DiskFull
                    | ErrorCode::SystemIoFailure
            )
        );
        Self::database(is_unavailable, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &str, values: &[Value]) -> Result<Vec<Option<String>>, Fault> {
        let connection = Connection::open_in_memory().unwrap();
        rows(&connection, sql, values, |row| row.take())
    }

    #[test]
    fn values_go_where_their_numbers_say() {
        let values = [Value::from("a"), Value::from("b"), Value::from("c")];
        let table = [
            ("SELECT $1 || $2 || $3", "abc"),
            ("SELECT $3 || $1 || $2", "cab"),
            ("SELECT $2 || $2 || $1", "bba"),
            ("SELECT ? || ?", "ab"),
        ];
        for (sql, expected) in table {
            assert_eq!(read(sql, &values).unwrap(), [Some(expected.to_owned())], "{sql}");
        }
        assert!(read("SELECT $4", &values).is_err(), "a value that is not there is a mistake, not NULL");
        assert_eq!(read("SELECT $1", &[Value::String(None)]).unwrap(), [None]);
    }

    #[test]
    fn a_transaction_that_is_dropped_has_not_happened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
        let pool = Pool::open(path, Use::Writing).unwrap();
        let write = |text: &str, ends: &[&str]| {
            let open = pool.begin().unwrap();
            let insert = "INSERT INTO notes VALUES ($1)";
            assert_eq!(open.with(|notes| change(notes, insert, &[text.into()])).unwrap(), 1);
            ends.iter().for_each(|end| open.run(end).unwrap());
        };
        write("kept", &["COMMIT"]);
        write("undone", &["ROLLBACK"]);
        write("dropped", &[]);
        let notes = pool.with(|notes| rows(notes, "SELECT text FROM notes", &[], |row| row.take::<String>()));
        assert_eq!(notes.unwrap(), ["kept"]);
    }
}
