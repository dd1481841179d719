//! Buying, confirming and calling off.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::refusal::Refusal;
use store::Done;
use store::licences::LicenceView;
use store::orders::OrderView;

use super::Order;
use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::id::read;
use crate::licence::Licence;
use crate::listing::input::pieces;
use crate::scalars::Tokens;

/// How to buy all that lies in your cart.
#[derive(InputObject)]
pub(crate) struct CheckoutInput {
    /// The cart's `total` in tokens, as you were shown it.
    expected_total: Tokens,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// What to buy at once, past the cart.
#[derive(InputObject)]
pub(crate) struct BuyInput {
    /// The global id of the listing; may be left out with `offerId`.
    listing_id: Option<ID>,
    /// The global id of an offer to buy, for software.
    offer_id: Option<ID>,
    /// How many pieces; 1 if left out.
    quantity: Option<i32>,
    /// The price of one in tokens, as you were shown it.
    expected_price: Tokens,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// An order that was received.
#[derive(InputObject)]
pub(crate) struct ConfirmReceiptInput {
    /// The global id of an order that you made.
    order_id: ID,
}

/// An order to call off.
#[derive(InputObject)]
pub(crate) struct CancelOrderInput {
    /// The global id of an order that was made from you.
    order_id: ID,
}

payload! {
    /// What came of a checkout.
    CheckoutPayload {
        /// The orders, one for each seller.
        orders: Vec<Order>
    }
}

/// What came of buying.
#[derive(SimpleObject)]
pub(crate) struct BuyPayload {
    /// The order.
    order: Option<Order>,
    /// The licence, for software.
    licence: Option<Licence>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

payload! {
    /// What came of confirming receipt.
    ConfirmReceiptPayload {
        /// The order as it is now.
        order: Order
    }
}

payload! {
    /// What came of calling an order off.
    CancelOrderPayload {
        /// The order as it is now.
        order: Order
    }
}

async fn checkout(ctx: &Context<'_>, input: CheckoutInput) -> Done<Vec<Order>> {
    ctx.actor().signed_in()?;
    let total = input.expected_total.read("expectedTotal")?;
    let made = ctx.store().checkout(ctx.actor(), total, &input.idempotency_key).await?;
    Ok(ctx.store().orders_by_ids(&made).await?.into_iter().map(Order).collect())
}

async fn buy(ctx: &Context<'_>, input: BuyInput) -> Done<(OrderView, Option<LicenceView>)> {
    ctx.actor().signed_in()?;
    let (price, key) = (input.expected_price.read("expectedPrice")?, &input.idempotency_key);
    if let Some(offer) = &input.offer_id {
        let (licence, order) = ctx.store().buy_offer(ctx.actor(), read(offer)?, price, key).await?;
        return Ok((ctx.store().order(ctx.actor(), order).await?, Some(licence)));
    }
    let listing = input.listing_id.ok_or(Refusal::invalid("listingId", "say what to buy"))?;
    let (listing, quantity) = (read(&listing)?, pieces(input.quantity.unwrap_or(1))?);
    let made = ctx.store().buy(ctx.actor(), listing, quantity, price, key).await?;
    Ok((ctx.store().order(ctx.actor(), made).await?, None))
}

/// Mutations of orders.
#[derive(Default)]
pub(crate) struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Buys all that lies in your cart, all or nothing: one order for each
    /// seller. Tokens for goods and services are held until you confirm;
    /// files are delivered at once. Needs a signed-in user.
    async fn checkout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What you were shown, and a key.")] input: CheckoutInput,
    ) -> Result<CheckoutPayload> {
        CheckoutPayload::of(ctx, checkout(ctx, input).await)
    }

    /// Buys one listing at once, past the cart; software by an offer. Needs a
    /// signed-in user.
    async fn buy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, how many, at which price, and a key.")] input: BuyInput,
    ) -> Result<BuyPayload> {
        let (done, user_errors) = settle(ctx, buy(ctx, input).await)?;
        let (order, licence) = done.map_or((None, None), |(order, licence)| (Some(order), licence));
        Ok(BuyPayload { order: order.map(Order), licence: licence.map(Licence), user_errors })
    }

    /// Says that all is well: held tokens go to the seller. Only the buyer
    /// may; doing so again changes nothing.
    async fn confirm_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: ConfirmReceiptInput,
    ) -> Result<ConfirmReceiptPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            let order = ctx.store().confirm_receipt(ctx.actor(), read(&input.order_id)?).await?;
            ctx.store().order(ctx.actor(), order).await
        };
        ConfirmReceiptPayload::of(ctx, done.await)
    }

    /// Calls an order off: held tokens go back to the buyer. Only the seller
    /// may.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: CancelOrderInput,
    ) -> Result<CancelOrderPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            let order = ctx.store().cancel_order(ctx.actor(), read(&input.order_id)?).await?;
            ctx.store().order(ctx.actor(), order).await
        };
        CancelOrderPayload::of(ctx, done.await)
    }
}
