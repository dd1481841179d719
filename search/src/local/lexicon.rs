//! The words that the index knows: how frequent one is, which begin like it,
//! which are spelled almost like it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Bound;

use tantivy::query::{FuzzyTermQuery, InvertedIndexRangeQuery};
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use super::schema::Fields;
use crate::text::{is_spelled, stem};

/// Letters from which one typo is forgiven, and from which two are.
const LETTERS_FOR_ONE_TYPO: usize = 4;
const LETTERS_FOR_TWO_TYPOS: usize = 8;
/// Letters from which a word may be the beginning of others.
const LETTERS_FOR_BEGINNING: usize = 2;
/// Words with the same beginning that are looked at in one segment.
const VISITED_MAX: usize = 10_000;
/// Words with the same beginning that are scored.
const COMPLETIONS_MAX: usize = 32;
/// Words with a similar spelling that are searched for.
const SIMILAR_MAX: usize = 16;

/// The words of the index as it stands.
pub(super) struct Lexicon<'a> {
    pub searcher: &'a Searcher,
    pub fields: Fields,
    /// What was looked for already: looking for similar words is the dearest
    /// question, and one search may ask it several times.
    similar: RefCell<HashMap<(Field, String, bool), Vec<Similar>>>,
}

/// A word of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub word: String,
    /// How many listings hold it.
    pub frequency: u64,
}

/// A word of the index that is spelled almost like the one asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Similar {
    pub known: Known,
    /// How many letters differ, 1 or 2; of the beginning, if that was asked.
    pub typos: u8,
    /// Whether even the first letter differs, which people rarely get wrong.
    pub other_initial: bool,
}

/// Words with the same beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Completions {
    /// The most frequent ones first.
    pub known: Vec<Known>,
    /// Whether there are more.
    pub more: bool,
}

impl<'a> Lexicon<'a> {
    pub(super) fn new(searcher: &'a Searcher, fields: Fields) -> Self {
        Self { searcher, fields, similar: RefCell::default() }
    }

    /// How many listings hold `word` in `field`.
    pub(super) fn frequency(&self, field: Field, word: &str) -> tantivy::Result<u64> {
        self.searcher.doc_freq(&Term::from_field_text(field, word))
    }

    /// The words of `field` that begin with `beginning` and are longer.
    pub(super) fn completions(&self, field: Field, beginning: &str) -> tantivy::Result<Completions> {
        if beginning.chars().count() < LETTERS_FOR_BEGINNING {
            return Ok(Completions::default());
        }
        let mut found: HashMap<String, u64> = HashMap::new();
        let mut more = false;
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut stream = index.terms().range().gt(beginning).into_stream()?;
            let mut visited = 0;
            while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
                visited += 1;
                if visited > VISITED_MAX {
                    more = true;
                    break;
                }
                count(&mut found, stream.key(), stream.value().doc_freq);
            }
        }
        let mut known = most_frequent(found);
        more |= known.len() > COMPLETIONS_MAX;
        known.truncate(COMPLETIONS_MAX);
        Ok(Completions { known, more })
    }

    /// Finds every listing with a word of `field` that begins with `beginning`.
    pub(super) fn beginning_query(field: Field, beginning: &str) -> InvertedIndexRangeQuery {
        let from = Bound::Included(Term::from_field_text(field, beginning));
        // No word goes on with the last letter there is.
        let to = Bound::Excluded(Term::from_field_text(field, &format!("{beginning}{}", char::MAX)));
        InvertedIndexRangeQuery::new(from, to)
    }

    /// The words of `field` spelled almost like `word`, the nearest and most
    /// frequent first; with `open`, those that begin almost like it.
    pub(super) fn similar(&self, field: Field, word: &str, open: bool) -> tantivy::Result<Vec<Similar>> {
        let key = (field, word.to_owned(), open);
        if let Some(similar) = self.similar.borrow().get(&key) {
            return Ok(similar.clone());
        }
        let similar = self.look_for_similar(field, word, open)?;
        self.similar.borrow_mut().insert(key, similar.clone());
        Ok(similar)
    }

    fn look_for_similar(&self, field: Field, word: &str, open: bool) -> tantivy::Result<Vec<Similar>> {
        let forgiven = typos_forgiven(word);
        if forgiven == 0 {
            return Ok(Vec::new());
        }
        let term = Term::from_field_text(field, word);
        let fuzzy = if open {
            FuzzyTermQuery::new_prefix(term, 1, true)
        } else {
            FuzzyTermQuery::new(term, forgiven, true)
        };
        let mut found: HashMap<String, u64> = HashMap::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut stream = index.terms().search(fuzzy.automaton()?).into_stream()?;
            let mut visited = 0;
            while visited < VISITED_MAX && stream.advance() {
                visited += 1;
                count(&mut found, stream.key(), stream.value().doc_freq);
            }
        }
        let root = stem(word);
        let mut similar: Vec<Similar> = most_frequent(found)
            .into_iter()
            .filter(|known| is_spelled(&known.word) && stem(&known.word) != root)
            .filter(|known| !(open && known.word.starts_with(word)))
            .map(|known| Similar {
                typos: if open { 1 } else { distance(word, &known.word) },
                other_initial: word.chars().next() != known.word.chars().next(),
                known,
            })
            .collect();
        // Stable, so the most frequent stay first among equals.
        similar.sort_by_key(|similar| (similar.typos, similar.other_initial));
        similar.truncate(SIMILAR_MAX);
        Ok(similar)
    }
}

/// How many typos are forgiven in a word of that length.
pub(super) fn typos_forgiven(word: &str) -> u8 {
    match word.chars().count() {
        _ if !is_spelled(word) => 0,
        LETTERS_FOR_TWO_TYPOS.. => 2,
        LETTERS_FOR_ONE_TYPO.. => 1,
        _ => 0,
    }
}

fn count(found: &mut HashMap<String, u64>, key: &[u8], frequency: u32) {
    if let Ok(word) = std::str::from_utf8(key) {
        match found.get_mut(word) {
            Some(sum) => *sum += u64::from(frequency),
            None => {
                found.insert(word.to_owned(), u64::from(frequency));
            }
        }
    }
}

fn most_frequent(found: HashMap<String, u64>) -> Vec<Known> {
    let mut known: Vec<Known> =
        found.into_iter().map(|(word, frequency)| Known { word, frequency }).collect();
    known.sort_unstable_by(|one, other| {
        other.frequency.cmp(&one.frequency).then_with(|| one.word.cmp(&other.word))
    });
    known
}

/// How many letters have to be changed, added, left out or swapped with their
/// neighbour to get from one word to the other.
fn distance(one: &str, other: &str) -> u8 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let first_row: Vec<u8> = (0..).take(other.len() + 1).collect();
    let (mut before, mut last) = (first_row.clone(), first_row);
    for (row, &letter) in one.iter().enumerate() {
        let mut next = vec![last.first().copied().unwrap_or(0).saturating_add(1)];
        for (column, &against) in other.iter().enumerate() {
            let change = last[column] + u8::from(letter != against);
            let mut best = change.min(last[column + 1] + 1).min(next[column] + 1);
            let swapped = row > 0 && column > 0 && letter == other[column - 1] && one[row - 1] == against;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_changes_and_swaps() {
        let table = [
            ("lamp", "lamp", 0),
            ("lamp", "lmap", 1),
            ("lamp", "lamps", 1),
            ("lamp", "damp", 1),
            ("wireless", "wirelss", 1),
            ("recieve", "receive", 1),
            ("keyboard", "kayboerd", 2),
            ("", "ab", 2),
        ];
        for (one, other, expected) in table {
            assert_eq!((distance(one, other), distance(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn short_words_and_codes_have_no_typos() {
        for (word, expected) in
            [("lam", 0), ("lamp", 1), ("keyboard", 2), ("item0001", 0), ("c++", 0), ("café", 1)]
        {
            assert_eq!(typos_forgiven(word), expected, "{word}");
        }
    }
}
