//! Card payments in trouble, for the vendor's staff: those that do not fit,
//! disputes, and what users owe.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::topup::comparison::DifferenceKind;
use domain::topup::facts::DisputeState as State;
use domain::topup::review::Ruling;
use store::comparisons::findings::Found;
use store::page::{PAGE_MAX, Window};
use store::reviews::{DisputeView, Misfit};
use store::topups::TopUpView;

use crate::context::Ask;
use crate::error::{answer, payload};
use crate::id::{global, read};
use crate::listing::twin;
use crate::scalars::{DateTime, Tokens};
use crate::topup::TopUpOrder;

twin! {
    /// What a member of the staff says of a top-up in review.
    TopUpRuling of "Ruling" {
        /// It gets its tokens all the same; two have to say so.
        Credit,
        /// The money went back by hand.
        Refunded,
        /// No money came, or it is none of ours.
        Rejected,
    }
}

twin! {
    /// How far a dispute has come.
    DisputeState of "State" {
        /// The bank asks; the money is still here.
        Open,
        /// The bank has taken the money and may give it back.
        Withdrawn,
        /// The money stays here, or came back.
        Won,
        /// The bank keeps the money.
        Lost,
    }
}

/// A card payment that does not fit what was agreed.
#[derive(SimpleObject)]
pub(crate) struct TopUpMisfit {
    /// The top-up.
    top_up_order: TopUpOrder,
    /// The handle of who would get its tokens.
    handle: String,
    /// What does not fit; null if that was not kept.
    why: Option<String>,
    /// What the staff said of it, oldest first.
    said: Vec<TopUpReview>,
}

/// What a member of the staff said of a top-up in review.
#[derive(SimpleObject)]
pub(crate) struct TopUpReview {
    /// The handle of who did.
    by: Option<String>,
    /// What.
    ruling: TopUpRuling,
    /// Why.
    note: String,
    /// When.
    at: DateTime,
}

impl From<Misfit> for TopUpMisfit {
    fn from(misfit: Misfit) -> Self {
        let said = misfit.said.into_iter().map(|said| TopUpReview {
            by: said.by_handle,
            ruling: said.ruling.into(),
            note: said.note,
            at: said.at.into(),
        });
        Self {
            top_up_order: TopUpOrder(TopUpView { top_up: misfit.top_up, intent_result: None }),
            handle: misfit.handle,
            why: misfit.why,
            said: said.collect(),
        }
    }
}

/// A card payment that its holder disputes at the bank.
#[derive(SimpleObject)]
pub(crate) struct CardDispute {
    /// The code of the top-up.
    reference: String,
    /// The provider's name of the dispute.
    provider_reference: String,
    /// The handle of whose payment it is.
    handle: String,
    /// How far it has come.
    state: DisputeState,
    /// How much money, as a decimal string.
    amount: String,
    /// The currency's ISO 4217 code.
    currency: String,
    /// How many tokens that is.
    tokens: Tokens,
    /// Tokens that are kept back.
    held: Tokens,
    /// Tokens that were taken, or are owed.
    withdrawn: Tokens,
    /// Since when.
    opened_at: DateTime,
    /// Until when the provider takes evidence; null if it names no day.
    answer_by: Option<DateTime>,
    /// When it ended; null before.
    closed_at: Option<DateTime>,
}

impl From<DisputeView> for CardDispute {
    fn from(view: DisputeView) -> Self {
        Self {
            reference: view.reference,
            provider_reference: view.provider_reference,
            handle: view.handle,
            state: view.state.into(),
            amount: view.amount.decimal(),
            currency: view.amount.currency().to_string(),
            tokens: view.tokens.into(),
            held: view.held.into(),
            withdrawn: view.withdrawn.into(),
            opened_at: view.at.into(),
            answer_by: view.answer_by.map(Into::into),
            closed_at: view.closed_at.map(Into::into),
        }
    }
}

/// A user who owes tokens.
#[derive(SimpleObject)]
pub(crate) struct Ower {
    /// The user's handle.
    handle: String,
    /// How much.
    owed: Tokens,
}

twin! {
    /// What differs between our top-ups and the provider's own account.
    ComparisonDifference of "DifferenceKind" {
        /// Tokens were given here, and no money came there.
        Missing,
        /// Money is there, and no tokens were given here.
        Extra,
        /// Another amount was paid than was agreed.
        Amount,
        /// More or less went back than tokens were taken back.
        Back,
    }
}

/// A day whose top-ups were compared with the provider's own account.
#[derive(SimpleObject)]
pub(crate) struct ComparedDay {
    /// The day in UTC, as 2026-11-23.
    day: String,
    /// When it was compared.
    compared_at: DateTime,
    /// How many top-ups had money or tokens moved on it.
    top_ups: u32,
    /// How many of these do not agree.
    differing: u32,
}

/// A payment that does not agree with the provider's own account.
#[derive(SimpleObject)]
pub(crate) struct ComparisonFinding {
    /// The global id.
    id: ID,
    /// On which day, in UTC, as 2026-11-23.
    day: String,
    /// The code of the top-up; null if it is none of ours.
    reference: Option<String>,
    /// The provider's name of the payment; null if none is known.
    payment: Option<String>,
    /// What differs.
    difference: ComparisonDifference,
    /// What should be there by our books, with its currency: 12.50 USD.
    here: Option<String>,
    /// What is there, with its currency.
    there: Option<String>,
    /// Who of the staff has looked at it; null if nobody has.
    seen: Option<SeenFinding>,
}

/// What a member of the staff said of a payment that does not agree.
#[derive(SimpleObject)]
pub(crate) struct SeenFinding {
    /// The handle of who did.
    by: String,
    /// When.
    at: DateTime,
    /// What came of it.
    note: String,
}

impl From<Found> for ComparisonFinding {
    fn from(found: Found) -> Self {
        Self {
            id: global(found.name),
            day: found.name.day.text(),
            reference: found.reference.map(|reference| reference.to_string()),
            payment: found.payment,
            difference: found.difference.kind.into(),
            here: found.difference.here.map(|money| money.to_string()),
            there: found.difference.there.map(|money| money.to_string()),
            seen: found.seen.map(|seen| SeenFinding { by: seen.by, at: seen.at.into(), note: seen.note }),
        }
    }
}

/// Card payments in trouble.
pub(crate) struct CardTrouble;

/// Card payments in trouble. For the vendor's staff.
#[Object]
impl CardTrouble {
    /// The newest hundred that do not fit what was agreed.
    async fn misfits(&self, ctx: &Context<'_>) -> Result<Vec<TopUpMisfit>> {
        let page = ctx.store().misfits(ctx.actor(), Window::first(PAGE_MAX, None)).await;
        Ok(answer(ctx, page)?.items.into_iter().map(Into::into).collect())
    }

    /// The newest hundred disputes.
    async fn disputes(&self, ctx: &Context<'_>) -> Result<Vec<CardDispute>> {
        let page = ctx.store().disputes(ctx.actor(), Window::first(PAGE_MAX, None)).await;
        Ok(answer(ctx, page)?.items.into_iter().map(Into::into).collect())
    }

    /// The last thirty days that were compared with the provider's own account
    /// of the money, the newest first.
    async fn compared_days(&self, ctx: &Context<'_>) -> Result<Vec<ComparedDay>> {
        let days = answer(ctx, ctx.store().compared_days(ctx.actor()).await)?;
        let day = |it: store::comparisons::ComparedDay| ComparedDay {
            day: it.day.text(),
            compared_at: it.at.into(),
            top_ups: it.top_ups,
            differing: it.differing,
        };
        Ok(days.into_iter().map(day).collect())
    }

    /// Thirty payments that do not agree with it: first those that nobody has
    /// looked at, then the others, the newest first.
    async fn comparison_findings(&self, ctx: &Context<'_>) -> Result<Vec<ComparisonFinding>> {
        let found = answer(ctx, ctx.store().comparison_findings(ctx.actor()).await)?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// All that users owe.
    async fn debt(&self, ctx: &Context<'_>) -> Result<Tokens> {
        Ok(answer(ctx, ctx.store().debts(ctx.actor()).await)?.total.into())
    }

    /// Who owes most.
    async fn owers(&self, ctx: &Context<'_>) -> Result<Vec<Ower>> {
        let debts = answer(ctx, ctx.store().debts(ctx.actor()).await)?;
        Ok(debts.most.into_iter().map(|(handle, owed)| Ower { handle, owed: owed.into() }).collect())
    }
}

/// What is to become of a top-up in review.
#[derive(InputObject)]
pub(crate) struct ReviewTopUpInput {
    /// The global id of the top-up.
    top_up_id: ID,
    /// What.
    ruling: TopUpRuling,
    /// Why; 1 to 1,000 characters.
    note: String,
}

payload! {
    /// What came of a ruling.
    ReviewTopUpPayload {
        /// The top-up as it is now.
        misfit: TopUpMisfit
    }
}

/// A finding that somebody has looked at.
#[derive(InputObject)]
pub(crate) struct MarkFindingSeenInput {
    /// The global id of the finding.
    finding_id: ID,
    /// What came of it; 1 to 1,000 characters.
    note: String,
}

payload! {
    /// What came of marking a finding.
    MarkFindingSeenPayload {
        /// The finding as it is now.
        finding: ComparisonFinding
    }
}

/// Mutations of top-ups in review.
#[derive(Default)]
pub(crate) struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// Says what is to become of a top-up whose payment does not fit. Two have
    /// to say that it is credited; one closes it. For the vendor's staff, and
    /// not for whose it is.
    async fn review_top_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, what, and why.")] input: ReviewTopUpInput,
    ) -> Result<ReviewTopUpPayload> {
        let done = async {
            ctx.actor().staff()?;
            let (id, ruling) = (read(&input.top_up_id)?, input.ruling.into());
            ctx.store().review_top_up(ctx.actor(), id, ruling, &input.note).await
        };
        ReviewTopUpPayload::of(ctx, done.await)
    }

    /// Marks a payment that does not agree with the provider's account as seen:
    /// it stays listed and no longer counts as a warning. Changes nothing
    /// else. Once, for the vendor's staff, and not for whose payment it is.
    async fn mark_finding_seen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what came of it.")] input: MarkFindingSeenInput,
    ) -> Result<MarkFindingSeenPayload> {
        let done = async {
            ctx.actor().staff()?;
            ctx.store().mark_finding_seen(ctx.actor(), read(&input.finding_id)?, &input.note).await
        };
        MarkFindingSeenPayload::of(ctx, done.await)
    }
}
