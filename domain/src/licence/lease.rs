//! Deciding leases: units that a device takes along, what it tells of them,
//! and what is charged when it tells nothing.

use crate::book::{Book, Decision, Facts};
use crate::id::LicenceId;
use crate::licence::command::{Counted, LicenceChange, NewLine, about};
use crate::licence::count::{Counting, check_units, counting};
use crate::licence::device::{ClientId, DeviceKey};
use crate::licence::holding::{Holding, Lease, LeaseState, Speaker};
use crate::licence::journal::{LeaseLine, Report};
use crate::licence::meter::MeterCode;
use crate::licence::verdict::Verdict;
use crate::refusal::Refusal;
use crate::time::{Seconds, Timestamp};

/// The most units that one lease takes along: what a copied device can cost.
pub const LEASE_UNITS_MAX: u32 = 1_000;

fn left_on(holding: &Holding, meter: &MeterCode) -> Option<u32> {
    holding.licence.meter(meter).map(crate::licence::meter::Meter::left)
}

/// Decides taking units along. Precedence: the number, the licence, the
/// device, the name, the licence's verdict, a device that was copied, units
/// that are out already, what is left.
///
/// # Errors
/// In that precedence.
pub(super) fn decide_lease(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: &DeviceKey,
    (meter, units, id, lasts): (&MeterCode, u32, &ClientId, Seconds),
) -> Result<Decision, Refusal> {
    check_units(units, LEASE_UNITS_MAX)?;
    let holding = book.holdings.get(licence)?;
    holding.check_speaker(&Speaker::Device(by.clone()))?;
    if let Some(known) = holding.lease(id) {
        return match known.kid == by.kid() && known.meter == *meter && known.units == units {
            true => {
                let left = left_on(holding, meter);
                Ok(about(licence, Some(Counted { left, is_repeated: true }), []))
            }
            false => Err(Refusal::IdReused),
        };
    }
    let at = facts.mint.at();
    let known = match counting(holding, meter, at)? {
        Counting::Free => return Err(Refusal::wrong_state("nothing is counted for this licence")),
        Counting::Metered => holding.licence.meter(meter).ok_or(Refusal::missing("meter"))?,
    };
    if holding.device(by.kid()).is_some_and(|device| device.forked_at.is_some()) {
        return Err(Refusal::denied(Verdict::StateForked));
    }
    let is_out = |it: &Lease| it.state == LeaseState::Open && it.kid == by.kid() && it.meter == *meter;
    if holding.leases.iter().any(is_out) {
        return Err(Refusal::wrong_state("this device has such units already: settle those first"));
    }
    let mut meter = known.clone();
    meter.reserve(units).map_err(|_| Refusal::denied(Verdict::UsesExhausted))?;
    let end = holding.licence.term().and_then(|term| term.ends);
    let settle_by = end.map_or(at.after(lasts), |end| end.min(at.after(lasts)));
    let left = Some(meter.left());
    let lease = Lease {
        id: id.clone(),
        kid: by.kid().to_owned(),
        meter: meter.code.clone(),
        units,
        used: 0,
        state: LeaseState::Open,
        at,
        settle_by,
        closed_at: None,
        hashes: Vec::new(),
    };
    let stands = LicenceChange::LeaseStands { licence, lease, told: Vec::new() };
    let changes = [LicenceChange::Metered { licence, meter }, stands];
    Ok(about(licence, Some(Counted { left, is_repeated: false }), changes))
}

/// The first line of a lease's journal.
#[must_use]
pub fn first_line(licence: LicenceId, lease: &Lease) -> LeaseLine {
    LeaseLine {
        v: 1,
        lease: lease.id.as_str().to_owned(),
        ent: licence.to_string(),
        dev: lease.kid.clone(),
        meter: lease.meter.as_str().to_owned(),
        units: lease.units,
        settle_by: lease.settle_by.millis(),
    }
}

/// Decides what a device's report says of a lease. What it tells again has no
/// effect; what goes another way than before shows that the device was copied
/// or set back: then all of the lease is used, and the device takes nothing
/// along any more. Precedence: the licence, the lease (or not the asker's), a
/// report that does not add up.
///
/// # Errors
/// In that precedence: `Denied` with `STATE_FORKED` for the last.
pub(super) fn decide_settle(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: &Speaker,
    (id, report): (&ClientId, &Report),
) -> Result<Decision, Refusal> {
    let holding = book.holdings.get(licence)?;
    let lease = holding.lease(id).ok_or(Refusal::missing("lease"))?;
    match by {
        // Also one that is no longer active: what it took along is to be told.
        Speaker::Device(key) if key.kid() == lease.kid => {}
        Speaker::Owner(user) if *user == holding.licence.user => {}
        Speaker::Device(_) | Speaker::Owner(_) => return Err(Refusal::missing("lease")),
    }
    let forked = || Refusal::denied(Verdict::StateForked);
    if report.lease != first_line(licence, lease) {
        return Err(forked());
    }
    let hashes = report.hashes().ok_or_else(forked)?;
    let same = lease.hashes.iter().zip(&hashes).all(|(known, told)| known == told);
    let is_longer = hashes.len() > lease.hashes.len();
    let (at, repeated) =
        (facts.mint.at(), Counted { left: left_on(holding, &lease.meter), is_repeated: true });
    let is_final = report.is_sealed() || lease.settle_by <= at;
    let is_older = hashes.len() < lease.hashes.len();
    match lease.state {
        LeaseState::Released | LeaseState::Forked => return Ok(about(licence, Some(repeated), [])),
        // It went two ways, or went on after it was closed.
        LeaseState::Open | LeaseState::Charged | LeaseState::Settled if !same => {
            return Ok(fork(holding, lease, at));
        }
        LeaseState::Settled if is_longer => return Ok(fork(holding, lease, at)),
        LeaseState::Settled => return Ok(about(licence, Some(repeated), [])),
        // It tells nothing new.
        LeaseState::Open | LeaseState::Charged if is_older => {
            return Ok(about(licence, Some(repeated), []));
        }
        LeaseState::Open if !is_longer && !is_final => return Ok(about(licence, Some(repeated), [])),
        LeaseState::Open | LeaseState::Charged => {}
    }
    Ok(close(holding, lease, (report, hashes), (at, is_final)))
}

/// What a report tells for the first time.
fn told(lease: &Lease, report: &Report, hashes: &[String]) -> Vec<NewLine> {
    let lines = (1..).zip(report.spendings.iter().zip(hashes)).skip(lease.hashes.len());
    lines.map(|(seq, (says, hash))| NewLine { seq, says: says.clone(), hash: hash.clone() }).collect()
}

/// Counts what a report says.
fn close(
    holding: &Holding,
    lease: &Lease,
    (report, hashes): (&Report, Vec<String>),
    (at, is_final): (Timestamp, bool),
) -> Decision {
    let licence = holding.licence.id;
    let told = told(lease, report, &hashes);
    let newly = report.used.saturating_sub(lease.used);
    let mut changes = Vec::new();
    let mut left = None;
    if let Some(known) = holding.licence.meter(&lease.meter) {
        let mut meter = known.clone();
        let _is_counted = match (lease.state, is_final) {
            (LeaseState::Charged, _) => meter.credit(lease.units.saturating_sub(report.used)),
            (_, true) => meter.settle(lease.reserved(), newly),
            (_, false) => meter.settle(newly, newly),
        };
        left = Some(meter.left());
        changes.push(LicenceChange::Metered { licence, meter });
    }
    let (state, closed_at) = match is_final {
        true => (LeaseState::Settled, Some(at)),
        false => (LeaseState::Open, None),
    };
    let lease = Lease { used: report.used, state, closed_at, hashes, ..lease.clone() };
    changes.push(LicenceChange::LeaseStands { licence, lease, told });
    about(licence, Some(Counted { left, is_repeated: false }), changes)
}

/// A device was copied or set back: all of the lease is used.
fn fork(holding: &Holding, lease: &Lease, at: Timestamp) -> Decision {
    let licence = holding.licence.id;
    let mut changes = vec![LicenceChange::Forked { licence, kid: lease.kid.clone(), at }];
    let (mut left, mut used) = (None, lease.units);
    if let Some(known) = holding.licence.meter(&lease.meter) {
        let mut meter = known.clone();
        let _is_settled = meter.settle(lease.reserved(), lease.reserved());
        if lease.state == LeaseState::Settled {
            // What was given free by a report that was not the whole truth is
            // used after all, as far as it is there.
            let free = lease.units.saturating_sub(lease.used).min(meter.left());
            let _is_used = meter.consume(free);
            used = lease.used.saturating_add(free);
        }
        left = Some(meter.left());
        changes.push(LicenceChange::Metered { licence, meter });
    }
    let closed_at = lease.closed_at.or(Some(at));
    let lease = Lease { state: LeaseState::Forked, used, closed_at, ..lease.clone() };
    changes.push(LicenceChange::LeaseStands { licence, lease, told: Vec::new() });
    about(licence, Some(Counted { left, is_repeated: false }), changes)
}

/// Decides that a lease that nobody settled in time is used, wholly.
///
/// # Errors
/// `NotFound`; `WrongState` before its time.
pub(super) fn decide_charge(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    id: &ClientId,
) -> Result<Decision, Refusal> {
    let holding = book.holdings.get(licence)?;
    let lease = holding.lease(id).ok_or(Refusal::missing("lease"))?;
    let at = facts.mint.at();
    if lease.state != LeaseState::Open {
        let left = left_on(holding, &lease.meter);
        return Ok(about(licence, Some(Counted { left, is_repeated: true }), []));
    }
    if at < lease.settle_by {
        return Err(Refusal::wrong_state("the lease may still be settled"));
    }
    let mut changes = Vec::new();
    let mut left = None;
    if let Some(known) = holding.licence.meter(&lease.meter) {
        let mut meter = known.clone();
        let _is_settled = meter.settle(lease.reserved(), lease.reserved());
        left = Some(meter.left());
        changes.push(LicenceChange::Metered { licence, meter });
    }
    let lease = Lease { state: LeaseState::Charged, closed_at: Some(at), ..lease.clone() };
    changes.push(LicenceChange::LeaseStands { licence, lease, told: Vec::new() });
    Ok(about(licence, Some(Counted { left, is_repeated: false }), changes))
}
