//! What a search answers.

use domain::id::ListingId;
use domain::tokens::Tokens;

use crate::local::Highlighter;

/// One page of results.
#[derive(Clone, Debug)]
pub struct Page {
    /// The listings of this page, in order.
    pub hits: Vec<Hit>,
    /// How many listings match in all; exact.
    pub total_count: u32,
    /// Whether more follow after this page.
    pub has_next: bool,
    /// Whether there are some before this page.
    pub has_previous: bool,
    /// How freely the text was taken.
    pub matching: Matching,
    /// How many words at the end of the text were left out, as too many.
    pub words_left_out: usize,
    /// The text in a spelling that finds more, when it finds little.
    pub did_you_mean: Option<String>,
    /// The counts for narrowing the search, if they were asked for.
    pub facets: Option<Facets>,
    /// Marks what matched in the texts of the hits.
    pub highlighter: Highlighter,
}

/// A listing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which listing.
    pub listing: ListingId,
    /// Where it stands in the results; opaque.
    pub cursor: String,
    /// Why it stands there, a line each for people, if asked for.
    pub explanation: Vec<String>,
}

/// How freely the text was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Each result holds every word.
    All,
    /// Some results hold a word only in a similar spelling.
    Similar,
    /// Nothing holds all words: each result holds at least one of them, maybe
    /// in a similar spelling.
    Any,
}

/// Counts of the results by what they could be narrowed to.
///
/// Kinds are counted as if none were chosen, and the price histogram as if no
/// range were: so the choice can be changed. Categories are counted within the
/// one chosen, since the way down is the way on; tags within all that is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Every category with results, also those above others, the fullest first.
    pub categories: Vec<CategoryCount>,
    /// The kinds, the most frequent first.
    pub kinds: Vec<ValueCount>,
    /// The most frequent tags first; at most 30.
    pub tags: Vec<ValueCount>,
    /// The prices; none without a result.
    pub prices: Option<Prices>,
}

impl Facets {
    /// The categories right below `path`, the fullest first.
    pub fn below<'a>(&'a self, path: &'a [String]) -> impl Iterator<Item = &'a CategoryCount> {
        let depth = path.len();
        self.categories
            .iter()
            .filter(move |entry| entry.path.len() == depth + 1 && entry.path.starts_with(path))
    }
}

/// How many results are in a category or below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryCount {
    /// The slugs, the root first.
    pub path: Vec<String>,
    /// How many.
    pub count: u32,
}

/// How many results have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// How many.
    pub count: u32,
}

/// The prices of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// The lowest price.
    pub lowest: Tokens,
    /// The highest price.
    pub highest: Tokens,
    /// Adjoining ranges, ascending, with round bounds; at most 12.
    pub buckets: Vec<PriceBucket>,
}

/// How many results have a price within a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBucket {
    /// The lowest price of the range.
    pub from: Tokens,
    /// The end of the range, itself outside.
    pub to: Tokens,
    /// How many.
    pub count: u32,
}
