//! One whole index in a folder of its own. A rebuild makes the next one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use tantivy::directory::error::LockError;
use tantivy::directory::{DirectoryLock, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::indexer::IndexWriterOptions;
use tantivy::{Directory, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy};

use super::analyzer::tokenizers;
use super::recent::Recent;
use super::schema::{Fields, schema};
use crate::fault::Fault;

/// An open index.
pub(super) struct Generation {
    /// Its folder.
    pub folder: PathBuf,
    pub index: Index,
    pub reader: IndexReader,
    pub fields: Fields,
    pub recent: Recent,
    cursor: AtomicI64,
}

impl Generation {
    /// A new, empty one in the empty folder `folder`.
    pub(super) fn create(folder: &Path) -> Result<Self, Fault> {
        let doing = "create a search index";
        let (schema, fields) = schema();
        let settings = IndexSettings {
            docstore_compression: tantivy::store::Compressor::None,
            ..IndexSettings::default()
        };
        let builder = Index::builder().schema(schema).settings(settings).tokenizers(tokenizers());
        let index = builder.create_in_dir(folder).map_err(Fault::engine(doing))?;
        Self::reading(folder, index, fields, 0)
    }

    /// The one in `folder`, after a look at every byte of it.
    ///
    /// While another process writes there, nothing is looked at: that process
    /// did, and files come and go.
    pub(super) fn open(folder: &Path) -> Result<Self, Fault> {
        let doing = "open the search index";
        let (schema, fields) = schema();
        if let Some(_lock) = writer_lock(folder)? {
            let index = Index::open_in_dir(folder).map_err(Fault::engine(doing))?;
            let damaged = index.validate_checksum().map_err(Fault::engine(doing))?;
            if !damaged.is_empty() {
                return Err(Fault::Corrupt { doing, sign: format!("{damaged:?} fail their checksums") });
            }
            // Dropped and opened again below, so that what was only looked at
            // does not stay mapped.
        }
        let mut index = Index::open_in_dir(folder).map_err(Fault::engine(doing))?;
        if index.schema() != schema {
            return Err(Fault::Corrupt { doing, sign: "it has other fields".to_owned() });
        }
        index.set_tokenizers(tokenizers());
        let metas = index.load_metas().map_err(Fault::engine(doing))?;
        let cursor = match metas.payload {
            Some(payload) => payload
                .parse()
                .map_err(|_| Fault::Corrupt { doing, sign: format!("its cursor is {payload:?}") })?,
            None if metas.segments.is_empty() => 0,
            None => return Err(Fault::Corrupt { doing, sign: "it has no cursor".to_owned() }),
        };
        Self::reading(folder, index, fields, cursor)
    }

    fn reading(folder: &Path, index: Index, fields: Fields, cursor: i64) -> Result<Self, Fault> {
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(1)
            .try_into()
            .map_err(Fault::engine("read the search index"))?;
        Ok(Self {
            folder: folder.to_owned(),
            index,
            reader,
            fields,
            recent: Recent::default(),
            cursor: AtomicI64::new(cursor),
        })
    }

    /// Up to where it has followed the feed.
    pub(super) fn cursor(&self) -> i64 {
        self.cursor.load(Ordering::Acquire)
    }

    /// Says that the feed was followed up to `cursor`. Without a commit this
    /// is forgotten at the end, which costs a second look at no changes.
    pub(super) fn advance(&self, cursor: i64) {
        self.cursor.store(cursor, Ordering::Release);
    }

    /// Something to write with.
    pub(super) fn writer(&self, threads: usize, heap_bytes: usize) -> Result<IndexWriter, Fault> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(heap_bytes / threads.max(1))
            .num_merge_threads(1)
            .build();
        self.index.writer_with_options(options).map_err(Fault::engine("write the search index"))
    }

    /// Makes everything written so far durable and visible, and the cursor
    /// with it.
    pub(super) fn commit(&self, writer: &mut IndexWriter, cursor: i64) -> Result<(), Fault> {
        let fault = Fault::engine("commit to the search index");
        let mut prepared = writer.prepare_commit().map_err(&fault)?;
        prepared.set_payload(&cursor.to_string());
        prepared.commit().map_err(&fault)?;
        self.reader.reload().map_err(&fault)?;
        self.advance(cursor);
        Ok(())
    }
}

/// The right to write in `folder`, unless somebody has it. The lock ends with
/// its process, so a lock file left behind by a killed one does not matter.
pub(super) fn writer_lock(folder: &Path) -> Result<Option<DirectoryLock>, Fault> {
    let doing = "lock the search index";
    let directory = MmapDirectory::open(folder).map_err(|error| Fault::engine(doing)(error.into()))?;
    match directory.acquire_lock(&INDEX_WRITER_LOCK) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::LockBusy) => Ok(None),
        Err(LockError::IoError(error)) => Err(Fault::folder("lock", folder)(error.kind().into())),
    }
}

/// Runs `work` on files that may hold nonsense: a panic of the engine becomes
/// a fault.
pub(super) fn guarded<T>(doing: &'static str, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let sign = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("the engine panicked");
        Err(Fault::Corrupt { doing, sign: sign.to_owned() })
    })
}
