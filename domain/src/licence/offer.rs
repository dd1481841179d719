//! Offers: the ways to get a piece of software, side by side.

pub mod words;

use std::fmt;

use crate::id::{ListingId, OfferId};
use crate::licence::Licence;
use crate::licence::grant::{Basis, Given};
use crate::licence::meter::{MeterCode, UNITS_MAX};
use crate::licence::verdict::Verdict;
use crate::refusal::Refusal;
use crate::software::Version;
use crate::time::{Seconds, Timestamp};
use crate::tokens::{BasisPoints, Tokens};

/// The shortest rental.
pub const RENTAL_MIN: Seconds = Seconds::new(60);

/// The longest rental: ten years.
pub const RENTAL_MAX: Seconds = Seconds::days(3_650);

/// The most devices that one licence is good for.
pub const DEVICES_MAX: u16 = 100;

/// The most offers of one listing.
pub const OFFERS_MAX: u32 = 20;

/// Which later versions a purchase covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updates {
    /// All of them.
    All,
    /// Those with the same major version.
    Major,
    /// Those released within so much time after the purchase.
    For(Seconds),
}

impl Updates {
    /// Which versions a purchase made `at` covers, by what was published when.
    #[must_use]
    pub fn coverage(self, at: Timestamp, published: &[(Version, Timestamp)]) -> Coverage {
        let until = match self {
            Self::All => return Coverage::All,
            Self::Major => at,
            Self::For(length) => at.after(length),
        };
        let newest = published.iter().filter(|(_, out)| *out <= until).map(|(version, _)| version).max();
        match (newest, self) {
            (None, _) | (_, Self::All) => Coverage::All,
            (Some(newest), Self::Major) => Coverage::Major(newest.major()),
            (Some(newest), Self::For(_)) => Coverage::UpTo(newest.clone()),
        }
    }
}

/// The versions that a licence covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of them.
    All,
    /// Those with this first number.
    Major(u64),
    /// This one and those before it.
    UpTo(Version),
}

impl Coverage {
    /// Reads what its text says; nothing for any other range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().strip_prefix("<=") {
            Some(last) => Version::parse(last).ok().map(Self::UpTo),
            None if text.trim() == "*" => Some(Self::All),
            None => text.trim().strip_prefix('^')?.parse().ok().map(Self::Major),
        }
    }

    /// Whether a version is among them.
    #[must_use]
    pub fn covers(&self, version: &Version) -> bool {
        match self {
            Self::All => true,
            Self::Major(first) => version.major() == *first,
            Self::UpTo(last) => version <= last,
        }
    }
}

impl fmt::Display for Coverage {
    /// As semantic versioning writes ranges: `*`, `^2`, `<=2.3.1`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => out.write_str("*"),
            Self::Major(first) => write!(out, "^{first}"),
            Self::UpTo(last) => write!(out, "<={last}"),
        }
    }
}

/// What an offer gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferKind {
    /// The use without end.
    Purchase {
        /// And which later versions.
        updates: Updates,
    },
    /// So much time.
    RentTime(Seconds),
    /// So many starts, or so many times a task that the publisher names.
    RentUnits {
        /// What is counted.
        meter: MeterCode,
        /// How often.
        units: u32,
        /// Within so much time; nothing means whenever.
        within: Option<Seconds>,
    },
}

/// One way to get a piece of software. It never changes once it was
/// published: a change makes another offer, and orders keep theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub id: OfferId,
    /// Of which listing.
    pub listing: ListingId,
    /// What it gives.
    pub kind: OfferKind,
    /// For how much; none is a gift of the publisher.
    pub price: Tokens,
    /// On how many devices.
    pub devices_max: u16,
    /// Whether a licence by this offer may be extended.
    pub is_extendable: bool,
    /// How much of the rent paid counts towards a purchase; nothing means
    /// that a rental cannot be converted.
    pub credit: Option<BasisPoints>,
}

impl Offer {
    /// Checks what a publisher typed.
    ///
    /// # Errors
    /// `InvalidInput` on the first field that breaks a rule: `seconds`,
    /// `units`, `devices`, `convertCredit`.
    pub fn check(&self) -> Result<(), Refusal> {
        let (length, units) = match &self.kind {
            OfferKind::Purchase { updates: Updates::For(length) } | OfferKind::RentTime(length) => {
                (Some(*length), 1)
            }
            OfferKind::Purchase { updates: Updates::All | Updates::Major } => (None, 1),
            OfferKind::RentUnits { units, within, .. } => (*within, *units),
        };
        if length.is_some_and(|length| length < RENTAL_MIN || length > RENTAL_MAX) {
            return Err(Refusal::invalid("seconds", "a time is from one minute to ten years long"));
        }
        if units == 0 || units > UNITS_MAX {
            return Err(Refusal::invalid("units", format!("a number is from 1 to {UNITS_MAX}")));
        }
        if self.devices_max == 0 || self.devices_max > DEVICES_MAX {
            return Err(Refusal::invalid("devices", format!("devices are from 1 to {DEVICES_MAX}")));
        }
        match (&self.kind, self.credit) {
            (OfferKind::Purchase { .. }, Some(_)) => {
                Err(Refusal::invalid("convertCredit", "only rent counts towards a purchase"))
            }
            (_, Some(_) | None) => Ok(()),
        }
    }

    /// What it gives, as grants say it.
    #[must_use]
    pub fn given(&self) -> Vec<Given> {
        match &self.kind {
            OfferKind::Purchase { .. } => vec![Given::ForGood],
            OfferKind::RentTime(length) => vec![Given::Time(*length)],
            OfferKind::RentUnits { meter, units, within } => {
                let units = Given::Units { meter: meter.clone(), units: *units };
                std::iter::once(units).chain(within.map(Given::Time)).collect()
            }
        }
    }

    /// Whether it is a purchase.
    #[must_use]
    pub const fn is_purchase(&self) -> bool {
        matches!(self.kind, OfferKind::Purchase { .. })
    }
}

/// Rent that was paid and not given back, with the share of it that counts
/// towards a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RentPaid {
    /// How much.
    pub paid: Tokens,
    /// The share, as the offer said when it was paid.
    pub credit: BasisPoints,
}

/// What a purchase costs somebody who has rented: its price less the rent
/// that counts, each part rounded down, and never below nothing.
#[must_use]
pub fn conversion_price(price: Tokens, rents: &[RentPaid]) -> Tokens {
    let credits = rents.iter().map(|rent| rent.credit.of(rent.paid));
    // More than all tokens there are is certainly enough.
    Tokens::checked_sum(credits).map_or(Tokens::ZERO, |credit| price.saturating_sub(credit))
}

/// Checks whether a licence may be extended by this offer at `now`, before or
/// after its end. Precedence: another listing's offer or a purchase, owned
/// already, another sort of rental, not extendable, suspended, taken back.
///
/// # Errors
/// `NotFound` for the first, `WrongState` for the others.
pub fn check_extension(licence: &Licence, offer: &Offer, now: Timestamp) -> Result<(), Refusal> {
    if licence.listing != offer.listing || offer.is_purchase() {
        return Err(Refusal::missing("offer"));
    }
    if licence.is_owned() {
        return Err(Refusal::wrong_state("you own this software already"));
    }
    if licence.basis() != Basis::of(offer.given().iter()) {
        return Err(Refusal::wrong_state("this offer is of another sort: rent it beside"));
    }
    if !offer.is_extendable {
        return Err(Refusal::wrong_state("this rental cannot be extended"));
    }
    match licence.verdict(now) {
        Verdict::Suspended => Err(Refusal::wrong_state("this licence is suspended")),
        Verdict::Revoked => Err(Refusal::wrong_state("this licence was taken back")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
