//! Listings from a file, one JSON object a line, plain or gzipped. This is the
//! reading side: it parses and never touches the tables.
//!
//! A bad line is told with its number and reason and does not stop the rest.
//! Memory is bounded whatever the file holds. An import that was stopped goes
//! on after the last line that was kept (see [`Checkpoint`]).
//!
//! Fields: `id` and `title`, `category` (a path such as `Tools/Wood`),
//! `price_tokens` (whole, or a decimal in quotes), `seller` must be there; `description`, `tags`, `created`
//! (seconds since 1970), `sales` and `rating` (0 to 5) may. Others are ignored.

mod checkpoint;
mod lines;
mod listing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::Path;

use domain::text::{Description, Handle, Title};
use domain::time::Timestamp;
use domain::tokens::Tokens;

pub use checkpoint::Checkpoint;
use lines::{Line, Lines};

/// A listing as the file has it, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// What the file calls it: the key by which a second import finds it.
    pub external_id: String,
    /// Its title.
    pub title: Title,
    /// Its description; may be empty.
    pub description: Description,
    /// The names of its category and those above it, outermost first; never
    /// empty.
    pub category: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its price; above zero.
    pub price: Tokens,
    /// Who sells it.
    pub seller: Handle,
    /// When it was listed, if the file says so.
    pub created_at: Option<Timestamp>,
    /// How often it was sold elsewhere; for ranking only.
    pub sales: u32,
    /// Its rating in tenths, 0 to 50, if there is one; for ranking only.
    pub rating_tenths: Option<u8>,
}

/// One line of the file that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u64,
    /// The listing, or what is wrong with the line, to follow "line 7: ".
    pub listing: Result<ImportLine, String>,
}

/// The file itself cannot be read: not there, or cut off in the middle.
#[derive(Debug)]
pub struct ImportFault {
    line: u64,
    source: io::Error,
}

impl fmt::Display for ImportFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "could not read the file"),
            line => write!(out, "could not read the file beyond line {line}"),
        }
    }
}

impl std::error::Error for ImportFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Reads a file of listings from front to back; blocking.
pub struct ListingReader {
    lines: Lines,
    size_bytes: u64,
}

impl fmt::Debug for ListingReader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ListingReader(after line {})", self.lines.number())
    }
}

impl ListingReader {
    /// Opens a file; whether it is gzipped shows in its first bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, ImportFault> {
        let begin = |source| ImportFault { line: 0, source };
        let size_bytes = path.metadata().map_err(begin)?.len();
        Ok(Self { lines: Lines::open(path).map_err(begin)?, size_bytes })
    }

    /// Passes over all lines up to and including number `line`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn skip_to(&mut self, line: u64) -> Result<(), ImportFault> {
        while self.lines.number() < line {
            if matches!(self.read()?, Line::End) {
                break;
            }
        }
        Ok(())
    }

    /// The next line that is not blank; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read. Nothing more comes after that.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ImportFault> {
        loop {
            let listing = match self.read()? {
                Line::End => return Ok(None),
                Line::Blank => continue,
                Line::TooLong => Err(format!("is longer than {} bytes", lines::LINE_BYTES_MAX)),
                Line::Text => listing::parse(self.lines.text()),
            };
            return Ok(Some(Entry { number: self.lines.number(), listing }));
        }
    }

    fn read(&mut self) -> Result<Line, ImportFault> {
        let line = self.lines.number();
        self.lines.read().map_err(|source| ImportFault { line, source })
    }

    /// How much of the file is read, in bytes; compressed ones if it is.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.lines.bytes_read()
    }

    /// How large the file is, in the same bytes.
    #[must_use]
    pub const fn bytes_total(&self) -> u64 {
        self.size_bytes
    }
}
