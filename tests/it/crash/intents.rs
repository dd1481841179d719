//! What is bought by itself as soon as the tokens are there, while the program
//! is killed in the midst of that: bought once, whoever else asks for it.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::api::Api;
use tests::mailbox::{Mailbox, PATIENCE};
use tests::program::Program;
use tests::stripe::Double;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::asks::Hands;
use super::town::{Town, opened};

const BUYERS: usize = 8;

/// It costs more than the welcome tokens, and just as much as is
/// paid for each time: before that nobody can buy it.
const PRICE: &str = "60";

/// A top-up with an intent: where it is paid, and under which key the intent is
/// bought.
#[derive(Clone)]
struct Intended {
    top_up: Value,
    session: String,
    key: String,
}

pub(super) async fn kills_while_intents_are_finished(database: Option<&str>, crashes: usize) {
    let (double, mailbox) = (Arc::new(Double::open().await), Mailbox::open().await);
    let mut program = opened(&double, &mailbox, database);
    let seller = Api::opens_account(&program).await;
    let listing = seller.lists("Lanterns bought by themselves", PRICE, 100_000).await;
    let (offer, store, handles) = (Value::Null, String::new(), Vec::new());
    let mut town = Town { url: program.url(""), listing, offer, store, handles, double };
    let mut buyers = Vec::new();
    for _ in 0..BUYERS {
        buyers.push(Api::opens_account(&program).await);
    }
    for crash in 0..crashes {
        let intended = intend(&program, &town, &buyers, crash).await;
        // Each time the end comes after another number of messages.
        pay(&mut program, &town, &buyers, &intended, 1 + crash * 3 % BUYERS).await;
        town.url = program.url("");
        let mut by_itself = 0;
        for (buyer, one) in buyers.iter().zip(&intended) {
            let buyer = buyer.at(&program);
            // The provider tells once more, and whoever sees their tokens
            // presses the button, though it was to happen by itself.
            let paid = Hands::of(buyer.at(&program), None).pays(&town, &one.session).await;
            assert!(paid.is_some_and(|paid| paid.is_ok()), "its messages are taken");
            let seen = looks_until(&buyer, &one.top_up, |seen| seen["state"] == "CREDITED").await;
            by_itself += usize::from(!seen["purchaseResult"].is_null());
            let order = buyer.buys(&town.listing, PRICE, &one.key).await.expect("an answer");
            assert!(order.is_ok(), "{order:?}");
            let seen = looks_until(&buyer, &one.top_up, |seen| !seen["purchaseResult"].is_null()).await;
            assert_eq!(seen["purchaseResult"], "DONE");
            let orders = orders(&buyer).await;
            assert_eq!(orders, crash + 1, "one order for each intent");
        }
        println!("crash {crash}: {by_itself} of {BUYERS} bought before anybody pressed a button");
    }
    program.close();
}

/// Everybody asks for tokens to buy with, and looks at the provider's page.
async fn intend(program: &Program, town: &Town, buyers: &[Api], crash: usize) -> Vec<Intended> {
    let mut intended = Vec::new();
    for buyer in buyers {
        let (hands, key) = (Hands::of(buyer.at(program), None), format!("intent-{crash}"));
        let then = json!({ "listingId": town.listing, "expectedPrice": PRICE, "idempotencyKey": key });
        let input = json!({ "tokens": PRICE, "idempotencyKey": format!("tokens-{crash}"), "thenBuy": then });
        let made = hands.api.must("topUp", input, "topUpOrder { id payUrl purchaseResult }").await;
        let made = &made["topUpOrder"];
        assert!(made["purchaseResult"].is_null(), "{made}");
        let url = made["payUrl"].as_str().expect("a place to pay");
        let path = &url[url.find("/pay/").expect("a path")..];
        let session = hands.visits(town, path).await.expect("the market answers").expect("a session");
        let session = session.as_str().expect("a session").to_owned();
        intended.push(Intended { top_up: made["id"].clone(), session, key });
    }
    intended
}

/// Everybody pays at once, until the program is killed after so many of the
/// provider's messages; it is started again.
async fn pay(program: &mut Program, town: &Town, buyers: &[Api], intended: &[Intended], after: usize) {
    let (heard, mut taken) = unbounded_channel();
    let mut payers = JoinSet::new();
    for (buyer, one) in buyers.iter().zip(intended) {
        let (hands, town) = (Hands::of(buyer.at(program), None), town.clone());
        let (heard, session) = (heard.clone(), one.session.clone());
        payers.spawn(async move {
            if hands.pays(&town, &session).await.is_some() {
                // Whoever counts may have stopped counting.
                let _ = heard.send(());
            }
        });
    }
    for _ in 0..after {
        let _ = timeout(PATIENCE, taken.recv()).await.expect("messages are taken");
    }
    program.kill();
    payers.join_all().await;
    program.start();
}

/// Looks at a top-up until it is as expected.
async fn looks_until(buyer: &Api, top_up: &Value, is_so: fn(&Value) -> bool) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on TopUpOrder { state purchaseResult } } }";
    let mut seen = Value::Null;
    let looks = async {
        while !is_so(&seen) {
            seen = buyer.ask(query, json!({ "id": top_up })).await["node"].clone();
        }
    };
    let in_time = timeout(PATIENCE, looks).await;
    assert!(in_time.is_ok(), "an intent stays as it is: {seen}");
    seen
}

async fn orders(buyer: &Api) -> usize {
    let told = buyer.ask("{ me { orders(first: 100) { edges { cursor } } } }", json!({})).await;
    told["me"]["orders"]["edges"].as_array().expect("a list").len()
}
