//! Why a package was not taken: it is not what it should be, or this computer
//! failed.

use std::{fmt, io};

/// Why a package was not taken.
#[derive(Debug)]
pub enum Stop {
    /// It is not what it should be. Nothing of it was used.
    Refused(String),
    /// This computer failed: its disk is full, a file cannot be read.
    Fault(io::Error),
}

impl Stop {
    /// A no to a package, as the end of "refused, because".
    #[must_use]
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(out, "refused: {why}"),
            Self::Fault(fault) => fault.fmt(out),
        }
    }
}

impl std::error::Error for Stop {}

impl From<io::Error> for Stop {
    fn from(fault: io::Error) -> Self {
        Self::Fault(fault)
    }
}
