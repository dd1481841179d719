//! What comes after paying by card, at the sandbox: money that takes its time,
//! charges that are disputed, and prices that change before the tokens come.

use serde_json::json;
use tests::api::Api;
use tests::form::Form;
use tests::live::Socket;
use tests::page::Page;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

use super::vendor::{grant, staff};

const WALLET: &str = "subscription { walletChanged(now: true) { balance spendable debt } }";

/// Somebody who tops up, and listens to their wallet.
struct Payer {
    api: Api,
    socket: Socket,
    /// The browser in which the sandbox is open.
    browser: Visitor,
    /// The sandbox's page of the payment.
    page: String,
}

impl Payer {
    /// Somebody new asks for a hundred tokens and pays with a test card.
    async fn with(program: &Program, card: &str) -> Self {
        let (api, browser) = (Api::opens_account(program).await, Visitor::of(program));
        let input = json!({ "tokens": "100", "returnTo": "/help", "idempotencyKey": "k" });
        let done = api.must("topUp", input, "topUpOrder { payUrl }").await;
        let url = done["topUpOrder"]["payUrl"].as_str().expect("an address to pay at");
        let path = url.find("/pay/").map(|place| &url[place..]).expect("it leads over the market");
        let sandbox = browser.get(path).await.expect(200);
        let token = api.token().expect("who opened an account has a token").to_owned();
        let mut socket = Socket::signed_in(program, &token).await;
        socket.subscribes("1", WALLET).await;
        let page = sandbox.path.clone();
        let _ = browser.submit(form(&sandbox).choosing("card", card).press("Pay")).await;
        Self { api, socket, browser, page }
    }

    /// The processor or the bank does something.
    async fn sees(&self, act: &str) {
        let page = self.browser.get(&self.page).await.expect(200);
        let _ = self.browser.submit(form(&page).press(act)).await.expect(200);
    }

    /// Waits until the wallet says so: balance, spendable, debt.
    async fn hears(&mut self, balance: &str, spendable: &str, debt: &str) {
        let expected = json!({ "balance": balance, "spendable": spendable, "debt": debt });
        while self.socket.gets("next", "1").await["data"]["walletChanged"] != expected {}
    }

    async fn gives(&self, to: &Api, amount: &str, key: &str) -> Result<String, String> {
        let done = self.api.gives(&to.handle, amount, key).await.expect("the API answers");
        done.map_err(|no| no.code)
    }
}

fn form(page: &Page) -> Form {
    page.forms_like("/sandbox/", "").into_iter().next().expect("the sandbox's page has a form")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_dispute_leaves_a_debt_that_the_next_tokens_pay_off() {
    let program = Program::fresh();
    let (vendor, other) = (staff(&program).await, Api::opens_account(&program).await);
    let mut payer = Payer::with(&program, "succeeds").await;
    payer.hears("150", "100", "0").await;
    payer.gives(&other, "40", "g1").await.expect("what is there can be given");
    payer.hears("110", "60", "0").await;
    payer.sees("Dispute").await;
    payer.hears("50", "0", "0").await;
    assert_eq!(payer.gives(&other, "1", "g2").await, Err("ACCOUNT_FROZEN".to_owned()));
    payer.sees("Bank takes the money").await;
    payer.hears("10", "0", "40").await;
    payer.sees("Dispute lost").await;
    // The account is free again; what comes pays the debt off first.
    grant(&vendor, &payer.api.handle, "30").await;
    payer.hears("40", "0", "10").await;
    grant(&vendor, &payer.api.handle, "25").await;
    payer.hears("65", "15", "0").await;
    assert_eq!(other.balance().await, "90", "who was paid in good faith keeps it");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_won_dispute_gives_everything_back() {
    let program = Program::fresh();
    let other = Api::opens_account(&program).await;
    let mut payer = Payer::with(&program, "succeeds").await;
    payer.hears("150", "100", "0").await;
    payer.gives(&other, "40", "g1").await.expect("what is there can be given");
    for (act, wallet) in [
        ("Dispute", ["50", "0", "0"]),
        ("Bank takes the money", ["10", "0", "40"]),
        ("Dispute won", ["110", "60", "0"]),
    ] {
        payer.sees(act).await;
        let [balance, spendable, debt] = wallet;
        payer.hears(balance, spendable, debt).await;
    }
    payer.gives(&other, "60", "g2").await.expect("the account is free again");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_takes_its_time_brings_the_tokens_when_it_is_there() {
    let program = Program::fresh();
    let mut late = Payer::with(&program, "settles-late").await;
    late.hears("50", "0", "0").await;
    let mut never = Payer::with(&program, "settles-late").await;
    never.sees("Let the payment fail").await;
    late.sees("Let the money arrive").await;
    late.hears("150", "100", "0").await;
    assert_eq!(never.api.balance().await, "50");
    never.hears("50", "0", "0").await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_changed_meanwhile_is_shown_and_not_paid() {
    let program = Program::fresh();
    let (seller, buyer) = (Visitor::of(&program), Visitor::of(&program));
    seller.opens_account().await;
    buyer.opens_account().await;
    let listing = seller.lists(&Item::goods("Oak chair", "80", "1")).await;
    let add = buyer.get(&listing).await.expect(200).form("/cart").press("Add to cart");
    let _ = buyer.submit(add).await.expect(200);
    let cart = buyer.get("/cart").await.expect(200);
    let card = cart.form("/top-up/card").choosing("finish", "yes").press("Pay for this number");
    let sandbox = buyer.submit(card).await.expect(200);
    let edit = listing.replace("/listing/", "/sell/");
    let dearer = seller.get(&edit).await.expect(200).form(&edit).with("price", "79").press("Save changes");
    let _ = seller.submit(dearer).await.expect(200);
    let order = buyer.submit(form(&sandbox).choosing("card", "succeeds").press("Pay")).await.expect(200);
    let _ = order.expect_words("30 tokens are yours").expect_words("a price has changed meanwhile");
    assert_eq!(buyer.balance().await, "80", "also a lower price is not paid unseen");
    let cart = buyer.get("/cart").await.expect(200);
    assert_eq!(cart.sum("Total"), "79", "the cart waits, and shows the new price");
    let _ = buyer.submit(cart.form("/checkout").press("Pay")).await.expect(200).expect_words("Oak chair");
    assert_eq!(buyer.balance().await, "1");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_price_of_a_token_is_set_on_the_console_and_top_ups_keep_theirs() {
    let program = Program::fresh();
    let (vendor, buyer) = (staff(&program).await, Visitor::of(&program));
    buyer.opens_account().await;
    let ask = async || {
        let form = buyer.get("/top-up").await.expect(200).form("/top-up/card").with("tokens", "500");
        buyer.submit(form.press("Pay for this number")).await.expect(200)
    };
    let before = ask().await.expect_words("Pay 5.00 USD");
    let price = |text: &'static str| async {
        let form = vendor.get("/vendor/tokens").await.expect(200).form("/vendor/tokens");
        vendor.submit(form.with("price", text).press("Set the price")).await
    };
    for wrong in ["0", "-1", "a lot", "0.0000001"] {
        let _ = price(wrong).await.expect(422);
    }
    let _ = price("0.02").await.expect(200).expect_words("One token costs 0.02 USD");
    let after = ask().await.expect_words("Pay 10.00 USD");
    for sandbox in [before, after] {
        let _ = buyer.submit(form(&sandbox).choosing("card", "succeeds").press("Pay")).await.expect(200);
    }
    assert_eq!(buyer.balance().await, "1050", "each was paid at its own price");
    let form = vendor.get("/vendor/tokens").await.expect(200).form("/vendor/tokens/bundles");
    let rows = form.with("tokens", "1000").with("bonus", "100").with("amount", "15");
    let _ = vendor.submit(rows.press("Set the bundles")).await.expect(200);
    let _ = buyer.get("/top-up").await.expect(200).expect_words("15.00 USD");
    let _ = buyer.get("/vendor/tokens").await.expect(403);
    program.close();
}
