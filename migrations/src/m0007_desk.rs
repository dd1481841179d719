//! What the vendor's staff keeps of people who come off-line: accounts opened
//! for them, with what they chose to leave.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// Rows of `customers` are erased when asked: nothing refers to them.
const TABLES: &str = "
CREATE TABLE customers (
    user_id {id} NOT NULL PRIMARY KEY REFERENCES users (id),
    name TEXT,
    address TEXT,
    phone TEXT,
    entered_by {id} NOT NULL,
    entered_at {int} NOT NULL,
    CONSTRAINT customers_something CHECK (name IS NOT NULL OR address IS NOT NULL OR phone IS NOT NULL)
) {table}

CREATE TABLE handovers (
    user_id {id} NOT NULL PRIMARY KEY REFERENCES users (id),
    code_hash {bytes} NOT NULL,
    opened_by {id} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    used_at {int},
    CONSTRAINT handovers_code UNIQUE (code_hash)
) {table}
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await
    }
}
