//! The program is killed under load, in the midst of whatever it does, and
//! started again: nothing that was acknowledged is lost, nothing happens
//! twice, and what was never answered can be asked again with the same key.
//! That holds for purchases and gifts, for tokens by card, code and telephone
//! and what is bought with them by itself, for licences with what is used,
//! begun and taken along, for what is given back and what earns money, and for
//! letters.
//!
//! `FARTHING_CRASHES` says how often (5), `FARTHING_SEED` begins elsewhere.

mod asks;
mod client;
mod house;
mod intents;
mod load;
mod town;

use serde_json::json;
use tests::api::Api;
use tests::chance::Chance;
use tests::postgres;
use tests::program::Program;

use load::Load;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_nothing_is_lost_and_nothing_done_twice() {
    crash(None, setting("FARTHING_CRASHES", 5), setting("FARTHING_SEED", 2_026)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_postgresql_too() {
    let url = postgres::fresh().await;
    crash(Some(&url), setting("FARTHING_CRASHES", 2), setting("FARTHING_SEED", 2_029)).await;
    postgres::remove(&url).await;
}

async fn crash(database: Option<&str>, crashes: u64, seed: u64) {
    let mut load = Load::begin(database, seed).await;
    for crash in 0..crashes {
        load.trade_until(Program::kill).await;
        load.looks_at_the_disk().await;
        load.starts_again();
        let unheard = load.count_unheard().await;
        let lost = load.ask_again().await;
        assert!(unheard <= lost, "more was done than was asked for");
        assert_eq!(load.count_unheard().await, 0, "what was asked again is there once");
        load.compare_balances().await;
        load.house().compares().await;
        let asked: usize = load.clients.iter().map(|client| client.tries.len()).sum();
        println!("crash {crash}: {asked} asked so far, {lost} answers lost, {unheard} of them had been done");
    }
    load.ask_all_twice().await;
    load.house().asks_all_twice().await;
    println!("in the house: {:?}", load.house().told());
    load.compare_money().await;
    load.compare_letters().await;
    load.compare_balances().await;
    load.program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_under_load_every_request_is_whole() {
    let mut load = Load::begin(None, setting("FARTHING_SEED", 2_027)).await;
    for _ in 0..2 {
        load.trade_until(|program| program.ask_to_stop()).await;
        load.program.wait();
        load.program.audit();
        load.starts_again();
        assert_eq!(load.count_unheard().await, 0, "what was begun was answered");
        let _ = load.ask_again().await;
        assert_eq!(load.count_unheard().await, 0, "what was asked again is there once");
        load.compare_balances().await;
        load.house().compares().await;
    }
    load.program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_buys_by_itself_it_buys_once() {
    intents::kills_while_intents_are_finished(None, 6).await;
    let url = postgres::fresh().await;
    intents::kills_while_intents_are_finished(Some(&url), 2).await;
    postgres::remove(&url).await;
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
