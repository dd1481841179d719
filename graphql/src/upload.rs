//! Files that came with a request (GraphQL multipart request specification).
//!
//! The server writes each file to the store's spool while it arrives, so that
//! a large one never lies in memory; the variable holds its number.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use async_graphql::{Context, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use domain::refusal::Refusal;

/// A file that was written to the spool. It is removed when it is dropped, so
/// nothing stays behind when nobody took it.
#[derive(Debug)]
pub struct Spooled {
    /// Where it lies.
    pub path: PathBuf,
    /// What its sender called it.
    pub name: String,
    /// How many bytes it has.
    pub size_bytes: u64,
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            // The next start clears the spool anyway.
            tracing::warn!(%error, "an upload was not cleared away");
        }
    }
}

/// The files of one request, by number; each is taken once.
#[derive(Debug, Default)]
pub struct Uploads(Mutex<Vec<Option<Spooled>>>);

impl Uploads {
    /// These files; their order gives their numbers.
    #[must_use]
    pub fn new(files: Vec<Spooled>) -> Self {
        Self(Mutex::new(files.into_iter().map(Some).collect()))
    }

    /// The text in the variable that stands for file number `index`.
    #[must_use]
    pub fn mark(index: usize) -> String {
        format!("{PREFIX}{index}")
    }

    fn take(&self, index: usize) -> Option<Spooled> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index).and_then(Option::take)
    }
}

const PREFIX: &str = "#upload:";

/// The number of a file that came with the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Upload(usize);

impl Upload {
    /// The file itself.
    ///
    /// # Errors
    /// `InvalidInput` on `file` if none came with the request.
    pub(crate) fn take(self, ctx: &Context<'_>) -> Result<Spooled, Refusal> {
        let file = ctx.data_opt::<Uploads>().and_then(|uploads| uploads.take(self.0));
        file.ok_or(Refusal::invalid("file", "no file came with the request"))
    }
}

/// A file that comes with the request, as the GraphQL multipart request
/// specification has it: the variable is null in `operations`, and `map` says
/// which part of the form it is. Only in mutations, and each file once.
#[Scalar(specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec")]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        let index = match &value {
            Value::String(text) => text.strip_prefix(PREFIX).and_then(|number| number.parse().ok()),
            _ => None,
        };
        index.map(Self).ok_or(InputValueError::custom(
            "a file is sent as multipart/form-data, as the GraphQL multipart request specification says",
        ))
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(text) if text.starts_with(PREFIX))
    }

    fn to_value(&self) -> Value {
        Value::String(Uploads::mark(self.0))
    }
}
