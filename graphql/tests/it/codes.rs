//! Every code is reached, with the data that goes with it.

use std::collections::BTreeSet;

use domain::access::Actor;
use domain::time::Seconds;
use serde_json::{Value, json};

use crate::house::{House, Person};

/// Codes that the schema alone cannot show: how often somebody may ask is the
/// server's business, and the queue is never full here.
/// Nothing is for rent here either: the store's tests have licences.
const ELSEWHERE: [&str; 5] = ["RATE_LIMITED", "ACCOUNT_FROZEN", "BUSY", "ALREADY_OWNED", "ID_REUSED"];

/// Who asks, for what, with what; the code, the type of the error, its data.
type Row<'s> = (&'s Actor, &'static str, Value, &'static str, &'static str, Value);

/// A market in which everything can go wrong.
struct Scene {
    house: House,
    nobody: Actor,
    ada: Person,
    ben: Person,
    dear: Value,
    cheap: Value,
    draft: Value,
    gift: Value,
    code: String,
    cancelled: Value,
}

impl Scene {
    async fn set() -> Self {
        let house = House::open().await;
        let staff = house.staff("market-keeper").await;
        let (ada, ben) = (house.person("ada-sells").await, house.person("ben-buys").await);
        let dear = house.list(&ada, "Bell", "1000", true).await;
        let cheap = house.list(&ada, "Pin", "1", true).await;
        let draft = house.list(&ada, "Draft", "1", false).await;
        house.grant(&staff, &ada, "100").await;
        let link = json!({ "amount": "5", "idempotencyKey": "link" });
        let gift = house.done(&ada, "createGiftLink", link, "gift { id claimCode }").await["gift"].clone();
        let code = gift["claimCode"].as_str().unwrap().to_owned();
        let (nobody, cancelled) = (Actor::Visitor(None), Value::Null);
        let scene = Self { house, nobody, ada, ben, dear, cheap, draft, gift, code, cancelled };
        let buy = scene.buy(&scene.cheap, 1, "1");
        let bought = scene.house.done(&scene.ben, "buy", buy, "order { id }").await["order"]["id"].clone();
        scene.house.done(&scene.ada, "cancelOrder", json!({ "orderId": bought }), "order { state }").await;
        scene.house.done(&scene.ben, "claimGift", scene.claim(), "gift { id }").await;
        let same_key = json!({ "to": "ben-buys", "amount": "1", "idempotencyKey": "same" });
        scene.house.done(&scene.ada, "giveTokens", same_key, "gift { id }").await;
        Self { cancelled: bought, ..scene }
    }

    fn buy(&self, listing: &Value, quantity: i32, price: &str) -> Value {
        let key = self.house.fresh_key();
        json!({ "listingId": listing, "quantity": quantity, "expectedPrice": price, "idempotencyKey": key })
    }

    fn claim(&self) -> Value {
        json!({ "claimCode": self.code, "idempotencyKey": self.house.fresh_key() })
    }

    /// Revisions of the draft that break a rule on that field.
    fn revisions(&self) -> Vec<Row<'_>> {
        let table = [
            ("title", json!("")),
            ("price", json!("1.23456")),
            ("price", json!("-1")),
            ("quantity", json!(-1)),
            ("categoryId", json!("x")),
        ];
        let row = |(field, value): (&str, Value)| {
            let input = json!({ "listingId": self.draft, (field): value });
            let data = json!({ "field": field });
            (&self.ada.actor, "reviseListing", input, "INVALID_INPUT", "InvalidInput", data)
        };
        table.into_iter().map(row).collect()
    }

    /// What goes wrong with data of its own, or beside a field.
    fn with_data(&self) -> Vec<Row<'_>> {
        let (ben, nobody) = (&self.ben.actor, &self.nobody);
        let buy = |listing, quantity, price| self.buy(listing, quantity, price);
        let short = json!({ "balance": "56", "shortfall": "944" });
        let left = json!({ "left": 5, "listingId": self.cheap, "field": "quantity" });
        let taken = json!({ "handle": "Ada-Sells" });
        let licence = "00000000-0000-7000-8000-000000000001";
        let lease = json!({ "licenceId": licence, "meter": "use", "units": 1, "leaseId": "l" });
        let (handle, key) = (json!({ "field": "handle" }), json!({ "field": "accountKey" }));
        vec![
            (ben, "buy", buy(&self.dear, 1, "1000"), "INSUFFICIENT_TOKENS", "InsufficientTokens", short),
            (ben, "buy", buy(&self.cheap, 1, "2"), "PRICE_CHANGED", "PriceChanged", json!({ "now": "1" })),
            (ben, "buy", buy(&self.cheap, 9, "1"), "OUT_OF_STOCK", "OutOfStock", left),
            (nobody, "openAccount", taken, "HANDLE_TAKEN", "Refused", handle),
            (nobody, "signIn", json!({}), "INVALID_INPUT", "InvalidInput", key),
            (nobody, "leaseUnits", lease, "DENIED", "Denied", json!({ "verdict": "DEVICE_NOT_ACTIVATED" })),
        ]
    }

    /// What is simply refused.
    fn plain(&self) -> Vec<Row<'_>> {
        let (ada, ben, nobody) = (&self.ada.actor, &self.ben.actor, &self.nobody);
        let many: Vec<Value> = (0..11).map(|_| self.gift["id"].clone()).collect();
        let images = json!({ "listingId": self.draft, "imageIds": many });
        let other_use = json!({ "to": "ben-buys", "amount": "2", "idempotencyKey": "same" });
        let wrong = json!({ "handle": "ada-sells", "passphrase": "wrong" });
        let empty = json!({ "expectedTotal": "0", "idempotencyKey": "e" });
        let order = json!({ "orderId": self.cancelled });
        let redeem = json!({ "tokens": "1", "payTo": "my own bank", "idempotencyKey": "r" });
        let table = [
            (nobody, "buy", self.buy(&self.cheap, 1, "1"), "NOT_SIGNED_IN"),
            (ben, "setFeeRules", json!({ "rules": [] }), "FORBIDDEN"),
            (ben, "withdrawListing", json!({ "listingId": self.cheap }), "NOT_FOUND"),
            (ada, "buy", self.buy(&self.cheap, 1, "1"), "OWN_LISTING"),
            (ben, "checkout", empty, "EMPTY_CART"),
            (ada, "giveTokens", other_use, "IDEMPOTENCY_KEY_REUSED"),
            (nobody, "signIn", wrong, "WRONG_CREDENTIALS"),
            (nobody, "signIn", json!({ "accountKey": "nonsense" }), "WRONG_CREDENTIALS"),
            (ada, "claimGift", self.claim(), "ALREADY_CLAIMED"),
            (ben, "confirmReceipt", order, "WRONG_STATE"),
            (ada, "reviseListing", images, "NOT_FOUND"),
            (ben, "requestRedemption", redeem, "REDEMPTION_OFF"),
        ];
        let row =
            |(actor, name, input, code)| (actor, name, input, code, "Refused", json!({ "field": null }));
        table.into_iter().map(row).collect()
    }
}

#[tokio::test]
async fn every_code_is_reached() {
    let scene = Scene::set().await;
    let house = &scene.house;
    let mut seen = BTreeSet::new();
    let rows = scene.revisions().into_iter().chain(scene.with_data()).chain(scene.plain());
    for (actor, name, input, code, kind, data) in rows {
        let error = house.refused(actor, name, input.clone()).await;
        assert_eq!(
            (&error["code"], &error["__typename"]),
            (&json!(code), &json!(kind)),
            "{name} {input}: {error}"
        );
        for (field, value) in data.as_object().unwrap() {
            assert_eq!(&error[field], value, "{name} {input}: {error}");
        }
        assert!(error["message"].as_str().unwrap().len() > 5, "{error}");
        seen.insert(code);
    }
    seen.insert(expired(house, &scene.ada.actor).await);
    seen.insert(withdrawn(house, &scene.ada, &scene.ben.actor).await);
    seen.insert(too_many(house, &scene.ada.actor, &scene.draft).await);

    let query = "{ __type(name: \"ErrorCode\") { enumValues { name } } }";
    let answer = house.ask(&scene.nobody, query, json!({})).await;
    for code in answer["data"]["__type"]["enumValues"].as_array().unwrap() {
        let name = code["name"].as_str().unwrap();
        assert!(seen.contains(name) != ELSEWHERE.contains(&name), "{name}");
    }
}

async fn expired(house: &House, giver: &Actor) -> &'static str {
    let input = json!({ "amount": "1", "idempotencyKey": "late" });
    let made = house.act(giver, "createGiftLink", input, "gift { claimCode }").await;
    let newcomer = house.person("late-comer").await;
    house.world.set_now(house.world.now().after(Seconds::days(31)));
    let input = json!({ "claimCode": made["gift"]["claimCode"], "idempotencyKey": "late" });
    assert_eq!(house.refused(&newcomer.actor, "claimGift", input).await["code"], "EXPIRED");
    "EXPIRED"
}

async fn withdrawn(house: &House, seller: &Person, buyer: &Actor) -> &'static str {
    let listing = house.list(seller, "Short-lived", "1", true).await;
    house.done(seller, "withdrawListing", json!({ "listingId": listing }), "listing { state }").await;
    let input = json!({ "listingId": listing, "quantity": 1 });
    assert_eq!(house.refused(buyer, "addToCart", input).await["code"], "NOT_FOR_SALE");
    "NOT_FOR_SALE"
}

async fn too_many(house: &House, seller: &Actor, listing: &Value) -> &'static str {
    let mut images = Vec::new();
    for _ in 0..11 {
        images.push(house.send(seller, "uploadImage", json!({}), b"\x89PNG").await["image"]["id"].clone());
    }
    let error =
        house.refused(seller, "reviseListing", json!({ "listingId": listing, "imageIds": images })).await;
    assert_eq!(
        (&error["code"], &error["limit"], &error["__typename"]),
        (&json!("TOO_MANY"), &json!(10), &json!("TooMany"))
    );
    "TOO_MANY"
}

#[tokio::test]
async fn faults_are_opaque_and_have_an_id() {
    let house = House::open().await;
    let ada = house.person("ada-sells").await;
    house.store.close().await;
    let (query, variables) = crate::house::mutation("reviseProfile", json!({ "about": "x" }), "user { id }");
    let answer = house.ask(&ada.actor, &query, variables).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL", "{answer}");
    assert_eq!(error["extensions"]["id"].as_str().map(str::len), Some(16));
    let message = error["message"].as_str().unwrap();
    assert!(!message.contains("shut") && !message.contains("SQL"), "{message}");
}
