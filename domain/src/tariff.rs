//! What tokens cost: the price of one, and bundles. The vendor's staff sets
//! both with a date from when they hold; what held before stays on record,
//! and each top-up keeps the price it was made at.

use crate::id::BundleId;
use crate::money::{Currency, Money, TokenPrice};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::tokens::{Tokens, UNITS_PER_TOKEN};
use crate::topup::Agreed;
use crate::topup::open::check_tokens;

/// What one token costs, in which currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// The price of one token.
    pub price: TokenPrice,
    /// The vendor's currency.
    pub currency: Currency,
}

impl Tariff {
    /// What `amount` is worth, to the minor unit, rounded half up: "1.20 USD".
    /// An approximation for people, never for the books.
    #[must_use]
    pub fn worth(&self, amount: Tokens) -> String {
        let digits = self.currency.minor_digits();
        let scale = i128::from(UNITS_PER_TOKEN) * 10_i128.pow(6 - digits.min(6));
        let exact = i128::from(amount.units()) * i128::from(self.price.micros());
        let minor = (exact + scale / 2) / scale;
        let per_whole = 10_i128.pow(digits);
        match usize::try_from(digits) {
            Ok(places @ 1..) => {
                format!("{}.{:0places$} {}", minor / per_whole, minor % per_whole, self.currency)
            }
            _ => format!("{minor} {}", self.currency),
        }
    }

    /// The price of one token as a decimal number with two places at least:
    /// "0.01".
    #[must_use]
    pub fn token_price(&self) -> String {
        let text = self.price.to_string();
        match text.split_once('.') {
            Some((whole, fraction)) => format!("{whole}.{fraction:0<2}"),
            None => format!("{text}.00"),
        }
    }
}

/// A price of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The price.
    pub tariff: Tariff,
    /// From when it holds.
    pub holds_from: Timestamp,
}

/// The price that holds at `now`: of those that hold from then or earlier the
/// latest, and of two that hold from the same moment the one set later, which
/// stands later in `history`. `None` if none does.
#[must_use]
pub fn holding(history: &[Priced], now: Timestamp) -> Option<Tariff> {
    let holds = history.iter().filter(|priced| priced.holds_from <= now);
    holds.max_by_key(|priced| priced.holds_from).map(|priced| priced.tariff)
}

/// Checks from when a price or a set of bundles is to hold: now or later.
///
/// # Errors
/// `InvalidInput` on `holdsFrom`.
pub fn check_holds_from(holds_from: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if holds_from < now {
        return Err(Refusal::invalid("holdsFrom", "prices are set for now or later, never for the past"));
    }
    Ok(())
}

/// Bundles in one set at most.
pub const BUNDLES_MAX: usize = 12;

/// Tokens that are sold together at a price of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Which bundle.
    pub id: BundleId,
    /// How many spendable tokens.
    pub tokens: Tokens,
    /// How many promo tokens come with them.
    pub bonus: Tokens,
    /// What it costs.
    pub cost: Money,
}

impl Bundle {
    /// Whether it covers what somebody lacks; a bonus counts, since it can be
    /// spent.
    #[must_use]
    pub fn covers(&self, missing: Tokens) -> bool {
        self.worth() >= missing
    }

    /// Tokens and bonus.
    fn worth(&self) -> Tokens {
        self.tokens.checked_add(self.bonus).unwrap_or(self.tokens)
    }
}

/// Checks a set of bundles. Precedence: how many there are, then for each its
/// tokens, its bonus, its cost, its currency.
///
/// # Errors
/// `TooMany`, or `InvalidInput` on `tokens`, `bonus`, `amount` or `currency`.
pub fn check_bundles(bundles: &[Bundle], currency: Currency) -> Result<(), Refusal> {
    if bundles.len() > BUNDLES_MAX {
        return Err(Refusal::TooMany { what: "bundles".into(), limit: 12 });
    }
    for bundle in bundles {
        check_tokens(bundle.tokens)?;
        if bundle.bonus > bundle.tokens {
            return Err(Refusal::invalid("bonus", "a bonus is at most as much as the tokens it comes with"));
        }
        if bundle.cost.is_zero() {
            return Err(Refusal::invalid("amount", "a bundle costs something"));
        }
        if bundle.cost.currency() != currency {
            return Err(Refusal::invalid("currency", format!("tokens are sold in {currency}")));
        }
    }
    Ok(())
}

/// What somebody wants to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A bundle that is on offer.
    Bundle(BundleId),
    /// So many tokens at the price of one.
    Tokens(Tokens),
}

/// What will be agreed on. Precedence: a bundle that is not on offer, then
/// too few or too many tokens.
///
/// # Errors
/// In that precedence.
pub fn quote(tariff: Tariff, bundles: &[Bundle], wanted: Wanted) -> Result<Agreed, Refusal> {
    match wanted {
        Wanted::Bundle(id) => {
            let bundle = bundles.iter().find(|bundle| bundle.id == id).ok_or(Refusal::missing("bundle"))?;
            let (tokens, bonus, due) = (bundle.tokens, bundle.bonus, bundle.cost);
            Ok(Agreed { tokens, bonus, due, price: tariff.price, bundle: Some(id) })
        }
        Wanted::Tokens(tokens) => {
            check_tokens(tokens)?;
            let too_much = || Refusal::invalid("tokens", "that is more than can be paid at once");
            let due = tariff.price.due(tokens, tariff.currency).ok_or_else(too_much)?;
            Ok(Agreed { tokens, bonus: Tokens::ZERO, due, price: tariff.price, bundle: None })
        }
    }
}

/// The bundles in the order in which somebody wants them who is short of
/// `missing`: those that cover it first, the cheapest of these before the
/// others; then those that do not, the largest first. A bonus counts, since
/// it can be spent.
#[must_use]
pub fn covering_first(bundles: &[Bundle], missing: Tokens) -> Vec<Bundle> {
    let (mut covering, mut others): (Vec<Bundle>, Vec<Bundle>) =
        bundles.iter().partition(|bundle| bundle.covers(missing));
    covering.sort_by_key(|bundle| (bundle.cost.minor(), bundle.tokens));
    others.sort_by_key(|bundle| std::cmp::Reverse(bundle.worth()));
    covering.extend(others);
    covering
}

/// How many whole tokens cover `missing`.
#[must_use]
pub fn whole_covering(missing: Tokens) -> Tokens {
    let rest = missing.units() % UNITS_PER_TOKEN;
    let up = if rest == 0 { 0 } else { UNITS_PER_TOKEN - rest };
    Tokens::from_units(missing.units().saturating_add(up)).unwrap_or(missing).max(Tokens::whole(1))
}

#[cfg(test)]
mod tests;
