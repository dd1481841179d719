//! Asking for tokens, sending them back, and setting what they cost.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::text::IdempotencyKey;
use domain::topup::Intent;
use store::Done;
use store::tariff::BundleInput as Row;
use store::topups::{TopUpAsked, TopUpView};

use super::{TokenBundle, TokenPrice, TopUpMethod, TopUpOrder};
use crate::context::Ask;
use crate::error::payload;
use crate::id::read;
use crate::listing::input::pieces;
use crate::scalars::{DateTime, Tokens};

/// What is bought by itself as soon as the tokens are there, one listing.
/// Nothing is bought at another price.
#[derive(InputObject)]
pub(crate) struct ThenBuyInput {
    /// The global id of the listing.
    listing_id: ID,
    /// How many pieces; 1 if left out.
    quantity: Option<i32>,
    /// The price of one in tokens, as you were shown it.
    expected_price: Tokens,
    /// The key of the purchase, a fresh one: an answer stays under its key,
    /// also a refusal. `buy` with the same key and input afterwards is the same
    /// purchase.
    idempotency_key: String,
}

/// The same for all that lies in your cart. Nothing is bought at another total.
#[derive(InputObject)]
pub(crate) struct ThenCheckoutInput {
    /// The cart's `total` in tokens, as you were shown it.
    expected_total: Tokens,
    /// The key of the purchase, a fresh one: an answer stays under its key,
    /// also a refusal. `checkout` with the same key and input afterwards is the
    /// same purchase.
    idempotency_key: String,
}

/// Tokens to buy: either a bundle or a number of tokens.
#[derive(InputObject)]
pub(crate) struct TopUpInput {
    /// The id of a bundle on offer.
    bundle_id: Option<ID>,
    /// So many tokens at the price of one; at least 1.
    tokens: Option<Tokens>,
    /// How it is paid. The other ways have mutations of their own.
    #[graphql(default_with = "TopUpMethod::Card")]
    method: TopUpMethod,
    /// A path on this site to come back to, such as `/cart`.
    return_to: Option<String>,
    /// What to buy with them by itself: a listing, or the cart, or neither.
    then_buy: Option<ThenBuyInput>,
    /// What to buy with them by itself: the cart.
    then_checkout: Option<ThenCheckoutInput>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A top-up to send back.
#[derive(InputObject)]
pub(crate) struct RefundTopUpInput {
    /// The global id of a top-up of yours that was paid by card and is whole.
    top_up_id: ID,
}

/// A new price of a token.
#[derive(InputObject)]
pub(crate) struct SetTokenPriceInput {
    /// A decimal string above zero with at most six places.
    price: String,
    /// The currency's ISO 4217 code; the one in force if left out.
    currency: Option<String>,
    /// From when it holds; from now on if left out.
    holds_from: Option<DateTime>,
}

/// A bundle to offer.
#[derive(InputObject)]
pub(crate) struct BundleInput {
    /// How many spendable tokens.
    tokens: Tokens,
    /// How many promo tokens come with them; none if left out.
    bonus: Option<Tokens>,
    /// What it costs in the vendor's currency, as a decimal string.
    amount: String,
}

/// All bundles anew.
#[derive(InputObject)]
pub(crate) struct SetBundlesInput {
    /// The bundles in their order, at most 12.
    bundles: Vec<BundleInput>,
    /// From when they are on offer; from now on if left out.
    holds_from: Option<DateTime>,
}

payload! {
    /// What came of asking for tokens.
    TopUpPayload {
        /// The order, with the address where it is paid.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of sending a top-up back.
    RefundTopUpPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of setting the price.
    SetTokenPricePayload {
        /// The price that was set; it holds from the time that was asked for.
        token_price: TokenPrice
    }
}

payload! {
    /// What came of setting the bundles.
    SetBundlesPayload {
        /// The bundles that were set.
        token_bundles: Vec<TokenBundle>
    }
}

/// What the user wishes to happen by itself.
fn intent(buy: Option<&ThenBuyInput>, checkout: Option<&ThenCheckoutInput>) -> Done<Option<Intent>> {
    Ok(match (buy, checkout) {
        (None, None) => None,
        (Some(buy), None) => Some(Intent::Buy {
            listing: read(&buy.listing_id)?,
            quantity: pieces(buy.quantity.unwrap_or(1))?,
            expected_price: buy.expected_price.read("expectedPrice")?,
            key: IdempotencyKey::parse(&buy.idempotency_key)?,
        }),
        (None, Some(checkout)) => Some(Intent::Checkout {
            expected_total: checkout.expected_total.read("expectedTotal")?,
            key: IdempotencyKey::parse(&checkout.idempotency_key)?,
        }),
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid("thenBuy", "either a listing or the cart can follow").into());
        }
    })
}

async fn top_up(ctx: &Context<'_>, input: TopUpInput) -> Done<TopUpView> {
    ctx.actor().signed_in()?;
    if input.method != TopUpMethod::Card {
        return Err(Refusal::invalid("method", "only card top-ups are asked for here").into());
    }
    let wanted = match (&input.bundle_id, &input.tokens) {
        (Some(id), None) => Wanted::Bundle(read(id)?),
        (None, Some(tokens)) => Wanted::Tokens(tokens.read("tokens")?),
        _ => {
            return Err(
                Refusal::invalid("bundleId", "either a bundle or a number of tokens is needed").into()
            );
        }
    };
    let return_to = input.return_to.as_deref();
    let intent = intent(input.then_buy.as_ref(), input.then_checkout.as_ref())?;
    let asked = TopUpAsked { wanted, return_to, intent, key: &input.idempotency_key };
    let top_up = ctx.store().top_up_by_card(ctx.actor(), asked).await?;
    // Asked again, something may have come of it meanwhile.
    ctx.store().top_up(ctx.actor(), top_up.id).await
}

async fn set_bundles(ctx: &Context<'_>, input: SetBundlesInput) -> Done<Vec<TokenBundle>> {
    ctx.actor().staff()?;
    let read = |bundle: BundleInput| -> Result<Row, Refusal> {
        let bonus = bundle.bonus.map(|bonus| bonus.read("bonus")).transpose()?.unwrap_or_default();
        Ok(Row { tokens: bundle.tokens.read("tokens")?, bonus, amount: bundle.amount })
    };
    let rows = input.bundles.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let holds_from = input.holds_from.map(|at| at.0);
    let set = ctx.store().set_bundles(ctx.actor(), rows, holds_from).await?;
    Ok(set.bundles.into_iter().map(TokenBundle).collect())
}

/// Mutations about getting tokens.
#[derive(Default)]
pub(crate) struct TopUpMutation;

#[Object]
impl TopUpMutation {
    /// Asks for tokens. They come once the payment provider has the money.
    /// Needs a signed-in user.
    async fn top_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to buy, how, and a key.")] input: TopUpInput,
    ) -> Result<TopUpPayload> {
        TopUpPayload::of(ctx, top_up(ctx, input).await)
    }

    /// Sends a top-up back of which nothing is spent: the tokens at once, the
    /// money as soon as the provider sends it. Only its user may.
    async fn refund_top_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which top-up.")] input: RefundTopUpInput,
    ) -> Result<RefundTopUpPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            let top_up = ctx.store().refund_top_up(ctx.actor(), read(&input.top_up_id)?).await?;
            ctx.store().top_up(ctx.actor(), top_up.id).await
        };
        RefundTopUpPayload::of(ctx, done.await)
    }

    /// Sets what a token costs. Top-ups made before keep their price. For the
    /// vendor's staff.
    async fn set_token_price(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The price, and from when it holds.")] input: SetTokenPriceInput,
    ) -> Result<SetTokenPricePayload> {
        let SetTokenPriceInput { price, currency, holds_from } = input;
        let holds_from = holds_from.map(|at| at.0);
        let done = ctx.store().set_token_price(ctx.actor(), &price, currency.as_deref(), holds_from).await;
        SetTokenPricePayload::of(ctx, done.map(|priced| TokenPrice(priced.tariff)))
    }

    /// Sets all bundles anew. For the vendor's staff.
    async fn set_bundles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All bundles anew.")] input: SetBundlesInput,
    ) -> Result<SetBundlesPayload> {
        SetBundlesPayload::of(ctx, set_bundles(ctx, input).await)
    }
}
