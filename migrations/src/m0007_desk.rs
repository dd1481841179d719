//! What the vendor's staff keeps of people who come off-line: accounts opened
//! for them, with what they chose to leave, and their orders for tokens.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::dialect::{Guard, guard, run};

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

CREATE TABLE credit_limits (
    user_id {id} NOT NULL PRIMARY KEY REFERENCES users (id),
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    set_by {id} NOT NULL,
    set_at {int} NOT NULL,
    CONSTRAINT credit_limits_amount CHECK (amount_minor >= 0)
) {table}

CREATE TABLE desk_orders (
    top_up_id {id} NOT NULL PRIMARY KEY REFERENCES top_ups (id),
    user_id {id} NOT NULL,
    maker {id} NOT NULL,
    needs {small} NOT NULL,
    po_number TEXT,
    taken_from TEXT,
    notes TEXT,
    CONSTRAINT desk_orders_maker UNIQUE (top_up_id, maker),
    CONSTRAINT desk_orders_po_number UNIQUE (user_id, po_number)
) {table}

CREATE TABLE desk_approvals (
    top_up_id {id} NOT NULL,
    approved_by {id} NOT NULL,
    maker {id} NOT NULL,
    approved_at {int} NOT NULL,
    PRIMARY KEY (top_up_id, approved_by),
    CONSTRAINT desk_approvals_other CHECK (approved_by <> maker),
    CONSTRAINT desk_approvals_maker FOREIGN KEY (top_up_id, maker) REFERENCES desk_orders (top_up_id, maker)
) {table}

CREATE TABLE desk_series (
    name TEXT NOT NULL PRIMARY KEY,
    last {int} NOT NULL
) {table}

INSERT INTO desk_series (name, last) VALUES ('invoices', 0)

CREATE TABLE desk_invoices (
    number {int} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    due_at {int},
    issued_at {int} NOT NULL,
    CONSTRAINT desk_invoices_once UNIQUE (top_up_id),
    CONSTRAINT desk_invoices_number CHECK (number > 0)
) {table}

CREATE TABLE desk_payments (
    id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    value_date {int} NOT NULL,
    bank_reference TEXT NOT NULL,
    entered_by {id} NOT NULL,
    entered_at {int} NOT NULL,
    CONSTRAINT desk_payments_reference UNIQUE (bank_reference),
    CONSTRAINT desk_payments_amount CHECK (amount_minor > 0)
) {table}

CREATE INDEX desk_payments_top_up ON desk_payments (top_up_id)

CREATE TABLE desk_events (
    id {id} NOT NULL PRIMARY KEY,
    top_up_id {id} NOT NULL REFERENCES desk_orders (top_up_id),
    deed {small} NOT NULL,
    done_by {id} NOT NULL,
    done_at {int} NOT NULL,
    state {small} NOT NULL,
    detail TEXT NOT NULL
) {table}

CREATE INDEX desk_events_top_up ON desk_events (top_up_id, id)
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        // What people told may be erased; who entered it never changes.
        let order_stays = "NEW.top_up_id = OLD.top_up_id AND NEW.user_id = OLD.user_id AND NEW.maker = OLD.maker \
             AND NEW.needs = OLD.needs AND NEW.po_number IS NOT DISTINCT FROM OLD.po_number \
             AND (NEW.taken_from IS NULL OR NEW.taken_from IS NOT DISTINCT FROM OLD.taken_from) \
             AND (NEW.notes IS NULL OR NEW.notes IS NOT DISTINCT FROM OLD.notes)";
        guard(manager, "desk_orders", Guard::Updates(order_stays), "who entered an order never changes")
            .await?;
        let goes_on = "NEW.name = OLD.name AND NEW.last > OLD.last";
        guard(manager, "desk_series", Guard::Updates(goes_on), "numbers only go on").await?;
        for table in ["desk_approvals", "desk_invoices", "desk_payments", "desk_events"] {
            guard(manager, table, Guard::AppendOnly, "what the desk has done never changes").await?;
        }
        agreed(manager, &["desk_invoices", "desk_payments"]).await
    }
}

/// Makes the database refuse rows for orders that too few others agreed to.
async fn agreed(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    const TOO_FEW: &str = "(SELECT COUNT(*) FROM desk_approvals a WHERE a.top_up_id = NEW.top_up_id) < \
         (SELECT o.needs FROM desk_orders o WHERE o.top_up_id = NEW.top_up_id)";
    const MESSAGE: &str = "too few others have agreed";
    let database = manager.get_connection();
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        for table in tables {
            let sql = format!(
                "CREATE TRIGGER {table}_agreed BEFORE INSERT ON {table} WHEN {TOO_FEW} \
                 BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            );
            database.execute_unprepared(&sql).await?;
        }
        return Ok(());
    }
    let sql = format!(
        "CREATE FUNCTION desk_agreed() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN IF {TOO_FEW} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END $$"
    );
    database.execute_unprepared(&sql).await?;
    for table in tables {
        let sql = format!(
            "CREATE TRIGGER {table}_agreed BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION desk_agreed()"
        );
        database.execute_unprepared(&sql).await?;
    }
    Ok(())
}
