//! The kinds of queries, and how long each takes.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use domain::time::Seconds;
use domain::tokens::Tokens;
use search::{Filter, Query, Search, Sort, Window};

use super::bare::Bare;
use super::corpus::{Corpus, Dice, word};
use super::meter::thread_time;
use super::{NOW, Outcome, plain};

/// Queries of each kind.
const QUERIES: usize = 400;

/// Asks each kind of query and prints how long it took.
pub(super) fn measure(search: &Search, bare: &Bare, corpus: &Corpus) -> Outcome<()> {
    let mut dice = Dice::new(4);
    let pairs: Vec<(String, String)> = (0..QUERIES).map(|_| pair(corpus, &mut dice)).collect();
    let baseline = times(&pairs, |(one, other)| bare.ask(one, other).map(|_| ()))?;
    println!("{:<44} {:>9} {:>9} {:>8}", "query (CPU µs; p50 to bare)", "p50", "p99", "ratio");
    let show = |name: &str, times: &[Duration]| {
        let ratio = at(times, 50).as_secs_f64() / at(&baseline, 50).as_secs_f64();
        println!("{name:<44} {:>9} {:>9} {ratio:>8.1}", at(times, 50).as_micros(), at(times, 99).as_micros());
    };
    show("bare tantivy: two words, best 24", &baseline);

    let lean: Vec<Query> = pairs
        .iter()
        .map(|(one, other)| Query { facets: false, ..plain(&format!("{one} {other} ")) })
        .collect();
    show("two words, without facets", &ask(search, lean)?);
    for (kind, name) in TEXTS.iter().enumerate() {
        let queries = (0..QUERIES).map(|_| plain(&text(corpus, &mut dice, kind))).collect();
        show(name, &ask(search, queries)?);
    }
    show(
        "word in category and price range, by price",
        &ask(search, (0..QUERIES).map(|_| narrowed(corpus, &mut dice)).collect())?,
    );
    show(
        "newest in a category, no text",
        &ask(search, (0..60).map(|hours| newest(corpus, &mut dice, hours)).collect())?,
    );
    show("everything by quality, no text", &ask(search, (0..30).map(at_hour).collect())?);
    show(
        "the same remembered",
        &times(&[plain("").check()?; 1], |query| Ok(search.search(query).map(|_| ())?))?,
    );
    show("page 100 of a frequent word", &ask(search, page_100(search, corpus)?)?);
    let typed: Vec<String> = (0..QUERIES).map(|_| beginning(corpus, &mut dice, 3)).collect();
    show(
        "suggest for three letters",
        &times(&typed, |typed| Ok(black_box(search.suggest(typed, 8)).map(|_| ())?))?,
    );
    let typed: Vec<String> = pairs.iter().map(|(one, other)| format!("{one} {}", &other[..3])).collect();
    show(
        "suggest for a word and three letters",
        &times(&typed, |typed| Ok(search.suggest(typed, 8).map(|_| ())?))?,
    );
    Ok(())
}

/// Kinds of texts, in the order of [`text`].
const TEXTS: [&str; 5] = [
    "one word",
    "two words",
    "two words, one with a typo",
    "word and three letters of another",
    "phrase of two words",
];

/// A text of that kind, all with facets and total.
pub(super) fn text(corpus: &Corpus, dice: &mut Dice, kind: usize) -> String {
    let (one, other) = pair(corpus, dice);
    match kind {
        0 => format!("{one} "),
        1 => format!("{one} {other} "),
        2 => format!("{one} {} ", misspelled(corpus, dice)),
        3 => format!("{one} {}", &other[..3]),
        _ => phrase(corpus, dice),
    }
}

/// How long each query takes, sorted. Each is asked once before, so that the
/// files are in memory, but not quite the same, so that no page is remembered.
fn ask(search: &Search, queries: Vec<Query>) -> Outcome<Vec<Duration>> {
    for query in &queries {
        search.search(&Query { facets: !query.facets, ..query.clone() }.check()?)?;
    }
    let checked = queries.into_iter().map(Query::check).collect::<Result<Vec<_>, _>>()?;
    timed(&checked, &|query| Ok(black_box(search.search(query)).map(|_| ())?))
}

/// How long each took, sorted; all are asked once before, so that the files
/// are in memory.
fn times<Q>(queries: &[Q], ask: impl Fn(&Q) -> Outcome<()>) -> Outcome<Vec<Duration>> {
    queries.iter().try_for_each(&ask)?;
    timed(queries, &ask)
}

fn timed<Q>(queries: &[Q], ask: &dyn Fn(&Q) -> Outcome<()>) -> Outcome<Vec<Duration>> {
    let mut times = Vec::new();
    for query in queries {
        let start = thread_time();
        ask(query)?;
        times.push(thread_time().saturating_sub(start));
    }
    times.sort_unstable();
    Ok(times)
}

fn at(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Two words of one title.
fn pair(corpus: &Corpus, dice: &mut Dice) -> (String, String) {
    loop {
        let title = &corpus.any(dice).title;
        if let (Some(one), Some(other)) = (word(title, dice), word(title, dice))
            && one != other
        {
            return (one, other);
        }
    }
}

/// A word with two letters swapped.
fn misspelled(corpus: &Corpus, dice: &mut Dice) -> String {
    loop {
        if let Some(word) = word(&corpus.any(dice).title, dice)
            && word.len() >= 5
            && word.bytes().all(|letter| letter.is_ascii_lowercase())
        {
            let (start, end) = word.split_at(2);
            let (middle, end) = end.split_at(2);
            return format!("{start}{}{end}", middle.chars().rev().collect::<String>());
        }
    }
}

fn beginning(corpus: &Corpus, dice: &mut Dice, letters: usize) -> String {
    pair(corpus, dice).0[..letters].to_owned()
}

/// Two neighbours in a title.
fn phrase(corpus: &Corpus, dice: &mut Dice) -> String {
    loop {
        let title = &corpus.any(dice).title;
        let words: Vec<&str> =
            title.split(' ').filter(|word| !word.is_empty() && !word.contains('"')).collect();
        let start = dice.below(words.len());
        if let Some(two) = words.get(start..start + 2) {
            return format!("\"{}\"", two.join(" "));
        }
    }
}

fn narrowed(corpus: &Corpus, dice: &mut Dice) -> Query {
    let document = corpus.any(dice);
    let filter = Filter {
        category: document.category.clone(),
        price_min: Some(Tokens::whole(100)),
        price_max: Some(Tokens::whole(600)),
        ..Filter::default()
    };
    let text = word(&document.title, dice).unwrap_or_default();
    Query { filter, sort: Sort::PriceAscending, ..plain(&text) }
}

/// No text, asked at another hour each time, so that no page is remembered.
fn at_hour(hours: u32) -> Query {
    Query { now: NOW.after(Seconds::new(hours * 3_600)), ..plain("") }
}

fn newest(corpus: &Corpus, dice: &mut Dice, hours: u32) -> Query {
    let filter = Filter { category: corpus.any(dice).category.clone(), ..Filter::default() };
    Query { filter, sort: Sort::Newest, ..at_hour(hours) }
}

/// The hundredth page of the words that have one, by going there once.
fn page_100(search: &Search, corpus: &Corpus) -> Outcome<Vec<Query>> {
    let mut frequent: HashMap<String, usize> = HashMap::new();
    for document in corpus.documents.iter().take(20_000) {
        for word in document.title.to_lowercase().split(|letter: char| !letter.is_ascii_alphabetic()) {
            if word.len() > 3 && word != "with" {
                *frequent.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
    let mut frequent: Vec<(String, usize)> = frequent.into_iter().collect();
    frequent.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let mut queries = Vec::new();
    for (word, _) in frequent.iter().take(15) {
        let mut window = Window::First(99, None);
        for _ in 0..24 {
            let page = search.search(&Query { window, facets: false, ..plain(word) }.check()?)?;
            window = Window::First(99, page.hits.last().map(|hit| hit.cursor.clone()));
        }
        let Window::First(_, after) = window else { continue };
        if after.is_some() {
            queries.push(Query { window: Window::First(24, after), ..plain(word) });
        }
    }
    Ok(queries)
}
