//! Downloads by a way that breaks, lies and forgets.

use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;

use super::super::download::{Coming, From, Part, Source, Wanted, bring};
use super::*;

/// What the other side does the next time.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// Serves so many bytes of what was asked for, then breaks.
    Cut(usize),
    /// Serves all from the start, whatever was asked for.
    Whole,
    /// Serves from a byte that was not asked for.
    From(u64),
    /// Says that the file has another size.
    Size(u64),
    /// Says that there is nothing.
    Nothing,
    /// Serves what was asked for of another file, with another mark.
    Other,
    /// Does not answer.
    Silent,
}

/// The other side: a file, and what it does turn by turn; then it serves.
struct Way {
    content: Vec<u8>,
    turns: Vec<Turn>,
    served: Rc<RefCell<Vec<(u64, usize)>>>,
}

/// Bytes, and then perhaps an error.
struct Body(io::Cursor<Vec<u8>>, bool);

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 if self.1 => Err(io::ErrorKind::ConnectionReset.into()),
            length => Ok(length),
        }
    }
}

impl Source for Way {
    fn fetch(&mut self, from: From<'_>) -> io::Result<Coming> {
        let turn = if self.turns.is_empty() { Turn::Cut(usize::MAX) } else { self.turns.remove(0) };
        let size = u64::try_from(self.content.len()).unwrap();
        let asked = usize::try_from(from.start).unwrap();
        let rest = self.content.get(asked..).unwrap_or_default().to_vec();
        let mark = Some("mark-1".to_owned());
        let (part, mark, bytes, breaks) = match turn {
            Turn::Cut(length) => {
                let bytes = rest.iter().copied().take(length).collect::<Vec<_>>();
                let breaks = bytes.len() < rest.len();
                (Part::From { start: from.start, size }, mark, bytes, breaks)
            }
            Turn::Whole => (Part::Whole, mark, self.content.clone(), false),
            Turn::From(start) => (Part::From { start, size }, mark, rest, false),
            Turn::Size(size) => (Part::From { start: from.start, size }, mark, rest, false),
            Turn::Nothing => (Part::Nothing, None, Vec::new(), false),
            Turn::Other => {
                let part = Part::From { start: from.start, size };
                (part, Some("mark-2".to_owned()), vec![b'x'; rest.len()], false)
            }
            Turn::Silent => return Err(io::ErrorKind::TimedOut.into()),
        };
        self.served.borrow_mut().push((from.start, bytes.len()));
        Ok(Coming { part, mark, body: Box::new(Body(io::Cursor::new(bytes), breaks)) })
    }
}

struct Told {
    result: Result<Vec<u8>, Stop>,
    /// How often all bytes seemed to be there.
    times_full: usize,
    served: Vec<(u64, usize)>,
}

fn content() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn bring_in(folder: &std::path::Path, turns: &[Turn]) -> Told {
    let content = content();
    let (hash, size) = (sha256(&content), u64::try_from(content.len()).unwrap());
    let served = Rc::default();
    let mut way = Way { content, turns: turns.to_vec(), served: Rc::clone(&served) };
    let (mut last, mut times_full) = (0, 0);
    let result = bring(folder, Wanted { sha256: &hash, size }, &mut way, |there| {
        times_full += usize::from(there == size && last != size);
        last = there;
    });
    Told { result: result.map(|path| fs::read(path).unwrap()), times_full, served: served.take() }
}

#[test]
fn what_is_cut_goes_on_and_what_is_there_is_not_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let half = content().len() / 2;
    let cuts: Vec<_> = (1..=10).map(|turn| Turn::Cut(half >> turn)).collect();
    let told = bring_in(folder.path(), &[&[Turn::Cut(half)], &cuts[..]].concat());
    assert!(told.result.unwrap() == content());
    let fetched: usize = told.served.iter().map(|(_, length)| length).sum();
    assert_eq!((fetched, told.served.len()), (content().len(), 12), "each byte once");
    let again = bring_in(folder.path(), &[]);
    assert!(again.result.unwrap() == content() && again.served.is_empty());
}

#[test]
fn a_part_stays_for_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut turns = vec![Turn::Cut(1_000)];
    turns.extend([Turn::Silent; 5]);
    assert!(matches!(bring_in(folder.path(), &turns).result, Err(Stop::Fault(_))));
    let told = bring_in(folder.path(), &[]);
    assert!(told.result.unwrap() == content());
    assert_eq!(told.served, [(1_000, content().len() - 1_000)]);
}

#[test]
fn whoever_answers_oddly_is_asked_anew() {
    for turn in
        [Turn::Whole, Turn::From(7), Turn::From(0), Turn::Size(5), Turn::Nothing, Turn::Other, Turn::Silent]
    {
        for cut in [0, 1_000] {
            let folder = tempfile::tempdir().unwrap();
            let told = bring_in(folder.path(), &[Turn::Cut(cut), turn]);
            assert!(told.result.unwrap() == content(), "{turn:?} after {cut}");
            let is_fooled = matches!((turn, cut), (Turn::Other, 0));
            assert_eq!(told.times_full, if is_fooled { 2 } else { 1 }, "{turn:?} after {cut}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(bring_in(folder.path(), &[Turn::Nothing; 9]).result, Err(Stop::Refused(_))));
}

#[test]
fn a_spoiled_part_is_begun_anew_once() {
    let folder = tempfile::tempdir().unwrap();
    bring_in(folder.path(), &[&[Turn::Cut(1_000)], &[Turn::Silent; 5][..]].concat());
    let partial = folder.path().join(format!("{}.partial", sha256(&content())));
    fs::write(&partial, vec![b'x'; 1_000]).unwrap();
    assert!(bring_in(folder.path(), &[]).result.unwrap() == content());
    // And a whole that was changed afterwards is no whole.
    let whole = folder.path().join(sha256(&content()));
    fs::write(&whole, vec![b'x'; content().len()]).unwrap();
    assert!(bring_in(folder.path(), &[]).result.unwrap() == content());
    assert!(!partial.exists());
}

#[test]
fn another_file_is_refused_and_never_named() {
    let folder = tempfile::tempdir().unwrap();
    let content = content();
    let hash = sha256(b"something else");
    for size in [u64::try_from(content.len()).unwrap(), 1_000] {
        let (turns, served) = (vec![Turn::Whole; 9], Rc::default());
        let mut way = Way { content: content.clone(), turns, served };
        let told = bring(folder.path(), Wanted { sha256: &hash, size }, &mut way, |_| {});
        assert!(matches!(told, Err(Stop::Refused(_))), "{told:?}");
        assert!(!folder.path().join(&hash).exists());
    }
    let mut way = Way { content, turns: Vec::new(), served: Rc::default() };
    for odd in ["../../x", "", &hash.to_uppercase()] {
        assert!(bring(folder.path(), Wanted { sha256: odd, size: 1 }, &mut way, |_| {}).is_err());
    }
}
