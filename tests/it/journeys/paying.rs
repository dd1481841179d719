//! At the door of the payment provider when things go wrong there: nobody is
//! left standing, pays twice, or loses the cart.

use tests::page::Page;
use tests::program::Program;
use tests::stripe::{Double, SECRET_KEY, WEBHOOK_SECRET};
use tests::visitor::Visitor;

use super::topups::short_of_thirty;

async fn open() -> (Double, Program) {
    let double = Double::open().await;
    let program = Program::with(&[
        ("FARTHING_LIMITS", "off"),
        ("FARTHING_PAYMENTS__STRIPE_SECRET_KEY", SECRET_KEY),
        ("FARTHING_PAYMENTS__STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("FARTHING_PAYMENTS__STRIPE_API", &double.url()),
    ]);
    (double, program)
}

/// The buyer wants to pay for what lacks.
async fn sets_out(buyer: &Visitor, cart: &Page) -> Page {
    buyer.submit(cart.form("/top-up/card").press("Pay for this number")).await
}

fn session_of(url: &str) -> String {
    url.strip_prefix("https://pay.example/").expect("to Stripe's page").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_another_address_and_one_payment() {
    let (double, mut program) = open().await;
    let (buyer, cart) = short_of_thirty(&program).await;
    double.loses_answers(3);
    let silent = sets_out(&buyer, &cart).await.expect(503).expect_words("does not answer");
    assert_eq!(double.sessions(), 1, "it was opened, and its answer was lost");
    assert_eq!(buyer.get(&silent.link("/cart")).await.expect(200).sum("Total"), "80", "the cart waits");
    let order = buyer.get(&silent.link("/top-up/order/")).await.expect(200);
    let _ = order.expect_words("Waiting for your payment");

    // The market moves to another address; the same top-up is paid there.
    let again = silent.link("/pay/");
    program.stop();
    program.start();
    let buyer = buyer.back_at(&program);
    let url = buyer.leaves_by(&again).await;
    assert_eq!((buyer.leaves_by(&again).await, double.sessions()), (url.clone(), 2), "one of them is shown");
    let session = session_of(&url);
    let success = double.asked(&session, "success_url").expect("Stripe was told where to go");
    let back = success.strip_prefix(&program.url("")).expect("back to the new address").to_owned();

    double.is_paid(&session);
    double.fails(1_000);
    let _ = buyer.get(&back).await.expect(200).expect_words("Waiting for your payment");
    double.fails(0);
    assert_eq!(buyer.get(&back).await.expect(200).sum("Total"), "80", "back at the same cart");
    assert_eq!(buyer.balance().await, "80");
    let _ = buyer.get(&again).await.expect(409).expect_words("there is nothing to pay");
    program.stop();
    program.audit();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stripe_will_not_have_leaves_other_ways() {
    let (double, mut program) = open().await;
    let (buyer, cart) = short_of_thirty(&program).await;
    double.refuses(1);
    let refused = sets_out(&buyer, &cart).await.expect(502).expect_words("This cannot be paid by card");
    assert!(refused.links().iter().all(|link| !link.starts_with("/pay/")), "trying again does not help");
    let _ = buyer.get(&refused.link("/top-up")).await.expect(200).expect_words("Redeem a voucher");
    assert_eq!(buyer.get(&refused.link("/cart")).await.expect(200).sum("Total"), "80", "the cart waits");
    assert_eq!(program.log().matches("opens no page: a person has to look").count(), 1);

    // Who got hold of the number alone learns nothing of its user.
    let order = refused.link("/top-up/order/");
    let pay = format!("/pay/{}", order.rsplit('/').next().expect("it ends with the number"));
    double.refuses(1);
    let stranger = Visitor::of(&program).get(&pay).await.expect(502);
    assert!(!stranger.links().iter().any(|link| link.starts_with("/top-up/order/")));

    // Once it is well again, the same order is paid; nobody pays in what is over.
    let session = session_of(&buyer.leaves_by(&pay).await);
    double.runs_out(&session);
    let _ = buyer.get(&pay).await.expect(200).expect_words("Nobody paid");
    assert_eq!((double.sessions(), buyer.balance().await.as_str()), (1, "50"));
    program.stop();
    program.audit();
}
