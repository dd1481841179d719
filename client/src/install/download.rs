//! Downloads that go on where they were cut, by whatever brings the bytes.
//!
//! A part lies in `<sha256>.partial`, beside it the mark (`ETag`) of what it is
//! a part of. Whatever the other side says, the whole is compared with its
//! hash before it gets its name; a part that cannot be continued is begun
//! anew. Memory does not grow with the file.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::home::if_there;
use super::receipt::hash_of;
use crate::disk;
use crate::package::listing::is_hash;
use crate::stop::Stop;

/// How often in a row nothing more may come before it is given up.
const FRUITLESS_MAX: u32 = 5;

/// The most bytes of a mark's file.
const MARK_BYTES_MAX: u64 = 2_000;

/// How much is read and written at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// What is asked for: from that byte on, if it is still that file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct From<'a> {
    /// The first byte.
    pub start: u64,
    /// The mark under which the bytes before came.
    pub mark: Option<&'a str>,
}

/// What comes.
pub struct Coming {
    /// Which bytes.
    pub part: Part,
    /// The mark of the file, if it has a strong one.
    pub mark: Option<String>,
    /// The bytes.
    pub body: Box<dyn Read>,
}

/// Which bytes come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole file (HTTP 200).
    Whole,
    /// From that byte on, of a file of that size (HTTP 206).
    From {
        /// The first byte.
        start: u64,
        /// The size of the file.
        size: u64,
    },
    /// There is nothing from that byte on (HTTP 416).
    Nothing,
}

/// Whatever brings the bytes of one file.
pub trait Source {
    /// Asks for the file from a byte on.
    ///
    /// # Errors
    /// If nothing comes; it is asked again.
    fn fetch(&mut self, from: From<'_>) -> io::Result<Coming>;
}

/// What has to come.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its SHA-256, in hexadecimal.
    pub sha256: &'a str,
    /// Its size in bytes.
    pub size: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    mark: String,
}

/// One file on its way.
struct Download<'a> {
    wanted: Wanted<'a>,
    partial: PathBuf,
    mark: PathBuf,
    file: File,
}

/// Brings a file into a folder, under the name of its hash; `progress` hears
/// how many bytes are there. What is there already is not fetched again.
///
/// # Errors
/// A refusal if what comes is not what is wanted, a fault if nothing more
/// comes or the disk does not take it. A part stays for the next time.
pub fn bring(
    folder: &Path,
    wanted: Wanted<'_>,
    source: &mut dyn Source,
    mut progress: impl FnMut(u64),
) -> Result<PathBuf, Stop> {
    if !is_hash(wanted.sha256) {
        return Err(Stop::refused("a hash is none"));
    }
    fs::create_dir_all(folder)?;
    let whole = folder.join(wanted.sha256);
    if whole.is_file() && fs::metadata(&whole)?.len() == wanted.size && hash_of(&whole)? == wanted.sha256 {
        return Ok(whole);
    }
    let partial = folder.join(format!("{}.partial", wanted.sha256));
    let mark = folder.join(format!("{}.partial.json", wanted.sha256));
    let file = disk::private().create(true).truncate(false).read(true).write(true).open(&partial)?;
    file.try_lock().map_err(|_| Stop::refused("another program is fetching it"))?;
    let mut download = Download { wanted, partial, mark, file };
    download.fill(source, &mut progress)?;
    download.file.sync_all()?;
    if hash_of(&download.partial)? != wanted.sha256 {
        // A part of another file: it was perhaps begun under a wrong mark.
        download.begin_anew()?;
        download.fill(source, &mut progress)?;
        download.file.sync_all()?;
        if hash_of(&download.partial)? != wanted.sha256 {
            download.begin_anew()?;
            return Err(Stop::refused("the download is not what the publisher signed"));
        }
    }
    fs::rename(&download.partial, &whole)?;
    if_there(fs::remove_file(&download.mark))?;
    disk::sync_folder(folder)?;
    Ok(whole)
}

impl Download<'_> {
    /// Fetches until all bytes are there.
    fn fill(&mut self, source: &mut dyn Source, progress: &mut dyn FnMut(u64)) -> Result<(), Stop> {
        let mut fruitless = 0;
        loop {
            let there = self.file.metadata()?.len();
            progress(there);
            if there == self.wanted.size {
                return Ok(());
            }
            if there > self.wanted.size {
                self.begin_anew()?;
                continue;
            }
            let told = self.fetch_on(there, source, progress);
            let more = self.file.metadata()?.len() > there;
            fruitless = if more { 0 } else { fruitless + 1 };
            match told {
                Err(Stop::Fault(error)) if is_of_the_way(&error) && fruitless < FRUITLESS_MAX => {}
                Ok(()) if fruitless < FRUITLESS_MAX => {}
                Ok(()) => return Err(Stop::refused("nothing more comes")),
                Err(stop) => return Err(stop),
            }
        }
    }

    fn fetch_on(
        &mut self,
        there: u64,
        source: &mut dyn Source,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Stop> {
        let mark: Option<Mark> = disk::read_json(&self.mark, MARK_BYTES_MAX).unwrap_or_default();
        // Without a mark nobody can say whether it is still the same file.
        let (start, mark) = if mark.is_some() { (there, mark) } else { (0, None) };
        let mark = mark.map(|mark| mark.mark);
        let coming = source.fetch(From { start, mark: mark.as_deref() }).map_err(of_the_way)?;
        match coming.part {
            Part::Whole => self.begin_anew()?,
            Part::From { start: at, size } if at == start && size == self.wanted.size => {
                if start > 0 && coming.mark.is_some() && coming.mark != mark {
                    return Ok(self.begin_anew()?);
                }
            }
            Part::From { .. } | Part::Nothing => return Ok(self.begin_anew()?),
        }
        if let Some(mark) = coming.mark.filter(|mark| mark.len() < 1_000) {
            disk::write_json(&self.mark, &Mark { mark })?;
        }
        self.take(coming.body, progress)
    }

    /// Appends what comes, and not a byte more than is wanted.
    fn take(&mut self, mut body: Box<dyn Read>, progress: &mut dyn FnMut(u64)) -> Result<(), Stop> {
        let mut there = self.file.seek(SeekFrom::End(0))?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let length = body.read(&mut chunk).map_err(of_the_way)?;
            let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { return Ok(()) };
            there = there.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            if there > self.wanted.size {
                self.begin_anew()?;
                return Err(Stop::refused("more comes than the publisher signed"));
            }
            self.file.write_all(read)?;
            progress(there);
        }
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        if_there(fs::remove_file(&self.mark))
    }
}

/// An error on the way of the bytes, told apart from those of our disk.
#[derive(Debug)]
struct OfTheWay(io::Error);

impl std::fmt::Display for OfTheWay {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for OfTheWay {}

fn of_the_way(error: io::Error) -> Stop {
    Stop::Fault(io::Error::new(error.kind(), OfTheWay(error)))
}

fn is_of_the_way(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<OfTheWay>())
}
