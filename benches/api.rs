//! What people and programs do through HTTP and GraphQL: purchases, uses of
//! rented software that are counted, and top-ups by card through the sandbox.
//! 64 people on 64 connections, each waiting for an answer before asking
//! again; the server's CPU for each, and how much that is of a purchase.
//!
//! `cargo build --release && cargo run --release -p farthing-benches --bin bench-api -- [DEEDS]`

#[path = "api/deeds.rs"]
mod deeds;
#[path = "api/market.rs"]
mod market;

use benches::client::Asked;
use benches::measure::{self, Cost, Meter};
use benches::program::Program;
use deeds::Deed;
use market::Market;

const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Asked<()> {
    let deeds: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(12_800);
    let folder = tempfile::tempdir()?;
    let key = benches::program::add_staff(folder.path())?;
    let program = Program::serve(folder.path())?;
    let market = Market::fill(program.address, &key).await?;

    let meter = Meter::of_server(program.pid());
    println!("{deeds} of each by {} people, median of {ROUNDS}, load {}", market::PEOPLE, measure::load());
    println!("{:<28} {:>10} {:>14} {:>8}", "", "each s", "CPU us each", "ratio");
    let mut purchase = None;
    for deed in [Deed::Purchase, Deed::Use, Deed::TopUp] {
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let run = meter.begin();
            market.all_do(deed, deeds, round).await?;
            rounds.push(run.end(deeds));
        }
        let cost = median(rounds);
        let ratio = cost.cpu_each / purchase.get_or_insert(cost).cpu_each;
        println!("{:<28} {:>10.0} {:>14.1} {ratio:>8.2}", deed.words(), cost.each_second, cost.cpu_each);
    }
    Ok(())
}

fn median(mut rounds: Vec<Cost>) -> Cost {
    rounds.sort_by(|one, other| one.cpu_each.total_cmp(&other.cpu_each));
    rounds[rounds.len() / 2]
}
