//! The vendor's staff: the first link, grants, fee rules, the ledger.

use tests::program::Program;
use tests::visitor::{Item, Visitor};

use super::site::order_path;

/// The first member of the staff, by the link that the program prints.
pub(super) async fn staff(program: &Program) -> Visitor {
    let vendor = Visitor::of(program);
    let (_, next) = vendor.opens_account_at(&program.vendor_link()).await;
    assert_eq!(next, "/vendor", "the first link leads to the console");
    vendor
}

/// The vendor grants tokens by the form.
pub(super) async fn grant(vendor: &Visitor, to: &str, amount: &str) {
    let form = vendor.get("/vendor/grant").await.expect(200).form("/vendor/grant");
    let form = form.with("to", to).with("amount", amount).with("reason", "Opening day").press("Grant");
    let _ = vendor.submit(form).await.expect(200).expect_words("Granted:");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_makes_one_account_for_the_vendor() {
    let program = Program::fresh();
    let link = program.vendor_link();
    let (vendor, stranger, late) = (Visitor::of(&program), Visitor::of(&program), Visitor::of(&program));
    let kept = late.get(&link).await.expect(200).form("/open-account");
    let _ = vendor.opens_account_at(&link).await;
    let _ = vendor.get("/vendor").await.expect(200).expect_words("Today");

    let again = stranger.get(&link).await;
    assert!(again.status.is_client_error(), "the link works once: {}", again.text());
    let refused = late.submit(kept.press("Open my account")).await;
    assert!(!refused.says("only time it is shown"), "a form kept from before does not work either");
    stranger.opens_account().await;
    for path in
        ["/vendor", "/vendor/fees", "/vendor/users", "/vendor/grant", "/vendor/vouchers", "/vendor/ledger"]
    {
        let _ = stranger.get(path).await.expect(403);
    }
    let users = vendor.get("/vendor/users").await.expect(200).text();
    assert_eq!(users.matches("Grant tokens to").count(), 2, "two accounts in all: {users}");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_arrives_and_the_ledger_balances() {
    let program = Program::fresh();
    let (vendor, user) = (staff(&program).await, Visitor::of(&program));
    let keys = user.opens_account().await;
    grant(&vendor, &keys.handle, "1234.5678").await;
    assert_eq!(user.balance().await, "1284.5678");
    let wallet = user.get("/wallet").await.expect(200);
    let _ = wallet.expect_words("Granted by the vendor: Opening day");
    let ledger = vendor.get("/vendor/ledger").await.expect(200);
    let ledger = ledger.expect_words("What was issued is what is there, to the unit.");
    assert_eq!([ledger.sum("Issued"), ledger.sum("Together")], ["1334.5678", "1334.5678"]);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_rule_counts_from_the_next_order_on() {
    let program = Program::fresh();
    let [seller, buyer] = [(); 2].map(|()| Visitor::of(&program));
    let vendor = staff(&program).await;
    let keys = seller.opens_account().await;
    buyer.opens_account().await;
    let listing = seller.lists(&Item::goods("Tin whistle", "8", "9")).await;
    let before = order_path(&buyer.buys(&listing).await.expect(200));

    let rules = vendor.get("/vendor/fees").await.expect(200).form("/vendor/fees");
    let rules = vendor.submit(rules.press("Add one for a seller")).await.expect(200).form("/vendor/fees");
    let rules = rules.with("seller", &keys.handle).with("basis_points", "1250").with("fixed", "0.5");
    let _ = vendor.submit(rules.press("Save the rules")).await.expect(200).expect_words("Saved");
    let after = order_path(&buyer.buys(&listing).await.expect(200));

    for (order, cut, income) in [(&before, "0.4", "7.6"), (&after, "1.5", "6.5")] {
        let page = seller.get(order).await.expect(200);
        assert_eq!([page.sum("Farthing’s cut"), page.sum("You will receive")], [cut, income], "{order}");
        let form = buyer.get(order).await.expect(200).form(&format!("{order}/confirm")).press("Yes");
        let _ = buyer.submit(form).await.expect(200);
    }
    assert_eq!(seller.balance().await, "64.1");
    let fees = vendor.get("/vendor").await.expect(200);
    let _ = fees.expect_words("1.9");
    program.close();
}
