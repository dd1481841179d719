//! Refunds of card top-ups: asked for by their users, sent by a worker.

use domain::access::Actor;
use domain::command::Command;
use domain::id::{RefundId, TopUpId};
use domain::time::Seconds;
use domain::topup::TopUp;
use domain::topup::facts::RefundState;
use domain::topup::reversal::Refund;
use domain::topup::settle::RefundAnswer;

use crate::Store;
use crate::book::disputes::{REFUND_COLUMNS, read_refund};
use crate::error::{Done, Fault};

impl Store {
    /// Sends a top-up back that is still whole: the tokens at once, the money
    /// as soon as the provider has it sent.
    ///
    /// # Errors
    /// `NotSignedIn`, then as for
    /// [`decide_refund`](domain::topup::settle::decide_refund).
    pub async fn refund_top_up(&self, actor: &Actor, top_up: TopUpId) -> Done<TopUp> {
        let by = actor.signed_in()?.id;
        self.command(Some(by), Command::RefundTopUp { top_up, by }, None).await?;
        self.load_top_up(top_up).await
    }

    /// Refunds that the provider has to be asked for now, with how often it
    /// was asked before.
    ///
    /// # Errors
    /// A fault only.
    pub async fn refunds_due(&self, limit: u32) -> Result<Vec<(Refund, u32)>, Fault> {
        let sql = format!(
            "SELECT {REFUND_COLUMNS}, attempts FROM refunds WHERE closed_at IS NULL AND due_at <= $1 \
             ORDER BY due_at LIMIT {limit}"
        );
        let now = self.0.world.now().millis();
        self.read().rows(sql, vec![now.into()], |row| Ok((read_refund(row)?, row.count()?))).await
    }

    /// Ends a refund as the provider answered. Only the program itself does
    /// this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else, then as for
    /// [`decide_refund_answer`](domain::topup::settle::decide_refund_answer).
    pub async fn end_refund(&self, actor: &Actor, refund: &Refund, state: RefundState) -> Done<()> {
        actor.system()?;
        let answer = RefundAnswer { top_up: refund.top_up, refund: refund.id, state };
        self.command(None, Command::EndRefund(answer), None).await.map(|_| ())
    }

    /// Puts a refund off that could not be sent; `error` says why. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn put_refund_off(
        &self,
        actor: &Actor,
        refund: RefundId,
        wait: Seconds,
        error: String,
    ) -> Done<()> {
        actor.system()?;
        let due = self.0.world.now().after(wait).millis();
        let error: String = error.chars().take(200).collect();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE refunds SET attempts = attempts + 1, due_at = $2, error = $3 \
                               WHERE id = $1 AND closed_at IS NULL";
                    link.change(sql, vec![refund.uuid().into(), due.into(), error.into()]).await?;
                    Ok(())
                })
            })
            .await
    }
}
