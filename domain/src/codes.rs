//! Numbers and texts that stand in tables, in answers that are kept under
//! keys, and in the API: they may be added to, and never change.

use crate::book::Remembered;
use crate::command::{Answer, Fingerprint, KeyId, Outcome};
use crate::gift::GiftState;
use crate::id::{
    GiftId, ListingId, OrderId, RedemptionBatchId, RedemptionId, TopUpId, UserId, VoucherBatchId, VoucherId,
};
use crate::ledger::account::AccountKind;
use crate::ledger::transfer::{TransactionKind, TransferCode};
use crate::listing::{Condition, ListingKind, ListingState};
use crate::order::OrderState;
use crate::refusal::Refusal;
use crate::testing::tokens;
use crate::text::IdempotencyKey;
use crate::user::Channel;
use crate::voucher::VoucherState;
use uuid::Uuid;

#[test]
fn numbers_in_tables_are_as_ever() {
    assert_eq!(
        OrderState::ALL.map(|state| (format!("{state:?}"), state.number())),
        named([("Held", 1), ("Released", 2), ("Cancelled", 3)])
    );
    assert_eq!(
        GiftState::ALL.map(|state| (format!("{state:?}"), state.number())),
        named([("Given", 1), ("Pending", 2), ("Claimed", 3), ("Cancelled", 4), ("Expired", 5)])
    );
    assert_eq!(
        ListingKind::ALL.map(|kind| (kind.name().to_owned(), kind.number())),
        named([("goods", 1), ("service", 2), ("file", 3), ("software", 4)])
    );
    assert_eq!(
        ListingState::ALL.map(|state| (format!("{state:?}"), state.number())),
        named([("Draft", 1), ("Published", 2), ("Withdrawn", 3)])
    );
    assert_eq!(
        Condition::ALL.map(|condition| (condition.name().to_owned(), condition.number())),
        named([("new", 1), ("like new", 2), ("good", 3), ("worn", 4), ("for parts", 5)])
    );
    assert_eq!(
        VoucherState::ALL.map(|state| (format!("{state:?}"), state.number())),
        named([("Open", 1), ("Redeemed", 2), ("Withdrawn", 3)])
    );
    assert_eq!([Channel::Site, Channel::Api].map(Channel::number), [1, 2]);
    assert_eq!(
        TransactionKind::ALL.map(TransactionKind::number),
        [
            1, 2, 10, 11, 12, 20, 21, 22, 23, 40, 41, 42, 43, 44, 45, 46, 70, 71, 72, 73, 80, 90, 91, 92, 93,
            94
        ]
    );
    assert_eq!(
        TransferCode::ALL.map(TransferCode::number),
        [1, 2, 3, 4, 5, 6, 7, 40, 41, 42, 43, 44, 45, 46, 47, 70, 80, 90, 91, 92]
    );
    assert_eq!(
        AccountKind::ALL.map(AccountKind::number),
        [1, 2, 3, 4, 5, 40, 20, 21, 22, 23, 50, 51, 52, 53, 54, 60, 61, 62, 63, 64]
    );
}

fn named<const COUNT: usize>(pairs: [(&str, i16); COUNT]) -> [(String, i16); COUNT] {
    pairs.map(|(name, number)| (name.to_owned(), number))
}

#[test]
fn every_number_leads_back() {
    assert!(OrderState::ALL.iter().all(|it| OrderState::from_number(it.number()) == Some(*it)));
    assert!(GiftState::ALL.iter().all(|it| GiftState::from_number(it.number()) == Some(*it)));
    assert!(VoucherState::ALL.iter().all(|it| VoucherState::from_number(it.number()) == Some(*it)));
    assert!(TransactionKind::ALL.iter().all(|it| TransactionKind::from_number(it.number()) == Some(*it)));
    assert!(TransferCode::ALL.iter().all(|it| TransferCode::from_number(it.number()) == Some(*it)));
    assert!(ListingKind::ALL.iter().all(|it| ListingKind::from_name(it.name()) == Some(*it)));
    assert!(Condition::ALL.iter().all(|it| Condition::from_name(it.name()) == Some(*it)));
    assert_eq!(
        (OrderState::from_number(0), GiftState::from_number(9), Channel::from_number(3)),
        (None, None, None)
    );
}

/// One of each refusal, with its code and how it is kept under a key.
fn refusals() -> Vec<(Refusal, &'static str, &'static str)> {
    let listing = ListingId::new(Uuid::nil());
    let nil = r#""00000000-0000-0000-0000-000000000000""#;
    assert_eq!(nil.len(), 38);
    vec![
        (
            Refusal::invalid("price", "bad"),
            "INVALID_INPUT",
            r#"{"InvalidInput":{"field":"price","problem":"bad"}}"#,
        ),
        (Refusal::NotSignedIn, "NOT_SIGNED_IN", r#""NotSignedIn""#),
        (Refusal::Forbidden, "FORBIDDEN", r#""Forbidden""#),
        (Refusal::missing("user"), "NOT_FOUND", r#"{"NotFound":{"what":"user"}}"#),
        (
            Refusal::InsufficientTokens { balance: tokens("1.5"), shortfall: tokens("2") },
            "INSUFFICIENT_TOKENS",
            r#"{"InsufficientTokens":{"balance":"1.5","shortfall":"2"}}"#,
        ),
        (Refusal::PriceChanged { now: tokens("3") }, "PRICE_CHANGED", r#"{"PriceChanged":{"now":"3"}}"#),
        (
            Refusal::OutOfStock { listing, left: 2 },
            "OUT_OF_STOCK",
            r#"{"OutOfStock":{"listing":"00000000-0000-0000-0000-000000000000","left":2}}"#,
        ),
        (Refusal::OwnListing, "OWN_LISTING", r#""OwnListing""#),
        (
            Refusal::NotForSale { listing },
            "NOT_FOR_SALE",
            r#"{"NotForSale":{"listing":"00000000-0000-0000-0000-000000000000"}}"#,
        ),
        (Refusal::EmptyCart, "EMPTY_CART", r#""EmptyCart""#),
        (Refusal::IdempotencyKeyReused, "IDEMPOTENCY_KEY_REUSED", r#""IdempotencyKeyReused""#),
        (Refusal::HandleTaken, "HANDLE_TAKEN", r#""HandleTaken""#),
        (Refusal::WrongCredentials, "WRONG_CREDENTIALS", r#""WrongCredentials""#),
        (Refusal::AlreadyClaimed, "ALREADY_CLAIMED", r#""AlreadyClaimed""#),
        (Refusal::Expired, "EXPIRED", r#""Expired""#),
        (Refusal::wrong_state("over"), "WRONG_STATE", r#"{"WrongState":{"state":"over"}}"#),
        (
            Refusal::TooMany { what: "lines".into(), limit: 50 },
            "TOO_MANY",
            r#"{"TooMany":{"what":"lines","limit":50}}"#,
        ),
        (
            Refusal::RateLimited { retry_after_seconds: 3 },
            "RATE_LIMITED",
            r#"{"RateLimited":{"retry_after_seconds":3}}"#,
        ),
        (Refusal::AccountFrozen, "ACCOUNT_FROZEN", r#""AccountFrozen""#),
        (Refusal::RedemptionOff, "REDEMPTION_OFF", r#""RedemptionOff""#),
        (Refusal::Busy, "BUSY", r#""Busy""#),
    ]
}

#[test]
fn refusals_keep_their_codes_and_their_stored_form() {
    for (refusal, code, stored) in refusals() {
        assert_eq!(refusal.code(), code);
        let answer: Answer = Err(refusal.clone());
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(text, format!(r#"{{"Err":{stored}}}"#));
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
        let sentence = refusal.to_string();
        assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
    }
}

#[test]
fn outcomes_keep_their_stored_form() {
    let id = Uuid::from_u128(1);
    let table = [
        (Outcome { orders: vec![OrderId::new(id)], ..Outcome::default() }, "orders", true),
        (Outcome { gift: Some(GiftId::new(id)), ..Outcome::default() }, "gift", false),
        (Outcome { user: Some(UserId::new(id)), ..Outcome::default() }, "user", false),
        (Outcome { top_up: Some(TopUpId::new(id)), ..Outcome::default() }, "top_up", false),
        (Outcome { voucher: Some(VoucherId::new(id)), ..Outcome::default() }, "voucher", false),
        (Outcome { batch: Some(VoucherBatchId::new(id)), ..Outcome::default() }, "batch", false),
        (Outcome { redemption: Some(RedemptionId::new(id)), ..Outcome::default() }, "redemption", false),
        (
            Outcome { redemption_batch: Some(RedemptionBatchId::new(id)), ..Outcome::default() },
            "redemption_batch",
            false,
        ),
    ];
    for (outcome, name, is_list) in table {
        let text = serde_json::to_string(&Answer::Ok(outcome.clone())).unwrap();
        let value = if is_list { format!("[\"{id}\"]") } else { format!("\"{id}\"") };
        assert_eq!(text, format!(r#"{{"Ok":{{"{name}":{value}}}}}"#));
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), Ok(outcome));
    }
}

/// Keys outlive the program that stored them.
#[test]
fn keys_and_fingerprints_are_made_as_ever() {
    let key = KeyId::of(Uuid::from_u128(1), &IdempotencyKey::parse("key").unwrap());
    assert_eq!(key.uuid().to_string(), "8e954f17-6f1a-3cf7-2ba0-5cb852359626");
    assert_eq!(KeyId::from_uuid(key.uuid()), key);
    let print = Fingerprint::of("buy", &["a", "b"]);
    assert_eq!(
        blake3::Hash::from_bytes(*print.as_bytes()).to_hex().as_str(),
        "113d5f25dd8c84440b1b3d5506eaa2f077a8e6c588a29b7c26be844110035b96"
    );
    assert_ne!(Fingerprint::of("buy", &["ab"]), Fingerprint::of("buy", &["a", "b"]));
    assert_ne!(Fingerprint::of("buy", &["a", ""]), Fingerprint::of("buy", &["", "a"]));
    let remembered = Remembered { fingerprint: print, answer: Ok(Outcome::default()) };
    assert_eq!(Fingerprint::from_bytes(*print.as_bytes()), remembered.fingerprint);
}
