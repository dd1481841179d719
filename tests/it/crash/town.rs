//! The market that is killed: a seller, a publisher, a desk, somebody who
//! prints codes, a provider of card payments, a mail server, and the clients.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::LicenceId;
use reqwest::Client as Http;
use serde_json::{Value, json};
use tests::api::Api;
use tests::chance::Chance;
use tests::mailbox::Mailbox;
use tests::program::Program;
use tests::stripe::{Double, SECRET_KEY, WEBHOOK_SECRET};
use uuid::Uuid;

use super::asks::{Hands, PRICE, RENT, SLIP, USES};
use super::client::Client;
use super::house::House;

/// What each client has to spend, in whole tokens.
pub(super) const BEGINNING: i64 = 5_000;
pub(super) const WELCOME: i64 = 50;
pub(super) const CLIENTS: usize = 12;

/// So many clients have a mail address.
pub(super) const READERS: usize = 4;

/// How many codes are printed for each client.
const SLIPS: usize = 80;

/// Everybody and everything, as the clients know it.
#[derive(Clone)]
pub(super) struct Town {
    pub(super) url: String,
    pub(super) listing: String,
    pub(super) offer: Value,
    /// The market's name, which devices sign for.
    pub(super) store: String,
    pub(super) handles: Vec<String>,
    pub(super) double: Arc<Double>,
}

impl Town {
    /// The whole address of a path.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// A new market on a database, or on a file of its own.
pub(super) fn opened(double: &Double, mailbox: &Mailbox, database: Option<&str>) -> Program {
    let (api, port) = (double.url(), mailbox.port().to_string());
    let settings = [
        ("FARTHING_LIMITS", "off"),
        // The same after each start, though the port is not.
        ("FARTHING_SERVER__PUBLIC_URL", "http://127.0.0.1:8000"),
        ("FARTHING_PAYMENTS__STRIPE_SECRET_KEY", SECRET_KEY),
        ("FARTHING_PAYMENTS__STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("FARTHING_PAYMENTS__STRIPE_API", &api),
        ("FARTHING_REDEMPTION__ENABLED", "true"),
        ("FARTHING_REDEMPTION__MATURITY_DAYS", "0"),
        ("FARTHING_REDEMPTION__MINIMUM_TOKENS", "1"),
        ("FARTHING_MAIL__HOST", "127.0.0.1"),
        ("FARTHING_MAIL__PORT", &port),
        ("FARTHING_MAIL__SECURITY", "none"),
        ("FARTHING_MAIL__FROM", "The market <market@post.example>"),
    ];
    let database = database.map(|url| ("FARTHING_DATABASE__URL", url));
    let settings: Vec<_> = settings.into_iter().chain(database).collect();
    Program::with(&settings)
}

/// Somebody leaves an address and proves it.
async fn leaves_an_address(who: &Api, mailbox: &Mailbox, name: &str) {
    let address = format!("{name}@post.example");
    who.must("leaveMailAddress", json!({ "address": address }), "mail { __typename }").await;
    let mut path = String::new();
    mailbox
        .waits_until("the letter with a code", |letters| {
            let found =
                letters.iter().find(|it| it.recipient == address && it.subject().starts_with("Confirm"));
            found.inspect(|it| path = it.path("/account/mail?code=")).is_some()
        })
        .await;
    let code = path.split("code=").nth(1).expect("a code");
    who.must("confirmMailAddress", json!({ "code": code }), "mail { __typename }").await;
}

/// Somebody publishes a program that is rented by its uses; the offer's id.
pub(super) async fn publishes(program: &Program, api: &Api, title: &str) -> Value {
    let bytes = b"a program".to_vec();
    let input = json!({ "title": title, "categoryId": api.category().await, "kind": "SOFTWARE" });
    let listing = api.must("listItem", input, "listing { id }").await["listing"]["id"].clone();
    let input = json!({ "listingId": listing, "version": "1.0.0", "state": "DRAFT" });
    let release = api.must("publishRelease", input, "release { id }").await["release"]["id"].clone();
    let input = json!({
        "releaseId": release, "os": "linux", "arch": "x86_64", "packing": "binary", "main": "inkwell",
        "name": "inkwell.bin", "sizeBytes": bytes.len().to_string(),
    });
    let done = api.must("uploadArtifact", input, "artifact { id uploadUrl }").await;
    let url = done["artifact"]["uploadUrl"].as_str().expect("an address").to_owned();
    let path = url.strip_prefix("http://127.0.0.1:8000").expect("a path of the market");
    let http = Http::builder().no_proxy().build().expect("a client without options builds");
    let sent = http.patch(program.url(path)).bearer_auth(api.token().expect("a session"));
    let sent = sent.header("content-type", "application/offset+octet-stream").header("upload-offset", 0);
    let sent = sent.body(bytes).send().await.expect("the market answers");
    assert!(sent.status().is_success(), "{sent:?}");
    api.must("finishUpload", json!({ "artifactId": done["artifact"]["id"] }), "artifact { id }").await;
    let input = json!({ "listingId": listing, "version": "1.0.0" });
    api.must("publishRelease", input, "release { state }").await;
    let offer = json!({ "kind": "RENT_UNITS", "price": RENT.to_string(), "units": USES, "devicesMax": 1 });
    let done =
        api.must("setOffers", json!({ "listingId": listing, "offers": [offer] }), "offers { id }").await;
    api.must("publishListing", json!({ "listingId": listing }), "listing { id }").await;
    done["offers"][0]["id"].clone()
}

/// Lets everybody in: the market as all know it, the clients, and the desk.
pub(super) async fn settles(
    program: &Program,
    double: Arc<Double>,
    mailbox: &Mailbox,
    seed: u64,
) -> (Town, Vec<Client>, House) {
    let (clerk, bursar) = (Api::staff(program, "clerk").await, Api::staff(program, "bursar").await);
    let seller = Api::opens_account(program).await;
    leaves_an_address(&seller, mailbox, "seller").await;
    let listing = seller.lists("Endless things", &PRICE.to_string(), 1_000_000).await;
    let offer = publishes(program, &seller, "Inkwell").await;
    let count = i64::try_from(CLIENTS * SLIPS).expect("a few codes");
    let input =
        json!({ "name": "Fair", "count": count, "tokens": SLIP.to_string(), "idempotencyKey": "fair" });
    let printed = clerk.must("issueVouchers", input, "codes").await;
    let codes = printed["codes"].as_array().expect("codes").iter();
    let codes: Vec<String> = codes.map(|code| code.as_str().expect("a code").to_owned()).collect();
    let (mut clients, mut handles) = (Vec::new(), Vec::new());
    for (number, slips) in codes.chunks(SLIPS).enumerate() {
        let api = Api::opens_account(program).await;
        clerk.grants(&api.handle, &BEGINNING.to_string()).await;
        if number < READERS {
            leaves_an_address(&api, mailbox, &format!("client-{number}")).await;
        }
        handles.push(api.handle.clone());
        clients.push(client(Hands::of(api, None), number, seed, slips.to_vec()));
    }
    let store = seller.ask("{ storeKeys { store } }", json!({})).await["storeKeys"]["store"].clone();
    let store = store.as_str().expect("a name").to_owned();
    let house = House::opens(program, [&clerk, &bursar], seed).await;
    clients.push(client(Hands::of(clerk, Some(bursar)), CLIENTS, seed, Vec::new()));
    let town = Town { url: program.url(""), listing, offer, store, handles, double };
    (town, clients, house)
}

fn client(hands: Hands, number: usize, seed: u64, slips: Vec<String>) -> Client {
    let own = seed.wrapping_add(u64::try_from(number).expect("a few clients"));
    Client { hands, number, chance: Chance::new(own), tries: Vec::new(), slips }
}

/// The number inside a global id, as codes and journals write it.
pub(super) fn uuid_of(licence: &Value) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(licence.as_str().expect("an id")).expect("base64");
    let text = String::from_utf8(bytes).expect("a text");
    let (_, number) = text.split_once(':').expect("a type and a number");
    LicenceId::new(Uuid::parse_str(number).expect("a number")).to_string()
}
