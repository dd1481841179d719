//! Listing, revising, publishing and withdrawing.

use async_graphql::{Context, Object, Result};
use store::Done;
use store::listings::Listing as Row;

use super::Listing;
use super::input::{
    AttachFileInput, ListItemInput, PublishListingInput, ReviseListingInput, WithdrawListingInput,
};
use crate::context::Ask;
use crate::error::payload;
use crate::id::read;

payload! {
    /// What came of listing something.
    ListItemPayload {
        /// The new listing.
        listing: Listing
    }
}

payload! {
    /// What came of revising a listing.
    ReviseListingPayload {
        /// The listing as it is now.
        listing: Listing
    }
}

payload! {
    /// What came of publishing a listing.
    PublishListingPayload {
        /// The listing as it is now.
        listing: Listing
    }
}

payload! {
    /// What came of withdrawing a listing.
    WithdrawListingPayload {
        /// The listing as it is now.
        listing: Listing
    }
}

payload! {
    /// What came of attaching a file.
    AttachFilePayload {
        /// The listing as it is now.
        listing: Listing
    }
}

async fn list(ctx: &Context<'_>, input: ListItemInput) -> Done<Row> {
    ctx.actor().signed_in()?;
    ctx.store().list_item(ctx.actor(), input.read()?).await
}

async fn revise(ctx: &Context<'_>, input: ReviseListingInput) -> Done<Row> {
    ctx.actor().signed_in()?;
    let listing = read(&input.listing_id)?;
    ctx.store().revise_listing(ctx.actor(), listing, input.read()?).await
}

async fn attach(ctx: &Context<'_>, input: AttachFileInput) -> Done<Row> {
    ctx.actor().signed_in()?;
    let file = input.file.take(ctx)?;
    let listing = read(&input.listing_id)?;
    ctx.store().attach_file(ctx.actor(), listing, &file.name, file.path.clone()).await
}

/// Mutations of listings.
#[derive(Default)]
pub(crate) struct ListingMutation;

#[Object]
impl ListingMutation {
    /// Lists something, as a draft or for everybody. Needs a signed-in user,
    /// who becomes the seller.
    async fn list_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is offered.")] input: ListItemInput,
    ) -> Result<ListItemPayload> {
        ListItemPayload::of(ctx, list(ctx, input).await)
    }

    /// Changes a listing. Only its seller may.
    async fn revise_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ReviseListingInput,
    ) -> Result<ReviseListingPayload> {
        ReviseListingPayload::of(ctx, revise(ctx, input).await)
    }

    /// Publishes a listing: everybody finds it within a second. Doing so again
    /// changes nothing. Only its seller may.
    async fn publish_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listing.")] input: PublishListingInput,
    ) -> Result<PublishListingPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().publish_listing(ctx.actor(), read(&input.listing_id)?).await
        };
        PublishListingPayload::of(ctx, done.await)
    }

    /// Takes a listing off the market; doing so again changes nothing. Buyers
    /// keep what they bought. Only its seller may.
    async fn withdraw_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listing.")] input: WithdrawListingInput,
    ) -> Result<WithdrawListingPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().withdraw_listing(ctx.actor(), read(&input.listing_id)?).await
        };
        WithdrawListingPayload::of(ctx, done.await)
    }

    /// Attaches the file that a file listing sells, in place of an older one;
    /// who bought before gets the new one too. Only its seller may.
    async fn attach_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listing, and the file.")] input: AttachFileInput,
    ) -> Result<AttachFilePayload> {
        AttachFilePayload::of(ctx, attach(ctx, input).await)
    }
}
