//! A licence with all that belongs to it, as the Book holds it.

use std::collections::HashMap;

use crate::id::{LicenceId, ListingId, OfferId, OrderId, UserId};
use crate::ledger::posting::Split;
use crate::licence::Licence;
use crate::licence::device::{Activation, ClientId, DeviceKey};
use crate::licence::grant::Grant;
use crate::licence::meter::{Meter, MeterCode};
use crate::licence::offer::{Offer, RentPaid};
use crate::licence::verdict::Verdict;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// What one order gave, and what was paid for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acquired {
    /// By which order.
    pub order: OrderId,
    /// By which offer; it says what is given.
    pub offer: Offer,
    /// What was paid, by the buckets it came from.
    pub paid: Split,
    /// When.
    pub at: Timestamp,
    /// When it was taken back, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Acquired {
    /// What it gave, as grants say it.
    pub fn grants(&self) -> impl Iterator<Item = Grant> {
        let (order, at, revoked_at) = (self.order, self.at, self.revoked_at);
        self.offer.given().into_iter().map(move |given| Grant { order, at, given, revoked_at })
    }

    /// Whether it stands.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.revoked_at.is_none()
    }
}

/// Something that was used, once, under a name of the client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Of which licence.
    pub licence: LicenceId,
    /// The client's name for it.
    pub id: ClientId,
    /// Of which meter.
    pub meter: MeterCode,
    /// How many units.
    pub units: u32,
    /// How many were left then; nothing if they are not counted.
    pub left: Option<u32>,
    /// When.
    pub at: Timestamp,
}

/// Where a task stands. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// It has begun; its units are set aside.
    Open,
    /// It is done; its units are used.
    Committed,
    /// It was called off; its units are free.
    Aborted,
    /// Nobody ended it in time; its units are free.
    Lapsed,
}

impl TaskState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Open, Self::Committed, Self::Aborted, Self::Lapsed];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Open => 1,
            Self::Committed => 2,
            Self::Aborted => 3,
            Self::Lapsed => 4,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// A task that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The client's name for it.
    pub id: ClientId,
    /// Of which meter.
    pub meter: MeterCode,
    /// How many units.
    pub units: u32,
    /// Whether they are counted.
    pub is_counted: bool,
    /// Where it stands.
    pub state: TaskState,
    /// The first moment at which it can no longer be committed.
    pub deadline: Timestamp,
    /// When it was begun.
    pub at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// Where a lease stands. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// A device has the units.
    Open,
    /// What was spent is used, the rest is free.
    Settled,
    /// Nobody settled it in time: all is used, until somebody does.
    Charged,
    /// The software was bought: nothing is counted any more.
    Released,
    /// The device's journal was copied or set back: all is used.
    Forked,
}

impl LeaseState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Open, Self::Settled, Self::Charged, Self::Released, Self::Forked];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Open => 1,
            Self::Settled => 2,
            Self::Charged => 3,
            Self::Released => 4,
            Self::Forked => 5,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// Units that a device took along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The client's name for it.
    pub id: ClientId,
    /// The device's key, by its name.
    pub kid: String,
    /// Of which meter.
    pub meter: MeterCode,
    /// How many units.
    pub units: u32,
    /// How many of them were told to be spent.
    pub used: u32,
    /// Where it stands.
    pub state: LeaseState,
    /// When it was made.
    pub at: Timestamp,
    /// The first moment at which the units are no longer to be spent there.
    pub settle_by: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The hashes of the journal's lines that were told, in their order.
    pub hashes: Vec<String>,
}

impl Lease {
    /// How many units are still set aside.
    #[must_use]
    pub const fn reserved(&self) -> u32 {
        match self.state {
            LeaseState::Open => self.units.saturating_sub(self.used),
            LeaseState::Settled | LeaseState::Charged | LeaseState::Released | LeaseState::Forked => 0,
        }
    }
}

/// Who speaks for a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Its owner, signed in.
    Owner(UserId),
    /// A device, by its key: a program has no session.
    Device(DeviceKey),
}

/// A licence with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The licence: its grants and meters.
    pub licence: Licence,
    /// What orders gave, in their order.
    pub acquired: Vec<Acquired>,
    /// Where it is active.
    pub devices: Vec<Activation>,
    /// When its owner last gave devices free.
    pub moves: Vec<Timestamp>,
    /// Leases: those that are open, and those that are asked for.
    pub leases: Vec<Lease>,
    /// Tasks that are asked for.
    pub tasks: Vec<Task>,
}

impl Holding {
    /// A holding from its rows. What was granted, and on how many devices,
    /// follows from what was acquired.
    #[must_use]
    pub fn load(mut licence: Licence, acquired: Vec<Acquired>) -> Self {
        licence.grants = acquired.iter().flat_map(Acquired::grants).collect();
        let mut holding = Self {
            licence,
            acquired,
            devices: Vec::new(),
            moves: Vec::new(),
            leases: Vec::new(),
            tasks: Vec::new(),
        };
        holding.count_devices();
        holding
    }

    fn count_devices(&mut self) {
        let active = self.acquired.iter().filter(|it| it.is_active());
        self.licence.devices_max = active.map(|it| it.offer.devices_max).max().unwrap_or(0);
    }

    /// Adds what an order gave; says no where a number would leave its range.
    pub(super) fn add(&mut self, acquired: Acquired) -> bool {
        let mut licence = self.licence.clone();
        if acquired.grants().any(|grant| licence.add(grant).is_err()) {
            return false;
        }
        self.licence = licence;
        self.acquired.push(acquired);
        self.count_devices();
        true
    }

    /// Takes back what an order gave; says no where it gave nothing that
    /// stands.
    pub fn revoke(&mut self, order: OrderId, now: Timestamp) -> bool {
        let was_there = self.licence.revoke(order, now);
        for acquired in self.acquired.iter_mut().filter(|it| it.order == order && it.is_active()) {
            acquired.revoked_at = Some(now);
        }
        self.count_devices();
        was_there
    }

    /// The rent that counts towards a purchase.
    #[must_use]
    pub fn rents(&self) -> Vec<RentPaid> {
        let active = self.acquired.iter().filter(|it| it.is_active());
        let paid = |it: &Acquired| {
            let paid = it.paid.total().unwrap_or(Tokens::ZERO);
            it.offer.credit.map(|credit| RentPaid { paid, credit })
        };
        active.filter_map(paid).collect()
    }

    /// The device of that name.
    #[must_use]
    pub fn device(&self, kid: &str) -> Option<&Activation> {
        self.devices.iter().find(|it| it.device.kid() == kid)
    }

    /// Checks that somebody may speak for the licence.
    ///
    /// # Errors
    /// `NotFound` for who is not its owner, `Denied` for a device on which it
    /// is not active.
    pub fn check_speaker(&self, speaker: &Speaker) -> Result<(), Refusal> {
        match speaker {
            Speaker::Owner(user) if *user == self.licence.user => Ok(()),
            Speaker::Owner(_) => Err(Refusal::missing("licence")),
            Speaker::Device(key) if self.device(key.kid()).is_some() => Ok(()),
            Speaker::Device(_) => Err(Refusal::denied(Verdict::DeviceNotActivated)),
        }
    }

    pub(super) fn meter_mut(&mut self, code: &MeterCode) -> Option<&mut Meter> {
        self.licence.meters.iter_mut().find(|meter| meter.code == *code)
    }

    /// The task of that name.
    #[must_use]
    pub fn task(&self, id: &ClientId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == *id)
    }

    /// The lease of that name.
    #[must_use]
    pub fn lease(&self, id: &ClientId) -> Option<&Lease> {
        self.leases.iter().find(|lease| lease.id == *id)
    }
}

/// An offer as the Book knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnOffer {
    /// The offer.
    pub offer: Offer,
    /// Whether it still holds; licences keep those that do not.
    pub is_current: bool,
}

/// What a Book holds of software.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    pub(super) all: HashMap<LicenceId, Holding>,
    pub(super) offers: HashMap<OfferId, OnOffer>,
    pub(super) usages: HashMap<(LicenceId, ClientId), Usage>,
}

impl Holdings {
    /// Records a licence's rows.
    pub fn load(&mut self, holding: Holding) {
        self.all.insert(holding.licence.id, holding);
    }

    /// Records an offer's row.
    pub fn load_offer(&mut self, offer: OnOffer) {
        self.offers.insert(offer.offer.id, offer);
    }

    /// Records something that was used.
    pub fn load_usage(&mut self, usage: Usage) {
        self.usages.insert((usage.licence, usage.id.clone()), usage);
    }

    /// The listings of all offers that were loaded.
    pub fn listings(&self) -> impl Iterator<Item = ListingId> {
        self.offers.values().map(|it| it.offer.listing)
    }

    /// A licence.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get(&self, id: LicenceId) -> Result<&Holding, Refusal> {
        self.all.get(&id).ok_or(Refusal::missing("licence"))
    }

    /// The licence that an order's grant belongs to.
    pub(super) fn of_order(&self, order: OrderId) -> Option<&Holding> {
        self.all.values().find(|it| it.acquired.iter().any(|grant| grant.order == order))
    }

    /// A user's licences for a listing, oldest first.
    pub(super) fn of(&self, user: UserId, listing: ListingId) -> Vec<&Holding> {
        let is_theirs = |it: &&Holding| it.licence.user == user && it.licence.listing == listing;
        let mut found: Vec<&Holding> = self.all.values().filter(is_theirs).collect();
        found.sort_by_key(|it| it.licence.id);
        found
    }

    pub(super) fn usage(&self, licence: LicenceId, id: &ClientId) -> Option<&Usage> {
        self.usages.get(&(licence, id.clone()))
    }
}
