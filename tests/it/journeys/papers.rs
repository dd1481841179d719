//! What the desk hands out and takes in, over HTTP: papers as pages and PDFs,
//! scans, and payments that come back, are too much, or were a mistake.

use reqwest::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use reqwest::{Method, Response, StatusCode};
use tests::program::Program;
use tests::visitor::Visitor;

use super::desk::{colleague, presses};
use super::vendor::staff;

/// A name to spoil whatever it is written into.
const EVIL: &str =
    "Ada \"Wren\" <script>alert(1)</script>\r\n) Tj /JS (app.alert) %%EOF\nПриморская 7\u{202e}";

async fn fetch(who: &Visitor, path: &str) -> Response {
    who.request(Method::GET, path).send().await.expect("the market answers")
}

fn header(answer: &Response, name: reqwest::header::HeaderName) -> String {
    let value = answer.headers().get(name).map(|value| value.as_bytes().to_vec());
    String::from_utf8(value.unwrap_or_default()).expect("headers are text")
}

/// An order that one of the staff enters for a customer, and another agrees
/// to; returns the path of its page.
async fn agreed(keeper: &Visitor, heron: &Visitor, to: &str, method: &str, tokens: &str) -> String {
    let form = keeper.get("/vendor/desk/enter").await.expect(200).form("/vendor/desk/enter");
    let form = form.choosing("channel", "mail").choosing("method", method).with("to", to);
    let form = form.with("tokens", tokens).with("bill_to", "Ada Wren\n1 Mill Lane");
    let order = keeper.submit(form.press("Enter it")).await.expect(200).path;
    let _ = presses(heron, &order, "Agree", &[]).await.expect(200).expect_words("agreed");
    order
}

async fn pays(who: &Visitor, order: &str, amount: &str, name: &str) {
    let fields = [("amount", amount), ("value_date", "2026-11-20"), ("bank_reference", name)];
    let _ = presses(who, order, "Record it", &fields).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_and_scans_are_for_the_customer_and_the_staff_alone() {
    let program = Program::fresh();
    let (keeper, heron) = (staff(&program).await, colleague(&program, "heron").await);
    let [customer, stranger, nobody] = [(); 3].map(|()| Visitor::of(&program));
    let keys = customer.opens_account().await;
    stranger.opens_account().await;
    let form = keeper.get("/vendor/desk/enter").await.expect(200).form("/vendor/desk/enter");
    let form =
        form.choosing("channel", "fax").choosing("method", "pro-forma invoice").with("to", &keys.handle);
    let refused = keeper.submit(form.with("tokens", "500").with("bill_to", EVIL).press("Enter it")).await;
    assert_eq!(refused.status, 422, "signs that turn text around are no part of an address");
    let kept = refused.form("/vendor/desk/enter").with("bill_to", EVIL.trim_end_matches('\u{202e}'));
    let order = keeper.submit(kept.press("Enter it")).await.expect(200).path;
    let _ = presses(&heron, &order, "Agree", &[]).await.expect(200).expect_words("agreed");

    let own = order.replace("/vendor/desk/order/", "/top-up/order/");
    let paper = customer.get(&own).await.expect(200).link("/paper/");
    let page = customer.get(&paper).await.expect(200).expect_words("Pro-forma invoice P-000001");
    assert!(page.says("<script>alert(1)</script>"), "the name is shown as it was typed: {}", page.text());
    assert!(!page.html.contains("<script>alert"), "and does nothing");
    let pdf = format!("{paper}/pdf");
    for who in [&customer, &keeper] {
        let answer = fetch(who, &pdf).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(header(&answer, CONTENT_TYPE), "application/pdf");
        assert_eq!(header(&answer, CONTENT_DISPOSITION), "attachment; filename=\"pro-forma-P-000001.pdf\"");
        assert_eq!(header(&answer, CACHE_CONTROL), "private, no-store");
        let file = answer.bytes().await.expect("the file comes").to_vec();
        assert!(file.starts_with(b"%PDF-1.") && file.len() > 2_000, "{} bytes", file.len());
        let has = |words: &[u8]| file.windows(words.len()).any(|part| part == words);
        assert!(!has(b"/JS") && !has(b"app.alert") && !has(b"/JavaScript"), "a name is no program");
    }

    let evils =
        ["../../etc/passwd", "a\"; filename=\"evil.html", "<script>.txt", "Заказ – très long.txt", ""];
    for (number, evil) in evils.into_iter().enumerate() {
        let form = keeper.get(&order).await.expect(200).form(&format!("{order}/scan"));
        let bytes = format!("order {number}\nline two").into_bytes();
        let page = keeper.submit(form.with_file("scan", evil, "text/html", bytes).press("Add it")).await;
        assert!(page.status.is_success() || evil.is_empty(), "{evil}: {}", page.text());
        assert!(!page.html.contains("<script>.txt"), "{evil}");
    }
    let scans: Vec<String> = keeper.get(&order).await.expect(200).links();
    let scans: Vec<String> = scans.into_iter().filter(|link| link.starts_with("/scan/")).collect();
    assert!(scans.len() >= 4, "{scans:?}");
    for scan in &scans {
        for who in [&customer, &keeper] {
            let answer = fetch(who, scan).await;
            assert_eq!(answer.status(), StatusCode::OK, "{scan}");
            let said = header(&answer, CONTENT_DISPOSITION);
            assert!(said.starts_with("attachment"), "{said}");
            assert_eq!(said.matches('"').count(), 2, "the name does not end early: {said}");
            assert!(!said.contains('/') && !said.contains('\\') && !said.contains('<'), "{said}");
            assert!(!header(&answer, CONTENT_TYPE).contains("html"), "never shown as a page");
            assert!(answer.bytes().await.expect("it comes").starts_with(b"order "));
        }
    }
    let html = keeper.get(&order).await.expect(200).form(&format!("{order}/scan"));
    let html = html.with_file("scan", "page.pdf", "application/pdf", b"MZ\x90\x00\x03program".to_vec());
    assert_eq!(keeper.submit(html.press("Add it")).await.status, 422, "bytes say what they are, not names");

    let missing = "/paper/00000000-0000-0000-0000-000000000009".to_owned();
    for path in [&paper, &pdf, &scans[0], &missing, &format!("{missing}/pdf")] {
        assert_eq!(fetch(&stranger, path).await.status(), StatusCode::NOT_FOUND, "{path}");
        let answer = nobody.get(path).await;
        assert!(answer.path.starts_with("/sign-in"), "{path}: {}", answer.path);
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cheque_bounces_a_remainder_moves_and_a_mistake_is_taken_back() {
    let program = Program::fresh();
    let (keeper, heron) = (staff(&program).await, colleague(&program, "heron").await);
    let customer = Visitor::of(&program);
    let keys = customer.opens_account().await;
    let balance = async || customer.balance().await;

    // A cheque is paid in, and comes back.
    let cheque = agreed(&keeper, &heron, &keys.handle, "cheque", "500").await;
    pays(&keeper, &cheque, "5.00", "CHEQUE 7").await;
    assert_eq!(balance().await, "550");
    let own = keeper.get(&cheque).await.expect(200);
    assert!(!own.says("Record that it came back"), "who recorded it does not say that it came back");
    let why = [("reason", "not covered")];
    let back = presses(&heron, &cheque, "Record that it came back", &why).await.expect(200);
    let _ = back.expect_words("came back on").expect_words("not covered");
    assert_eq!(balance().await, "50", "its tokens went back");
    let receipt = customer.get(&cheque.replace("/vendor/desk/order/", "/top-up/order/")).await.expect(200);
    let receipt = customer.get(&receipt.link("/paper/")).await.expect(200);
    let _ = receipt.expect_words("Receipt R-000001").expect_words("This payment came back on");

    // A transfer brings too much: the rest pays the cheque's order, and what
    // is left goes back.
    let wire = agreed(&keeper, &heron, &keys.handle, "wire", "300").await;
    pays(&keeper, &wire, "10.00", "WIRE 8").await;
    assert_eq!(balance().await, "350");
    let code = keeper.get(&cheque).await.expect(200);
    let code = code.element("order").split_whitespace().next().expect("a heading with a code").to_owned();
    let give = |amount, order, back| [("move_amount", amount), ("to_order", order), ("paid_back_as", back)];
    let too_much = presses(&heron, &wire, "Record it", &give("7.01", code.as_str(), "")).await;
    assert_eq!(too_much.status, 422, "{}", too_much.text());
    let own = keeper.get(&wire).await.expect(200);
    assert!(!own.html.contains("move_amount"), "who recorded the payment does not give it away");
    let moved = presses(&heron, &wire, "Record it", &give("5.00", code.as_str(), "")).await.expect(200);
    let _ = moved.expect_words(&format!("5.00 USD to {code}"));
    assert_eq!(balance().await, "850", "the moved remainder paid for the order of the cheque");
    let returned = presses(&heron, &wire, "Record it", &give("2.00", "", "WIRE OUT 9")).await.expect(200);
    assert!(!returned.html.contains("move_amount"), "nothing is left of it");

    // All of the second order was a mistake: a third thing that the customer
    // is told by a paper, and whose money goes back.
    assert!(
        !keeper.get(&wire).await.expect(200).says("Take it back"),
        "who entered it does not take it back"
    );
    let taken = presses(&heron, &wire, "Take it back", &[("reason", "ordered twice")]).await.expect(200);
    let _ = taken
        .expect_words("ordered twice")
        .expect_words("Paid too much")
        .expect_words("Credit note C-000001");
    assert_eq!(balance().await, "550");
    let again = presses(&heron, &wire, "Record it", &give("3.00", "", "WIRE OUT 9")).await;
    assert_eq!(again.status, 422, "money of that name went back before");
    let _ = presses(&heron, &wire, "Record it", &give("3.00", "", "WIRE OUT 10")).await.expect(200);
    let own = customer.get(&wire.replace("/vendor/desk/order/", "/top-up/order/")).await.expect(200);
    let papers: Vec<String> = own.links().into_iter().filter(|link| link.starts_with("/paper/")).collect();
    let mut said = Vec::new();
    for paper in papers.iter().filter(|link| !link.ends_with("/pdf")) {
        said.push(customer.get(paper).await.expect(200).element("paper"));
    }
    said.sort_unstable();
    said.dedup();
    assert_eq!(said, ["Credit note C-000001", "Pro-forma invoice P-000001", "Receipt R-000002"]);
    program.close();
}
