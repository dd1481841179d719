//! Deciding what is used: at once, or as a task with a beginning and an end.
//! The same name from a client is the same thing and has one effect.

use crate::book::{Book, Decision, Facts};
use crate::id::LicenceId;
use crate::licence::command::{Counted, LicenceChange, about};
use crate::licence::device::ClientId;
use crate::licence::holding::{Holding, Speaker, Task, TaskState, Usage};
use crate::licence::meter::{MeterCode, UNITS_MAX};
use crate::licence::verdict::Verdict;
use crate::refusal::Refusal;
use crate::time::{Seconds, Timestamp};

/// The shortest that a task may be given.
pub const TASK_MIN: Seconds = Seconds::new(1);

/// The longest that a task may be given.
pub const TASK_MAX: Seconds = Seconds::days(7);

/// How long a task may take if nothing is said.
pub const TASK_LASTS: Seconds = Seconds::new(3_600);

/// Checks a number of units.
///
/// # Errors
/// `InvalidInput` on `units`.
pub fn check_units(units: u32, most: u32) -> Result<(), Refusal> {
    match (1..=most).contains(&units) {
        true => Ok(()),
        false => Err(Refusal::invalid("units", format!("a number is from 1 to {most}"))),
    }
}

/// How units of a licence are counted now.
pub(super) enum Counting {
    /// On this meter.
    Metered,
    /// Not at all: it is owned, or rented by time alone.
    Free,
}

/// Whether units may be used now, and how they are counted. Precedence:
/// revoked, suspended, not begun, expired, no such meter.
pub(super) fn counting(holding: &Holding, meter: &MeterCode, now: Timestamp) -> Result<Counting, Refusal> {
    match holding.licence.verdict(now) {
        Verdict::Valid | Verdict::UsesExhausted => {}
        verdict => return Err(Refusal::denied(verdict)),
    }
    if holding.licence.counted().next().is_none() {
        return Ok(Counting::Free);
    }
    match holding.licence.meter(meter) {
        Some(_) => Ok(Counting::Metered),
        None => Err(Refusal::missing("meter")),
    }
}

/// What a repetition is told.
const fn again(left: Option<u32>) -> Counted {
    Counted { left, is_repeated: true }
}

/// Decides using units at once. Precedence: the number, the licence, the
/// speaker, the name, then the licence's verdict.
///
/// # Errors
/// In that precedence; `Denied` with the verdict, `IdReused`.
pub(super) fn decide_consume(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: &Speaker,
    (meter, units, id): (&MeterCode, u32, &ClientId),
) -> Result<Decision, Refusal> {
    check_units(units, UNITS_MAX)?;
    let holding = book.holdings.get(licence)?;
    holding.check_speaker(by)?;
    if let Some(known) = book.holdings.usage(licence, id) {
        return match known.meter == *meter && known.units == units {
            true => Ok(about(licence, Some(again(known.left)), [])),
            false => Err(Refusal::IdReused),
        };
    }
    let at = facts.mint.at();
    let mut changes = Vec::new();
    let left = match counting(holding, meter, at)? {
        Counting::Free => None,
        Counting::Metered => {
            let known = holding.licence.meter(meter).ok_or(Refusal::missing("meter"))?;
            let mut meter = known.clone();
            meter.consume(units).map_err(|_| Refusal::denied(Verdict::UsesExhausted))?;
            let left = meter.left();
            changes.push(LicenceChange::Metered { licence, meter });
            Some(left)
        }
    };
    let usage = Usage { licence, id: id.clone(), meter: meter.clone(), units, left, at };
    changes.push(LicenceChange::Used(usage));
    Ok(about(licence, Some(Counted { left, is_repeated: false }), changes))
}

fn left_on(holding: &Holding, task: &Task) -> Option<u32> {
    let meter = holding.licence.meter(&task.meter).filter(|_| task.is_counted);
    meter.map(crate::licence::meter::Meter::left)
}

/// Decides beginning a task. Precedence as for [`decide_consume`].
///
/// # Errors
/// In that precedence.
pub(super) fn decide_begin(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: &Speaker,
    (meter, units, id, lasts): (&MeterCode, u32, &ClientId, Seconds),
) -> Result<Decision, Refusal> {
    check_units(units, UNITS_MAX)?;
    if lasts < TASK_MIN || lasts > TASK_MAX {
        return Err(Refusal::invalid("seconds", "a task takes from a second to seven days"));
    }
    let holding = book.holdings.get(licence)?;
    holding.check_speaker(by)?;
    if let Some(known) = holding.task(id) {
        return match known.meter == *meter && known.units == units {
            true => Ok(about(licence, Some(again(left_on(holding, known))), [])),
            false => Err(Refusal::IdReused),
        };
    }
    let at = facts.mint.at();
    let mut task = Task {
        id: id.clone(),
        meter: meter.clone(),
        units,
        is_counted: false,
        state: TaskState::Open,
        deadline: at.after(lasts),
        at,
        closed_at: None,
    };
    let mut changes = Vec::new();
    let left = match counting(holding, meter, at)? {
        Counting::Free => None,
        Counting::Metered => {
            let known = holding.licence.meter(meter).ok_or(Refusal::missing("meter"))?;
            let mut meter = known.clone();
            meter.reserve(units).map_err(|_| Refusal::denied(Verdict::UsesExhausted))?;
            task.is_counted = true;
            let left = meter.left();
            changes.push(LicenceChange::Metered { licence, meter });
            Some(left)
        }
    };
    changes.push(LicenceChange::TaskStands { licence, task });
    Ok(about(licence, Some(Counted { left, is_repeated: false }), changes))
}

/// Decides the end of a task: done, called off, or by nobody in time. A task
/// that began in time may be ended until its deadline, whatever became of the
/// licence. Precedence: the licence, the speaker, the task, its state.
///
/// # Errors
/// In that precedence; `Expired` for one whose time is over.
pub(super) fn decide_end(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: Option<&Speaker>,
    (id, is_done): (&ClientId, bool),
) -> Result<Decision, Refusal> {
    let holding = book.holdings.get(licence)?;
    by.map_or(Ok(()), |speaker| holding.check_speaker(speaker))?;
    let task = holding.task(id).ok_or(Refusal::missing("task"))?;
    let at = facts.mint.at();
    let is_over = task.deadline <= at;
    let state = match (task.state, by, is_done) {
        (TaskState::Open, None, _) if !is_over => {
            return Err(Refusal::wrong_state("the task may still be ended"));
        }
        (TaskState::Open, None, _) => TaskState::Lapsed,
        (TaskState::Open, Some(_), true) if is_over => return Err(Refusal::Expired),
        (TaskState::Open, Some(_), true) => TaskState::Committed,
        (TaskState::Open, Some(_), false) => TaskState::Aborted,
        (TaskState::Committed, _, true)
        | (TaskState::Aborted | TaskState::Lapsed, _, false)
        | (_, None, true) => {
            return Ok(about(licence, Some(again(left_on(holding, task))), []));
        }
        (TaskState::Lapsed, Some(_), true) => return Err(Refusal::Expired),
        (TaskState::Aborted, Some(_), true) => return Err(Refusal::wrong_state("the task was called off")),
        (TaskState::Committed, _, false) => return Err(Refusal::wrong_state("the task is done")),
    };
    let mut changes = Vec::new();
    let known = holding.licence.meter(&task.meter).filter(|_| task.is_counted);
    let left = known.map(|known| {
        let mut meter = known.clone();
        let used = if state == TaskState::Committed { task.units } else { 0 };
        let _is_settled = meter.settle(task.units, used);
        let left = meter.left();
        changes.push(LicenceChange::Metered { licence, meter });
        left
    });
    let task = Task { state, closed_at: Some(at), ..task.clone() };
    changes.push(LicenceChange::TaskStands { licence, task });
    Ok(about(licence, Some(Counted { left, is_repeated: false }), changes))
}
