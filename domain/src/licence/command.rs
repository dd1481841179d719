//! What is asked of licences, and what changes.

use serde::{Deserialize, Serialize};

use crate::book::{Book, Change, Decision, Facts};
use crate::command::Needs;
use crate::id::{LicenceId, ListingId, OfferId, OrderId, UserId};
use crate::licence::device::{Activation, ClientId, DeviceKey, DeviceLabel};
use crate::licence::holding::{Acquired, Holding, Lease, Speaker, Task, Usage};
use crate::licence::journal::{Report, Spending};
use crate::licence::meter::{Meter, MeterCode};
use crate::licence::{count, devices, lease, trade};
use crate::refusal::Refusal;
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;

/// Whether something is bought or rented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// For good.
    Buy,
    /// For a time or a number of times.
    Rent,
}

/// Who takes a grant back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunder {
    /// Who sold it.
    Seller(UserId),
    /// The vendor's staff.
    Staff,
}

/// What is asked of licences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenceCommand {
    /// Buys or rents by an offer.
    Acquire {
        /// Who.
        buyer: UserId,
        /// By which offer.
        offer: OfferId,
        /// Of which listing, as it was looked up.
        listing: ListingId,
        /// The price as it was shown.
        shown: Tokens,
        /// Which of the two.
        how: How,
    },
    /// Adds to a rental.
    Extend {
        /// Which.
        licence: LicenceId,
        /// Who asks.
        by: UserId,
        /// By which offer.
        offer: OfferId,
        /// The price as it was shown.
        shown: Tokens,
    },
    /// Turns a rental into a purchase.
    Convert {
        /// Which.
        licence: LicenceId,
        /// Who asks.
        by: UserId,
        /// By which offer.
        offer: OfferId,
        /// Of which listing, as it was looked up.
        listing: ListingId,
        /// The price as it was shown, less what counts.
        shown: Tokens,
    },
    /// Takes back what one order gave, for what is unused of it.
    Refund {
        /// Which order.
        order: OrderId,
        /// Who says so.
        by: Refunder,
    },
    /// Makes it active on a device.
    Activate {
        /// Which licence.
        licence: LicenceId,
        /// Who asks.
        by: UserId,
        /// On which device, which has proven its key.
        device: DeviceKey,
        /// What its owner calls it.
        label: Option<DeviceLabel>,
    },
    /// Gives a device free.
    Deactivate {
        /// Of which licence.
        licence: LicenceId,
        /// Who says so.
        by: Speaker,
        /// Which device, by its key's name.
        kid: String,
    },
    /// Uses units, once.
    Consume {
        /// Of which licence.
        licence: LicenceId,
        /// Who says so.
        by: Speaker,
        /// Of which meter.
        meter: MeterCode,
        /// How many.
        units: u32,
        /// The client's name for it.
        id: ClientId,
    },
    /// Begins a task: sets units aside.
    Begin {
        /// Of which licence.
        licence: LicenceId,
        /// Who says so.
        by: Speaker,
        /// Of which meter.
        meter: MeterCode,
        /// How many.
        units: u32,
        /// The client's name for it.
        task: ClientId,
        /// How long it may take.
        lasts: Seconds,
    },
    /// Ends a task.
    End {
        /// Of which licence.
        licence: LicenceId,
        /// Who says so; nobody where its time is over.
        by: Option<Speaker>,
        /// Which task.
        task: ClientId,
        /// Whether it is done.
        is_done: bool,
    },
    /// Takes units along.
    Lease {
        /// Of which licence.
        licence: LicenceId,
        /// On which device.
        by: DeviceKey,
        /// Of which meter.
        meter: MeterCode,
        /// How many.
        units: u32,
        /// The client's name for it.
        lease: ClientId,
        /// How long they may be spent without the store.
        lasts: Seconds,
    },
    /// Tells what was spent of a lease.
    Settle {
        /// Of which licence.
        licence: LicenceId,
        /// Who says so.
        by: Speaker,
        /// Which lease.
        lease: ClientId,
        /// What the device's journal says.
        report: Box<Report>,
    },
    /// Counts a lease as spent that nobody settled in time.
    Charge {
        /// Of which licence.
        licence: LicenceId,
        /// Which lease.
        lease: ClientId,
    },
}

impl LicenceCommand {
    /// The licence it is about, if it is known before.
    #[must_use]
    pub const fn licence(&self) -> Option<LicenceId> {
        match self {
            Self::Acquire { .. } | Self::Refund { .. } => None,
            Self::Extend { licence, .. }
            | Self::Convert { licence, .. }
            | Self::Activate { licence, .. }
            | Self::Deactivate { licence, .. }
            | Self::Consume { licence, .. }
            | Self::Begin { licence, .. }
            | Self::End { licence, .. }
            | Self::Lease { licence, .. }
            | Self::Settle { licence, .. }
            | Self::Charge { licence, .. } => Some(*licence),
        }
    }

    /// Whether something is bought, so that the vendor's cut is asked for.
    #[must_use]
    pub const fn is_purchase(&self) -> bool {
        matches!(self, Self::Acquire { .. } | Self::Extend { .. } | Self::Convert { .. })
    }

    /// Adds the rows that it needs.
    pub fn need(&self, needs: &mut Needs) {
        needs.licences.extend(self.licence());
        match self {
            Self::Acquire { buyer, offer, listing, .. } => {
                needs.offers.insert(*offer);
                needs.licences_of.insert((*buyer, *listing));
                needs.users.insert(*buyer);
                needs.spenders.insert(*buyer);
            }
            Self::Convert { by, offer, licence, listing, .. } => {
                needs.leasing.insert(*licence);
                needs.licences_of.insert((*by, *listing));
                needs.offers.insert(*offer);
                needs.users.insert(*by);
                needs.spenders.insert(*by);
            }
            Self::Extend { by, offer, .. } => {
                needs.offers.insert(*offer);
                needs.users.insert(*by);
                needs.spenders.insert(*by);
            }
            Self::Refund { order, .. } => {
                needs.orders.insert(*order);
                needs.granted_by.insert(*order);
            }
            Self::Consume { licence, id, .. } => {
                needs.usages.insert((*licence, id.clone()));
            }
            Self::Begin { licence, task, .. } | Self::End { licence, task, .. } => {
                needs.tasks.insert((*licence, task.clone()));
            }
            Self::Lease { licence, lease, .. }
            | Self::Settle { licence, lease, .. }
            | Self::Charge { licence, lease } => {
                needs.leasing.insert(*licence);
                needs.leases.insert((*licence, lease.clone()));
            }
            Self::Activate { .. } | Self::Deactivate { .. } => {}
        }
    }
}

/// What a count is answered with; again, when it is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// How many units were free afterwards; nothing if they are not counted.
    pub left: Option<u32>,
    /// Whether it had been done before.
    pub is_repeated: bool,
}

/// Lines of a journal that were told for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    /// Its number, from 1.
    pub seq: u32,
    /// What it says.
    pub says: Spending,
    /// Its hash.
    pub hash: String,
}

/// What changes of licences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenceChange {
    /// There is a new licence.
    Made {
        /// Which.
        licence: LicenceId,
        /// Whose.
        user: UserId,
        /// For what.
        listing: ListingId,
        /// Since when.
        at: Timestamp,
    },
    /// An order gave something.
    Granted {
        /// To which licence.
        licence: LicenceId,
        /// What.
        acquired: Acquired,
    },
    /// What an order gave was taken back.
    Revoked {
        /// Of which licence.
        licence: LicenceId,
        /// Which order's.
        order: OrderId,
        /// When.
        at: Timestamp,
        /// For how much.
        refunded: Tokens,
    },
    /// Codes of earlier generations are told apart from now on.
    Generation {
        /// Of which licence.
        licence: LicenceId,
        /// The first that holds.
        generation: u32,
        /// When.
        at: Timestamp,
        /// Whether earlier ones are taken back.
        is_revocation: bool,
    },
    /// How a meter stands.
    Metered {
        /// Of which licence.
        licence: LicenceId,
        /// The meter.
        meter: Meter,
    },
    /// Something was used.
    Used(Usage),
    /// It is active on a device.
    Activated {
        /// Which licence.
        licence: LicenceId,
        /// The device.
        activation: Activation,
    },
    /// It is no longer.
    Deactivated {
        /// Which licence.
        licence: LicenceId,
        /// On which device.
        kid: String,
        /// When.
        at: Timestamp,
        /// Whether its owner did so from elsewhere, which is limited.
        is_move: bool,
    },
    /// A device's journal turned out to have been copied or set back.
    Forked {
        /// Of which licence.
        licence: LicenceId,
        /// Which device's.
        kid: String,
        /// When.
        at: Timestamp,
    },
    /// How a task stands.
    TaskStands {
        /// Of which licence.
        licence: LicenceId,
        /// The task.
        task: Task,
    },
    /// How a lease stands.
    LeaseStands {
        /// Of which licence.
        licence: LicenceId,
        /// The lease.
        lease: Lease,
        /// What its journal told for the first time.
        told: Vec<NewLine>,
    },
}

/// Decides on the Book; changes nothing.
///
/// # Errors
/// The refusals of each.
pub fn decide(book: &Book, facts: &Facts<'_>, command: &LicenceCommand) -> Result<Decision, Refusal> {
    use LicenceCommand as Ask;
    match command {
        Ask::Acquire { buyer, offer, shown, how, .. } => {
            trade::decide_acquire(book, facts, *buyer, (*offer, *shown), *how)
        }
        Ask::Extend { licence, by, offer, shown } => {
            trade::decide_extend(book, facts, *licence, *by, (*offer, *shown))
        }
        Ask::Convert { licence, by, offer, shown, .. } => {
            trade::decide_convert(book, facts, *licence, *by, (*offer, *shown))
        }
        Ask::Refund { order, by } => crate::licence::refund::decide_refund(book, facts, *order, *by),
        Ask::Activate { licence, by, device, label } => {
            devices::decide_activate(book, facts, *licence, *by, (device, label))
        }
        Ask::Deactivate { licence, by, kid } => devices::decide_deactivate(book, facts, *licence, by, kid),
        Ask::Consume { licence, by, meter, units, id } => {
            count::decide_consume(book, facts, *licence, by, (meter, *units, id))
        }
        Ask::Begin { licence, by, meter, units, task, lasts } => {
            count::decide_begin(book, facts, *licence, by, (meter, *units, task, *lasts))
        }
        Ask::End { licence, by, task, is_done } => {
            count::decide_end(book, facts, *licence, by.as_ref(), (task, *is_done))
        }
        Ask::Lease { licence, by, meter, units, lease, lasts } => {
            lease::decide_lease(book, facts, *licence, by, (meter, *units, lease, *lasts))
        }
        Ask::Settle { licence, by, lease, report } => {
            lease::decide_settle(book, facts, *licence, by, (lease, report))
        }
        Ask::Charge { licence, lease } => lease::decide_charge(book, facts, *licence, lease),
    }
}

/// A decision about one licence.
pub(super) fn about(
    licence: LicenceId,
    counted: Option<Counted>,
    changes: impl IntoIterator<Item = LicenceChange>,
) -> Decision {
    let changes = changes.into_iter().map(|change| Change::Licence(Box::new(change))).collect();
    Decision { licence: Some(licence), counted, changes, ..Decision::default() }
}

impl Book {
    /// Applies what changed of a licence.
    pub(crate) fn apply_licence(&mut self, change: &LicenceChange) {
        match change {
            LicenceChange::Made { licence, user, listing, .. } => {
                let empty = crate::licence::Licence {
                    id: *licence,
                    user: *user,
                    listing: *listing,
                    state: crate::licence::LicenceState::Active,
                    generation: 0,
                    devices_max: 0,
                    grants: Vec::new(),
                    meters: Vec::new(),
                };
                self.holdings.load(Holding::load(empty, Vec::new()));
            }
            LicenceChange::Used(usage) => self.holdings.load_usage(usage.clone()),
            LicenceChange::Granted { licence, .. }
            | LicenceChange::Revoked { licence, .. }
            | LicenceChange::Generation { licence, .. }
            | LicenceChange::Metered { licence, .. }
            | LicenceChange::Activated { licence, .. }
            | LicenceChange::Deactivated { licence, .. }
            | LicenceChange::Forked { licence, .. }
            | LicenceChange::TaskStands { licence, .. }
            | LicenceChange::LeaseStands { licence, .. } => {
                if let Some(holding) = self.holdings.all.get_mut(licence) {
                    holding.apply(change);
                }
            }
        }
    }
}

impl Holding {
    fn apply(&mut self, change: &LicenceChange) {
        match change {
            LicenceChange::Made { .. } | LicenceChange::Used(_) => {}
            LicenceChange::Granted { acquired, .. } => {
                // It was added once to decide, so it can be.
                let _is_added = self.add(acquired.clone());
            }
            LicenceChange::Revoked { order, at, .. } => {
                let _was_there = self.revoke(*order, *at);
            }
            LicenceChange::Generation { generation, .. } => self.licence.generation = *generation,
            LicenceChange::Metered { meter, .. } => match self.meter_mut(&meter.code) {
                Some(known) => *known = meter.clone(),
                None => self.licence.meters.push(meter.clone()),
            },
            LicenceChange::Activated { activation, .. } => self.devices.push(activation.clone()),
            LicenceChange::Deactivated { kid, at, is_move, .. } => {
                self.devices.retain(|it| it.device.kid() != kid);
                self.moves.extend(is_move.then_some(*at));
            }
            LicenceChange::Forked { kid, at, .. } => {
                let device = self.devices.iter_mut().find(|it| it.device.kid() == kid);
                if let Some(device) = device {
                    device.forked_at = Some(*at);
                }
            }
            LicenceChange::TaskStands { task, .. } => {
                self.tasks.retain(|known| known.id != task.id);
                self.tasks.push(task.clone());
            }
            LicenceChange::LeaseStands { lease, .. } => {
                self.leases.retain(|known| known.id != lease.id);
                self.leases.push(lease.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests;
