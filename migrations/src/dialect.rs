//! The words in which the two databases differ.

use sea_orm_migration::prelude::{DbErr, SchemaManager};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

/// Runs `statements`, separated by blank lines, with the placeholders filled
/// in: `{id}` a UUID, `{int}` 64 bits, `{small}` 16 bits, `{bytes}` a hash or
/// secret, `{table}` the table options, `{clustered}` those of a table that
/// lies in the order of its primary key, `{nil}` the nil UUID.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let words = match manager.get_database_backend() {
        DatabaseBackend::Sqlite => [
            ("{id}", "BLOB"),
            ("{int}", "INTEGER"),
            ("{small}", "INTEGER"),
            ("{bytes}", "BLOB"),
            // STRICT: a column holds what it says, as in PostgreSQL.
            ("{table}", "STRICT"),
            // Without a hidden row number the rows lie in key order, and an
            // insert dirties one page less.
            ("{clustered}", "STRICT, WITHOUT ROWID"),
            ("{nil}", "x'00000000000000000000000000000000'"),
        ],
        _ => [
            ("{id}", "UUID"),
            ("{int}", "BIGINT"),
            ("{small}", "SMALLINT"),
            ("{bytes}", "BYTEA"),
            ("{table}", ""),
            ("{clustered}", ""),
            ("{nil}", "'00000000-0000-0000-0000-000000000000'::uuid"),
        ],
    };
    for statement in statements.split("\n\n").filter(|statement| !statement.trim().is_empty()) {
        let sql = words.iter().fold(statement.to_owned(), |sql, (word, meant)| sql.replace(word, meant));
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Makes the database refuse to change `table` as `rule` says.
pub(crate) enum Guard {
    /// Rows are only ever added.
    AppendOnly,
    /// Rows stay; a change must meet this condition over `OLD` and `NEW`.
    Updates(&'static str),
}

/// Adds triggers that refuse what the guard forbids, with `message`.
pub(crate) async fn guard(
    manager: &SchemaManager<'_>,
    table: &str,
    guard: Guard,
    message: &str,
) -> Result<(), DbErr> {
    let condition = match guard {
        Guard::AppendOnly => "1 = 0",
        Guard::Updates(condition) => condition,
    };
    let database = manager.get_connection();
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        let refuse = format!("SELECT RAISE(ABORT, '{message}');");
        for sql in [
            format!("CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse} END"),
            format!(
                "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} \
                 WHEN NOT ({condition}) BEGIN {refuse} END"
            ),
        ] {
            database.execute_unprepared(&sql).await?;
        }
        return Ok(());
    }
    for sql in [
        format!(
            "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION '{message}'; END $$"
        ),
        format!(
            "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} \
             FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        ),
        format!(
            "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} \
             FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        ),
        format!(
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} \
             FOR EACH ROW WHEN (NOT ({condition})) EXECUTE FUNCTION {table}_refuse()"
        ),
    ] {
        database.execute_unprepared(&sql).await?;
    }
    Ok(())
}
