//! One pass over everything that the words match: counts the total and the
//! facets and keeps the best.
//!
//! Words, category, seller and tags are matched by the engine's lists. Price,
//! kind and stock are looked at here, document by document, so that each facet
//! can be counted as if its own filter were not set.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{ColumnValues, StrColumn};
use tantivy::{DocId, Score, SegmentReader};

use super::counts::Counts;
use super::histogram::Histogram;
use super::order::{Order, Sorter};
use super::schema::column;
use super::top::{Candidate, Top};

/// Tags of one segment that are counted on; the rest is too rare to be shown.
const SEGMENT_TAGS_MAX: usize = 40;

/// What to gather.
#[derive(Clone, Debug)]
pub(super) struct Gather {
    pub order: Order,
    /// How many of the best to keep.
    pub take: usize,
    /// Whether the worst are wanted instead, the very worst first.
    pub reversed: bool,
    /// The lowest and highest price in units.
    pub price: Option<(u64, u64)>,
    /// Any of these; empty means all.
    pub kinds: Vec<String>,
    pub in_stock: bool,
    pub facets: bool,
}

/// What was gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    pub total: u32,
    pub top: Top,
    pub categories: HashMap<String, u32>,
    pub kinds: HashMap<String, u32>,
    pub tags: HashMap<String, u32>,
    pub prices: Histogram,
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = SegmentGather;

    fn for_segment(&self, segment: u32, reader: &SegmentReader) -> tantivy::Result<SegmentGather> {
        let columns = reader.fast_fields();
        let kind = columns.str(column::KIND)?;
        let allowed_kinds = match (&kind, self.kinds.is_empty()) {
            (Some(kind), false) => Some(allowed(kind, &self.kinds)?),
            _ => None,
        };
        let facets = if self.facets {
            Some(SegmentFacets {
                category: Tally::new(columns.str(column::CATEGORY)?),
                kind: Tally::new(kind.clone()),
                tag: Tally::new(columns.str(column::TAG)?),
                prices: Histogram::default(),
            })
        } else {
            None
        };
        Ok(SegmentGather {
            segment,
            reversed: self.reversed,
            sorter: Sorter::new(self.order, columns)?,
            id_high: columns.u64(column::ID_HIGH)?.values,
            id_low: columns.u64(column::ID_LOW)?.values,
            price: columns.u64(column::PRICE)?.values,
            price_range: self.price,
            kind: kind.map(|kind| Arc::clone(&kind.ords().values)),
            allowed_kinds,
            stock: if self.in_stock { Some(columns.u64(column::IN_STOCK)?.values) } else { None },
            total: 0,
            top: Top::new(self.take),
            facets,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order.needs_score() && self.take > 0
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut whole = Gathered {
            total: 0,
            top: Top::new(self.take),
            categories: HashMap::new(),
            kinds: HashMap::new(),
            tags: HashMap::new(),
            prices: Histogram::default(),
        };
        let add = |sum: &mut HashMap<String, u32>, part: HashMap<String, u32>| {
            for (value, count) in part {
                *sum.entry(value).or_default() += count;
            }
        };
        for segment in segments {
            let segment = segment?;
            whole.total += segment.total;
            whole.top.absorb(segment.top);
            whole.prices.absorb(&segment.prices);
            add(&mut whole.categories, segment.categories);
            add(&mut whole.kinds, segment.kinds);
            add(&mut whole.tags, segment.tags);
        }
        Ok(whole)
    }
}

/// Which ordinals of the kinds of a segment are among `wanted`.
fn allowed(kind: &StrColumn, wanted: &[String]) -> tantivy::Result<Vec<bool>> {
    let mut allowed = vec![false; kind.num_terms()];
    for value in wanted {
        let ordinal = kind.dictionary().term_ord(value.as_bytes())?;
        if let Some(slot) = ordinal.and_then(|ordinal| allowed.get_mut(index(ordinal))) {
            *slot = true;
        }
    }
    Ok(allowed)
}

/// An ordinal as an index; ordinals count what is in memory, so it fits.
pub(super) fn index(ordinal: u64) -> usize {
    usize::try_from(ordinal).unwrap_or(usize::MAX)
}

/// Gathers within one segment.
pub(super) struct SegmentGather {
    segment: u32,
    reversed: bool,
    sorter: Sorter,
    id_high: Arc<dyn ColumnValues<u64>>,
    id_low: Arc<dyn ColumnValues<u64>>,
    price: Arc<dyn ColumnValues<u64>>,
    price_range: Option<(u64, u64)>,
    kind: Option<Arc<dyn ColumnValues<u64>>>,
    allowed_kinds: Option<Vec<bool>>,
    stock: Option<Arc<dyn ColumnValues<u64>>>,
    total: u32,
    top: Top,
    facets: Option<SegmentFacets>,
}

/// The facets within one segment.
struct SegmentFacets {
    category: Tally,
    kind: Tally,
    tag: Tally,
    prices: Histogram,
}

/// Counts of the values of a column.
struct Tally {
    column: Option<StrColumn>,
    counts: Counts,
}

impl Tally {
    fn new(column: Option<StrColumn>) -> Self {
        let counts = Counts::new(column.as_ref().map_or(0, |column| column.num_terms()));
        Self { column, counts }
    }

    #[inline]
    fn add(&mut self, document: DocId) {
        if let Some(column) = &self.column {
            for ordinal in column.ords().values_for_doc(document) {
                self.counts.add(ordinal);
            }
        }
    }

    /// The `most` most frequent values by name.
    fn by_name(self, most: usize) -> tantivy::Result<HashMap<String, u32>> {
        let Some(column) = self.column else { return Ok(HashMap::new()) };
        let mut frequent = self.counts.most_frequent(most);
        frequent.sort_unstable();
        let (ordinals, counts): (Vec<u64>, Vec<u32>) = frequent.into_iter().unzip();
        let mut counts = counts.into_iter();
        let mut named = HashMap::new();
        column.dictionary().sorted_ords_to_term_cb(&ordinals, |value| {
            named.insert(String::from_utf8_lossy(value).into_owned(), counts.next().unwrap_or(0));
        })?;
        Ok(named)
    }
}

impl SegmentGather {
    #[inline]
    fn keep(&mut self, document: DocId, score: Score) {
        let turn = |key: u64| if self.reversed { !key } else { key };
        let first = turn(self.sorter.key(document, score));
        if self.top.may_enter(first) {
            let rank = (first, turn(self.id_high.get_val(document)), turn(self.id_low.get_val(document)));
            self.top.push(Candidate { rank, segment: self.segment, document });
        }
    }
}

impl SegmentCollector for SegmentGather {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, document: DocId, score: Score) {
        if self.stock.as_ref().is_some_and(|stock| stock.get_val(document) == 0) {
            return;
        }
        let price_fits = match self.price_range {
            Some((min, max)) => (min..=max).contains(&self.price.get_val(document)),
            None => true,
        };
        let kind_fits = match (&self.allowed_kinds, &self.kind) {
            (Some(allowed), Some(kind)) => {
                allowed.get(index(kind.get_val(document))).copied().unwrap_or(false)
            }
            _ => true,
        };
        if let Some(facets) = &mut self.facets {
            if kind_fits {
                facets.prices.add(self.price.get_val(document));
            }
            if price_fits {
                facets.kind.add(document);
            }
            if price_fits && kind_fits {
                facets.category.add(document);
                facets.tag.add(document);
            }
        }
        if price_fits && kind_fits {
            self.total += 1;
            self.keep(document, score);
        }
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        let (categories, kinds, tags, prices) = match self.facets {
            Some(facets) => (
                facets.category.by_name(usize::MAX)?,
                facets.kind.by_name(usize::MAX)?,
                facets.tag.by_name(SEGMENT_TAGS_MAX)?,
                facets.prices,
            ),
            None => Default::default(),
        };
        Ok(Gathered { total: self.total, top: self.top, categories, kinds, tags, prices })
    }
}
