//! Licences: what orders gave, how much of it is used, on which devices, and
//! what was taken back.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// What a grant gives follows from its offer, which never changes. Names that
// clients make are found by a hash of the licence and the name. Tasks: 1 open,
// 2 committed, 3 aborted, 4 lapsed; leases: 1 open, 2 settled, 3 charged,
// 4 released, 5 forked.
const TABLES: &str = "
ALTER TABLE order_lines ADD COLUMN offer_id {id}

CREATE TABLE licences (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES users (id),
    listing_id {id} NOT NULL REFERENCES listings (id),
    state {small} NOT NULL,
    generation {int} NOT NULL,
    created_at {int} NOT NULL,
    CONSTRAINT licences_state CHECK (state BETWEEN 1 AND 3),
    CONSTRAINT licences_generation CHECK (generation >= 0)
) {clustered}

CREATE INDEX licences_user ON licences (user_id, id)

CREATE INDEX licences_listing ON licences (listing_id, id)

CREATE TABLE grants (
    order_id {id} NOT NULL PRIMARY KEY REFERENCES orders (id),
    licence_id {id} NOT NULL REFERENCES licences (id),
    offer_id {id} NOT NULL REFERENCES offers (id),
    paid_promo {int} NOT NULL,
    paid_spendable {int} NOT NULL,
    paid_earned {int} NOT NULL,
    granted_at {int} NOT NULL,
    revoked_at {int},
    refunded {int},
    CONSTRAINT grants_paid CHECK (paid_promo >= 0 AND paid_spendable >= 0 AND paid_earned >= 0),
    CONSTRAINT grants_refunded CHECK (
        (revoked_at IS NULL) = (refunded IS NULL)
        AND (refunded IS NULL OR refunded BETWEEN 0 AND paid_promo + paid_spendable + paid_earned)
    )
) {clustered}

CREATE INDEX grants_licence ON grants (licence_id)

CREATE TABLE meters (
    licence_id {id} NOT NULL REFERENCES licences (id),
    code TEXT NOT NULL,
    granted {int} NOT NULL,
    consumed {int} NOT NULL,
    reserved {int} NOT NULL,
    PRIMARY KEY (licence_id, code),
    CONSTRAINT meters_counts CHECK (
        consumed >= 0 AND reserved >= 0 AND consumed + reserved <= granted AND granted <= 1000000
    )
) {clustered}

CREATE TABLE usages (
    id {id} NOT NULL PRIMARY KEY,
    licence_id {id} NOT NULL REFERENCES licences (id),
    consume_id TEXT NOT NULL,
    meter TEXT NOT NULL,
    units {int} NOT NULL,
    units_left {int},
    used_at {int} NOT NULL,
    CONSTRAINT usages_units CHECK (units > 0)
) {clustered}

CREATE INDEX usages_licence ON usages (licence_id, used_at)

CREATE TABLE tasks (
    id {id} NOT NULL PRIMARY KEY,
    licence_id {id} NOT NULL REFERENCES licences (id),
    task_id TEXT NOT NULL,
    meter TEXT NOT NULL,
    units {int} NOT NULL,
    is_counted {small} NOT NULL,
    state {small} NOT NULL,
    deadline {int} NOT NULL,
    begun_at {int} NOT NULL,
    closed_at {int},
    CONSTRAINT tasks_units CHECK (units > 0),
    CONSTRAINT tasks_closed CHECK ((state = 1) = (closed_at IS NULL) AND state BETWEEN 1 AND 4)
) {clustered}

CREATE INDEX tasks_due ON tasks (deadline) WHERE state = 1

CREATE INDEX tasks_licence ON tasks (licence_id)

CREATE TABLE leases (
    id {id} NOT NULL PRIMARY KEY,
    licence_id {id} NOT NULL REFERENCES licences (id),
    lease_id TEXT NOT NULL,
    kid TEXT NOT NULL,
    meter TEXT NOT NULL,
    units {int} NOT NULL,
    used {int} NOT NULL,
    state {small} NOT NULL,
    leased_at {int} NOT NULL,
    settle_by {int} NOT NULL,
    closed_at {int},
    CONSTRAINT leases_units CHECK (units > 0 AND used BETWEEN 0 AND units),
    CONSTRAINT leases_closed CHECK ((state = 1) = (closed_at IS NULL) AND state BETWEEN 1 AND 5)
) {clustered}

CREATE INDEX leases_due ON leases (settle_by) WHERE state = 1

CREATE INDEX leases_licence ON leases (licence_id)

CREATE TABLE lease_lines (
    lease_key {id} NOT NULL REFERENCES leases (id),
    seq {int} NOT NULL,
    consume_id TEXT,
    units {int} NOT NULL,
    device_at {int} NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (lease_key, seq),
    CONSTRAINT lease_lines_units CHECK (units >= 0 AND seq > 0)
) {clustered}

CREATE TABLE activations (
    licence_id {id} NOT NULL REFERENCES licences (id),
    slot {small} NOT NULL,
    kid TEXT NOT NULL,
    public_key TEXT NOT NULL,
    label TEXT,
    activated_at {int} NOT NULL,
    forked_at {int},
    PRIMARY KEY (licence_id, slot),
    CONSTRAINT activations_device UNIQUE (licence_id, kid),
    CONSTRAINT activations_slot CHECK (slot >= 0)
) {table}

CREATE TABLE device_moves (
    id {id} NOT NULL PRIMARY KEY,
    licence_id {id} NOT NULL REFERENCES licences (id),
    moved_at {int} NOT NULL
) {table}

CREATE INDEX device_moves_licence ON device_moves (licence_id, moved_at)

CREATE TABLE revocations (
    sequence {int} NOT NULL PRIMARY KEY,
    licence_id {id} NOT NULL REFERENCES licences (id),
    generation {int} NOT NULL,
    revoked_at {int} NOT NULL
) {table}

CREATE TABLE revocation_series (
    name TEXT NOT NULL PRIMARY KEY,
    last {int} NOT NULL
) {table}

INSERT INTO revocation_series (name, last) VALUES ('revocations', 0)

CREATE TABLE sign_in_codes (
    hash {bytes} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES users (id),
    expires_at {int} NOT NULL
) {table}
";

const LICENCE_STAYS: &str = "NEW.id = OLD.id AND NEW.user_id = OLD.user_id AND NEW.listing_id = OLD.listing_id \
     AND NEW.created_at = OLD.created_at AND NEW.generation >= OLD.generation";

const GRANT_STAYS: &str = "NEW.order_id = OLD.order_id AND NEW.licence_id = OLD.licence_id \
     AND NEW.offer_id = OLD.offer_id AND NEW.paid_promo = OLD.paid_promo \
     AND NEW.paid_spendable = OLD.paid_spendable AND NEW.paid_earned = OLD.paid_earned \
     AND NEW.granted_at = OLD.granted_at AND OLD.revoked_at IS NULL";

const METER_STAYS: &str = "NEW.licence_id = OLD.licence_id AND NEW.code = OLD.code";

const TASK_STAYS: &str = "NEW.id = OLD.id AND NEW.licence_id = OLD.licence_id AND NEW.task_id = OLD.task_id \
     AND NEW.meter = OLD.meter AND NEW.units = OLD.units AND NEW.is_counted = OLD.is_counted \
     AND NEW.deadline = OLD.deadline AND NEW.begun_at = OLD.begun_at AND OLD.state = 1";

const LEASE_STAYS: &str = "NEW.id = OLD.id AND NEW.licence_id = OLD.licence_id AND NEW.lease_id = OLD.lease_id \
     AND NEW.kid = OLD.kid AND NEW.meter = OLD.meter AND NEW.units = OLD.units \
     AND NEW.leased_at = OLD.leased_at AND NEW.settle_by = OLD.settle_by AND NEW.used >= OLD.used \
     AND OLD.state IN (1, 2, 3)";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        let used_stays = "what was used stays used";
        guard(manager, "usages", Guard::AppendOnly, used_stays).await?;
        guard(manager, "lease_lines", Guard::AppendOnly, used_stays).await?;
        guard(manager, "revocations", Guard::AppendOnly, "what was taken back stays so").await?;
        guard(manager, "licences", Guard::Updates(LICENCE_STAYS), "a licence stays whose it is").await?;
        guard(manager, "grants", Guard::Updates(GRANT_STAYS), "a grant is only taken back, once").await?;
        guard(manager, "meters", Guard::Updates(METER_STAYS), "a meter counts what it counts").await?;
        guard(manager, "tasks", Guard::Updates(TASK_STAYS), "a task ends once").await?;
        guard(manager, "leases", Guard::Updates(LEASE_STAYS), "a lease stays as it was made").await
    }
}
