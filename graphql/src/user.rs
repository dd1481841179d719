//! Users, as others see them and as they see themselves.

use std::sync::Arc;

use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::access::{Actor, Role};
use domain::id::UserId;
use domain::refusal::Refusal;
use domain::text::Handle;
use store::orders::Side;
use store::shelves::Shelf as Shelves;
use store::users::User as Row;

use crate::cart::Cart;
use crate::context::Ask;
use crate::customer::Customer;
use crate::error::{answer, fault, find, refused};
use crate::gift::{Gift, gifts};
use crate::id::global;
use crate::library::{LibraryItem, library};
use crate::licence::{Licence, licences};
use crate::listing::{Listing, twin};
use crate::loaders::Rows;
use crate::mail::MailSettings;
use crate::order::{Order, orders};
use crate::paging::{Asked, Connection, cursor};
use crate::redemption::{TokenRedemption, own_redemptions};
use crate::scalars::{DateTime, Tokens};
use crate::session::{Session, sessions};
use crate::topup::{TopUpOrder, top_ups};
use crate::wallet::Wallet;

twin! {
    /// Where a seller's listings stand; each is on one shelf.
    Shelf of "Shelves" {
        /// Published, and some are left.
        OnSale,
        /// Published, and none is left.
        SoldOut,
        /// Not shown to anybody yet.
        Drafts,
        /// Taken off the market.
        Withdrawn,
    }
}

/// How many listings stand on a shelf.
#[derive(SimpleObject)]
pub(crate) struct ShelfCount {
    /// Which shelf.
    shelf: Shelf,
    /// How many.
    count: u32,
}

/// A user. What is private is null for everybody but the user.
pub(crate) struct User {
    id: UserId,
    handle: String,
    row: Option<Arc<Row>>,
    /// Who the user is from now on, if they signed in by this very request.
    signed_in: Option<Actor>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self { id: row.id, handle: row.handle.to_string(), row: Some(Arc::new(row)), signed_in: None }
    }
}

impl User {
    /// A user of whom no more than id and handle is known yet.
    pub(crate) fn named(id: UserId, handle: &str) -> Self {
        Self { id, handle: handle.to_owned(), row: None, signed_in: None }
    }

    /// A user who signed in by this very request.
    pub(crate) fn signed_in(row: Row, actor: Option<Actor>) -> Self {
        Self { signed_in: actor, ..Self::from(row) }
    }

    /// The user as who they are, if they are the one who asks.
    fn own(&self, ctx: &Context<'_>) -> Option<Actor> {
        self.signed_in.or_else(|| (ctx.actor().user_id() == Some(self.id)).then(|| *ctx.actor()))
    }

    async fn load(&self, ctx: &Context<'_>) -> Result<Option<Arc<Row>>> {
        if let Some(row) = &self.row {
            return Ok(Some(Arc::clone(row)));
        }
        let rows = ctx.data_unchecked::<DataLoader<Rows>>();
        rows.load_one(self.id).await.map_err(|failed| fault(ctx, failed))
    }
}

/// The user with that number.
pub(crate) async fn user(ctx: &Context<'_>, id: UserId) -> Result<Option<User>> {
    let rows = ctx.data_unchecked::<DataLoader<Rows>>();
    let row = rows.load_one(id).await.map_err(|failed| fault(ctx, failed))?;
    Ok(row.map(|row| User { id, handle: row.handle.to_string(), row: Some(row), signed_in: None }))
}

/// Somebody with an account. What is private (wallet, cart, orders, sales,
/// gifts, library, letters, sessions) is null for everybody but the user.
#[Object]
impl User {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.id)
    }

    /// The public name; unique, and its user may change it.
    async fn handle(&self) -> &str {
        &self.handle
    }

    /// What the user wants to be called; null if they did not say.
    async fn display_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.load(ctx).await?.and_then(|row| row.display_name.clone()))
    }

    /// What the user tells about themselves; null if nothing.
    async fn about(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.load(ctx).await?.and_then(|row| row.about.clone()))
    }

    /// When the account was opened.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.load(ctx).await?.map(|row| row.created_at.into()))
    }

    /// Whether it is you.
    async fn is_me(&self, ctx: &Context<'_>) -> bool {
        self.own(ctx).is_some()
    }

    /// Whether the user works for the vendor. Private.
    async fn is_staff(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let Some(_) = self.own(ctx) else { return Ok(None) };
        Ok(self.load(ctx).await?.map(|row| row.role == Role::Staff))
    }

    /// Whether a passphrase is set beside the account key. Private.
    async fn has_passphrase(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let Some(_) = self.own(ctx) else { return Ok(None) };
        Ok(self.load(ctx).await?.map(|row| row.has_passphrase))
    }

    /// What the user sells, newest first: what is published, and for their own
    /// eyes drafts and withdrawn listings too.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those on this shelf; for the user's own eyes.")] shelf: Option<Shelf>,
    ) -> Result<Connection<Listing>> {
        let window = Asked { first, after, last, before }.window().map_err(|refusal| refused(&refusal))?;
        if let Some(shelf) = shelf {
            let actor = self.own(ctx).ok_or_else(|| refused(&Refusal::Forbidden))?;
            let page = ctx.store().own_listings(&actor, Some(shelf.into()), window).await;
            return Ok(Connection::of(answer(ctx, page)?, |row| cursor(row.id.uuid())));
        }
        let actor = self.own(ctx).unwrap_or(*ctx.actor());
        let page = ctx.store().listings_of(&actor, self.id, window).await;
        let page = page.map_err(|failed| fault(ctx, failed))?;
        Ok(Connection::of(page, |row| cursor(row.id.uuid())))
    }

    /// How many listings stand on each of the user's shelves. Private.
    async fn shelves(&self, ctx: &Context<'_>) -> Result<Option<Vec<ShelfCount>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        let counts = answer(ctx, ctx.store().count_shelves(&actor).await)?;
        let each = Shelves::ALL.into_iter().zip(counts);
        Ok(Some(each.map(|(shelf, count)| ShelfCount { shelf: shelf.into(), count }).collect()))
    }

    /// How many listings the user has on sale, counted up to 1,000.
    async fn on_sale_count(&self, ctx: &Context<'_>) -> Result<u32> {
        let tally = ctx.store().tally(self.id).await.map_err(|failed| fault(ctx, failed))?;
        Ok(tally.on_sale)
    }

    /// How many orders the user has sold that were not called off, counted up
    /// to 1,000.
    async fn sales_count(&self, ctx: &Context<'_>) -> Result<u32> {
        let tally = ctx.store().tally(self.id).await.map_err(|failed| fault(ctx, failed))?;
        Ok(tally.sales)
    }

    /// What the user left with the vendor's staff by phone, fax or letter;
    /// null if nothing. For the user and the staff.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        let actor = self.own(ctx).unwrap_or(*ctx.actor());
        Ok(find(ctx, ctx.store().customer(&actor, self.id).await)?.flatten().map(Into::into))
    }

    /// What the user holds. Private.
    async fn wallet(&self, ctx: &Context<'_>) -> Result<Option<Wallet>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        Wallet::load(ctx, self.id, actor).await.map(Some)
    }

    /// What the user means to buy. Private.
    async fn cart(&self, ctx: &Context<'_>) -> Result<Option<Cart>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        let cart = ctx.store().cart(&actor).await.map_err(|failed| fault(ctx, failed))?;
        Ok(Some(Cart(cart)))
    }

    /// What the user bought, newest first. Private.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Order>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        orders(ctx, &actor, Side::Bought, Asked { first, after, last, before }).await.map(Some)
    }

    /// What the user sold, newest first. Private.
    async fn sales(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Order>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        orders(ctx, &actor, Side::Sold, Asked { first, after, last, before }).await.map(Some)
    }

    /// What the user gave and got, newest first. Private.
    async fn gifts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Gift>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        gifts(ctx, &actor, Asked { first, after, last, before }).await.map(Some)
    }

    /// The user's orders for tokens, newest first. Private.
    async fn top_up_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<TopUpOrder>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        top_ups(ctx, &actor, Asked { first, after, last, before }).await.map(Some)
    }

    /// How many tokens the user could redeem now; null if the vendor does not
    /// offer it. Private.
    async fn redeemable(&self, ctx: &Context<'_>) -> Result<Option<Tokens>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        match ctx.store().redemption_terms().is_on {
            true => Ok(Some(answer(ctx, ctx.store().redeemable(&actor).await)?.into())),
            false => Ok(None),
        }
    }

    /// The user's redemptions, newest first. Private.
    async fn redemptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<TokenRedemption>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        own_redemptions(ctx, &actor, Asked { first, after, last, before }).await.map(Some)
    }

    /// The files that the user bought, newest first. Private.
    async fn library(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<LibraryItem>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        library(ctx, &actor, Asked { first, after, last, before }).await.map(Some)
    }

    /// Software that the user bought or rented, newest first. Private.
    async fn licences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Licence>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        licences(ctx, &actor, Asked { first, after, last, before }).await.map(Some)
    }

    /// Where the user gets letters, and which. Private.
    async fn mail(&self, ctx: &Context<'_>) -> Result<Option<MailSettings>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        answer(ctx, ctx.store().mail_settings(&actor).await).map(|settings| Some(settings.into()))
    }

    /// The user's sign-ins that have not ended, newest first; at most 100.
    /// Private.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Option<Vec<Session>>> {
        let Some(actor) = self.own(ctx) else { return Ok(None) };
        answer(ctx, sessions(ctx, &actor).await).map(Some)
    }
}

/// Queries about users.
#[derive(Default)]
pub(crate) struct UserQuery;

#[Object]
impl UserQuery {
    /// The user who asks; null for visitors.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match ctx.actor().user_id() {
            Some(id) => user(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The user with a handle; null if nobody has it. Everybody may ask.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handle; capitals and a leading @ make no difference.")] handle: String,
    ) -> Result<Option<User>> {
        let Ok(handle) = Handle::parse(&handle) else { return Ok(None) };
        let row = ctx.store().user_by_handle(&handle).await.map_err(|failed| fault(ctx, failed))?;
        Ok(row.map(User::from))
    }
}
