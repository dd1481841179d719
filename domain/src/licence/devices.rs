//! Deciding on which devices a licence is active.

use crate::book::{Book, Decision, Facts};
use crate::id::{LicenceId, UserId};
use crate::licence::command::{LicenceChange, about};
use crate::licence::device::{Activation, DeviceKey, DeviceLabel, MOVES_MAX, MOVES_WITHIN};
use crate::licence::holding::Speaker;
use crate::licence::verdict::Verdict;
use crate::refusal::Refusal;

/// Decides making a licence active on a device that has proven its key. Where
/// it is active already nothing changes. Precedence: not there (or not the
/// asker's), active already, the licence's verdict, places.
///
/// # Errors
/// In that precedence; `Denied` with the verdict.
pub(super) fn decide_activate(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: UserId,
    (device, label): (&DeviceKey, &Option<DeviceLabel>),
) -> Result<Decision, Refusal> {
    let holding = book.holdings.get(licence)?;
    holding.check_speaker(&Speaker::Owner(by))?;
    if holding.device(device.kid()).is_some() {
        return Ok(about(licence, None, []));
    }
    let at = facts.mint.at();
    match holding.licence.verdict(at) {
        Verdict::Valid | Verdict::UsesExhausted | Verdict::NotStarted => {}
        verdict => return Err(Refusal::denied(verdict)),
    }
    let free =
        (0..holding.licence.devices_max).find(|slot| !holding.devices.iter().any(|it| it.slot == *slot));
    let is_full = holding.devices.len() >= usize::from(holding.licence.devices_max);
    let slot = free.filter(|_| !is_full).ok_or(Refusal::denied(Verdict::DeviceLimit))?;
    let activation = Activation { slot, device: device.clone(), label: label.clone(), at, forked_at: None };
    Ok(about(licence, None, [LicenceChange::Activated { licence, activation }]))
}

/// Decides giving a device free. A device may always do so itself; its owner
/// from elsewhere a few times a month, so that a licence does not wander.
/// Precedence: not there (or not the asker's), no such device, too often.
///
/// # Errors
/// In that precedence.
pub(super) fn decide_deactivate(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: &Speaker,
    kid: &str,
) -> Result<Decision, Refusal> {
    let holding = book.holdings.get(licence)?;
    holding.check_speaker(by)?;
    let at = facts.mint.at();
    let is_move = match by {
        Speaker::Owner(_) => true,
        Speaker::Device(key) if key.kid() == kid => false,
        Speaker::Device(_) => return Err(Refusal::missing("device")),
    };
    if holding.device(kid).is_none() {
        return Err(Refusal::missing("device"));
    }
    let lately = holding.moves.iter().filter(|moved| at < moved.after(MOVES_WITHIN)).count();
    if is_move && lately >= MOVES_MAX {
        let what = "devices given free within 30 days".into();
        return Err(Refusal::TooMany { what, limit: u32::try_from(MOVES_MAX).unwrap_or(u32::MAX) });
    }
    let kid = kid.to_owned();
    Ok(about(licence, None, [LicenceChange::Deactivated { licence, kid, at, is_move }]))
}
