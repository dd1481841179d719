//! What the engine weighs words by: its own counts, except that all variants
//! of a word count as frequent as the plan says.

use std::collections::HashMap;

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// Counts with the plan's corrections.
pub(super) struct Statistics<'a> {
    pub searcher: &'a Searcher,
    pub frequencies: &'a HashMap<Term, u64>,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        match self.frequencies.get(term) {
            // The engine asserts that no word is in more documents than there are.
            Some(&frequency) => Ok(frequency.min(self.total_num_docs()?)),
            None => self.searcher.doc_freq(term),
        }
    }
}
