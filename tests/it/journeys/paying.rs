//! At the door of the payment provider when things go wrong there: nobody is
//! left standing, pays twice, or loses the cart.

use domain::access::Actor;
use domain::id::TopUpId;
use domain::money::{Currency, Money};
use domain::topup::Provider;
use domain::topup::comparison::{Day, Difference, DifferenceKind};
use serde_json::json;
use store::comparisons::Comparison;
use tests::api::Api;
use tests::page::Page;
use tests::program::Program;
use tests::stripe::{Double, SECRET_KEY, WEBHOOK_SECRET};
use tests::visitor::Visitor;
use uuid::Uuid;

use super::software::beside;
use super::topups::short_of_thirty;
use super::vendor::staff;

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

/// What a run of `farthing compare` says, and whether all is well.
fn compares(program: &Program) -> (bool, String) {
    let done = program.run(&["compare"]);
    (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_agree_warns_until_the_staff_has_seen_it() {
    let (_double, mut program) = open().await;
    let desk = staff(&program).await;
    program.stop();
    // A day that is over cannot be waited for.
    let store = beside(&program).await;
    let day = Day::parse("2026-11-22").expect("a day");
    let there = Money::new(700, Currency::USD);
    let difference = Difference { kind: DifferenceKind::Extra, here: None, there };
    let differing = vec![(TopUpId::new(Uuid::from_u128(9)), Some("pi_9".to_owned()), difference)];
    let found = Comparison { top_ups: 1, differing };
    assert!(store.close_day(&Actor::System, Provider::Stripe, day, found).await.expect("a day is closed"));
    store.close().await;
    let (is_well, said) = compares(&program);
    assert!(!is_well && said.contains("7.00 USD there (payment pi_9)\n"), "{said}");

    program.start();
    let desk = desk.back_at(&program);
    let cards = desk.get("/vendor/cards").await.expect(200).expect_words("1 payment does not agree");
    let finding = cards.link("/vendor/cards/findings/");
    let form = desk.get(&finding).await.expect(200).form(&finding);
    let asks = desk.submit(form.with("note", " ").press("Mark as seen")).await.expect(422);
    let form = asks.form(&finding).with("note", "of our other shop\nnot ours").press("Mark as seen");
    let cards = desk.submit(form.clone()).await.expect(200).expect_words("All of these were seen");
    let _ = cards.expect_words("Seen by ").expect_words("of our other shop");
    assert!(desk.get(&finding).await.expect(200).find_form(&finding).is_none(), "it is said once");
    let _ = desk.submit(form).await.expect(422).expect_words("somebody has marked it as seen already");

    let api = Api::staff(&program, "clerk").await;
    let query = "{ vendor { cardTrouble { comparisonFindings { id seen { note } } } } }";
    let found = api.ask(query, json!({})).await["vendor"]["cardTrouble"]["comparisonFindings"][0].clone();
    assert_eq!(found["seen"], json!({ "note": "of our other shop\nnot ours" }));
    let input = json!({ "findingId": found["id"], "note": "again" });
    let again = api.attempt("markFindingSeen", input, "finding { id }").await;
    assert_eq!(again.expect_err("it is said once").code, "WRONG_STATE");
    program.stop();
    let (is_well, said) = compares(&program);
    assert!(is_well && said.contains("1 of 1 findings were seen by the staff."), "{said}");
    assert!(said.contains("; seen by ") && said.contains(": of our other shop not ours\n"), "{said}");
    program.audit();
}
