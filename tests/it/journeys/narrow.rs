//! Small screens: no page has to be pushed sideways, whatever people write.

use tests::browser::Browser;
use tests::program::Program;
use tests::visitor::{Item, Keys, Visitor};

use super::site::order_path;
use super::vendor::grant;

/// The narrowest screen that pages are made for, and a usual one.
const WIDTHS: [u32; 2] = [320, 390];

/// How far a page reaches beyond the screen.
const BEYOND: &str = "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";

async fn signs_in(browser: &Browser, keys: &Keys) {
    browser.goes_to("/sign-in").await;
    browser.types("account_key", &keys.account_key).await;
    browser.clicks("Sign in").await;
    browser.sees("[data-balance]").await;
}

async fn fits(browser: &Browser, paths: &[&str], width: u32) {
    for path in paths {
        browser.goes_to(path).await;
        assert_eq!(browser.asks(BEYOND).await, 0, "{path} is wider than {width} pixels");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_than_a_phone() {
    let program = Program::fresh();
    let (vendor, user, other) = (Visitor::of(&program), Visitor::of(&program), Visitor::of(&program));
    let (office, _) = vendor.opens_account_at(&program.vendor_link()).await;
    let (keys, friend) = (user.opens_account().await, other.opens_account().await);
    let handle = "w".repeat(30);
    let form = user.get("/account").await.expect(200).form("/account/handle").with("handle", &handle);
    let _ = user.submit(form.press("Change")).await.expect(200);
    for amount in ["123456789.0125", "0.0001"] {
        grant(&vendor, &handle, amount).await;
        grant(&vendor, &friend.handle, amount).await;
    }
    let long = "W".repeat(120);
    let own = user.lists(&Item::goods(&long, "999999999", "1000000")).await;
    let listing = other.lists(&Item::goods(&long, "12345", "9")).await;
    let order = order_path(&user.buys(&listing).await);
    let gifts = user.get("/gifts").await.expect(200).form("/gifts/give").with("to", &friend.handle);
    let given = gifts.with("amount", "98765432.1").with("message", &long).press("Give");
    let _ = user.submit(given).await.expect(200);
    let form = user.get(&listing).await.expect(200).form("/cart");
    let _ = user.submit(form.press("Add to cart")).await;

    let shop = format!("/u/{handle}");
    let open =
        ["/", "/search", &listing, &own, &shop, "/help", "/api", "/sign-in", "/open-account", "/claim"];
    let mine = [
        "/sell",
        "/listings",
        "/cart",
        "/wallet",
        "/gifts",
        "/orders",
        &order,
        "/sales",
        "/library",
        "/account",
    ];
    let desk = ["/vendor", "/vendor/users", "/vendor/fees", "/vendor/grant", "/vendor/ledger"];
    for width in WIDTHS {
        let browser = Browser::on_a_phone(&program, width).await;
        fits(&browser, &open, width).await;
        signs_in(&browser, &keys).await;
        fits(&browser, &mine, width).await;
        browser.close().await;
        let browser = Browser::on_a_phone(&program, width).await;
        signs_in(&browser, &office).await;
        fits(&browser, &desk, width).await;
        browser.close().await;
    }
    program.close();
}
