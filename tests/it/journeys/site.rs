//! The main job on the site, without script: list, find, cart, account, pay,
//! confirm, and every movement in the wallet to the unit.

use reqwest::Method;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use tests::page::Page;
use tests::pictures::png;
use tests::program::Program;
use tests::visitor::{Item, Visitor, listing_path};

const TABLE: Item<'_> = Item::goods("Oak table from the workshop", "39", "3");

/// The first order that a page of orders links to.
pub(super) fn order_path(page: &Page) -> String {
    page.link("/order/")
}

fn movement(what: &str, change: &str, balance: &str) -> (String, String, String) {
    (what.to_owned(), change.to_owned(), balance.to_owned())
}

/// The movements of somebody's wallet, each with the first words of what it
/// says.
pub(super) async fn movements(visitor: &Visitor) -> Vec<(String, String, String)> {
    let page = visitor.get("/wallet").await.expect(200);
    let shortened = |(what, change, balance): (String, String, String)| {
        let end = what.find(|letter: char| letter.is_ascii_digit() || letter == ':').unwrap_or(what.len());
        let words: Vec<&str> = what.get(..end).unwrap_or_default().split(' ').take(2).collect();
        (words.join(" "), change, balance)
    };
    page.movements().into_iter().map(shortened).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_without_script() {
    let program = Program::fresh();
    let (seller, buyer) = (Visitor::of(&program), Visitor::of(&program));
    seller.opens_account().await;

    let form = seller.fills_sell(&TABLE).await;
    let form = form.with_file("pictures", "front.png", "image/png", png(900, 600, 40));
    let form = form.with_file("pictures", "back.png", "image/png", png(600, 900, 200));
    let shown = seller.submit(form.press("Put on sale")).await.expect(200).expect_words("It is on sale");
    let listing = listing_path(&shown);
    see_pictures(&buyer, &listing).await;

    let results = buyer.finds("oak tables", &listing).await;
    assert!(results.says("39"), "a card shows the price");
    let form = buyer.get(&listing).await.expect(200).expect_words("3 to be had").form("/cart");
    let cart = buyer.submit(form.press("Add to cart")).await.expect(200).expect_words("It is in your cart");
    assert_eq!(cart.sum("Total"), "39");
    let (keys, next) = buyer.opens_account_at(&cart.link("/open-account?back=")).await;
    assert_eq!(next, "/cart", "opening an account leads back to the cart");

    let cart = buyer.get(&next).await.expect(200);
    assert_eq!(
        [cart.sum("Balance now"), cart.sum("Total"), cart.sum("Balance after")],
        ["50", "39", "11"],
        "the visitor's cart has joined the account"
    );
    let receipt = buyer.submit(cart.form("/checkout").press("Pay 39 tokens")).await.expect(200);
    let receipt = receipt.expect_words("Bought. Thank you.");
    assert_eq!(receipt.balance().as_deref(), Some("11"));
    let order = order_path(&receipt);
    assert_eq!(buyer.balance().await, "11");
    assert_eq!(seller.balance().await, "50", "what is held is not the seller's yet");
    assert!(seller.get("/sales").await.expect(200).says(&keys.handle), "the sale names the buyer");

    let page = buyer.get(&order).await.expect(200);
    let form = page.form(&format!("{order}/confirm")).press("Yes, everything has come");
    let _ = buyer.submit(form).await.expect(200).expect_words("The seller has been paid");
    let sold = seller.get(&order).await.expect(200);
    assert_eq!([sold.sum("Farthing’s cut"), sold.sum("You received")], ["1.95", "37.05"]);

    assert_eq!(
        movements(&buyer).await,
        [movement("Bought from", "-39", "11"), movement("Welcome tokens", "50", "50")]
    );
    assert_eq!(
        movements(&seller).await,
        [movement("Sale released", "37.05", "87.05"), movement("Welcome tokens", "50", "50")],
        "39 less the cut of 5 %"
    );
    assert_eq!(seller.balance().await, "87.05");
    let csv = seller.get("/wallet/statement.csv").await.expect(200).html;
    assert!(csv.contains(",37.05,87.05,") && csv.contains(",50,50,"), "{csv}");
    program.close();
}

/// Both pictures of the listing are there, pressed and kept for good.
async fn see_pictures(visitor: &Visitor, listing: &str) {
    let page = visitor.get(listing).await.expect(200);
    let mut sources: Vec<&str> = page.html.split('"').filter(|part| part.starts_with("/media/")).collect();
    sources.retain(|source| !source.contains(' '));
    sources.sort_unstable();
    sources.dedup();
    assert!(sources.len() >= 2, "two pictures are shown: {sources:?}");
    for source in sources {
        let picture = visitor.request(Method::GET, source).send().await.expect("a picture is served");
        assert_eq!(picture.status(), 200, "{source}");
        assert_eq!(picture.headers()[CONTENT_TYPE], "image/webp");
        assert!(picture.headers()[CACHE_CONTROL].to_str().is_ok_and(|text| text.contains("immutable")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_is_one_on_every_device_and_pays_many_sellers() {
    let program = Program::fresh();
    let [one, other, buyer] = [(); 3].map(|()| Visitor::of(&program));
    let keys = buyer.opens_account().await;
    one.opens_account().await;
    other.opens_account().await;
    let chair = one.lists(&Item::goods("Beech chair", "7", "5")).await;
    let lamp = other.lists(&Item::goods("Brass lamp", "11", "1")).await;

    let elsewhere = Visitor::of(&program);
    for listing in [&chair, &lamp] {
        let form = elsewhere.get(listing).await.expect(200).form("/cart").press("Add to cart");
        let _ = elsewhere.submit(form).await.expect(200);
    }
    let _ = elsewhere.signs_in(&keys).await;
    let cart = buyer.get("/cart").await.expect(200).expect_words("2 orders");
    assert_eq!(cart.sum("Total"), "18", "the cart joined the account at sign-in, on every device");

    let line =
        cart.forms_like("/cart/", "").into_iter().find(|form| form.fields.iter().any(|f| f.0 == "quantity"));
    let line = line.expect("the chair's number can be changed").with("quantity", "3").press("Change");
    let cart = buyer.submit(line).await.expect(200);
    assert_eq!(cart.sum("Total"), "32");
    let receipt = buyer.submit(cart.form("/checkout").press("Pay")).await.expect(200);
    assert_eq!(
        receipt.links().iter().filter(|link| link.starts_with("/order/")).count(),
        2,
        "an order a seller"
    );
    assert_eq!(buyer.balance().await, "18");
    let _ = buyer.get(&lamp).await.expect(200).expect_words("Sold out");
    let _ = buyer.get(&chair).await.expect(200).expect_words("2 to be had");

    // The seller calls it off: the buyer gets everything back.
    let order = order_path(&other.get("/sales").await.expect(200));
    let form =
        other.get(&order).await.expect(200).form(&format!("{order}/cancel")).press("Call the order off");
    let _ = other.submit(form).await.expect(200).expect_words("Called off");
    assert_eq!(buyer.balance().await, "29");
    let _ = buyer.get(&lamp).await.expect(200).expect_words("The last one");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_another_price_than_they_saw() {
    let program = Program::fresh();
    let (seller, buyer) = (Visitor::of(&program), Visitor::of(&program));
    seller.opens_account().await;
    buyer.opens_account().await;
    let listing = seller.lists(&Item::goods("Clay jug", "10", "2")).await;
    let edit = listing.replace("/listing/", "/sell/");

    let ask = buyer.get(&format!("{listing}/buy?quantity=1")).await.expect(200);
    let form = seller.get(&edit).await.expect(200).form(&edit).with("price", "12").press("Save changes");
    let _ = seller.submit(form).await.expect(200);
    let refused = buyer.submit(ask.form(&format!("{listing}/buy")).press("Pay 10")).await.expect(422);
    let refused = refused.expect_words("The price has changed: it is 12 tokens now.");
    assert_eq!(buyer.balance().await, "50", "nothing was paid");
    let _ = buyer.submit(refused.form(&format!("{listing}/buy")).press("Pay 12")).await.expect(200);
    assert_eq!(buyer.balance().await, "38");

    // The same form sent twice buys once.
    let ask = buyer.get(&format!("{listing}/buy?quantity=1")).await.expect(200);
    let form = ask.form(&format!("{listing}/buy")).press("Pay 12");
    let first = buyer.submit(form.clone()).await.expect(200);
    let second = buyer.submit(form).await.expect(200);
    assert_eq!(order_path(&first), order_path(&second));
    assert_eq!(buyer.balance().await, "26");

    // Nobody buys from themselves, and nobody what is gone.
    let own = seller.get(&listing).await.expect(200).expect_words("This is your own listing");
    assert!(own.find_form("/cart").is_none());
    let gone = buyer.get(&format!("{listing}/buy?quantity=1")).await.expect(200);
    let gone = buyer.submit(gone.form(&format!("{listing}/buy")).press("Pay 12")).await.expect(422);
    let _ = gone.expect_words("This is sold out.");
    assert_eq!(buyer.balance().await, "26");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_nobody_elses_and_can_come_and_go() {
    let program = Program::fresh();
    let (seller, other) = (Visitor::of(&program), Visitor::of(&program));
    seller.opens_account().await;
    other.opens_account().await;
    let form = seller.fills_sell(&Item::goods("Walnut shelf", "20", "1")).await;
    let draft = seller.submit(form.press("Keep as a draft")).await.expect(200).expect_words("Kept");
    let edit = draft.path.clone();
    let listing = edit.replace("/sell/", "/listing/");
    let _ = other.get(&listing).await.expect(404);
    let _ = other.get(&edit).await.expect(404);

    let list = seller.get("/listings").await.expect(200);
    let _ = seller.submit(list.form(&format!("{listing}/publish")).press("Put on sale")).await.expect(200);
    let _ = other.finds("walnut", &listing).await;
    let list = seller.get("/listings").await.expect(200);
    let _ = seller.submit(list.form(&format!("{listing}/withdraw")).press("Withdraw")).await.expect(200);
    let _ = seller.get(&listing).await.expect(200);
    let page = other.get(&listing).await;
    assert!(page.status == 404 || page.says("No longer offered"), "{}", page.text());
    assert!(page.find_form("/cart").is_none());
    program.close();
}
