//! What can be asked, and its check at the edge: a [`Checked`] query can
//! always be answered.

use std::fmt;

use domain::id::UserId;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;

use crate::parse::Asked;

mod cursor;

pub(crate) use cursor::{Cursor, Side};

/// Letters that a text may have.
pub const TEXT_LETTERS_MAX: usize = 200;
/// Hits that one page may have.
pub const PAGE_HITS_MAX: u32 = 100;
/// How far from the first or last hit a page may begin.
pub const DEPTH_HITS_MAX: u32 = 10_000;
/// Values that one filter may list.
pub const FILTER_VALUES_MAX: usize = 20;

/// A search as somebody asks for it.
#[derive(Clone, Debug)]
pub struct Query {
    /// What was typed: words, `"phrases"`, `-unwanted`. May be empty.
    pub text: String,
    /// What the results are narrowed to.
    pub filter: Filter,
    /// The order of the results.
    pub sort: Sort,
    /// Which of the results are wanted.
    pub window: Window,
    /// The time now, by which listings are young or old.
    pub now: Timestamp,
    /// Whether to count facets; costs about as much as the search itself.
    pub facets: bool,
    /// Whether to say of each hit why it stands where it stands; costs more.
    pub explain: bool,
}

/// What results are narrowed to; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The slugs of a category, the root first: it and all below it.
    pub category: Vec<String>,
    /// The lowest price.
    pub price_min: Option<Tokens>,
    /// The highest price.
    pub price_max: Option<Tokens>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Only this seller's.
    pub seller: Option<UserId>,
    /// All of these tags.
    pub tags: Vec<String>,
    /// Only what can be bought now.
    pub in_stock: bool,
}

/// The order of results. Equals stand newest first.
///
/// By relevance, looser matches (beginnings of words, other spellings) stand
/// below exact ones. The other orders cannot place them so, and leave them out
/// as long as anything matches exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The best match first; without a text, the best listing.
    #[default]
    Relevance,
    /// The youngest first.
    Newest,
    /// The cheapest first.
    PriceAscending,
    /// The dearest first.
    PriceDescending,
    /// The best rated first, the more often sold among equals.
    Rating,
}

/// Which of the results are wanted; at most [`PAGE_HITS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// So many, from the first or after the hit with that cursor.
    First(u32, Option<String>),
    /// So many, up to the last or before the hit with that cursor.
    Last(u32, Option<String>),
}

/// A query that can be answered.
#[derive(Clone, Debug)]
pub struct Checked {
    pub(crate) asked: Asked,
    pub(crate) filter: Filter,
    pub(crate) sort: Sort,
    pub(crate) stretch: Stretch,
    pub(crate) now_hours: u32,
    pub(crate) fingerprint: u64,
    /// Text, filter and order in one text; differs wherever they do.
    pub(crate) identity: String,
    pub(crate) facets: bool,
    pub(crate) explain: bool,
}

/// A stretch of the results, counted from one side of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// From which side it is counted.
    pub side: Side,
    /// How many hits lie before it, seen from that side.
    pub skip: u32,
    /// How many hits it has at most.
    pub take: u32,
}

impl Query {
    /// Checks that the query can be answered.
    ///
    /// # Errors
    /// Names the first rule that it breaks, in this order: text, filter,
    /// window, cursor.
    pub fn check(self) -> Result<Checked, BadQuery> {
        if self.text.chars().count() > TEXT_LETTERS_MAX {
            return Err(BadQuery::TextTooLong);
        }
        self.filter.check()?;
        let identity = cursor::identity(&self.text, &self.filter, self.sort);
        let fingerprint = cursor::fingerprint(&identity);
        let now_hours = u32::try_from(self.now.millis() / 3_600_000).unwrap_or(0);
        let (stretch, cursor) = self.window.stretch(fingerprint)?;
        Ok(Checked {
            asked: Asked::parse(&self.text),
            filter: self.filter,
            sort: self.sort,
            stretch,
            // All pages are ranked by the hour of the first, so that nothing
            // moves between them.
            now_hours: cursor.map_or(now_hours, |cursor| cursor.now_hours),
            fingerprint,
            identity,
            facets: self.facets,
            explain: self.explain,
        })
    }
}

impl Filter {
    fn check(&self) -> Result<(), BadQuery> {
        let longest = self.category.len().max(self.kinds.len()).max(self.tags.len());
        if longest > FILTER_VALUES_MAX {
            return Err(BadQuery::TooManyFilterValues);
        }
        match (self.price_min, self.price_max) {
            (Some(min), Some(max)) if min > max => Err(BadQuery::PriceRangeReversed),
            _ => Ok(()),
        }
    }

    /// The lowest and highest price in units, if there is any bound.
    pub(crate) fn price_units(&self) -> Option<(u64, u64)> {
        let units = |price: Tokens| price.units().unsigned_abs();
        let bounded = self.price_min.is_some() || self.price_max.is_some();
        bounded.then(|| (self.price_min.map_or(0, units), self.price_max.map_or(u64::MAX, units)))
    }
}

impl Window {
    /// The stretch that is asked for, and the cursor it hangs on.
    fn stretch(&self, fingerprint: u64) -> Result<(Stretch, Option<Cursor>), BadQuery> {
        let (forward, take, text) = match self {
            Self::First(take, after) => (true, *take, after),
            Self::Last(take, before) => (false, *take, before),
        };
        if take > PAGE_HITS_MAX {
            return Err(BadQuery::PageTooLarge);
        }
        let Some(text) = text else {
            let side = if forward { Side::Front } else { Side::Back };
            return Ok((Stretch { side, skip: 0, take }, None));
        };
        let cursor = Cursor::parse(text).ok_or(BadQuery::UnknownCursor)?;
        if cursor.fingerprint != fingerprint {
            return Err(BadQuery::CursorOfAnotherQuery);
        }
        // Away from the side that the cursor counts from, or back towards it.
        let away = forward == (cursor.side == Side::Front);
        let stretch = if away {
            Stretch { side: cursor.side, skip: cursor.rank.saturating_add(1), take }
        } else {
            let take = take.min(cursor.rank);
            Stretch { side: cursor.side, skip: cursor.rank - take, take }
        };
        if stretch.skip > DEPTH_HITS_MAX {
            return Err(BadQuery::TooDeep);
        }
        Ok((stretch, Some(cursor)))
    }
}

/// Why a query cannot be answered; an expected no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadQuery {
    /// More than [`TEXT_LETTERS_MAX`] letters.
    TextTooLong,
    /// More than [`FILTER_VALUES_MAX`] values for one filter.
    TooManyFilterValues,
    /// The lowest price is above the highest.
    PriceRangeReversed,
    /// More than [`PAGE_HITS_MAX`] hits on one page.
    PageTooLarge,
    /// Not a cursor that a search gave.
    UnknownCursor,
    /// A cursor from other results: another text, filter or order.
    CursorOfAnotherQuery,
    /// More than [`DEPTH_HITS_MAX`] hits from the first or last.
    TooDeep,
}

impl BadQuery {
    /// The input field it is about, as the API spells it.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::TextTooLong => "query",
            Self::TooManyFilterValues | Self::PriceRangeReversed => "filter",
            Self::PageTooLarge => "first",
            Self::UnknownCursor | Self::CursorOfAnotherQuery | Self::TooDeep => "after",
        }
    }
}

impl fmt::Display for BadQuery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TextTooLong => write!(out, "A search has at most {TEXT_LETTERS_MAX} letters"),
            Self::TooManyFilterValues => write!(out, "A filter lists at most {FILTER_VALUES_MAX} values"),
            Self::PriceRangeReversed => out.write_str("The lowest price is above the highest"),
            Self::PageTooLarge => write!(out, "A page has at most {PAGE_HITS_MAX} results"),
            Self::UnknownCursor => out.write_str("This is not a cursor that a search gave"),
            Self::CursorOfAnotherQuery => {
                out.write_str("This cursor belongs to another search; start again without it")
            }
            Self::TooDeep => {
                write!(out, "Only {DEPTH_HITS_MAX} results can be paged through; narrow the search")
            }
        }
    }
}

impl std::error::Error for BadQuery {}

impl From<BadQuery> for Refusal {
    fn from(bad: BadQuery) -> Self {
        Self::invalid(bad.field(), bad.to_string())
    }
}

#[cfg(test)]
mod tests;
