//! The daily comparison with the payment provider: what came and went there,
//! which days were compared, and what did not agree. All of that only grows.
//! Beside it, until when the provider takes evidence in disputes.

use sea_orm_migration::prelude::*;

use crate::dialect::{Guard, guard, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

// A movement may name a top-up that is not here: that is a finding, so there
// is no foreign key.
const TABLES: &str = "
CREATE TABLE provider_movements (
    provider {small} NOT NULL,
    movement_ref TEXT NOT NULL,
    kind {small} NOT NULL,
    payment_ref TEXT NOT NULL,
    top_up_id {id} NOT NULL,
    currency TEXT NOT NULL,
    amount_minor {int} NOT NULL,
    moved_at {int} NOT NULL,
    PRIMARY KEY (provider, movement_ref),
    CONSTRAINT provider_movements_amount CHECK (amount_minor >= 0)
) {clustered}

CREATE INDEX provider_movements_day ON provider_movements (provider, moved_at)

CREATE INDEX provider_movements_top_up ON provider_movements (top_up_id)

CREATE INDEX provider_movements_payment ON provider_movements (provider, payment_ref)

CREATE TABLE dispute_deadlines (
    provider {small} NOT NULL,
    provider_ref TEXT NOT NULL,
    answer_by {int} NOT NULL,
    PRIMARY KEY (provider, provider_ref)
) {clustered}

CREATE TABLE compared_days (
    provider {small} NOT NULL,
    day_at {int} NOT NULL,
    compared_at {int} NOT NULL,
    top_ups {int} NOT NULL,
    differing {int} NOT NULL,
    PRIMARY KEY (provider, day_at),
    CONSTRAINT compared_days_counts CHECK (differing BETWEEN 0 AND top_ups)
) {clustered}

CREATE TABLE comparison_findings (
    provider {small} NOT NULL,
    day_at {int} NOT NULL,
    top_up_id {id} NOT NULL,
    payment_ref TEXT,
    kind {small} NOT NULL,
    here_currency TEXT,
    here_minor {int},
    there_currency TEXT,
    there_minor {int},
    PRIMARY KEY (provider, day_at, top_up_id),
    CONSTRAINT comparison_findings_day FOREIGN KEY (provider, day_at) REFERENCES compared_days (provider, day_at)
) {clustered}
";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        let history = "what the provider told is history";
        guard(manager, "provider_movements", Guard::AppendOnly, history).await?;
        let found = "what was found is history";
        guard(manager, "compared_days", Guard::AppendOnly, found).await?;
        guard(manager, "comparison_findings", Guard::AppendOnly, found).await
    }
}
