//! Who of the staff has looked at what did not agree with the payment
//! provider, and what came of it. Said once for each finding, and for good.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const TABLES: &str = "
CREATE TABLE seen_findings (
    provider {small} NOT NULL,
    day_at {int} NOT NULL,
    top_up_id {id} NOT NULL,
    seen_by {id} NOT NULL REFERENCES users (id),
    seen_at {int} NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (provider, day_at, top_up_id),
    CONSTRAINT seen_findings_note CHECK (note <> ''),
    CONSTRAINT seen_findings_finding FOREIGN KEY (provider, day_at, top_up_id)
        REFERENCES comparison_findings (provider, day_at, top_up_id)
) {clustered}
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        guard(manager, "seen_findings", Guard::AppendOnly, "what was said of a finding is history").await
    }
}
