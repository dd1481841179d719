//! Meeting a store, signing in, paying.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::shop::Shop;
use crate::users::User;

#[test]
fn a_store_is_met_once_and_its_root_agreed_to() {
    let shop = Shop::new();
    let user = User::stranger(&shop);
    let said = user.asks("search ink");
    assert_eq!(said.exit, 3, "nobody there to agree: {said:?}");
    assert!(said.json["error"]["message"].as_str().unwrap().contains("k4.pid."));
    assert!(!user.folder().join("store.json").exists());
    let (root, stranger) = (shop.root(), shop.stranger());
    assert_eq!(user.asks(&format!("search ink --root {stranger}")).exit, 3);
    assert_eq!(user.asks(&format!("search ink --root {root}")).exit, 0);
    assert_eq!(user.asks("search ink").exit, 0, "it is known from now on");
    assert_eq!(user.asks(&format!("search ink --root {stranger}")).exit, 3);
}

#[test]
fn signing_in_keeps_a_session_for_its_owners_eyes() {
    let shop = Shop::new();
    let user = User::stranger(&shop);
    assert_eq!(user.asks("--yes status").exit, 6);
    assert_eq!(user.does("sign-in 2345-6789")["handle"], "bob");
    let path = user.folder().join("session.json");
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(user.does("status")["licences"][0]["product"], "inkwell");
    assert_eq!(user.does("doctor")["findings"][0]["wrong"], json!(null));
    shop.state().is_signed_out = true;
    assert_eq!(user.fails("status", 6)["code"], "NOT_SIGNED_IN");
    let mut command = user.command("status");
    command.env_remove("FARTHING_STORE");
    assert_eq!(command.output().unwrap().status.code(), Some(6), "the store of the last sign-in is meant");
}

#[test]
fn nothing_is_paid_that_was_not_agreed_to() {
    let shop = Shop::new();
    let user = User::new(&shop);
    let said = user.asks("buy inkwell");
    assert_eq!(said.exit, 3);
    let question = said.json["error"]["message"].as_str().unwrap();
    assert!(question.contains("12 tokens") && question.contains("Inkwell by ada"), "{question}");
    assert_eq!(shop.count("buy"), 0);
    assert_eq!(user.does("buy inkwell")["paid"], "12");
    assert_eq!(shop.state().asked.last().unwrap().1["expectedPrice"], "12");
    assert_eq!(user.fails("rent inkwell", 5)["code"], "NOT_FOR_SALE");
    assert_eq!(user.fails("buy inkwell --offer 2", 5)["code"], "NOT_FOR_SALE");
    assert_eq!(user.fails("buy nothing", 5)["code"], "NOT_FOUND");
}

#[test]
fn what_was_not_answered_is_asked_again_under_the_same_key() {
    let shop = Shop::new();
    let user = User::new(&shop);
    shop.state().loses_answers = true;
    user.fails("buy inkwell", 4);
    user.fails("buy inkwell", 4);
    shop.state().loses_answers = false;
    user.does("buy inkwell");
    user.does("buy inkwell");
    let state = shop.state();
    let keys = state.asked.iter().filter(|(name, _)| name == "buy");
    let keys: Vec<_> = keys.map(|(_, input)| input["idempotencyKey"].clone()).collect();
    assert!(keys[0] == keys[1] && keys[1] == keys[2], "{keys:?}");
    assert_ne!(keys[2], keys[3], "the next purchase is another");
}

#[test]
fn a_store_with_many_things_is_told_in_parts() {
    let shop = Shop::new();
    let user = User::new(&shop);
    assert_eq!(user.does("search ink")["total"], 1);
    shop.state().is_large = true;
    let found = user.does("search ink");
    assert_eq!((&found["total"], found["found"].as_array().unwrap().len()), (&json!(431), 1));
    let said = user.command("search ink").output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).contains("1 of 431 are shown"), "{said:?}");
    assert_eq!(user.does("status")["licences"].as_array().unwrap().len(), 2);
    assert_eq!(user.does("install inkwell")["downloaded"], true, "its licence stands in the second part");
}
