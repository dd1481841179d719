//! What resolvers work with: the store, the search index, and who asks.

use std::sync::Arc;

use async_graphql::Context;
use domain::access::Actor;
use domain::id::{ArtifactId, ListingId, TopUpId};
use search::Search;
use store::Store;

/// A place that an answer points to; only the server knows the paths.
#[derive(Clone, Copy, Debug)]
pub enum Link<'a> {
    /// The page of a listing.
    Listing(ListingId),
    /// The page behind a claim code.
    Claim(&'a str),
    /// Where a top-up is paid.
    Pay(TopUpId),
    /// The file of a listing, for those who bought it.
    Download(ListingId),
    /// Where the parts of a program are sent.
    Upload(ArtifactId),
    /// One width of a picture.
    Picture {
        /// The content address of its files.
        hash: &'a str,
        /// Which of the widths that are kept.
        width: u32,
    },
}

/// Writes the full address of a place.
pub type Links = Arc<dyn Fn(Link<'_>) -> String + Send + Sync>;

/// Everything that the API answers from.
#[derive(Clone)]
pub struct Options {
    /// The verbs and the reads.
    pub store: Store,
    /// The search index.
    pub search: Arc<Search>,
    /// Full addresses, as the world reaches them.
    pub links: Links,
}

/// What resolvers ask of their context. `Api` puts these there, so they are
/// always found.
pub(crate) trait Ask {
    fn store(&self) -> &Store;
    fn search(&self) -> &Arc<Search>;
    fn link(&self, link: Link<'_>) -> String;
    fn actor(&self) -> &Actor;
}

impl Ask for Context<'_> {
    fn store(&self) -> &Store {
        &self.data_unchecked::<Options>().store
    }

    fn search(&self) -> &Arc<Search> {
        &self.data_unchecked::<Options>().search
    }

    fn link(&self, link: Link<'_>) -> String {
        (self.data_unchecked::<Options>().links)(link)
    }

    fn actor(&self) -> &Actor {
        self.data_unchecked::<Actor>()
    }
}
