//! What is wrong with the settings, for the one who wrote them.

use std::fmt;

use super::layer::Origin;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    origin: String,
    key: String,
    wrong: String,
    allowed: String,
}

impl Problem {
    /// `key` may be empty for a problem of the whole source; `wrong` follows
    /// it in the sentence; `allowed` says the way out.
    pub(super) fn new(origin: &Origin, key: &str, wrong: &str, allowed: &str) -> Self {
        Self {
            origin: origin.to_string(),
            key: key.to_owned(),
            wrong: wrong.to_owned(),
            allowed: allowed.to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.key.is_empty() { "" } else { " " };
        write!(out, "{}: {}{gap}{} ({})", self.origin, self.key, self.wrong, self.allowed)
    }
}

/// Settings that cannot be used, with everything that is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadConfig(Vec<Problem>);

impl BadConfig {
    pub(super) const fn new(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// All is well, or all that is not.
    pub(super) fn unless_empty(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self::new(problems)) }
    }
}

impl fmt::Display for BadConfig {
    /// One line a problem.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("could not use the settings:")?;
        self.0.iter().try_for_each(|problem| write!(out, "\n  {problem}"))
    }
}

impl std::error::Error for BadConfig {}
