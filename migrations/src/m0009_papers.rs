//! What the desk hands out and takes in: numbered papers, payments that came
//! back, money that was paid too much, reminders, and scans of what people
//! sent. What one prints is worked out from these rows; no picture of a paper
//! is kept.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// Pro-forma invoices had numbers of the invoices' series; they keep them.
// Who wrote a paper stands in `letterheads` as it was then; papers from before
// have none. Rows of `bill_tos` and `desk_attachments` are what people told, and are
// erased when asked: nothing refers to them.
const TABLES: &str = "
CREATE TABLE letterheads (
    id {id} NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    used_from {int} NOT NULL
) {table}

CREATE TABLE papers (
    id {id} NOT NULL PRIMARY KEY,
    kind {small} NOT NULL,
    number {int} NOT NULL,
    top_up_id {id} NOT NULL REFERENCES top_ups (id),
    about {id} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    due_at {int},
    issued_at {int} NOT NULL,
    letterhead_id {id} REFERENCES letterheads (id),
    CONSTRAINT papers_number UNIQUE (kind, number),
    CONSTRAINT papers_once UNIQUE (kind, about),
    CONSTRAINT papers_kind CHECK (kind >= 1 AND kind <= 4),
    CONSTRAINT papers_positive CHECK (number > 0 AND amount_minor >= 0)
) {table}

CREATE INDEX papers_top_up ON papers (top_up_id)

INSERT INTO papers (id, kind, number, top_up_id, about, currency, amount_minor, due_at, issued_at)
SELECT i.top_up_id, 2, i.number, i.top_up_id, i.top_up_id, t.currency, t.amount_minor, i.due_at, i.issued_at
FROM desk_invoices i JOIN top_ups t ON t.id = i.top_up_id

DROP TABLE desk_invoices

INSERT INTO desk_series (name, last) VALUES ('pro-formas', 0), ('receipts', 0), ('credit-notes', 0)

CREATE TABLE bill_tos (
    top_up_id {id} NOT NULL PRIMARY KEY REFERENCES desk_orders (top_up_id),
    bill_to TEXT NOT NULL
) {table}

CREATE UNIQUE INDEX desk_payments_entered ON desk_payments (id, entered_by)

CREATE TABLE desk_bounces (
    payment_id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    entered_by {id} NOT NULL,
    bounced_by {id} NOT NULL,
    bounced_at {int} NOT NULL,
    CONSTRAINT desk_bounces_other CHECK (bounced_by <> entered_by),
    CONSTRAINT desk_bounces_payment FOREIGN KEY (payment_id, entered_by)
        REFERENCES desk_payments (id, entered_by)
) {table}

CREATE INDEX desk_bounces_top_up ON desk_bounces (top_up_id)

CREATE TABLE desk_moves (
    id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    payment_id {id} REFERENCES desk_payments (id),
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    name TEXT NOT NULL,
    entered_by {id} NOT NULL,
    entered_at {int} NOT NULL,
    CONSTRAINT desk_moves_name UNIQUE (name),
    CONSTRAINT desk_moves_amount CHECK (amount_minor > 0)
) {table}

CREATE INDEX desk_moves_top_up ON desk_moves (top_up_id)

CREATE TABLE desk_reminders (
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    reminder {small} NOT NULL,
    sent_at {int} NOT NULL,
    PRIMARY KEY (top_up_id, reminder)
) {clustered}

CREATE TABLE desk_attachments (
    id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    name TEXT NOT NULL,
    kind {small} NOT NULL,
    size_bytes {int} NOT NULL,
    sha256 {bytes} NOT NULL,
    file TEXT NOT NULL,
    added_by {id} NOT NULL,
    added_at {int} NOT NULL,
    CONSTRAINT desk_attachments_once UNIQUE (top_up_id, sha256)
) {table}

ALTER TABLE desk_events ADD COLUMN place {int} NOT NULL DEFAULT 0

CREATE INDEX desk_events_place ON desk_events (top_up_id, place)
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        for table in ["letterheads", "papers", "desk_bounces", "desk_moves", "desk_reminders"] {
            guard(manager, table, Guard::AppendOnly, "what the desk has done never changes").await?;
        }
        agreed(manager).await
    }
}

/// Makes the database refuse papers for orders that too few others agreed to,
/// as it does for payments.
async fn agreed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sql = match manager.get_database_backend() {
        DatabaseBackend::Sqlite => {
            "CREATE TRIGGER papers_agreed BEFORE INSERT ON papers WHEN \
             (SELECT COUNT(*) FROM desk_approvals a WHERE a.top_up_id = NEW.top_up_id) < \
             (SELECT o.needs FROM desk_orders o WHERE o.top_up_id = NEW.top_up_id) \
             BEGIN SELECT RAISE(ABORT, 'too few others have agreed'); END"
        }
        _ => {
            "CREATE TRIGGER papers_agreed BEFORE INSERT ON papers FOR EACH ROW \
             EXECUTE FUNCTION desk_agreed()"
        }
    };
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}
