//! Software from its publisher to a buyer's computer and back: two programs
//! that embed the library are published, rented, installed, run without a
//! network, exhausted, extended, converted and removed.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use tests::api::Api;
use tests::buyer::{Buyer, packed};
use tests::program::Program;
use tests::publisher::{Packed, Publisher};

/// A publisher whose program is out under these offers; the size of its
/// artifact.
async fn publishes(market: &Program, sample: &str, offers: Value) -> usize {
    let publisher = Publisher::begins(market, sample).await;
    let keys = publisher.api.ask("{ storeKeys { store root } }", json!({})).await["storeKeys"].clone();
    let sold = json!({ "store": keys["store"], "root": keys["root"], "address": market.url("") });
    let bytes = tokio::task::block_in_place(|| packed(sample, &sold));
    let size = bytes.len();
    publisher.releases("1.0.0", &Packed { packing: "tar.gz", main: format!("bin/{sample}"), bytes }).await;
    publisher.offers(offers).await;
    size
}

/// Somebody with tokens, whose computer is signed in.
async fn signs_in(market: &Program, tokens: &str) -> (Api, Buyer) {
    let (api, buyer) = (Api::opens_account(market).await, Buyer::new());
    Api::staff(market, &format!("staff-{tokens}")).await.grants(&api.handle, tokens).await;
    let code =
        api.ask("mutation { createClaimCode { code } }", json!({})).await["createClaimCode"]["code"].clone();
    let code = code.as_str().expect("a code").to_owned();
    let done = buyer.does(market, &format!("sign-in {code}"));
    assert_eq!(done["handle"], api.handle.as_str());
    let (again, _) = buyer.asks(market, &format!("sign-in {code}"));
    assert_ne!(again, 0, "a code is used up");
    (api, buyer)
}

/// How many bytes of programs went out so far.
async fn served(market: &Program) -> usize {
    let text = reqwest::get(market.url("/metrics")).await.expect("the market answers");
    let text = text.text().await.expect("a text");
    let line = text.lines().find(|line| line.starts_with("farthing_artifact_bytes_total"));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("they are counted")
}

/// Runs the installed program: the number it ends with, and what it says.
fn runs(buyer: &Buyer, store: &str, line: &str) -> (i32, String) {
    let output = buyer.runs(store, line);
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    (output.status.code().unwrap_or(-1), said.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_rented_by_uses_run_without_a_network_and_bought() {
    let mut market = Program::fresh();
    let offers = json!([
        { "kind": "RENT_UNITS", "price": "3", "units": 3, "creditBasisPoints": 5000 },
        { "kind": "PURCHASE", "price": "20" },
    ]);
    let size = publishes(&market, "inkwell", offers).await;
    let (api, buyer) = signs_in(&market, "100").await;
    assert_eq!(buyer.asks(&market, "install inkwell").0, 5, "there is no licence");
    assert_eq!(buyer.does(&market, "rent inkwell")["paid"], "3");

    assert_eq!(buyer.does(&market, "install inkwell")["downloaded"], true);
    assert_eq!(served(&market).await, size);
    assert_eq!(buyer.does(&market, "install inkwell")["downloaded"], false);
    assert_eq!(served(&market).await, size, "not one byte of it more");

    let store = market.url("");
    assert_eq!(runs(&buyer, &store, "run inkwell"), (0, "inkwell draws; 2 uses are left".to_owned()));
    assert_eq!(buyer.does(&market, "take inkwell use 2")["left"], 2);
    market.stop();
    let along = |left: u32| (0, format!("inkwell draws; {left} uses taken along are left"));
    assert_eq!(runs(&buyer, &store, "run inkwell"), along(1));
    assert_eq!(runs(&buyer, &store, "run inkwell"), along(0));
    assert_eq!(runs(&buyer, &store, "run inkwell").0, 26, "LEASE_EXHAUSTED");

    market.start();
    let store = market.url("");
    assert_eq!(runs(&buyer, &store, "run inkwell").0, 25, "USES_EXHAUSTED");
    assert_eq!(buyer.does(&market, "extend inkwell")["paid"], "3");
    assert_eq!(runs(&buyer, &store, "run inkwell"), (0, "inkwell draws; 2 uses are left".to_owned()));
    assert_eq!(buyer.does(&market, "convert inkwell")["paid"], "17", "half of the rent counts");
    assert_eq!(runs(&buyer, &store, "run inkwell"), (0, "inkwell draws; nothing is counted".to_owned()));
    // Each account begins with 50 tokens as a welcome.
    assert_eq!(api.at(&market).balance().await, "127");
    let removed = buyer.does(&market, "uninstall inkwell");
    assert_eq!((&removed["files"], &removed["freed"]), (&json!(2), &json!(true)));
    let (exit, findings) = buyer.asks(&market, "doctor");
    assert_eq!(exit, 0, "{findings}");
    market.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_rented_by_tasks_that_cost_when_they_are_done() {
    let market = Program::fresh();
    let offers = json!([{ "kind": "RENT_UNITS", "price": "1", "meter": "export-pdf", "units": 2 }]);
    publishes(&market, "pressroom", offers).await;
    let (_, buyer) = signs_in(&market, "5").await;
    let _paid = buyer.does(&market, "rent pressroom");
    let _installed = buyer.does(&market, "install pressroom");
    let page = buyer.home().join("page.pdf");
    let export = |text: &str| {
        let mut command = buyer.command(&market.url(""), &format!("run pressroom {}", page.display()));
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the command can be run");
        child.stdin.take().expect("it was piped").write_all(text.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    assert_eq!(export("").0, 3, "work that fails");
    assert!(!page.exists());
    let (exit, said) = export("Hello");
    assert!(exit == 0 && said.ends_with("1 more can be"), "{said}");
    assert!(fs::read(&page).expect("it is there").starts_with(b"%PDF-1.4"));
    assert!(export("Hello again").1.ends_with("0 more can be"));
    fs::remove_file(&page).expect("it is there");
    assert_eq!(export("Once more").0, 25, "USES_EXHAUSTED");
    assert!(!page.exists());
    market.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_gets_the_newest_version_that_it_covers() {
    let market = Program::fresh();
    let publisher = Publisher::begins(&market, "inkwell").await;
    publisher.releases("1.0.0", &Packed::script("inkwell", "echo one $1")).await;
    publisher.offers(json!([{ "kind": "PURCHASE", "price": "20", "updates": "MAJOR" }])).await;
    let (_, buyer) = signs_in(&market, "100").await;
    let store = market.url("");
    assert_eq!(buyer.does(&market, "buy inkwell")["paid"], "20");
    assert_eq!(buyer.does(&market, "install inkwell")["version"], "1.0.0");
    publisher.releases("1.1.0", &Packed::script("inkwell", "echo two $1")).await;
    publisher.releases("2.0.0", &Packed::script("inkwell", "echo three $1")).await;
    let done = buyer.does(&market, "update inkwell");
    assert_eq!((&done["version"], &done["notCovered"]), (&json!("1.1.0"), &json!("2.0.0")));
    assert_eq!(runs(&buyer, &store, "run inkwell"), (0, "two".to_owned()));
    let launcher =
        std::process::Command::new(buyer.home().join("farthing/bin/inkwell")).arg("again").output();
    let said = launcher.expect("it can be run by its name").stdout;
    assert_eq!(String::from_utf8_lossy(&said).trim(), "two again");
    // The newest covered one is taken off: the one before is news again.
    let input = json!({ "listingId": publisher.listing, "version": "1.1.0", "state": "YANKED" });
    publisher.api.must("publishRelease", input, "release { state }").await;
    assert_eq!(buyer.does(&market, "install inkwell")["downloaded"], false, "what runs stays");
    let _removed = buyer.does(&market, "uninstall inkwell");
    assert_eq!(buyer.does(&market, "install inkwell")["version"], "1.0.0");
    market.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_found_among_many_listings() {
    let market = Program::fresh();
    let mut last = String::new();
    for number in 0..24 {
        let name = format!("pen-{number}");
        let publisher = Publisher::begins(&market, &name).await;
        publisher.releases("1.0.0", &Packed::script(&name, &format!("echo {name}"))).await;
        publisher.offers(json!([{ "kind": "PURCHASE", "price": "2" }])).await;
        publisher.api.lists(&format!("A pen of oak, {number}"), "3", 2).await;
        last = publisher.listing.as_str().expect("an id").to_owned();
    }
    let (api, buyer) = signs_in(&market, "100").await;
    api.search_until_found("pen", &last).await;
    let found = buyer.does(&market, "search pen");
    let shown = found["found"].as_array().expect("a list");
    assert_eq!((shown.len(), &found["total"]), (20, &json!(24)), "goods are none");
    assert_eq!(buyer.does(&market, "search pen-17")["found"][0]["product"], "pen-17");
    assert_eq!(buyer.does(&market, "search no-such-thing")["found"], json!([]));
    for name in ["pen-3", "pen-17"] {
        assert_eq!(buyer.does(&market, &format!("buy {name}"))["paid"], "2");
        let _installed = buyer.does(&market, &format!("install {name}"));
        assert_eq!(runs(&buyer, &market.url(""), &format!("run {name}")), (0, name.to_owned()));
    }
    assert_eq!(buyer.does(&market, "status")["licences"].as_array().expect("a list").len(), 2);
    assert_eq!(buyer.asks(&market, "buy pen-99").0, 5, "there is no such program");
    market.close();
}
