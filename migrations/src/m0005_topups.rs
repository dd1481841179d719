//! What tokens cost, top-ups, card payments and their way back, and promo
//! tokens that expire.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const TABLES: &str = "
CREATE TABLE token_prices (
    id {id} NOT NULL PRIMARY KEY,
    currency TEXT NOT NULL,
    price_micros {int} NOT NULL,
    holds_from {int} NOT NULL,
    set_by {id} NOT NULL,
    set_at {int} NOT NULL,
    CONSTRAINT token_prices_range CHECK (price_micros > 0)
) {table}

CREATE INDEX token_prices_holding ON token_prices (holds_from, id)

CREATE TABLE bundle_sets (
    id {id} NOT NULL PRIMARY KEY,
    holds_from {int} NOT NULL,
    set_by {id} NOT NULL,
    set_at {int} NOT NULL
) {table}

CREATE INDEX bundle_sets_holding ON bundle_sets (holds_from, id)

CREATE TABLE bundles (
    id {id} NOT NULL PRIMARY KEY,
    set_id {id} NOT NULL REFERENCES bundle_sets (id),
    place {small} NOT NULL,
    tokens {int} NOT NULL,
    bonus {int} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    CONSTRAINT bundles_place UNIQUE (set_id, place),
    CONSTRAINT bundles_amounts CHECK (tokens > 0 AND bonus >= 0 AND amount_minor > 0)
) {table}

CREATE TABLE top_ups (
    id {id} NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL,
    user_id {id} NOT NULL REFERENCES users (id),
    channel {small} NOT NULL,
    method {small} NOT NULL,
    state {small} NOT NULL,
    tokens {int} NOT NULL,
    bonus {int} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    price_micros {int} NOT NULL,
    bundle_id {id} REFERENCES bundles (id),
    provider {small},
    session_ref TEXT,
    payment_ref TEXT,
    credited {int} NOT NULL,
    reversed {int} NOT NULL,
    bonus_reversed {int} NOT NULL,
    return_to TEXT,
    intent TEXT,
    intent_result TEXT,
    created_by {id} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int},
    closed_at {int},
    CONSTRAINT top_ups_reference UNIQUE (reference),
    CONSTRAINT top_ups_agreed CHECK (tokens > 0 AND bonus >= 0 AND amount_minor > 0 AND price_micros > 0),
    CONSTRAINT top_ups_credited CHECK (credited IN (0, tokens)),
    CONSTRAINT top_ups_reversed CHECK (reversed BETWEEN 0 AND credited AND bonus_reversed BETWEEN 0 AND bonus)
) {table}

CREATE INDEX top_ups_user ON top_ups (user_id, id)

CREATE INDEX top_ups_state ON top_ups (state, id)

CREATE UNIQUE INDEX top_ups_session ON top_ups (provider, session_ref) WHERE session_ref IS NOT NULL

CREATE UNIQUE INDEX top_ups_payment ON top_ups (provider, payment_ref) WHERE payment_ref IS NOT NULL

CREATE TABLE promo_lots (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL,
    amount {int} NOT NULL,
    expires_at {int},
    created_at {int} NOT NULL,
    CONSTRAINT promo_lots_amount CHECK (amount >= 0)
) {table}

CREATE INDEX promo_lots_user ON promo_lots (user_id)

CREATE INDEX promo_lots_expiry ON promo_lots (expires_at) WHERE expires_at IS NOT NULL

CREATE TABLE disputes (
    id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES top_ups (id),
    user_id {id} NOT NULL REFERENCES users (id),
    provider {small} NOT NULL,
    provider_ref TEXT NOT NULL,
    state {small} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    tokens {int} NOT NULL,
    held {int} NOT NULL,
    withdrawn {int} NOT NULL,
    opened_at {int} NOT NULL,
    closed_at {int},
    CONSTRAINT disputes_provider UNIQUE (provider, provider_ref),
    CONSTRAINT disputes_amounts CHECK (tokens >= 0 AND held >= 0 AND withdrawn >= 0)
) {table}

CREATE INDEX disputes_top_up ON disputes (top_up_id)

CREATE INDEX disputes_open ON disputes (user_id) WHERE closed_at IS NULL

CREATE TABLE refunds (
    id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES top_ups (id),
    tokens {int} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    state {small} NOT NULL,
    provider_ref TEXT,
    attempts {int} NOT NULL,
    due_at {int} NOT NULL,
    error TEXT,
    created_by {id} NOT NULL,
    created_at {int} NOT NULL,
    closed_at {int},
    CONSTRAINT refunds_amounts CHECK (tokens > 0 AND amount_minor > 0)
) {table}

CREATE INDEX refunds_top_up ON refunds (top_up_id)

CREATE INDEX refunds_due ON refunds (due_at) WHERE closed_at IS NULL

CREATE TABLE inbox_events (
    provider {small} NOT NULL,
    event_ref TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    received_at {int} NOT NULL,
    attempts {int} NOT NULL,
    due_at {int} NOT NULL,
    error TEXT,
    done_at {int},
    PRIMARY KEY (provider, event_ref)
) {clustered}

CREATE INDEX inbox_events_due ON inbox_events (due_at) WHERE done_at IS NULL

CREATE TABLE sandbox_payments (
    session_ref TEXT NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    success_path TEXT NOT NULL,
    cancel_path TEXT NOT NULL,
    progress {small} NOT NULL,
    payment_ref TEXT,
    refunded_minor {int} NOT NULL,
    dispute_ref TEXT,
    dispute_state {small},
    plan TEXT,
    plan_at {int},
    created_at {int} NOT NULL,
    CONSTRAINT sandbox_payments_top_up UNIQUE (top_up_id),
    CONSTRAINT sandbox_payments_amounts CHECK (amount_minor > 0 AND refunded_minor BETWEEN 0 AND amount_minor)
) {table}

CREATE TABLE sandbox_events (
    id {id} NOT NULL PRIMARY KEY,
    session_ref TEXT NOT NULL REFERENCES sandbox_payments (session_ref),
    kind TEXT NOT NULL,
    created_at {int} NOT NULL,
    delivered_at {int}
) {table}

CREATE INDEX sandbox_events_due ON sandbox_events (id) WHERE delivered_at IS NULL

CREATE INDEX sandbox_payments_planned ON sandbox_payments (plan_at) WHERE plan_at IS NOT NULL

INSERT INTO promo_lots (id, user_id, amount, expires_at, created_at)
    SELECT owner, owner, credits, NULL, 0 FROM accounts WHERE kind = 3 AND credits > debits
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        for table in ["token_prices", "bundle_sets", "bundles"] {
            guard(manager, table, Guard::AppendOnly, "what tokens cost is history").await?;
        }
        let agreed_stays = "NEW.id = OLD.id AND NEW.reference = OLD.reference AND NEW.user_id = OLD.user_id \
             AND NEW.channel = OLD.channel AND NEW.method = OLD.method AND NEW.tokens = OLD.tokens \
             AND NEW.bonus = OLD.bonus AND NEW.currency = OLD.currency \
             AND NEW.amount_minor = OLD.amount_minor AND NEW.price_micros = OLD.price_micros \
             AND NEW.bundle_id IS NOT DISTINCT FROM OLD.bundle_id AND NEW.created_by = OLD.created_by \
             AND NEW.created_at = OLD.created_at AND NEW.credited >= OLD.credited \
             AND (OLD.session_ref IS NULL OR (NEW.session_ref = OLD.session_ref AND NEW.provider = OLD.provider)) \
             AND (OLD.payment_ref IS NULL OR NEW.payment_ref = OLD.payment_ref)";
        guard(manager, "top_ups", Guard::Updates(agreed_stays), "what was agreed never changes").await?;
        let lot_shrinks = "NEW.id = OLD.id AND NEW.user_id = OLD.user_id AND NEW.amount <= OLD.amount \
             AND NEW.expires_at IS NOT DISTINCT FROM OLD.expires_at AND NEW.created_at = OLD.created_at";
        guard(manager, "promo_lots", Guard::Updates(lot_shrinks), "lots only shrink").await?;
        let dispute_stays = "NEW.id = OLD.id AND NEW.top_up_id = OLD.top_up_id AND NEW.user_id = OLD.user_id \
             AND NEW.provider = OLD.provider AND NEW.provider_ref = OLD.provider_ref \
             AND NEW.opened_at = OLD.opened_at";
        guard(manager, "disputes", Guard::Updates(dispute_stays), "disputes never change hands").await?;
        let refund_stays = "NEW.id = OLD.id AND NEW.top_up_id = OLD.top_up_id AND NEW.tokens = OLD.tokens \
             AND NEW.currency = OLD.currency AND NEW.amount_minor = OLD.amount_minor \
             AND NEW.created_by = OLD.created_by AND NEW.created_at = OLD.created_at \
             AND (OLD.closed_at IS NULL OR NEW.state = OLD.state)";
        guard(manager, "refunds", Guard::Updates(refund_stays), "refunds never change").await
    }
}
