//! Licences: what an order of software grants, until when, and how often.
//!
//! A licence is one user's right to one listing of the kind software. What it
//! allows follows from its *grants* alone, each made by one order: time,
//! units of a named meter, or for good. So extending adds a grant, converting
//! adds the one for good, and refunding one order takes back just what that
//! order gave. Nothing here reads a clock: the time is passed in, and one rule
//! holds everywhere: valid while `starts <= now < ends`.

pub mod command;
pub mod count;
pub mod device;
mod devices;
pub mod grant;
pub mod holding;
pub mod journal;
pub mod lease;
pub mod meter;
pub mod offer;
pub mod refund;
pub mod suspension;
pub mod terms;
pub mod trade;
pub mod verdict;

use serde::{Deserialize, Serialize};

use crate::id::{LicenceId, ListingId, OrderId, UserId};
use crate::licence::grant::{Basis, Given, Grant, Term, replay};
use crate::licence::meter::{Meter, MeterCode};
use crate::licence::verdict::Verdict;
use crate::time::Timestamp;

/// The most grants of one licence: a daily rental extended for some years.
pub const GRANTS_MAX: usize = 2_000;

/// Whether a licence may be used at all. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LicenceState {
    /// Its grants decide.
    Active,
    /// The staff suspended it for a reason; it comes back as it was.
    Suspended,
    /// Taken back for good.
    Revoked,
}

impl LicenceState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Revoked];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Active => 1,
            Self::Suspended => 2,
            Self::Revoked => 3,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// A licence with all that its answers depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Which.
    pub id: LicenceId,
    /// Whose.
    pub user: UserId,
    /// For which software.
    pub listing: ListingId,
    /// Whether it may be used at all.
    pub state: LicenceState,
    /// Raised whenever something was taken away, so that codes handed out
    /// before can be told apart.
    pub generation: u32,
    /// On how many devices it may be active at once.
    pub devices_max: u16,
    /// What orders gave, in the order in which they did.
    pub grants: Vec<Grant>,
    /// What is counted, each code once.
    pub meters: Vec<Meter>,
}

impl Licence {
    /// From when until when its grants let it be used.
    #[must_use]
    pub fn term(&self) -> Option<Term> {
        replay(&self.grants)
    }

    /// Whether it is owned for good.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        self.grants.iter().any(|grant| grant.is_active() && grant.given == Given::ForGood)
    }

    /// The meter of that code.
    #[must_use]
    pub fn meter(&self, code: &MeterCode) -> Option<&Meter> {
        self.meters.iter().find(|meter| meter.code == *code)
    }

    /// The meters on which its use is counted: none of what is owned, or rented
    /// by time alone.
    pub fn counted(&self) -> impl Iterator<Item = &Meter> {
        let is_owned = self.is_owned();
        self.meters.iter().filter(move |_| !is_owned)
    }

    /// Whether it may be used at `now`. Precedence: revoked, suspended,
    /// nothing granted, not begun, expired, all uses spent. A licence with
    /// meters needs one of them to have something left or set aside, unless it
    /// is owned.
    #[must_use]
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        match self.state {
            LicenceState::Revoked => return Verdict::Revoked,
            LicenceState::Suspended => return Verdict::Suspended,
            LicenceState::Active => {}
        }
        match self.term() {
            None => return Verdict::Revoked,
            Some(term) if now < term.starts => return Verdict::NotStarted,
            Some(term) if !term.holds(now) => return Verdict::Expired,
            Some(_) => {}
        }
        let is_metered = self.counted().next().is_some();
        match is_metered && self.meters.iter().all(|meter| meter.left() == 0 && meter.reserved() == 0) {
            true => Verdict::UsesExhausted,
            false => Verdict::Valid,
        }
    }

    /// What sort of rental or purchase it is. Offers of another sort make a
    /// licence of their own, so that time never limits uses that were bought
    /// without it.
    #[must_use]
    pub fn basis(&self) -> Basis {
        Basis::of(self.grants.iter().filter(|grant| grant.is_active()).map(|grant| &grant.given))
    }

    /// Adds what an order gives.
    ///
    /// # Errors
    /// Gives it back when the licence has [`GRANTS_MAX`] grants, or a meter
    /// would leave its range.
    pub fn add(&mut self, grant: Grant) -> Result<(), Grant> {
        if self.grants.len() >= GRANTS_MAX {
            return Err(grant);
        }
        if let Given::Units { meter, units } = &grant.given {
            let known = self.meters.iter_mut().find(|known| known.code == *meter);
            let fits = match known {
                Some(known) => known.grant(*units),
                None => {
                    self.meters.push(Meter::new(meter.clone(), *units));
                    true
                }
            };
            if !fits {
                return Err(grant);
            }
        }
        self.grants.push(grant);
        Ok(())
    }

    /// Takes back what an order gave, and tells whether there was anything to
    /// take. Units that are consumed or reserved stay counted: a meter is
    /// never granted less than what is gone.
    pub fn revoke(&mut self, order: OrderId, now: Timestamp) -> bool {
        let mut was_there = false;
        for grant in self.grants.iter_mut().filter(|grant| grant.order == order && grant.is_active()) {
            grant.revoked_at = Some(now);
            was_there = true;
            if let Given::Units { meter, units } = &grant.given
                && let Some(meter) = self.meters.iter_mut().find(|known| known.code == *meter)
            {
                meter.take_back(*units);
            }
        }
        if was_there {
            self.generation = self.generation.saturating_add(1);
        }
        was_there
    }
}

#[cfg(test)]
mod tests;
