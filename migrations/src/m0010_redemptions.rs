//! Redemptions: earned tokens on their way back into money; and what did not
//! fit of card payments, with what the staff said of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// Where to pay stands alone, so that it can be erased; what stays of it is a
// mark that tells nothing.
const TABLES: &str = "
CREATE TABLE redemptions (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES users (id),
    tokens {int} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    price_micros {int} NOT NULL,
    needs {small} NOT NULL,
    payee_mark {bytes} NOT NULL,
    state {small} NOT NULL,
    batch_id {id},
    bank_reference TEXT,
    created_at {int} NOT NULL,
    closed_at {int},
    CONSTRAINT redemptions_user UNIQUE (id, user_id),
    CONSTRAINT redemptions_reference UNIQUE (bank_reference),
    CONSTRAINT redemptions_amounts CHECK (tokens > 0 AND amount_minor > 0 AND price_micros > 0 AND needs > 0),
    CONSTRAINT redemptions_closed CHECK ((state >= 4) = (closed_at IS NOT NULL)),
    CONSTRAINT redemptions_paid CHECK ((state = 4) = (bank_reference IS NOT NULL))
) {table}

CREATE INDEX redemptions_own ON redemptions (user_id, id)

CREATE INDEX redemptions_state ON redemptions (state, id)

CREATE INDEX redemptions_batch ON redemptions (batch_id) WHERE batch_id IS NOT NULL

CREATE TABLE redemption_payees (
    redemption_id {id} NOT NULL PRIMARY KEY REFERENCES redemptions (id),
    payee TEXT NOT NULL
) {table}

CREATE TABLE redemption_approvals (
    redemption_id {id} NOT NULL,
    approved_by {id} NOT NULL,
    user_id {id} NOT NULL,
    approved_at {int} NOT NULL,
    PRIMARY KEY (redemption_id, approved_by),
    CONSTRAINT redemption_approvals_other CHECK (approved_by <> user_id),
    CONSTRAINT redemption_approvals_user FOREIGN KEY (redemption_id, user_id) REFERENCES redemptions (id, user_id)
) {table}

CREATE TABLE redemption_events (
    id {id} NOT NULL PRIMARY KEY,
    redemption_id {id} NOT NULL REFERENCES redemptions (id),
    state {small} NOT NULL,
    done_by {id} NOT NULL,
    done_at {int} NOT NULL,
    note TEXT NOT NULL
) {table}

CREATE INDEX redemption_events_redemption ON redemption_events (redemption_id, id)

CREATE TABLE top_up_misfits (
    top_up_id {id} NOT NULL PRIMARY KEY REFERENCES top_ups (id),
    why TEXT NOT NULL,
    found_at {int} NOT NULL
) {table}

CREATE TABLE top_up_reviews (
    top_up_id {id} NOT NULL REFERENCES top_ups (id),
    decided_by {id} NOT NULL,
    ruling {small} NOT NULL,
    note TEXT NOT NULL,
    decided_at {int} NOT NULL,
    PRIMARY KEY (top_up_id, decided_by, ruling)
) {table}

CREATE INDEX top_ups_review ON top_ups (id) WHERE state = 14
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        let stays = "NEW.id = OLD.id AND NEW.user_id = OLD.user_id AND NEW.tokens = OLD.tokens \
             AND NEW.currency = OLD.currency AND NEW.amount_minor = OLD.amount_minor \
             AND NEW.price_micros = OLD.price_micros AND NEW.needs = OLD.needs \
             AND NEW.payee_mark = OLD.payee_mark AND NEW.created_at = OLD.created_at \
             AND OLD.state < 4 AND NEW.state >= OLD.state \
             AND (OLD.batch_id IS NULL OR NEW.batch_id = OLD.batch_id)";
        guard(manager, "redemptions", Guard::Updates(stays), "a redemption goes on as it was asked for")
            .await?;
        for table in ["redemption_approvals", "redemption_events", "top_up_misfits", "top_up_reviews"] {
            guard(manager, table, Guard::AppendOnly, "what was found and done never changes").await?;
        }
        // The words may be erased, never changed.
        never_changed(manager).await?;
        agreed(manager).await?;
        reviewed(manager).await
    }
}

/// Makes the database refuse other words about where to pay.
async fn never_changed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const MESSAGE: &str = "where to pay never changes";
    let database = manager.get_connection();
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        let sql = format!(
            "CREATE TRIGGER redemption_payees_no_update BEFORE UPDATE ON redemption_payees \
             BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        );
        return database.execute_unprepared(&sql).await.map(drop);
    }
    for sql in [
        format!(
            "CREATE FUNCTION redemption_payees_refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        ),
        "CREATE TRIGGER redemption_payees_no_update BEFORE UPDATE ON redemption_payees \
         FOR EACH ROW EXECUTE FUNCTION redemption_payees_refuse()"
            .to_owned(),
    ] {
        database.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Makes the database refuse to go on with what too few others agreed to.
async fn agreed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TOO_FEW: &str = "NEW.state IN (2, 3, 4) AND (SELECT COUNT(*) FROM redemption_approvals a \
         WHERE a.redemption_id = NEW.id) < NEW.needs";
    const MESSAGE: &str = "too few others have agreed";
    let database = manager.get_connection();
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        for (name, event) in [("agreed", "UPDATE"), ("begins", "INSERT")] {
            let sql = format!(
                "CREATE TRIGGER redemptions_{name} BEFORE {event} ON redemptions WHEN {TOO_FEW} \
                 BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            );
            database.execute_unprepared(&sql).await?;
        }
        return Ok(());
    }
    for sql in [
        format!(
            "CREATE FUNCTION redemptions_agreed() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF {TOO_FEW} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END $$"
        ),
        "CREATE TRIGGER redemptions_agreed BEFORE INSERT OR UPDATE ON redemptions \
         FOR EACH ROW EXECUTE FUNCTION redemptions_agreed()"
            .to_owned(),
    ] {
        database.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Makes the database refuse tokens for what does not fit, unless two have
/// said so.
async fn reviewed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TOO_FEW: &str = "OLD.state = 14 AND OLD.credited = 0 AND NEW.credited > 0 AND (SELECT COUNT(*) \
         FROM top_up_reviews r WHERE r.top_up_id = NEW.id AND r.ruling = 1 AND r.decided_by <> NEW.user_id) < 2";
    const MESSAGE: &str = "two have to say that it is credited";
    let database = manager.get_connection();
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        let sql = format!(
            "CREATE TRIGGER top_ups_reviewed BEFORE UPDATE ON top_ups WHEN {TOO_FEW} \
             BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        );
        return database.execute_unprepared(&sql).await.map(drop);
    }
    for sql in [
        format!(
            "CREATE FUNCTION top_ups_reviewed() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF {TOO_FEW} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END $$"
        ),
        "CREATE TRIGGER top_ups_reviewed BEFORE UPDATE ON top_ups \
         FOR EACH ROW EXECUTE FUNCTION top_ups_reviewed()"
            .to_owned(),
    ] {
        database.execute_unprepared(&sql).await?;
    }
    Ok(())
}
