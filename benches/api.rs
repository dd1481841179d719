//! Purchases through HTTP and GraphQL: 64 people on 64 connections, each
//! waiting for an answer before asking again; the server's CPU for each.
//!
//! `cargo build --release && cargo run --release -p farthing-benches --bin bench-api -- [PURCHASES]`

use std::error::Error;
use std::net::SocketAddr;
use std::process::Command;

use benches::client::Client;
use benches::measure::{self, Meter};
use benches::program::{Program, farthing};

const CLIENTS: usize = 64;
const ROUNDS: usize = 3;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let purchases: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(12_800);
    let folder = tempfile::tempdir()?;
    let made = Command::new(farthing()?)
        .args(["user", "add-vendor", "--handle", "bench-vendor", "--data"])
        .arg(folder.path())
        .output()?;
    let key =
        String::from_utf8_lossy(&made.stdout).split_whitespace().last().ok_or("no account key")?.to_owned();
    let program = Program::serve(folder.path())?;
    let (tokens, listings) = fill(program.address, &key).await?;

    let meter = Meter::of_server(program.pid());
    println!("{purchases} purchases by {CLIENTS} clients through HTTP and GraphQL, load {}", measure::load());
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let run = meter.begin();
        buy(program.address, &tokens, &listings, purchases, round).await?;
        let cost = run.end(purchases);
        rounds.push((cost.each_second, cost.cpu_each));
        println!("round {round}: {:.0} purchases/s, {:.1} us of CPU each", cost.each_second, cost.cpu_each);
    }
    rounds.sort_by(|one, other| one.1.total_cmp(&other.1));
    println!("median: {:.0} purchases/s, {:.1} us of CPU each", rounds[ROUNDS / 2].0, rounds[ROUNDS / 2].1);
    Ok(())
}

/// Opens accounts, gives them plenty, and lists things to buy.
async fn fill(address: SocketAddr, key: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    let mut client = Client::connect(address).await?;
    let told = client
        .ask("", &format!("mutation {{ signIn(input: {{ accountKey: \"{key}\" }}) {{ sessionToken }} }}"))
        .await?;
    let staff = told["signIn"]["sessionToken"].as_str().ok_or("the vendor cannot sign in")?.to_owned();
    let (mut tokens, mut listings) = (Vec::new(), Vec::new());
    let open = "mutation { openAccount(input: {}) { sessionToken user { handle } } }";
    let told = client.ask("", "{ categories { id } }").await?;
    let category = told["categories"][0]["id"].as_str().ok_or("no category")?.to_owned();
    for number in 0..CLIENTS + 8 {
        let told = client.ask("", open).await?;
        let (token, handle) = (&told["openAccount"]["sessionToken"], &told["openAccount"]["user"]["handle"]);
        let (token, handle) = (token.as_str().ok_or("no token")?, handle.as_str().ok_or("no handle")?);
        if number < 8 {
            let list = format!(
                "mutation {{ listItem(input: {{ title: \"An hour\", description: \"Of work.\", categoryId: \"{category}\", \
                 kind: SERVICE, price: \"3\", publish: true }}) {{ listing {{ id }} userErrors {{ message }} }} }}"
            );
            let told = client.ask(token, &list).await?;
            listings.push(told["listItem"]["listing"]["id"].as_str().ok_or("not listed")?.to_owned());
        } else {
            let grant = format!(
                "mutation {{ grantTokens(input: {{ to: \"{handle}\", amount: \"1000000\", reason: \"to buy\", \
                 idempotencyKey: \"{handle}\" }}) {{ userErrors {{ message }} }} }}"
            );
            client.ask(&staff, &grant).await?;
            tokens.push(token.to_owned());
        }
    }
    Ok((tokens, listings))
}

async fn buy(
    address: SocketAddr,
    tokens: &[String],
    listings: &[String],
    count: usize,
    round: usize,
) -> Outcome<()> {
    let mut tasks = Vec::new();
    for (caller, token) in tokens.iter().cloned().enumerate() {
        let listings = listings.to_vec();
        tasks.push(tokio::spawn(async move {
            let mut client = Client::connect(address).await?;
            for number in 0..count / CLIENTS {
                let listing = &listings[(caller + number) % listings.len()];
                let query = format!(
                    "mutation {{ buy(input: {{ listingId: \"{listing}\", quantity: 1, expectedPrice: \"3\", \
                     idempotencyKey: \"{round}-{number}\" }}) {{ order {{ id }} userErrors {{ code }} }} }}"
                );
                let told = client.ask(&token, &query).await?;
                if told["buy"]["order"]["id"].as_str().is_none() {
                    return Err(format!("not bought: {told}").into());
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
