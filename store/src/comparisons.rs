//! The daily comparison with a payment provider: what it told of its money,
//! day by day, and what did not agree with our top-ups. All of it only grows.

pub mod findings;

use std::collections::HashMap;

use domain::access::Actor;
use domain::id::TopUpId;
use domain::money::Money;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::topup::Provider;
use domain::topup::comparison::{Day, Difference, Here, Movement, MovementKind, There, compare};
use domain::topup::facts::RefundState;
use domain::topup::review::Ruling;
use sea_orm::Value;

use crate::Store;
use crate::book::top_ups::{TOP_UP_COLUMNS, read_top_up};
use crate::error::{Done, Fault};
use crate::tx::{Link, ids, insert};

/// Days that are shown.
const SHOWN: u32 = 30;

/// A day that was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedDay {
    /// With whom.
    pub provider: Provider,
    /// Which day.
    pub day: Day,
    /// When it was compared.
    pub at: Timestamp,
    /// How many top-ups had money or tokens moved on it.
    pub top_ups: u32,
    /// How many of these did not agree.
    pub differing: u32,
}

/// What a comparison of one day came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Top-ups that had money or tokens moved on that day.
    pub top_ups: u32,
    /// Those that do not agree.
    pub differing: Vec<(TopUpId, Option<String>, Difference)>,
}

impl Store {
    /// The day that is to be compared next with a provider, if its time has
    /// come: the one after the last, or the one of its first top-up.
    ///
    /// # Errors
    /// A fault only.
    pub async fn day_to_compare(&self, provider: Provider) -> Result<Option<Day>, Fault> {
        let last = "SELECT MAX(day_at) FROM compared_days WHERE provider = $1";
        let first = "SELECT MIN(created_at) FROM top_ups WHERE provider = $1";
        let read = async |sql: &str| {
            let found = self.read().row(sql, vec![provider.number().into()], |row| row.time_optional());
            Ok::<_, Fault>(found.await?.flatten().map(Day::of))
        };
        let day = match read(last).await? {
            Some(day) => Some(day.next()),
            None => read(first).await?,
        };
        Ok(day.filter(|day| day.is_ripe(self.0.world.now())))
    }

    /// When the newest movement happened that a provider has told of.
    ///
    /// # Errors
    /// A fault only.
    pub async fn newest_movement(&self, provider: Provider) -> Result<Option<Timestamp>, Fault> {
        let sql = "SELECT MAX(moved_at) FROM provider_movements WHERE provider = $1";
        let found = self.read().row(sql, vec![provider.number().into()], |row| row.time_optional());
        Ok(found.await?.flatten())
    }

    /// Keeps what a provider tells of its money, oldest first, as far as it is
    /// about top-ups: the vendor may use the same account for other business.
    /// What was told before is kept once. Tells how many were new. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn keep_movements(
        &self,
        actor: &Actor,
        provider: Provider,
        movements: Vec<Movement>,
    ) -> Done<u64> {
        actor.system()?;
        self.writer()?.change(move |link| Box::pin(keep(link, provider, movements))).await
    }

    /// Compares the top-ups of a day with what the provider told; changes
    /// nothing.
    ///
    /// # Errors
    /// A fault only.
    pub async fn compare_day(&self, provider: Provider, day: Day) -> Result<Comparison, Fault> {
        let view = self.0.read.view().await?;
        let link = view.link();
        let top_ups = touched(link, provider, day).await?;
        let mut here = standing(link, provider, &top_ups).await?;
        let mut there: HashMap<TopUpId, Vec<Movement>> = HashMap::new();
        for movement in movements(link, provider, &top_ups).await? {
            if let Some(id) = movement.top_up {
                there.entry(id).or_default().push(movement);
            }
        }
        let mut comparison =
            Comparison { top_ups: u32::try_from(top_ups.len()).unwrap_or(u32::MAX), differing: Vec::new() };
        for id in top_ups {
            let (here, there) = (here.remove(&id), there.remove(&id).unwrap_or_default());
            if let Some(difference) = compare(here.as_ref(), &There::of(&there)) {
                let card = here.and_then(|here| here.top_up.card?.payment);
                let payment = there.last().map(|movement| movement.payment.clone()).or(card);
                comparison.differing.push((id, payment, difference));
            }
        }
        Ok(comparison)
    }

    /// Writes down what the comparison of a day came to, once: a day that was
    /// compared stays as it was found. Tells whether it was new. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn close_day(
        &self,
        actor: &Actor,
        provider: Provider,
        day: Day,
        comparison: Comparison,
    ) -> Done<bool> {
        actor.system()?;
        let now = self.0.world.now();
        self.writer()?.change(move |link| Box::pin(close(link, provider, (day, now), comparison))).await
    }

    /// The newest days that were compared. Staff, and the program itself.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn compared_days(&self, actor: &Actor) -> Done<Vec<ComparedDay>> {
        only_staff(actor)?;
        let sql = format!(
            "SELECT provider, day_at, compared_at, top_ups, differing FROM compared_days \
             ORDER BY day_at DESC, provider LIMIT {SHOWN}"
        );
        let days = self.read().rows(sql, vec![], |row| {
            Ok(ComparedDay {
                provider: row.take_as("read a provider", Provider::from_number)?,
                day: Day::of(row.time()?),
                at: row.time()?,
                top_ups: row.count()?,
                differing: row.count()?,
            })
        });
        Ok(days.await?)
    }
}

fn only_staff(actor: &Actor) -> Done<()> {
    if actor.system().is_err() {
        actor.staff()?;
    }
    Ok(())
}

/// The top-ups that were credited on a day, or whose money moved on it.
async fn touched(link: Link<'_>, provider: Provider, day: Day) -> Result<Vec<TopUpId>, Fault> {
    let sql = "SELECT id FROM top_ups WHERE provider = $1 AND credited > 0 AND closed_at >= $2 AND closed_at < $3 \
               UNION SELECT top_up_id FROM provider_movements \
               WHERE provider = $1 AND moved_at >= $2 AND moved_at < $3";
    let values = vec![provider.number().into(), day.begin().millis().into(), day.end().millis().into()];
    let mut found = link.rows(sql, values, |row| row.id(TopUpId::new)).await?;
    found.sort_unstable();
    Ok(found)
}

/// How top-ups stand here, as far as they are ours and paid there.
async fn standing(
    link: Link<'_>,
    provider: Provider,
    wanted: &[TopUpId],
) -> Result<HashMap<TopUpId, Here>, Fault> {
    let keys = || ids(wanted.iter().map(|id| id.uuid()));
    let sql = format!("SELECT {TOP_UP_COLUMNS} FROM top_ups WHERE id IN ({{}})");
    let top_ups = link.rows_in(&sql, keys(), read_top_up).await?;
    let is_theirs = |card: &domain::topup::Card| card.provider == provider;
    let ours = top_ups.into_iter().filter(|top_up| top_up.card.as_ref().is_some_and(is_theirs));
    let here =
        |top_up: domain::topup::TopUp| (top_up.id, Here { top_up, asked: Tokens::ZERO, is_ruled: false });
    let mut standing: HashMap<TopUpId, Here> = ours.map(here).collect();
    let asked = RefundState::Asked.number();
    let sql = format!("SELECT top_up_id, tokens FROM refunds WHERE state = {asked} AND top_up_id IN ({{}})");
    for (id, tokens) in link.rows_in(&sql, keys(), |row| Ok((row.id(TopUpId::new)?, row.tokens()?))).await? {
        if let Some(here) = standing.get_mut(&id) {
            here.asked = here.asked.checked_add(tokens).ok_or(Fault::corrupt("add up refunds"))?;
        }
    }
    let credit = Ruling::Credit.number();
    let sql = format!("SELECT top_up_id FROM top_up_reviews WHERE ruling = {credit} AND top_up_id IN ({{}})");
    for id in link.rows_in(&sql, keys(), |row| row.id(TopUpId::new)).await? {
        if let Some(here) = standing.get_mut(&id) {
            here.is_ruled = true;
        }
    }
    Ok(standing)
}

/// All that the provider told of these top-ups so far, oldest first.
async fn movements(link: Link<'_>, provider: Provider, wanted: &[TopUpId]) -> Result<Vec<Movement>, Fault> {
    let sql = format!(
        "SELECT movement_ref, kind, payment_ref, top_up_id, currency, amount_minor, moved_at \
         FROM provider_movements WHERE provider = {} AND top_up_id IN ({{}}) ORDER BY moved_at, movement_ref",
        provider.number()
    );
    link.rows_in(&sql, ids(wanted.iter().map(|id| id.uuid())), |row| {
        Ok(Movement {
            reference: row.take()?,
            kind: row.take_as("read a movement", MovementKind::from_number)?,
            payment: row.take()?,
            top_up: Some(row.id(TopUpId::new)?),
            money: row.money()?,
            at: row.time()?,
        })
    })
    .await
}

async fn keep(link: Link<'_>, provider: Provider, movements: Vec<Movement>) -> Done<u64> {
    let mut kept = 0;
    for movement in movements {
        let top_up = match movement.top_up {
            Some(id) => Some(id),
            None => meant_by(link, provider, &movement.payment).await?,
        };
        let Some(top_up) = top_up else { continue };
        let sql = "INSERT INTO provider_movements (provider, movement_ref, kind, payment_ref, top_up_id, \
                   currency, amount_minor, moved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                   ON CONFLICT DO NOTHING";
        let values: Vec<Value> = vec![
            provider.number().into(),
            movement.reference.into(),
            movement.kind.number().into(),
            movement.payment.into(),
            top_up.uuid().into(),
            movement.money.currency().as_str().into(),
            movement.money.minor().into(),
            movement.at.millis().into(),
        ];
        kept += link.change(sql, values).await?;
    }
    Ok(kept)
}

/// The top-up that a payment was made for, as far as is known here.
async fn meant_by(link: Link<'_>, provider: Provider, payment: &str) -> Result<Option<TopUpId>, Fault> {
    for sql in [
        "SELECT id FROM top_ups WHERE provider = $1 AND payment_ref = $2",
        "SELECT top_up_id FROM provider_movements WHERE provider = $1 AND payment_ref = $2",
    ] {
        let values = vec![provider.number().into(), Value::from(payment.to_owned())];
        if let Some(id) = link.row(sql, values, |row| row.id(TopUpId::new)).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

async fn close(
    link: Link<'_>,
    provider: Provider,
    (day, now): (Day, Timestamp),
    comparison: Comparison,
) -> Done<bool> {
    let differing = i64::try_from(comparison.differing.len()).unwrap_or(i64::MAX);
    let sql = "INSERT INTO compared_days (provider, day_at, compared_at, top_ups, differing) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let values: Vec<Value> = vec![
        provider.number().into(),
        day.begin().millis().into(),
        now.millis().into(),
        i64::from(comparison.top_ups).into(),
        differing.into(),
    ];
    if link.change(sql, values).await? == 0 {
        return Ok(false);
    }
    let mut rows: Vec<Value> = Vec::new();
    for (top_up, payment, Difference { kind, here, there }) in comparison.differing {
        let code = |money: Option<Money>| money.map(|money| money.currency().to_string());
        let minor = |money: Option<Money>| money.map(Money::minor);
        rows.extend([
            Value::from(provider.number()),
            day.begin().millis().into(),
            top_up.uuid().into(),
            payment.into(),
            kind.number().into(),
            code(here).into(),
            minor(here).into(),
            code(there).into(),
            minor(there).into(),
        ]);
    }
    let into = "comparison_findings (provider, day_at, top_up_id, payment_ref, kind, here_currency, \
                here_minor, there_currency, there_minor)";
    insert(link, into, 9, rows).await?;
    Ok(true)
}
