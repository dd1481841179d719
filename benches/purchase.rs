//! How much CPU a purchase costs: the store's writer with 1, 16 and 256
//! callers, beside a hand-written loop of cached statements that writes the
//! same rows in batches of 256 on the same kind of file.
//!
//! `cargo run --release -p farthing-benches --bin bench-purchase -- [PURCHASES]`

#[path = "purchase/bare.rs"]
mod bare;
#[path = "purchase/market.rs"]
mod market;

use std::path::Path;

use benches::measure::{self, Cost, Meter};
use market::Market;

/// Purchases of each measured run, if the command line says no other number.
const PURCHASES: usize = 20_000;

/// Runs of each kind; the median is told.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let purchases = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(PURCHASES);
    let folder = tempfile::tempdir()?;
    println!("{purchases} purchases a run, median of {ROUNDS} runs, load {}", measure::load());
    println!("{:<34} {:>12} {:>14} {:>8}", "", "purchases/s", "CPU us each", "ratio");

    let bare = median(bare_rounds(folder.path(), purchases).await?);
    print("hand-written loop, batches of 256", bare, bare);
    for callers in [1, 16, 256] {
        // One caller waits for the disk each time: fewer do to measure it.
        let count = if callers == 1 { purchases / 20 } else { purchases };
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let file = folder.path().join(format!("store-{callers}-{round}.sqlite"));
            let market = Market::open(&format!("sqlite://{}", file.display())).await?;
            rounds.push(market.run(callers, count, &Meter::of_this_process()).await?);
            market.close().await;
        }
        print(&format!("SQLite, {callers} callers"), median(rounds), bare);
    }
    for callers in [16, 256] {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let url = tests::postgres::fresh().await;
            let market = Market::open(&url).await?;
            let meter = Meter::with_server(measure::postmaster(&url)?);
            rounds.push(market.run(callers, purchases, &meter).await?);
            market.close().await;
        }
        print(&format!("PostgreSQL, {callers} callers, both sides"), median(rounds), bare);
    }
    Ok(())
}

async fn bare_rounds(folder: &Path, purchases: usize) -> Result<Vec<Cost>, Box<dyn std::error::Error>> {
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let file = folder.join(format!("bare-{round}.sqlite"));
        let market = Market::open(&format!("sqlite://{}", file.display())).await?;
        let people = market.people();
        market.close().await;
        rounds.push(bare::run(&file, &people, purchases)?);
    }
    Ok(rounds)
}

fn median(mut rounds: Vec<Cost>) -> Cost {
    rounds.sort_by(|one, other| one.cpu_each.total_cmp(&other.cpu_each));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

fn print(name: &str, cost: Cost, bare: Cost) {
    let ratio = cost.cpu_each / bare.cpu_each;
    println!("{name:<34} {:>12.0} {:>14.1} {ratio:>8.2}", cost.each_second, cost.cpu_each);
}
