//! Every code is reached, with the data that goes with it.

use std::collections::BTreeSet;

use domain::access::Actor;
use domain::time::Seconds;
use serde_json::{Value, json};

use crate::house::House;

/// Codes that the schema alone cannot show: how often somebody may ask is the
/// server's business, and the queue is never full here.
const ELSEWHERE: [&str; 3] = ["RATE_LIMITED", "ACCOUNT_FROZEN", "BUSY"];

#[tokio::test]
async fn every_code_is_reached() {
    let house = House::open().await;
    let nobody = Actor::Visitor(None);
    let staff = house.staff("market-keeper").await;
    let (ada, ben) = (house.person("ada-sells").await, house.person("ben-buys").await);
    let (dear, cheap) =
        (house.list(&ada, "Bell", "1000", true).await, house.list(&ada, "Pin", "1", true).await);
    let draft = house.list(&ada, "Draft", "1", false).await;
    let mut seen = BTreeSet::new();

    let buy = |listing: &Value, quantity: i32, price: &str| json!({ "listingId": listing, "quantity": quantity, "expectedPrice": price, "idempotencyKey": house.fresh_key() });
    let claim = |code: &str| json!({ "claimCode": code, "idempotencyKey": house.fresh_key() });
    let link = json!({ "amount": "5", "idempotencyKey": "link" });
    house.grant(&staff, &ada, "100").await;
    let made = house.done(&ada, "createGiftLink", link, "gift { id claimCode }").await["gift"].clone();
    let code = made["claimCode"].as_str().unwrap().to_owned();
    let bought = house.done(&ben, "buy", buy(&cheap, 1, "1"), "order { id }").await["order"]["id"].clone();
    house.done(&ada, "cancelOrder", json!({ "orderId": bought }), "order { state }").await;
    house.done(&ben, "claimGift", claim(&code), "gift { id }").await;
    let many_images: Vec<Value> = (0..11).map(|_| made["id"].clone()).collect();
    let revise = |field: &str, value: Value| json!({ "listingId": draft, (field): value });
    let same_key = json!({ "to": "ben-buys", "amount": "1", "idempotencyKey": "same" });
    house.done(&ada, "giveTokens", same_key, "gift { id }").await;

    let table: Vec<(&Actor, &str, Value, &str, &str, Value)> = vec![
        (
            &ada.actor,
            "reviseListing",
            revise("title", json!("")),
            "INVALID_INPUT",
            "InvalidInput",
            json!({ "field": "title" }),
        ),
        (
            &ada.actor,
            "reviseListing",
            revise("price", json!("1.23456")),
            "INVALID_INPUT",
            "InvalidInput",
            json!({ "field": "price" }),
        ),
        (
            &ada.actor,
            "reviseListing",
            revise("price", json!("-1")),
            "INVALID_INPUT",
            "InvalidInput",
            json!({ "field": "price" }),
        ),
        (
            &ada.actor,
            "reviseListing",
            revise("quantity", json!(-1)),
            "INVALID_INPUT",
            "InvalidInput",
            json!({ "field": "quantity" }),
        ),
        (
            &ada.actor,
            "reviseListing",
            revise("categoryId", json!("x")),
            "INVALID_INPUT",
            "InvalidInput",
            json!({ "field": "categoryId" }),
        ),
        (&nobody, "buy", buy(&cheap, 1, "1"), "NOT_SIGNED_IN", "Refused", json!({ "field": null })),
        (&ben.actor, "setFeeRules", json!({ "rules": [] }), "FORBIDDEN", "Refused", json!({})),
        (&ben.actor, "withdrawListing", json!({ "listingId": cheap }), "NOT_FOUND", "Refused", json!({})),
        (
            &ben.actor,
            "buy",
            buy(&dear, 1, "1000"),
            "INSUFFICIENT_TOKENS",
            "InsufficientTokens",
            json!({ "balance": "56", "shortfall": "944" }),
        ),
        (&ben.actor, "buy", buy(&cheap, 1, "2"), "PRICE_CHANGED", "PriceChanged", json!({ "now": "1" })),
        (
            &ben.actor,
            "buy",
            buy(&cheap, 9, "1"),
            "OUT_OF_STOCK",
            "OutOfStock",
            json!({ "left": 5, "listingId": cheap, "field": "quantity" }),
        ),
        (&ada.actor, "buy", buy(&cheap, 1, "1"), "OWN_LISTING", "Refused", json!({})),
        (
            &ben.actor,
            "checkout",
            json!({ "expectedTotal": "0", "idempotencyKey": "e" }),
            "EMPTY_CART",
            "Refused",
            json!({}),
        ),
        (
            &ada.actor,
            "giveTokens",
            json!({ "to": "ben-buys", "amount": "2", "idempotencyKey": "same" }),
            "IDEMPOTENCY_KEY_REUSED",
            "Refused",
            json!({}),
        ),
        (
            &nobody,
            "openAccount",
            json!({ "handle": "Ada-Sells" }),
            "HANDLE_TAKEN",
            "Refused",
            json!({ "field": "handle" }),
        ),
        (
            &nobody,
            "signIn",
            json!({ "handle": "ada-sells", "passphrase": "wrong" }),
            "WRONG_CREDENTIALS",
            "Refused",
            json!({}),
        ),
        (&nobody, "signIn", json!({ "accountKey": "nonsense" }), "WRONG_CREDENTIALS", "Refused", json!({})),
        (&nobody, "signIn", json!({}), "INVALID_INPUT", "InvalidInput", json!({ "field": "accountKey" })),
        (&ada.actor, "claimGift", claim(&code), "ALREADY_CLAIMED", "Refused", json!({})),
        (&ben.actor, "confirmReceipt", json!({ "orderId": bought }), "WRONG_STATE", "Refused", json!({})),
        (
            &ada.actor,
            "reviseListing",
            revise("imageIds", json!(many_images)),
            "NOT_FOUND",
            "Refused",
            json!({}),
        ),
    ];
    for (actor, name, input, code, kind, data) in table {
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
    seen.insert(expired(&house, &ada.actor).await);
    seen.insert(withdrawn(&house, &ada, &ben.actor).await);
    seen.insert(too_many(&house, &ada.actor, &draft).await);

    let query = "{ __type(name: \"ErrorCode\") { enumValues { name } } }";
    let answer = house.ask(&nobody, query, json!({})).await;
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

async fn withdrawn(house: &House, seller: &crate::house::Person, buyer: &Actor) -> &'static str {
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
