use super::*;
use proptest::prelude::*;

fn currency(text: &str) -> Currency {
    Currency::parse(text).unwrap()
}

#[test]
fn currencies_are_three_letters() {
    for (text, read) in
        [("USD", Some("USD")), (" eur ", Some("EUR")), ("", None), ("US", None), ("U1D", None)]
    {
        assert_eq!(Currency::parse(text).ok().map(|it| it.to_string()).as_deref(), read, "{text:?}");
    }
    for (text, digits) in [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("KWD", 3)] {
        assert_eq!(currency(text).minor_digits(), digits, "{text}");
    }
}

#[test]
fn amounts_are_read_and_shown_exactly() {
    let table = [
        ("12.50", "USD", Some(1_250)),
        ("12.5", "USD", Some(1_250)),
        ("12", "USD", Some(1_200)),
        ("12", "JPY", Some(12)),
        ("12.5", "JPY", None),
        ("0.001", "BHD", Some(1)),
        ("0.001", "USD", None),
        ("92233720368547758.07", "USD", Some(i64::MAX)),
        ("92233720368547758.08", "USD", None),
        ("-1", "USD", None),
        ("1.", "USD", None),
        (".5", "USD", None),
        ("1e3", "USD", None),
        ("1,50", "USD", None),
        ("", "USD", None),
    ];
    for (text, of, minor) in table {
        assert_eq!(Money::parse("amount", text, currency(of)).ok().map(Money::minor), minor, "{text} {of}");
    }
    for (minor, of, shown) in [(1_250, "USD", "12.50 USD"), (7, "USD", "0.07 USD"), (7, "JPY", "7 JPY")] {
        assert_eq!(Money::new(minor, currency(of)).unwrap().to_string(), shown);
    }
}

#[test]
fn amounts_of_two_currencies_never_meet() {
    let (dollars, yen) = (Money::new(5, Currency::USD).unwrap(), Money::new(5, currency("JPY")).unwrap());
    assert_eq!((dollars.checked_add(yen), dollars.checked_sub(yen)), (None, None));
    assert_eq!(dollars.checked_add(dollars).map(Money::minor), Some(10));
    assert_eq!(dollars.checked_sub(dollars).map(Money::is_zero), Some(true));
    assert_eq!(Money::zero(Currency::USD).checked_sub(dollars), None);
    assert_eq!(Money::new(i64::MAX, Currency::USD).unwrap().checked_add(dollars), None);
    assert_eq!(Money::new(-1, Currency::USD), None);
}

#[test]
fn tokens_cost_what_the_price_says_to_the_nearest_minor_unit() {
    let table = [
        ("100", "0.01", "USD", "1.00 USD"),
        ("1", "0.005", "USD", "0.01 USD"),
        ("1", "0.0149", "USD", "0.01 USD"),
        ("1", "0.015", "USD", "0.02 USD"),
        ("0.0001", "0.000001", "USD", "0.01 USD"),
        ("3", "1.5", "JPY", "5 JPY"),
        ("3", "1.4999", "JPY", "4 JPY"),
        ("7", "0.0005", "BHD", "0.004 BHD"),
        ("1000000000", "1000000", "USD", "1000000000000000.00 USD"),
    ];
    for (tokens, price, of, cost) in table {
        let due = TokenPrice::parse(price).unwrap().due(Tokens::parse(tokens).unwrap(), currency(of));
        assert_eq!(due.unwrap().to_string(), cost, "{tokens} at {price}");
    }
}

#[test]
fn prices_are_read_exactly() {
    for (text, micros) in [
        ("0.01", 10_000),
        ("1", MICROS),
        ("1.50", 1_500_000),
        ("0.000001", 1),
        ("1000000", 1_000_000 * MICROS),
    ] {
        assert_eq!(TokenPrice::parse(text).map(TokenPrice::micros), Ok(micros), "{text}");
    }
    let bad = ["", "0", "0.0", "-1", "+1", "1.", ".5", "1e3", "0.0000001", "1,5", "1000000.000001"];
    for text in bad.into_iter().chain(["99999999999999999999"]) {
        assert!(TokenPrice::parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn printing_and_reading_are_inverse(micros in 1i64..=1_000_000 * MICROS, minor in 0i64.., of in 0usize..3) {
        let of = currency(["USD", "JPY", "BHD"][of]);
        prop_assert_eq!(TokenPrice::parse(&TokenPrice(micros).to_string()), Ok(TokenPrice(micros)));
        let money = Money::new(minor, of).unwrap();
        prop_assert_eq!(Money::parse("x", &money.decimal(), of), Ok(money));
        let stored = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&stored).unwrap(), money);
    }
}
