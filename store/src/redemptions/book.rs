//! Redemptions: into the Book and out of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::book::{Book, Change};
use domain::command::Needs;
use domain::id::{Mint, RedemptionBatchId, RedemptionId, UserId};
use domain::money::TokenPrice;
use domain::redemption::{PayeeMark, Redemption, RedemptionChange, RedemptionState};
use domain::text::{BankReference, DeskNote};
use domain::time::Timestamp;
use sea_orm::Value;
use uuid::Uuid;

use crate::book::write::update;
use crate::error::Fault;
use crate::tx::{Columns, Link, ids, insert};

/// The columns that [`read_redemption`] reads.
pub(crate) const REDEMPTION_COLUMNS: &str = "id, user_id, tokens, currency, amount_minor, price_micros, needs, \
     payee_mark, state, batch_id, bank_reference, created_at";

/// A redemption without who has agreed to it.
pub(crate) fn read_redemption(row: &mut Columns<'_>) -> Result<Redemption, Fault> {
    Ok(Redemption {
        id: row.id(RedemptionId::new)?,
        user: row.id(UserId::new)?,
        tokens: row.tokens()?,
        money: row.money()?,
        price: row.take_as("read a price", TokenPrice::from_micros)?,
        needs: row.take_as("read a count", |count: i16| u16::try_from(count).ok())?,
        payee: PayeeMark(row.hash()?),
        state: row.take_as("read a redemption's state", RedemptionState::from_number)?,
        batch: row.id_optional(RedemptionBatchId::new)?,
        bank_reference: row
            .take_optional("read a payment's name", |text: String| BankReference::parse(&text).ok())?,
        at: row.time()?,
        approvals: BTreeSet::new(),
    })
}

/// Who has agreed to these.
pub(crate) async fn approvals(
    link: Link<'_>,
    of: impl IntoIterator<Item = RedemptionId>,
) -> Result<BTreeMap<RedemptionId, BTreeSet<UserId>>, Fault> {
    let sql = "SELECT redemption_id, approved_by FROM redemption_approvals WHERE redemption_id IN ({})";
    let keys = ids(of.into_iter().map(RedemptionId::uuid));
    let given = link.rows_in(sql, keys, |row| Ok((row.id(RedemptionId::new)?, row.id(UserId::new)?))).await?;
    let mut all: BTreeMap<RedemptionId, BTreeSet<UserId>> = BTreeMap::new();
    for (redemption, by) in given {
        all.entry(redemption).or_default().insert(by);
    }
    Ok(all)
}

/// Loads what a batch of requests needs.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let lock = link.for_update();
    let sql = format!("SELECT {REDEMPTION_COLUMNS} FROM redemptions WHERE id IN ({{}}) ORDER BY id{lock}");
    let keys = ids(needs.redemptions.iter().map(|id| id.uuid()));
    let rows = link.rows_in(&sql, keys, read_redemption).await?;
    let mut agreed = approvals(link, needs.redemptions.iter().copied()).await?;
    for mut redemption in rows {
        redemption.approvals = agreed.remove(&redemption.id).unwrap_or_default();
        book.redemptions.load(redemption);
    }
    let sql = "SELECT bank_reference FROM redemptions WHERE bank_reference IN ({})";
    let keys = needs.redemption_references.iter().map(|name| Value::from(name.as_str())).collect();
    for name in link.rows_in(sql, keys, |row| row.take::<String>()).await? {
        book.redemptions.load_bank_reference(name);
    }
    Ok(())
}

/// Writes what a batch of requests did.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let mut rows = Rows::default();
    for change in changes {
        if let Change::Redemption(change) = change {
            rows.add(change);
        }
    }
    let Rows { asked, payees, approvals, moved, events } = rows;
    insert(link, &format!("redemptions ({REDEMPTION_COLUMNS})"), 12, asked).await?;
    insert(link, "redemption_payees (redemption_id, payee)", 2, payees).await?;
    let columns = "redemption_approvals (redemption_id, approved_by, user_id, approved_at)";
    insert(link, columns, 4, approvals).await?;
    // After those who agreed: the database counts them.
    let sql = "UPDATE redemptions SET state = v.column2, batch_id = v.column3, bank_reference = v.column4, \
               closed_at = v.column5 FROM (VALUES {}) AS v WHERE redemptions.id = v.column1";
    update(link, sql, 5, moved.into_values().flatten().collect()).await?;
    insert(link, "redemption_events (id, redemption_id, state, done_by, done_at, note)", 6, events).await
}

#[derive(Default)]
struct Rows {
    asked: Vec<Value>,
    payees: Vec<Value>,
    approvals: Vec<Value>,
    moved: BTreeMap<RedemptionId, [Value; 5]>,
    events: Vec<Value>,
}

impl Rows {
    fn add(&mut self, change: &RedemptionChange) {
        match change {
            RedemptionChange::Asked { redemption, payee } => {
                self.asked.extend(values_of(redemption));
                self.payees.extend([Value::from(redemption.id.uuid()), payee.as_str().into()]);
                self.note(redemption, redemption.user.uuid(), redemption.at, None);
            }
            RedemptionChange::Agreed { redemption, user, by, at } => self.approvals.extend([
                Value::from(redemption.uuid()),
                by.uuid().into(),
                user.uuid().into(),
                at.millis().into(),
            ]),
            RedemptionChange::Moved { redemption, at, note, by } => {
                let closed_at = (!redemption.state.is_open()).then(|| at.millis());
                let values = [
                    Value::from(redemption.id.uuid()),
                    redemption.state.number().into(),
                    redemption.batch.map(RedemptionBatchId::uuid).into(),
                    redemption.bank_reference.as_ref().map(|name| name.as_str().to_owned()).into(),
                    closed_at.into(),
                ];
                self.moved.insert(redemption.id, values);
                self.note(redemption, *by, *at, note.as_ref());
            }
        }
    }

    /// A line of the history. Its number follows from what it says, so that
    /// the lines of one redemption stand in the order of time.
    fn note(&mut self, redemption: &Redemption, by: Uuid, at: Timestamp, note: Option<&DeskNote>) {
        let mut seed = *redemption.id.uuid().as_bytes();
        for (place, byte) in by.as_bytes().iter().enumerate() {
            if let Some(mixed) = seed.get_mut(place) {
                *mixed ^= byte;
            }
        }
        let number = u32::try_from(redemption.state.number()).unwrap_or_default();
        self.events.extend([
            Value::from(Mint::new(at, seed).uuid(number)),
            redemption.id.uuid().into(),
            redemption.state.number().into(),
            by.into(),
            at.millis().into(),
            note.map_or("", DeskNote::as_str).into(),
        ]);
    }
}

fn values_of(redemption: &Redemption) -> [Value; 12] {
    [
        redemption.id.uuid().into(),
        redemption.user.uuid().into(),
        redemption.tokens.units().into(),
        redemption.money.currency().as_str().into(),
        redemption.money.minor().into(),
        redemption.price.micros().into(),
        i16::try_from(redemption.needs).unwrap_or(i16::MAX).into(),
        redemption.payee.0.to_vec().into(),
        redemption.state.number().into(),
        redemption.batch.map(RedemptionBatchId::uuid).into(),
        redemption.bank_reference.as_ref().map(|name| name.as_str().to_owned()).into(),
        redemption.at.millis().into(),
    ]
}
