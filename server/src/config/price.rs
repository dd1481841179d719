//! What a token costs, exact.

use std::fmt;
use std::str::FromStr;

/// Decimal places of a price.
const PLACES: usize = 6;
/// Millionths in one unit of the currency.
const MICROS: i64 = 1_000_000;

/// The price of one token in millionths of the currency; above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenPrice(i64);

impl TokenPrice {
    /// In millionths of the currency.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl FromStr for TokenPrice {
    type Err = &'static str;

    /// Reads a decimal: digits, and optionally a point and up to six digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "a decimal above 0 and up to 1000000 with at most six places, such as \"0.01\"";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > PLACES {
            return Err(SHAPE);
        }
        let micros: i64 = format!("{whole}{fraction:0<PLACES$}").parse().map_err(|_| SHAPE)?;
        if (1..=1_000_000 * MICROS).contains(&micros) { Ok(Self(micros)) } else { Err(SHAPE) }
    }
}

impl fmt::Display for TokenPrice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / MICROS, self.0 % MICROS);
        let decimal = format!("{whole}.{rest:0PLACES$}");
        out.write_str(decimal.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_are_read_exactly() {
        for (text, micros) in [
            ("0.01", 10_000),
            ("1", MICROS),
            ("1.50", 1_500_000),
            ("0.000001", 1),
            ("1000000", 1_000_000 * MICROS),
        ] {
            assert_eq!(text.parse::<TokenPrice>().map(TokenPrice::micros), Ok(micros), "{text}");
        }
        for text in [
            "",
            "0",
            "0.0",
            "-1",
            "+1",
            "1.",
            ".5",
            "1e3",
            "0.0000001",
            "1,5",
            " 1",
            "1000000.000001",
            "99999999999999999999",
        ] {
            assert!(text.parse::<TokenPrice>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_are_inverse(micros in 1i64..=1_000_000 * MICROS) {
            prop_assert_eq!(TokenPrice(micros).to_string().parse(), Ok(TokenPrice(micros)));
        }
    }
}
