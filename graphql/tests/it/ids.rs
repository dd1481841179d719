//! An id gives no right, and nonsense is nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Actor;
use serde_json::{Value, json};

use crate::house::House;

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } listing(id: $id) { id } }";

#[tokio::test]
async fn nodes_are_for_their_people() {
    let house = House::open().await;
    let staff = house.staff("market-keeper").await;
    let (ada, ben, eve) =
        (house.person("ada-sells").await, house.person("ben-buys").await, house.person("eve").await);
    house.grant(&staff, &ada, "50").await;
    let (shown, draft) =
        (house.list(&ada, "Lamp", "2", true).await, house.list(&ada, "Draft", "2", false).await);
    let image = house.send(&ada.actor, "uploadImage", json!({}), b"\x89PNG").await["image"]["id"].clone();
    let input = json!({ "listingId": shown, "expectedPrice": "2", "idempotencyKey": "b" });
    let order = house.done(&ben, "buy", input, "order { id }").await["order"]["id"].clone();
    let input = json!({ "to": "ben-buys", "amount": "1", "idempotencyKey": "g" });
    let gift = house.done(&ada, "giveTokens", input, "gift { id }").await["gift"]["id"].clone();
    let user = house.look(&ada, "{ me { id } }").await["me"]["id"].clone();
    let category = house.category().await;

    // Who sees it: nobody signed in, Eve, Ben, Ada, the staff.
    let nobody = Actor::Visitor(None);
    let people = [&nobody, &eve.actor, &ben.actor, &ada.actor, &staff.actor];
    let table = [
        ("Listing", &shown, [true, true, true, true, true]),
        ("Listing", &draft, [false, false, false, true, false]),
        ("Image", &image, [false, false, false, true, false]),
        ("Order", &order, [false, false, true, true, false]),
        ("Gift", &gift, [false, false, true, true, false]),
        ("User", &user, [true, true, true, true, true]),
        ("Category", &category, [true, true, true, true, true]),
    ];
    for (kind, id, sees) in table {
        for (actor, sees) in people.into_iter().zip(sees) {
            let answer = house.ask(actor, NODE, json!({ "id": id })).await;
            let expected = if sees { json!({ "__typename": kind, "id": id }) } else { Value::Null };
            assert_eq!(answer["data"]["node"], expected, "{kind}: {answer}");
            assert_eq!(answer.get("errors"), None, "{answer}");
        }
    }
}

#[tokio::test]
async fn forged_ids_are_nothing() {
    let house = House::open().await;
    let ada = house.person("ada-sells").await;
    let listing = house.list(&ada, "Lamp", "2", true).await;
    let user = house.look(&ada, "{ me { id } }").await["me"]["id"].clone();
    let nil = "0".repeat(32);
    let forged = [
        json!(""),
        json!("1"),
        json!("Listing:1"),
        json!("../../etc/passwd"),
        json!("' OR 1=1 --"),
        json!("A".repeat(5_000)),
        json!(URL_SAFE_NO_PAD.encode("Listing:1")),
        json!(URL_SAFE_NO_PAD.encode(format!("Order:{nil}"))),
        json!(URL_SAFE_NO_PAD.encode(format!("Listing:{nil}"))),
        json!(URL_SAFE_NO_PAD.encode("Nothing:1")),
        user,
    ];
    // Every id that an input takes.
    let inputs = [
        ("reviseListing", "listingId", json!({})),
        ("publishListing", "listingId", json!({})),
        ("withdrawListing", "listingId", json!({})),
        ("addToCart", "listingId", json!({ "quantity": 1 })),
        ("setCartQuantity", "lineId", json!({ "quantity": 1 })),
        ("setCartQuantity", "listingId", json!({ "quantity": 1 })),
        ("removeFromCart", "lineId", json!({})),
        ("removeFromCart", "listingId", json!({})),
        ("buy", "listingId", json!({ "expectedPrice": "1", "idempotencyKey": "k" })),
        ("confirmReceipt", "orderId", json!({})),
        ("cancelOrder", "orderId", json!({})),
        ("cancelGift", "giftId", json!({})),
    ];
    for id in &forged {
        for (name, field, input) in &inputs {
            let mut input = input.clone();
            input[*field] = id.clone();
            let error = house.refused(&ada.actor, name, input).await;
            assert_eq!(error["code"], "NOT_FOUND", "{name} {id}: {error}");
        }
        let images = json!({ "listingId": listing, "imageIds": [id] });
        assert_eq!(house.refused(&ada.actor, "reviseListing", images).await["code"], "NOT_FOUND", "{id}");
        let category = json!({ "listingId": listing, "categoryId": id });
        assert_eq!(house.refused(&ada.actor, "reviseListing", category).await["field"], "categoryId", "{id}");
        // Ending a session that is none is no mistake.
        house.done(&ada, "endSession", json!({ "sessionId": id }), "sessions { id }").await;
    }
    for id in forged.iter().take(10) {
        let answer = house.ask(&ada.actor, NODE, json!({ "id": id })).await;
        assert_eq!(answer["data"], json!({ "node": null, "listing": null }), "{id}");
    }
}
