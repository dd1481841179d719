//! The handlers over a real store: people who use the site without script.

mod person;
mod trade;

use axum::http::StatusCode;

use crate::routes;
use person::Market;

#[tokio::test]
async fn what_is_public_opens_for_everybody_and_the_rest_asks_to_sign_in() {
    let market = Market::open().await;
    let mut visitor = market.visitor();
    for path in
        ["/", "/search", "/cart", "/claim", "/sign-in", "/open-account", "/help", "/api", "/robots.txt"]
    {
        let page = visitor.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    }
    for path in
        ["/sell", "/listings", "/receipt", "/orders", "/sales", "/library", "/wallet", "/gifts", "/account"]
    {
        let page = visitor.get(path).await;
        assert_eq!(page.location(), format!("/sign-in?back={}", routes::Encoded(path)), "{path}");
    }
    let mut user = market.newcomer().await;
    for path in ["/", "/sell", "/listings", "/orders", "/sales", "/library", "/wallet", "/gifts", "/account"]
    {
        assert_eq!(user.get(path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/vendor", "/vendor/fees", "/vendor/users", "/vendor/grant", "/vendor/ledger"] {
        assert_eq!(user.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(
            visitor.get(path).await.location(),
            format!("/sign-in?back={}", routes::Encoded(path)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_has_a_page_that_helps() {
    let market = Market::open().await;
    let mut visitor = market.visitor();
    for path in [
        "/nowhere",
        "/listing/1",
        "/listing/00000000-0000-7000-8000-000000000000",
        "/u/nobody-here",
        "/assets/x.css",
    ] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.body.contains("Search the market"), "{path}: {}", page.body);
    }
    assert_eq!(visitor.get("/search?min=abc").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        visitor.get("/search?q=wren&sort=&min=&kind=goods").await.location(),
        "/search?q=wren&kind=goods"
    );
    assert_eq!(visitor.get("/search/?q=wren").await.location(), "/search?q=wren");
    assert_eq!(visitor.get("//evil.example/").await.location(), "/");
    assert_eq!(visitor.get("/search?after=nonsense&q=wren").await.location(), "/search?q=wren");
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let market = Market::open().await;
    let mut user = market.newcomer().await;
    let page = user.post_raw("/account/handle", &[("handle", "stolen-name"), ("csrf", "0000")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("This form was too old"));
    assert!(!user.get("/account").await.body.contains("stolen-name"));
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let market = Market::open().await;
    let key = market.newcomer().await.key.clone();
    let mut visitor = market.visitor();
    let form = [("with", "key"), ("account_key", key.as_str()), ("back", "//evil.example")];
    assert_eq!(visitor.post("/sign-in", &form).await.location(), "/");
    let mut stranger = market.visitor();
    let page = stranger.post("/sign-in", &[("with", "key"), ("account_key", "wrong")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("aria-invalid"));
}

#[tokio::test]
async fn colours_are_remembered() {
    let market = Market::open().await;
    let mut visitor = market.visitor();
    assert!(!visitor.get("/help").await.body.contains("data-theme"));
    let gone = visitor.post("/theme", &[("theme", "dark"), ("back", "/help")]).await;
    assert_eq!(gone.location(), "/help");
    assert!(visitor.get("/help").await.body.contains(r#"data-theme="dark""#));
}

#[tokio::test]
async fn assets_are_kept_for_good_and_drawings_too() {
    let market = Market::open().await;
    let mut visitor = market.visitor();
    let style = crate::assets::style().route().to_string();
    for path in [style.as_str(), "/art/00000000-0000-7000-8000-000000000000"] {
        let page = visitor.get(path).await;
        assert_eq!(page.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
    }
}
