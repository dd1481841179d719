//! Giving tokens: to a handle, and by a link to somebody without an account.

use tests::program::Program;
use tests::visitor::{Keys, Visitor};

use super::vendor::{grant, staff};

/// Somebody with granted tokens, which can be given away.
async fn giver(program: &Program) -> (Visitor, Keys) {
    let (vendor, giver) = (staff(program).await, Visitor::of(program));
    let keys = giver.opens_account().await;
    grant(&vendor, &keys.handle, "100").await;
    (giver, keys)
}

/// Puts tokens behind a link; gives its path and the code.
async fn link(giver: &Visitor, amount: &str, message: &str) -> (String, String) {
    let form = giver.get("/gifts").await.expect(200).form("/gifts/link");
    let form = form.with("amount", amount).with("message", message).press("Make the link");
    let page = giver.submit(form).await.expect(200).expect_words("Your gift is ready");
    let url = page.element("claim-url");
    let code = url.rsplit('/').next().expect("a link has a last part").to_owned();
    (format!("/claim/{code}"), code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_to_a_handle_arrives_to_the_unit() {
    let program = Program::fresh();
    let (giver, keys) = giver(&program).await;
    let friend = Visitor::of(&program);
    let friends = friend.opens_account().await;
    let form = giver.get("/gifts").await.expect(200).form("/gifts/give");
    let form =
        form.with("to", &friends.handle).with("amount", "12.3456").with("message", "For <you> & yours");

    let sums = giver.submit(form.clone().press("See the balance after")).await.expect(200);
    assert_eq!(sums.sum("Balance after"), "87.6544", "welcome tokens cannot be given");
    assert_eq!(giver.balance().await, "150", "looking gives nothing");
    let _ = giver.submit(form.press("Give")).await.expect(200).expect_words("Given:");
    assert_eq!(giver.balance().await, "137.6544");
    assert_eq!(friend.balance().await, "62.3456");
    let page = friend.get("/gifts").await.expect(200).expect_words("For <you> & yours");
    let _ = page.expect_words(&format!("Received from {}", keys.handle));
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_to_somebody_without_an_account_once() {
    let program = Program::fresh();
    let (giver, keys) = giver(&program).await;
    let (path, code) = link(&giver, "30", "Happy birthday").await;
    assert_eq!(giver.balance().await, "120", "the tokens are set aside");

    let friend = Visitor::of(&program);
    let page = friend.get(&path).await.expect(200).expect_words("Happy birthday");
    let page = page.expect_words(&format!("from {}", keys.handle));
    let (_, next) = friend.opens_account_at(&page.link("/open-account?back=")).await;
    assert_eq!(next, path, "opening an account leads back to the gift");
    let form = friend.get(&next).await.expect(200).form(&path).press("Put it into");
    let wallet = friend.submit(form.clone()).await.expect(200).expect_words("are in your wallet");
    assert_eq!(wallet.balance().as_deref(), Some("80"));

    // A second claim gives nothing, to nobody.
    let _ = friend.submit(form).await;
    let late = Visitor::of(&program);
    late.opens_account().await;
    let _ = late.get(&path).await.expect(200).expect_words("There is no gift here");
    assert_eq!(friend.balance().await, "80");
    // Typed by hand, in small letters with spaces, a code is found too.
    let typed = format!("/claim?code=%20{}%20", code.to_lowercase());
    let _ = late.get(&typed).await.expect(200).expect_words("claimed already");
    let _ = giver.get("/gifts").await.expect(200).expect_words("claimed by");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_that_nobody_claimed_can_be_taken_back() {
    let program = Program::fresh();
    let (giver, _) = giver(&program).await;
    let (path, _) = link(&giver, "0.0001", "").await;
    assert_eq!(giver.balance().await, "149.9999");
    let forms = giver.get("/gifts").await.expect(200).forms_like("/gifts/", "/cancel");
    let form = forms.into_iter().next().expect("a pending gift can be taken back").press("Take back");
    let _ = giver.submit(form).await.expect(200).expect_words("Taken back");
    assert_eq!(giver.balance().await, "150");
    let friend = Visitor::of(&program);
    friend.opens_account().await;
    let _ = friend.get(&path).await.expect(200).expect_words("There is no gift here");
    program.close();
}
