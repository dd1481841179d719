//! Listing, buying, giving, and what the vendor does, by forms alone.

use axum::http::StatusCode;

use super::person::{Market, Person};

#[tokio::test]
async fn a_thing_is_listed_bought_and_confirmed() {
    let market = Market::open().await;
    let (mut seller, mut buyer) = (market.newcomer().await, market.newcomer().await);
    let listing = seller.lists("Linocut of a wren", "40", "2").await;
    let page = buyer.get(&listing).await;
    assert!(page.body.contains("Linocut of a wren") && page.body.contains("Buy now"), "{}", page.body);
    assert!(seller.get(&listing).await.body.contains("This is your own listing."));

    let asked = buyer.post(&format!("{listing}/buy"), &[("quantity", "1"), ("intent", "ask")]).await;
    assert_eq!(asked.location(), format!("{listing}/buy?quantity=1"));
    let confirm = buyer.get(asked.location()).await;
    assert!(confirm.body.contains("Balance after"), "{}", confirm.body);
    let key = confirm.hidden("idempotency_key").to_owned();
    let form = [("quantity", "1"), ("expected_price", "40"), ("idempotency_key", key.as_str())];
    let receipt = buyer.post(&format!("{listing}/buy"), &form).await.location().to_owned();
    // A second press: the same answer, nothing bought twice.
    assert_eq!(buyer.post(&format!("{listing}/buy"), &form).await.location(), receipt);
    assert_eq!(buyer.balance().await, "10");
    let page = buyer.get(&receipt).await;
    assert!(page.body.contains("What comes next."), "{}", page.body);

    let order = receipt.replace("/receipt?order=", "/order/");
    assert!(seller.get(&order).await.body.contains("Call the order off"));
    assert_eq!(market.newcomer().await.get(&order).await.status, StatusCode::NOT_FOUND);
    assert_eq!(buyer.post(&format!("{order}/confirm"), &[]).await.location(), order);
    let page = seller.get(&order).await;
    assert!(page.body.contains("You received") && page.body.contains("5 % of 40"), "{}", page.body);
    assert!(page.body.contains("Transaction "), "{}", page.body);
    // 50 welcome tokens and 40 less the cut of 5 %.
    assert_eq!(seller.balance().await, "88");
    let csv = seller.get("/wallet/statement.csv").await.body;
    assert!(csv.contains(",38,88,"), "{csv}");
}

#[tokio::test]
async fn a_visitors_cart_joins_the_account_and_is_paid() {
    let market = Market::open().await;
    let mut seller = market.newcomer().await;
    let listing = seller.lists("Wool mittens", "20", "5").await;
    let id = listing.trim_start_matches("/listing/").to_owned();
    let mut visitor = market.visitor();
    assert_eq!(visitor.post("/cart", &[("listing_id", &id), ("quantity", "2")]).await.location(), "/cart");
    let cart = visitor.get("/cart").await;
    assert!(cart.body.contains("Wool mittens") && cart.body.contains("It is in your cart."), "{}", cart.body);
    assert!(cart.body.contains("Open an account to pay"));

    let page = visitor.post("/open-account", &[("back", "/cart")]).await;
    assert_eq!(page.status, StatusCode::OK);
    let cart = visitor.get("/cart").await;
    assert!(cart.body.contains("Wool mittens") && cart.body.contains("Pay 40 tokens"), "{}", cart.body);
    let wrong = visitor.post("/checkout", &[("expected_total", "39"), ("idempotency_key", "k1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("The price has changed: it is 40 tokens now."), "{}", wrong.body);
    let key = cart.hidden("idempotency_key").to_owned();
    let paid = visitor.post("/checkout", &[("expected_total", "40"), ("idempotency_key", &key)]).await;
    assert!(paid.location().starts_with("/receipt?order="));
    assert!(visitor.get("/cart").await.body.contains("Your cart is empty"));
    assert!(visitor.get("/orders").await.body.contains("Wool mittens"));
    assert!(seller.get("/sales").await.body.contains("Wool mittens"));
}

#[tokio::test]
async fn what_was_typed_stays_when_a_listing_is_refused() {
    let market = Market::open().await;
    let mut seller = market.newcomer().await;
    let fields = [
        ("kind", "goods"),
        ("title", "A <b>stool</b>"),
        ("price", "four"),
        ("quantity", "x"),
        ("intent", "publish"),
    ];
    let page = seller.post_listing("/sell", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("3 things stand in the way"), "{}", page.body);
    assert!(page.body.contains("A &#60;b&#62;stool&#60;/b&#62;") && page.body.contains(r#"value="four""#));
    // Everything that is wrong is said at once, each beside its field.
    let tag = "x".repeat(60);
    let fields = [
        ("kind", "goods"),
        ("title", " "),
        ("category_id", "999999"),
        ("price", "1.5"),
        ("quantity", ""),
        ("tags", tag.as_str()),
        ("intent", "publish"),
    ];
    let page = seller.post_listing("/sell", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["title", "category_id", "price", "quantity", "tags"] {
        assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{field}: {}", page.body);
        assert!(page.body.contains(&format!("href=\"#{field}\"")), "{field} is missing in the summary");
    }
    let page = seller.post_listing("/sell", &[("price", "120"), ("intent", "preview")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("5 % of 120 = 6 tokens"), "{}", page.body);
}

#[tokio::test]
async fn listings_are_kept_changed_and_withdrawn() {
    let market = Market::open().await;
    let mut seller = market.newcomer().await;
    let listing = seller.lists("Oak stool", "30", "1").await;
    let form = listing.replace("/listing/", "/sell/");
    let page = seller.get(&form).await;
    assert!(page.body.contains("Oak stool") && page.body.contains("wren, copper"), "{}", page.body);
    assert_eq!(market.newcomer().await.get(&form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(seller.post(&format!("{listing}/withdraw"), &[]).await.location(), "/listings");
    assert!(seller.get("/listings").await.body.contains("Withdrawn"));
    assert!(market.visitor().get(&listing).await.body.contains("No longer offered."));
    assert_eq!(seller.post(&format!("{listing}/publish"), &[]).await.location(), "/listings");
    assert!(market.visitor().get(&listing).await.body.contains("Buy now"));
}

/// Grants ordinary tokens, which can be given away.
async fn grant(vendor: &mut Person, to: &str, amount: &str) {
    let form = [("to", to), ("amount", amount), ("reason", "for a test"), ("idempotency_key", to)];
    assert_eq!(vendor.post("/vendor/grant", &form).await.location(), "/vendor/grant");
}

#[tokio::test]
async fn tokens_are_granted_given_and_claimed() {
    let market = Market::open().await;
    let (mut vendor, mut giver, mut friend) =
        (market.vendor().await, market.newcomer().await, market.newcomer().await);
    let (from, to) = (giver.handle().await, friend.handle().await);
    grant(&mut vendor, &from, "100").await;

    let page = giver.post("/gifts/give", &[("to", &to), ("amount", "30"), ("intent", "check")]).await;
    assert!(page.body.contains("Balance after"), "{}", page.body);
    let form = [
        ("to", to.as_str()),
        ("amount", "30"),
        ("message", "For the lamp"),
        ("intent", "give"),
        ("idempotency_key", "g1"),
    ];
    assert_eq!(giver.post("/gifts/give", &form).await.location(), "/gifts");
    assert!(friend.get("/gifts").await.body.contains("For the lamp"));
    let page = giver
        .post(
            "/gifts/give",
            &[("to", "nobody-here"), ("amount", "1"), ("intent", "give"), ("idempotency_key", "g2")],
        )
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("There is no such user."), "{}", page.body);

    let page =
        giver.post("/gifts/link", &[("amount", "25"), ("intent", "give"), ("idempotency_key", "l1")]).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let url = page.body.split("data-secret>").nth(1).unwrap().split('<').next().unwrap();
    let path = url.trim_start_matches("http://market.test").to_owned();
    let mut stranger = market.visitor();
    assert!(stranger.get(&path).await.body.contains("Open an account and claim it"));
    stranger.post("/open-account", &[]).await;
    let key = stranger.get(&path).await.hidden("idempotency_key").to_owned();
    assert_eq!(stranger.post(&path, &[("idempotency_key", &key)]).await.location(), "/wallet");
    assert_eq!(stranger.balance().await, "75");
    assert!(friend.get(&path).await.body.contains("There is no gift here"));
    assert_eq!(giver.balance().await, "95");
}

#[tokio::test]
async fn the_vendor_sets_fee_rules_and_sees_the_ledger_balance() {
    let market = Market::open().await;
    let mut vendor = market.vendor().await;
    let mut seller = market.newcomer().await;
    let handle = seller.handle().await;
    let rules = [
        ("name", "Friends"),
        ("scope", "seller"),
        ("category", ""),
        ("seller", handle.as_str()),
        ("basis_points", "100"),
        ("fixed", ""),
        ("least", ""),
        ("most", ""),
        ("name", "Everything"),
        ("scope", "default"),
        ("category", ""),
        ("seller", ""),
        ("basis_points", "1000"),
        ("fixed", "1"),
        ("least", "2"),
        ("most", "50"),
        ("intent", "save"),
    ];
    assert_eq!(vendor.post("/vendor/fees", &rules).await.location(), "/vendor/fees");
    let page = vendor.get("/vendor/fees?price=200").await;
    assert!(page.body.contains("10 % of 200, plus 1 = 21 tokens"), "{}", page.body);
    let page = seller.post_listing("/sell", &[("price", "200"), ("intent", "preview")]).await;
    assert!(page.body.contains("1 % of 200 = 2 tokens"), "{}", page.body);
    for path in ["/vendor", "/vendor/users?handle=q", "/vendor/grant"] {
        assert_eq!(vendor.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(vendor.get("/vendor/ledger").await.body.contains("to the unit"));
}
