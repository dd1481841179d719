//! Short at the till: topping up there and then, and coming back to the same
//! cart.

use reqwest::Method;
use tests::page::Page;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

/// A buyer with the 50 tokens of the welcome and an 80-token chair in the
/// cart.
pub(super) async fn short_of_thirty(program: &Program) -> (Visitor, Page) {
    let (seller, buyer) = (Visitor::of(program), Visitor::of(program));
    seller.opens_account().await;
    buyer.opens_account().await;
    let listing = seller.lists(&Item::goods("Oak chair", "80", "1")).await;
    let form = buyer.get(&listing).await.expect(200).form("/cart").press("Add to cart");
    let _ = buyer.submit(form).await.expect(200);
    let cart = buyer.get("/cart").await.expect(200).expect_words("You lack 30 tokens");
    (buyer, cart)
}

fn sandbox_form(page: &Page) -> tests::form::Form {
    page.forms_like("/sandbox/", "").into_iter().next().expect("the sandbox's page has a form")
}

/// Chooses a test card and pays with it.
async fn pays(buyer: &Visitor, page: &Page, card: &str) -> Page {
    let form = sandbox_form(page).choosing("card", card).press("Pay");
    buyer.submit(form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn short_at_the_till_and_back_at_the_same_cart() {
    let program = Program::fresh();
    let (buyer, cart) = short_of_thirty(&program).await;
    let form = cart.form("/top-up/card");
    assert_eq!(form.value("tokens"), "30", "as many as lack stand there");
    let sandbox = buyer.submit(form.press("Pay for this number")).await.expect(200);
    let sandbox = sandbox.expect_words("Sandbox: no money moves").expect_words("0.30 USD");

    let declined = pays(&buyer, &sandbox, "declined").await.expect(422).expect_words("try another");
    let asks = pays(&buyer, &declined, "second-step").await.expect(200).expect_words("is it you");
    assert_eq!(buyer.balance().await, "50", "nothing comes before the bank has agreed");
    let cart = buyer.submit(sandbox_form(&asks).press("Yes, it is me")).await.expect(200);
    assert_eq!(cart.sum("Total"), "80", "back at the same cart");
    assert_eq!(buyer.balance().await, "80");
    let _ = buyer.submit(cart.form("/checkout").press("Pay")).await.expect(200).expect_words("Oak chair");
    assert_eq!(buyer.balance().await, "0");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_purchase_is_made_by_itself_if_the_buyer_said_so() {
    let program = Program::fresh();
    let (buyer, cart) = short_of_thirty(&program).await;
    let form = cart.form("/top-up/card").choosing("finish", "yes").press("Pay for this number");
    let sandbox = buyer.submit(form).await.expect(200);
    let order = pays(&buyer, &sandbox, "succeeds").await.expect(200);
    let _ = order.expect_words("30 tokens are yours").expect_words("Your purchase was made");
    assert_eq!(buyer.balance().await, "0");
    let _ = buyer.get("/orders").await.expect(200).expect_words("Oak chair");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_comes_back_proves_nothing() {
    let program = Program::fresh();
    let (buyer, cart) = short_of_thirty(&program).await;
    let sandbox = buyer.submit(cart.form("/top-up/card").press("Pay for this number")).await.expect(200);
    let back = sandbox.link("/pay/");
    let _ = buyer.get(&back).await.expect(200).expect_words("Waiting for your payment");
    let forged = r#"{"id":"evt","kind":"paid","session":"x"}"#;
    for signature in ["", "t=1,v1=00", "nonsense"] {
        let request =
            buyer.request(Method::POST, "/payments/sandbox").header("farthing-signature", signature);
        let _ = buyer.send(request.body(forged)).await.expect(400);
    }
    let _ = buyer.send(buyer.request(Method::POST, "/payments/stripe").body(forged)).await.expect(404);
    assert_eq!(buyer.balance().await, "50");
    let gone = buyer.submit(sandbox_form_to_leave(&sandbox)).await.expect(200);
    let _ = gone.expect_words("Nobody paid");
    assert_eq!(buyer.balance().await, "50");
    assert_eq!(buyer.get("/cart").await.expect(200).sum("Total"), "80", "the cart waits");
    program.close();
}

fn sandbox_form_to_leave(page: &Page) -> tests::form::Form {
    let form = page.forms_like("/sandbox/", "").pop().expect("the sandbox's page has a way out");
    form.press("Go back without paying")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_that_is_whole_can_be_sent_back() {
    let program = Program::fresh();
    let buyer = Visitor::of(&program);
    buyer.opens_account().await;
    let form = buyer.get("/top-up").await.expect(200).form("/top-up/card").with("tokens", "500");
    let sandbox = buyer.submit(form.press("Pay for this number")).await.expect(200);
    let order = pays(&buyer, &sandbox, "succeeds").await.expect(200).expect_words("500 tokens are yours");
    assert_eq!(buyer.balance().await, "550");
    let form = order.forms_like("/top-up/order/", "/refund").pop().expect("a whole top-up goes back");
    let back = buyer.submit(form.clone()).await.expect(200).expect_words("Sent back");
    assert!(back.forms_like("/top-up/order/", "/refund").is_empty());
    assert_eq!(buyer.balance().await, "50");
    let _ = buyer.submit(form).await.expect(200);
    assert_eq!(buyer.balance().await, "50", "twice is once");
    program.close();
}
