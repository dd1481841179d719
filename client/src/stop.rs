//! Why something was not done: an expected no about the licence or of the
//! store, a package or download that is not what it should be, a store that
//! cannot be reached, or a failure of this computer.

use std::{fmt, io};

use crate::verdict::{Denied, Verdict};

/// Why something was not done.
#[derive(Debug)]
pub enum Stop {
    /// The licence does not allow it.
    Denied(Denied),
    /// Something from outside is not what it should be: a release, an archive,
    /// a download. Nothing of it was used.
    Refused(String),
    /// The store answered with a no. Nothing was changed.
    Store(No),
    /// No answer came: whether it was done is not known. Asking again under
    /// the same name is harmless.
    Lost(io::Error),
    /// This computer failed: its disk is full, a file cannot be read.
    Fault(io::Error),
}

/// A no of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct No {
    /// The stable code, such as `PRICE_CHANGED`.
    pub code: String,
    /// Its sentence for people, with the way out where there is one.
    pub message: String,
    /// The verdict, if it is one about a licence.
    pub verdict: Option<Verdict>,
    /// The price as it stands now, if that is why.
    pub now: Option<String>,
    /// How many tokens are missing, if that is why.
    pub shortfall: Option<String>,
}

impl Stop {
    /// A no to something from outside, as the end of "refused, because".
    #[must_use]
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    /// The verdict, if it is a no about a licence, whoever said so.
    #[must_use]
    pub const fn verdict(&self) -> Option<Verdict> {
        match self {
            Self::Denied(denied) => Some(denied.verdict),
            Self::Store(no) => no.verdict,
            Self::Refused(_) | Self::Lost(_) | Self::Fault(_) => None,
        }
    }

    /// The number with which a command ends that stopped for this: those of
    /// [`Verdict::exit_code`], and smaller ones for everything else.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if let Some(verdict) = self.verdict() {
            return verdict.exit_code();
        }
        match self {
            Self::Denied(_) | Self::Fault(_) => 1,
            Self::Refused(_) => 3,
            Self::Lost(_) => 4,
            Self::Store(no) => match no.code.as_str() {
                "NOT_SIGNED_IN" | "FORBIDDEN" => 6,
                "INSUFFICIENT_TOKENS" => 7,
                "PRICE_CHANGED" => 8,
                _ => 5,
            },
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(out),
            Self::Refused(why) => write!(out, "refused: {why}"),
            Self::Store(no) => out.write_str(&no.message),
            Self::Lost(error) => write!(out, "the store cannot be reached: {error}"),
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

impl From<package::Stop> for Stop {
    fn from(stop: package::Stop) -> Self {
        match stop {
            package::Stop::Refused(why) => Self::Refused(why),
            package::Stop::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<io::Error> for Stop {
    fn from(fault: io::Error) -> Self {
        Self::Fault(fault)
    }
}
