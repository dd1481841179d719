//! Turns the order that is asked for into one number a listing: larger is
//! better.

use std::sync::Arc;

use tantivy::columnar::ColumnValues;
use tantivy::fastfield::FastFieldReaders;
use tantivy::{DocId, Score};

use super::quality;
use super::schema::column;
use crate::query::Sort;

/// The order of the hits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub sort: Sort,
    /// Whether there are words to score; without, the quality alone decides.
    pub has_words: bool,
    /// The hour at which freshness is judged.
    pub now_hours: u32,
}

impl Order {
    /// Whether the engine has to score the words.
    pub(super) fn needs_score(self) -> bool {
        self.sort == Sort::Relevance && self.has_words
    }
}

/// A column of whole numbers.
type Numbers = Arc<dyn ColumnValues<u64>>;

/// Computes the number, from the columns of one segment.
pub(super) enum Sorter {
    Relevance { judge: Judge, has_words: bool },
    Newest(Numbers),
    Price { price: Numbers, ascending: bool },
    Rating { rating: Numbers, sales: Numbers },
}

impl Sorter {
    pub(super) fn new(order: Order, columns: &FastFieldReaders) -> tantivy::Result<Self> {
        let price = |ascending| -> tantivy::Result<Self> {
            Ok(Self::Price { price: columns.u64(column::PRICE)?.values, ascending })
        };
        match order.sort {
            Sort::Relevance => Ok(Self::Relevance {
                judge: Judge::new(order.now_hours, columns)?,
                has_words: order.has_words,
            }),
            Sort::Newest => Ok(Self::Newest(columns.u64(column::CREATED)?.values)),
            Sort::PriceAscending => price(true),
            Sort::PriceDescending => price(false),
            Sort::Rating => Ok(Self::Rating {
                rating: columns.u64(column::RATING)?.values,
                sales: columns.u64(column::SALES)?.values,
            }),
        }
    }

    #[inline]
    pub(super) fn key(&self, document: DocId, score: Score) -> u64 {
        match self {
            Self::Relevance { judge, has_words } => {
                let words = if *has_words { score } else { 1.0 };
                // The bits of floats that are not negative order as they do.
                quality::blend(words, judge.factor(document)).to_bits()
            }
            Self::Newest(created) => created.get_val(document),
            Self::Price { price, ascending: false } => price.get_val(document),
            Self::Price { price, ascending: true } => !price.get_val(document),
            Self::Rating { rating, sales } => {
                rating.get_val(document) << 32 | sales.get_val(document).min(u64::from(u32::MAX))
            }
        }
    }
}

/// Judges the quality of the listings of one segment.
pub(super) struct Judge {
    standing: Numbers,
    stock: Numbers,
    created: Numbers,
    now_hours: u32,
}

impl Judge {
    pub(super) fn new(now_hours: u32, columns: &FastFieldReaders) -> tantivy::Result<Self> {
        Ok(Self {
            standing: columns.u64(column::STANDING)?.values,
            stock: columns.u64(column::IN_STOCK)?.values,
            created: columns.u64(column::CREATED)?.values,
            now_hours,
        })
    }

    /// The points for youth.
    pub(super) fn freshness(&self, document: DocId) -> u32 {
        let created_hours = u32::try_from(self.created.get_val(document) / 3_600_000).unwrap_or(0);
        quality::freshness(self.now_hours, created_hours)
    }

    /// The points for sales and rating.
    pub(super) fn standing(&self, document: DocId) -> u32 {
        u32::try_from(self.standing.get_val(document)).unwrap_or(0)
    }

    /// Whether it can be bought.
    pub(super) fn in_stock(&self, document: DocId) -> bool {
        self.stock.get_val(document) != 0
    }

    /// What the score of the words is multiplied with, in thousandths.
    #[inline]
    pub(super) fn factor(&self, document: DocId) -> u32 {
        quality::factor(self.standing(document), self.freshness(document), self.in_stock(document))
    }
}
