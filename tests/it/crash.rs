//! The program is killed under load, in the midst of whatever it does, and
//! started again: nothing that was acknowledged is lost, nothing happens
//! twice, and what was never answered can be asked again with the same key.
//!
//! `FARTHING_CRASHES` says how often (5), `FARTHING_SEED` begins elsewhere.

use std::collections::BTreeSet;

use serde_json::json;
use tests::api::{Api, No};
use tests::chance::Chance;
use tests::postgres;
use tests::program::Program;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// What each client has to spend, in whole tokens.
const BEGINNING: i64 = 5_000;
const WELCOME: i64 = 50;
const PRICE: i64 = 3;
const CLIENTS: usize = 12;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What a client asks for.
#[derive(Clone, Debug)]
enum What {
    /// One piece of the listing.
    Buy,
    /// So many tokens for the client of that number.
    Give(usize, i64),
}

/// A request and its answer; none if that was lost.
#[derive(Clone, Debug)]
struct Try {
    key: String,
    what: What,
    answer: Option<Result<String, No>>,
}

/// A client and all that it ever asked for.
struct Client {
    api: Api,
    number: usize,
    chance: Chance,
    tries: Vec<Try>,
}

/// Everybody, as the clients know them.
#[derive(Clone)]
struct Town {
    listing: String,
    handles: Vec<String>,
}

impl Client {
    async fn send(&self, town: &Town, what: &What, key: &str) -> Option<Result<String, No>> {
        let done = match what {
            What::Buy => self.api.buys(&town.listing, &PRICE.to_string(), key).await,
            What::Give(to, amount) => self.api.gives(&town.handles[*to], &amount.to_string(), key).await,
        };
        done.ok()
    }

    /// Asks one thing after the other until an answer is lost.
    async fn trades(mut self, town: Town, heard: UnboundedSender<()>) -> Self {
        loop {
            let what = if self.chance.is_within_percent(60) {
                What::Buy
            } else {
                let others: Vec<usize> = (0..CLIENTS).filter(|other| *other != self.number).collect();
                What::Give(
                    *self.chance.pick(&others),
                    1 + i64::try_from(self.chance.below(9)).expect("below nine"),
                )
            };
            let key = format!("client-{}-{}", self.number, self.tries.len());
            let answer = self.send(&town, &what, &key).await;
            let is_lost = answer.is_none();
            self.tries.push(Try { key, what, answer });
            if is_lost {
                return self;
            }
            // Whoever counts may have stopped counting.
            let _ = heard.send(());
        }
    }

    /// The ids of what was done, of buying or of giving.
    fn done(&self, is_buying: bool) -> BTreeSet<String> {
        let of_kind = self.tries.iter().filter(|one| matches!(one.what, What::Buy) == is_buying);
        of_kind.filter_map(|one| one.answer.clone()?.ok()).collect()
    }

    /// Every id in a list of the client's own; none may be there twice.
    async fn listed(&self, list: &str) -> BTreeSet<String> {
        let ask = format!(
            "query($after: String) {{ me {{ {list}(first: 100, after: $after) {{ edges {{ node {{ id {} }} }} \
             pageInfo {{ hasNextPage endCursor }} }} }} }}",
            if list == "gifts" { "giver { handle }" } else { "" }
        );
        let (mut all, mut after) = (BTreeSet::new(), json!(null));
        loop {
            let data = self.api.ask(&ask, json!({ "after": after })).await;
            let page = &data["me"][list];
            for edge in page["edges"].as_array().expect("a list") {
                let is_theirs = list != "gifts" || edge["node"]["giver"]["handle"] == self.api.handle;
                let id = edge["node"]["id"].as_str().expect("an id").to_owned();
                assert!(!is_theirs || all.insert(id), "an id is listed twice");
            }
            if page["pageInfo"]["hasNextPage"] == false {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

struct Load {
    program: Program,
    town: Town,
    clients: Vec<Client>,
    chance: Chance,
}

impl Load {
    async fn begin(program: Program, seed: u64) -> Self {
        let (staff, seller) = (Api::staff(&program, "till").await, Api::opens_account(&program).await);
        let listing = seller.lists("Endless things", &PRICE.to_string(), 1_000_000).await;
        let mut clients = Vec::new();
        for number in 0..CLIENTS {
            let api = Api::opens_account(&program).await;
            staff.grants(&api.handle, &BEGINNING.to_string()).await;
            let own = seed.wrapping_add(u64::try_from(number).expect("a few clients"));
            clients.push(Client { api, number, chance: Chance::new(own), tries: Vec::new() });
        }
        let handles = clients.iter().map(|client| client.api.handle.clone()).collect();
        Self { program, town: Town { listing, handles }, clients, chance: Chance::new(seed) }
    }

    /// Everybody trades until `end` is called, after a number of answers that
    /// chance decides.
    async fn trade_until(&mut self, end: impl FnOnce(&mut Program)) {
        let (heard, mut answers) = unbounded_channel();
        let trades = self
            .clients
            .drain(..)
            .map(|client| tokio::spawn(client.trades(self.town.clone(), heard.clone())));
        let trades: Vec<_> = trades.collect();
        drop(heard);
        for _ in 0..20 + self.chance.below(150) {
            if answers.recv().await.is_none() {
                break;
            }
        }
        // Not always right after an answer.
        for _ in 0..self.chance.below(3_000) {
            tokio::task::yield_now().await;
        }
        end(&mut self.program);
        for trade in trades {
            self.clients.push(trade.await.expect("no client panics"));
        }
    }

    /// What was acknowledged is there, once; gives the number of orders and
    /// gifts that nobody has heard of.
    async fn count_unheard(&self) -> usize {
        let mut unheard = 0;
        for client in &self.clients {
            for (list, is_buying) in [("orders", true), ("gifts", false)] {
                let (listed, done) = (client.listed(list).await, client.done(is_buying));
                let lost: Vec<_> = done.difference(&listed).collect();
                assert!(
                    lost.is_empty(),
                    "acknowledged {list} of client {} are lost: {lost:?}",
                    client.number
                );
                unheard += listed.len() - done.len();
            }
        }
        unheard
    }

    /// Asks again, with the same keys, for what was never answered.
    async fn ask_again(&mut self) -> usize {
        let mut lost = 0;
        for client in &mut self.clients {
            client.api = client.api.at(&self.program);
            for place in 0..client.tries.len() {
                let one = client.tries[place].clone();
                if one.answer.is_none() {
                    let answer = client.send(&self.town, &one.what, &one.key).await;
                    client.tries[place].answer = Some(answer.expect("a program that runs answers"));
                    lost += 1;
                }
            }
        }
        lost
    }

    /// Everybody has what follows from the answers, to the token.
    async fn compare_balances(&self) {
        let mut expected = [BEGINNING + WELCOME; CLIENTS];
        for client in &self.clients {
            for one in &client.tries {
                let Some(Ok(_)) = &one.answer else { panic!("{one:?} was refused") };
                match one.what {
                    What::Buy => expected[client.number] -= PRICE,
                    What::Give(to, amount) => {
                        expected[client.number] -= amount;
                        expected[to] += amount;
                    }
                }
            }
        }
        for client in &self.clients {
            let balance = client.api.balance().await;
            assert_eq!(balance, expected[client.number].to_string(), "client {}", client.number);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_nothing_is_lost_and_nothing_done_twice() {
    crash(Program::fresh(), setting("FARTHING_CRASHES", 5), setting("FARTHING_SEED", 2_026)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_postgresql_too() {
    let url = postgres::fresh().await;
    crash(Program::on(&url), setting("FARTHING_CRASHES", 2), setting("FARTHING_SEED", 2_029)).await;
    postgres::remove(&url).await;
}

async fn crash(program: Program, crashes: u64, seed: u64) {
    println!("seed {seed}");
    let mut load = Load::begin(program, seed).await;
    for crash in 0..crashes {
        load.trade_until(Program::kill).await;
        load.program.start();
        for client in &mut load.clients {
            client.api = client.api.at(&load.program);
        }
        let unheard = load.count_unheard().await;
        let lost = load.ask_again().await;
        assert!(unheard <= lost, "more was done than was asked for");
        assert_eq!(load.count_unheard().await, 0, "what was asked again is there once");
        load.compare_balances().await;
        let asked: usize = load.clients.iter().map(|client| client.tries.len()).sum();
        println!("crash {crash}: {asked} asked so far, {lost} answers lost, {unheard} of them had been done");
    }
    load.program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_under_load_every_request_is_whole() {
    let seed = setting("FARTHING_SEED", 2_027);
    println!("seed {seed}");
    let mut load = Load::begin(Program::fresh(), seed).await;
    for _ in 0..2 {
        load.trade_until(|program| program.ask_to_stop()).await;
        load.program.wait();
        load.program.audit();
        load.program.start();
        for client in &mut load.clients {
            client.api = client.api.at(&load.program);
        }
        assert_eq!(load.count_unheard().await, 0, "what was begun was answered");
        let _ = load.ask_again().await;
        assert_eq!(load.count_unheard().await, 0, "what was asked again is there once");
        load.compare_balances().await;
    }
    load.program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_index_is_built_anew() {
    let mut program = Program::fresh();
    let seller = Api::opens_account(&program).await;
    let listing = seller.lists("Unlosable lantern", "5", 1).await;
    let _ = seller.search_until_found("lantern", &listing).await;
    program.stop();
    std::fs::remove_dir_all(program.data().join("search")).expect("the index is a folder");
    program.start();
    let _ = seller.at(&program).search_until_found("lantern", &listing).await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_indexing_all_can_be_found() {
    let seed = setting("FARTHING_SEED", 2_028);
    println!("seed {seed}");
    let mut chance = Chance::new(seed);
    let mut program = Program::fresh();
    let seller = Api::opens_account(&program).await;
    let category = seller.category().await;
    let mut listed: Vec<(String, String)> = Vec::new();
    for crash in 0..3 {
        for number in 0..20 + chance.below(60) {
            let title = format!("Lantern number {crash}x{number}");
            let input = json!({
                "title": title, "categoryId": category, "kind": "GOODS", "price": "5", "quantity": 1, "publish": true,
            });
            let done = seller.at(&program).must("listItem", input, "listing { id }").await;
            listed.push((title, done["listing"]["id"].as_str().expect("an id").to_owned()));
        }
        program.kill();
        program.start();
        let seller = seller.at(&program);
        for (title, listing) in listed.iter().rev().take(3) {
            let words = title.rsplit(' ').next().expect("a title has words");
            let _ = seller.search_until_found(words, listing).await;
        }
    }
    program.close();
}
