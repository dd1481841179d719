//! What resolvers work with: the store, the search index, and who asks.

use std::sync::Arc;

use async_graphql::Context;
use domain::access::Actor;
use domain::id::{ArtifactId, ListingId, PaperId, ScanId, TopUpId};
use search::Search;
use store::Store;
use store::licences::{Authorization, Revocations};

/// A place that an answer points to; only the server knows the paths.
#[derive(Clone, Copy, Debug)]
pub enum Link<'a> {
    /// The page of a listing.
    Listing(ListingId),
    /// The page behind a claim code.
    Claim(&'a str),
    /// Where a top-up is paid.
    Pay(TopUpId),
    /// A numbered paper.
    Paper(PaperId),
    /// The same as PDF.
    PaperPdf(PaperId),
    /// A scan beside an order at the desk.
    Scan(ScanId),
    /// The file of a listing, for those who bought it.
    Download(ListingId),
    /// Where a program is fetched that was granted.
    Granted(&'a str),
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

/// What everybody may know of the keys that this store signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKeys {
    /// The store's name, which all signatures carry.
    pub store: String,
    /// The root in its PASERK text.
    pub root: String,
    /// Changes of the root, each signed by the old and the new.
    pub roots: Vec<[String; 2]>,
    /// The newest key set.
    pub keys: String,
}

/// The keys of this store, which only the server holds. Signed messages come
/// as the JSON text of a message with its certificates.
pub trait Keys: Send + Sync {
    /// What everybody may know.
    fn known(&self) -> KnownKeys;

    /// Signs an authorization code.
    ///
    /// # Errors
    /// If no key holds.
    fn authorize(&self, says: &Authorization) -> std::io::Result<String>;

    /// Signs what time it is.
    ///
    /// # Errors
    /// If no key holds.
    fn tell_time(&self, nonce: &str) -> std::io::Result<String>;

    /// Signs the list of what was taken back.
    ///
    /// # Errors
    /// If no key holds.
    fn revoked(&self, list: &Revocations) -> std::io::Result<String>;

    /// A nonce for the proof of a device.
    fn nonce(&self, store: &Store) -> String;
}

/// Everything that the API answers from.
#[derive(Clone)]
pub struct Options {
    /// The verbs and the reads.
    pub store: Store,
    /// The search index.
    pub search: Arc<Search>,
    /// Full addresses, as the world reaches them.
    pub links: Links,
    /// What signs.
    pub keys: Arc<dyn Keys>,
}

/// What resolvers ask of their context. `Api` puts these there, so they are
/// always found.
pub(crate) trait Ask {
    fn store(&self) -> &Store;
    fn search(&self) -> &Arc<Search>;
    fn link(&self, link: Link<'_>) -> String;
    fn actor(&self) -> &Actor;
    fn keys(&self) -> &dyn Keys;
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

    fn keys(&self) -> &dyn Keys {
        self.data_unchecked::<Options>().keys.as_ref()
    }
}
