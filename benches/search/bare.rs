//! The baseline: tantivy with one field and nothing around it.

use std::path::Path;

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TEXT};
use tantivy::{Index, IndexReader, IndexWriter, TantivyDocument, Term};

use super::Outcome;
use super::corpus::{Corpus, Dice};

/// A filled index.
pub(super) struct Bare {
    reader: IndexReader,
    text: Field,
}

impl Bare {
    pub(super) fn fill(folder: &Path, corpus: &Corpus, count: usize) -> Outcome<Self> {
        let mut schema = Schema::builder();
        let text = schema.add_text_field("text", TEXT);
        let index = Index::create_in_dir(folder, schema.build())?;
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 64_000_000)?;
        let mut dice = Dice::new(1);
        for at in 0..count {
            let document = corpus.document(at, &mut dice);
            let mut row = TantivyDocument::new();
            row.add_text(text, &document.title);
            row.add_text(text, &document.description);
            writer.add_document(row)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Self { reader: index.reader()?, text })
    }

    /// How many of the best 24 listings that hold both words there are.
    pub(super) fn ask(&self, one: &str, other: &str) -> Outcome<usize> {
        let must = |word: &str| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.text, &word.to_lowercase());
            (Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        let both = BooleanQuery::new(vec![must(one), must(other)]);
        Ok(self.reader.searcher().search(&both, &TopDocs::with_limit(24).order_by_score())?.len())
    }
}
