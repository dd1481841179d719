//! Our failures, as opposed to a query that cannot be meant ([`crate::BadQuery`]).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;

/// Why the index could not do its work. Display completes "could not …".
#[derive(Debug)]
pub enum Fault {
    /// The folder or a file in it cannot be read or written.
    Folder {
        /// What was being done, as in "could not read".
        doing: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process is writing this index.
    Busy,
    /// The engine failed.
    Engine {
        /// What was being done.
        doing: &'static str,
        /// What the engine said.
        source: Box<TantivyError>,
    },
    /// The files hold nonsense. Opening the folder again sets them aside.
    Corrupt {
        /// What was being done.
        doing: &'static str,
        /// How it showed.
        sign: String,
    },
}

impl Fault {
    /// For `map_err` after an operation on `path`.
    pub(crate) fn folder(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Folder { doing, path, source }
    }

    /// For `map_err` after an operation of the engine.
    pub(crate) fn engine(doing: &'static str) -> impl Fn(TantivyError) -> Self {
        move |source| match source {
            TantivyError::LockFailure(..) => Self::Busy,
            source => Self::Engine { doing, source: Box::new(source) },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { doing, path, .. } => write!(out, "{doing} {}", path.display()),
            Self::Busy => out.write_str("write the search index, since another process does"),
            Self::Engine { doing, .. } => out.write_str(doing),
            Self::Corrupt { doing, sign } => write!(out, "{doing}, since the index is corrupt: {sign}"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder { source, .. } => Some(source),
            Self::Engine { source, .. } => Some(source),
            Self::Busy | Self::Corrupt { .. } => None,
        }
    }
}
