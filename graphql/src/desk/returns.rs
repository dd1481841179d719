//! Money that comes back at the desk, and what was paid too much.

use async_graphql::{Context, ID, InputObject, Object, Result};
use store::Done;
use store::desk::{DeskView, NewMove};

use crate::context::Ask;
use crate::error::payload;
use crate::id::read;
use crate::topup::TopUpOrder;

/// A payment that came back.
#[derive(InputObject)]
pub(crate) struct BouncePaymentInput {
    /// The global id of the order.
    top_up_id: ID,
    /// The global id of the payment.
    payment_id: ID,
    /// Why; 1 to 1,000 characters.
    reason: String,
}

/// An order to take back.
#[derive(InputObject)]
pub(crate) struct ReverseTopUpOrderInput {
    /// The global id of the order.
    top_up_id: ID,
    /// Why; 1 to 1,000 characters.
    reason: String,
}

/// What was paid too much, and where it goes.
#[derive(InputObject)]
pub(crate) struct MoveRemainderInput {
    /// The global id of the order that it was paid for.
    top_up_id: ID,
    /// How much of it, as a decimal string.
    amount: String,
    /// The currency's ISO 4217 code.
    currency: String,
    /// The code of another order of the same customer; leave it out to pay
    /// back.
    to_order: Option<String>,
    /// What the bank or the till calls what was paid back; recorded once.
    bank_reference: Option<String>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

payload! {
    /// What came of recording that a payment came back.
    BouncePaymentPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of taking an order back.
    ReverseTopUpOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of giving away what was paid too much.
    MoveRemainderPayload {
        /// The order that it was paid for, as it is now.
        top_up_order: TopUpOrder
    }
}

async fn bounce(ctx: &Context<'_>, input: BouncePaymentInput) -> Done<DeskView> {
    ctx.actor().staff()?;
    let (top_up, payment) = (read(&input.top_up_id)?, read(&input.payment_id)?);
    ctx.store().bounce_payment(ctx.actor(), top_up, payment, &input.reason).await
}

async fn reverse(ctx: &Context<'_>, input: ReverseTopUpOrderInput) -> Done<DeskView> {
    ctx.actor().staff()?;
    ctx.store().reverse_top_up_order(ctx.actor(), read(&input.top_up_id)?, &input.reason).await
}

async fn move_on(ctx: &Context<'_>, input: MoveRemainderInput) -> Done<DeskView> {
    ctx.actor().staff()?;
    let new = NewMove {
        amount: input.amount,
        currency: input.currency,
        to_order: input.to_order.unwrap_or_default(),
        bank_reference: input.bank_reference.unwrap_or_default(),
    };
    ctx.store().move_remainder(ctx.actor(), read(&input.top_up_id)?, new, &input.idempotency_key).await
}

/// Mutations of money that comes back.
#[derive(Default)]
pub(crate) struct ReturnMutation;

#[Object]
impl ReturnMutation {
    /// Records that a payment came back, as a cheque does that is not covered.
    /// For the vendor's staff, and not for whoever recorded it.
    async fn bounce_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payment, and why.")] input: BouncePaymentInput,
    ) -> Result<BouncePaymentPayload> {
        BouncePaymentPayload::of(ctx, bounce(ctx, input).await)
    }

    /// Takes all of an order back that was a mistake: its tokens go, a credit
    /// note is written, and what was paid stands as the customer's. For the
    /// vendor's staff, and not for whoever entered it.
    async fn reverse_top_up_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order, and why.")] input: ReverseTopUpOrderInput,
    ) -> Result<ReverseTopUpOrderPayload> {
        ReverseTopUpOrderPayload::of(ctx, reverse(ctx, input).await)
    }

    /// Gives what was paid too much to another order of the same customer, or
    /// records that it was paid back. For the vendor's staff, and not for
    /// whoever recorded the payment.
    async fn move_remainder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much of what, where to, and a key.")] input: MoveRemainderInput,
    ) -> Result<MoveRemainderPayload> {
        MoveRemainderPayload::of(ctx, move_on(ctx, input).await)
    }
}
