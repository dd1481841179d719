//! Cash only: somebody buys a printed code over the counter, and the market
//! never learns who.

use std::fs;

use reqwest::Method;
use serde_json::json;
use tests::api::Api;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

use super::privacy::{files, find};
use super::vendor::staff;

/// The vendor prints vouchers; gives their codes.
pub(super) async fn print(vendor: &Visitor, count: &str, tokens: &str) -> Vec<String> {
    let form = vendor.get("/vendor/vouchers").await.expect(200).form("/vendor/vouchers");
    let form = form.with("name", "Summer fair").with("count", count).with("tokens", tokens);
    let form = form.with("expires_at", "2999-12-31").press("Print");
    let page = vendor.submit(form).await.expect(200).expect_words("only time their codes are shown");
    assert_eq!(page.headers["cache-control"], "no-store");
    let codes = page.html.split("data-secret>").skip(1).filter_map(|rest| rest.split('<').next());
    codes.map(str::to_owned).collect()
}

/// Types a code into the form.
async fn redeem(visitor: &Visitor, code: &str) -> tests::page::Page {
    let form = visitor.get("/redeem").await.expect(200).form("/redeem").with("code", code);
    visitor.submit(form.press("Put it into")).await
}

/// What the person would be known by, had anybody asked.
const TOLD: [(&str, &str); 3] = [
    ("user-agent", "Sparrowhawk/77.31 (QuillOS; rv:9)"),
    ("from", "dunnock@hedgerow-diary.example"),
    ("x-forwarded-for", "203.0.113.187"),
];

#[tokio::test(flavor = "multi_thread")]
async fn somebody_with_only_cash_buys_and_leaves_no_name() {
    let mut program = Program::fresh();
    let (vendor, seller) = (staff(&program).await, Visitor::of(&program));
    seller.opens_account().await;
    let listing = seller.lists(&Item::goods("Willow basket", "120", "2")).await;
    let codes = print(&vendor, "3", "100").await;
    assert_eq!(codes.len(), 3);

    // The paper in hand, they open the page that stands on it.
    let person = Visitor::sending(&program, &TOLD);
    let page = person.get("/redeem").await.expect(200).expect_words("needs no name");
    let (keys, next) = person.opens_account_at(&page.link("/open-account?back=")).await;
    assert_eq!(next, "/redeem", "opening an account leads back to the code");
    let slip = codes[0].replace(['0', '1', '2', '3', '4'], "9");
    if slip != codes[0] {
        let _ = redeem(&person, &slip).await.expect(422).expect_words("mistyped");
    }
    let wallet = redeem(&person, &codes[0].to_lowercase()).await.expect(200);
    let wallet = wallet.expect_words("Redeemed: 100 tokens are in your wallet.");
    assert_eq!(wallet.balance().as_deref(), Some("150"));
    let _ = redeem(&person, &codes[0]).await.expect(422).expect_words("claimed already");

    let receipt = person.buys(&listing).await.expect(200);
    let order = super::site::order_path(&receipt);
    let form = person.get(&order).await.expect(200).form(&format!("{order}/confirm")).press("Yes");
    let _ = person.submit(form).await.expect(200).expect_words("The seller has been paid");
    assert_eq!(person.balance().await, "30");
    let list = vendor.get("/vendor/vouchers").await.expect(200).expect_words("1 of 3");
    assert!(!list.says(&keys.handle), "the vendor is not told who redeemed it");

    program.stop();
    look(&program, &codes);
    program.audit();
}

/// No file of the market holds anything that the browser told, or a code.
fn look(program: &Program, codes: &[String]) {
    let mut all = Vec::new();
    files(program.data(), &mut all);
    assert!(!all.is_empty(), "the tables are there");
    let told = TOLD.iter().map(|(_, value)| (*value).to_owned());
    let plain = codes.iter().map(|code| code.replace('-', ""));
    let traces: Vec<String> = told.chain(codes.iter().cloned()).chain(plain).collect();
    for path in all {
        let bytes = fs::read(&path).unwrap_or_default();
        for trace in &traces {
            assert!(!find(&bytes, trace), "{} holds {trace}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendor_takes_stolen_vouchers_back() {
    let program = Program::fresh();
    let (vendor, thief) = (staff(&program).await, Visitor::of(&program));
    thief.opens_account().await;
    let codes = print(&vendor, "5", "1000").await;
    let page = vendor.get("/vendor/vouchers").await.expect(200);
    let form = page.forms_like("/vendor/vouchers/", "/withdraw").remove(0);
    let page = vendor.submit(form.clone().with("numbers", "2, 9").press("Take them back")).await.expect(200);
    let _ = page.expect_words("no voucher of that number");
    let page = vendor.submit(form.with("numbers", "2, 3").press("Take them back")).await.expect(200);
    let _ = page.expect_words("3 of 5 vouchers can still be used").expect_words("2 taken back");
    let _ = redeem(&thief, &codes[1]).await.expect(422).expect_words("taken this code back");
    let _ = redeem(&thief, &codes[0]).await.expect(200);
    assert_eq!(thief.balance().await, "1050");
    program.close();
}

/// Ten thousand guesses, from many accounts behind one address and from one
/// account, by the site and by the API: nearly all are turned away unread.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_guesses_are_refused() {
    let program = Program::with(&[("FARTHING_LIMITS__REDEEM", "20 at once, then 60 an hour")]);
    let visitor = Visitor::of(&program);
    visitor.opens_account().await;
    let csrf = visitor.get("/redeem").await.expect(200).form("/redeem").value("csrf").to_owned();
    let mut read = 0;
    for number in 0..9_900u32 {
        let code = guess(number);
        let body = format!("csrf={csrf}&code={code}&idempotency_key=g{number}");
        let request = visitor.request(Method::POST, "/redeem").body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let status = request.send().await.expect("the market answers").status().as_u16();
        match status {
            422 => read += 1,
            429 => {}
            other => panic!("guess {number}: {other}"),
        }
    }
    // Another account behind the same address gets no further, nor does the
    // API.
    let other = Api::opens_account(&program).await;
    let ask =
        "mutation($input: RedeemVoucherInput!) { redeemVoucher(input: $input) { userErrors { code } } }";
    for number in 0..100u32 {
        let input = json!({ "input": { "code": guess(number), "idempotencyKey": format!("a{number}") } });
        let told = other.tell(ask, input).await.expect("the API answers");
        read += u32::from(told.status != 429);
    }
    assert!((20..40).contains(&read), "{read} of 10,000 guesses were looked at");
    assert_eq!(visitor.balance().await, "50");
    program.close();
}

/// A well-formed code that nobody printed.
fn guess(number: u32) -> String {
    let mut bytes = [0; 15];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    domain::code::write(&bytes)
}
