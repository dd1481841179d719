//! Rate limits on both faces, and the switch that turns them off.

use reqwest::header::RETRY_AFTER;
use serde_json::json;
use tests::api::Api;
use tests::page::Page;
use tests::program::Program;
use tests::visitor::Visitor;

const FEW: [(&str, &str); 2] = [
    ("FARTHING_LIMITS__OPEN_ACCOUNT", "2 at once, then 1 an hour"),
    ("FARTHING_LIMITS__SIGN_IN", "3 at once, then 1 an hour"),
];

async fn press(visitor: &Visitor) -> Page {
    let form = visitor.get("/open-account").await.expect(200).form("/open-account");
    visitor.submit(form.press("Open my account")).await
}

fn seconds(headers: &reqwest::header::HeaderMap) -> u32 {
    let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).expect("a limit says when to try again")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_opens_only_so_many_accounts_by_the_site() {
    let program = Program::with(&FEW);
    for _ in 0..2 {
        let _ = press(&Visitor::of(&program)).await.expect(200);
    }
    let page = press(&Visitor::of(&program)).await.expect(429).expect_words("Try again in");
    assert!((1..=3_600).contains(&seconds(&page.headers)));
    // Pretending to come from elsewhere does not help.
    let liar =
        Visitor::sending(&program, &[("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=203.0.113.7")]);
    let _ = press(&liar).await.expect(429);
    // The API counts with the site.
    let told = Api::of(&program).tell(OPEN, json!({ "input": {} })).await.expect("the API answers");
    assert_limited(&told);
    program.close();
}

const OPEN: &str = "mutation($input: OpenAccountInput!) { openAccount(input: $input) { accountKey \
    userErrors { code } } }";

fn assert_limited(told: &tests::api::Told) {
    assert_eq!(told.status, 429, "{told:#?}");
    assert!((1..=3_600).contains(&seconds(&told.headers)));
    assert_eq!(told.error_code(), Some("RATE_LIMITED"), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_opens_only_so_many_accounts_by_the_api() {
    let program = Program::with(&FEW);
    let api = Api::of(&program);
    for _ in 0..2 {
        let _ = api.must("openAccount", json!({}), "accountKey").await;
    }
    assert_limited(&api.tell(OPEN, json!({ "input": {} })).await.expect("the API answers"));
    // Many under other names in one request count as many.
    let many =
        "mutation { a: openAccount(input: {}) { accountKey } b: openAccount(input: {}) { accountKey } }";
    let told = api.tell(many, json!({})).await.expect("the API answers");
    assert_eq!(told.status, 429, "{told:#?}");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_cannot_be_guessed_at_speed() {
    let program = Program::with(&FEW);
    let visitor = Visitor::of(&program);
    let form = visitor
        .get("/sign-in")
        .await
        .expect(200)
        .form("/sign-in")
        .with("account_key", "guess")
        .press("Sign in");
    for _ in 0..3 {
        let _ = visitor.submit(form.clone()).await.expect(422);
    }
    let page = visitor.submit(form).await.expect(429);
    assert!(seconds(&page.headers) > 0);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_lets_everybody_through_and_says_so() {
    let program = Program::with(&[("FARTHING_LIMITS", "off"), FEW[0], FEW[1]]);
    let api = Api::of(&program);
    for _ in 0..5 {
        let _ = api.must("openAccount", json!({}), "accountKey").await;
    }
    let log = program.log().to_lowercase();
    assert!(log.contains("limits") && log.contains("off"), "the log says that limits are off: {log}");
    program.close();
}
