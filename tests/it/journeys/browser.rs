//! The main job in a real browser, by clicking: with script, and again with
//! script switched off; and by keyboard alone.

use fantoccini::key::Key;
use tests::browser::{Browser, Script};
use tests::pictures::png;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

/// Opens an account by the one press, and goes on.
async fn opens_account(browser: &Browser) -> String {
    browser.clicks("Open my account").await;
    let key = browser.sees("#account-key").await.text().await.expect("the key can be read");
    browser.clicks("I have kept it").await;
    browser.sees("[data-balance]").await;
    key
}

/// Lists a table with a picture; gives its path.
async fn lists_a_table(browser: &Browser, picture: &std::path::Path) -> String {
    browser.goes_to("/sell").await;
    browser.types("title", "Oak table").await;
    browser.types("description", "Planed by hand.").await;
    browser.sees("#category_id option[value=\"101\"]").await.click().await.expect("a category can be chosen");
    browser.types("price", "39").await;
    browser.types("quantity", "2").await;
    let field = browser.sees("#pictures").await;
    field.send_keys(&picture.display().to_string()).await.expect("a picture can be chosen");
    browser.clicks("Put on sale").await;
    browser.reads("This is your own listing").await;
    let picture = browser.sees(".stage img[src^=\"/media/\"]").await;
    assert!(picture.is_displayed().await.expect("the browser tells"), "the picture is shown");
    browser.path().await
}

async fn the_main_job(script: Script) {
    let program = Program::fresh();
    let folder = tempfile::TempDir::with_prefix("farthing-").expect("a temporary folder can be made");
    let picture = folder.path().join("table.png");
    std::fs::write(&picture, png(800, 600, 90)).expect("a file can be written");

    let seller = Browser::open(&program, script).await;
    seller.goes_to("/open-account?back=/sell").await;
    opens_account(&seller).await;
    let listing = lists_a_table(&seller, &picture).await;
    let look = Visitor::of(&program);
    let _ = look.finds("oak table", &listing).await;

    let buyer = Browser::open(&program, script).await;
    buyer.types("hero-q", "oak table").await;
    buyer.presses(&[Key::Enter]).await;
    buyer.clicks("Oak table").await;
    buyer.clicks("Add to cart").await;
    buyer.reads("It is in your cart").await;
    buyer.goes_to("/cart").await;
    buyer.clicks("Open an account to pay").await;
    opens_account(&buyer).await;
    buyer.reads("Balance after").await;
    buyer.clicks("Pay 39 tokens").await;
    buyer.reads("Bought. Thank you.").await;
    assert_eq!(buyer.balance().await, "11");
    buyer.clicks("See the order").await;
    buyer.clicks("Yes, everything has come").await;
    // The step "Seller is paid" stands on the page before it has come.
    buyer.reads("The seller has been paid").await;

    seller.goes_to("/wallet").await;
    assert_eq!(seller.balance().await, "87.05");
    seller.close().await;
    buyer.close().await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_by_clicking() {
    the_main_job(Script::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_by_clicking_without_script() {
    the_main_job(Script::Off).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn script_is_switched_off_where_it_shall_be() {
    let program = Program::fresh();
    for (script, is_hidden) in [(Script::On, false), (Script::Off, true)] {
        let browser = Browser::open(&program, script).await;
        browser.goes_to("/open-account").await;
        opens_account_and_stays(&browser).await;
        // Only script shows the button that copies the key.
        let copy = browser.sees("[data-copy]").await;
        assert_eq!(!copy.is_displayed().await.expect("the browser tells"), is_hidden, "{script:?}");
        browser.close().await;
    }
    program.close();
}

async fn opens_account_and_stays(browser: &Browser) {
    browser.clicks("Open my account").await;
    browser.sees("#account-key").await;
}

/// Tabs until the element in focus has words that begin so; a page has fewer
/// than sixty stops before its main action.
async fn tabs_to(browser: &Browser, label: &str) {
    for _ in 0..60 {
        browser.presses(&[Key::Tab]).await;
        let focused = browser.focused().await;
        let text = focused.text().await.unwrap_or_default();
        if text.trim().starts_with(label) {
            let outline = focused.css_value("outline-style").await.expect("the browser tells");
            assert_ne!(outline, "none", "the focus on “{label}” can be seen");
            return;
        }
    }
    panic!("“{label}” cannot be reached by keyboard at {}", browser.path().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_the_main_action() {
    let program = Program::fresh();
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    let listing = seller.lists(&Item::goods("Elm stool", "6", "1")).await;
    let browser = Browser::open(&program, Script::On).await;
    browser.presses(&[Key::Tab]).await;
    assert_eq!(browser.focused().await.text().await.expect("the browser tells"), "Skip to the content");

    browser.goes_to("/open-account").await;
    tabs_to(&browser, "Open my account").await;
    browser.presses(&[Key::Enter]).await;
    browser.sees("#account-key").await;
    browser.goes_to(&listing).await;
    tabs_to(&browser, "Buy now").await;
    browser.presses(&[Key::Enter]).await;
    browser.reads("Buy this?").await;
    tabs_to(&browser, "Pay 6 tokens").await;
    browser.presses(&[Key::Enter]).await;
    browser.reads("Bought. Thank you.").await;
    assert_eq!(browser.balance().await, "44");
    browser.close().await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_troubles_the_browser() {
    let program = Program::fresh();
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    let listing = seller.lists(&Item::goods("Elm stool", "6", "1")).await;
    let browser = Browser::open(&program, Script::On).await;
    browser.goes_to("/open-account").await;
    let _ = opens_account(&browser).await;
    for path in [
        "/",
        "/search",
        "/search?q=stool",
        &listing,
        "/sell",
        "/cart",
        "/gifts",
        "/wallet",
        "/orders",
        "/sales",
        "/library",
        "/listings",
        "/account",
        "/help",
        "/api",
        "/graphiql",
    ] {
        browser.goes_to(path).await;
        let wide = browser.asks("return document.documentElement.scrollWidth > window.innerWidth").await;
        assert_eq!(wide, false, "{path} scrolls sideways");
        let others = "return performance.getEntriesByType('resource').filter(e => !e.name.startsWith(location.origin)).length";
        assert_eq!(browser.asks(others).await, 0, "{path} asks another host");
    }
    browser.close().await;
    program.close();
}
