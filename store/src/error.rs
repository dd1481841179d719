//! Why a verb gave no result: a refusal, which is an answer, or a fault,
//! which is ours.

use std::error::Error as Cause;
use std::fmt;
use std::sync::Arc;

use domain::refusal::Refusal;
use sea_orm::DbErr;

/// Our failure. What was asked has not happened.
#[derive(Clone, Debug)]
pub struct Fault {
    kind: FaultKind,
    doing: &'static str,
    source: Option<Arc<dyn Cause + Send + Sync>>,
}

/// What sort of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The database does not answer, or the program is shutting down.
    Unavailable,
    /// A row cannot have been written by us.
    Corrupt,
    /// A mistake in the program.
    Bug,
}

impl Fault {
    /// The program is going down, or a part of it has gone.
    #[must_use]
    pub const fn unavailable(doing: &'static str) -> Self {
        Self { kind: FaultKind::Unavailable, doing, source: None }
    }

    /// A row makes no sense.
    #[must_use]
    pub const fn corrupt(what: &'static str) -> Self {
        Self { kind: FaultKind::Corrupt, doing: what, source: None }
    }

    /// A mistake in the program.
    #[must_use]
    pub const fn bug(doing: &'static str) -> Self {
        Self { kind: FaultKind::Bug, doing, source: None }
    }

    /// The database answered with an error.
    pub(crate) fn database(is_unavailable: bool, error: impl Cause + Send + Sync + 'static) -> Self {
        let kind = if is_unavailable { FaultKind::Unavailable } else { FaultKind::Bug };
        Self { kind, doing: "talk to the database", source: Some(Arc::new(error)) }
    }

    /// What sort of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self::database(matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)), error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(out, "could not {}: {source}", self.doing),
            None => write!(out, "could not {}", self.doing),
        }
    }
}

impl Cause for Fault {}

/// Why a verb gave no result.
#[derive(Clone, Debug)]
pub enum Error {
    /// The rules said no; nothing has changed.
    Refused(Refusal),
    /// We failed; nothing has changed.
    Failed(Fault),
}

impl Error {
    /// The refusal, or else the fault.
    ///
    /// # Errors
    /// The fault.
    pub fn refusal(self) -> Result<Refusal, Fault> {
        match self {
            Self::Refused(refusal) => Ok(refusal),
            Self::Failed(fault) => Err(fault),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(out, "{}: {refusal}", refusal.code()),
            Self::Failed(fault) => fault.fmt(out),
        }
    }
}

impl Cause for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// What a verb answers.
pub type Done<T> = Result<T, Error>;
