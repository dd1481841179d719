//! Money outside the market: currencies, exact amounts, and what a token
//! costs. No float, no rounding but where it is said.
//!
//! Tokens are not money: the two meet only in [`TokenPrice`], and a top-up
//! keeps both sides as they were agreed.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::refusal::Refusal;
use crate::tokens::{Tokens, UNITS_PER_TOKEN};

/// A currency by its three capital letters (ISO 4217).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies without a minor unit, and those with three digits of it; all
/// others have two (ISO 4217, table A.1).
const WITHOUT_MINOR: [&[u8; 3]; 16] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"VND", b"VUV",
    b"XAF", b"XOF", b"XPF",
];
const WITH_THREE: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];

impl Currency {
    /// The currency of the default settings.
    pub const USD: Self = Self(*b"USD");

    /// The currency with these three letters, capital or not.
    ///
    /// # Errors
    /// `InvalidInput` on `currency`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let letters: Option<[u8; 3]> = text.trim().as_bytes().try_into().ok();
        match letters.map(|letters| letters.map(|letter| letter.to_ascii_uppercase())) {
            Some(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(Refusal::invalid("currency", "a currency is three letters, such as USD")),
        }
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters come in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimal digits its minor unit stands for.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        match self.0 {
            letters if WITHOUT_MINOR.contains(&&letters) => 0,
            letters if WITH_THREE.contains(&&letters) => 3,
            _ => 2,
        }
    }

    /// How many minor units make one of the currency.
    fn minor_per_whole(self) -> i64 {
        10_i64.pow(self.minor_digits())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(|_| de::Error::custom("no currency"))
    }
}

/// An amount of money in minor units of its currency; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// [`Money`] before its sign was looked at.
#[derive(Deserialize)]
struct Stored {
    minor: i64,
    currency: Currency,
}

impl TryFrom<Stored> for Money {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::new(stored.minor, stored.currency).ok_or("an amount of money is not negative")
    }
}

impl Money {
    /// That many minor units, unless negative.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Option<Self> {
        if minor < 0 { None } else { Some(Self { minor, currency }) }
    }

    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// In minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Of which currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum, unless the currencies differ or it overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_add(other.minor)?;
        (self.currency == other.currency).then_some(Self { minor, ..self })
    }

    /// The difference, unless the currencies differ or `other` is larger.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_sub(other.minor).filter(|minor| *minor >= 0)?;
        (self.currency == other.currency).then_some(Self { minor, ..self })
    }

    /// Reads a decimal such as `12.50`: digits, and optionally a point with
    /// at most as many digits as the currency's minor unit has.
    ///
    /// # Errors
    /// `InvalidInput` on `field`.
    pub fn parse(field: &'static str, text: &str, currency: Currency) -> Result<Self, Refusal> {
        let text = text.trim();
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(Refusal::invalid(field, "an amount is written such as 12 or 9.50")),
            Some((whole, fraction)) => (whole, fraction),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(Refusal::invalid(field, "an amount is written such as 12 or 9.50"));
        }
        let places = usize::try_from(currency.minor_digits()).unwrap_or(0);
        if fraction.len() > places {
            return Err(Refusal::invalid(field, format!("{currency} has {places} decimal places")));
        }
        let minor = format!("{whole}{fraction:0<places$}").parse();
        let minor = minor.map_err(|_| Refusal::invalid(field, "the amount is too large"))?;
        Ok(Self { minor, currency })
    }

    /// The amount as a decimal, with all places of its currency: `12.50`.
    #[must_use]
    pub fn decimal(self) -> String {
        let places = usize::try_from(self.currency.minor_digits()).unwrap_or(0);
        let per_whole = self.currency.minor_per_whole();
        let (whole, rest) = (self.minor / per_whole, self.minor % per_whole);
        if places == 0 { whole.to_string() } else { format!("{whole}.{rest:0places$}") }
    }
}

impl fmt::Display for Money {
    /// For people: `12.50 USD`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.decimal(), self.currency)
    }
}

/// Decimal places of a token's price.
const PRICE_PLACES: usize = 6;
/// Millionths in one unit of the currency.
const MICROS: i64 = 1_000_000;

/// The price of one token in millionths of a currency; above zero, at most a
/// million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenPrice(i64);

impl TokenPrice {
    /// A hundredth of the currency: the price of the default settings.
    pub const CENT: Self = Self(MICROS / 100);

    /// That many millionths, if they are in the range of prices.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < 1 || micros > 1_000_000 * MICROS { None } else { Some(Self(micros)) }
    }

    /// In millionths of the currency.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads a decimal above zero with at most six places, such as `0.01`.
    ///
    /// # Errors
    /// `InvalidInput` on `price`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let shape = || {
            let shape =
                "a price is a decimal above 0 and up to 1000000 with at most six places, such as 0.01";
            Refusal::invalid("price", shape)
        };
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > PRICE_PLACES {
            return Err(shape());
        }
        let micros = format!("{whole}{fraction:0<PRICE_PLACES$}").parse().ok();
        micros.and_then(Self::from_micros).ok_or_else(shape)
    }

    /// What `tokens` cost: rounded half up to a minor unit, and at least one.
    /// `None` if that is more than an amount holds.
    #[must_use]
    pub fn due(self, tokens: Tokens, currency: Currency) -> Option<Money> {
        let exact = i128::from(tokens.units()) * i128::from(self.0) * i128::from(currency.minor_per_whole());
        let scale = i128::from(UNITS_PER_TOKEN) * i128::from(MICROS);
        let minor = (exact + scale / 2) / scale;
        Money::new(i64::try_from(minor.max(1)).ok()?, currency)
    }
}

impl TokenPrice {
    /// What is paid out for `tokens`: rounded down to a minor unit. `None` if
    /// that is more than an amount holds.
    #[must_use]
    pub fn paid(self, tokens: Tokens, currency: Currency) -> Option<Money> {
        let exact = i128::from(tokens.units()) * i128::from(self.0) * i128::from(currency.minor_per_whole());
        let minor = exact / (i128::from(UNITS_PER_TOKEN) * i128::from(MICROS));
        Money::new(i64::try_from(minor).ok()?, currency)
    }
}

impl fmt::Display for TokenPrice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / MICROS, self.0 % MICROS);
        let decimal = format!("{whole}.{rest:0PRICE_PLACES$}");
        out.write_str(decimal.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests;
