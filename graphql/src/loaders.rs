//! Loads many rows in one read where a list would ask for them one by one.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::id::{ListingId, UserId};
use store::listings::Listing;
use store::users::User;
use store::{Fault, Store};

/// The rows that many fields of one answer ask for.
pub(crate) struct Rows(pub(crate) Store);

/// Listings in whatever state: only for those who know of them from an order.
#[async_graphql::async_trait::async_trait]
impl Loader<ListingId> for Rows {
    type Value = Arc<Listing>;
    type Error = Fault;

    async fn load(&self, keys: &[ListingId]) -> Result<HashMap<ListingId, Self::Value>, Fault> {
        let found = self.0.listings(keys).await?;
        Ok(found.into_iter().map(|listing| (listing.id, Arc::new(listing))).collect())
    }
}

/// Users as everybody sees them.
#[async_graphql::async_trait::async_trait]
impl Loader<UserId> for Rows {
    type Value = Arc<User>;
    type Error = Fault;

    async fn load(&self, keys: &[UserId]) -> Result<HashMap<UserId, Self::Value>, Fault> {
        let found = self.0.users(keys).await?;
        Ok(found.into_iter().map(|(id, user)| (id, Arc::new(user))).collect())
    }
}
