//! A small market to search in.

use domain::id::{ListingId, UserId};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use search::{Advance, Change, Document, Filter, Options, Page, Query, Search, Sort, Window};
use tempfile::TempDir;
use uuid::Uuid;

/// The time at which all tests search.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A listing with number `number`, plain in everything but what is given.
pub(crate) fn listing(number: u64, title: &str, description: &str, tags: &[&str]) -> Document {
    Document {
        id: id(number),
        title: title.to_owned(),
        description: description.to_owned(),
        tags: tags.iter().map(ToString::to_string).collect(),
        category: vec!["home".to_owned()],
        kind: "goods".to_owned(),
        price: Tokens::whole(10),
        seller: seller(1),
        seller_handle: "quiet-wren-4821".to_owned(),
        created_at: Timestamp::from_millis(NOW.millis() - 86_400_000 * 30),
        sales: 3,
        rating: Some(400),
        in_stock: true,
    }
}

pub(crate) fn id(number: u64) -> ListingId {
    ListingId::new(Uuid::from_u64_pair(7, number))
}

pub(crate) fn seller(number: u64) -> UserId {
    UserId::new(Uuid::from_u64_pair(9, number))
}

/// An index in a folder of its own, gone with the test.
pub(crate) struct Market {
    pub(crate) search: Search,
    pub(crate) folder: TempDir,
}

impl Market {
    pub(crate) fn of(documents: &[Document]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let search = Search::open(folder.path(), Options::default()).unwrap();
        put(&search, documents);
        Self { search, folder }
    }

    pub(crate) fn page(&self, query: Query) -> Page {
        self.search.search(&query.check().unwrap()).unwrap()
    }

    /// The numbers of the first hits for `text`.
    pub(crate) fn found(&self, text: &str) -> Vec<u64> {
        numbers(&self.page(ask(text)))
    }
}

/// Puts the documents in, one step of the feed each.
pub(crate) fn put(search: &Search, documents: &[Document]) {
    let changes: Vec<Change> =
        documents.iter().map(|document| Change::Put(Box::new(document.clone()))).collect();
    let from = search.cursor();
    let advance = Advance { from, to: from + i64::try_from(changes.len()).unwrap() };
    assert_eq!(search.apply(&changes, advance).unwrap(), search::Applied::Done);
}

/// A query for `text` and nothing else.
pub(crate) fn ask(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        filter: Filter::default(),
        sort: Sort::Relevance,
        window: Window::First(50, None),
        now: NOW,
        facets: true,
        explain: false,
    }
}

/// The numbers of the listings on a page.
pub(crate) fn numbers(page: &Page) -> Vec<u64> {
    page.hits.iter().map(|hit| hit.listing.uuid().as_u64_pair().1).collect()
}
