//! What the search index costs: filling it, its size and memory, and the time
//! of each kind of query, beside bare tantivy in the same run (the same texts
//! in one field; two words that must both be there; the best 24).
//!
//! `cargo run --release -p farthing-benches --bin bench-search -- FILE.jsonl
//! [--made 1000000] [--show TEXT]…`
//!
//! `FILE.jsonl` holds one listing a line: title, description, category
//! ("Root/Leaf"), tags, price_tokens, seller, created (seconds), sales, rating.
//! `--made` measures that many listings mixed from the words of the file as
//! well; `--show` prints what a text finds in the file instead of measuring.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use domain::time::Timestamp;
use search::{Advance, Change, Checked, Document, Filter, Options, Query, Rebuild, Search, Sort, Window};

use self::corpus::{Corpus, Dice};
use self::meter::{Spent, load, memory_megabytes, spend};

#[path = "search/bare.rs"]
mod bare;
#[path = "search/corpus.rs"]
mod corpus;
#[path = "search/kinds.rs"]
mod kinds;
#[path = "search/meter.rs"]
mod meter;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Just after the youngest listing of the file.
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: bench-search FILE.jsonl [--made COUNT] [--show TEXT]…")?;
    let (mut made, mut shown) = (None, Vec::new());
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or("an option without its value")?;
        match argument.as_str() {
            "--made" => made = Some(value.parse::<usize>()?),
            "--show" => shown.push(value),
            "--child" => return child(Path::new(&file), Path::new(&value)),
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    let corpus = Corpus::read(Path::new(&file))?;
    if !shown.is_empty() {
        return show(&corpus, &shown);
    }
    println!("machine load at the start: {}", load());
    measure(&format!("{} listings of the file", corpus.documents.len()), &corpus, corpus.documents.len())?;
    if let Some(count) = made {
        measure(&format!("{count} made listings"), &corpus, count)?;
    }
    println!("machine load at the end: {}", load());
    Ok(())
}

/// Fills both indexes with `count` listings and asks them.
fn measure(name: &str, corpus: &Corpus, count: usize) -> Outcome<()> {
    println!("\n== {name}");
    let folder = tempfile::tempdir()?;
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("bare"));
    fs::create_dir(&theirs)?;

    let search = Search::open(&ours, Options::default())?;
    let (filled, spent) = spend(|| fill(&search, corpus, count));
    filled?;
    let (bare, bare_spent) = spend(|| bare::Bare::fill(&theirs, corpus, count));
    let bare = bare?;
    println!("import         ours: {}  bare: {}", per(spent, count), per(bare_spent, count));
    println!("on disk        ours: {:.1} MB  bare: {:.1} MB", megabytes(&ours), megabytes(&theirs));

    commits(&search, corpus)?;
    search.rest()?;
    kinds::measure(&search, &bare, corpus)?;
    in_a_child(&ours, corpus)
}

/// Fills the index as `farthing reindex` does.
fn fill(search: &Search, corpus: &Corpus, count: usize) -> Outcome<()> {
    let mut rebuild = Rebuild::start(search)?;
    let mut dice = Dice::new(1);
    let mut at = 0;
    while at < count {
        let chunk: Vec<Document> =
            (at..count.min(at + 1_000)).map(|at| corpus.document(at, &mut dice)).collect();
        rebuild.add(&chunk)?;
        at += 1_000;
    }
    Ok(rebuild.finish(0)?)
}

/// Times changes as the feed brings them.
fn commits(search: &Search, corpus: &Corpus) -> Outcome<()> {
    let mut dice = Dice::new(2);
    for size in [1, 100] {
        let (mut walls, mut spent) = (Vec::new(), Duration::ZERO);
        for _ in 0..30 {
            let changes: Vec<Change> = (0..size)
                .map(|_| {
                    Change::Put(Box::new(corpus.document(dice.below(corpus.documents.len()), &mut dice)))
                })
                .collect();
            let from = search.cursor();
            let (applied, this) = spend(|| search.apply(&changes, Advance { from, to: from + 1 }));
            applied?;
            walls.push(this.wall);
            spent += this.cpu;
        }
        walls.sort_unstable();
        println!(
            "commit of {size:>3}  p50 {:.1} ms, p95 {:.1} ms, CPU {:.1} ms",
            millis(walls[15]),
            millis(walls[28]),
            millis(spent) / 30.0
        );
    }
    Ok(())
}

/// Opens the index in a process that has done nothing else, for its memory.
fn in_a_child(index: &Path, corpus: &Corpus) -> Outcome<()> {
    let texts = index.with_extension("texts");
    let mut dice = Dice::new(3);
    let lines: Vec<String> = (0..2_000).map(|at| kinds::text(corpus, &mut dice, at % 5)).collect();
    fs::write(&texts, lines.join("\n"))?;
    let status =
        std::process::Command::new(std::env::current_exe()?).arg(index).arg("--child").arg(texts).status()?;
    if status.success() { Ok(()) } else { Err("the child failed".into()) }
}

/// What the child does.
fn child(index: &Path, texts: &Path) -> Outcome<()> {
    let before = memory_megabytes()?;
    let (search, spent) = spend(|| Search::open(index, Options::default()));
    let search = search?;
    let opened = memory_megabytes()?;
    for text in fs::read_to_string(texts)?.lines() {
        search.search(&plain(text).check()?)?;
    }
    let queried = memory_megabytes()?;
    let from = search.cursor();
    let one = Document { id: domain::id::ListingId::new(uuid::Uuid::nil()), ..Corpus::sample() };
    search.apply(&[Change::Put(Box::new(one))], Advance { from, to: from + 1 })?;
    let written = memory_megabytes()?;
    search.rest()?;
    println!(
        "memory (all, of which not files)  start {before}, opened {opened} in {:.0} ms, after 2,000 queries \
         {queried}, after a commit {written}, at rest {}",
        millis(spent.wall),
        memory_megabytes()?
    );
    Ok(())
}

/// A query as the search page asks it.
fn plain(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        filter: Filter::default(),
        sort: Sort::Relevance,
        window: Window::First(24, None),
        now: NOW,
        facets: true,
        explain: false,
    }
}

/// Prints what texts find in the file.
fn show(corpus: &Corpus, texts: &[String]) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let search = Search::open(folder.path(), Options::default())?;
    fill(&search, corpus, corpus.documents.len())?;
    for text in texts {
        let query: Checked =
            Query { window: Window::First(8, None), explain: true, ..plain(text) }.check()?;
        let page = search.search(&query)?;
        println!(
            "\n“{text}”: {} ({:?}){}",
            page.total_count,
            page.matching,
            page.did_you_mean
                .as_deref()
                .map(|better| format!(", did you mean “{better}”?"))
                .unwrap_or_default()
        );
        for hit in &page.hits {
            let document = corpus.find(hit.listing).ok_or("an unknown listing")?;
            let title: String = page
                .highlighter
                .mark(&document.title)
                .into_iter()
                .map(|run| if run.matched { format!("[{}]", run.text) } else { run.text })
                .collect();
            let score = hit.explanation.last().map_or("", String::as_str);
            println!("  {score}  {title}  ({} sold, rated {:?})", document.sales, document.rating);
            if std::env::var_os("EXPLAIN").is_some() {
                println!("      {}", hit.explanation.join("\n      "));
            }
        }
        println!("  suggestions: {:?}", search.suggest(text, 8)?);
    }
    Ok(())
}

fn per(spent: Spent, count: usize) -> String {
    let each = spent.cpu / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    format!(
        "{:.1} s, CPU {:.1} s, {} µs each",
        spent.wall.as_secs_f64(),
        spent.cpu.as_secs_f64(),
        each.as_micros()
    )
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The size of everything in a folder.
fn megabytes(folder: &Path) -> f64 {
    fn bytes(path: &Path) -> u64 {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.metadata() {
                Ok(data) if data.is_dir() => bytes(&entry.path()),
                Ok(data) => data.len(),
                Err(_) => 0,
            })
            .sum()
    }
    f64::from(u32::try_from(bytes(folder) / 1_024).unwrap_or(u32::MAX)) / 1_024.0
}
