//! Giving, claiming and taking back.

use async_graphql::{Context, ID, InputObject, Object, Result};
use store::Done;
use store::gifts::GiftView;

use super::Gift;
use crate::context::Ask;
use crate::error::payload;
use crate::id::read;
use crate::scalars::Tokens;

/// A gift to a user.
#[derive(InputObject)]
pub(crate) struct GiveTokensInput {
    /// The recipient's handle.
    to: String,
    /// How much, in tokens. Promo tokens cannot be given.
    amount: Tokens,
    /// What you write to the recipient; up to 500 characters.
    message: Option<String>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A gift for whoever gets the link.
#[derive(InputObject)]
pub(crate) struct CreateGiftLinkInput {
    /// How much, in tokens. Promo tokens cannot be given.
    amount: Tokens,
    /// What you write to the recipient; up to 500 characters.
    message: Option<String>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same code, however
    /// often it is sent.
    idempotency_key: String,
}

/// A gift to claim.
#[derive(InputObject)]
pub(crate) struct ClaimGiftInput {
    /// The code; case, spaces and hyphens make no difference.
    #[graphql(secret)]
    claim_code: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A gift to take back.
#[derive(InputObject)]
pub(crate) struct CancelGiftInput {
    /// The global id of a gift link of yours that nobody has claimed.
    gift_id: ID,
}

payload! {
    /// What came of giving tokens.
    GiveTokensPayload {
        /// The gift.
        gift: Gift
    }
}

payload! {
    /// What came of making a gift link.
    CreateGiftLinkPayload {
        /// The gift, with its code.
        gift: Gift
    }
}

payload! {
    /// What came of claiming a gift.
    ClaimGiftPayload {
        /// The gift, which is yours now.
        gift: Gift
    }
}

payload! {
    /// What came of taking a gift back.
    CancelGiftPayload {
        /// The gift as it is now.
        gift: Gift
    }
}

async fn give(ctx: &Context<'_>, input: GiveTokensInput) -> Done<GiftView> {
    ctx.actor().signed_in()?;
    let amount = input.amount.read("amount")?;
    let GiveTokensInput { to, message, idempotency_key, .. } = input;
    let message = message.unwrap_or_default();
    ctx.store().give_tokens(ctx.actor(), &to, amount, &message, &idempotency_key).await
}

async fn create_link(ctx: &Context<'_>, input: CreateGiftLinkInput) -> Done<(GiftView, String)> {
    ctx.actor().signed_in()?;
    let amount = input.amount.read("amount")?;
    let message = input.message.unwrap_or_default();
    ctx.store().create_gift_link(ctx.actor(), amount, &message, &input.idempotency_key).await
}

/// Mutations of gifts.
#[derive(Default)]
pub(crate) struct GiftMutation;

#[Object]
impl GiftMutation {
    /// Gives tokens to a user, at once. Needs a signed-in user.
    async fn give_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, how much, and a key.")] input: GiveTokensInput,
    ) -> Result<GiveTokensPayload> {
        GiveTokensPayload::of(ctx, give(ctx, input).await)
    }

    /// Puts tokens behind a link for somebody who may have no account yet. If
    /// nobody claims them in time, they come back. Needs a signed-in user.
    async fn create_gift_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, and a key.")] input: CreateGiftLinkInput,
    ) -> Result<CreateGiftLinkPayload> {
        CreateGiftLinkPayload::of(ctx, create_link(ctx, input).await)
    }

    /// Claims what lies behind a link. Needs a signed-in user; how often one
    /// may try is limited.
    async fn claim_gift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and a key.")] input: ClaimGiftInput,
    ) -> Result<ClaimGiftPayload> {
        let done = ctx.store().claim_gift(ctx.actor(), &input.claim_code, &input.idempotency_key).await;
        ClaimGiftPayload::of(ctx, done)
    }

    /// Takes a gift back that nobody has claimed. Only its giver may.
    async fn cancel_gift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which gift.")] input: CancelGiftInput,
    ) -> Result<CancelGiftPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().cancel_gift(ctx.actor(), read(&input.gift_id)?).await
        };
        CancelGiftPayload::of(ctx, done.await)
    }
}
