//! What is used of licences: at once, by tasks, and by what devices take
//! along and tell of later. What the reference makes of it.

use domain::id::LicenceId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::licences::{Count, DEVICES, Licence};
use super::model::{Answer, Model, no};
use super::software::{Ask, Counting, Speaker, device};
use super::step::Number;

/// How long units may be taken along.
const TAKEN_FOR: i64 = 14 * super::DAY;

/// The states of tasks and leases, by their numbers in the tables.
const OPEN: u8 = 1;
const COMMITTED: u8 = 2;
const ABORTED: u8 = 3;
const LAPSED: u8 = 4;
const SETTLED: u8 = 2;
const CHARGED: u8 = 3;
const RELEASED: u8 = 4;
const FORKED: u8 = 5;

#[derive(Clone, Debug)]
pub(super) struct Task {
    meter: &'static str,
    units: u32,
    is_counted: bool,
    pub(super) state: u8,
    deadline: i64,
}

/// What a device took along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) device: u32,
    pub(super) meter: &'static str,
    pub(super) units: u32,
    pub(super) settle_by: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub(super) taken: Taken,
    pub(super) used: u32,
    pub(super) state: u8,
    /// The lines of the journal that were told.
    told: Vec<String>,
}

impl Lease {
    fn reserved(&self) -> u32 {
        if self.state == OPEN { self.taken.units - self.used } else { 0 }
    }
}

fn told(what: &str, left: Option<u32>) -> Answer {
    Ok(format!("{what} {}", left.map_or("-".to_owned(), |left| left.to_string())))
}

fn check_units(units: u32, most: u32) -> Result<(), String> {
    if (1..=most).contains(&units) { Ok(()) } else { no("INVALID_INPUT units") }
}

impl Licence {
    /// Units taken along are free again: nothing is counted any more.
    pub(super) fn release_leases(&mut self) {
        for lease in self.leases.values_mut().filter(|lease| lease.state == OPEN) {
            let meter = self.meters.get_mut(lease.taken.meter).expect("units were taken of it");
            meter.reserved -= lease.reserved();
            lease.state = RELEASED;
        }
    }

    /// Whether nobody ended in time what was begun or taken along.
    pub(super) fn has_due(&self, now: i64) -> bool {
        self.tasks.values().any(|task| task.state == OPEN && task.deadline <= now)
            || self.leases.values().any(|lease| lease.state == OPEN && lease.taken.settle_by <= now)
    }

    fn left(&self, meter: &str) -> Option<u32> {
        self.meters.get(meter).map(|count| count.left())
    }

    /// The meter on which units are counted now; none if they are not.
    fn counted(&mut self, meter: &str, now: i64) -> Result<Option<&mut Count>, String> {
        let verdict = self.verdict(now);
        if !["VALID", "USES_EXHAUSTED"].contains(&verdict) {
            return no(format!("DENIED {verdict}"));
        }
        if self.is_owned() || self.meters.is_empty() {
            return Ok(None);
        }
        self.meters.get_mut(meter).map(Some).ok_or_else(|| "NOT_FOUND meter".to_owned())
    }

    fn check(&self, by: Speaker) -> Result<(), String> {
        match by {
            Speaker::User(user) if user == self.user => Ok(()),
            Speaker::User(_) => no("NOT_FOUND licence"),
            Speaker::Device(device) if self.devices.contains_key(&device) => Ok(()),
            Speaker::Device(_) => no("DENIED DEVICE_NOT_ACTIVATED"),
        }
    }

    fn consume(&mut self, meter: &'static str, units: u32, name: u32, now: i64) -> Answer {
        if let Some((known, many, left)) = self.used.get(&name) {
            return if (*known, *many) == (meter, units) { told("used", *left) } else { no("ID_REUSED") };
        }
        let mut left = None;
        if let Some(count) = self.counted(meter, now)? {
            if count.left() < units {
                return no("DENIED USES_EXHAUSTED");
            }
            count.consumed += units;
            left = Some(count.left());
        }
        self.used.insert(name, (meter, units, left));
        told("used", left)
    }

    fn begin(&mut self, (meter, units): (&'static str, u32), name: u32, lasts: i64, now: i64) -> Answer {
        if let Some(known) = self.tasks.get(&name) {
            let left = if known.is_counted { self.left(known.meter) } else { None };
            let is_same = known.meter == meter && known.units == units;
            return if is_same { told("task", left) } else { no("ID_REUSED") };
        }
        let mut left = None;
        if let Some(count) = self.counted(meter, now)? {
            if count.left() < units {
                return no("DENIED USES_EXHAUSTED");
            }
            count.reserved += units;
            left = Some(count.left());
        }
        let deadline = now + lasts * 1_000;
        self.tasks.insert(name, Task { meter, units, is_counted: left.is_some(), state: OPEN, deadline });
        told("task", left)
    }

    fn end_task(&mut self, name: u32, is_done: bool, now: i64) -> Answer {
        let Some(task) = self.tasks.get(&name) else { return no("NOT_FOUND task") };
        let state = match (task.state, is_done) {
            (OPEN, true) if task.deadline <= now => return no("EXPIRED"),
            (OPEN, true) => COMMITTED,
            (OPEN, false) => ABORTED,
            (LAPSED, true) => return no("EXPIRED"),
            (ABORTED, true) | (COMMITTED, false) => return no("WRONG_STATE"),
            (same, _) => same,
        };
        self.close_task(name, state);
        let task = &self.tasks[&name];
        told("task", if task.is_counted { self.left(task.meter) } else { None })
    }

    fn close_task(&mut self, name: u32, state: u8) {
        let task = self.tasks.get_mut(&name).expect("it was found");
        if task.state == OPEN && task.is_counted {
            let count = self.meters.get_mut(task.meter).expect("units of it were set aside");
            count.reserved -= task.units;
            count.consumed += if state == COMMITTED { task.units } else { 0 };
        }
        task.state = state;
    }

    fn take(&mut self, device: u32, (meter, units): (&'static str, u32), name: u32, now: i64) -> Answer {
        if let Some(known) = self.leases.get(&name) {
            let Taken { device: other, meter: of, units: many, .. } = known.taken;
            let is_same = (other, of, many) == (device, meter, units);
            return if is_same { told("lease", self.left(meter)) } else { no("ID_REUSED") };
        }
        let Some(count) = self.counted(meter, now)?.copied() else { return no("WRONG_STATE") };
        if self.devices[&device] {
            return no("DENIED STATE_FORKED");
        }
        let is_out = |it: &Lease| it.state == OPEN && it.taken.device == device && it.taken.meter == meter;
        if self.leases.values().any(is_out) {
            return no("WRONG_STATE");
        }
        if count.left() < units {
            return no("DENIED USES_EXHAUSTED");
        }
        let settle_by = self.end().map_or(now + TAKEN_FOR, |end| end.min(now + TAKEN_FOR));
        let taken = Taken { device, meter, units, settle_by };
        let lease = Lease { taken, used: 0, state: OPEN, told: Vec::new() };
        self.leases.insert(name, lease);
        self.meters.get_mut(meter).expect("it was there").reserved += units;
        told("lease", self.left(meter))
    }

    /// A device's journal tells these lines of a lease.
    fn settle(&mut self, by: Speaker, name: u32, (taken, lines): (Taken, &[String]), now: i64) -> Answer {
        let is_owner = by == Speaker::User(self.user);
        let Some(lease) = self.leases.get_mut(&name) else { return no("NOT_FOUND lease") };
        if !is_owner && by != Speaker::Device(lease.taken.device) {
            return no("NOT_FOUND lease");
        }
        let is_sealed = lines.last().is_some_and(|line| line == "seal");
        let used = u32::try_from(lines.len() - usize::from(is_sealed)).unwrap();
        if used > lease.taken.units || taken != lease.taken {
            return no("DENIED STATE_FORKED");
        }
        let count = self.meters.get_mut(lease.taken.meter).expect("units were taken of it");
        let is_other_way = lease.told.iter().zip(lines).any(|(known, line)| known != line);
        let went_on = lines.len() > lease.told.len();
        let is_final = is_sealed || lease.taken.settle_by <= now;
        match lease.state {
            RELEASED | FORKED => {}
            state if is_other_way || (state == SETTLED && went_on) => {
                let mut more = lease.reserved();
                count.reserved -= more;
                if state == SETTLED {
                    more = (lease.taken.units - lease.used).min(count.left());
                    lease.used += more;
                } else {
                    lease.used = lease.taken.units;
                }
                count.consumed += more;
                lease.state = FORKED;
                // One that was given free is no longer there to be marked.
                self.devices.entry(lease.taken.device).and_modify(|is_forked| *is_forked = true);
            }
            SETTLED => {}
            _ if lines.len() < lease.told.len() => {}
            OPEN if !went_on && !is_final => {}
            state => {
                if state == CHARGED {
                    count.consumed -= lease.taken.units - used;
                } else {
                    let newly = used - lease.used;
                    count.reserved -= if is_final { lease.reserved() } else { newly };
                    count.consumed += newly;
                }
                lease.used = used;
                lease.told = lines.to_vec();
                lease.state = if is_final { SETTLED } else { OPEN };
            }
        }
        told("lease", Some(count.left()))
    }
}

impl Model {
    pub(super) fn count(&mut self, count: &Counting) -> Answer {
        let Counting { by, licence, ask } = count;
        let now = self.now;
        match ask {
            Ask::Consume { units, .. } | Ask::Begin { units, .. } => check_units(*units, 1_000_000)?,
            Ask::Take { units, .. } => check_units(*units, 1_000)?,
            _ => {}
        }
        if let Ask::Begin { lasts, .. } = ask
            && !(1..=7 * 86_400).contains(lasts)
        {
            return no("INVALID_INPUT seconds");
        }
        if matches!(ask, Ask::EndDue) {
            return Ok(format!("due {}", self.end_due()));
        }
        let place = *licence;
        let Some(licence) = self.licences.get_mut(place) else { return no("NOT_FOUND licence") };
        match ask {
            Ask::Settle { name, taken, lines } => licence.settle(*by, *name, (*taken, lines), now),
            Ask::Activate { device } => {
                licence.check(*by)?;
                activate(place, licence, *device, now)
            }
            _ => {
                licence.check(*by)?;
                match ask {
                    Ask::Consume { meter, units, name } => licence.consume(meter, *units, *name, now),
                    Ask::Begin { meter, units, name, lasts } => {
                        licence.begin((meter, *units), *name, *lasts, now)
                    }
                    Ask::End { name, is_done } => licence.end_task(*name, *is_done, now),
                    Ask::Take { meter, units, name } => match by {
                        Speaker::Device(device) => licence.take(*device, (meter, *units), *name, now),
                        Speaker::User(_) => no("DENIED DEVICE_NOT_ACTIVATED"),
                    },
                    Ask::Deactivate => {
                        let Speaker::Device(device) = by else { panic!("devices give themselves free") };
                        licence.devices.remove(device);
                        Ok(format!("licence {place}"))
                    }
                    Ask::Settle { .. } | Ask::Activate { .. } | Ask::EndDue => unreachable!("done above"),
                }
            }
        }
    }

    /// Tasks that nobody ended lapse; leases that nobody told of are used.
    fn end_due(&mut self) -> usize {
        let (now, mut ended) = (self.now, 0);
        for licence in &mut self.licences {
            let due = |task: &Task| task.state == OPEN && task.deadline <= now;
            let names: Vec<u32> =
                licence.tasks.iter().filter(|(_, task)| due(task)).map(|(name, _)| *name).collect();
            ended += names.len();
            names.into_iter().for_each(|name| licence.close_task(name, LAPSED));
            for lease in licence.leases.values_mut() {
                if lease.state == OPEN && lease.taken.settle_by <= now {
                    let count = licence.meters.get_mut(lease.taken.meter).expect("units were taken of it");
                    count.reserved -= lease.taken.units - lease.used;
                    count.consumed += lease.taken.units - lease.used;
                    lease.state = CHARGED;
                    ended += 1;
                }
            }
        }
        ended
    }
}

fn activate(place: Number, licence: &mut Licence, device: u32, now: i64) -> Answer {
    if !licence.devices.contains_key(&device) {
        let verdict = licence.verdict(now);
        if !["VALID", "USES_EXHAUSTED"].contains(&verdict) {
            return no(format!("DENIED {verdict}"));
        }
        if licence.devices.len() >= DEVICES {
            return no("DENIED DEVICE_LIMIT");
        }
        licence.devices.insert(device, false);
    }
    Ok(format!("licence {place}"))
}

/// A journal in its own words: every line holds the hash of the one before.
pub(super) fn report(licence: LicenceId, name: u32, taken: Taken, lines: &[String]) -> String {
    let hash =
        |line: &str| -> String { Sha256::digest(line).iter().map(|byte| format!("{byte:02x}")).collect() };
    let Taken { device: number, meter, units, settle_by } = taken;
    let first = format!(
        r#"{{"v":1,"lease":"lease-{name}","ent":"{licence}","dev":"{}","meter":"{meter}","units":{units},"settle_by":{settle_by}}}"#,
        device(number).kid()
    );
    let mut head = hash(&first);
    let mut spendings: Vec<Value> = Vec::new();
    for (seq, line) in (1..).zip(lines) {
        let act = match line.as_str() {
            "seal" => r#""seal""#.to_owned(),
            id => format!(r#"{{"spend":{{"id":"{id}","units":1}}}}"#),
        };
        head = hash(&format!(r#"{{"seq":{seq},"act":{act},"at":7,"prev":"{head}"}}"#));
        spendings.push(match line.as_str() {
            "seal" => json!({ "units": 0, "at": 7 }),
            id => json!({ "id": id, "units": 1, "at": 7 }),
        });
    }
    let used = lines.iter().filter(|line| *line != "seal").count();
    let lease: Value = serde_json::from_str(&first).expect("it was just written");
    json!({ "lease": lease, "used": used, "seq": lines.len(), "head": head, "spendings": spendings })
        .to_string()
}
