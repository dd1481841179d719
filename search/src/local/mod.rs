//! tantivy, inside the process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::id::ListingId;
use tantivy::IndexWriter;
use uuid::Uuid;

use self::generation::{Generation, guarded};
use self::schema::column;
use crate::document::{Advance, Change};
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Checked;

mod analyzer;
mod counts;
mod explain;
mod find;
mod folder;
mod forward;
mod gather;
mod generation;
mod highlight;
mod histogram;
mod lexicon;
mod order;
mod plan;
mod quality;
mod rebuild;
mod recent;
mod schema;
mod spelling;
mod statistics;
mod suggest;
mod top;

pub use highlight::{Highlighter, Run};
pub use rebuild::Rebuild;

/// How much the index may use.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Memory for following the feed, in bytes; at least 15 million.
    pub writer_heap_bytes: usize,
    /// Memory for a rebuild, in bytes; at least 15 million a thread.
    pub rebuild_heap_bytes: usize,
    /// Threads for a rebuild.
    pub rebuild_threads: usize,
}

impl Default for Options {
    /// Little memory: 16 MB while following, 64 MB while rebuilding.
    fn default() -> Self {
        Self { writer_heap_bytes: 16_000_000, rebuild_heap_bytes: 64_000_000, rebuild_threads: 1 }
    }
}

/// What came of applying changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The changes are durable and visible.
    Done,
    /// Nothing was applied, since the index stands elsewhere: a rebuild, also
    /// by another process, has replaced it. Go on from its cursor.
    StandsAt(i64),
}

/// The search index. Clones share it.
#[derive(Clone)]
pub struct Search {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    options: Options,
    current: RwLock<Arc<Generation>>,
    /// Open only while there is something to write.
    writer: Mutex<Option<IndexWriter>>,
}

impl Search {
    /// Opens the index in the folder `root`, or makes an empty one with cursor
    /// 0 where there is none that can be read: then it has to be filled anew.
    ///
    /// # Errors
    /// If the folder cannot be read or written.
    pub fn open(root: &Path, options: Options) -> Result<Self, Fault> {
        let generation = folder::open(root)?;
        let shared = Shared {
            root: root.to_owned(),
            options,
            current: RwLock::new(Arc::new(generation)),
            writer: Mutex::new(None),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The position in the feed of changes up to which the index has followed.
    #[must_use]
    pub fn cursor(&self) -> i64 {
        self.generation().cursor()
    }

    /// How many listings can be found.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.generation().reader.searcher().num_docs()
    }

    /// The listings that can be found, in no order; for comparing the index
    /// with the tables.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn listings(&self) -> Result<Vec<ListingId>, Fault> {
        let doing = "list the search index";
        let generation = self.generation();
        guarded(doing, || {
            let mut listings = Vec::new();
            for segment in generation.reader.searcher().segment_readers() {
                let columns = segment.fast_fields();
                let high = columns.u64(column::ID_HIGH).map_err(Fault::engine(doing))?.values;
                let low = columns.u64(column::ID_LOW).map_err(Fault::engine(doing))?.values;
                let id = |document| {
                    ListingId::new(Uuid::from_u64_pair(high.get_val(document), low.get_val(document)))
                };
                listings.extend(segment.doc_ids_alive().map(id));
            }
            Ok(listings)
        })
    }

    /// Applies changes that follow on the cursor, durably and visibly, the
    /// cursor with them. Of several changes to one listing the last counts.
    /// Takes tens of milliseconds: gather changes for a moment before.
    ///
    /// # Errors
    /// If the engine cannot write, or another process does: nothing was
    /// applied.
    pub fn apply(&self, changes: &[Change], advance: Advance) -> Result<Applied, Fault> {
        let mut writer = self.lock_writer();
        self.follow_replacement(&mut writer)?;
        let generation = self.generation();
        if generation.cursor() != advance.from {
            return Ok(Applied::StandsAt(generation.cursor()));
        }
        if changes.is_empty() {
            generation.advance(advance.to);
            return Ok(Applied::Done);
        }
        let written = self.write(&mut writer, &generation, changes, advance.to);
        if written.is_err() {
            // Takes with it whatever was not committed.
            *writer = None;
        }
        written.map(|()| Applied::Done)
    }

    fn write(
        &self,
        writer: &mut Option<IndexWriter>,
        generation: &Generation,
        changes: &[Change],
        cursor: i64,
    ) -> Result<(), Fault> {
        let writer = match writer {
            Some(writer) => writer,
            None => writer.insert(generation.writer(1, self.shared.options.writer_heap_bytes)?),
        };
        for change in changes {
            let id = match change {
                Change::Put(document) => document.id,
                Change::Remove(id) => *id,
            };
            writer.delete_term(generation.fields.id_term(id));
            if let Change::Put(document) = change {
                let row = generation.fields.row(document);
                writer.add_document(row).map_err(Fault::engine("add to the search index"))?;
            }
        }
        generation.commit(writer, cursor)
    }

    /// Gives back the memory and threads for writing until the next change.
    /// Call it when nothing has changed for a while.
    ///
    /// # Errors
    /// If tidying up failed; nothing is lost.
    pub fn rest(&self) -> Result<(), Fault> {
        let Some(writer) = self.lock_writer().take() else { return Ok(()) };
        writer.wait_merging_threads().map_err(Fault::engine("merge the search index"))?;
        self.generation().reader.reload().map_err(Fault::engine("read the search index"))
    }

    /// The page of results that was asked for.
    ///
    /// # Errors
    /// If the index cannot be read; opening it again sets it aside then.
    pub fn search(&self, query: &Checked) -> Result<Page, Fault> {
        let generation = self.generation();
        let doing = "search the index";
        guarded(doing, || find::find(&generation, query).map_err(Fault::engine(doing)))
    }

    /// Up to `limit` completions of what is being typed; each finds something.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<String>, Fault> {
        if typed.chars().count() > crate::query::TEXT_LETTERS_MAX {
            return Ok(Vec::new());
        }
        let generation = self.generation();
        let doing = "complete a search";
        guarded(doing, || suggest::suggest(&generation, typed, limit).map_err(Fault::engine(doing)))
    }

    fn root(&self) -> &Path {
        &self.shared.root
    }

    fn options(&self) -> Options {
        self.shared.options
    }

    /// The index that counts now. Whoever holds it can go on reading it, even
    /// after another has taken its place.
    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whoever panicked with it left nothing half done that a commit would
    /// not drop.
    fn lock_writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `generation` the one that counts and removes the one before.
    fn replace(&self, generation: Arc<Generation>) -> Result<(), Fault> {
        let mut writer = self.lock_writer();
        folder::make_current(self.root(), &generation.folder)?;
        *writer = None;
        let old = self.put_in_place(generation);
        // Whoever still reads it has its files mapped.
        folder::forget(&old.folder);
        Ok(())
    }

    /// Goes over to the generation that another process has put in place.
    fn follow_replacement(&self, writer: &mut Option<IndexWriter>) -> Result<(), Fault> {
        let generation = self.generation();
        let name = folder::current(self.root())?;
        if name.is_some_and(|name| generation.folder == self.root().join(name)) {
            return Ok(());
        }
        *writer = None;
        self.put_in_place(Arc::new(folder::open(self.root())?));
        Ok(())
    }

    fn put_in_place(&self, generation: Arc<Generation>) -> Arc<Generation> {
        let mut current = self.shared.current.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, generation)
    }
}
