//! Everything that has a global id (Relay object identification).

use async_graphql::{Context, ID, Interface, Object, Result};

use crate::category::{Category, category};
use crate::context::Ask;
use crate::error::{fault, find};
use crate::gift::Gift;
use crate::id;
use crate::image::Image;
use crate::listing::Listing;
use crate::order::Order;
use crate::topup::TopUpOrder;
use crate::user::{User, user};

/// Something with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id; opaque."))]
pub(crate) enum Node {
    /// A listing.
    Listing(Listing),
    /// A user.
    User(User),
    /// An order.
    Order(Order),
    /// A gift.
    Gift(Gift),
    /// An order for tokens.
    TopUpOrder(TopUpOrder),
    /// A category.
    Category(Category),
    /// A picture.
    Image(Image),
}

/// The query that finds anything by its id.
#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with a global id; null if there is none or it is none of your
    /// business: orders, gifts and top-ups are for their people, drafts and pictures
    /// for their owner.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id.")] id: ID,
    ) -> Result<Option<Node>> {
        let (store, actor) = (ctx.store(), ctx.actor());
        if let Some(id) = id::find(&id) {
            let listing = store.find_listing(actor, id).await.map_err(|failed| fault(ctx, failed))?;
            return Ok(listing.map(|row| Listing(row).into()));
        }
        if let Some(id) = id::find(&id) {
            return Ok(user(ctx, id).await?.map(Node::from));
        }
        if let Some(id) = id::find(&id) {
            return Ok(find(ctx, store.order(actor, id).await)?.map(|view| Order(view).into()));
        }
        if let Some(id) = id::find(&id) {
            return Ok(find(ctx, store.gift(actor, id).await)?.map(|view| Gift::from(view).into()));
        }
        if let Some(id) = id::find(&id) {
            return Ok(find(ctx, store.top_up(actor, id).await)?.map(|view| TopUpOrder(view).into()));
        }
        if let Some(id) = id::find(&id) {
            let image = store.image(actor, id).await.map_err(|failed| fault(ctx, failed))?;
            return Ok(image.map(|row| Image(row).into()));
        }
        Ok(id::find(&id).and_then(|id| category(ctx, id)).map(Node::from))
    }
}
