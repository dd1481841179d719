//! What happens at the desk by itself when time goes by.

use domain::access::Actor;
use domain::command::Command;
use domain::desk::{DeskCommand, REMINDERS};
use domain::id::TopUpId;
use domain::refusal::Refusal;

use crate::Store;
use crate::error::{Done, Error, Fault};

impl Store {
    /// Reminds of invoices whose money should have come by now, at most
    /// `limit`; the first reminder makes them overdue. Safe to run late or
    /// twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn fall_due(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let next: Vec<String> = REMINDERS
            .iter()
            .enumerate()
            .map(|(sent, late)| format!("WHEN {sent} THEN i.due_at + {}", i64::from(late.get()) * 1_000))
            .collect();
        let sql = format!(
            "SELECT t.id FROM top_ups t JOIN papers i ON i.about = t.id AND i.kind = 2 \
             WHERE t.state IN (5, 6, 8) AND t.credited > 0 AND i.due_at <= $1 AND CASE \
             COALESCE((SELECT MAX(r.reminder) FROM desk_reminders r WHERE r.top_up_id = t.id), 0) {} END <= $1 \
             ORDER BY i.due_at LIMIT {limit}",
            next.join(" ")
        );
        self.each_at_desk(&sql, |top_up| DeskCommand::FallDue { top_up }).await
    }

    /// Ends orders that nobody agreed to in time, or that nobody paid in
    /// advance, at most `limit`. Safe to run late or twice. Only the program
    /// itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn expire_desk_orders(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let terms = self.0.market.desk;
        let sql = format!(
            "SELECT t.id FROM desk_orders o JOIN top_ups t ON t.id = o.top_up_id \
             WHERE t.state IN (2, 3) AND t.expires_at <= $1 ORDER BY t.expires_at LIMIT {limit}"
        );
        let stale = self.each_at_desk(&sql, |top_up| DeskCommand::Expire { top_up, terms }).await?;
        let sql = format!(
            "SELECT t.id FROM desk_orders o JOIN top_ups t ON t.id = o.top_up_id WHERE t.state = 4 \
             AND (SELECT MAX(e.done_at) FROM desk_events e WHERE e.top_up_id = t.id) + {} <= $1 \
             AND NOT EXISTS (SELECT 1 FROM desk_payments p WHERE p.top_up_id = t.id \
             AND NOT EXISTS (SELECT 1 FROM desk_bounces b WHERE b.payment_id = p.id)) \
             ORDER BY t.id LIMIT {limit}",
            i64::from(terms.pays.get()) * 1_000
        );
        let unpaid = self.each_at_desk(&sql, |top_up| DeskCommand::Expire { top_up, terms }).await?;
        Ok(stale + unpaid)
    }

    /// Does the same to all orders that `sql` finds now; tells how many.
    async fn each_at_desk(&self, sql: &str, work: impl Fn(TopUpId) -> DeskCommand) -> Done<u32> {
        let now = self.0.world.now().millis();
        let due: Result<Vec<TopUpId>, Fault> =
            self.read().rows(sql, vec![now.into()], |row| row.id(TopUpId::new)).await;
        let mut done = 0;
        for top_up in due? {
            match self.command(None, Command::Desk(Box::new(work(top_up))), None).await {
                Ok(_) => done += 1,
                // Somebody was quicker: it was paid, or agreed to, just now.
                Err(Error::Refused(Refusal::WrongState { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}
