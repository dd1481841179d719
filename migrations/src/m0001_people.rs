//! Users and their sessions. Everything personal is optional and stands here,
//! apart from the ledger, so that it can be erased.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const TABLES: &str = "
CREATE TABLE users (
    id {id} NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL,
    role {small} NOT NULL,
    account_key_hash {bytes} NOT NULL,
    passphrase_hash TEXT,
    display_name TEXT,
    about TEXT,
    created_at {int} NOT NULL,
    CONSTRAINT users_handle UNIQUE (handle),
    CONSTRAINT users_account_key UNIQUE (account_key_hash)
) {table}

CREATE TABLE sessions (
    id {id} NOT NULL PRIMARY KEY,
    token_hash {bytes} NOT NULL,
    user_id {id} NOT NULL REFERENCES users (id),
    channel {small} NOT NULL,
    created_at {int} NOT NULL,
    used_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    CONSTRAINT sessions_token UNIQUE (token_hash)
) {table}

CREATE INDEX sessions_user ON sessions (user_id)

CREATE INDEX sessions_expiry ON sessions (expires_at)

CREATE TABLE invitations (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    role {small} NOT NULL,
    created_at {int} NOT NULL,
    used_at {int}
) {table}
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await
    }
}
