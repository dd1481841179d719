//! Turns what was asked into a query of the engine.
//!
//! A word must be found among the stems of a listing's words; being in the
//! title, among the tags, or in the very form that was typed adds to the
//! score. Looser matches come in with a fraction of it. All variants of a word
//! weigh as rare as the word itself, so that a rare misspelling never beats
//! what was typed.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::forward::Forward;
use super::highlight::Highlighter;
use super::lexicon::{Completions, Lexicon};
use crate::parse::{Asked, Item, Word};
use crate::query::Filter;
use crate::text::{is_filler, stem};

/// How freely words are taken; each level holds the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Each word in one of its forms.
    Exact,
    /// The last word may be a beginning.
    Beginnings,
    /// Words may be misspelled.
    Typos,
    /// One of the words is enough.
    Any,
}

/// What a match adds, by where it is. The title far outweighs the rest.
const IN_TITLE: f32 = 3.0;
const IN_TITLE_AS_FORM: f32 = 2.0;
const IN_TAGS: f32 = 1.2;
const AS_TYPED: f32 = 0.3;
const ANYWHERE: f32 = 0.4;
/// The words next to each other in the title, as they were typed.
const TITLE_TOGETHER: f32 = 1.5;
/// What is left of it for looser matches.
const COMPLETED: f32 = 0.3;
const ONE_TYPO: f32 = 0.2;
const TWO_TYPOS: f32 = 0.1;
const OTHER_INITIAL: f32 = 0.5;
/// For a completion too rare to be weighed by itself.
const RARELY_COMPLETED: f32 = 0.01;
/// Looser words whose places are weighed; further ones only match.
const WEIGHED_MAX: usize = 8;

/// A word in so many listings is not a misspelled one.
pub(super) const FAMILIAR: u64 = 20;

/// A query of the engine with what it takes to run and explain it.
pub(super) struct Plan {
    /// Finds and scores; without the filters.
    pub words: Box<dyn Query>,
    /// How frequent each term is taken to be.
    pub frequencies: HashMap<Term, u64>,
    /// Every part of the score, for explanations.
    pub clauses: Vec<Clause>,
    pub highlighter: Highlighter,
    /// Whether nothing can match, so that there is no need to look.
    pub hopeless: bool,
}

/// A part of the score.
pub(super) struct Clause {
    pub query: Box<dyn Query>,
    /// What it rewards, for people.
    pub says: String,
}

/// Builds a plan.
pub(super) struct Planner<'a> {
    lexicon: &'a Lexicon<'a>,
    level: Level,
    /// Whether scores matter; if not, what only adds to them is left out.
    scoring: bool,
    frequencies: HashMap<Term, u64>,
    clauses: Vec<Clause>,
    highlighter: Highlighter,
}

/// What one wanted thing adds to the query.
struct Wanted {
    /// One of these is needed.
    needed: Vec<Box<dyn Query>>,
    /// These add to the score.
    rewarded: Vec<Box<dyn Query>>,
    /// Whether it may be missing.
    optional: bool,
}

impl<'a> Planner<'a> {
    pub(super) fn new(lexicon: &'a Lexicon<'a>, level: Level, scoring: bool) -> Self {
        Self {
            lexicon,
            level,
            scoring,
            frequencies: HashMap::new(),
            clauses: Vec::new(),
            highlighter: Highlighter::default(),
        }
    }

    /// The plan for what was asked.
    pub(super) fn plan(mut self, asked: &Asked) -> tantivy::Result<Plan> {
        let last = asked.wanted.len().saturating_sub(1);
        let all_fillers = asked.wanted.iter().all(is_filler_item);
        let mut wanted = Vec::with_capacity(asked.wanted.len());
        for (at, item) in asked.wanted.iter().enumerate() {
            let open = asked.unfinished && at == last;
            let mut entry = match item {
                Item::Phrase(words) => self.phrase(words),
                Item::Word(word) => self.word(word, open)?,
            };
            entry.optional = !all_fillers && !open && is_filler_item(item);
            wanted.push(entry);
        }
        let together = self.title_together(asked);
        let unwanted = asked.unwanted.iter().map(|item| self.unwanted(item)).collect();
        let hopeless = match self.level {
            Level::Any => wanted.iter().all(|entry| entry.needed.is_empty()),
            _ => wanted.iter().any(|entry| entry.needed.is_empty() && !entry.optional),
        };
        let hopeless = hopeless && !wanted.is_empty();
        let words = combine(wanted, together, unwanted, self.level);
        let Self { frequencies, clauses, highlighter, .. } = self;
        Ok(Plan { words, frequencies, clauses, highlighter, hopeless })
    }

    /// Words exactly so, one after the other.
    fn phrase(&mut self, words: &[String]) -> Wanted {
        self.highlighter.words.extend(words.iter().cloned());
        let says = format!("“{}” as a phrase", words.join(" "));
        let needed = vec![self.clause(in_a_row(self.lexicon.fields.words, words), 1.0, says.clone())];
        let mut rewarded = Vec::new();
        if self.scoring {
            let title = in_a_row(self.lexicon.fields.title, words);
            rewarded.push(self.clause(title, IN_TITLE, format!("{says} in the title")));
        }
        Wanted { needed, rewarded, optional: false }
    }

    /// A word in its forms, and more loosely as the level allows.
    fn word(&mut self, word: &Word, open: bool) -> tantivy::Result<Wanted> {
        let fields = self.lexicon.fields;
        let mut wanted = Wanted { needed: Vec::new(), rewarded: Vec::new(), optional: false };
        let frequency = match &word.whole {
            Some(whole) => self.lexicon.frequency(fields.stems, &stem(whole))?,
            None => 0,
        };
        if word.parts.len() > 1 {
            self.highlighter.words.extend(word.parts.iter().cloned());
            let says = format!("“{}” in a row", word.parts.join(" "));
            wanted.needed.push(self.clause(in_a_row(fields.words, &word.parts), 0.5, says.clone()));
            if self.scoring {
                let query = in_a_row(fields.title, &word.parts);
                wanted.rewarded.push(self.clause(query, IN_TITLE, format!("{says} in the title")));
            }
        }
        let Some(whole) = &word.whole else { return Ok(wanted) };
        if !is_filler(whole) {
            self.highlighter.stems.insert(stem(whole));
        }
        if frequency > 0 {
            self.exact(whole, frequency, &mut wanted);
        }
        if open && self.level >= Level::Beginnings {
            self.beginning(whole, frequency, &mut wanted)?;
        }
        if self.level >= Level::Typos && frequency < FAMILIAR {
            self.typos(whole, frequency, open, &mut wanted)?;
        }
        Ok(wanted)
    }

    /// The word itself in all its forms.
    fn exact(&mut self, whole: &str, frequency: u64, wanted: &mut Wanted) {
        let fields = self.lexicon.fields;
        let root = stem(whole);
        let anywhere = self.term(fields.stems, &root, frequency, ANYWHERE, format!("“{whole}” in some form"));
        wanted.needed.push(anywhere);
        if !self.scoring {
            return;
        }
        let places = [
            (fields.title, whole, IN_TITLE, "in the title"),
            (fields.title_stems, root.as_str(), IN_TITLE_AS_FORM, "in some form in the title"),
            (fields.tag_stems, root.as_str(), IN_TAGS, "among the tags"),
            (fields.words, whole, AS_TYPED, "as typed"),
        ];
        for (field, word, weight, place) in places {
            let clause = self.term(field, word, frequency, weight, format!("“{whole}” {place}"));
            wanted.rewarded.push(clause);
        }
    }

    /// Longer words that begin with it.
    fn beginning(&mut self, whole: &str, frequency: u64, wanted: &mut Wanted) -> tantivy::Result<()> {
        let words = self.lexicon.fields.words;
        let Completions { known, more } = self.lexicon.completions(words, whole)?;
        if known.is_empty() {
            return Ok(());
        }
        self.highlighter.beginnings.push(whole.to_owned());
        let root = stem(whole);
        let shared = known.iter().map(|known| known.frequency).sum::<u64>().max(frequency);
        // Other forms of the word are found already.
        let longer = known.iter().filter(|known| stem(&known.word) != root);
        for (at, known) in longer.enumerate() {
            self.loose(&known.word, shared, COMPLETED, at < WEIGHED_MAX, "completed", wanted);
        }
        if more {
            let rare =
                ConstScoreQuery::new(Box::new(Lexicon::beginning_query(words, whole)), RARELY_COMPLETED);
            let says = format!("something beginning with “{whole}”");
            wanted.needed.push(self.clause(Box::new(rare), 1.0, says));
        }
        Ok(())
    }

    /// Words spelled almost like it.
    fn typos(&mut self, whole: &str, frequency: u64, open: bool, wanted: &mut Wanted) -> tantivy::Result<()> {
        let words = self.lexicon.fields.words;
        let mut similar = self.lexicon.similar(words, whole, false)?;
        if open && similar.is_empty() {
            similar = self.lexicon.similar(words, whole, true)?;
        }
        let shared = match frequency {
            0 => similar.iter().map(|similar| similar.known.frequency).max().unwrap_or(1),
            known => known,
        };
        for (at, similar) in similar.iter().enumerate() {
            let weight = if similar.typos == 1 { ONE_TYPO } else { TWO_TYPOS };
            let weight = if similar.other_initial { weight * OTHER_INITIAL } else { weight };
            self.highlighter.stems.insert(stem(&similar.known.word));
            self.loose(&similar.known.word, shared, weight, at < WEIGHED_MAX, "by its spelling", wanted);
        }
        Ok(())
    }

    /// A word of the index instead of the one typed.
    fn loose(
        &mut self,
        word: &str,
        frequency: u64,
        part: f32,
        weighed: bool,
        how: &str,
        wanted: &mut Wanted,
    ) {
        let fields = self.lexicon.fields;
        let says = format!("“{word}”, {how}");
        let (field, term) =
            if how == "completed" { (fields.words, word.to_owned()) } else { (fields.stems, stem(word)) };
        wanted.needed.push(self.term(field, &term, frequency, ANYWHERE * part, says.clone()));
        if self.scoring && weighed {
            let weight = (IN_TITLE + IN_TITLE_AS_FORM) * part;
            wanted.rewarded.push(self.term(
                fields.title,
                word,
                frequency,
                weight,
                format!("{says}, in the title"),
            ));
        }
    }

    /// Rewards the wanted words standing together in the title.
    fn title_together(&mut self, asked: &Asked) -> Option<Box<dyn Query>> {
        let mut row = Vec::new();
        for item in &asked.wanted {
            match item {
                Item::Word(word) => row.extend(word.parts.iter().cloned()),
                Item::Phrase(_) => return None,
            }
        }
        if !self.scoring || !(2..=5).contains(&asked.wanted.len()) {
            return None;
        }
        let says = format!("“{}” together in the title", row.join(" "));
        Some(self.clause(in_a_row(self.lexicon.fields.title, &row), TITLE_TOGETHER, says))
    }

    /// What must not be there.
    fn unwanted(&self, item: &Item) -> Box<dyn Query> {
        let fields = self.lexicon.fields;
        match item {
            Item::Phrase(words) => Box::new(Forward(in_a_row(fields.words, words))),
            Item::Word(Word { whole: Some(whole), .. }) => unscored(fields.stems, &stem(whole)),
            Item::Word(Word { parts, .. }) => Box::new(Forward(in_a_row(fields.words, parts))),
        }
    }

    fn term(
        &mut self,
        field: Field,
        word: &str,
        frequency: u64,
        weight: f32,
        says: String,
    ) -> Box<dyn Query> {
        let term = Term::from_field_text(field, word);
        self.frequencies.insert(term.clone(), frequency.max(1));
        self.clause(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)), weight, says)
    }

    /// Gives `query` its weight and remembers it for the explanation.
    fn clause(&mut self, query: Box<dyn Query>, weight: f32, says: String) -> Box<dyn Query> {
        let query: Box<dyn Query> = Box::new(BoostQuery::new(query, weight));
        self.clauses.push(Clause { query: query.box_clone(), says });
        query
    }
}

/// What the filters ask of the engine's lists; price, kind and stock are
/// looked at later.
pub(super) fn filters(lexicon: &Lexicon<'_>, filter: &Filter) -> Vec<Box<dyn Query>> {
    let fields = lexicon.fields;
    let category = (!filter.category.is_empty()).then(|| fields.category_term(&filter.category));
    let seller = filter.seller.map(|seller| fields.seller_term(seller));
    let tags = filter.tags.iter().map(|tag| fields.tag_term(tag));
    let terms = category.into_iter().chain(seller).chain(tags);
    terms.map(|term| -> Box<dyn Query> { Box::new(TermQuery::new(term, IndexRecordOption::Basic)) }).collect()
}

/// The query with the filters added.
pub(super) fn narrowed(words: &dyn Query, filters: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if filters.is_empty() {
        return words.box_clone();
    }
    let unscored = filters.into_iter().map(|filter| -> (Occur, Box<dyn Query>) {
        (Occur::Must, Box::new(ConstScoreQuery::new(filter, 0.0)))
    });
    Box::new(BooleanQuery::new(unscored.chain([(Occur::Must, words.box_clone())]).collect()))
}

fn is_filler_item(item: &Item) -> bool {
    matches!(item, Item::Word(Word { whole: Some(whole), parts, .. }) if parts.len() == 1 && is_filler(whole))
}

/// All of it as one query.
fn combine(
    wanted: Vec<Wanted>,
    together: Option<Box<dyn Query>>,
    unwanted: Vec<Box<dyn Query>>,
    level: Level,
) -> Box<dyn Query> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    if wanted.is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    let mut rewards = Vec::new();
    let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for Wanted { needed, rewarded, optional } in wanted {
        let one_of = || -> Box<dyn Query> {
            match <[Box<dyn Query>; 1]>::try_from(needed) {
                Ok([only]) => only,
                Err(needed) => Box::new(BooleanQuery::union(needed)),
            }
        };
        let side = match (level, optional) {
            (Level::Any, false) => &mut any,
            _ => &mut clauses,
        };
        let occur = if level == Level::Any || optional { Occur::Should } else { Occur::Must };
        side.push((occur, one_of()));
        rewards.extend(rewarded);
    }
    if !any.is_empty() {
        clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
    }
    clauses.extend(unwanted.into_iter().map(|query| (Occur::MustNot, query)));
    clauses.extend(rewards.into_iter().chain(together).map(|reward| (Occur::Should, reward)));
    match <[(Occur, Box<dyn Query>); 1]>::try_from(clauses) {
        Ok([(_, only)]) => only,
        Err(clauses) => Box::new(BooleanQuery::new(clauses)),
    }
}

/// The words one after the other in `field`.
fn in_a_row(field: Field, words: &[String]) -> Box<dyn Query> {
    match words {
        [only] => unscored(field, only),
        _ => {
            Box::new(PhraseQuery::new(words.iter().map(|word| Term::from_field_text(field, word)).collect()))
        }
    }
}

fn unscored(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs))
}
