//! The main job by programs: the same verbs, the same refusals, the same
//! money, over GraphQL.

use serde_json::{Value, json};
use tests::api::{Api, No};
use tests::pictures::png;
use tests::postgres;
use tests::program::Program;

fn code<T: std::fmt::Debug>(done: Result<T, No>) -> String {
    done.expect_err("a refusal was expected").code
}

async fn upload(api: &Api, shade: u8) -> String {
    let done = api
        .attempt_with_file("uploadImage", json!({}), "image { id }", ("a.png", png(640, 480, shade)))
        .await;
    done.expect("a good picture is taken")["image"]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_by_the_api() {
    the_main_job(Program::fresh()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_by_the_api_on_postgresql() {
    let url = postgres::fresh().await;
    the_main_job(Program::on(&url)).await;
    postgres::remove(&url).await;
}

async fn the_main_job(program: Program) {
    let (seller, buyer) = (Api::opens_account(&program).await, Api::opens_account(&program).await);
    let images = [upload(&seller, 10).await, upload(&seller, 90).await];
    let input = json!({
        "title": "Oak table from the workshop", "description": "As described.", "categoryId": seller.category().await,
        "kind": "GOODS", "price": "39", "quantity": 3, "tags": ["oak", "table"], "imageIds": images, "publish": true,
    });
    let done = seller.must("listItem", input, "listing { id state images { id } }").await;
    assert_eq!(done["listing"]["images"].as_array().map(Vec::len), Some(2));
    let listing = done["listing"]["id"].as_str().expect("an id").to_owned();
    let found = buyer.search_until_found("oak tables", &listing).await;
    assert_eq!(found["totalCount"], 1);

    let cart = "cart { total shortfall balanceAfter lines { id quantity price listing { id } } }";
    let done = buyer.must("addToCart", json!({ "listingId": listing, "quantity": 2 }), cart).await;
    assert_eq!([&done["cart"]["total"], &done["cart"]["shortfall"]], ["78", "28"]);
    let line = done["cart"]["lines"][0]["id"].clone();
    let short = json!({ "expectedTotal": "78", "idempotencyKey": "too-dear" });
    let no = buyer.attempt("checkout", short, "orders { id }").await.expect_err("50 do not pay 78");
    assert_eq!((no.code.as_str(), &no.error["shortfall"]), ("INSUFFICIENT_TOKENS", &json!("28")));
    let done = buyer.must("setCartQuantity", json!({ "lineId": line, "quantity": 1 }), cart).await;
    assert_eq!([&done["cart"]["total"], &done["cart"]["balanceAfter"]], ["39", "11"]);

    let changed = json!({ "expectedTotal": "38", "idempotencyKey": "stale" });
    let no = buyer.attempt("checkout", changed, "orders { id }").await.expect_err("the total is 39");
    assert_eq!((no.code.as_str(), &no.error["now"]), ("PRICE_CHANGED", &json!("39")));
    let pay = json!({ "expectedTotal": "39", "idempotencyKey": "pay-1" });
    let done = buyer.must("checkout", pay.clone(), "orders { id state total }").await;
    assert_eq!(done["orders"][0]["total"], "39");
    assert_eq!(
        buyer.must("checkout", pay, "orders { id state total }").await,
        done,
        "asked twice, done once"
    );
    assert_eq!(buyer.balance().await, "11");

    let order = done["orders"][0]["id"].clone();
    let _ = buyer.must("confirmReceipt", json!({ "orderId": order }), "order { id state }").await;
    assert_eq!(seller.balance().await, "87.05");
    see_statement(&seller).await;
    assert_eq!(
        code(seller.attempt("cancelOrder", json!({ "orderId": order }), "order { id }").await),
        "WRONG_STATE"
    );
    program.close();
}

/// The seller's movements: each once, with the balance after it.
async fn see_statement(seller: &Api) {
    const ASK: &str = "{ me { wallet { earned promo debt transfers(first: 10) { edges { node { kind direction \
        amount balanceAfter } } } } sales(first: 5) { edges { node { fee income } } } } }";
    let me = seller.ask(ASK, json!({})).await["me"].clone();
    assert_eq!(me["wallet"]["earned"], "37.05");
    assert_eq!(me["sales"]["edges"][0]["node"], json!({ "fee": "1.95", "income": "37.05" }));
    let rows = me["wallet"]["transfers"]["edges"].as_array().expect("a list").clone();
    let mut amounts: Vec<String> = rows
        .iter()
        .map(|row| {
            let sign = if row["node"]["direction"] == "IN" { "+" } else { "-" };
            format!("{sign}{}", row["node"]["amount"].as_str().unwrap_or_default())
        })
        .collect();
    amounts.sort();
    assert_eq!(amounts, ["+37.05", "+50"], "what comes is less the cut");
    assert_eq!(rows[0]["node"]["balanceAfter"], "87.05");
}

#[tokio::test(flavor = "multi_thread")]
async fn gifts_and_grants_by_the_api() {
    let program = Program::fresh();
    let staff = Api::staff(&program, "till").await;
    let (giver, friend) = (Api::opens_account(&program).await, Api::opens_account(&program).await);
    let input = json!({ "to": giver.handle, "amount": "1", "reason": "x", "idempotencyKey": "theirs" });
    assert_eq!(code(giver.attempt("grantTokens", input, "").await), "FORBIDDEN");
    staff.grants(&giver.handle, "20.5").await;
    assert_eq!(giver.balance().await, "70.5");

    let gift =
        giver.gives(&friend.handle, "0.25", "g-1").await.expect("the API answers").expect("it is given");
    let again = giver.gives(&friend.handle, "0.25", "g-1").await.expect("the API answers");
    assert_eq!(again, Ok(gift), "asked twice, given once");
    let other = giver.gives(&friend.handle, "0.26", "g-1").await.expect("the API answers");
    assert_eq!(code(other), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(code(giver.gives("nobody-9999", "1", "g-2").await.expect("the API answers")), "NOT_FOUND");
    assert_eq!(
        code(giver.gives(&friend.handle, "60", "g-3").await.expect("the API answers")),
        "INSUFFICIENT_TOKENS"
    );

    let input = json!({ "amount": "5", "message": "For you", "idempotencyKey": "l-1" });
    let done = giver.must("createGiftLink", input.clone(), "gift { id claimCode claimUrl }").await;
    let again = giver.must("createGiftLink", input, "gift { id claimCode claimUrl }").await;
    assert_eq!(again, done, "a lost answer tells the same code again");
    let claim = json!({ "claimCode": done["gift"]["claimCode"], "idempotencyKey": "c-1" });
    let _ = friend.must("claimGift", claim.clone(), "gift { id }").await;
    let _ = friend.must("claimGift", claim, "gift { id }").await;
    let late = json!({ "claimCode": done["gift"]["claimCode"], "idempotencyKey": "c-9" });
    assert_eq!(code(staff.attempt("claimGift", late, "gift { id }").await), "ALREADY_CLAIMED");
    let cancel = json!({ "giftId": done["gift"]["id"] });
    assert_eq!(code(giver.attempt("cancelGift", cancel, "gift { id }").await), "ALREADY_CLAIMED");
    assert_eq!([giver.balance().await, friend.balance().await], ["65.25", "55.25"]);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_lost_answers_buy_once() {
    let program = Program::fresh();
    let (seller, buyer) = (Api::opens_account(&program).await, Api::opens_account(&program).await);
    let listing = seller.lists("Only one", "7", 1).await;
    let tries = (0..100).map(|_| {
        let (buyer, listing) = (buyer.clone(), listing.clone());
        tokio::spawn(async move { buyer.buys(&listing, "7", "the-one-key").await.expect("the API answers") })
    });
    let tries: Vec<_> = tries.collect();
    let mut orders = Vec::new();
    for one in tries {
        orders.push(one.await.expect("no client panics").expect("each hears that it is bought"));
    }
    orders.dedup();
    assert_eq!(orders.len(), 1, "a hundred equal answers");
    assert_eq!(buyer.balance().await, "43");
    assert_eq!(code(buyer.buys(&listing, "7", "another").await.expect("the API answers")), "OUT_OF_STOCK");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_data_with_stable_codes() {
    let program = Program::fresh();
    let (nobody, seller) = (Api::of(&program), Api::opens_account(&program).await);
    let listing = seller.lists("A thing", "5", 2).await;
    let category = nobody.category().await;
    let buy = |price: &str| json!({ "listingId": listing, "quantity": 1, "expectedPrice": price, "idempotencyKey": "k" });
    let item = |price: &str| {
        json!({
            "title": "X", "categoryId": category, "kind": "GOODS", "price": price, "quantity": 1, "publish": true,
        })
    };
    let none: Value = json!({ "orderId": "T3JkZXI6MQ" });
    let table = [
        (&nobody, "buy", buy("5"), "order { id }", "NOT_SIGNED_IN"),
        (&seller, "buy", buy("5"), "order { id }", "OWN_LISTING"),
        (&nobody, "listItem", item("5"), "listing { id }", "NOT_SIGNED_IN"),
        (&seller, "listItem", item("-5"), "listing { id }", "INVALID_INPUT"),
        (&seller, "listItem", item("5.5"), "listing { id }", "INVALID_INPUT"),
        (&seller, "listItem", item("5e1"), "listing { id }", "INVALID_INPUT"),
        (&seller, "confirmReceipt", none.clone(), "order { id }", "NOT_FOUND"),
        (&nobody, "confirmReceipt", none, "order { id }", "NOT_SIGNED_IN"),
        (&seller, "setFeeRules", json!({ "rules": [] }), "", "FORBIDDEN"),
        (&nobody, "signIn", json!({ "accountKey": "x" }), "user { id }", "WRONG_CREDENTIALS"),
        (&nobody, "openAccount", json!({ "handle": "-" }), "user { id }", "INVALID_INPUT"),
        (&nobody, "openAccount", json!({ "handle": seller.handle }), "user { id }", "HANDLE_TAKEN"),
        (
            &seller,
            "claimGift",
            json!({ "claimCode": "NONE", "idempotencyKey": "k9" }),
            "gift { id }",
            "NOT_FOUND",
        ),
    ];
    for (who, name, input, fields, expected) in table {
        let done = who.attempt(name, input.clone(), fields).await;
        assert_eq!(code(done), expected, "{name} {input}");
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_that_is_over_is_told() {
    let program = Program::fresh();
    let user = Api::opens_account(&program).await;
    let _ = user.must("signOut", json!({}), "").await;
    for api in [user.clone(), user.bearing(Some("nonsense"))] {
        let told = api.tell("{ me { handle } }", json!({})).await.expect("the API answers");
        assert_eq!(told.status, 401, "{told:#?}");
    }
    let again = Api::signs_in(&program, &user.account_key).await;
    assert_eq!(again.handle, user.handle);
    program.close();
}
