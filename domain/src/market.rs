//! What the vendor has set: names, the token's price, and the defaults that
//! commands are decided under.

use crate::order::purchase::Terms;
use crate::time::Seconds;
use crate::tokens::{BasisPoints, Tokens, UNITS_PER_TOKEN};

/// The vendor's settings, as they are while the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// What the market is called.
    pub name: String,
    /// What its tokens are called, in the plural.
    pub token_name: String,
    /// The price of one token in millionths of the currency.
    pub token_price_micros: i64,
    /// The currency's ISO 4217 code.
    pub currency: String,
    /// The vendor's cut where no fee rule was set.
    pub fee: BasisPoints,
    /// What a new account gets to try the market.
    pub welcome: Tokens,
    /// How long that lasts; for ever if nothing is said.
    pub welcome_lasts: Option<Seconds>,
    /// The step in which prices are set.
    pub price_step: Tokens,
    /// How long tokens are held when a buyer does not confirm.
    pub hold: Seconds,
    /// How long a gift waits behind its link.
    pub gift_link: Seconds,
    /// How long a session lasts without being used.
    pub session: Seconds,
}

impl Default for Market {
    fn default() -> Self {
        Self {
            name: "Farthing".to_owned(),
            token_name: "tokens".to_owned(),
            token_price_micros: 10_000,
            currency: "USD".to_owned(),
            fee: BasisPoints::new(500).unwrap_or_default(),
            welcome: Tokens::whole(50),
            welcome_lasts: None,
            price_step: Tokens::whole(1),
            hold: Seconds::days(14),
            gift_link: Seconds::days(30),
            session: Seconds::days(60),
        }
    }
}

impl Market {
    /// The terms of purchases.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        Terms { hold: self.hold }
    }

    /// What `amount` is worth in the vendor's currency, to the cent, rounded
    /// half up: "1.20 USD". An approximation for people, never for the books.
    #[must_use]
    pub fn worth(&self, amount: Tokens) -> String {
        let micros =
            i128::from(amount.units()) * i128::from(self.token_price_micros) / i128::from(UNITS_PER_TOKEN);
        let cents = (micros + 5_000) / 10_000;
        format!("{}.{:02} {}", cents / 100, cents % 100, self.currency)
    }

    /// The price of one token as a decimal number: "0.01".
    #[must_use]
    pub fn token_price(&self) -> String {
        let (whole, rest) = (self.token_price_micros / 1_000_000, self.token_price_micros % 1_000_000);
        let fraction = format!("{rest:06}");
        let kept = fraction.trim_end_matches('0');
        format!("{whole}.{kept:0<2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worth_and_price_are_written_for_people() {
        let table = [
            ("120", 10_000, "1.20 USD", "0.01"),
            ("0.0001", 10_000, "0.00 USD", "0.01"),
            ("1", 5_000, "0.01 USD", "0.005"),
            ("123456789.0125", 10_000, "1234567.89 USD", "0.01"),
            ("3", 2_500_000, "7.50 USD", "2.50"),
        ];
        for (amount, micros, worth, price) in table {
            let market = Market { token_price_micros: micros, ..Market::default() };
            assert_eq!(market.worth(Tokens::parse(amount).unwrap()), worth);
            assert_eq!(market.token_price(), price);
        }
    }
}
