//! What script shortens, in a real browser: nothing here is needed, and all
//! of it works.

use fantoccini::key::Key;
use tests::browser::{Browser, Script};
use tests::pictures::png;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

#[tokio::test(flavor = "multi_thread")]
async fn things_go_into_the_cart_without_leaving_the_page() {
    let program = Program::fresh();
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    let listing = seller.lists(&Item::goods("Elm stool", "6", "9")).await;
    let browser = Browser::open(&program, Script::On).await;
    browser.goes_to(&listing).await;
    // The second press comes from a page that is older than the cart.
    for count in ["1", "2"] {
        browser.clicks("Add to cart").await;
        browser.sees(&format!(".tool-cart[aria-label*=\"{count}\"]")).await;
        browser.reads("It is in your cart").await;
        assert_eq!(browser.path().await, listing, "the page stays");
    }
    browser.close().await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cut_and_the_pictures_are_seen_while_typing() {
    let program = Program::fresh();
    let folder = tempfile::TempDir::with_prefix("farthing-").expect("a temporary folder can be made");
    let picture = folder.path().join("stool.png");
    std::fs::write(&picture, png(300, 200, 5)).expect("a file can be written");
    let browser = Browser::open(&program, Script::On).await;
    browser.goes_to("/open-account").await;
    browser.clicks("Open my account").await;
    browser.sees("#account-key").await;
    browser.goes_to("/sell").await;
    browser.sees("#category_id option[value=\"101\"]").await.click().await.expect("a category can be chosen");
    browser.types("price", "39").await;
    browser.types("quantity", "1").await;
    browser.sees("#fee-preview data[value=\"37.05\"]").await;
    let field = browser.sees("#pictures").await;
    field.send_keys(&picture.display().to_string()).await.expect("a picture can be chosen");
    browser.sees("[data-chosen] canvas[aria-label=\"stool.png\"]").await;

    browser.clicks("Put on sale").await;
    browser.sees("#title[aria-invalid=\"true\"]").await;
    let focused = browser.focused().await.attr("id").await.expect("the browser tells");
    assert_eq!(focused.as_deref(), Some("title"), "the focus is on the first field with something wrong");
    browser.sees("input[name=\"image_id\"]").await;
    browser.close().await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_are_suggested_and_chosen_by_keyboard() {
    let program = Program::fresh();
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    let listing = seller.lists(&Item::goods("Copper kettle", "6", "1")).await;
    let _ = seller.finds("copper", &listing).await;
    let browser = Browser::open(&program, Script::On).await;
    browser.goes_to("/help").await;
    browser.types("finder", "cop").await;
    browser.sees("#finder-suggestions .suggestion").await;
    browser.presses(&[Key::Down, Key::Enter]).await;
    browser.sees("#found").await;
    assert!(browser.path().await.to_lowercase().contains("copper"), "{}", browser.path().await);
    browser.clicks("Copper kettle").await;
    browser.reads("As described.").await;
    browser.close().await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_change_at_once_and_stay() {
    let program = Program::fresh();
    for script in [Script::On, Script::Off] {
        let browser = Browser::open(&program, script).await;
        let dark = browser.sees("button.theme[value=\"dark\"]").await;
        dark.click().await.expect("the button can be pressed");
        browser.sees("html[data-theme=\"dark\"]").await;
        browser.sees("button.theme[value=\"dark\"][aria-pressed=\"true\"]").await;
        browser.goes_to("/help").await;
        browser.sees("html[data-theme=\"dark\"]").await;
        browser.close().await;
    }
    program.close();
}
