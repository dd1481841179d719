//! What publishers see of the licences they sold, and what the vendor's staff
//! suspends.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::access::Actor;
use domain::id::ListingId;
use store::licences::figures::Figures;
use store::licences::{LicenceView, RefundPreview, SoldGrant, SoldLicence as SoldRow, SuspensionRecord};
use store::{Done, licences};

use super::{Licence, LicenceState, Meter, read_licence};
use crate::context::Ask;
use crate::error::{answer, find, payload, refused};
use crate::id::{self, global};
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::{DateTime, Tokens};
use crate::user::User;

/// A licence as its publisher sees it.
pub(crate) struct SoldLicence(SoldRow);

impl From<SoldRow> for SoldLicence {
    fn from(row: SoldRow) -> Self {
        Self(row)
    }
}

/// A licence that was sold, as its publisher and the vendor's staff see it.
#[Object]
impl SoldLicence {
    /// The licence's number, as codes carry it.
    async fn id(&self) -> ID {
        ID(self.0.view.id().uuid().to_string())
    }

    /// Who has it.
    async fn buyer(&self) -> User {
        User::named(self.0.buyer, &self.0.buyer_handle)
    }

    /// Since when there is one.
    async fn since(&self) -> DateTime {
        self.0.since.into()
    }

    /// Whether it may be used at all.
    async fn state(&self) -> LicenceState {
        self.0.view.holding.licence.state.into()
    }

    /// Whether it may be used now: `VALID`, or why not.
    async fn verdict(&self, ctx: &Context<'_>) -> &'static str {
        self.0.view.verdict(ctx.store().world().now()).code()
    }

    /// The first moment at which it may no longer be used; null if it has no
    /// end.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.view.holding.licence.term().and_then(|term| term.ends).map(Into::into)
    }

    /// What is counted, and how much of it is left; empty if nothing is.
    async fn meters(&self) -> Vec<Meter> {
        self.0.view.holding.licence.meters.iter().map(Meter::from).collect()
    }

    /// On how many devices it is active.
    async fn device_count(&self) -> usize {
        self.0.view.holding.devices.len()
    }

    /// On how many it may be at once.
    async fn devices_max(&self) -> u32 {
        u32::from(self.0.view.holding.licence.devices_max)
    }

    /// What orders gave, newest first.
    async fn grants(&self) -> Vec<LicenceGrant> {
        self.0.grants.iter().map(LicenceGrant::of).collect()
    }
}

/// What one order gave.
#[derive(SimpleObject)]
pub(crate) struct LicenceGrant {
    /// The global id of the order, for `refundGrant`.
    order_id: ID,
    /// What it gave, in plain words.
    sentence: String,
    /// When.
    at: DateTime,
    /// What was paid, in tokens.
    paid: Tokens,
    /// What the publisher got of it, in tokens.
    income: Tokens,
    /// When it was taken back; null if it stands.
    revoked_at: Option<DateTime>,
    /// What went back to the buyer then, in tokens.
    refunded: Option<Tokens>,
}

impl LicenceGrant {
    fn of(row: &SoldGrant) -> Self {
        Self {
            order_id: global(row.acquired.order),
            sentence: row.acquired.offer.sentence(),
            at: row.acquired.at.into(),
            paid: row.paid.into(),
            income: row.income.into(),
            revoked_at: row.acquired.revoked_at.map(Into::into),
            refunded: row.refunded.map(Into::into),
        }
    }
}

/// The licences of a piece of software, for its publisher.
pub(crate) async fn licences_sold(
    ctx: &Context<'_>,
    listing: ListingId,
    asked: Asked,
) -> Result<Connection<SoldLicence>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().licences_sold(ctx.actor(), listing, window).await)?;
    Ok(Connection::of(page, |row: &SoldRow| cursor(row.view.id().uuid())))
}

/// How a piece of software sells and is used, day by day in UTC.
#[derive(SimpleObject)]
pub(crate) struct SoftwareFigures {
    /// What was sold on each day, oldest first; the last one is today.
    days: Vec<DaySold>,
    /// How much was used, for each meter that was.
    meters: Vec<MeterUsed>,
}

/// What was sold on a day.
#[derive(SimpleObject)]
pub(crate) struct DaySold {
    /// When the day began.
    begins: DateTime,
    /// How many purchases, rentals and extensions.
    sold: u32,
    /// What the publisher has of them, in tokens: after the vendor's cut, and
    /// less what went back since.
    earned: Tokens,
}

/// How much of a meter was used.
#[derive(SimpleObject)]
pub(crate) struct MeterUsed {
    /// `use` for starts, else a task that the publisher named.
    code: String,
    /// How many units on each day, as decimal strings, in the order of `days`.
    units: Vec<String>,
}

impl From<Figures> for SoftwareFigures {
    fn from(row: Figures) -> Self {
        let day = |day: &licences::figures::DaySold| DaySold {
            begins: day.begins.into(),
            sold: day.sold,
            earned: day.earned.into(),
        };
        let meter = |meter: &licences::figures::MeterUsed| MeterUsed {
            code: meter.code.as_str().to_owned(),
            units: meter.units.iter().map(u64::to_string).collect(),
        };
        Self { days: row.days.iter().map(day).collect(), meters: row.meters.iter().map(meter).collect() }
    }
}

/// How a piece of software sold and was used, for its publisher.
pub(crate) async fn figures(ctx: &Context<'_>, listing: ListingId, days: i32) -> Result<SoftwareFigures> {
    // Nothing below one is a number of days.
    let days = u32::try_from(days).unwrap_or_default();
    answer(ctx, ctx.store().software_figures(ctx.actor(), listing, days).await).map(Into::into)
}

/// What taking back one order's grant would mean now.
#[derive(SimpleObject)]
pub(crate) struct GrantRefund {
    /// What the order gave.
    sentence: String,
    /// What its buyer paid, in tokens.
    paid: Tokens,
    /// Whether it was taken back already: then nothing more goes back.
    is_done: bool,
    /// What would go back to the buyer, in tokens.
    refunded: Tokens,
    /// How much of that its seller would pay, in tokens.
    by_seller: Tokens,
    /// How much of it the vendor would pay, out of its cut, in tokens.
    by_vendor: Tokens,
    /// Whether the licence could be used afterwards: `VALID`, or why not.
    verdict_after: &'static str,
    /// The first moment at which it could no longer be used then; null if it
    /// had no end.
    ends_after: Option<DateTime>,
}

impl GrantRefund {
    fn of(ctx: &Context<'_>, row: &RefundPreview) -> Self {
        let back = row.back;
        let zero = domain::tokens::Tokens::ZERO;
        Self {
            sentence: row.grant.offer.sentence(),
            paid: row.order.order.money.total.into(),
            is_done: back.is_none(),
            refunded: back.map_or(zero, |back| back.refunded).into(),
            by_seller: back.map_or(zero, domain::licence::refund::GivenBack::by_seller).into(),
            by_vendor: back.map_or(zero, |back| back.fee).into(),
            verdict_after: row.after.verdict(ctx.store().world().now()).code(),
            ends_after: row.after.holding.licence.term().and_then(|term| term.ends).map(Into::into),
        }
    }
}

/// Queries about licences that were sold.
#[derive(Default)]
pub(crate) struct SoldQuery;

#[Object]
impl SoldQuery {
    /// What taking back one order of software would mean now; null if there is
    /// none, or it is none of your business. For the order's seller and the
    /// vendor's staff.
    async fn grant_refund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of an order of software.")] order_id: ID,
    ) -> Result<Option<GrantRefund>> {
        let Some(order) = id::find(&order_id) else { return Ok(None) };
        let preview = find(ctx, ctx.store().refund_preview(ctx.actor(), order).await)?;
        Ok(preview.map(|preview| GrantRefund::of(ctx, &preview)))
    }
}

/// A licence to hold back.
#[derive(InputObject)]
pub(crate) struct SuspendLicenceInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Why, for its owner to read; 1 to 300 characters.
    reason: String,
}

/// A licence to let go on.
#[derive(InputObject)]
pub(crate) struct ReinstateLicenceInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
}

payload! {
    /// What came of suspending a licence.
    SuspendLicencePayload {
        /// The licence as it is now.
        licence: Licence
    }
}

payload! {
    /// What came of reinstating a licence.
    ReinstateLicencePayload {
        /// The licence as it is now.
        licence: Licence
    }
}

/// Why a licence is suspended.
#[derive(SimpleObject)]
pub(crate) struct Suspension {
    /// Why, in the words of the vendor's staff.
    reason: String,
    /// Since when.
    at: DateTime,
}

impl From<&licences::Suspension> for Suspension {
    fn from(row: &licences::Suspension) -> Self {
        Self { reason: row.reason.clone(), at: row.at.into() }
    }
}

/// One time that a licence was suspended.
#[derive(SimpleObject)]
pub(crate) struct PastSuspension {
    /// Why, in the words of the vendor's staff.
    reason: String,
    /// Since when.
    at: DateTime,
    /// Who suspended it; their handle.
    by: String,
    /// Who reinstated it; null while it is suspended.
    lifted_by: Option<String>,
    /// When it was reinstated.
    lifted_at: Option<DateTime>,
}

impl From<SuspensionRecord> for PastSuspension {
    fn from(row: SuspensionRecord) -> Self {
        let (lifted_by, lifted_at) = row.lifted.unzip();
        let SuspensionRecord { suspension: licences::Suspension { reason, at }, by, .. } = row;
        Self { reason, at: at.into(), by, lifted_by, lifted_at: lifted_at.map(DateTime::from) }
    }
}

/// A licence as the vendor's staff sees it.
#[derive(SimpleObject)]
pub(crate) struct VendorLicence {
    /// The licence.
    licence: Licence,
    /// Whose it is; their handle.
    owner: String,
    /// The times that it was suspended, newest first; the newest 50.
    suspensions: Vec<PastSuspension>,
}

/// One licence, for the vendor's staff; nothing if there is none.
pub(crate) async fn licence_for_staff(ctx: &Context<'_>, id: &ID) -> Result<Option<VendorLicence>> {
    answer(ctx, ctx.actor().staff().map_err(Into::into))?;
    let Ok(id) = read_licence(id) else { return Ok(None) };
    let found = find(ctx, ctx.store().licence_for_staff(ctx.actor(), id).await)?;
    Ok(found.map(|(view, owner, records)| VendorLicence {
        licence: view.into(),
        owner,
        suspensions: records.into_iter().map(PastSuspension::from).collect(),
    }))
}

/// A user's licences, for the vendor's staff.
pub(crate) async fn licences_of(
    ctx: &Context<'_>,
    handle: &str,
    asked: Asked,
) -> Result<Connection<Licence>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().licences_of(ctx.actor(), handle, window).await)?;
    Ok(Connection::of(page, |view: &LicenceView| cursor(view.id().uuid())))
}

async fn suspend(ctx: &Context<'_>, input: SuspendLicenceInput) -> Done<LicenceView> {
    let actor: &Actor = ctx.actor();
    actor.staff()?;
    ctx.store().suspend_licence(actor, read_licence(&input.licence_id)?, &input.reason).await
}

async fn reinstate(ctx: &Context<'_>, input: ReinstateLicenceInput) -> Done<LicenceView> {
    let actor: &Actor = ctx.actor();
    actor.staff()?;
    ctx.store().reinstate_licence(actor, read_licence(&input.licence_id)?).await
}

/// Mutations by which the vendor's staff suspends licences.
#[derive(Default)]
pub(crate) struct SuspensionMutation;

#[Object]
impl SuspensionMutation {
    /// Suspends a licence: it may not be used for now, and codes that were
    /// handed out for it end. Its time goes on. Needs the vendor's staff.
    async fn suspend_licence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licence, and why.")] input: SuspendLicenceInput,
    ) -> Result<SuspendLicencePayload> {
        SuspendLicencePayload::of(ctx, suspend(ctx, input).await)
    }

    /// Reinstates a suspended licence. Needs the vendor's staff.
    async fn reinstate_licence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licence.")] input: ReinstateLicenceInput,
    ) -> Result<ReinstateLicencePayload> {
        ReinstateLicencePayload::of(ctx, reinstate(ctx, input).await)
    }
}
