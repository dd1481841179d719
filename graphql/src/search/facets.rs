//! What results could be narrowed to, counted.

use async_graphql::{Context, SimpleObject};
use domain::listing::ListingKind as Kind;

use crate::category::Category;
use crate::context::Ask;
use crate::listing::ListingKind;
use crate::scalars::Tokens;

/// Counts of the results by what they could be narrowed to. Kinds are counted
/// as if none were chosen; categories within the one chosen; tags within all
/// that is chosen.
#[derive(Default, SimpleObject)]
pub(crate) struct SearchFacets {
    /// Every category with results, also those above others, the fullest
    /// first.
    categories: Vec<CategoryCount>,
    /// The kinds, the most frequent first.
    kinds: Vec<KindCount>,
    /// The most frequent tags first; at most 30.
    tags: Vec<TagCount>,
}

/// How many results are in a category or below it.
#[derive(SimpleObject)]
pub(crate) struct CategoryCount {
    /// The category.
    category: Category,
    /// How many results.
    count: u32,
}

/// How many results are of a kind.
#[derive(SimpleObject)]
pub(crate) struct KindCount {
    /// The kind.
    kind: ListingKind,
    /// How many results.
    count: u32,
}

/// How many results have a tag.
#[derive(SimpleObject)]
pub(crate) struct TagCount {
    /// The tag.
    tag: String,
    /// How many results.
    count: u32,
}

impl SearchFacets {
    /// The counts of a page; nothing where they were not asked for.
    pub(super) fn of(ctx: &Context<'_>, facets: Option<&::search::Facets>) -> Self {
        let Some(facets) = facets else { return Self::default() };
        let tree = ctx.store().categories();
        let category = |entry: &::search::CategoryCount| {
            let slugs: Vec<&str> = entry.path.iter().map(String::as_str).collect();
            Some(CategoryCount { category: tree.by_slugs(&slugs)?.into(), count: entry.count })
        };
        let kind = |entry: &::search::ValueCount| {
            Some(KindCount { kind: Kind::from_name(&entry.value)?.into(), count: entry.count })
        };
        let tag = |entry: &::search::ValueCount| TagCount { tag: entry.value.clone(), count: entry.count };
        Self {
            categories: facets.categories.iter().filter_map(category).collect(),
            kinds: facets.kinds.iter().filter_map(kind).collect(),
            tags: facets.tags.iter().map(tag).collect(),
        }
    }
}

/// The prices of the results.
#[derive(SimpleObject)]
pub(crate) struct PriceHistogram {
    /// The lowest price, in tokens.
    lowest: Tokens,
    /// The highest price, in tokens.
    highest: Tokens,
    /// Adjoining ranges, ascending, with round bounds; at most 12.
    buckets: Vec<PriceBucket>,
}

/// How many results have a price within a range.
#[derive(SimpleObject)]
pub(crate) struct PriceBucket {
    /// The lowest price of the range, in tokens.
    from: Tokens,
    /// The end of the range in tokens, itself outside.
    to: Tokens,
    /// How many results.
    count: u32,
}

impl From<&::search::Prices> for PriceHistogram {
    fn from(prices: &::search::Prices) -> Self {
        let bucket = |bucket: &::search::PriceBucket| PriceBucket {
            from: bucket.from.into(),
            to: bucket.to.into(),
            count: bucket.count,
        };
        Self {
            lowest: prices.lowest.into(),
            highest: prices.highest.into(),
            buckets: prices.buckets.iter().map(bucket).collect(),
        }
    }
}
