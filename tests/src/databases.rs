//! Databases for one test: SQLite in a temporary folder, PostgreSQL on the
//! tests' own server. Every test of the store runs on both.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement};
use tempfile::TempDir;

use crate::postgres;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// An empty database that lasts as long as this value.
#[derive(Debug)]
pub struct Base {
    kind: Kind,
    url: String,
    folder: TempDir,
}

impl Base {
    /// A fresh database.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn fresh(kind: Kind) -> Self {
        let folder = TempDir::with_prefix("farthing-").expect("a temporary folder can be made");
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}", folder.path().join("market.db").display()),
            Kind::Postgres => postgres::fresh().await,
        };
        Self { kind, url, folder }
    }

    /// Which database it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// How a store reaches it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder that goes with the database, for files.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A connection of its own, past the store: what an operator or an
    /// attacker at the database could do.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn connect(&self) -> Direct {
        Direct::to(&self.url).await
    }
}

/// SQL past the store.
#[derive(Debug)]
pub struct Direct(DatabaseConnection);

impl Direct {
    /// A connection to any database of a test.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn to(url: &str) -> Self {
        let mut options = ConnectOptions::new(url.to_owned());
        options.max_connections(1).min_connections(1).sqlx_logging(false);
        Self(Database::connect(options).await.expect("the test's own database answers"))
    }

    /// Hangs up.
    ///
    /// # Panics
    /// If it cannot.
    pub async fn close(self) {
        self.0.close().await.expect("a connection of a test's own closes");
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// The database's own words.
    pub async fn run(&self, sql: &str) -> Result<u64, String> {
        let done = self.0.execute_unprepared(sql).await;
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }

    /// Runs a statement that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub async fn must(&self, sql: &str) -> u64 {
        self.run(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    /// The rows of an answer whose columns are all texts; null is none.
    ///
    /// # Panics
    /// If the statement fails or a column is no text.
    pub async fn texts(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let statement = Statement::from_string(self.0.get_database_backend(), sql.to_owned());
        let rows = self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        let read = |row: &sea_orm::QueryResult| {
            let columns = row.column_names().len();
            (0..columns).map(|place| row.try_get_by_index(place).expect("a text")).collect()
        };
        rows.iter().map(read).collect()
    }

    /// The one number of an answer.
    ///
    /// # Panics
    /// If the statement fails or gives none.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.0.get_database_backend(), sql.to_owned());
        let row = self.0.query_one_raw(statement).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        row.expect("an answer").try_get_by_index(0).expect("a number of 64 bits")
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.0.get_database_backend() == DatabaseBackend::Postgres
    }
}

/// Runs a test on a fresh database of each kind, one after the other.
///
/// # Panics
/// If the test does; the kind is named first.
pub fn on_each_database(test: impl AsyncFn(Base)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        println!("on {kind:?}");
        run(async {
            let base = Base::fresh(kind).await;
            let url = base.url.clone();
            test(base).await;
            if kind == Kind::Postgres {
                postgres::remove(&url).await;
            }
        });
    }
}

/// Runs asynchronous work to its end on threads of its own.
///
/// # Panics
/// If the work does.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime can be made").block_on(work)
}
