use uuid::Uuid;

use super::*;
use crate::testing::tokens;

fn tariff(price: &str, currency: &str) -> Tariff {
    Tariff { price: TokenPrice::parse(price).unwrap(), currency: Currency::parse(currency).unwrap() }
}

fn bundle(number: u128, amount: &str, bonus: &str, minor: i64) -> Bundle {
    let cost = Money::new(minor, Currency::USD).unwrap();
    Bundle { id: BundleId::new(Uuid::from_u128(number)), tokens: tokens(amount), bonus: tokens(bonus), cost }
}

#[test]
fn worth_and_price_are_written_for_people() {
    let table = [
        ("120", "0.01", "USD", "1.20 USD", "0.01"),
        ("0.0001", "0.01", "USD", "0.00 USD", "0.01"),
        ("1", "0.005", "USD", "0.01 USD", "0.005"),
        ("123456789.0125", "0.01", "USD", "1234567.89 USD", "0.01"),
        ("3", "2.5", "USD", "7.50 USD", "2.50"),
        ("3", "2.5", "JPY", "8 JPY", "2.50"),
        ("3", "2", "BHD", "6.000 BHD", "2.00"),
    ];
    for (amount, price, currency, worth, shown) in table {
        let tariff = tariff(price, currency);
        assert_eq!((tariff.worth(tokens(amount)).as_str(), tariff.token_price().as_str()), (worth, shown));
    }
}

#[test]
fn the_latest_price_that_holds_counts() {
    let at = |millis: i64, price: &str| Priced {
        tariff: tariff(price, "USD"),
        holds_from: Timestamp::from_millis(millis),
    };
    let history = [at(10, "1"), at(30, "3"), at(20, "2"), at(20, "2.5")];
    for (now, price) in [(9, None), (10, Some("1")), (19, Some("1")), (20, Some("2.5")), (99, Some("3"))] {
        let held = holding(&history, Timestamp::from_millis(now)).map(|tariff| tariff.price.to_string());
        assert_eq!(held.as_deref(), price, "at {now}");
    }
}

#[test]
fn quotes_follow_the_offer() {
    let offer = [bundle(1, "500", "0", 500), bundle(2, "1000", "50", 900)];
    let tariff = tariff("0.01", "USD");
    let table = [
        (Wanted::Bundle(BundleId::new(Uuid::from_u128(2))), Ok(("1000", "50", 900))),
        (Wanted::Bundle(BundleId::new(Uuid::from_u128(3))), Err("NOT_FOUND")),
        (Wanted::Tokens(tokens("150")), Ok(("150", "0", 150))),
        (Wanted::Tokens(tokens("1.4999")), Ok(("1.4999", "0", 1))),
        (Wanted::Tokens(tokens("0.9999")), Err("INVALID_INPUT")),
        (Wanted::Tokens(tokens("1000000001")), Err("INVALID_INPUT")),
    ];
    for (wanted, expected) in table {
        let asked = quote(tariff, &offer, wanted);
        let told = asked.map(|agreed| (agreed.tokens, agreed.bonus, agreed.due.minor()));
        let expected = expected.map(|(amount, bonus, minor)| (tokens(amount), tokens(bonus), minor));
        assert_eq!(told.map_err(|refusal| refusal.code()), expected, "{wanted:?}");
    }
}

#[test]
fn bundles_keep_the_rules() {
    let euro = Money::new(5, Currency::parse("EUR").unwrap()).unwrap();
    let table = [
        (vec![bundle(1, "500", "500", 1)], None),
        (vec![bundle(1, "0", "0", 1)], Some("tokens")),
        (vec![bundle(1, "5", "5.0001", 1)], Some("bonus")),
        (vec![bundle(1, "5", "0", 0)], Some("amount")),
        (vec![Bundle { cost: euro, ..bundle(1, "5", "0", 1) }], Some("currency")),
    ];
    for (set, field) in table {
        let asked = check_bundles(&set, Currency::USD);
        assert_eq!(asked.err().and_then(|refusal| refusal.field().map(str::to_owned)).as_deref(), field);
    }
    assert!(check_bundles(&vec![bundle(1, "5", "0", 1); 13], Currency::USD).is_err());
}

#[test]
fn who_is_short_sees_the_smallest_that_covers_it_first() {
    let offer = [bundle(1, "100", "0", 100), bundle(2, "500", "0", 480), bundle(3, "950", "50", 900)];
    let table =
        [("1", [1, 2, 3]), ("100", [1, 2, 3]), ("101", [2, 3, 1]), ("1000", [3, 2, 1]), ("1001", [3, 2, 1])];
    for (missing, order) in table {
        let ids: Vec<u128> =
            covering_first(&offer, tokens(missing)).iter().map(|bundle| bundle.id.uuid().as_u128()).collect();
        assert_eq!(ids, order, "{missing}");
    }
    for (missing, whole) in [("0.0001", "1"), ("1", "1"), ("7.5", "8"), ("0", "1")] {
        assert_eq!(whole_covering(tokens(missing)), tokens(whole));
    }
}
