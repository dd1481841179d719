//! Amounts of tokens, exact.
//!
//! One token is 10,000 units. Amounts live in units, in their own type, with
//! checked arithmetic only: no float, no bare integer crosses a function
//! boundary. On the wire an amount is a decimal string (`"9.5025"`).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Units in one token.
pub const UNITS_PER_TOKEN: i64 = 10_000;

/// Decimal places that [`UNITS_PER_TOKEN`] allows.
const PLACES: usize = 4;

/// An amount of tokens in units of 1/10,000 token; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tokens(i64);

impl Tokens {
    /// No tokens at all.
    pub const ZERO: Self = Self(0);
    /// The largest amount that one command may move: a billion tokens. Far
    /// above any sale, far below what could bring a sum near overflow.
    pub const MAX_MOVED: Self = Self(1_000_000_000 * UNITS_PER_TOKEN);

    /// The amount of `units`, unless that is negative.
    #[must_use]
    pub const fn from_units(units: i64) -> Option<Self> {
        if units < 0 { None } else { Some(Self(units)) }
    }

    /// That many whole tokens.
    #[must_use]
    pub const fn whole(tokens: u32) -> Self {
        // Lossless: u32 fits i64, and 2^32 × 10,000 stays far below 2^63.
        #[expect(clippy::as_conversions, reason = "From is not const; u32 always fits i64")]
        Self(tokens as i64 * UNITS_PER_TOKEN)
    }

    /// The amount in units of 1/10,000 token.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless `other` is larger.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::from_units)
    }

    /// The difference, or nothing when `other` is larger.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        self.checked_sub(other).unwrap_or(Self::ZERO)
    }

    /// This amount `count` times, unless it overflows.
    #[must_use]
    pub fn checked_times(self, count: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(count)).map(Self)
    }

    /// The sum of all, unless it overflows.
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// `basis_points` ten-thousandths of this amount, rounded down to a unit.
    /// Exact for whole tokens, since a token has 10,000 units.
    #[must_use]
    pub fn share(self, basis_points: BasisPoints) -> Self {
        let share = i128::from(self.0) * i128::from(basis_points.get()) / 10_000;
        // A share of at most the whole fits again.
        Self(i64::try_from(share).unwrap_or(self.0))
    }

    /// Parses a decimal string: digits, and optionally a point followed by
    /// one to four digits. No sign, exponent, space, separator or bare point.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, BadTokens> {
        if text.is_empty() {
            return Err(BadTokens::Empty);
        }
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(BadTokens::NotDecimal),
            Some((whole, fraction)) => (whole, fraction),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(BadTokens::NotDecimal);
        }
        if fraction.len() > PLACES {
            return Err(BadTokens::TooPrecise);
        }
        let padded = format!("{whole}{fraction:0<PLACES$}");
        padded.parse().map(Self).map_err(|_| BadTokens::TooLarge)
    }
}

/// Why a text is not an amount of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTokens {
    /// Nothing was given.
    Empty,
    /// Something other than digits and one point.
    NotDecimal,
    /// More than four decimal places.
    TooPrecise,
    /// Above what the type holds.
    TooLarge,
}

impl fmt::Display for BadTokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Empty => "an amount is needed",
            Self::NotDecimal => "an amount is written in digits, such as 12 or 9.5",
            Self::TooPrecise => "an amount has at most four decimal places",
            Self::TooLarge => "the amount is too large",
        })
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / UNITS_PER_TOKEN, self.0 % UNITS_PER_TOKEN);
        if rest == 0 {
            return write!(out, "{whole}");
        }
        let fraction = format!("{rest:0PLACES$}");
        write!(out, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// A rate in ten-thousandths, from 0 to 10,000 (all of it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct BasisPoints(u16);

impl BasisPoints {
    /// The rate of `points`, unless it is above the whole.
    #[must_use]
    pub const fn new(points: u16) -> Option<Self> {
        if points > 10_000 { None } else { Some(Self(points)) }
    }

    /// The number of ten-thousandths.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// That share of an amount, rounded down.
    #[must_use]
    pub fn of(self, amount: Tokens) -> Tokens {
        let share = i128::from(amount.units()) * i128::from(self.0) / 10_000;
        // A share is never more than the whole.
        i64::try_from(share).ok().and_then(Tokens::from_units).unwrap_or(amount)
    }
}

impl TryFrom<u16> for BasisPoints {
    type Error = &'static str;

    fn try_from(points: u16) -> Result<Self, Self::Error> {
        Self::new(points).ok_or("basis points reach from 0 to 10000")
    }
}

impl From<BasisPoints> for u16 {
    fn from(points: BasisPoints) -> Self {
        points.0
    }
}

impl fmt::Display for BasisPoints {
    /// As a percentage: `5 %`, `2.5 %`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        let short = percent.trim_end_matches('0').trim_end_matches('.');
        write!(out, "{short} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_parse_to_units_or_name_the_rule_they_break() {
        let table = [
            ("0", Ok(0)),
            ("1", Ok(10_000)),
            ("9.5025", Ok(95_025)),
            ("007.10", Ok(71_000)),
            ("922337203685477.5807", Ok(i64::MAX)),
            ("922337203685477.5808", Err(BadTokens::TooLarge)),
            ("99999999999999999999", Err(BadTokens::TooLarge)),
            ("", Err(BadTokens::Empty)),
            ("1.23456", Err(BadTokens::TooPrecise)),
            ("1.00000", Err(BadTokens::TooPrecise)),
            ("-1", Err(BadTokens::NotDecimal)),
            ("+1", Err(BadTokens::NotDecimal)),
            ("1e3", Err(BadTokens::NotDecimal)),
            (" 1", Err(BadTokens::NotDecimal)),
            ("1 ", Err(BadTokens::NotDecimal)),
            ("1,5", Err(BadTokens::NotDecimal)),
            ("1.", Err(BadTokens::NotDecimal)),
            (".5", Err(BadTokens::NotDecimal)),
            ("1.2.3", Err(BadTokens::NotDecimal)),
            ("٣", Err(BadTokens::NotDecimal)),
            ("0x10", Err(BadTokens::NotDecimal)),
            ("NaN", Err(BadTokens::NotDecimal)),
        ];
        for (text, expected) in table {
            assert_eq!(Tokens::parse(text).map(Tokens::units), expected, "{text:?}");
        }
    }

    #[test]
    fn rates_print_as_percentages() {
        for (points, text) in
            [(0, "0 %"), (500, "5 %"), (250, "2.5 %"), (1, "0.01 %"), (10_000, "100 %"), (1_000, "10 %")]
        {
            assert_eq!(BasisPoints::new(points).map(|rate| rate.to_string()), Some(text.to_owned()));
        }
        assert_eq!(BasisPoints::new(10_001), None);
    }

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(units in 0..=i64::MAX) {
            let amount = Tokens(units);
            prop_assert_eq!(Tokens::parse(&amount.to_string()), Ok(amount));
        }

        #[test]
        fn hostile_text_never_panics(text in ".*") {
            if let Ok(amount) = Tokens::parse(&text) {
                prop_assert!(amount.units() >= 0);
            }
        }

        #[test]
        fn a_share_of_whole_tokens_is_exact(tokens in 0..=u32::MAX, points in 0u16..=10_000) {
            let share = Tokens::whole(tokens).share(BasisPoints(points));
            prop_assert_eq!(share.units(), i64::from(tokens) * i64::from(points));
        }
    }
}
