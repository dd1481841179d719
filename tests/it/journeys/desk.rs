//! The desk, as two of the staff work it: what came by telephone is entered by
//! one, agreed to by another, and paid in parts.

use tests::api::Api;
use tests::page::Page;
use tests::program::Program;
use tests::visitor::{Keys, Visitor};

use super::vendor::staff;

/// Another member of the staff, at a browser.
pub(super) async fn colleague(program: &Program, handle: &str) -> Visitor {
    let api = Api::staff(program, handle).await;
    let visitor = Visitor::of(program);
    visitor.signs_in(&Keys { handle: api.handle, account_key: api.account_key }).await;
    visitor
}

/// Somebody presses a button on an order's page.
pub(super) async fn presses(who: &Visitor, order: &str, button: &str, fields: &[(&str, &str)]) -> Page {
    let page = who.get(order).await.expect(200);
    let form = page
        .forms_like(order, "")
        .into_iter()
        .find(|form| fields.iter().all(|(name, _)| form.find(name).is_some()) && form.has_button(button));
    let mut form = form.unwrap_or_else(|| panic!("no “{button}” on {}", page.text()));
    for (name, value) in fields {
        form = form.with(name, value);
    }
    who.submit(form.press(button)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_order_is_entered_by_one_agreed_to_by_another_and_paid_in_parts() {
    let program = Program::fresh();
    let (keeper, heron) = (staff(&program).await, colleague(&program, "heron").await);
    let customer = Visitor::of(&program);
    let keys = customer.opens_account().await;
    let form = keeper.get("/vendor/desk/enter").await.expect(200).form("/vendor/desk/enter");
    let form = form.choosing("channel", "phone").choosing("method", "purchase order");
    let form = form.with("to", &keys.handle).with("tokens", "500").with("po_number", "PO 7/26");
    let entered = keeper.submit(form.press("Enter it")).await.expect(200);
    let order = entered.path.clone();
    assert!(order.starts_with("/vendor/desk/"), "{order}");
    assert!(!entered.says("Agree to it"), "who entered it is not asked");

    let own = presses_anyway(&keeper, &order).await;
    assert_eq!(own, 422, "who entered it cannot agree, also past the page");
    let _ = presses(&heron, &order, "Agree", &[]).await.expect(200).expect_words("agreed");
    assert_eq!(customer.balance().await, "50", "tokens come with the money");
    let pays = [("amount", "2.00"), ("value_date", "2026-11-20"), ("bank_reference", "WIRE 1")];
    let _ = presses(&keeper, &order, "Record it", &pays).await.expect(200).expect_words("paid in part");
    let again = presses(&keeper, &order, "Record it", &pays).await;
    assert_eq!(again.status, 422, "a payment of that name is recorded once");
    let rest = [("amount", "3.00"), ("value_date", "2026-11-21"), ("bank_reference", "WIRE 2")];
    let done = presses(&keeper, &order, "Record it", &rest).await.expect(200);
    let done = done.expect_words("Money came").expect_words("Agreed").expect_words("Entered");
    assert!(done.says("paid"));
    assert_eq!(customer.balance().await, "550");
    let _ = customer.get(&order).await.expect(403);
    program.close();
}

/// Agreeing by a form that the page does not offer.
async fn presses_anyway(who: &Visitor, order: &str) -> u16 {
    let page = who.get(order).await.expect(200);
    let csrf = page.forms_like("/", "").into_iter().find_map(|form| form.find("csrf").map(str::to_owned));
    let body = format!("csrf={}&act=approve", csrf.expect("every page has a form"));
    let request = who.request(reqwest::Method::POST, order).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.send().await.expect("the market answers").status().as_u16()
}
