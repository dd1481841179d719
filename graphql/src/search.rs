//! Finding listings. The index gives ids; the rows come from the database in
//! one read.

mod facets;

use std::sync::Arc;

use ::search::{Checked, Filter, Highlighter, Hit, Matching as How, Page, Query, Sort, Window};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::id::UserId;
use domain::listing::ListingState;
use domain::refusal::Refusal;
use domain::text::Handle;
use store::{Done, Fault};
use uuid::Uuid;

use crate::context::Ask;
use crate::error::{answer, fault};
use crate::id::read_category;
use crate::listing::{Listing, ListingKind, twin};
use crate::paging::{Asked, PageInfo, Stretch};
use crate::scalars::Tokens;
use facets::{PriceHistogram, SearchFacets};

/// Letters of a description that highlights show.
const SNIPPET_LETTERS: usize = 200;

/// What results are narrowed to; what is left out does not narrow.
#[derive(Debug, Default, InputObject)]
pub(crate) struct SearchFilter {
    /// The global id of a category: it and all below it.
    category_id: Option<ID>,
    /// The lowest price of one unit, in tokens.
    price_min: Option<Tokens>,
    /// The highest price of one unit, in tokens.
    price_max: Option<Tokens>,
    /// Any of these kinds.
    kinds: Option<Vec<ListingKind>>,
    /// Only listings of the seller with this handle.
    seller: Option<String>,
    /// All of these tags.
    tags: Option<Vec<String>>,
    /// Only what can be bought now.
    in_stock: Option<bool>,
}

twin! {
    /// The order of results; equals stand newest first.
    SearchSort of "Sort" {
        /// The best match first; without a text, the best listing.
        Relevance,
        /// The youngest first.
        Newest,
        /// The cheapest first.
        PriceAscending,
        /// The dearest first.
        PriceDescending,
        /// The best rated first.
        Rating,
    }
}

/// How freely the text was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "How")]
pub(crate) enum Matching {
    /// Each result holds every word.
    All,
    /// Some results hold a word only in a similar spelling.
    Similar,
    /// Nothing holds all words: each result holds at least one of them.
    Any,
}

impl SearchFilter {
    async fn read(self, ctx: &Context<'_>) -> Done<Filter> {
        let category = match self.category_id {
            Some(id) => {
                let id = read_category(&id)?;
                let path = ctx.store().categories().path(id);
                let slugs: Vec<String> = path.into_iter().map(|branch| branch.slug.clone()).collect();
                // Without this, an unknown category would narrow nothing.
                (!slugs.is_empty()).then_some(slugs).ok_or(Refusal::missing("category"))?
            }
            None => Vec::new(),
        };
        let price = |price: Option<Tokens>| price.map(|price| price.read("filter")).transpose();
        let kinds = self.kinds.unwrap_or_default().into_iter();
        Ok(Filter {
            category,
            price_min: price(self.price_min)?,
            price_max: price(self.price_max)?,
            kinds: kinds.map(|kind| domain::listing::ListingKind::from(kind).name().to_owned()).collect(),
            seller: match self.seller {
                Some(handle) => Some(seller(ctx, &handle).await?),
                None => None,
            },
            tags: self.tags.unwrap_or_default(),
            in_stock: self.in_stock.unwrap_or_default(),
        })
    }
}

/// The user with that handle; nobody sells as the nil user.
async fn seller(ctx: &Context<'_>, handle: &str) -> Result<UserId, Fault> {
    let nobody = UserId::new(Uuid::nil());
    let Ok(handle) = Handle::parse(handle) else { return Ok(nobody) };
    Ok(ctx.store().user_by_handle(&handle).await?.map_or(nobody, |user| user.id))
}

/// A stretch of a text.
#[derive(SimpleObject)]
pub(crate) struct HighlightRun {
    /// The text as it is written in the listing; plain, never HTML.
    text: String,
    /// Whether it is what was searched for.
    is_match: bool,
}

/// Where the search matched.
pub(crate) struct Highlights {
    listing: Arc<store::listings::Listing>,
    highlighter: Arc<Highlighter>,
}

fn runs(runs: Vec<::search::Run>) -> Vec<HighlightRun> {
    runs.into_iter().map(|run| HighlightRun { text: run.text, is_match: run.matched }).collect()
}

/// Where the search matched in a listing.
#[Object]
impl Highlights {
    /// The whole title, cut where something begins or ends to match.
    async fn title(&self) -> Vec<HighlightRun> {
        runs(self.highlighter.mark(&self.listing.title))
    }

    /// The stretch of the description with the most matches, cut likewise.
    async fn description(&self) -> Vec<HighlightRun> {
        runs(self.highlighter.snippet(&self.listing.description, SNIPPET_LETTERS))
    }
}

/// One result.
pub(crate) struct SearchEdge {
    hit: Hit,
    listing: Arc<store::listings::Listing>,
    highlighter: Arc<Highlighter>,
}

/// One result of a search.
#[Object]
impl SearchEdge {
    /// Where it stands in the results; opaque. Give it as `after` or `before`.
    async fn cursor(&self) -> &str {
        &self.hit.cursor
    }

    /// The listing.
    async fn node(&self) -> Listing {
        Listing((*self.listing).clone())
    }

    /// Where the search matched.
    async fn highlights(&self) -> Highlights {
        Highlights { listing: Arc::clone(&self.listing), highlighter: Arc::clone(&self.highlighter) }
    }

    /// Why it stands where it stands, a line each, if `explain` was asked for.
    async fn explanation(&self) -> &[String] {
        &self.hit.explanation
    }
}

/// A page of results.
pub(crate) struct SearchConnection {
    page: Page,
    highlighter: Arc<Highlighter>,
    listings: Vec<(Hit, Arc<store::listings::Listing>)>,
}

/// A page of results of a search.
#[Object]
impl SearchConnection {
    /// How many listings match in all.
    async fn total_count(&self) -> u32 {
        self.page.total_count
    }

    /// What is on this page.
    async fn edges(&self) -> Vec<SearchEdge> {
        let edge = |(hit, listing): &(Hit, Arc<_>)| SearchEdge {
            hit: hit.clone(),
            listing: Arc::clone(listing),
            highlighter: Arc::clone(&self.highlighter),
        };
        self.listings.iter().map(edge).collect()
    }

    /// Where the page stands in the results.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.page.has_next,
            has_previous_page: self.page.has_previous,
            start_cursor: self.page.hits.first().map(|hit| hit.cursor.clone()),
            end_cursor: self.page.hits.last().map(|hit| hit.cursor.clone()),
        }
    }

    /// Counts of the results by what they could be narrowed to.
    async fn facets(&self, ctx: &Context<'_>) -> SearchFacets {
        SearchFacets::of(ctx, self.page.facets.as_ref())
    }

    /// The prices of the results, as if no range were chosen; null without a
    /// result.
    async fn price_histogram(&self) -> Option<PriceHistogram> {
        let prices = self.page.facets.as_ref()?.prices.as_ref()?;
        Some(PriceHistogram::from(prices))
    }

    /// The text in a spelling that finds more; null if it finds enough.
    async fn did_you_mean(&self) -> Option<&str> {
        self.page.did_you_mean.as_deref()
    }

    /// How freely the text was taken.
    async fn matching(&self) -> Matching {
        self.page.matching.into()
    }
}

async fn find(ctx: &Context<'_>, query: Query) -> Done<SearchConnection> {
    let checked: Checked = query.check().map_err(Refusal::from)?;
    let index = Arc::clone(ctx.search());
    let page = on_blocking_thread(move || index.search(&checked)).await?;
    let ids: Vec<_> = page.hits.iter().map(|hit| hit.listing).collect();
    let rows = ctx.store().listings(&ids).await?;
    let mut rows = rows.into_iter().map(Arc::new).peekable();
    let mut listings = Vec::with_capacity(ids.len());
    for hit in &page.hits {
        // The rows come in the order of the hits. The index follows within a
        // second: what was withdrawn meanwhile is left out.
        if let Some(row) = rows.next_if(|row| row.id == hit.listing)
            && row.state == ListingState::Published
        {
            listings.push((hit.clone(), row));
        }
    }
    let highlighter = Arc::new(page.highlighter.clone());
    Ok(SearchConnection { page, highlighter, listings })
}

async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ::search::Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Fault::bug("search"))?;
    done.map_err(|failed| {
        tracing::error!(%failed, "the search index failed");
        Fault::unavailable("search")
    })
}

/// Queries that find listings.
#[derive(Default)]
pub(crate) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds listings by words, filters and order. Words are found in other
    /// forms and spellings, the last one also by its beginning; `"…"` finds a
    /// phrase, `-word` keeps results with the word out. Everybody may ask.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words; all listings if left out. At most 200 letters.")] query: Option<String>,
        #[graphql(desc = "What results are narrowed to.")] filter: Option<SearchFilter>,
        #[graphql(desc = "The order of results; by relevance if left out.")] sort: Option<SearchSort>,
        #[graphql(desc = "So many from the best, or after `after`; 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the last, or before `before`; 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Whether to say of each result why it stands where it stands.")] explain: Option<
            bool,
        >,
    ) -> Result<SearchConnection> {
        let ahead = ctx.look_ahead();
        let facets = ahead.field("facets").exists() || ahead.field("priceHistogram").exists();
        let asked = async {
            let window = match (Asked { first, after, last, before }).stretch(0)? {
                Stretch::First(count, after) => Window::First(count, after),
                Stretch::Last(count, before) => Window::Last(count, before),
            };
            let filter = filter.unwrap_or_default().read(ctx).await?;
            let sort = sort.map(Sort::from).unwrap_or_default();
            let now = ctx.store().world().now();
            let (text, explain) = (query.unwrap_or_default(), explain.unwrap_or_default());
            find(ctx, Query { text, filter, sort, window, now, facets, explain }).await
        };
        answer(ctx, asked.await)
    }

    /// Completions of what is being typed into a search; each finds something.
    /// Everybody may ask.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far.")] prefix: String,
        #[graphql(default = 8, desc = "How many, up to 20.")] first: i32,
    ) -> Result<Vec<String>> {
        let count = usize::try_from(first).unwrap_or(0).min(20);
        let index = Arc::clone(ctx.search());
        let found = on_blocking_thread(move || index.suggest(&prefix, count)).await;
        found.map_err(|failed| fault(ctx, failed))
    }
}
