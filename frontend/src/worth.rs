//! What tokens are worth in the vendor's currency, roughly, for display.
//!
//! Integer arithmetic only; the result is text and never goes back into a
//! calculation.

use domain::tokens::{Tokens, UNITS_PER_TOKEN};

use crate::lent::Lent;

/// Millionths in one unit of a currency.
const MICROS: i128 = 1_000_000;

/// The approximate worth of `tokens` when one token costs `price_micros`
/// millionths of `currency`, as in `≈ 1.20 USD`. Rounded half up to two
/// places; something that would round to nothing is said to be below 0.01.
#[must_use]
pub fn worth(tokens: Tokens, price_micros: i64, currency: &str) -> String {
    let scale = i128::from(UNITS_PER_TOKEN) * MICROS / 100;
    let exact = i128::from(tokens.units()) * i128::from(price_micros.max(0));
    let cents = (exact + scale / 2) / scale;
    if cents == 0 && exact > 0 {
        return format!("< 0.01 {currency}");
    }
    format!("≈ {}.{:02} {currency}", grouped_digits(&(cents / 100).to_string()), cents % 100)
}

/// An amount for people: thousands set apart by commas, `123,456,789.0125`.
#[must_use]
pub fn grouped(tokens: impl Lent<Tokens>) -> String {
    let plain = tokens.lent().to_string();
    match plain.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", grouped_digits(whole)),
        None => grouped_digits(&plain),
    }
}

/// A count for people: `10,000`.
#[must_use]
pub fn counted(count: impl Lent<u64>) -> String {
    grouped_digits(&count.lent().to_string())
}

/// Digits with a comma before each third one from the right.
fn grouped_digits(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_worth_what_the_price_says() {
        for (tokens, price_micros, text) in [
            ("0", 10_000, "≈ 0.00 USD"),
            ("120", 10_000, "≈ 1.20 USD"),
            ("0.5", 10_000, "≈ 0.01 USD"),
            ("0.0001", 10_000, "< 0.01 USD"),
            ("1", 1_234_567, "≈ 1.23 USD"),
            ("123456789.0125", 10_000, "≈ 1,234,567.89 USD"),
            ("922337203685477.5807", i64::MAX, "≈ 8,507,059,173,023,461,584,739,690,778.42 USD"),
            ("5", 0, "≈ 0.00 USD"),
        ] {
            assert_eq!(worth(Tokens::parse(tokens).unwrap(), price_micros, "USD"), text, "{tokens}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (tokens, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("9.5025", "9.5025"),
            ("123456789.0125", "123,456,789.0125"),
        ] {
            assert_eq!(grouped(Tokens::parse(tokens).unwrap()), text);
        }
        assert_eq!(counted(10_000u64), "10,000");
    }
}
