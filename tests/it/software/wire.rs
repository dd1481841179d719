//! Licences over HTTP: answers that are lost, a server that is killed, numbers
//! that are none, and what is told by whoever installs and runs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tests::api::{Api, No};
use tests::buyer::Buyer;
use tests::program::Program;
use tests::proxy::Proxy;
use tests::publisher::{Packed, Publisher};
use tokio::sync::mpsc::unbounded_channel;

/// How many uses are rented.
const USES: i64 = 5_000;

/// A market with a program on rent by uses, and somebody who has rented it.
struct Rented {
    api: Api,
    licence: String,
}

async fn publishes(market: &Program, product: &str) -> Vec<String> {
    let publisher = Publisher::begins(market, product).await;
    publisher.releases("1.0.0", &Packed::script(product, "echo drawn")).await;
    let offers = json!([{ "kind": "RENT_UNITS", "price": "3", "units": USES }]);
    publisher.offers(offers).await
}

impl Rented {
    async fn at(market: &Program) -> Self {
        let offers = publishes(market, "inkwell").await;
        // Each account begins with 50 tokens as a welcome.
        let api = Api::opens_account(market).await;
        let input = json!({ "offerId": offers[0], "expectedPrice": "3", "idempotencyKey": "r" });
        let licence = api.must("rent", input, "licence { id }").await["licence"]["id"].clone();
        Self { api, licence: licence.as_str().expect("an id").to_owned() }
    }

    fn input(&self, units: &Value, name: &str) -> Value {
        json!({ "licenceId": self.licence, "meter": "use", "units": units, "consumeId": name })
    }

    /// Uses one unit under a name; nothing if the answer is lost.
    async fn uses(&self, api: &Api, name: &str) -> Option<Result<Value, No>> {
        let input = self.input(&json!(1), name);
        api.try_to("consume", input, "meter { left } isRepeated").await.ok()
    }

    /// How many were consumed, and how many are left.
    async fn counted(&self, api: &Api) -> (i64, i64) {
        let query = "query($id: ID!) { licence(id: $id) { meters { code consumed reserved left } } }";
        let meter = api.ask(query, json!({ "id": self.licence })).await["licence"]["meters"][0].clone();
        assert_eq!((&meter["code"], &meter["reserved"]), (&json!("use"), &json!(0)));
        (meter["consumed"].as_i64().expect("a number"), meter["left"].as_i64().expect("a number"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_whose_answer_was_lost_is_charged_once() {
    let market = Program::fresh();
    let rented = Rented::at(&market).await;
    let proxy = Proxy::open().await;
    proxy.lead_to(market.address());
    let api = rented.api.by_way_of(&proxy.url()).on_new_connections();
    proxy.lose_answers(true);
    for _ in 0..3 {
        assert!(rented.uses(&api, "draw-1").await.is_none(), "the wire loses it");
    }
    assert_eq!(proxy.lost(), 3, "the market had answered");
    proxy.lose_answers(false);
    let told = rented.uses(&api, "draw-1").await.expect("it comes").expect("it is done");
    assert_eq!((&told["isRepeated"], &told["meter"]["left"]), (&json!(true), &json!(USES - 1)));
    assert_eq!(rented.counted(&rented.api).await, (1, USES - 1));
    market.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_has_charged_a_use_or_not_and_never_half() {
    let mut market = Program::fresh();
    let rented = std::sync::Arc::new(Rented::at(&market).await);
    let mut names = BTreeSet::new();
    for round in 0..3 {
        let (heard, mut count) = unbounded_channel();
        let clients: Vec<_> = (0..8)
            .map(|client| {
                let (rented, api, heard) = (rented.clone(), rented.api.at(&market), heard.clone());
                tokio::spawn(async move {
                    let mut tried = Vec::new();
                    loop {
                        let name = format!("r{round}-{client}-{}", tried.len());
                        let answer = rented.uses(&api, &name).await;
                        let is_lost = answer.is_none();
                        tried.push((name, answer.map(|told| told.expect("there are enough"))));
                        if is_lost {
                            return tried;
                        }
                        let _ = heard.send(());
                    }
                })
            })
            .collect();
        for _ in 0..40 + 7 * round {
            count.recv().await.expect("the clients go on until the market is gone");
        }
        market.kill();
        let mut tried = Vec::new();
        for client in clients {
            tried.extend(client.await.expect("a client that ends"));
        }
        market.start();
        let api = rented.api.at(&market);
        let (consumed, left) = rented.counted(&api).await;
        let known = i64::try_from(names.len()).expect("a few");
        let told = i64::try_from(tried.iter().filter(|(_, answer)| answer.is_some()).count()).expect("a few");
        assert_eq!(consumed + left, USES);
        assert!((known + told..=known + told + 8).contains(&consumed), "{known} {told} {consumed}");
        for (name, answer) in tried {
            let again = rented.uses(&api, &name).await.expect("it answers").expect("there are enough");
            if let Some(answer) = answer {
                assert_eq!(again["isRepeated"], true, "{name} was acknowledged");
                assert_eq!(again["meter"], answer["meter"], "the same answer");
            }
            names.insert(name);
        }
        let known = i64::try_from(names.len()).expect("a few");
        assert_eq!(rented.counted(&api).await, (known, USES - known), "each name once");
    }
    market.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_are_none_change_nothing() {
    let market = Program::fresh();
    let rented = Rented::at(&market).await;
    rented.uses(&rented.api, "first").await.expect("it answers").expect("it is done");
    let balance = rented.api.balance().await;
    let large = json!(9_223_372_036_854_775_808_u64);
    let odd =
        [json!(0), json!(-1), large, json!(1.5), json!("1"), json!(null), json!([1, 2]), json!(1_000_001)];
    for (place, units) in odd.iter().enumerate() {
        for (name, own) in [("consume", "consumeId"), ("beginTask", "taskId"), ("leaseUnits", "leaseId")] {
            let mut input = json!({ "licenceId": rented.licence, "meter": "use", "units": units });
            input[own] = json!(format!("odd-{place}"));
            // Without a number of its own, a task is one unit: that is no oddity.
            if name == "beginTask" && units.is_null() {
                continue;
            }
            let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
            let query = format!(
                "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ userErrors {{ code field }} }} }}"
            );
            let told = rented.api.tell(&query, json!({ "input": input })).await.expect("it answers");
            let said = &told.body["data"][name]["userErrors"][0]["code"];
            // What is no number of GraphQL's is refused before anybody reads it.
            let word = told.body["errors"][0]["message"].as_str().unwrap_or_default();
            let is_none = word.starts_with("Invalid value for argument \"input.units\"");
            // Units are taken along by devices only: that is said first.
            let is_refused = said == "INVALID_INPUT" || name == "leaseUnits" && said == "DENIED";
            assert!(is_none || is_refused, "{name} {units}: {:#}", told.body);
            assert!(told.status.is_success() || told.status.is_client_error(), "{}", told.status);
        }
    }
    // A name that is used up does not count backwards either, and there is
    // no word for setting a meter.
    let other = rented.api.attempt("consume", rented.input(&json!(2), "first"), "isRepeated").await;
    assert_eq!(other.expect_err("another number").code, "ID_REUSED");
    let words = rented.api.ask("{ __schema { mutationType { fields { name } } } }", json!({})).await;
    let words = words["__schema"]["mutationType"]["fields"].as_array().expect("a list").iter();
    let words: Vec<_> = words.map(|word| word["name"].as_str().expect("a name").to_lowercase()).collect();
    assert!(!words.iter().any(|word| word.contains("reset") || word.contains("decrement")), "{words:?}");
    assert_eq!(rented.counted(&rented.api).await, (1, USES - 1));
    assert_eq!(rented.api.balance().await, balance);
    market.close();
}

/// One request as it went over the wire.
#[derive(Debug)]
struct Sent {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// The requests of a connection; each body has its length before it.
fn requests(mut text: &str) -> Vec<Sent> {
    let mut found = Vec::new();
    while let Some((head, rest)) = text.split_once("\r\n\r\n") {
        let mut lines = head.lines();
        let line = lines.next().expect("a first line").to_owned();
        let headers: BTreeMap<_, _> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |it| it.parse().expect("a length"));
        let (body, after) = rest.split_at(length);
        found.push(Sent { line, headers, body: body.to_owned() });
        text = after;
    }
    assert_eq!(text, "", "nothing but requests");
    found
}

/// Every name of a field within.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                found.insert(name.clone());
                names(value, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| names(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// All that a device says of itself: the keys that begin so.
fn devices(requests: &[Sent]) -> BTreeSet<String> {
    let texts = requests.iter().flat_map(|sent| {
        sent.headers.iter().map(|(name, value)| format!("{name} {value}")).chain([sent.body.clone()])
    });
    let mut found = BTreeSet::new();
    for text in texts {
        for start in ["k4.public.", "k4.pid."] {
            for (at, _) in text.match_indices(start) {
                let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
                found.insert(text[at..].split(|sign| !is_sign(sign)).next().unwrap_or_default().to_owned());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_wire_goes_only_what_it_takes() {
    let proxy = Proxy::open().await;
    let url = proxy.url();
    let market = Program::with(&[("FARTHING_LIMITS", "off"), ("FARTHING_SERVER__PUBLIC_URL", &url)]);
    proxy.lead_to(market.address());
    let (api, buyer) = (Api::opens_account(&market).await, Buyer::new());
    let code = api.ask("mutation { createClaimCode { code } }", json!({})).await["createClaimCode"]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    let does = |line: String| {
        let output =
            buyer.command(&url, &format!("--json --yes {line}")).env("USER", "finch-at-home").output();
        let output = output.expect("the command can be run");
        assert!(output.status.success(), "{line}: {output:?}");
    };
    tokio::task::block_in_place(|| does(format!("sign-in {code}")));
    let mut keys: Vec<BTreeSet<String>> = Vec::new();
    for product in ["inkwell", "pressroom"] {
        publishes(&market, product).await;
        let before = proxy.sent().len();
        tokio::task::block_in_place(|| {
            for line in ["rent", "install", "install", "run", "take", "run", "release", "status", "uninstall"]
            {
                let more = if line == "take" { " use 3" } else { "" };
                does(format!("{line} {product}{more}"));
            }
        });
        let sent: Vec<Sent> = proxy.sent()[before..].iter().flat_map(|text| requests(text)).collect();
        assert!(sent.len() > 8, "{sent:#?}");
        let own = devices(&sent);
        keys.push(own);
        only_what_it_takes(&sent, &buyer);
    }
    let shared: Vec<_> = keys[0].intersection(&keys[1]).collect();
    assert!(shared.is_empty(), "two products share {shared:?}");
    market.close();
}

/// The headers that a request may have.
const HEADERS: &str = "host content-type content-length accept accept-encoding authorization connection \
    user-agent farthing-device farthing-proof range if-range if-none-match";

/// The fields that a question may have.
const FIELDS: &str = "query variables input licenceId device want artifact offerId expectedPrice \
    idempotencyKey slug channel covers after nonce meter units leaseId report consumeId";

/// Neither a header nor a field that is not on these lists, and nothing of the
/// computer in any.
fn only_what_it_takes(sent: &[Sent], buyer: &Buyer) {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let home = buyer.home().display().to_string();
    let agents: BTreeSet<_> = sent.iter().filter_map(|sent| sent.headers.get("user-agent")).collect();
    assert!(agents.len() <= 1, "{agents:?}");
    for request in sent {
        let odd: Vec<_> =
            request.headers.keys().filter(|name| !HEADERS.split(' ').any(|known| known == *name)).collect();
        assert!(odd.is_empty(), "{odd:?} in {request:#?}");
        let path = request.line.split(' ').nth(1).expect("a path");
        assert!(path == "/graphql" || path.starts_with("/artifacts/"), "{}", request.line);
        if path != "/graphql" {
            assert!(request.body.is_empty());
            let own = ["authorization", "farthing-device", "farthing-proof"];
            assert!(own.iter().all(|name| !request.headers.contains_key(*name)), "{request:#?}");
            continue;
        }
        let body: Value = serde_json::from_str(&request.body).expect("a question");
        let mut fields = BTreeSet::new();
        names(&body, &mut fields);
        let odd: Vec<_> =
            fields.iter().filter(|name| !FIELDS.split(' ').any(|known| known == *name)).collect();
        assert!(odd.is_empty(), "{odd:?} in {}", request.body);
        let whole = format!("{request:?}").to_lowercase();
        let mut words = vec![home.as_str(), "finch-at-home", "/proc", "linux ", "x86_64"];
        // A short name may be part of any key.
        words.extend(Some(host.trim()).filter(|host| host.len() > 5));
        for word in words {
            assert!(!whole.contains(&word.to_lowercase()), "{word} is told in {request:#?}");
        }
    }
}
