//! Licences and offers: into the Book.
//!
//! On PostgreSQL the row of a licence is locked before anything that belongs
//! to it is read, so that whatever changes it does so one after the other.

use std::collections::{BTreeSet, HashMap};

use domain::book::Book;
use domain::command::Needs;
use domain::id::{LicenceId, ListingId, OfferId, OrderId, UserId};
use domain::ledger::posting::Split;
use domain::licence::device::{Activation, ClientId, DeviceKey, DeviceLabel, MOVES_WITHIN};
use domain::licence::holding::{Acquired, Holding, Lease, LeaseState, OnOffer, Task, TaskState, Usage};
use domain::licence::meter::{Meter, MeterCode};
use domain::licence::offer::Offer;
use domain::licence::{Licence, LicenceState};
use domain::time::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use crate::error::Fault;
use crate::offers::{OFFER_COLUMNS, offers_by_id, read_offer};
use crate::tx::{Columns, Link, ids};

/// What a client's name is found by: a hash of the licence and the name, so
/// that names that many clients make are kept apart.
pub(super) fn name_key(licence: LicenceId, name: &ClientId) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(licence.uuid().as_bytes());
    hasher.update(name.as_str().as_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// Loads the offers that a batch of requests needs.
pub(crate) async fn load_offers(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let sql = format!("SELECT {OFFER_COLUMNS}, retired_at IS NULL FROM offers WHERE id IN ({{}})");
    let keys = ids(needs.offers.iter().map(|offer| offer.uuid()));
    let read = |row: &mut Columns<'_>| Ok(OnOffer { offer: read_offer(row)?, is_current: row.take()? });
    link.rows_in(&sql, keys, read).await?.into_iter().for_each(|offer| book.holdings.load_offer(offer));
    Ok(())
}

/// Loads what else a batch of requests needs of licences.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let wanted = wanted(link, needs).await?;
    if wanted.is_empty() {
        return Ok(());
    }
    let mut holdings: HashMap<LicenceId, Holding> = HashMap::new();
    for holding in holdings_by_id(link, &wanted, link.for_update()).await? {
        holdings.insert(holding.licence.id, holding);
    }
    load_moves(link, &mut holdings).await?;
    load_leases(link, &mut holdings, needs).await?;
    for (licence, task) in named(link, TASKS, &needs.tasks, read_task).await? {
        if let Some(holding) = holdings.get_mut(&licence) {
            holding.tasks.push(task);
        }
    }
    holdings.into_values().for_each(|holding| book.holdings.load(holding));
    for (_, usage) in named(link, USAGES, &needs.usages, read_usage).await? {
        book.holdings.load_usage(usage);
    }
    Ok(())
}

/// The licences that are named, those of the users for the listings, and
/// those by the orders.
async fn wanted(link: Link<'_>, needs: &Needs) -> Result<BTreeSet<LicenceId>, Fault> {
    let mut wanted = needs.licences.clone();
    let users: BTreeSet<UserId> = needs.licences_of.iter().map(|(user, _)| *user).collect();
    let sql = "SELECT id, user_id, listing_id FROM licences WHERE user_id IN ({})";
    let read = |row: &mut Columns<'_>| {
        Ok((row.id(LicenceId::new)?, (row.id(UserId::new)?, row.id(ListingId::new)?)))
    };
    let found = link.rows_in(sql, ids(users.into_iter().map(UserId::uuid)), read).await?;
    wanted.extend(found.into_iter().filter(|(_, of)| needs.licences_of.contains(of)).map(|(id, _)| id));
    let sql = "SELECT licence_id FROM grants WHERE order_id IN ({})";
    let orders = ids(needs.granted_by.iter().map(|order| order.uuid()));
    wanted.extend(link.rows_in(sql, orders, |row| row.id(LicenceId::new)).await?);
    Ok(wanted)
}

/// These licences with their grants, meters and devices; in no order.
pub(super) async fn holdings_by_id(
    link: Link<'_>,
    wanted: &BTreeSet<LicenceId>,
    lock: &str,
) -> Result<Vec<Holding>, Fault> {
    let keys = || ids(wanted.iter().map(|licence| licence.uuid()));
    let sql = format!(
        "SELECT id, user_id, listing_id, state, generation FROM licences WHERE id IN ({{}}) ORDER BY id{lock}"
    );
    let licences = link.rows_in(&sql, keys(), read_licence).await?;
    let mut acquired = acquired(link, keys()).await?;
    let mut meters: HashMap<LicenceId, Vec<Meter>> = HashMap::new();
    let sql = "SELECT licence_id, code, granted, consumed, reserved FROM meters \
               WHERE licence_id IN ({}) ORDER BY licence_id, code";
    for (licence, meter) in link.rows_in(sql, keys(), read_meter).await? {
        meters.entry(licence).or_default().push(meter);
    }
    let mut devices: HashMap<LicenceId, Vec<Activation>> = HashMap::new();
    let sql = "SELECT licence_id, slot, kid, public_key, label, activated_at, forked_at FROM activations \
               WHERE licence_id IN ({}) ORDER BY licence_id, slot";
    for (licence, device) in link.rows_in(sql, keys(), read_activation).await? {
        devices.entry(licence).or_default().push(device);
    }
    let gather = |mut licence: Licence| {
        let id = licence.id;
        licence.meters = meters.remove(&id).unwrap_or_default();
        let mut holding = Holding::load(licence, acquired.remove(&id).unwrap_or_default());
        holding.devices = devices.remove(&id).unwrap_or_default();
        holding
    };
    Ok(licences.into_iter().map(gather).collect())
}

fn read_licence(row: &mut Columns<'_>) -> Result<Licence, Fault> {
    Ok(Licence {
        id: row.id(LicenceId::new)?,
        user: row.id(UserId::new)?,
        listing: row.id(ListingId::new)?,
        state: row.take_as("read a licence's state", LicenceState::from_number)?,
        generation: row.count()?,
        devices_max: 0,
        grants: Vec::new(),
        meters: Vec::new(),
    })
}

fn read_meter(row: &mut Columns<'_>) -> Result<(LicenceId, Meter), Fault> {
    let (licence, code) = (row.id(LicenceId::new)?, meter_code(row)?);
    let meter = Meter::load(code, row.count()?, row.count()?, row.count()?);
    Ok((licence, meter.ok_or(Fault::corrupt("read a meter"))?))
}

fn read_activation(row: &mut Columns<'_>) -> Result<(LicenceId, Activation), Fault> {
    let licence = row.id(LicenceId::new)?;
    let slot = row.take_as("read a place", |slot: i16| u16::try_from(slot).ok())?;
    let device = DeviceKey::new(row.take()?, row.take()?);
    let label = row.take_optional("read a label", |text: String| DeviceLabel::parse(&text).ok())?;
    let (at, forked_at) = (row.time()?, row.time_optional()?);
    Ok((licence, Activation { slot, device, label, at, forked_at }))
}

/// What orders gave, oldest first, by licence.
async fn acquired(link: Link<'_>, keys: Vec<Value>) -> Result<HashMap<LicenceId, Vec<Acquired>>, Fault> {
    type Row = (LicenceId, OrderId, OfferId, Split, Timestamp, Option<Timestamp>);
    let sql = "SELECT licence_id, order_id, offer_id, paid_promo, paid_spendable, paid_earned, granted_at, \
               revoked_at FROM grants WHERE licence_id IN ({}) ORDER BY licence_id, granted_at, order_id";
    let rows: Vec<Row> = link
        .rows_in(sql, keys, |row| {
            let ids = (row.id(LicenceId::new)?, row.id(OrderId::new)?, row.id(OfferId::new)?);
            Ok((ids.0, ids.1, ids.2, row.split()?, row.time()?, row.time_optional()?))
        })
        .await?;
    let offers: BTreeSet<OfferId> = rows.iter().map(|row| row.2).collect();
    let offers: Vec<OfferId> = offers.into_iter().collect();
    let mut known: HashMap<OfferId, Offer> = HashMap::new();
    for chunk in offers.chunks(1_000) {
        known.extend(offers_by_id(link, chunk).await?.into_iter().map(|offer| (offer.id, offer)));
    }
    let mut acquired: HashMap<LicenceId, Vec<Acquired>> = HashMap::new();
    for (licence, order, offer, paid, at, revoked_at) in rows {
        let offer = known.get(&offer).cloned().ok_or(Fault::corrupt("find the offer of a grant"))?;
        acquired.entry(licence).or_default().push(Acquired { order, offer, paid, at, revoked_at });
    }
    Ok(acquired)
}

/// When devices were given free lately; those before do not count.
async fn load_moves(link: Link<'_>, holdings: &mut HashMap<LicenceId, Holding>) -> Result<(), Fault> {
    let sql = "SELECT licence_id, moved_at FROM device_moves WHERE licence_id IN ({}) ORDER BY moved_at";
    let keys = ids(holdings.keys().map(|licence| licence.uuid()));
    let read = |row: &mut Columns<'_>| Ok((row.id(LicenceId::new)?, row.time()?));
    for (licence, at) in link.rows_in(sql, keys, read).await? {
        if let Some(holding) = holdings.get_mut(&licence) {
            let since = at.before(MOVES_WITHIN);
            holding.moves.retain(|moved| *moved > since);
            holding.moves.push(at);
        }
    }
    Ok(())
}

const LEASE_COLUMNS: &str =
    "licence_id, lease_id, kid, meter, units, used, state, leased_at, settle_by, closed_at";

pub(super) fn read_lease(row: &mut Columns<'_>) -> Result<(LicenceId, Lease), Fault> {
    let licence = row.id(LicenceId::new)?;
    let lease = Lease {
        id: client_id(row)?,
        kid: row.take()?,
        meter: meter_code(row)?,
        units: row.count()?,
        used: row.count()?,
        state: row.take_as("read a lease's state", LeaseState::from_number)?,
        at: row.time()?,
        settle_by: row.time()?,
        closed_at: row.time_optional()?,
        hashes: Vec::new(),
    };
    Ok((licence, lease))
}

/// The leases of a licence that are open.
pub(super) async fn open_leases(link: Link<'_>, licence: LicenceId) -> Result<Vec<Lease>, Fault> {
    let sql = format!(
        "SELECT {LEASE_COLUMNS} FROM leases WHERE licence_id = $1 AND state = 1 ORDER BY leased_at, id"
    );
    let rows = link.rows(sql, vec![licence.uuid().into()], read_lease).await?;
    Ok(rows.into_iter().map(|(_, lease)| lease).collect())
}

/// One lease, for those who know its name.
pub(super) async fn lease_by_name(
    link: Link<'_>,
    licence: LicenceId,
    name: &ClientId,
) -> Result<Option<Lease>, Fault> {
    let sql = format!("SELECT {LEASE_COLUMNS} FROM leases WHERE id = $1");
    let row = link.row(sql, vec![name_key(licence, name).into()], read_lease).await?;
    Ok(row.map(|(_, lease)| lease))
}

/// One task, for those who know its name.
pub(super) async fn task_by_name(
    link: Link<'_>,
    licence: LicenceId,
    name: &ClientId,
) -> Result<Option<Task>, Fault> {
    let named = BTreeSet::from([(licence, name.clone())]);
    Ok(self::named(link, TASKS, &named, read_task).await?.into_iter().next().map(|(_, task)| task))
}

/// The leases that are open, and those that are named, with what their
/// journals told.
async fn load_leases(
    link: Link<'_>,
    holdings: &mut HashMap<LicenceId, Holding>,
    needs: &Needs,
) -> Result<(), Fault> {
    for licence in &needs.leasing {
        if let Some(holding) = holdings.get_mut(licence) {
            holding.leases = open_leases(link, *licence).await?;
        }
    }
    let lines = "SELECT lease_key, hash FROM lease_lines WHERE lease_key IN ({}) ORDER BY lease_key, seq";
    let keys = ids(needs.leases.iter().map(|(licence, name)| name_key(*licence, name)));
    let mut hashes: HashMap<Uuid, Vec<String>> = HashMap::new();
    let read = |row: &mut Columns<'_>| Ok((row.take::<Uuid>()?, row.take::<String>()?));
    for (key, hash) in link.rows_in(lines, keys, read).await? {
        hashes.entry(key).or_default().push(hash);
    }
    let sql = format!("SELECT {LEASE_COLUMNS} FROM leases WHERE id IN ({{}})");
    for (licence, mut lease) in named(link, &sql, &needs.leases, read_lease).await? {
        lease.hashes = hashes.remove(&name_key(licence, &lease.id)).unwrap_or_default();
        if let Some(holding) = holdings.get_mut(&licence) {
            holding.leases.retain(|known| known.id != lease.id);
            holding.leases.push(lease);
        }
    }
    Ok(())
}

/// Rows by the names that clients made.
async fn named<T>(
    link: Link<'_>,
    sql: &str,
    names: &BTreeSet<(LicenceId, ClientId)>,
    read: impl Fn(&mut Columns<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let keys = ids(names.iter().map(|(licence, name)| name_key(*licence, name)));
    link.rows_in(sql, keys, read).await
}

const TASKS: &str = "SELECT licence_id, task_id, meter, units, is_counted, state, deadline, begun_at, closed_at \
     FROM tasks WHERE id IN ({})";

fn read_task(row: &mut Columns<'_>) -> Result<(LicenceId, Task), Fault> {
    let licence = row.id(LicenceId::new)?;
    let task = Task {
        id: client_id(row)?,
        meter: meter_code(row)?,
        units: row.count()?,
        is_counted: row.take::<i16>()? == 1,
        state: row.take_as("read a task's state", TaskState::from_number)?,
        deadline: row.time()?,
        at: row.time()?,
        closed_at: row.time_optional()?,
    };
    Ok((licence, task))
}

const USAGES: &str = "SELECT licence_id, consume_id, meter, units, units_left, used_at FROM usages \
     WHERE id IN ({})";

fn read_usage(row: &mut Columns<'_>) -> Result<(LicenceId, Usage), Fault> {
    let licence = row.id(LicenceId::new)?;
    let usage = Usage {
        licence,
        id: client_id(row)?,
        meter: meter_code(row)?,
        units: row.count()?,
        left: row.count_optional()?,
        at: row.time()?,
    };
    Ok((licence, usage))
}

fn client_id(row: &mut Columns<'_>) -> Result<ClientId, Fault> {
    row.take_as("read a client's name", |text: String| ClientId::parse("id", &text).ok())
}

fn meter_code(row: &mut Columns<'_>) -> Result<MeterCode, Fault> {
    row.take_as("read a meter's code", |text: String| MeterCode::parse(&text).ok())
}
