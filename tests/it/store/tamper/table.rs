//! A table as the database's catalogue and its rows describe it, in literals.

use tests::databases::Direct;

/// So many rows of a table are attacked, and the last one: enough for all
/// states there are, and few enough to try everything on each.
const ROWS_MAX: usize = 9;

/// A table with all its rows, every value as an SQL literal.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) key: Vec<usize>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A column and what it holds.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) holds: Holds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Number,
    Text,
    Bytes,
}

/// The names of all tables, in order.
pub(super) async fn names(direct: &Direct) -> Vec<String> {
    let sql = match direct.is_postgres() {
        true => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        }
        false => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
    };
    let mut names: Vec<String> = direct.texts(sql).await.into_iter().flatten().flatten().collect();
    names.sort_unstable();
    names
}

impl Table {
    /// Reads the catalogue and the rows, at most some, evenly spread.
    pub(super) async fn read(direct: &Direct, name: &str, key: &[&str]) -> Self {
        let columns: Vec<Column> = columns(direct, name).await.into_iter().map(column).collect();
        let literal = |column: &Column| match direct.is_postgres() {
            true => format!("quote_nullable({}::text)", column.name),
            false => format!("quote({})", column.name),
        };
        let literals = columns.iter().map(literal).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {literals} FROM {name} ORDER BY {}", key.join(", "));
        let rows = direct.texts(&sql).await;
        let step = rows.len().div_ceil(ROWS_MAX).max(1);
        let last = rows.len().saturating_sub(1);
        let rows = rows.into_iter().enumerate().filter(|(place, _)| place % step == 0 || *place == last);
        let rows = rows.map(|(_, row)| row.into_iter().flatten().collect()).collect();
        let place = |part: &&str| columns.iter().position(|column| column.name == *part).unwrap();
        let key = key.iter().map(place).collect();
        Self { name: name.to_owned(), key, columns, rows }
    }

    /// The condition that picks a row.
    pub(super) fn picks(&self, row: &[String]) -> String {
        let part = |place: &usize| format!("{} = {}", self.columns[*place].name, row[*place]);
        self.key.iter().map(part).collect::<Vec<_>>().join(" AND ")
    }

    /// The statement that puts a row back, or in.
    pub(super) fn insert(&self, row: &[String]) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} ({names}) VALUES ({})", self.name, row.join(", "))
    }

    pub(super) fn delete(&self, row: &[String]) -> String {
        format!("DELETE FROM {} WHERE {}", self.name, self.picks(row))
    }
}

/// The columns of a table with their types, in small letters.
pub(super) async fn columns(direct: &Direct, table: &str) -> Vec<(String, String)> {
    let sql = match direct.is_postgres() {
        true => format!(
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        ),
        false => format!("SELECT name, lower(type) FROM pragma_table_info('{table}') ORDER BY cid"),
    };
    let pair = |row: Vec<Option<String>>| {
        let mut parts = row.into_iter().flatten();
        (parts.next().unwrap(), parts.next().unwrap())
    };
    direct.texts(&sql).await.into_iter().map(pair).collect()
}

fn column((name, kind): (String, String)) -> Column {
    let holds = match kind.as_str() {
        "integer" | "bigint" | "smallint" => Holds::Number,
        "text" => Holds::Text,
        "blob" | "uuid" | "bytea" => Holds::Bytes,
        other => panic!("a column of type {other} needs an attack of its own"),
    };
    Column { name, holds }
}

/// The triggers and foreign keys, to be taken away and brought back.
pub(super) struct Guard {
    triggers: Vec<(String, String)>,
}

impl Guard {
    pub(super) async fn of(direct: &Direct) -> Self {
        if direct.is_postgres() {
            return Self { triggers: vec![] };
        }
        let found = direct.texts("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").await;
        let pair = |row: Vec<Option<String>>| {
            let mut parts = row.into_iter().flatten();
            (parts.next().unwrap(), parts.next().unwrap())
        };
        // Speed only: the machine does not lose power during a test.
        direct.must("PRAGMA synchronous = OFF").await;
        Self { triggers: found.into_iter().map(pair).collect() }
    }

    /// Takes them away for this connection, or for all.
    pub(super) async fn disarm(&self, direct: &Direct) {
        if direct.is_postgres() {
            direct.must("SET session_replication_role = replica").await;
            return;
        }
        direct.must("PRAGMA foreign_keys = OFF").await;
        for (name, _) in &self.triggers {
            direct.must(&format!("DROP TRIGGER IF EXISTS {name}")).await;
        }
    }

    pub(super) async fn arm(&self, direct: &Direct) {
        if direct.is_postgres() {
            direct.must("SET session_replication_role = origin").await;
            return;
        }
        direct.must("PRAGMA foreign_keys = ON").await;
        for (_, sql) in &self.triggers {
            direct.must(sql).await;
        }
    }
}
