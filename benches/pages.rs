//! How many pages a second of CPU makes: home, search and listing over HTTP,
//! beside a bare axum "hello" in a process of its own; and start-up and
//! memory with a filled folder.
//!
//! `cargo build --release && cargo run --release -p farthing-benches --bin bench-pages -- [LISTINGS]`

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use benches::client::Client;
use benches::measure::{self, Meter};
use benches::program::{Program, farthing};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const CLIENTS: usize = 16;
const REQUESTS: usize = 8_000;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Outcome<()> {
    let first = std::env::args().nth(1).unwrap_or_default();
    if first == "hello" {
        return hello().await;
    }
    let listings: usize = first.parse().unwrap_or(20_000);
    let folder = tempfile::tempdir()?;
    fill(folder.path(), listings)?;
    // The first start builds the index; the second is what is measured.
    let first = Program::serve(folder.path())?;
    wait_for_search(first.address, listings).await?;
    drop(first);
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    let begun = Instant::now();
    let program = Program::serve(folder.path())?;
    Client::connect(program.address).await?.get("/readyz").await?;
    let start = begun.elapsed();
    let (resident, mapped) = program.memory();
    println!(
        "{listings} listings, {REQUESTS} requests by {CLIENTS} clients, median of {ROUNDS}, load {}",
        measure::load()
    );
    println!(
        "start-up to ready {} ms; idle memory {} MB, of which mapped files {} MB",
        start.as_millis(),
        resident / 1024,
        mapped / 1024
    );

    let mut bare = Command::new(std::env::current_exe()?);
    bare.arg("hello");
    let bare = Program::start(bare)?;
    let hello = cost(&bare, "/", Whose::Anyone).await?;
    println!("{:<28} {:>12} {:>14} {:>8}", "", "requests/s", "CPU us each", "of hello");
    println!("{:<28} {:>12.0} {:>14.1} {:>8.2}", "bare axum hello", hello.0, hello.1, 1.0);
    let page = Client::connect(program.address).await?.get("/").await?;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let listing = text
        .split("/listing/")
        .nth(1)
        .and_then(|rest| rest.get(..36))
        .ok_or("no listing on the home page")?;
    let listing = format!("/listing/{listing}");
    for (name, path, whose) in [
        ("home, kept for a second", "/", Whose::Anyone),
        ("listing, kept for a second", listing.as_str(), Whose::Anyone),
        ("help, kept for a second", "/help", Whose::Anyone),
        ("home, made anew", "/", Whose::Own),
        ("listing, made anew", listing.as_str(), Whose::Own),
        ("help, made anew", "/help", Whose::Own),
        ("search, one word", "/search?q=copper", Whose::Anyone),
        ("search, two words and price", "/search?q=blue+lamp&max=200", Whose::Anyone),
    ] {
        let (each_second, cpu) = cost(&program, path, whose).await?;
        println!("{name:<28} {each_second:>12.0} {cpu:>14.1} {:>8.2}", hello.1 / cpu);
    }
    Ok(())
}

/// For whom a page is made: for anyone, so that it may be kept, or for
/// somebody whose choice of colours a cookie tells.
#[derive(Clone, Copy)]
enum Whose {
    Anyone,
    Own,
}

/// Requests a second and microseconds of the server's CPU for each.
async fn cost(program: &Program, path: &str, whose: Whose) -> Outcome<(f64, f64)> {
    load(program.address, path, whose, REQUESTS / 8).await?;
    let meter = Meter::of_server(program.pid());
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let run = meter.begin();
        load(program.address, path, whose, REQUESTS).await?;
        let cost = run.end(REQUESTS);
        rounds.push((cost.each_second, cost.cpu_each));
    }
    rounds.sort_by(|one, other| one.1.total_cmp(&other.1));
    Ok(rounds[ROUNDS / 2])
}

async fn load(address: SocketAddr, path: &str, whose: Whose, count: usize) -> Outcome<()> {
    let mut tasks = Vec::new();
    for _ in 0..CLIENTS {
        let path = path.to_owned();
        tasks.push(tokio::spawn(async move {
            let mut client = Client::connect(address).await?;
            for _ in 0..count / CLIENTS {
                let answer = match whose {
                    Whose::Anyone => client.get(&path).await?,
                    Whose::Own => client.get_own(&path).await?,
                };
                if answer.status != 200 {
                    return Err(format!("{path} answers {}", answer.status).into());
                }
            }
            Outcome::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// A bare axum that says hello: what a request costs at least.
async fn hello() -> Outcome<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let app = axum::Router::new().route("/", axum::routing::get(|| async { "hello" }));
    Ok(axum::serve(listener, app).await?)
}

/// Takes in made listings through the command line.
fn fill(folder: &Path, listings: usize) -> Outcome<()> {
    const WORDS: [&str; 16] = [
        "copper", "blue", "lamp", "oak", "table", "garden", "print", "bicycle", "woollen", "scarf", "bowl",
        "clock", "travel", "letter", "winter", "bird",
    ];
    let mut text = String::new();
    for number in 0..listings {
        let word = |step: usize| WORDS[(number / step + number * step) % WORDS.len()];
        let (one, two, three) = (word(1), word(7), word(31));
        writeln!(
            text,
            "{{\"id\":{number},\"title\":\"{one} {two} {number}\",\"description\":\"A {one} {two} with a {three}, \
             well kept and ready to go.\",\"category\":\"Services/Repair\",\"tags\":[\"{one}\",\"{three}\"],\
             \"price_tokens\":{},\"seller\":\"seller{}\",\"created\":{},\"sales\":{},\"rating\":4.0}}",
            1 + number % 500,
            number % 300,
            1_700_000_000 + number,
            number % 40
        )?;
    }
    let file = folder.join("made.jsonl");
    std::fs::write(&file, text)?;
    let done = Command::new(farthing()?)
        .args(["import", "listings"])
        .arg(&file)
        .arg("--data")
        .arg(folder)
        .output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    Ok(())
}

/// Asks until the index has all listings.
async fn wait_for_search(address: SocketAddr, listings: usize) -> Outcome<()> {
    for _ in 0..600 {
        let mut client = Client::connect(address).await?;
        let told = client.ask("", "{ search { totalCount } }").await?;
        if told["search"]["totalCount"].as_u64() >= u64::try_from(listings).ok() {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    Err("the index did not follow in two minutes".into())
}
