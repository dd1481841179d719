//! Carts: what somebody means to buy.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::id::{CartLineId, ListingId};
use domain::refusal::Refusal;
use store::Done;
use store::cart::{Cart as Row, CartLine as LineRow};

use crate::context::Ask;
use crate::error::{fault, payload};
use crate::id::{global, read};
use crate::listing::Listing;
use crate::listing::input::pieces;
use crate::scalars::Tokens;

/// What lies in a cart.
pub(crate) struct Cart(pub(crate) Row);

impl From<Row> for Cart {
    fn from(row: Row) -> Self {
        Self(row)
    }
}

/// What somebody means to buy; kept across sessions.
#[Object]
impl Cart {
    /// The lines, oldest first; at most 50.
    async fn lines(&self) -> Vec<CartLine> {
        self.0.lines.iter().cloned().map(CartLine).collect()
    }

    /// How many pieces lie in it.
    async fn count(&self) -> u32 {
        self.0.lines.iter().fold(0, |sum, line| sum.saturating_add(line.quantity))
    }

    /// What all of it costs now, in tokens: the `expectedTotal` of a checkout.
    async fn total(&self) -> Tokens {
        self.0.total.into()
    }

    /// What you can spend, in tokens; nothing for visitors.
    async fn balance(&self) -> Tokens {
        self.0.balance.into()
    }

    /// How many tokens are missing.
    async fn shortfall(&self) -> Tokens {
        self.0.shortfall.into()
    }

    /// What is left to spend after buying, in tokens; nothing if it does not
    /// suffice.
    async fn balance_after(&self) -> Tokens {
        self.0.balance_after.into()
    }
}

/// One listing in a cart.
pub(crate) struct CartLine(LineRow);

/// One listing in a cart.
#[Object]
impl CartLine {
    /// The line's id, for `setCartQuantity` and `removeFromCart`.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The listing as it is now.
    async fn listing(&self) -> Listing {
        Listing(self.0.listing.clone())
    }

    /// How many pieces.
    async fn quantity(&self) -> u32 {
        self.0.quantity
    }

    /// The price of one now, in tokens.
    async fn price(&self) -> Tokens {
        self.0.listing.price.into()
    }

    /// The price of one when it was put in, in tokens.
    async fn price_shown(&self) -> Tokens {
        self.0.price_shown.into()
    }

    /// The price of all of them now, in tokens.
    async fn total(&self) -> Tokens {
        self.0.total.into()
    }

    /// Whether that many can be bought now.
    async fn is_available(&self) -> bool {
        self.0.is_available
    }
}

/// What to put into the cart.
#[derive(InputObject)]
pub(crate) struct AddToCartInput {
    /// The global id of the listing.
    listing_id: ID,
    /// How many pieces more; 1 if left out.
    quantity: Option<i32>,
}

/// How many of a line are wanted. Name the line by its own id or by its
/// listing.
#[derive(InputObject)]
pub(crate) struct SetCartQuantityInput {
    /// The line's id.
    line_id: Option<ID>,
    /// The global id of the line's listing, instead.
    listing_id: Option<ID>,
    /// How many pieces in all; 0 takes the line out.
    quantity: i32,
}

/// What to take out of the cart. Name the line by its own id or by its
/// listing.
#[derive(InputObject)]
pub(crate) struct RemoveFromCartInput {
    /// The line's id.
    line_id: Option<ID>,
    /// The global id of the line's listing, instead.
    listing_id: Option<ID>,
}

payload! {
    /// What came of putting something into the cart.
    AddToCartPayload {
        /// Your cart as it is now.
        cart: Cart
    }
}

payload! {
    /// What came of setting a line's quantity.
    SetCartQuantityPayload {
        /// Your cart as it is now.
        cart: Cart
    }
}

payload! {
    /// What came of taking something out of the cart.
    RemoveFromCartPayload {
        /// Your cart as it is now.
        cart: Cart
    }
}

/// The line of the asker's cart that an input names.
async fn line(ctx: &Context<'_>, line: Option<ID>, listing: Option<ID>) -> Done<CartLineId> {
    match (line, listing) {
        (Some(line), None) => Ok(read(&line)?),
        (None, Some(listing)) => {
            let listing: ListingId = read(&listing)?;
            let cart = ctx.store().cart(ctx.actor()).await?;
            let found = cart.lines.iter().find(|line| line.listing.id == listing);
            Ok(found.ok_or(Refusal::missing("line in your cart"))?.id)
        }
        _ => Err(Refusal::invalid("lineId", "name the line by its id or by its listing").into()),
    }
}

/// Visitors have a cart if their browser brought the cookie for it.
fn check_owner(ctx: &Context<'_>) -> Result<(), Refusal> {
    match ctx.actor() {
        domain::access::Actor::Visitor(Some(_)) => Ok(()),
        other => other.signed_in().map(|_| ()),
    }
}

async fn add(ctx: &Context<'_>, input: AddToCartInput) -> Done<Row> {
    check_owner(ctx)?;
    let (listing, quantity) = (read(&input.listing_id)?, pieces(input.quantity.unwrap_or(1))?);
    ctx.store().add_to_cart(ctx.actor(), listing, quantity).await
}

async fn set(ctx: &Context<'_>, input: SetCartQuantityInput) -> Done<Row> {
    check_owner(ctx)?;
    let line = line(ctx, input.line_id, input.listing_id).await?;
    ctx.store().set_cart_quantity(ctx.actor(), line, pieces(input.quantity)?).await
}

async fn remove(ctx: &Context<'_>, input: RemoveFromCartInput) -> Done<Row> {
    check_owner(ctx)?;
    let line = line(ctx, input.line_id, input.listing_id).await?;
    ctx.store().remove_from_cart(ctx.actor(), line).await
}

/// Queries about carts.
#[derive(Default)]
pub(crate) struct CartQuery;

#[Object]
impl CartQuery {
    /// Your cart. Visitors have one too, by the site's cookie; without one it
    /// is empty.
    async fn cart(&self, ctx: &Context<'_>) -> Result<Cart> {
        ctx.store().cart(ctx.actor()).await.map(Cart).map_err(|failed| fault(ctx, failed))
    }
}

/// Mutations of carts.
#[derive(Default)]
pub(crate) struct CartMutation;

#[Object]
impl CartMutation {
    /// Puts a listing into your cart; more of one that is in it already.
    async fn add_to_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and how many.")] input: AddToCartInput,
    ) -> Result<AddToCartPayload> {
        AddToCartPayload::of(ctx, add(ctx, input).await)
    }

    /// Sets how many of a line are wanted.
    async fn set_cart_quantity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which line, and how many.")] input: SetCartQuantityInput,
    ) -> Result<SetCartQuantityPayload> {
        SetCartQuantityPayload::of(ctx, set(ctx, input).await)
    }

    /// Takes a line out of your cart.
    async fn remove_from_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which line.")] input: RemoveFromCartInput,
    ) -> Result<RemoveFromCartPayload> {
        RemoveFromCartPayload::of(ctx, remove(ctx, input).await)
    }
}
