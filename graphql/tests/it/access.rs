//! Who may do what: one row for each root field. A field without a row fails.

mod desk;
mod licences;
mod redemptions;

use std::collections::BTreeSet;

use domain::access::Actor;
use domain::refusal::Refusal;
use serde_json::{Value, json};

use crate::house::{House, Person};

/// What a row's field is asked about; the owner's.
#[derive(Clone, Copy)]
enum About {
    Nothing,
    Draft,
    FileDraft,
    Published,
    Line,
    Bought,
    Sold,
    Link,
    Session,
    Batch,
    Voucher,
    Billed,
    Software,
    Release,
    Program,
    Redeemed,
}

/// What comes of it for a visitor, a stranger, the owner and the staff: "ok",
/// "null", or the code.
type Outcomes = [&'static str; 4];

const OPEN: Outcomes = ["ok"; 4];
const USERS: Outcomes = ["NOT_SIGNED_IN", "ok", "ok", "ok"];
const OWNERS: Outcomes = ["NOT_SIGNED_IN", "NOT_FOUND", "ok", "NOT_FOUND"];
const STAFF: Outcomes = ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "ok"];

/// Queries, with `ID` for the thing's id or code.
const QUERIES: &[(&str, About, &str, Outcomes)] = &[
    ("tokenPrice", About::Nothing, "tokenPrice { amount currency }", OPEN),
    ("tokenBundles", About::Nothing, "tokenBundles { id }", OPEN),
    ("vendor", About::Nothing, "vendor { name }", OPEN),
    ("me", About::Nothing, "me { id }", ["null", "ok", "ok", "ok"]),
    ("user", About::Nothing, "user(handle: \"owner\") { id }", OPEN),
    ("listing", About::Draft, "listing(id: \"ID\") { id }", ["null", "null", "ok", "null"]),
    ("listing", About::Published, "listing(id: \"ID\") { id }", OPEN),
    ("newestListings", About::Nothing, "newestListings(first: 1) { id }", OPEN),
    ("feePreview", About::Nothing, "feePreview(price: \"10\", categoryId: \"CATEGORY\") { perUnit }", USERS),
    ("categories", About::Nothing, "categories { id }", OPEN),
    ("search", About::Nothing, "search(query: \"x\", first: 1) { totalCount }", OPEN),
    ("suggest", About::Nothing, "suggest(prefix: \"x\")", OPEN),
    ("cart", About::Nothing, "cart { total }", OPEN),
    ("giftBehind", About::Link, "giftBehind(claimCode: \"ID\") { id }", OPEN),
    ("software", About::Release, "software(slug: \"inkwell\") { slug }", ["null", "null", "ok", "null"]),
    ("licence", About::Nothing, "licence(id: \"x\") { id }", ["null"; 4]),
    ("grantRefund", About::Sold, "grantRefund(orderId: \"ID\") { refunded }", ["null"; 4]),
    ("storeKeys", About::Nothing, "storeKeys { store root roots keys revoked }", OPEN),
    ("signedTime", About::Nothing, "signedTime(nonce: \"n-1\")", OPEN),
    ("deviceNonce", About::Nothing, "deviceNonce", OPEN),
    ("node", About::Bought, "node(id: \"ID\") { id }", ["null", "null", "ok", "null"]),
    ("node", About::Draft, "node(id: \"ID\") { id }", ["null", "null", "ok", "null"]),
];

/// Subscriptions, which tell the wallet as it is at once.
const SUBSCRIPTIONS: [(&str, About, &str, Outcomes); 1] =
    [("walletChanged", About::Nothing, "walletChanged(now: true) { balance }", USERS)];

/// Fields below the root that are for the staff.
const BELOW: [(&str, &str, Outcomes); 16] = [
    ("licences", "vendor { licences(handle: \"owner\", first: 1) { edges { cursor } } }", STAFF),
    ("licence", "vendor { licence(id: \"x\") { owner } }", STAFF),
    ("topUpDesk", "vendor { topUpDesk(first: 1) { edges { cursor } } }", STAFF),
    ("redemptions", "vendor { redemptions(first: 1) { edges { cursor } } }", STAFF),
    ("redemptionTerms", "vendor { redemptionTerms { price } user: name }", OPEN),
    (
        "cardTrouble",
        "vendor { cardTrouble { misfits { why } disputes { state } debt owers { owed } } }",
        STAFF,
    ),
    ("glance", "vendor { glance { users } }", STAFF),
    ("latestOrders", "vendor { latestOrders { id total } }", STAFF),
    ("seal", "vendor { seal { transaction seal } }", STAFF),
    (
        "shelves",
        "user(handle: \"owner\") { listings(shelf: DRAFTS) { edges { cursor } } }",
        ["FORBIDDEN", "FORBIDDEN", "ok", "FORBIDDEN"],
    ),
    ("counts", "user(handle: \"owner\") { onSaleCount salesCount shelves { shelf count } }", OPEN),
    ("users", "vendor { users(first: 1) { edges { cursor } } }", STAFF),
    ("outbox", "vendor { outbox { dead } }", STAFF),
    ("deadLetters", "vendor { deadLetters(first: 1) { edges { cursor } } }", STAFF),
    ("tokenPrices", "vendor { tokenPrices { holdsFrom } }", STAFF),
    ("voucherBatches", "vendor { voucherBatches(first: 1) { edges { cursor } } }", STAFF),
];

/// Mutations, with "ID" in the input for the thing's id or code, and "KEY" for
/// a fresh key. Null stands for a mutation without input.
fn mutations() -> Vec<MutationRow> {
    let all =
        [of_accounts(), of_the_market(), of_top_ups(), redemptions::rows(), of_letters(), of_software()];
    [all.concat(), licences::rows()].concat()
}

/// The name, what it is about, its input, and what comes of it.
type MutationRow = (&'static str, About, Value, Outcomes);

fn of_letters() -> Vec<MutationRow> {
    vec![
        ("leaveMailAddress", About::Nothing, json!({ "address": "me@post.example" }), USERS),
        (
            "confirmMailAddress",
            About::Nothing,
            json!({ "code": "x" }),
            ["NOT_SIGNED_IN", "INVALID_INPUT", "INVALID_INPUT", "INVALID_INPUT"],
        ),
        ("removeMailAddress", About::Nothing, Value::Null, USERS),
        ("chooseMail", About::Nothing, json!({ "stopped": ["SOLD"] }), USERS),
        ("stopMail", About::Nothing, json!({ "token": "x" }), ["NOT_FOUND"; 4]),
        (
            "tryLetterAgain",
            About::Nothing,
            json!({ "letterId": "x" }),
            ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"],
        ),
    ]
}

fn of_software() -> Vec<MutationRow> {
    let offers = json!([{ "kind": "RENT_TIME", "price": "3", "seconds": 3600 }]);
    let program =
        json!({ "releaseId": "ID", "os": "linux", "arch": "x86_64", "packing": "binary", "main": "ink" });
    vec![
        ("setOffers", About::Software, json!({ "listingId": "ID", "offers": offers }), OWNERS),
        (
            "publishRelease",
            About::Software,
            json!({ "listingId": "ID", "version": "1.0.0", "product": "KEY", "state": "DRAFT" }),
            OWNERS,
        ),
        ("uploadArtifact", About::Release, program, OWNERS),
        (
            "finishUpload",
            About::Program,
            json!({ "artifactId": "ID" }),
            ["NOT_SIGNED_IN", "NOT_FOUND", "INVALID_INPUT", "NOT_FOUND"],
        ),
        ("removeArtifact", About::Program, json!({ "artifactId": "ID" }), OWNERS),
    ]
}

fn of_top_ups() -> Vec<MutationRow> {
    vec![
        ("topUp", About::Nothing, json!({ "tokens": "5", "idempotencyKey": "KEY" }), USERS),
        (
            "topUp",
            About::Nothing,
            json!({ "tokens": "5", "idempotencyKey": "KEY",
                "thenCheckout": { "expectedTotal": "5", "idempotencyKey": "KEY" } }),
            USERS,
        ),
        (
            "refundTopUp",
            About::Nothing,
            json!({ "topUpId": "x" }),
            ["NOT_SIGNED_IN", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"],
        ),
        (
            "reviewTopUp",
            About::Nothing,
            json!({ "topUpId": "x", "ruling": "CREDIT", "note": "x" }),
            ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"],
        ),
        (
            "markFindingSeen",
            About::Nothing,
            json!({ "findingId": "x", "note": "x" }),
            ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"],
        ),
        ("setTokenPrice", About::Nothing, json!({ "price": "0.01" }), STAFF),
        ("setBundles", About::Nothing, json!({ "bundles": [] }), STAFF),
    ]
}

fn of_accounts() -> Vec<MutationRow> {
    vec![
        ("openAccount", About::Nothing, json!({}), OPEN),
        ("signIn", About::Nothing, json!({ "accountKey": "x" }), ["WRONG_CREDENTIALS"; 4]),
        ("signOut", About::Nothing, json!({}), USERS),
        ("endSession", About::Session, json!({ "sessionId": "ID" }), USERS),
        ("endOtherSessions", About::Nothing, Value::Null, USERS),
        (
            "changeHandle",
            About::Nothing,
            json!({ "handle": "ada" }),
            ["NOT_SIGNED_IN", "HANDLE_TAKEN", "HANDLE_TAKEN", "HANDLE_TAKEN"],
        ),
        ("reviseProfile", About::Nothing, json!({ "about": "x" }), USERS),
        (
            "setPassphrase",
            About::Nothing,
            json!({ "passphrase": "short" }),
            ["NOT_SIGNED_IN", "INVALID_INPUT", "INVALID_INPUT", "INVALID_INPUT"],
        ),
    ]
}

fn of_the_market() -> Vec<MutationRow> {
    let listing = json!({ "listingId": "ID" });
    let give = json!({ "to": "receiver", "amount": "1", "idempotencyKey": "KEY" });
    vec![
        (
            "listItem",
            About::Nothing,
            json!({ "title": "x", "categoryId": "CATEGORY", "kind": "SERVICE", "price": "1" }),
            USERS,
        ),
        ("reviseListing", About::Draft, json!({ "listingId": "ID", "title": "y" }), OWNERS),
        ("publishListing", About::Draft, listing.clone(), OWNERS),
        ("withdrawListing", About::Published, listing.clone(), OWNERS),
        ("attachFile", About::FileDraft, listing.clone(), OWNERS),
        ("uploadImage", About::Nothing, json!({}), USERS),
        ("addToCart", About::Published, listing, ["NOT_SIGNED_IN", "ok", "OWN_LISTING", "ok"]),
        ("setCartQuantity", About::Line, json!({ "lineId": "ID", "quantity": 2 }), OWNERS),
        ("removeFromCart", About::Line, json!({ "lineId": "ID" }), OWNERS),
        (
            "checkout",
            About::Line,
            json!({ "expectedTotal": "77", "idempotencyKey": "KEY" }),
            ["NOT_SIGNED_IN", "PRICE_CHANGED", "PRICE_CHANGED", "PRICE_CHANGED"],
        ),
        (
            "buy",
            About::Published,
            json!({ "listingId": "ID", "expectedPrice": "1", "idempotencyKey": "KEY" }),
            ["NOT_SIGNED_IN", "ok", "OWN_LISTING", "ok"],
        ),
        ("confirmReceipt", About::Bought, json!({ "orderId": "ID" }), OWNERS),
        ("cancelOrder", About::Sold, json!({ "orderId": "ID" }), OWNERS),
        ("giveTokens", About::Nothing, give, USERS),
        ("createGiftLink", About::Nothing, json!({ "amount": "1", "idempotencyKey": "KEY" }), USERS),
        (
            "claimGift",
            About::Link,
            json!({ "claimCode": "ID", "idempotencyKey": "KEY" }),
            ["NOT_SIGNED_IN", "ok", "ALREADY_CLAIMED", "ALREADY_CLAIMED"],
        ),
        ("cancelGift", About::Link, json!({ "giftId": "GIFT" }), OWNERS),
        (
            "grantPromo",
            About::Nothing,
            json!({ "to": ["receiver"], "amount": "1", "reason": "x", "idempotencyKey": "KEY" }),
            STAFF,
        ),
        ("setFeeRules", About::Nothing, json!({ "rules": [{ "name": "All", "basisPoints": 500 }] }), STAFF),
    ]
}

/// The same for what is done off-line.
fn voucher_mutations() -> Vec<(&'static str, About, Value, Outcomes)> {
    vec![
        (
            "issueVouchers",
            About::Nothing,
            json!({ "name": "Fair", "count": 2, "tokens": "5", "idempotencyKey": "KEY" }),
            STAFF,
        ),
        (
            "redeemVoucher",
            About::Voucher,
            json!({ "code": "ID", "idempotencyKey": "KEY" }),
            ["NOT_SIGNED_IN", "ok", "ALREADY_CLAIMED", "ALREADY_CLAIMED"],
        ),
        ("openAccountFor", About::Nothing, json!({ "name": "Ada" }), STAFF),
        ("takeOverAccount", About::Nothing, json!({ "code": "x" }), ["INVALID_INPUT"; 4]),
        ("eraseCustomer", About::Nothing, json!({}), USERS),
        (
            "grantTokens",
            About::Nothing,
            json!({ "to": "receiver", "amount": "1", "reason": "x", "idempotencyKey": "KEY" }),
            STAFF,
        ),
        ("requestInvoice", About::Nothing, json!({ "tokens": "5", "idempotencyKey": "KEY" }), USERS),
        (
            "submitPurchaseOrder",
            About::Nothing,
            json!({ "tokens": "5", "poNumber": "KEY", "idempotencyKey": "KEY" }),
            USERS,
        ),
        ("withdrawVouchers", About::Batch, json!({ "batchId": "ID" }), STAFF),
    ]
}

/// The people of the table, and somebody to trade with.
struct People {
    house: House,
    stranger: Person,
    owner: Person,
    staff: Person,
    trader: Person,
    category: Value,
}

impl People {
    async fn gather() -> Self {
        let house = House::redeeming().await;
        let staff = house.staff("market-keeper").await;
        house.person("ada").await;
        house.person("receiver").await;
        let (stranger, owner) = (house.person("stranger").await, house.person("owner").await);
        let trader = house.person("trader").await;
        for person in [&stranger, &owner, &staff, &trader] {
            house.grant(&staff, person, "100").await;
        }
        let category = house.category().await;
        Self { house, stranger, owner, staff, trader, category }
    }

    /// Makes what a row is about; its id or code, and the id of a gift.
    async fn make(&self, about: About) -> (Value, Value) {
        let Self { house, owner, trader, staff, .. } = self;
        let id = match about {
            About::Nothing => Value::Null,
            About::Draft => house.list(owner, "Draft", "1", false).await,
            About::Published => house.list(owner, "Shown", "1", true).await,
            About::FileDraft => {
                let input =
                    json!({ "title": "File", "categoryId": self.category, "kind": "FILE", "price": "1" });
                house.done(owner, "listItem", input, "listing { id }").await["listing"]["id"].clone()
            }
            About::Software => house.software(owner).await,
            About::Release => house.release(owner).await,
            About::Program => {
                let input = json!({
                    "releaseId": house.release(owner).await, "os": "linux", "arch": "x86_64",
                    "packing": "binary", "main": "ink", "sizeBytes": "9",
                });
                house.done(owner, "uploadArtifact", input, "artifact { id }").await["artifact"]["id"].clone()
            }
            About::Line => {
                let listing = house.list(trader, "Wanted", "1", true).await;
                let input = json!({ "listingId": listing });
                house.done(owner, "addToCart", input, "cart { lines { id } }").await["cart"]["lines"][0]["id"]
                    .clone()
            }
            About::Bought => self.order(trader, owner).await,
            About::Sold => self.order(owner, trader).await,
            About::Link => {
                let input = json!({ "amount": "1", "idempotencyKey": house.fresh_key() });
                let gift =
                    house.done(owner, "createGiftLink", input, "gift { id claimCode }").await["gift"].clone();
                return (gift["claimCode"].clone(), gift["id"].clone());
            }
            About::Session => {
                house.look(owner, "{ me { sessions { id } } }").await["me"]["sessions"][0]["id"].clone()
            }
            About::Billed => {
                let input = json!({ "tokens": "5", "method": "WIRE", "idempotencyKey": house.fresh_key() });
                house.done(owner, "requestInvoice", input, "topUpOrder { id }").await["topUpOrder"]["id"]
                    .clone()
            }
            About::Redeemed => {
                let order = json!({ "orderId": self.order(owner, trader).await });
                house.done(trader, "confirmReceipt", order, "order { state }").await;
                let key = house.fresh_key();
                let input = json!({ "tokens": "0.5", "payTo": "my own bank", "idempotencyKey": key });
                let made = house.done(owner, "requestRedemption", input, "redemption { id }").await;
                made["redemption"]["id"].clone()
            }
            About::Batch | About::Voucher => {
                let key = house.fresh_key();
                let input = json!({ "name": "Fair", "count": 1, "tokens": "5", "idempotencyKey": key });
                let made = house.done(staff, "issueVouchers", input, "batch { id } codes").await;
                let is_batch = matches!(about, About::Batch);
                if is_batch { made["batch"]["id"].clone() } else { made["codes"][0].clone() }
            }
        };
        (id, Value::Null)
    }

    async fn order(&self, seller: &Person, buyer: &Person) -> Value {
        let listing = self.house.list(seller, "Sold", "1", true).await;
        let key = self.house.fresh_key();
        let input = json!({ "listingId": listing, "expectedPrice": "1", "idempotencyKey": key });
        self.house.done(buyer, "buy", input, "order { id }").await["order"]["id"].clone()
    }

    /// Whom each outcome is for; the owner comes last, whose own acts change
    /// what the others are asked about.
    fn actors(&self, outcomes: Outcomes) -> [(&'static str, Actor, &'static str); 4] {
        let [visitor, stranger, owner, staff] = outcomes;
        [
            ("visitor", Actor::Visitor(None), visitor),
            ("stranger", self.stranger.actor, stranger),
            ("staff", self.staff.actor, staff),
            ("owner", self.owner.actor, owner),
        ]
    }

    fn fill(&self, text: &str, id: &Value, gift: &Value) -> String {
        let plain = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let text = text.replace("CATEGORY", &plain(&self.category)).replace("GIFT", &plain(gift));
        text.replace("ID\"", &format!("{}\"", plain(id))).replace("KEY", &self.house.fresh_key())
    }
}

#[tokio::test]
async fn queries_answer_whom_they_may() {
    let people = People::gather().await;
    let below = BELOW.map(|(name, query, outcomes)| (name, About::Nothing, query, outcomes));
    for (name, about, query, outcomes) in QUERIES.iter().copied().chain(below) {
        let (id, gift) = people.make(about).await;
        for (who, actor, expected) in people.actors(outcomes) {
            let query = format!("{{ {} }}", people.fill(query, &id, &gift));
            let answer = people.house.ask(&actor, &query, json!({})).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            let is_null = answer["data"].as_object().is_some_and(|data| data.values().all(Value::is_null));
            let outcome = code.unwrap_or(if is_null { "null" } else { "ok" });
            assert_eq!(outcome, expected, "{name} for the {who}: {answer}");
        }
    }
}

#[tokio::test]
async fn subscriptions_tell_whom_they_may() {
    let people = People::gather().await;
    for (name, _, query, outcomes) in SUBSCRIPTIONS {
        for (who, actor, expected) in people.actors(outcomes) {
            let first = people.house.listen(&actor, &format!("subscription {{ {query} }}")).await;
            let outcome = first["errors"][0]["extensions"]["code"].as_str().unwrap_or("ok");
            assert_eq!(outcome, expected, "{name} for the {who}: {first}");
        }
    }
}

#[tokio::test]
async fn mutations_obey_whom_they_may() {
    let people = People::gather().await;
    for (name, about, input, outcomes) in
        mutations().into_iter().chain(voucher_mutations()).chain(desk::rows())
    {
        let (id, gift) = people.make(about).await;
        for (who, actor, expected) in people.actors(outcomes) {
            let input = serde_json::from_str(&people.fill(&input.to_string(), &id, &gift)).unwrap();
            let payload = match name {
                "uploadImage" => people.house.send(&actor, name, input, b"\x89PNG").await,
                "uploadArtifact" => people.house.send(&actor, name, input, b"#!/bin/sh").await,
                "attachScan" => people.house.send(&actor, name, input, b"%PDF-1.7").await,
                "attachFile" => people.house.send(&actor, name, input, b"%PDF").await,
                _ => people.house.act(&actor, name, input, "").await,
            };
            let outcome = payload["userErrors"][0]["code"].as_str().unwrap_or("ok");
            assert_eq!(outcome, expected, "{name} for the {who}: {payload}");
        }
    }
}

#[tokio::test]
async fn nobody_ends_anothers_session() {
    let people = People::gather().await;
    let (id, _) = people.make(About::Session).await;
    people.house.done(&people.stranger, "endSession", json!({ "sessionId": id }), "sessions { id }").await;
    let left = people.house.look(&people.owner, "{ me { sessions { id } } }").await;
    assert_eq!(left["me"]["sessions"][0]["id"], id);
    assert_eq!(people.owner.actor.staff(), Err(Refusal::Forbidden));
}

#[tokio::test]
async fn every_root_field_has_a_row() {
    let house = House::open().await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } \
                 subscriptionType { fields { name } } } }";
    let answer = house.ask(&Actor::Visitor(None), query, json!({})).await;
    let schema = &answer["data"]["__schema"];
    let all: Vec<_> = mutations().into_iter().chain(voucher_mutations()).chain(desk::rows()).collect();
    let asked = QUERIES.iter().chain(&SUBSCRIPTIONS).map(|row| row.0);
    let rows: BTreeSet<&str> = asked.chain(all.iter().map(|row| row.0)).collect();
    for root in ["queryType", "mutationType", "subscriptionType"] {
        for field in schema[root]["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert!(rows.contains(name), "{name} has no row: say who may use it");
        }
    }
}
