//! The main job, from an empty market to the last unit.

use domain::access::Actor;
use serde_json::{Value, json};

use crate::house::{House, NOW, Person};

#[tokio::test]
async fn a_market_from_its_first_account_to_its_last_unit() {
    let house = House::open().await;
    let staff = house.staff("market-keeper").await;
    let (ada, ben) = (house.person("ada-sells").await, house.person("ben-buys").await);
    house.grant(&staff, &ben, "500").await;

    let (wool, pattern) = (goods_listing(&house, &ada).await, file_listing(&house, &ada).await);
    finds(&house, &ben).await;
    let order = buys(&house, &ben, &wool, &pattern).await;
    is_paid(&house, &ada, &ben, &order).await;
    gifts(&house).await;
    let statement = "{ me { wallet { transfers(first: 2) { edges { cursor node { kind direction amount balanceAfter } } pageInfo { hasNextPage } } } } }";
    let transfers = house.look(&ben, statement).await["me"]["wallet"]["transfers"].clone();
    assert_eq!(transfers["pageInfo"]["hasNextPage"], true, "{transfers}");
    let books = house.store.audit(|_| {}).await.expect("the books can be read");
    assert!(books.is_ok(), "the books are right: {books:?}");
}

/// Ada lists a thing with a picture; the id.
async fn goods_listing(house: &House, ada: &Person) -> Value {
    let image = house.send(&ada.actor, "uploadImage", json!({}), b"\x89PNG").await["image"].clone();
    assert!(image["url"].as_str().unwrap().ends_with("-640.webp"), "{image}");
    let input = json!({
        "title": "Hand-spun wool", "description": "Two skeins of grey wool.", "categoryId": house.category().await,
        "kind": "GOODS", "price": "120", "quantity": 3, "condition": "NEW", "tags": ["wool", "grey"],
        "imageIds": [image["id"]], "publish": true,
    });
    let select = "listing { id state price quantity cover { width } images { id } seller { handle } category { path } fee { perUnit income } }";
    let wool = house.done(ada, "listItem", input, select).await["listing"].clone();
    assert_eq!(
        (&wool["state"], &wool["price"], &wool["quantity"]),
        (&json!("PUBLISHED"), &json!("120"), &json!(3))
    );
    assert_eq!(wool["images"][0]["id"], image["id"]);
    assert_eq!(wool["fee"], json!({ "perUnit": "6", "income": "114" }));
    wool["id"].clone()
}

/// Ben finds both by a word.
async fn finds(house: &House, ben: &Person) {
    house.follow().await;
    let query = "{ search(query: \"wool\") { totalCount edges { node { id title } highlights { title { text isMatch } } } \
                 facets { kinds { kind count } categories { category { slug } count } } priceHistogram { lowest highest } } }";
    let found = house.look(ben, query).await["search"].clone();
    assert_eq!(found["totalCount"], 2, "{found}");
    assert_eq!(found["priceHistogram"], json!({ "lowest": "9", "highest": "120" }));
    let marked = &found["edges"][0]["highlights"]["title"];
    assert!(marked.as_array().unwrap().iter().any(|run| run["isMatch"] == json!(true)), "{marked}");
}

/// Ben puts them into his cart and pays; the order.
async fn buys(house: &House, ben: &Person, wool: &Value, pattern: &Value) -> Value {
    for (listing, quantity) in [(wool, 2), (pattern, 1)] {
        house
            .done(ben, "addToCart", json!({ "listingId": listing, "quantity": quantity }), "cart { total }")
            .await;
    }
    let cart = house
        .look(
            ben,
            "{ me { cart { total shortfall balanceAfter lines { quantity price total isAvailable } } } }",
        )
        .await;
    let cart = &cart["me"]["cart"];
    assert_eq!(
        (&cart["total"], &cart["shortfall"], &cart["balanceAfter"]),
        (&json!("249"), &json!("0"), &json!("301"))
    );
    let input = json!({ "expectedTotal": "249", "idempotencyKey": "checkout-1" });
    let select = "orders { id state total fee income held releaseAt lines { title quantity listing { id } } entries { sequence seal } }";
    let paid = house.done(ben, "checkout", input.clone(), select).await["orders"].clone();
    let order = &paid[0];
    assert_eq!(
        (paid.as_array().unwrap().len(), &order["state"], &order["total"]),
        (1, &json!("HELD"), &json!("249"))
    );
    assert_eq!((&order["fee"], &order["held"]), (&json!("12.45"), &json!("240")));
    // The same key again: the same answer, and nothing more is paid.
    assert_eq!(house.done(ben, "checkout", input, select).await["orders"], paid);
    order.clone()
}

/// Ben has the file at once; Ada has her tokens once he confirms.
async fn is_paid(house: &House, ada: &Person, ben: &Person, order: &Value) {
    let library = house
        .look(
            ben,
            "{ me { library(first: 5) { edges { node { listing { title file { url } } orderId } } } } }",
        )
        .await;
    let item = &library["me"]["library"]["edges"][0]["node"];
    assert!(item["listing"]["file"]["url"].as_str().unwrap().contains("/download/"), "{item}");
    house.done(ben, "confirmReceipt", json!({ "orderId": order["id"] }), "order { state }").await;
    let wallet = house
        .look(ada, "{ me { wallet { balance earned promo held } sales { edges { node { state } } } } }")
        .await;
    assert_eq!(
        wallet["me"]["wallet"],
        json!({ "balance": "286.55", "earned": "236.55", "promo": "50", "held": "0" })
    );
    assert_eq!(wallet["me"]["sales"]["edges"][0]["node"]["state"], "RELEASED");
}

/// Ada lists a file, attaches it and publishes it; the id.
async fn file_listing(house: &House, ada: &Person) -> Value {
    let input = json!({ "title": "Pattern for wool socks", "categoryId": house.category().await, "kind": "FILE", "price": "9" });
    let listed = house.done(ada, "listItem", input, "listing { id state }").await["listing"].clone();
    assert_eq!(listed["state"], "DRAFT");
    let attached =
        house.send(&ada.actor, "attachFile", json!({ "listingId": listed["id"] }), b"%PDF pattern").await;
    assert_eq!(attached["listing"]["file"]["name"], "notes.pdf");
    assert_eq!(attached["listing"]["file"]["sizeBytes"], "12");
    house.done(ada, "publishListing", json!({ "listingId": listed["id"] }), "listing { state }").await;
    listed["id"].clone()
}

/// Ada gives by handle and by link; a newcomer claims the link.
async fn gifts(house: &House) {
    let ada = house
        .act(&Actor::Visitor(None), "openAccount", json!({}), "user { handle } accountKey sessionToken")
        .await;
    let token = ada["sessionToken"].as_str().unwrap();
    let giver = house.store.authenticate(token).await.unwrap().expect("the session has begun");
    let giver = Person {
        handle: ada["user"]["handle"].as_str().unwrap().to_owned(),
        actor: Actor::User(giver),
        key: ada["accountKey"].as_str().unwrap().to_owned(),
    };
    let staff = house.staff("second-keeper").await;
    house.grant(&staff, &giver, "10.5").await;
    let input = json!({ "to": "ben-buys", "amount": "0.0001", "message": "For you", "idempotencyKey": "g1" });
    let gift =
        house.done(&giver, "giveTokens", input, "gift { state amount recipient { handle } }").await["gift"]
            .clone();
    assert_eq!(gift, json!({ "state": "GIVEN", "amount": "0.0001", "recipient": { "handle": "ben-buys" } }));

    let input = json!({ "amount": "10", "idempotencyKey": "g2" });
    let select = "gift { id claimCode claimUrl expiresAt }";
    let made = house.done(&giver, "createGiftLink", input.clone(), select).await["gift"].clone();
    assert_eq!(
        house.done(&giver, "createGiftLink", input, select).await["gift"],
        made,
        "the same key, the same code"
    );
    let code = made["claimCode"].as_str().unwrap();
    assert_eq!(made["claimUrl"], json!(format!("https://market.example/claim/{code}")));
    let newcomer = house.person("newcomer").await;
    let behind = house.ask(&Actor::Visitor(None), "query($c: String!) { giftBehind(claimCode: $c) { amount giver { handle } recipient { handle } } }", json!({ "c": code })).await;
    assert_eq!(behind["data"]["giftBehind"]["amount"], "10");
    let input = json!({ "claimCode": code, "idempotencyKey": "c1" });
    let claimed = house.done(&newcomer, "claimGift", input, "gift { state }").await;
    assert_eq!(claimed["gift"]["state"], "CLAIMED");
    let wallet = house
        .look(&newcomer, "{ me { wallet { spendable } gifts { edges { node { state claimCode } } } } }")
        .await;
    assert_eq!(wallet["me"]["wallet"]["spendable"], "10");
    assert_eq!(wallet["me"]["gifts"]["edges"][0]["node"]["claimCode"], Value::Null, "the code is told once");
}

#[tokio::test]
async fn an_account_is_private_and_its_owners() {
    let house = House::open().await;
    let select = "user { handle isMe isStaff wallet { promo } cart { total } } sessionToken accountKey";
    let opened = house.act(&Actor::Visitor(None), "openAccount", json!({}), select).await;
    // Who has just opened an account sees their own things at once.
    assert_eq!(opened["user"]["wallet"]["promo"], "50", "{opened}");
    let ada = house.person("ada").await;
    let mine = "{ me { handle displayName createdAt hasPassphrase sessions { channel isCurrent } } }";
    let me = house.look(&ada, mine).await["me"].clone();
    assert_eq!(me["createdAt"], json!(NOW.rfc3339()));
    assert_eq!(me["sessions"], json!([{ "channel": "API", "isCurrent": true }]));

    let input = json!({ "displayName": "Ada L.", "about": "I spin." });
    house.done(&ada, "reviseProfile", input, "user { displayName about }").await;
    let kept =
        house.done(&ada, "reviseProfile", json!({ "about": null }), "user { displayName about }").await;
    assert_eq!(kept["user"], json!({ "displayName": "Ada L.", "about": null }), "what is not named stays");
    house
        .done(
            &ada,
            "setPassphrase",
            json!({ "passphrase": "correct horse battery" }),
            "user { hasPassphrase }",
        )
        .await;
    let input = json!({ "handle": "ada", "passphrase": "correct horse battery" });
    let again = house.act(&Actor::Visitor(None), "signIn", input, "user { isMe } sessionToken").await;
    assert_eq!(again["user"]["isMe"], true);
    let input = json!({ "accountKey": ada.key });
    let by_key = house.act(&Actor::Visitor(None), "signIn", input, "user { handle }").await;
    assert_eq!(by_key["user"]["handle"], json!(ada.handle));
    let ended = house.done(&ada, "endOtherSessions", Value::Null, "sessions { isCurrent }").await;
    assert_eq!(ended["sessions"], json!([{ "isCurrent": true }]));
    assert_eq!(house.store.authenticate(again["sessionToken"].as_str().unwrap()).await.unwrap(), None);

    let ben = house.person("ben").await;
    let others = "{ user(handle: \"@Ada\") { handle displayName isMe isStaff hasPassphrase wallet { balance } \
                  cart { total } orders { edges { cursor } } sales { edges { cursor } } gifts { edges { cursor } } \
                  library { edges { cursor } } sessions { id } } }";
    let seen = house.look(&ben, others).await["user"].clone();
    assert_eq!(seen["handle"], "ada");
    for private in
        ["isStaff", "hasPassphrase", "wallet", "cart", "orders", "sales", "gifts", "library", "sessions"]
    {
        assert_eq!(seen[private], Value::Null, "{private}");
    }
    let gone = house
        .ask(&Actor::Visitor(None), "{ me { handle } user(handle: \"nobody-here\") { id } }", json!({}))
        .await;
    assert_eq!(gone["data"], json!({ "me": null, "user": null }));
}

#[tokio::test]
async fn a_visitors_cart_joins_the_account() {
    let house = House::open().await;
    let ada = house.person("ada-sells").await;
    let listing = house.list(&ada, "Lamp", "10", true).await;
    let visitor = Actor::Visitor(Some(domain::id::VisitorId::new(uuid::Uuid::from_u128(5))));
    let input = json!({ "listingId": listing, "quantity": 2 });
    let added = house.act(&visitor, "addToCart", input, "cart { total shortfall count lines { id } }").await;
    assert_eq!(added["cart"]["total"], "20", "{added}");
    // By the listing as well as by the line.
    let input = json!({ "listingId": listing, "quantity": 3 });
    let set = house.act(&visitor, "setCartQuantity", input, "cart { total }").await;
    assert_eq!(set["cart"]["total"], "30");
    let opened =
        house.act(&visitor, "openAccount", json!({}), "user { cart { total lines { quantity } } }").await;
    assert_eq!(opened["user"]["cart"], json!({ "total": "30", "lines": [{ "quantity": 3 }] }));
    let left = house.ask(&visitor, "{ cart { total lines { id } } }", json!({})).await;
    assert_eq!(left["data"]["cart"]["lines"], json!([]));
}
