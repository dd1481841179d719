//! Letters: addresses, what is not wanted, browsers seen before, the outbox.
//! All of it stands apart from the ledger and can be erased.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

/// `mailbox` is what a user typed in to get letters. While `code_hash` is
/// there, nobody has proven that it is theirs, and nothing but the code is
/// sent to it. A row of the outbox leaves no words behind once it is done:
/// `detail` is then empty. `error` is in our own words, without addresses.
const TABLES: &str = "
CREATE TABLE mail_addresses (
    user_id {id} NOT NULL PRIMARY KEY REFERENCES users (id),
    mailbox TEXT NOT NULL,
    code_hash {bytes},
    code_tries {small} NOT NULL,
    code_expires_at {int},
    left_at {int} NOT NULL,
    confirmed_at {int},
    CONSTRAINT mail_addresses_proof CHECK ((code_hash IS NULL) = (confirmed_at IS NOT NULL)),
    CONSTRAINT mail_addresses_tries CHECK (code_tries >= 0)
) {clustered}

CREATE TABLE mail_opt_outs (
    user_id {id} NOT NULL REFERENCES users (id),
    kind {small} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (user_id, kind)
) {clustered}

CREATE TABLE known_devices (
    user_id {id} NOT NULL REFERENCES users (id),
    mark {bytes} NOT NULL,
    seen_at {int} NOT NULL,
    PRIMARY KEY (user_id, mark)
) {clustered}

CREATE INDEX known_devices_stale ON known_devices (seen_at)

CREATE TABLE outbox (
    id {id} NOT NULL PRIMARY KEY,
    kind {small} NOT NULL,
    user_id {id} NOT NULL REFERENCES users (id),
    detail TEXT NOT NULL,
    attempts {small} NOT NULL,
    error TEXT,
    created_at {int} NOT NULL,
    due_at {int} NOT NULL,
    done_at {int},
    dead_at {int},
    CONSTRAINT outbox_end CHECK (done_at IS NULL OR dead_at IS NULL)
) {table}

CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL AND dead_at IS NULL

CREATE INDEX outbox_dead ON outbox (id) WHERE dead_at IS NOT NULL

CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL

CREATE INDEX outbox_user ON outbox (user_id, kind)
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await
    }
}
