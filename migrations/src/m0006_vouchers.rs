//! Vouchers: printed codes and the batches that they come in.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// Who redeemed a voucher stands only in the ledger; a code only as its hash.
const TABLES: &str = "
CREATE TABLE voucher_batches (
    id {id} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    count {int} NOT NULL,
    tokens {int} NOT NULL,
    expires_at {int},
    issued_by {id} NOT NULL,
    created_at {int} NOT NULL,
    CONSTRAINT voucher_batches_size CHECK (count > 0 AND tokens > 0)
) {table}

CREATE TABLE vouchers (
    id {id} NOT NULL PRIMARY KEY,
    batch_id {id} NOT NULL REFERENCES voucher_batches (id),
    number {int} NOT NULL,
    code_hash {bytes} NOT NULL,
    tokens {int} NOT NULL,
    expires_at {int},
    state {small} NOT NULL,
    closed_at {int},
    CONSTRAINT vouchers_code UNIQUE (code_hash),
    CONSTRAINT vouchers_number UNIQUE (batch_id, number),
    CONSTRAINT vouchers_tokens CHECK (number > 0 AND tokens > 0),
    CONSTRAINT vouchers_closed CHECK ((state = 1) = (closed_at IS NULL))
) {table}

CREATE INDEX vouchers_state ON vouchers (batch_id, state)
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        let stays = "vouchers were printed: their batch never changes";
        guard(manager, "voucher_batches", Guard::AppendOnly, stays).await?;
        let worth_stays = "NEW.id = OLD.id AND NEW.batch_id = OLD.batch_id AND NEW.number = OLD.number \
             AND NEW.code_hash = OLD.code_hash AND NEW.tokens = OLD.tokens \
             AND COALESCE(NEW.expires_at, 0) = COALESCE(OLD.expires_at, 0) AND OLD.state = 1";
        guard(manager, "vouchers", Guard::Updates(worth_stays), "a voucher ends once, and stays as printed")
            .await
    }
}
