//! Licences: out of the Book. What stands is written once a batch, as it
//! stands at its end.

use std::collections::BTreeMap;

use domain::book::Change;
use domain::id::{LicenceId, ListingId, OfferId, OrderId, UserId};
use domain::licence::LicenceState;
use domain::licence::command::{LicenceChange, NewLine};
use domain::licence::holding::{Acquired, Lease, Task, Usage};
use domain::licence::meter::{Meter, MeterCode};
use domain::time::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use crate::book::write::update;
use crate::error::Fault;
use crate::licences::load::name_key;
use crate::tx::{Link, insert};

/// What a batch changed, gathered by table.
#[derive(Default)]
struct Rows<'c> {
    made: Vec<Value>,
    grants: Vec<Value>,
    revoked: Vec<Value>,
    generations: BTreeMap<LicenceId, u32>,
    taken_back: Vec<(LicenceId, u32, Timestamp)>,
    meters: BTreeMap<(LicenceId, &'c MeterCode), &'c Meter>,
    usages: Vec<Value>,
    tasks: BTreeMap<Uuid, (LicenceId, &'c Task)>,
    leases: BTreeMap<Uuid, (LicenceId, &'c Lease)>,
    lines: Vec<Value>,
    devices: Vec<&'c LicenceChange>,
}

/// Writes what a batch changed of licences.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let mut rows = Rows::default();
    let licences = changes.iter().filter_map(|change| match change {
        Change::Licence(change) => Some(change.as_ref()),
        _ => None,
    });
    licences.for_each(|change| rows.add(change));
    let Rows {
        made,
        grants,
        revoked,
        generations,
        taken_back,
        meters,
        usages,
        tasks,
        leases,
        lines,
        devices,
    } = rows;
    insert(link, "licences (id, user_id, listing_id, state, generation, created_at)", 6, made).await?;
    let columns =
        "grants (order_id, licence_id, offer_id, paid_promo, paid_spendable, paid_earned, granted_at)";
    insert(link, columns, 7, grants).await?;
    let sql = "UPDATE grants SET revoked_at = v.column2, refunded = v.column3 FROM (VALUES {}) AS v \
               WHERE grants.order_id = v.column1 AND grants.revoked_at IS NULL";
    update(link, sql, 3, revoked).await?;
    let generations = generations
        .into_iter()
        .flat_map(|(id, generation)| [Value::from(id.uuid()), i64::from(generation).into()]);
    let sql =
        "UPDATE licences SET generation = v.column2 FROM (VALUES {}) AS v WHERE licences.id = v.column1";
    update(link, sql, 2, generations.collect()).await?;
    take_back(link, taken_back).await?;
    write_meters(link, meters).await?;
    let columns = "usages (id, licence_id, consume_id, meter, units, units_left, used_at)";
    insert(link, columns, 7, usages).await?;
    write_tasks(link, tasks).await?;
    write_leases(link, leases).await?;
    insert(link, "lease_lines (lease_key, seq, consume_id, units, device_at, hash)", 6, lines).await?;
    for change in devices {
        write_device(link, change).await?;
    }
    Ok(())
}

impl<'c> Rows<'c> {
    fn add(&mut self, change: &'c LicenceChange) {
        match change {
            LicenceChange::Made { licence, user, listing, at } => {
                self.made.extend(made_values(*licence, *user, *listing, *at));
            }
            LicenceChange::Granted { licence, acquired } => {
                self.grants.extend(grant_values(*licence, acquired))
            }
            LicenceChange::Revoked { order, at, refunded, .. } => {
                self.revoked.extend([Value::from(order.uuid()), at.millis().into(), refunded.units().into()]);
            }
            LicenceChange::Generation { licence, generation, at, is_revocation } => {
                self.generations.insert(*licence, *generation);
                if *is_revocation {
                    self.taken_back.push((*licence, *generation, *at));
                }
            }
            LicenceChange::Metered { licence, meter } => {
                self.meters.insert((*licence, &meter.code), meter);
            }
            LicenceChange::Used(usage) => self.usages.extend(usage_values(usage)),
            LicenceChange::TaskStands { licence, task } => {
                self.tasks.insert(name_key(*licence, &task.id), (*licence, task));
            }
            LicenceChange::LeaseStands { licence, lease, told } => {
                let key = name_key(*licence, &lease.id);
                self.lines.extend(told.iter().flat_map(|line| line_values(key, line)));
                self.leases.insert(key, (*licence, lease));
            }
            LicenceChange::Activated { .. }
            | LicenceChange::Deactivated { .. }
            | LicenceChange::Forked { .. } => self.devices.push(change),
        }
    }
}

fn made_values(licence: LicenceId, user: UserId, listing: ListingId, at: Timestamp) -> [Value; 6] {
    [
        licence.uuid().into(),
        user.uuid().into(),
        listing.uuid().into(),
        LicenceState::Active.number().into(),
        0_i64.into(),
        at.millis().into(),
    ]
}

fn grant_values(licence: LicenceId, acquired: &Acquired) -> [Value; 7] {
    let (order, offer): (OrderId, OfferId) = (acquired.order, acquired.offer.id);
    [
        order.uuid().into(),
        licence.uuid().into(),
        offer.uuid().into(),
        acquired.paid.promo.units().into(),
        acquired.paid.spendable.units().into(),
        acquired.paid.earned.units().into(),
        acquired.at.millis().into(),
    ]
}

fn usage_values(usage: &Usage) -> [Value; 7] {
    [
        name_key(usage.licence, &usage.id).into(),
        usage.licence.uuid().into(),
        usage.id.as_str().into(),
        usage.meter.as_str().into(),
        i64::from(usage.units).into(),
        usage.left.map(i64::from).into(),
        usage.at.millis().into(),
    ]
}

fn line_values(key: Uuid, line: &NewLine) -> [Value; 6] {
    [
        key.into(),
        i64::from(line.seq).into(),
        line.says.id.clone().into(),
        i64::from(line.says.units).into(),
        line.says.at.into(),
        line.hash.as_str().into(),
    ]
}

/// Numbers what was taken back: the list's number follows from it.
pub(super) async fn take_back(link: Link<'_>, taken: Vec<(LicenceId, u32, Timestamp)>) -> Result<(), Fault> {
    if taken.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT last FROM revocation_series WHERE name = 'revocations'{}", link.for_update());
    let last = link.row(sql, vec![], |row| row.take::<i64>()).await?;
    let mut last = last.ok_or(Fault::corrupt("find the last revocation"))?;
    let mut values = Vec::new();
    for (licence, generation, at) in taken {
        last += 1;
        values.extend([
            Value::from(last),
            licence.uuid().into(),
            i64::from(generation).into(),
            at.millis().into(),
        ]);
    }
    insert(link, "revocations (sequence, licence_id, generation, revoked_at)", 4, values).await?;
    let sql = "UPDATE revocation_series SET last = $1 WHERE name = 'revocations'";
    link.change(sql, vec![last.into()]).await.map(|_| ())
}

async fn write_meters(
    link: Link<'_>,
    meters: BTreeMap<(LicenceId, &MeterCode), &Meter>,
) -> Result<(), Fault> {
    let values = meters.into_iter().flat_map(|((licence, code), meter)| {
        [
            Value::from(licence.uuid()),
            code.as_str().into(),
            i64::from(meter.granted()).into(),
            i64::from(meter.consumed()).into(),
            i64::from(meter.reserved()).into(),
        ]
    });
    let sql = "INSERT INTO meters (licence_id, code, granted, consumed, reserved) VALUES {} \
               ON CONFLICT (licence_id, code) DO UPDATE SET granted = excluded.granted, \
               consumed = excluded.consumed, reserved = excluded.reserved";
    link.change_rows(sql, 5, values.collect()).await.map(drop)
}

async fn write_tasks(link: Link<'_>, tasks: BTreeMap<Uuid, (LicenceId, &Task)>) -> Result<(), Fault> {
    let values = tasks.into_iter().flat_map(|(key, (licence, task))| {
        [
            Value::from(key),
            licence.uuid().into(),
            task.id.as_str().into(),
            task.meter.as_str().into(),
            i64::from(task.units).into(),
            i16::from(task.is_counted).into(),
            task.state.number().into(),
            task.deadline.millis().into(),
            task.at.millis().into(),
            task.closed_at.map(Timestamp::millis).into(),
        ]
    });
    let sql = "INSERT INTO tasks (id, licence_id, task_id, meter, units, is_counted, state, deadline, begun_at, \
               closed_at) VALUES {} ON CONFLICT (id) DO UPDATE SET state = excluded.state, \
               closed_at = excluded.closed_at";
    link.change_rows(sql, 10, values.collect()).await.map(drop)
}

async fn write_leases(link: Link<'_>, leases: BTreeMap<Uuid, (LicenceId, &Lease)>) -> Result<(), Fault> {
    let values = leases.into_iter().flat_map(|(key, (licence, lease))| {
        [
            Value::from(key),
            licence.uuid().into(),
            lease.id.as_str().into(),
            lease.kid.as_str().into(),
            lease.meter.as_str().into(),
            i64::from(lease.units).into(),
            i64::from(lease.used).into(),
            lease.state.number().into(),
            lease.at.millis().into(),
            lease.settle_by.millis().into(),
            lease.closed_at.map(Timestamp::millis).into(),
        ]
    });
    let sql = "INSERT INTO leases (id, licence_id, lease_id, kid, meter, units, used, state, leased_at, settle_by, \
               closed_at) VALUES {} ON CONFLICT (id) DO UPDATE SET used = excluded.used, \
               state = excluded.state, closed_at = excluded.closed_at";
    link.change_rows(sql, 11, values.collect()).await.map(drop)
}

/// Devices change seldom: one statement each, in their order.
async fn write_device(link: Link<'_>, change: &LicenceChange) -> Result<(), Fault> {
    match change {
        LicenceChange::Activated { licence, activation } => {
            let slot =
                i16::try_from(activation.slot).map_err(|_| Fault::bug("number the places of devices"))?;
            let values = vec![
                Value::from(licence.uuid()),
                slot.into(),
                activation.device.kid().into(),
                activation.device.public().into(),
                activation.label.as_ref().map(|label| label.as_str().to_owned()).into(),
                activation.at.millis().into(),
            ];
            insert(link, "activations (licence_id, slot, kid, public_key, label, activated_at)", 6, values)
                .await
        }
        LicenceChange::Deactivated { licence, kid, at, is_move } => {
            let sql = "DELETE FROM activations WHERE licence_id = $1 AND kid = $2";
            link.change(sql, vec![licence.uuid().into(), kid.as_str().into()]).await?;
            if !is_move {
                return Ok(());
            }
            // A number of its own, also for two moves in one millisecond.
            let sql = "SELECT COUNT(*) FROM device_moves WHERE licence_id = $1";
            let moves = link.row(sql, vec![licence.uuid().into()], |row| row.take::<i64>()).await?;
            let seed = blake3::hash(format!("{licence} {kid} {moves:?}").as_bytes());
            let seed = seed.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
            let id = domain::id::Mint::new(*at, seed).uuid(0);
            let values = vec![Value::from(id), licence.uuid().into(), at.millis().into()];
            insert(link, "device_moves (id, licence_id, moved_at)", 3, values).await
        }
        LicenceChange::Forked { licence, kid, at } => {
            let sql = "UPDATE activations SET forked_at = $3 WHERE licence_id = $1 AND kid = $2";
            let values = vec![licence.uuid().into(), kid.as_str().into(), at.millis().into()];
            link.change(sql, values).await.map(drop)
        }
        _ => Ok(()),
    }
}
