//! From a message of the card processor to the balance in front of the user:
//! the message is kept and acknowledged, the payment is looked up at the
//! processor (a Stripe of our own, on loopback), the tokens are credited, and
//! the user, who listens by server-sent events, hears of them. Beside it how
//! long a purchase takes to be heard of in the same way.
//!
//! `cargo build --release && cargo run --release -p farthing-benches --bin bench-credited -- [TIMES]`

use std::time::{Duration, Instant};

use benches::client::{Asked, Client, path_of};
use benches::measure;
use benches::program::Program;
use serde_json::json;
use tests::stripe::{Double, SECRET_KEY, WEBHOOK_SECRET};

/// Each is measured on a market that has come to rest: the worker looks at
/// messages that come together once in 100 ms.
const PAUSE: Duration = Duration::from_millis(300);

/// Tokens of each top-up: 1 USD.
const TOP_UP: u32 = 100;

#[tokio::main]
async fn main() -> Asked<()> {
    let times: u32 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100);
    let folder = tempfile::tempdir()?;
    benches::program::add_staff(folder.path())?;
    let double = Double::open().await;
    let program = Program::serve_with(
        folder.path(),
        &[
            ("FARTHING_PAYMENTS__STRIPE_SECRET_KEY", SECRET_KEY),
            ("FARTHING_PAYMENTS__STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("FARTHING_PAYMENTS__STRIPE_API", &double.url()),
        ],
    )?;
    let mut buyer = Buyer::open(program.address, &double).await?;
    println!("{times} times each, one after the other, load {}", measure::load());
    println!("{:<44} {:>9} {:>9} {:>8}", "", "median ms", "p95 ms", "ratio");
    let (mut kept, mut credited, mut bought) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..times {
        bought.push(buyer.buys(number).await?);
        tokio::time::sleep(PAUSE).await;
        let (answered, heard) = buyer.tops_up(number).await?;
        kept.push(answered);
        credited.push(heard);
        tokio::time::sleep(PAUSE).await;
    }
    let base = median(&mut bought);
    print("purchase asked for, to balance heard", &mut bought, base);
    print("message sent, to acknowledged", &mut kept, base);
    print("message sent, to balance heard", &mut credited, base);
    Ok(())
}

struct Buyer<'d> {
    double: &'d Double,
    client: Client,
    events: Client,
    token: String,
    listing: String,
    balance: u32,
}

impl<'d> Buyer<'d> {
    /// Somebody with an account who listens to their wallet, and something to
    /// buy for a token.
    async fn open(address: std::net::SocketAddr, double: &'d Double) -> Asked<Self> {
        let mut client = Client::connect(address).await?;
        let mut tokens = Vec::new();
        for _ in 0..2 {
            let told = client.must("", "openAccount", json!({}), "sessionToken").await?;
            tokens.push(told["sessionToken"].as_str().ok_or("no session")?.to_owned());
        }
        let told = client.ask("", "{ categories { id } }").await?;
        let input = json!({
            "title": "A pin", "description": "Of brass.", "categoryId": told["categories"][0]["id"],
            "kind": "SERVICE", "price": "1", "publish": true,
        });
        let told = client.must(&tokens[1], "listItem", input, "listing { id }").await?;
        let listing = told["listing"]["id"].as_str().ok_or("no listing")?.to_owned();
        let token = tokens.swap_remove(0);
        let told = client.ask(&token, "{ me { wallet { balance } } }").await?;
        let balance = told["me"]["wallet"]["balance"].as_str().and_then(|text| text.parse().ok());
        let balance = balance.ok_or("no balance")?;
        let mut events = Client::connect(address).await?;
        events.listen(&token, "subscription { walletChanged(now: true) { balance } }").await?;
        let mut buyer = Self { double, client, events, token, listing, balance };
        buyer.hears().await?;
        Ok(buyer)
    }

    /// Waits for the balance that has to come.
    async fn hears(&mut self) -> Asked<()> {
        self.events.hears(&format!("\"balance\":\"{}\"", self.balance)).await
    }

    /// Buys, and hears of it.
    async fn buys(&mut self, number: u32) -> Asked<Duration> {
        let input = json!({
            "listingId": self.listing, "quantity": 1, "expectedPrice": "1",
            "idempotencyKey": format!("b{number}"),
        });
        self.balance -= 1;
        let begun = now();
        self.client.must(&self.token, "buy", input, "order { id }").await?;
        self.hears().await?;
        Ok(begun.elapsed())
    }

    /// Asks for tokens and pays; the processor's messages are acknowledged,
    /// and the tokens come.
    async fn tops_up(&mut self, number: u32) -> Asked<(Duration, Duration)> {
        let input = json!({ "tokens": TOP_UP.to_string(), "idempotencyKey": format!("t{number}") });
        let told = self.client.must(&self.token, "topUp", input, "topUpOrder { payUrl }").await?;
        let url = told["topUpOrder"]["payUrl"].as_str().ok_or("nowhere to pay")?;
        let page = self.client.get(path_of(url)?).await?.location.ok_or("no page to pay at")?;
        let session = page.rsplit('/').next().ok_or("no session to pay")?;
        self.double.is_paid(session);
        let at = store::world::World::system().now().millis() / 1_000;
        let event = self.double.events_of(session).pop().ok_or("nothing to tell")?;
        let message = Double::delivers(&event, at);
        let headers = format!("stripe-signature: {}\r\n", message.signature);
        self.balance += TOP_UP;
        tokio::time::sleep(PAUSE).await;
        let begun = now();
        let answer = self.client.post("/payments/stripe", &headers, &message.body).await?;
        let answered = begun.elapsed();
        if answer.status != 200 {
            return Err(format!("the message was not taken: {}", answer.status).into());
        }
        self.hears().await?;
        Ok((answered, begun.elapsed()))
    }
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    Instant::now()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn print(name: &str, times: &mut [Duration], base: Duration) {
    let median = median(times);
    let slow = times.get(times.len() * 95 / 100).copied().unwrap_or_default();
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let ratio = median.as_secs_f64() / base.as_secs_f64();
    println!("{name:<44} {:>9.2} {:>9.2} {ratio:>8.2}", millis(median), millis(slow));
}
