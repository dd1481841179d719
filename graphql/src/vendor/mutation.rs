//! What the vendor's staff does.

use async_graphql::{Context, InputObject, Object, Result};
use store::Done;
use store::users::User as UserRow;
use store::vendor::NewPromotion;

use super::fees::{FeeRule, FeeRuleInput};
use crate::context::Ask;
use crate::error::payload;
use crate::scalars::{DateTime, Tokens};
use crate::user::User;

/// Tokens to grant.
#[derive(InputObject)]
pub(crate) struct GrantTokensInput {
    /// The recipient's handle.
    to: String,
    /// How much, in tokens. They are ordinary ones: to spend and to give.
    amount: Tokens,
    /// Why; recorded in the ledger. 1 to 200 characters.
    reason: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// Tokens to try the market with, for some users.
#[derive(InputObject)]
pub(crate) struct GrantPromoInput {
    /// The recipients' handles, 1 to 1,000; each gets them once, however often
    /// named. All get them, or nobody.
    to: Vec<String>,
    /// How much each gets, in tokens: to spend, not to give away.
    amount: Tokens,
    /// When what is unspent of it ends; never, if null.
    expires_at: Option<DateTime>,
    /// Why, or what the campaign is called; recorded in the ledger. 1 to 200
    /// characters.
    reason: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// All rules of the vendor's cut anew.
#[derive(InputObject)]
pub(crate) struct SetFeeRulesInput {
    /// The rules in their order, at most 200; the first that matches a listing
    /// sets its fee. The last, and only the last, is for everything.
    rules: Vec<FeeRuleInput>,
}

payload! {
    /// What came of granting tokens.
    GrantTokensPayload {
        /// Who got them.
        user: User
    }
}

payload! {
    /// What came of giving promo tokens.
    GrantPromoPayload {
        /// How many users got them.
        reached: u32
    }
}

payload! {
    /// What came of setting the fee rules.
    SetFeeRulesPayload {
        /// The rules in force now, in their order.
        fee_rules: Vec<FeeRule>
    }
}

async fn grant(ctx: &Context<'_>, input: GrantTokensInput) -> Done<UserRow> {
    ctx.actor().staff()?;
    let amount = input.amount.read("amount")?;
    let GrantTokensInput { to, reason, idempotency_key, .. } = input;
    ctx.store().grant_tokens(ctx.actor(), &to, amount, &reason, &idempotency_key).await
}

async fn promote(ctx: &Context<'_>, input: GrantPromoInput) -> Done<u32> {
    ctx.actor().staff()?;
    let amount = input.amount.read("amount")?;
    let expires_at = input.expires_at.map(|at| at.0);
    let new = NewPromotion { to: input.to, amount, reason: input.reason, expires_at };
    ctx.store().grant_promo(ctx.actor(), new, &input.idempotency_key).await
}

async fn set_rules(ctx: &Context<'_>, input: SetFeeRulesInput) -> Done<Vec<FeeRule>> {
    ctx.actor().staff()?;
    let rules = input.rules.into_iter().map(FeeRuleInput::read).collect::<Result<Vec<_>, _>>()?;
    let rules = ctx.store().set_fee_rules(ctx.actor(), rules).await?;
    Ok(rules.as_slice().iter().cloned().map(FeeRule).collect())
}

/// Mutations of the vendor's staff.
#[derive(Default)]
pub(crate) struct VendorMutation;

#[Object]
impl VendorMutation {
    /// Grants tokens to a user. For the vendor's staff.
    async fn grant_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, how much, why, and a key.")] input: GrantTokensInput,
    ) -> Result<GrantTokensPayload> {
        GrantTokensPayload::of(ctx, grant(ctx, input).await)
    }

    /// Gives tokens to try the market with to some users, perhaps for a time:
    /// to spend, not to give away. For the vendor's staff.
    async fn grant_promo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, how much, until when, why, and a key.")] input: GrantPromoInput,
    ) -> Result<GrantPromoPayload> {
        GrantPromoPayload::of(ctx, promote(ctx, input).await)
    }

    /// Replaces all rules of the vendor's cut. Orders made before keep theirs.
    /// For the vendor's staff.
    async fn set_fee_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All rules anew.")] input: SetFeeRulesInput,
    ) -> Result<SetFeeRulesPayload> {
        SetFeeRulesPayload::of(ctx, set_rules(ctx, input).await)
    }
}
