//! The library: files that a user bought.

use async_graphql::{Context, ID, Object, Result};
use domain::access::Actor;
use store::orders::Owned;

use crate::context::Ask;
use crate::error::{answer, refused};
use crate::id::global;
use crate::listing::Listing;
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::DateTime;

/// A file that somebody bought.
pub(crate) struct LibraryItem(Owned);

impl From<Owned> for LibraryItem {
    fn from(owned: Owned) -> Self {
        Self(owned)
    }
}

/// The files that the asker bought.
pub(crate) async fn library(
    ctx: &Context<'_>,
    actor: &Actor,
    asked: Asked,
) -> Result<Connection<LibraryItem>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().library(actor, window).await)?;
    Ok(Connection::of(page, |owned| cursor(owned.place)))
}

/// A file that you bought. It stays yours, also after it was withdrawn.
#[Object]
impl LibraryItem {
    /// The listing as it is now; its `file` says where it is downloaded.
    async fn listing(&self) -> Listing {
        Listing(self.0.listing.clone())
    }

    /// The global id of the order that bought it.
    async fn order_id(&self) -> ID {
        global(self.0.order)
    }

    /// When it was bought.
    async fn bought_at(&self) -> DateTime {
        self.0.at.into()
    }
}
