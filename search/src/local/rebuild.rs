//! Fills a new index beside the one that serves, then puts it in its place.

use std::sync::Arc;

use tantivy::IndexWriter;
use tantivy::merge_policy::NoMergePolicy;

use super::Search;
use super::folder;
use super::generation::Generation;
use crate::document::Document;
use crate::fault::Fault;

/// An index being filled. Dropped before [`Rebuild::finish`], or killed, it
/// leaves the old one serving; its folder is cleared when the index is opened
/// or rebuilt next.
pub struct Rebuild {
    search: Search,
    generation: Generation,
    writer: IndexWriter,
}

impl Rebuild {
    /// Starts one beside what `search` serves.
    ///
    /// # Errors
    /// If no folder or writer can be made.
    pub fn start(search: &Search) -> Result<Self, Fault> {
        let root = search.root();
        folder::clear(root, &search.generation().folder);
        let generation = Generation::create(&folder::next(root)?)?;
        let options = search.options();
        let writer = generation.writer(options.rebuild_threads, options.rebuild_heap_bytes)?;
        // All segments are merged once, at the end.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Self { search: search.clone(), generation, writer })
    }

    /// Adds listings. Each may come only once in a rebuild.
    ///
    /// # Errors
    /// If the engine cannot write.
    pub fn add(&mut self, documents: &[Document]) -> Result<(), Fault> {
        for document in documents {
            let row = self.generation.fields.row(document);
            self.writer.add_document(row).map_err(Fault::engine("add to the search index"))?;
        }
        Ok(())
    }

    /// Puts the new index in the place of the old one and removes that.
    ///
    /// `cursor` is the position in the feed of changes from *before* the first
    /// listing was read for this rebuild: what changed since comes again.
    ///
    /// # Errors
    /// If the engine or the folder cannot be written; the old index serves on.
    pub fn finish(self, cursor: i64) -> Result<(), Fault> {
        let doing = "merge the search index";
        let Self { search, generation, mut writer } = self;
        generation.commit(&mut writer, cursor)?;
        // One segment answers several times faster than ten.
        let segments = generation.index.searchable_segment_ids().map_err(Fault::engine(doing))?;
        if segments.len() > 1 {
            writer.merge(&segments).wait().map_err(Fault::engine(doing))?;
        }
        writer.wait_merging_threads().map_err(Fault::engine(doing))?;
        generation.reader.reload().map_err(Fault::engine("read the search index"))?;
        search.replace(Arc::new(generation))
    }
}
