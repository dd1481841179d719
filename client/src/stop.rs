//! Why something was not done: an expected no about the licence, a package or
//! download that is not what it should be, or a failure of this computer.

use std::{fmt, io};

use crate::verdict::Denied;

/// Why something was not done.
#[derive(Debug)]
pub enum Stop {
    /// The licence does not allow it.
    Denied(Denied),
    /// Something from outside is not what it should be: a release, an archive,
    /// a download. Nothing of it was used.
    Refused(String),
    /// This computer failed: its disk is full, a file cannot be read.
    Fault(io::Error),
}

impl Stop {
    /// A no to something from outside, as the end of "refused, because".
    #[must_use]
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(out),
            Self::Refused(why) => write!(out, "refused: {why}"),
            Self::Fault(fault) => fault.fmt(out),
        }
    }
}

impl std::error::Error for Stop {}

impl From<Denied> for Stop {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<io::Error> for Stop {
    fn from(fault: io::Error) -> Self {
        Self::Fault(fault)
    }
}
