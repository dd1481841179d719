//! The ledger, orders, gifts and idempotency keys.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const TABLES: &str = "
CREATE TABLE heads (
    name TEXT NOT NULL PRIMARY KEY,
    sequence {int} NOT NULL,
    seal {bytes} NOT NULL,
    CONSTRAINT heads_forward CHECK (sequence >= 0)
) {table}

INSERT INTO heads (name, sequence, seal) VALUES ('ledger', 0, {zero}), ('listings', 0, {zero})

CREATE TABLE accounts (
    owner {id} NOT NULL,
    kind {small} NOT NULL,
    debits {int} NOT NULL,
    credits {int} NOT NULL,
    PRIMARY KEY (owner, kind),
    CONSTRAINT accounts_sums CHECK (debits >= 0 AND credits >= 0),
    CONSTRAINT accounts_floor CHECK (
        CASE WHEN kind BETWEEN 40 AND 59 THEN debits >= credits ELSE credits >= debits END
    )
) {clustered}

INSERT INTO accounts (owner, kind, debits, credits) VALUES
    ({nil}, 20, 0, 0), ({nil}, 21, 0, 0), ({nil}, 22, 0, 0), ({nil}, 23, 0, 0),
    ({nil}, 50, 0, 0), ({nil}, 51, 0, 0), ({nil}, 52, 0, 0), ({nil}, 53, 0, 0), ({nil}, 54, 0, 0),
    ({nil}, 60, 0, 0), ({nil}, 61, 0, 0), ({nil}, 62, 0, 0), ({nil}, 63, 0, 0), ({nil}, 64, 0, 0)

CREATE TABLE transactions (
    sequence {int} NOT NULL PRIMARY KEY,
    kind {small} NOT NULL,
    reference {id} NOT NULL,
    actor {id} NOT NULL,
    at {int} NOT NULL,
    detail TEXT NOT NULL,
    seal {bytes} NOT NULL
) {table}

CREATE INDEX transactions_reference ON transactions (reference)

CREATE TABLE transfers (
    sequence {int} NOT NULL REFERENCES transactions (sequence),
    leg {small} NOT NULL,
    debit_owner {id} NOT NULL,
    debit_kind {small} NOT NULL,
    credit_owner {id} NOT NULL,
    credit_kind {small} NOT NULL,
    amount {int} NOT NULL,
    code {small} NOT NULL,
    PRIMARY KEY (sequence, leg),
    CONSTRAINT transfers_amount CHECK (amount > 0)
) {clustered}

CREATE INDEX transfers_debit ON transfers (debit_owner, sequence) WHERE debit_owner <> {nil}

CREATE INDEX transfers_credit ON transfers (credit_owner, sequence) WHERE credit_owner <> {nil}

CREATE TABLE idempotency_keys (
    id {id} NOT NULL PRIMARY KEY,
    fingerprint {bytes} NOT NULL,
    answer TEXT NOT NULL,
    at {int} NOT NULL
) {clustered}

CREATE TABLE orders (
    id {id} NOT NULL PRIMARY KEY,
    buyer_id {id} NOT NULL,
    seller_id {id} NOT NULL,
    state {small} NOT NULL,
    total {int} NOT NULL,
    fee {int} NOT NULL,
    held_promo {int} NOT NULL,
    held_spendable {int} NOT NULL,
    held_earned {int} NOT NULL,
    held_fee {int} NOT NULL,
    release_at {int} NOT NULL,
    created_at {int} NOT NULL,
    closed_at {int},
    CONSTRAINT orders_fee CHECK (fee >= 0 AND fee <= total AND held_fee >= 0 AND held_fee <= fee),
    CONSTRAINT orders_held CHECK (
        held_promo >= 0 AND held_spendable >= 0 AND held_earned >= 0
        AND held_promo + held_spendable + held_earned <= total
    ),
    CONSTRAINT orders_people CHECK (buyer_id <> seller_id)
) {clustered}

CREATE INDEX orders_buyer ON orders (buyer_id, id)

CREATE INDEX orders_seller ON orders (seller_id, id)

CREATE INDEX orders_due ON orders (release_at) WHERE state = 1

CREATE TABLE order_lines (
    order_id {id} NOT NULL REFERENCES orders (id),
    line {small} NOT NULL,
    listing_id {id} NOT NULL,
    title TEXT NOT NULL,
    kind {small} NOT NULL,
    quantity {int} NOT NULL,
    unit_price {int} NOT NULL,
    total {int} NOT NULL,
    fee {int} NOT NULL,
    fee_rule_id {id} NOT NULL,
    fee_explanation TEXT NOT NULL,
    PRIMARY KEY (order_id, line),
    CONSTRAINT order_lines_amounts CHECK (quantity > 0 AND total >= 0 AND fee >= 0 AND fee <= total)
) {clustered}

CREATE TABLE gifts (
    id {id} NOT NULL PRIMARY KEY,
    giver_id {id} NOT NULL,
    recipient_id {id},
    promo {int} NOT NULL,
    spendable {int} NOT NULL,
    earned {int} NOT NULL,
    message TEXT NOT NULL,
    state {small} NOT NULL,
    claim_hash {bytes},
    created_at {int} NOT NULL,
    expires_at {int},
    closed_at {int},
    CONSTRAINT gifts_claim UNIQUE (claim_hash),
    CONSTRAINT gifts_amount CHECK (promo = 0 AND spendable >= 0 AND earned >= 0 AND spendable + earned > 0)
) {table}

CREATE INDEX gifts_giver ON gifts (giver_id, id)

CREATE INDEX gifts_recipient ON gifts (recipient_id, id) WHERE recipient_id IS NOT NULL

CREATE INDEX gifts_due ON gifts (expires_at) WHERE state = 2
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let zeros = "0".repeat(64);
        let zero = match manager.get_database_backend() {
            DatabaseBackend::Sqlite => format!("x'{zeros}'"),
            _ => format!("'\\x{zeros}'::bytea"),
        };
        run(manager, &TABLES.replace("{zero}", &zero)).await?;
        guard(manager, "transactions", Guard::AppendOnly, "transactions never change").await?;
        guard(manager, "transfers", Guard::AppendOnly, "transfers never change").await?;
        let sums_grow = "NEW.owner = OLD.owner AND NEW.kind = OLD.kind \
                         AND NEW.debits >= OLD.debits AND NEW.credits >= OLD.credits";
        guard(manager, "accounts", Guard::Updates(sums_grow), "accounts only grow").await?;
        let goes_on = "NEW.name = OLD.name AND NEW.sequence >= OLD.sequence";
        guard(manager, "heads", Guard::Updates(goes_on), "heads only go on").await?;
        let money_stays = "NEW.id = OLD.id AND NEW.buyer_id = OLD.buyer_id AND NEW.seller_id = OLD.seller_id \
             AND NEW.total = OLD.total AND NEW.fee = OLD.fee AND NEW.held_promo = OLD.held_promo \
             AND NEW.held_spendable = OLD.held_spendable AND NEW.held_earned = OLD.held_earned \
             AND NEW.held_fee = OLD.held_fee AND NEW.release_at = OLD.release_at \
             AND NEW.created_at = OLD.created_at AND (OLD.state = 1 OR NEW.state = OLD.state)";
        guard(manager, "orders", Guard::Updates(money_stays), "the money of an order never changes").await?;
        guard(manager, "order_lines", Guard::AppendOnly, "the lines of an order never change").await?;
        let gift_stays = "NEW.id = OLD.id AND NEW.giver_id = OLD.giver_id AND NEW.promo = OLD.promo \
             AND NEW.spendable = OLD.spendable AND NEW.earned = OLD.earned \
             AND NEW.message IN (OLD.message, '') AND NEW.created_at = OLD.created_at \
             AND (OLD.state = 2 OR NEW.state = OLD.state)";
        guard(manager, "gifts", Guard::Updates(gift_stays), "the tokens of a gift never change").await
    }
}
