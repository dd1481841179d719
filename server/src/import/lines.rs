//! Lines of bounded length from a plain or gzipped file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// The longest line, without its end.
pub(super) const LINE_BYTES_MAX: usize = 1_024 * 1_024;

/// Bytes read at a time.
const BUFFER_BYTES: usize = 64 * 1_024;

/// What kind of line was read.
pub(super) enum Line {
    /// There is none any more.
    End,
    /// Nothing but white space.
    Blank,
    /// Passed over: too long.
    TooLong,
    /// It is in [`Lines::text`].
    Text,
}

/// A file's lines, one after the other.
pub(super) struct Lines {
    input: Box<dyn BufRead + Send>,
    taken: Arc<AtomicU64>,
    number: u64,
    text: Vec<u8>,
}

/// Counts what is read from a file.
struct Counted<R> {
    input: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.taken.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(count)
    }
}

impl Lines {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Counted { input: File::open(path)?, taken: Arc::clone(&taken) };
        let mut plain = BufReader::with_capacity(BUFFER_BYTES, counted);
        let gzipped = plain.fill_buf()?.starts_with(b"\x1F\x8B");
        let input: Box<dyn BufRead + Send> = if gzipped {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Self { input, taken, number: 0, text: Vec::new() })
    }

    /// The number of the last line that was read.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The last line, without its end and without a byte order mark.
    pub(super) fn text(&self) -> &[u8] {
        self.text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.text)
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Reads the next line.
    pub(super) fn read(&mut self) -> io::Result<Line> {
        self.text.clear();
        let (mut too_long, mut begun) = (false, false);
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                if !begun {
                    return Ok(Line::End);
                }
                break;
            }
            begun = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let piece = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            too_long |= self.text.len() + piece.len() > LINE_BYTES_MAX;
            if !too_long {
                self.text.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.number += 1;
        Ok(match (too_long, self.text().iter().all(u8::is_ascii_whitespace)) {
            (true, _) => Line::TooLong,
            (false, true) => Line::Blank,
            (false, false) => Line::Text,
        })
    }
}
