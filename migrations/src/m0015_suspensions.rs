//! Licences that the staff suspends, and why.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// A licence is suspended while it has a suspension that was not lifted: one at
// most.
const TABLES: &str = "
CREATE TABLE licence_suspensions (
    id {id} NOT NULL PRIMARY KEY,
    licence_id {id} NOT NULL REFERENCES licences (id),
    reason TEXT NOT NULL,
    suspended_by {id} NOT NULL REFERENCES users (id),
    suspended_at {int} NOT NULL,
    lifted_by {id} REFERENCES users (id),
    lifted_at {int},
    CONSTRAINT licence_suspensions_lifted CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
) {table}

CREATE UNIQUE INDEX licence_suspensions_open ON licence_suspensions (licence_id) WHERE lifted_at IS NULL

CREATE INDEX licence_suspensions_licence ON licence_suspensions (licence_id, suspended_at)
";

const SUSPENSION_STAYS: &str = "NEW.id = OLD.id AND NEW.licence_id = OLD.licence_id AND NEW.reason = OLD.reason \
     AND NEW.suspended_by = OLD.suspended_by AND NEW.suspended_at = OLD.suspended_at \
     AND OLD.lifted_at IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        let stays = "a suspension is only lifted, once";
        guard(manager, "licence_suspensions", Guard::Updates(SUSPENSION_STAYS), stays).await
    }
}
