//! Answers a query: as strictly as finds enough, as freely as it must.

use std::collections::HashMap;

use domain::id::ListingId;
use tantivy::Searcher;
use tantivy::collector::Count;
use uuid::Uuid;

use super::explain::Explainer;
use super::gather::{Gather, Gathered};
use super::generation::Generation;
use super::lexicon::Lexicon;
use super::order::Order;
use super::plan::{Level, Plan, Planner, filters, narrowed};
use super::spelling::did_you_mean;
use super::statistics::Statistics;
use crate::page::{CategoryCount, Facets, Hit, Matching, Page, ValueCount};
use crate::parse::Asked;
use crate::query::{Checked, Cursor, Side, Sort};

/// With fewer results than this, other spellings are looked for as well.
const FEW_HITS: u32 = 8;
/// Tags that are shown.
const TAGS_MAX: usize = 30;

/// The page of results for `checked`.
pub(super) fn find(generation: &Generation, checked: &Checked) -> tantivy::Result<Page> {
    let searcher = generation.reader.searcher();
    let state = searcher.generation().generation_id();
    if let Some(page) = generation.recent.get(state, checked) {
        return Ok(page);
    }
    let lexicon = Lexicon::new(&searcher, generation.fields);
    let finder = Finder { searcher: &searcher, lexicon, checked };
    let page = finder.page(finder.found()?)?;
    generation.recent.keep(state, checked, &page);
    Ok(page)
}

struct Finder<'a> {
    searcher: &'a Searcher,
    lexicon: Lexicon<'a>,
    checked: &'a Checked,
}

/// What a plan found.
struct Found {
    plan: Plan,
    gathered: Gathered,
    matching: Matching,
    /// How many results there are without the filters, counted at least up to
    /// where it matters.
    reach: u32,
}

impl Finder<'_> {
    /// Tries one level after the other until enough is found.
    ///
    /// What counts is what the words find without the filters: an empty
    /// category is empty, and no reason to misread the words.
    fn found(&self) -> tantivy::Result<Found> {
        let asked = &self.checked.asked;
        if asked.wanted.is_empty() {
            return self.at(Level::Exact, asked);
        }
        let mut few: Option<Found> = None;
        for level in levels(self.checked.sort) {
            if *level == Level::Any && few.is_some() {
                break;
            }
            let found = match level {
                Level::Any => self.at(*level, &asked.loosened())?,
                _ => self.at(*level, asked)?,
            };
            let before = few.as_ref().map_or(0, |few| few.reach);
            if found.reach >= needed(self.checked.sort, *level) && found.reach > before {
                return Ok(found);
            }
            if few.is_none() && found.reach > 0 {
                few = Some(found);
            }
        }
        match few {
            Some(few) => Ok(few),
            None => self.at(Level::Exact, asked),
        }
    }

    /// What is found at one level.
    fn at(&self, level: Level, asked: &Asked) -> tantivy::Result<Found> {
        let scoring = self.checked.sort == Sort::Relevance;
        let plan = Planner::new(&self.lexicon, level, scoring).plan(asked)?;
        let matching = match level {
            Level::Exact | Level::Beginnings => Matching::All,
            Level::Typos => Matching::Similar,
            Level::Any => Matching::Any,
        };
        let gather = self.gather();
        if plan.hopeless {
            let gathered = gather_nothing(&gather);
            return Ok(Found { plan, gathered, matching, reach: 0 });
        }
        let filters = filters(&self.lexicon, &self.checked.filter);
        let filtered =
            !filters.is_empty() || gather.price.is_some() || !gather.kinds.is_empty() || gather.in_stock;
        let query = narrowed(plan.words.as_ref(), filters);
        let statistics = Statistics { searcher: self.searcher, frequencies: &plan.frequencies };
        let gathered = self.searcher.search_with_statistics_provider(query.as_ref(), &gather, &statistics)?;
        let reach = if filtered && gathered.total < FEW_HITS {
            u32::try_from(self.searcher.search(plan.words.as_ref(), &Count)?).unwrap_or(u32::MAX)
        } else {
            gathered.total
        };
        Ok(Found { plan, gathered, matching, reach })
    }

    fn gather(&self) -> Gather {
        let Checked { asked, filter, sort, stretch, now_hours, facets, .. } = self.checked;
        let take = if stretch.take == 0 { 0 } else { stretch.skip + stretch.take };
        Gather {
            order: Order { sort: *sort, has_words: !asked.wanted.is_empty(), now_hours: *now_hours },
            take: usize::try_from(take).unwrap_or(usize::MAX),
            reversed: stretch.side == Side::Back,
            price: filter.price_units(),
            kinds: filter.kinds.clone(),
            in_stock: filter.in_stock,
            facets: *facets,
        }
    }

    /// Makes the page of what was found.
    fn page(&self, found: Found) -> tantivy::Result<Page> {
        let Found { plan, gathered, matching, reach } = found;
        let Gathered { total, top, categories, kinds, tags, prices } = gathered;
        let stretch = self.checked.stretch;
        let skip = usize::try_from(stretch.skip).unwrap_or(usize::MAX);
        let explainer = match self.checked.explain {
            true => Some(Explainer::new(self.searcher, &plan, self.gather().order)?),
            false => None,
        };
        let mut hits = Vec::new();
        for (rank, candidate) in (0..).zip(top.sorted()).skip(skip) {
            let turn = |half: u64| if stretch.side == Side::Back { !half } else { half };
            let cursor = Cursor {
                side: stretch.side,
                rank,
                now_hours: self.checked.now_hours,
                fingerprint: self.checked.fingerprint,
            };
            hits.push(Hit {
                listing: ListingId::new(Uuid::from_u64_pair(turn(candidate.rank.1), turn(candidate.rank.2))),
                cursor: cursor.text(),
                explanation: match &explainer {
                    Some(explainer) => explainer.explain(&candidate)?,
                    None => Vec::new(),
                },
            });
        }
        let before = stretch.skip.min(total) > 0;
        let after = usize::try_from(total).is_ok_and(|total| skip + hits.len() < total) && stretch.take > 0;
        let (has_previous, has_next) = match stretch.side {
            Side::Front => (before, after),
            Side::Back => {
                hits.reverse();
                (after, before)
            }
        };
        let did_you_mean = match reach < FEW_HITS || matching != Matching::All {
            true => did_you_mean(&self.lexicon, &self.checked.asked)?,
            false => None,
        };
        Ok(Page {
            hits,
            total_count: total,
            has_next,
            has_previous,
            matching,
            words_left_out: self.checked.asked.left_out,
            did_you_mean,
            facets: self.checked.facets.then(|| Facets {
                categories: with_those_above(categories, &self.checked.filter.category),
                kinds: most_frequent(kinds, usize::MAX),
                tags: most_frequent(tags, TAGS_MAX),
                prices: prices.prices(),
            }),
            highlighter: plan.highlighter,
        })
    }
}

/// The levels in the order in which they are tried.
fn levels(sort: Sort) -> &'static [Level] {
    match sort {
        // Looser matches stand below exact ones, so beginnings do no harm.
        Sort::Relevance => &[Level::Beginnings, Level::Typos, Level::Any],
        // A cheap loose match would stand above a dear exact one.
        Sort::Newest | Sort::PriceAscending | Sort::PriceDescending | Sort::Rating => {
            &[Level::Exact, Level::Beginnings, Level::Typos, Level::Any]
        }
    }
}

/// How many results are enough at a level to look no further.
fn needed(sort: Sort, level: Level) -> u32 {
    match (sort, level) {
        (Sort::Relevance, Level::Exact | Level::Beginnings) => FEW_HITS,
        _ => 1,
    }
}

/// The result of looking nowhere.
fn gather_nothing(gather: &Gather) -> Gathered {
    Gathered {
        total: 0,
        top: super::top::Top::new(gather.take),
        categories: HashMap::new(),
        kinds: HashMap::new(),
        tags: HashMap::new(),
        prices: super::histogram::Histogram::default(),
    }
}

/// Adds each count to the categories above, up to the chosen one.
fn with_those_above(leaves: HashMap<String, u32>, chosen: &[String]) -> Vec<CategoryCount> {
    let mut counts: HashMap<Vec<String>, u32> = HashMap::new();
    for (path, count) in leaves {
        let path: Vec<String> = path.split('/').filter(|slug| !slug.is_empty()).map(str::to_owned).collect();
        for depth in chosen.len().max(1)..=path.len() {
            if let Some(above) = path.get(..depth) {
                *counts.entry(above.to_vec()).or_default() += count;
            }
        }
    }
    let mut counted: Vec<CategoryCount> =
        counts.into_iter().map(|(path, count)| CategoryCount { path, count }).collect();
    counted
        .sort_unstable_by(|one, other| other.count.cmp(&one.count).then_with(|| one.path.cmp(&other.path)));
    counted
}

fn most_frequent(counts: HashMap<String, u32>, most: usize) -> Vec<ValueCount> {
    let mut counted: Vec<ValueCount> =
        counts.into_iter().map(|(value, count)| ValueCount { value, count }).collect();
    counted
        .sort_unstable_by(|one, other| other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value)));
    counted.truncate(most);
    counted
}
