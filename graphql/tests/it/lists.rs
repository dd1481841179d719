//! Lists are cut into pages that lead through all of it, both ways.

use domain::access::Actor;
use serde_json::{Value, json};

use crate::house::House;

const MINE: &str = "query($first: Int, $after: String, $last: Int, $before: String) { me { listings(first: $first, \
     after: $after, last: $last, before: $before) { edges { node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";

fn titles(list: &Value) -> Vec<&str> {
    list["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_lead_through_a_list_both_ways() {
    let house = House::open().await;
    let ada = house.person("ada-sells").await;
    for number in 1..=5 {
        house.world.set_now(domain::time::Timestamp::from_millis(house.world.now().millis() + 1_000));
        house.list(&ada, &format!("Thing {number}"), "1", number % 2 == 0).await;
    }
    let page = async |variables: Value| {
        house.ask(&ada.actor, MINE, variables).await["data"]["me"]["listings"].clone()
    };
    let first = page(json!({ "first": 2 })).await;
    assert_eq!(titles(&first), ["Thing 5", "Thing 4"]);
    assert_eq!(
        (&first["pageInfo"]["hasNextPage"], &first["pageInfo"]["hasPreviousPage"]),
        (&json!(true), &json!(false))
    );
    let second = page(json!({ "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(titles(&second), ["Thing 3", "Thing 2"]);
    let back = page(json!({ "last": 2, "before": second["pageInfo"]["startCursor"] })).await;
    assert_eq!(titles(&back), ["Thing 5", "Thing 4"]);
    assert_eq!(titles(&page(json!({ "last": 1 })).await), ["Thing 1"]);
    assert_eq!(titles(&page(json!({})).await).len(), 5);
    // Others see what is published.
    let query = "{ user(handle: \"ada-sells\") { listings { edges { node { title } } } } }";
    let seen = house.ask(&Actor::Visitor(None), query, json!({})).await;
    assert_eq!(titles(&seen["data"]["user"]["listings"]), ["Thing 4", "Thing 2"]);

    for variables in [
        json!({ "first": 1, "last": 1 }),
        json!({ "first": 101 }),
        json!({ "first": -1 }),
        json!({ "after": "x" }),
    ] {
        let answer = house.ask(&ada.actor, MINE, variables.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID_INPUT", "{variables}: {answer}");
        assert_eq!(answer["errors"][0]["path"], json!(["me", "listings"]));
    }
}

#[tokio::test]
async fn a_statement_goes_on_after_its_cursor() {
    let house = House::open().await;
    let staff = house.staff("market-keeper").await;
    let ada = house.person("ada-sells").await;
    for amount in ["1", "2", "3"] {
        house.grant(&staff, &ada, amount).await;
    }
    let query = "query($after: String) { me { wallet { transfers(first: 2, after: $after) { edges { cursor node { kind amount \
                 direction bucket reason balanceAfter } } pageInfo { hasNextPage endCursor } } } } }";
    let page = async |after: Value| {
        house.ask(&ada.actor, query, json!({ "after": after })).await["data"]["me"]["wallet"]["transfers"]
            .clone()
    };
    let first = page(Value::Null).await;
    assert_eq!(
        first["edges"][0]["node"],
        json!({ "kind": "GRANT", "amount": "3", "direction": "IN", "bucket": "SPENDABLE", "reason": "a start", "balanceAfter": "56" })
    );
    let second = page(first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(second["edges"][0]["node"]["amount"], "1");
    assert_eq!(second["edges"][1]["node"]["kind"], "WELCOME");
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn a_search_is_narrowed_ordered_and_paged() {
    let house = House::open().await;
    let (ada, ben) = (house.person("ada-sells").await, house.person("ben-sells").await);
    for (seller, title, price) in
        [(&ada, "Red lamp", "30"), (&ada, "Green lamp", "10"), (&ben, "Blue lamp", "20")]
    {
        house.list(seller, title, price, true).await;
    }
    let hidden = house.list(&ben, "Secret lamp", "1", false).await;
    house.follow().await;
    let query = "query($f: SearchFilter, $s: SearchSort, $first: Int, $after: String) { search(query: \"lamp\", filter: $f, sort: $s, \
                 first: $first, after: $after) { totalCount edges { cursor node { title } } pageInfo { hasNextPage endCursor } } }";
    let find = async |variables: Value| {
        house.ask(&Actor::Visitor(None), query, variables).await["data"]["search"].clone()
    };
    let category = house.category().await;
    let table = [
        (json!({ "s": "PRICE_ASCENDING" }), vec!["Green lamp", "Blue lamp", "Red lamp"]),
        (json!({ "s": "PRICE_DESCENDING", "first": 1 }), vec!["Red lamp"]),
        (json!({ "s": "PRICE_ASCENDING", "f": { "seller": "ada-sells" } }), vec!["Green lamp", "Red lamp"]),
        (json!({ "f": { "seller": "nobody-at-all" } }), vec![]),
        (json!({ "f": { "priceMin": "15", "priceMax": "25" } }), vec!["Blue lamp"]),
        (json!({ "f": { "kinds": ["SERVICE"] } }), vec![]),
        (
            json!({ "s": "PRICE_ASCENDING", "f": { "categoryId": category, "inStock": true } }),
            vec!["Green lamp", "Blue lamp", "Red lamp"],
        ),
    ];
    for (variables, expected) in table {
        assert_eq!(titles(&find(variables.clone()).await), expected, "{variables}");
    }
    let first = find(json!({ "s": "PRICE_ASCENDING", "first": 2 })).await;
    assert_eq!(first["totalCount"], 3, "the draft {hidden} is not found");
    let second =
        find(json!({ "s": "PRICE_ASCENDING", "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(titles(&second), ["Red lamp"]);
    let other = house
        .ask(&Actor::Visitor(None), query, json!({ "s": "NEWEST", "after": first["pageInfo"]["endCursor"] }))
        .await;
    assert_eq!(other["errors"][0]["extensions"]["field"], "after", "{other}");
    let typed = house
        .ask(
            &Actor::Visitor(None),
            "{ suggest(prefix: \"lam\") newestListings(first: 2) { title } }",
            json!({}),
        )
        .await;
    assert_eq!(typed["data"]["suggest"], json!(["lamp"]));
    assert_eq!(typed["data"]["newestListings"].as_array().map(Vec::len), Some(2));
}
