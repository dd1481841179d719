//! Asking for money for earned tokens, and the staff's part.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use store::Done;
use store::redemptions::RedemptionView;

use super::TokenRedemption;
use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::id::read;
use crate::scalars::Tokens;

/// Earned tokens to turn into money.
#[derive(InputObject)]
pub(crate) struct RequestRedemptionInput {
    /// How many tokens.
    tokens: Tokens,
    /// Where to pay, in your own words; 5 to 400 characters. The staff and the
    /// bank read it; it is erased some time after the end.
    pay_to: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A redemption to call off.
#[derive(InputObject)]
pub(crate) struct CancelRedemptionInput {
    /// The global id of the redemption.
    redemption_id: ID,
}

/// A redemption to agree to.
#[derive(InputObject)]
pub(crate) struct ApproveRedemptionInput {
    /// The global id of the redemption.
    redemption_id: ID,
}

/// A redemption to decline.
#[derive(InputObject)]
pub(crate) struct RejectRedemptionInput {
    /// The global id of the redemption.
    redemption_id: ID,
    /// Why; 1 to 1,000 characters.
    reason: String,
}

/// A batch for the bank.
#[derive(InputObject)]
pub(crate) struct SendRedemptionsInput {
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key gives the same batch again.
    idempotency_key: String,
}

/// A payment that the bank has made.
#[derive(InputObject)]
pub(crate) struct RecordRedemptionPaidInput {
    /// The global id of the redemption.
    redemption_id: ID,
    /// What the bank calls the payment, 1 to 80 characters; recorded once.
    bank_reference: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A payment that the bank could not make.
#[derive(InputObject)]
pub(crate) struct RecordRedemptionFailedInput {
    /// The global id of the redemption.
    redemption_id: ID,
    /// Why; 1 to 1,000 characters.
    reason: String,
}

payload! {
    /// What came of asking for money.
    RequestRedemptionPayload {
        /// The redemption as it is now.
        redemption: TokenRedemption
    }
}

payload! {
    /// What came of calling a redemption off.
    CancelRedemptionPayload {
        /// The redemption as it is now.
        redemption: TokenRedemption
    }
}

payload! {
    /// What came of agreeing to a redemption.
    ApproveRedemptionPayload {
        /// The redemption as it is now.
        redemption: TokenRedemption
    }
}

payload! {
    /// What came of declining a redemption.
    RejectRedemptionPayload {
        /// The redemption as it is now.
        redemption: TokenRedemption
    }
}

payload! {
    /// What came of recording a payment.
    RecordRedemptionPaidPayload {
        /// The redemption as it is now.
        redemption: TokenRedemption
    }
}

payload! {
    /// What came of recording that a payment failed.
    RecordRedemptionFailedPayload {
        /// The redemption as it is now.
        redemption: TokenRedemption
    }
}

/// What came of telling the bank.
#[derive(SimpleObject)]
pub(crate) struct SendRedemptionsPayload {
    /// All of the batch, in the order of asking; null if nothing was sent.
    redemptions: Option<Vec<TokenRedemption>>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

async fn request(ctx: &Context<'_>, input: RequestRedemptionInput) -> Done<RedemptionView> {
    ctx.actor().signed_in()?;
    let tokens = input.tokens.read("tokens")?;
    ctx.store().request_redemption(ctx.actor(), tokens, &input.pay_to, &input.idempotency_key).await
}

async fn send(ctx: &Context<'_>, input: SendRedemptionsInput) -> Done<Vec<RedemptionView>> {
    let batch = ctx.store().send_redemptions(ctx.actor(), &input.idempotency_key).await?;
    ctx.store().redemption_batch(ctx.actor(), batch).await
}

/// Mutations of redemptions.
#[derive(Default)]
pub(crate) struct RedemptionMutation;

#[Object]
impl RedemptionMutation {
    /// Asks for money for earned tokens; they leave the income at once, and
    /// come back if it is called off, declined or cannot be paid. Needs a
    /// signed-in user, and a vendor who offers it.
    async fn request_redemption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, where to pay, and a key.")] input: RequestRedemptionInput,
    ) -> Result<RequestRedemptionPayload> {
        RequestRedemptionPayload::of(ctx, request(ctx, input).await)
    }

    /// Calls a redemption off, before the bank was told. Only its user may.
    async fn cancel_redemption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CancelRedemptionInput,
    ) -> Result<CancelRedemptionPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().cancel_redemption(ctx.actor(), read(&input.redemption_id)?).await
        };
        CancelRedemptionPayload::of(ctx, done.await)
    }

    /// Agrees to a redemption; nobody to their own. For the vendor's staff.
    async fn approve_redemption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApproveRedemptionInput,
    ) -> Result<ApproveRedemptionPayload> {
        let done = async {
            ctx.actor().staff()?;
            ctx.store().approve_redemption(ctx.actor(), read(&input.redemption_id)?).await
        };
        ApproveRedemptionPayload::of(ctx, done.await)
    }

    /// Declines a redemption, before the bank was told. For the vendor's
    /// staff.
    async fn reject_redemption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RejectRedemptionInput,
    ) -> Result<RejectRedemptionPayload> {
        let done = async {
            ctx.actor().staff()?;
            ctx.store().reject_redemption(ctx.actor(), read(&input.redemption_id)?, &input.reason).await
        };
        RejectRedemptionPayload::of(ctx, done.await)
    }

    /// Puts all that was agreed to into one batch for the bank. For the
    /// vendor's staff.
    async fn send_redemptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A key.")] input: SendRedemptionsInput,
    ) -> Result<SendRedemptionsPayload> {
        let (done, user_errors) = settle(ctx, send(ctx, input).await)?;
        let redemptions = done.map(|views| views.into_iter().map(Into::into).collect());
        Ok(SendRedemptionsPayload { redemptions, user_errors })
    }

    /// Records that the bank has paid; the tokens leave the market. For the
    /// vendor's staff, and not for whose they were.
    async fn record_redemption_paid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, the payment's name, and a key.")] input: RecordRedemptionPaidInput,
    ) -> Result<RecordRedemptionPaidPayload> {
        let done = async {
            ctx.actor().staff()?;
            let (id, key) = (read(&input.redemption_id)?, &input.idempotency_key);
            ctx.store().record_redemption_paid(ctx.actor(), id, &input.bank_reference, key).await
        };
        RecordRedemptionPaidPayload::of(ctx, done.await)
    }

    /// Records that the bank could not pay; the tokens go back. For the
    /// vendor's staff.
    async fn record_redemption_failed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RecordRedemptionFailedInput,
    ) -> Result<RecordRedemptionFailedPayload> {
        let done = async {
            ctx.actor().staff()?;
            let id = read(&input.redemption_id)?;
            ctx.store().record_redemption_failed(ctx.actor(), id, &input.reason).await
        };
        RecordRedemptionFailedPayload::of(ctx, done.await)
    }
}
