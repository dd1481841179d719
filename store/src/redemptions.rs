//! Redemptions: asking for money for earned tokens, and the staff's part.

mod book;
mod earnings;
mod reads;

use domain::access::Actor;
use domain::command::{Command, Fingerprint, KeyId};
use domain::id::{RedemptionBatchId, RedemptionId, UserId};
use domain::redemption::{PayTo, PayeeMark, RedemptionCommand, RedemptionState, RedemptionTerms};
use domain::refusal::Refusal;
use domain::text::{BankReference, DeskNote, Payee};
use domain::tokens::Tokens;

use crate::Store;
use crate::error::{Done, Fault};
use crate::orders::keyed;
use crate::secrets::Secret;

pub(crate) use book::{REDEMPTION_COLUMNS, approvals, load, read_redemption, write};
pub use reads::{RedemptionEvent, RedemptionView};

/// Redemptions that one file for the bank holds at most.
pub const BATCH_MAX: u32 = 500;

/// The mark of where to pay: what was written, and for whom.
pub(crate) fn payee_mark(secret: &Secret, user: UserId, payee: &str) -> PayeeMark {
    let mut bytes = user.uuid().as_bytes().to_vec();
    bytes.extend(payee.as_bytes());
    PayeeMark(secret.derive("where to pay", &bytes))
}

impl Store {
    /// Under which terms earned tokens become money again.
    #[must_use]
    pub fn redemption_terms(&self) -> RedemptionTerms {
        self.0.market.redemption
    }

    /// Asks for money for earned tokens. Precedence: off, key, where to pay,
    /// then as for redemptions in `domain`.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn request_redemption(
        &self,
        actor: &Actor,
        tokens: Tokens,
        pay_to: &str,
        key: &str,
    ) -> Done<RedemptionView> {
        let user = actor.signed_in()?.id;
        let terms = self.0.market.redemption;
        if !terms.is_on {
            return Err(Refusal::RedemptionOff.into());
        }
        let key = keyed(user, key, "requestRedemption", &[&tokens.to_string(), pay_to])?;
        let payee = Payee::parse(pay_to)?;
        let pay_to = PayTo { mark: payee_mark(&self.0.secret, user, payee.as_str()), payee };
        let (standing, open) = (self.earnings(user).await?, self.open_redemptions(user).await?);
        let command = RedemptionCommand::Ask { user, tokens, pay_to, standing, open, terms };
        self.redeem(user, command, key).await
    }

    /// Calls a redemption off before the bank was told. Only its user may.
    ///
    /// # Errors
    /// `NotSignedIn`, then as decided.
    pub async fn cancel_redemption(&self, actor: &Actor, redemption: RedemptionId) -> Done<RedemptionView> {
        let by = actor.signed_in()?.id;
        self.redeem(by, RedemptionCommand::Cancel { redemption, by }, None).await
    }

    /// Agrees to a redemption; nobody to their own. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then as decided.
    pub async fn approve_redemption(&self, actor: &Actor, redemption: RedemptionId) -> Done<RedemptionView> {
        let by = actor.staff()?.id;
        self.redeem(by, RedemptionCommand::Approve { redemption, by }, None).await
    }

    /// Declines a redemption before the bank was told; the tokens go back.
    /// Staff only. Precedence: reason, then as decided.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn reject_redemption(
        &self,
        actor: &Actor,
        redemption: RedemptionId,
        reason: &str,
    ) -> Done<RedemptionView> {
        let by = actor.staff()?.id;
        let reason = read_reason(reason)?;
        self.redeem(by, RedemptionCommand::Reject { redemption, reason }, None).await
    }

    /// Records that the bank has paid; the tokens leave the market. Staff
    /// only, and not whose they were. Precedence: key, name of the payment,
    /// then as decided.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn record_redemption_paid(
        &self,
        actor: &Actor,
        redemption: RedemptionId,
        bank_reference: &str,
        key: &str,
    ) -> Done<RedemptionView> {
        let by = actor.staff()?.id;
        let key = keyed(by, key, "recordRedemptionPaid", &[&redemption.to_string(), bank_reference])?;
        let bank_reference = BankReference::parse(bank_reference)?;
        self.redeem(by, RedemptionCommand::Paid { redemption, by, bank_reference }, key).await
    }

    /// Records that the bank could not pay; the tokens go back. Staff only.
    /// Precedence: reason, then as decided.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn record_redemption_failed(
        &self,
        actor: &Actor,
        redemption: RedemptionId,
        reason: &str,
    ) -> Done<RedemptionView> {
        let by = actor.staff()?.id;
        let reason = read_reason(reason)?;
        self.redeem(by, RedemptionCommand::Failed { redemption, reason }, None).await
    }

    /// Puts all that was agreed to, at most [`BATCH_MAX`], into one batch for
    /// the bank. The same key gives the same batch again. Staff only.
    /// Precedence: key, nothing that waits.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn send_redemptions(&self, actor: &Actor, key: &str) -> Done<RedemptionBatchId> {
        let by = actor.staff()?.id;
        let key = keyed(by, key, "sendRedemptions", &[])?;
        let redemptions = self.redemptions_in(RedemptionState::Approved).await?;
        let command = Command::Redemption(Box::new(RedemptionCommand::Send { redemptions }));
        let outcome = self.command(Some(by), command, key).await?;
        Ok(outcome.redemption_batch.ok_or(Fault::bug("tell the bank of redemptions"))?)
    }

    async fn redeem(
        &self,
        by: UserId,
        command: RedemptionCommand,
        key: Option<(KeyId, Fingerprint)>,
    ) -> Done<RedemptionView> {
        let outcome = self.command(Some(by), Command::Redemption(Box::new(command)), key).await?;
        self.redemption_view(outcome.redemption.ok_or(Fault::bug("redeem tokens"))?).await
    }

    /// Erases where was paid, once that was long enough ago; at most `limit`.
    /// Safe to run late or twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn erase_payees(&self, actor: &Actor, limit: u32) -> Done<u64> {
        actor.system()?;
        let before = self.0.world.now().before(self.0.market.redemption.payee_kept).millis();
        let sql = format!(
            "SELECT p.redemption_id FROM redemption_payees p JOIN redemptions r ON r.id = p.redemption_id \
             WHERE r.closed_at <= $1 LIMIT {limit}"
        );
        let due = self.read().rows(sql, vec![before.into()], |row| row.id(RedemptionId::new)).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let values = crate::tx::ids(due.into_iter().map(RedemptionId::uuid));
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "DELETE FROM redemption_payees WHERE redemption_id IN ({})";
                    Ok(link.change_rows(sql, 1, values).await?)
                })
            })
            .await
    }
}

fn read_reason(text: &str) -> Result<DeskNote, Refusal> {
    DeskNote::parse(text).map_err(|refusal| match refusal {
        Refusal::InvalidInput { problem, .. } => Refusal::InvalidInput { field: "reason".into(), problem },
        other => other,
    })
}
