//! Licences that the staff suspends for a reason, and reinstates.

use std::collections::{BTreeSet, HashMap};

use domain::access::Actor;
use domain::id::{LicenceId, UserId};
use domain::licence::LicenceState;
use domain::licence::holding::Holding;
use domain::licence::suspension::{Wish, decide_suspension};
use domain::refusal::Refusal;
use domain::text::SuspensionReason;
use domain::time::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use super::LicenceView;
use super::write::take_back;
use crate::Store;
use crate::error::{Done, Fault};
use crate::page::{Page, Window};
use crate::tx::{Link, ids, insert};

/// Why a licence is suspended, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Why, in the staff's words.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// One time that a licence was suspended, as the staff sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspensionRecord {
    /// Why and since when.
    pub suspension: Suspension,
    /// Who did so; their handle.
    pub by: String,
    /// Who reinstated it and when, if somebody did.
    pub lifted: Option<(String, Timestamp)>,
}

/// The most suspensions of one licence that are shown.
const SHOWN: u32 = 50;

impl Store {
    /// Suspends a licence: it may not be used for now, and the codes that
    /// were handed out for it end. Its time goes on. For the vendor's staff.
    /// Precedence: reason, not there, then as for [`decide_suspension`].
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn suspend_licence(&self, actor: &Actor, id: LicenceId, reason: &str) -> Done<LicenceView> {
        let by = actor.staff()?.id;
        let reason = SuspensionReason::parse(reason)?;
        let mint = self.0.world.mint();
        let done = self.writer()?.change(move |link| {
            Box::pin(async move {
                let at = mint.at();
                change_state(link, id, Wish::Suspend, at).await?;
                let values = vec![
                    Value::from(mint.uuid(0)),
                    id.uuid().into(),
                    reason.as_str().into(),
                    by.uuid().into(),
                    at.millis().into(),
                ];
                let columns = "licence_suspensions (id, licence_id, reason, suspended_by, suspended_at)";
                Ok(insert(link, columns, 5, values).await?)
            })
        });
        done.await?;
        self.licence_view(id).await
    }

    /// Reinstates a suspended licence. For the vendor's staff.
    /// Precedence: not there, then as for [`decide_suspension`].
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn reinstate_licence(&self, actor: &Actor, id: LicenceId) -> Done<LicenceView> {
        let by = actor.staff()?.id;
        let at = self.0.world.now();
        let done = self.writer()?.change(move |link| {
            Box::pin(async move {
                change_state(link, id, Wish::Reinstate, at).await?;
                let sql = "UPDATE licence_suspensions SET lifted_by = $1, lifted_at = $2 \
                           WHERE licence_id = $3 AND lifted_at IS NULL";
                let values = vec![by.uuid().into(), at.millis().into(), id.uuid().into()];
                match link.change(sql, values).await? {
                    1 => Ok(()),
                    _ => Err(Fault::corrupt("find why a licence is suspended").into()),
                }
            })
        });
        done.await?;
        self.licence_view(id).await
    }

    /// A user's licences, newest first. For the vendor's staff. Nobody of that
    /// handle has none.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn licences_of(
        &self,
        actor: &Actor,
        handle: &str,
        window: Window<Uuid>,
    ) -> Done<Page<LicenceView>> {
        actor.staff()?;
        let mut values = vec![Value::from(handle.trim())];
        let clause = window.clause("c.id", &mut values);
        let sql = format!(
            "SELECT c.id FROM users u JOIN licences c ON c.user_id = u.id WHERE u.handle = $1{clause}"
        );
        let page = window.page(self.read().rows(sql, values, |row| row.id(LicenceId::new)).await?);
        let mut views = self.licence_views(page.items.iter().copied().collect()).await?;
        let items = page.items.iter().filter_map(|id| views.remove(id)).collect();
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// A licence with its owner's handle and the times that it was suspended,
    /// newest first. For the vendor's staff.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, `NotFound`.
    pub async fn licence_for_staff(
        &self,
        actor: &Actor,
        id: LicenceId,
    ) -> Done<(LicenceView, String, Vec<SuspensionRecord>)> {
        actor.staff()?;
        let view = self.licence_view(id).await?;
        let sql = "SELECT handle FROM users WHERE id = $1";
        let owner: UserId = view.holding.licence.user;
        let handle = self.read().row(sql, vec![owner.uuid().into()], |row| row.take()).await?;
        let sql = format!(
            "SELECT p.reason, p.suspended_at, s.handle, l.handle, p.lifted_at FROM licence_suspensions p \
             JOIN users s ON s.id = p.suspended_by LEFT JOIN users l ON l.id = p.lifted_by \
             WHERE p.licence_id = $1 ORDER BY p.suspended_at DESC, p.id DESC LIMIT {SHOWN}"
        );
        let records = self.read().rows(sql, vec![id.uuid().into()], |row| {
            let suspension = Suspension { reason: row.take()?, at: row.time()? };
            let (by, lifted_by, lifted_at) =
                (row.take()?, row.take::<Option<String>>()?, row.time_optional()?);
            Ok(SuspensionRecord { suspension, by, lifted: lifted_by.zip(lifted_at) })
        });
        Ok((view, handle.ok_or(Fault::corrupt("find whose a licence is"))?, records.await?))
    }

    /// Why those of these licences that are suspended are.
    pub(super) async fn suspensions(
        &self,
        holdings: &[Holding],
    ) -> Result<HashMap<LicenceId, Suspension>, Fault> {
        let suspended = holdings.iter().filter(|it| it.licence.state == LicenceState::Suspended);
        let suspended: BTreeSet<LicenceId> = suspended.map(|it| it.licence.id).collect();
        let sql = "SELECT licence_id, reason, suspended_at FROM licence_suspensions \
                   WHERE lifted_at IS NULL AND licence_id IN ({})";
        let keys = ids(suspended.into_iter().map(LicenceId::uuid));
        let rows = self.read().rows_in(sql, keys, |row| {
            Ok((row.id(LicenceId::new)?, Suspension { reason: row.take()?, at: row.time()? }))
        });
        Ok(rows.await?.into_iter().collect())
    }
}

/// Gives a licence the state that is wanted. Whoever suspends raises its
/// generation too, so that codes end.
async fn change_state(link: Link<'_>, id: LicenceId, wish: Wish, at: Timestamp) -> Done<()> {
    let sql = format!("SELECT state, generation FROM licences WHERE id = $1{}", link.for_update());
    let found = link.row(sql, vec![id.uuid().into()], |row| {
        Ok((row.take_as("read a licence's state", LicenceState::from_number)?, row.count()?))
    });
    let (state, generation) = found.await?.ok_or(Refusal::missing("licence"))?;
    let next = decide_suspension(state, wish)?;
    let is_suspended = next == LicenceState::Suspended;
    let generation = if is_suspended { generation.saturating_add(1) } else { generation };
    let sql = "UPDATE licences SET state = $1, generation = $2 WHERE id = $3 AND state = $4";
    let values =
        vec![next.number().into(), i64::from(generation).into(), id.uuid().into(), state.number().into()];
    match link.change(sql, values).await? {
        1 if is_suspended => Ok(take_back(link, vec![(id, generation, at)]).await?),
        1 => Ok(()),
        _ => Err(Fault::corrupt("change the state of a licence").into()),
    }
}
