//! What is shown of redemptions: to their users, and to the staff.

use domain::access::Actor;
use domain::id::{RedemptionBatchId, RedemptionId, UserId};
use domain::redemption::{Redemption, RedemptionState};
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use super::{BATCH_MAX, REDEMPTION_COLUMNS, approvals, payee_mark, read_redemption};
use crate::Store;
use crate::error::{Done, Fault};
use crate::page::{Page, Window};
use crate::tx::Columns;

/// A redemption as its user and the staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedemptionView {
    /// The redemption.
    pub redemption: Redemption,
    /// The user's handle.
    pub handle: String,
    /// Where to pay; nothing once it was erased.
    pub payee: Option<String>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// A line of a redemption's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedemptionEvent {
    /// How it stood then.
    pub state: RedemptionState,
    /// Who did it; nobody for the program itself.
    pub by_handle: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Why, if that was said.
    pub note: String,
}

impl Store {
    /// How many tokens the asker could redeem now.
    ///
    /// # Errors
    /// `NotSignedIn`, then `RedemptionOff`.
    pub async fn redeemable(&self, actor: &Actor) -> Done<Tokens> {
        let user = actor.signed_in()?.id;
        if !self.0.market.redemption.is_on {
            return Err(Refusal::RedemptionOff.into());
        }
        Ok(self.earnings(user).await?.matured)
    }

    /// The asker's redemptions, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn own_redemptions(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<RedemptionView>> {
        let user = actor.signed_in()?.id;
        let mut values = vec![Value::from(user.uuid())];
        let clause = window.clause("r.id", &mut values);
        Ok(window.page(self.read_redemptions(&format!("WHERE r.user_id = $1{clause}"), values).await?))
    }

    /// All redemptions, or those that stand so, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn redemptions(
        &self,
        actor: &Actor,
        state: Option<RedemptionState>,
        window: Window<Uuid>,
    ) -> Done<Page<RedemptionView>> {
        actor.staff()?;
        let mut values: Vec<Value> = state.map(|state| state.number().into()).into_iter().collect();
        let filter = if values.is_empty() { "WHERE 1 = 1" } else { "WHERE r.state = $1" };
        let clause = window.clause("r.id", &mut values);
        Ok(window.page(self.read_redemptions(&format!("{filter}{clause}"), values).await?))
    }

    /// A redemption, for its user and for the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn redemption(&self, actor: &Actor, id: RedemptionId) -> Done<RedemptionView> {
        let user = actor.signed_in()?;
        let view = self.redemption_view(id).await?;
        let is_theirs = view.redemption.user == user.id || actor.staff().is_ok();
        if is_theirs { Ok(view) } else { Err(Refusal::missing("redemption").into()) }
    }

    /// What was done about a redemption, oldest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn redemption_events(&self, actor: &Actor, id: RedemptionId) -> Done<Vec<RedemptionEvent>> {
        actor.staff()?;
        let sql = "SELECT e.state, u.handle, e.done_at, e.note FROM redemption_events e \
                   LEFT JOIN users u ON u.id = e.done_by WHERE e.redemption_id = $1 \
                   ORDER BY e.done_at, e.state LIMIT 50";
        let rows = self.read().rows(sql, vec![id.uuid().into()], |row| {
            Ok(RedemptionEvent {
                state: row.take_as("read a redemption's state", RedemptionState::from_number)?,
                by_handle: row.take()?,
                at: row.time()?,
                note: row.take()?,
            })
        });
        Ok(rows.await?)
    }

    /// What one file for the bank holds, in the order of asking. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, `NotFound`. A fault if where to pay was
    /// changed by somebody with a hand in the database.
    pub async fn redemption_batch(
        &self,
        actor: &Actor,
        batch: RedemptionBatchId,
    ) -> Done<Vec<RedemptionView>> {
        actor.staff()?;
        let tail = format!("WHERE r.batch_id = $1 ORDER BY r.id LIMIT {BATCH_MAX}");
        let views = self.read_redemptions(&tail, vec![batch.uuid().into()]).await?;
        if views.is_empty() {
            return Err(Refusal::missing("batch").into());
        }
        for RedemptionView { redemption, payee, .. } in &views {
            let mark = payee.as_ref().map(|payee| payee_mark(&self.0.secret, redemption.user, payee));
            if mark.is_some_and(|mark| mark != redemption.payee) {
                return Err(Fault::corrupt("pay where was asked for").into());
            }
        }
        Ok(views)
    }

    /// Those of a user's that have not ended.
    pub(super) async fn open_redemptions(&self, user: UserId) -> Result<u32, Fault> {
        let sql = "SELECT COUNT(*) FROM redemptions WHERE user_id = $1 AND state < 4";
        Ok(self.read().row(sql, vec![user.uuid().into()], |row| row.count()).await?.unwrap_or(0))
    }

    /// The oldest that stand so, as many as one batch holds.
    pub(super) async fn redemptions_in(&self, state: RedemptionState) -> Result<Vec<RedemptionId>, Fault> {
        let sql = format!("SELECT id FROM redemptions WHERE state = $1 ORDER BY id LIMIT {BATCH_MAX}");
        self.read().rows(sql, vec![state.number().into()], |row| row.id(RedemptionId::new)).await
    }

    pub(super) async fn redemption_view(&self, id: RedemptionId) -> Done<RedemptionView> {
        let found = self.read_redemptions("WHERE r.id = $1", vec![id.uuid().into()]).await?;
        Ok(found.into_iter().next().ok_or(Refusal::missing("redemption"))?)
    }

    async fn read_redemptions(&self, tail: &str, values: Vec<Value>) -> Result<Vec<RedemptionView>, Fault> {
        let columns: Vec<String> =
            REDEMPTION_COLUMNS.split(", ").map(|column| format!("r.{}", column.trim())).collect();
        let sql = format!(
            "SELECT {}, u.handle, p.payee, r.closed_at FROM redemptions r JOIN users u ON u.id = r.user_id \
             LEFT JOIN redemption_payees p ON p.redemption_id = r.id {tail}",
            columns.join(", ")
        );
        let read = |row: &mut Columns<'_>| {
            Ok(RedemptionView {
                redemption: read_redemption(row)?,
                handle: row.take()?,
                payee: row.take()?,
                closed_at: row.time_optional()?,
            })
        };
        let mut views = self.read().rows(sql, values, read).await?;
        let mut agreed = approvals(self.read(), views.iter().map(|view| view.redemption.id)).await?;
        for RedemptionView { redemption, .. } in &mut views {
            redemption.approvals = agreed.remove(&redemption.id).unwrap_or_default();
        }
        Ok(views)
    }
}
