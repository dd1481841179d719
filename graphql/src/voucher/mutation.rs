//! Issuing, redeeming and taking back.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::refusal::Refusal;
use domain::voucher::Which;
use store::Done;
use store::vouchers::{BatchView, NewBatch};

use super::{Redemption, VoucherBatch};
use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::id::read;
use crate::scalars::{DateTime, Tokens};

/// A batch of vouchers to issue.
#[derive(InputObject)]
pub(crate) struct IssueVouchersInput {
    /// What you call the batch; 1 to 80 characters.
    name: String,
    /// How many vouchers; 1 to 1,000.
    count: i32,
    /// What each is worth, in tokens.
    tokens: Tokens,
    /// When what is unused by then ends; never if left out.
    expires_at: Option<DateTime>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same codes, however
    /// often it is sent.
    idempotency_key: String,
}

/// A voucher to turn into tokens.
#[derive(InputObject)]
pub(crate) struct RedeemVoucherInput {
    /// The printed code; case, spaces and hyphens make no difference.
    #[graphql(secret)]
    code: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// Vouchers to take back.
#[derive(InputObject)]
pub(crate) struct WithdrawVouchersInput {
    /// The global id of the batch.
    batch_id: ID,
    /// The numbers of the vouchers, as printed; all that are unused if left
    /// out. At most 1,000.
    numbers: Option<Vec<i32>>,
}

/// What came of issuing vouchers.
#[derive(SimpleObject)]
pub(crate) struct IssueVouchersPayload {
    /// The batch.
    batch: Option<VoucherBatch>,
    /// The codes in the order of their numbers. They are not stored: print
    /// them now.
    codes: Option<Vec<String>>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

payload! {
    /// What came of redeeming a voucher.
    RedeemVoucherPayload {
        /// What the voucher brought; the tokens are yours now.
        redemption: Redemption
    }
}

payload! {
    /// What came of taking vouchers back.
    WithdrawVouchersPayload {
        /// The batch as it is now.
        batch: VoucherBatch
    }
}

async fn issue(ctx: &Context<'_>, input: IssueVouchersInput) -> Done<(BatchView, Vec<String>)> {
    ctx.actor().staff()?;
    let tokens = input.tokens.read("tokens")?;
    // Below nothing is refused like nothing.
    let count = u32::try_from(input.count).unwrap_or(0);
    let expires_at = input.expires_at.map(|at| at.0);
    let new = NewBatch { name: input.name, count, tokens, expires_at };
    ctx.store().issue_vouchers(ctx.actor(), new, &input.idempotency_key).await
}

async fn withdraw(ctx: &Context<'_>, input: WithdrawVouchersInput) -> Done<BatchView> {
    ctx.actor().staff()?;
    let unknown = |_| Refusal::invalid("numbers", "vouchers are numbered from 1");
    let which = match input.numbers {
        None => Which::All,
        Some(numbers) => {
            Which::Numbers(numbers.into_iter().map(u32::try_from).collect::<Result<_, _>>().map_err(unknown)?)
        }
    };
    ctx.store().withdraw_vouchers(ctx.actor(), read(&input.batch_id)?, which).await
}

/// Mutations of vouchers.
#[derive(Default)]
pub(crate) struct VoucherMutation;

#[Object]
impl VoucherMutation {
    /// Issues a batch of vouchers: printed codes that anybody can buy for cash
    /// and redeem. For the vendor's staff.
    async fn issue_vouchers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, of what, until when, and a key.")] input: IssueVouchersInput,
    ) -> Result<IssueVouchersPayload> {
        let (done, user_errors) = settle(ctx, issue(ctx, input).await)?;
        let (batch, codes) = done.unzip();
        Ok(IssueVouchersPayload { batch: batch.map(Into::into), codes, user_errors })
    }

    /// Turns a voucher into tokens, to spend and to give. Needs a signed-in
    /// user; how often one may try is limited.
    async fn redeem_voucher(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and a key.")] input: RedeemVoucherInput,
    ) -> Result<RedeemVoucherPayload> {
        let done = ctx.store().redeem_voucher(ctx.actor(), &input.code, &input.idempotency_key).await;
        RedeemVoucherPayload::of(ctx, done)
    }

    /// Takes unused vouchers of a batch back, such as stolen ones. Used ones
    /// stay used. For the vendor's staff.
    async fn withdraw_vouchers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which batch, and which of its vouchers.")] input: WithdrawVouchersInput,
    ) -> Result<WithdrawVouchersPayload> {
        WithdrawVouchersPayload::of(ctx, withdraw(ctx, input).await)
    }
}
