//! Completes what is being typed with words from titles, so that each
//! suggestion finds something.

use std::cmp::Reverse;
use std::collections::HashSet;

use tantivy::collector::Count;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use super::generation::Generation;
use super::lexicon::{Known, Lexicon};
use super::plan::{Level, Planner};
use crate::parse::{Asked, Item};
use crate::text::{is_filler, stem};

/// Suggestions that are given at most.
const SUGGESTIONS_MAX: usize = 20;
/// What was typed is not a word of its own, but only a beginning, if what it
/// begins is that many times more frequent.
const RARE_BESIDE: u64 = 50;

/// Completions of `typed`: itself if it is a usual word, then those that find
/// most.
pub(super) fn suggest(generation: &Generation, typed: &str, limit: usize) -> tantivy::Result<Vec<String>> {
    let mut context = Asked::parse(typed);
    if !context.unfinished {
        return Ok(Vec::new());
    }
    let Some(Item::Word(last)) = context.wanted.pop() else { return Ok(Vec::new()) };
    let Some(beginning) = last.whole else { return Ok(Vec::new()) };
    let searcher = generation.reader.searcher();
    let lexicon = Lexicon::new(&searcher, generation.fields);
    let mut known = candidates(&lexicon, &beginning)?;
    if !context.is_empty() {
        known = beside(&lexicon, &searcher, &context, known)?;
    }
    let most = known.iter().map(|known| known.frequency).max().unwrap_or(0);
    let itself = |known: &Known| known.word == beginning && known.frequency * RARE_BESIDE >= most;
    known.sort_by_key(|known| (!itself(known), Reverse(known.frequency)));
    let before = context.respelled(|word| word.shown.clone());
    let mut seen = HashSet::new();
    let limit = limit.min(SUGGESTIONS_MAX);
    let distinct =
        known.into_iter().filter(|known| !is_filler(&known.word) && seen.insert(stem(&known.word)));
    Ok(distinct.take(limit).map(|known| format!("{before} {}", known.word).trim_start().to_owned()).collect())
}

/// Words of titles that begin with `beginning`, or else almost so.
fn candidates(lexicon: &Lexicon<'_>, beginning: &str) -> tantivy::Result<Vec<Known>> {
    let title = lexicon.fields.title;
    let mut known = lexicon.completions(title, beginning)?.known;
    let itself = lexicon.frequency(title, beginning)?;
    if itself > 0 {
        known.push(Known { word: beginning.to_owned(), frequency: itself });
    }
    if known.is_empty() {
        known.extend(lexicon.similar(title, beginning, true)?.into_iter().map(|similar| similar.known));
    }
    Ok(known)
}

/// The words that stand in titles of listings that match `context` too, with
/// how many those are.
fn beside(
    lexicon: &Lexicon<'_>,
    searcher: &Searcher,
    context: &Asked,
    known: Vec<Known>,
) -> tantivy::Result<Vec<Known>> {
    let plan = Planner::new(lexicon, Level::Exact, false).plan(context)?;
    if plan.hopeless {
        return Ok(Vec::new());
    }
    let mut together = Vec::new();
    for Known { word, .. } in known {
        let term = Term::from_field_text(lexicon.fields.title, &word);
        let in_title: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
        let both = BooleanQuery::new(vec![(Occur::Must, plan.words.box_clone()), (Occur::Must, in_title)]);
        let count = searcher.search(&both, &Count)?;
        if count > 0 {
            together.push(Known { word, frequency: u64::try_from(count).unwrap_or(u64::MAX) });
        }
    }
    Ok(together)
}
