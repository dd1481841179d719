//! Tighter guards around top-ups: what somebody meant to buy, where they came
//! from and until when they may pay never changes either, a refund that has
//! ended stays ended, and lots of promo tokens stay as they came.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const AGREED_STAYS: &str = "NEW.id = OLD.id AND NEW.reference = OLD.reference AND NEW.user_id = OLD.user_id \
     AND NEW.channel = OLD.channel AND NEW.method = OLD.method AND NEW.tokens = OLD.tokens \
     AND NEW.bonus = OLD.bonus AND NEW.currency = OLD.currency \
     AND NEW.amount_minor = OLD.amount_minor AND NEW.price_micros = OLD.price_micros \
     AND NEW.bundle_id IS NOT DISTINCT FROM OLD.bundle_id AND NEW.created_by = OLD.created_by \
     AND NEW.created_at = OLD.created_at AND NEW.credited >= OLD.credited \
     AND (OLD.session_ref IS NULL OR (NEW.session_ref = OLD.session_ref AND NEW.provider = OLD.provider)) \
     AND (OLD.payment_ref IS NULL OR NEW.payment_ref = OLD.payment_ref) \
     AND NEW.return_to IS NOT DISTINCT FROM OLD.return_to AND NEW.intent IS NOT DISTINCT FROM OLD.intent \
     AND (OLD.intent_result IS NULL OR NEW.intent_result = OLD.intent_result) \
     AND (NEW.intent_result IS NULL OR NEW.intent IS NOT NULL) \
     AND NEW.expires_at IS NOT DISTINCT FROM OLD.expires_at";

const REFUND_STAYS: &str = "NEW.id = OLD.id AND NEW.top_up_id = OLD.top_up_id AND NEW.tokens = OLD.tokens \
     AND NEW.currency = OLD.currency AND NEW.amount_minor = OLD.amount_minor \
     AND NEW.created_by = OLD.created_by AND NEW.created_at = OLD.created_at \
     AND (OLD.closed_at IS NULL OR (NEW.state = OLD.state AND NEW.closed_at = OLD.closed_at))";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tighten(manager, "top_ups", AGREED_STAYS, "what was agreed never changes").await?;
        tighten(manager, "refunds", REFUND_STAYS, "refunds never change").await?;
        tighten(manager, "promo_lots", "1 = 0", "lots never change").await
    }
}

/// Puts another condition for updates in the place of a table's old one.
async fn tighten(
    manager: &SchemaManager<'_>,
    table: &str,
    condition: &str,
    message: &str,
) -> Result<(), DbErr> {
    let database = manager.get_connection();
    let statements = match manager.get_database_backend() {
        DatabaseBackend::Sqlite => [
            format!("DROP TRIGGER {table}_no_update"),
            format!(
                "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({condition}) \
                 BEGIN SELECT RAISE(ABORT, '{message}'); END"
            ),
        ],
        _ => [
            format!("DROP TRIGGER {table}_no_update ON {table}"),
            format!(
                "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} \
                 FOR EACH ROW WHEN (NOT ({condition})) EXECUTE FUNCTION {table}_refuse()"
            ),
        ],
    };
    for sql in statements {
        database.execute_unprepared(&sql).await?;
    }
    Ok(())
}
