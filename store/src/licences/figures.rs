//! How a piece of software sells and how much it is used, day by day.

use std::collections::BTreeMap;

use domain::access::Actor;
use domain::id::ListingId;
use domain::licence::meter::MeterCode;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Fault};
use crate::tx::Columns;

/// The most days of figures.
pub const DAYS_MAX: u32 = 366;

const DAY_MILLIS: i64 = 86_400_000;

/// How a piece of software sells and is used, day by day in UTC, oldest first;
/// the last day is today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// What was sold on each day.
    pub days: Vec<DaySold>,
    /// How much was used, a row for each meter, by its code.
    pub meters: Vec<MeterUsed>,
}

/// What was sold on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySold {
    /// When the day began.
    pub begins: Timestamp,
    /// How many purchases, rentals and extensions.
    pub sold: u32,
    /// What the publisher has of them: after the vendor's cut, and less what
    /// went back since.
    pub earned: Tokens,
}

/// How much of a meter was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterUsed {
    /// Which.
    pub code: MeterCode,
    /// How many units on each day.
    pub units: Vec<u64>,
}

/// Uses at once, tasks that were done, what devices told of their leases, and
/// what was charged of leases that nobody settled. A device's clock may be
/// wrong: what it tells falls into its lease's time.
const USED: [&str; 4] = [
    "SELECT u.meter, u.used_at / 86400000, CAST(SUM(u.units) AS BIGINT) FROM licences c \
     JOIN usages u ON u.licence_id = c.id WHERE c.listing_id = $1 AND u.used_at >= $2 \
     GROUP BY u.meter, u.used_at / 86400000",
    "SELECT t.meter, t.closed_at / 86400000, CAST(SUM(t.units) AS BIGINT) FROM licences c \
     JOIN tasks t ON t.licence_id = c.id WHERE c.listing_id = $1 AND t.state = 2 AND t.closed_at >= $2 \
     GROUP BY t.meter, t.closed_at / 86400000",
    "SELECT s.meter, s.at / 86400000, CAST(SUM(s.units) AS BIGINT) FROM (SELECT e.meter AS meter, l.units AS units, \
     CASE WHEN l.device_at < e.leased_at THEN e.leased_at WHEN l.device_at > e.settle_by THEN e.settle_by \
     ELSE l.device_at END AS at FROM licences c JOIN leases e ON e.licence_id = c.id \
     JOIN lease_lines l ON l.lease_key = e.id WHERE c.listing_id = $1) s WHERE s.at >= $2 \
     GROUP BY s.meter, s.at / 86400000",
    "SELECT s.meter, s.at / 86400000, CAST(SUM(s.units) AS BIGINT) FROM (SELECT e.meter AS meter, e.closed_at AS at, \
     CASE WHEN e.state = 3 THEN e.units ELSE e.used END - COALESCE((SELECT SUM(l.units) FROM lease_lines l \
     WHERE l.lease_key = e.id), 0) AS units FROM licences c JOIN leases e ON e.licence_id = c.id \
     WHERE c.listing_id = $1 AND e.state IN (3, 5) AND e.closed_at >= $2) s WHERE s.units > 0 \
     GROUP BY s.meter, s.at / 86400000",
];

const SOLD: &str = "SELECT g.granted_at / 86400000, COUNT(*), CAST(SUM(o.total - o.fee) AS BIGINT) \
     FROM licences c JOIN grants g ON g.licence_id = c.id JOIN orders o ON o.id = g.order_id \
     WHERE c.listing_id = $1 AND g.granted_at >= $2 GROUP BY g.granted_at / 86400000";

/// What publishers gave back of what was sold on a day; transactions of the
/// kind 80 are refunds of licences.
const GIVEN_BACK: &str = "SELECT g.granted_at / 86400000, CAST(SUM(f.amount) AS BIGINT) FROM licences c \
     JOIN grants g ON g.licence_id = c.id JOIN transactions t ON t.reference = g.order_id AND t.kind = 80 \
     JOIN transfers f ON f.sequence = t.sequence JOIN listings l ON l.id = c.listing_id \
     WHERE c.listing_id = $1 AND g.granted_at >= $2 AND f.debit_owner = l.seller_id \
     GROUP BY g.granted_at / 86400000";

impl Store {
    /// How a piece of software sold and was used on the last `days` days. For
    /// its publisher, and the vendor's staff. Precedence: not there (or not
    /// the asker's), the number of days.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn software_figures(&self, actor: &Actor, listing: ListingId, days: u32) -> Done<Figures> {
        self.check_publisher(actor, listing).await?;
        if days == 0 || days > DAYS_MAX {
            return Err(Refusal::invalid("days", format!("days are from 1 to {DAYS_MAX}")).into());
        }
        let today = self.0.world.now().millis().div_euclid(DAY_MILLIS);
        let first = today.saturating_sub(i64::from(days.saturating_sub(1)));
        let window = Window { first, count: usize::try_from(days).unwrap_or_default() };
        Ok(Figures {
            days: self.sold_by_day(listing, window).await?,
            meters: self.used_by_day(listing, window).await?,
        })
    }

    async fn sold_by_day(&self, listing: ListingId, window: Window) -> Result<Vec<DaySold>, Fault> {
        let mut days: Vec<DaySold> = window.days().map(DaySold::nothing).collect();
        let rows = self
            .read()
            .rows(SOLD, window.values(listing), |row| Ok((row.take::<i64>()?, row.count()?, row.tokens()?)));
        for (day, sold, earned) in rows.await? {
            if let Some(of) = window.place(day).and_then(|place| days.get_mut(place)) {
                (of.sold, of.earned) = (sold, earned);
            }
        }
        let values = window.values(listing);
        let rows = self.read().rows(GIVEN_BACK, values, |row| Ok((row.take::<i64>()?, row.tokens()?)));
        for (day, back) in rows.await? {
            if let Some(of) = window.place(day).and_then(|place| days.get_mut(place)) {
                of.earned = of.earned.saturating_sub(back);
            }
        }
        Ok(days)
    }

    async fn used_by_day(&self, listing: ListingId, window: Window) -> Result<Vec<MeterUsed>, Fault> {
        let mut meters: BTreeMap<MeterCode, Vec<u64>> = BTreeMap::new();
        for sql in USED {
            for (code, day, units) in self.read().rows(sql, window.values(listing), read_used).await? {
                let Some(place) = window.place(day) else { continue };
                let row = meters.entry(code).or_insert_with(|| vec![0; window.count]);
                if let Some(sum) = row.get_mut(place) {
                    *sum = sum.saturating_add(units);
                }
            }
        }
        Ok(meters.into_iter().map(|(code, units)| MeterUsed { code, units }).collect())
    }
}

fn read_used(row: &mut Columns<'_>) -> Result<(MeterCode, i64, u64), Fault> {
    let code = row.take_as("read a meter's code", |text: String| MeterCode::parse(&text).ok())?;
    let day = row.take()?;
    Ok((code, day, row.take_as("read a number of units", |units: i64| u64::try_from(units).ok())?))
}

impl DaySold {
    /// A day without a sale.
    fn nothing(day: i64) -> Self {
        let begins = Timestamp::from_millis(day.saturating_mul(DAY_MILLIS));
        Self { begins, sold: 0, earned: Tokens::ZERO }
    }
}

/// Some days, counted from the epoch.
#[derive(Clone, Copy)]
struct Window {
    first: i64,
    count: usize,
}

impl Window {
    fn days(self) -> impl Iterator<Item = i64> {
        (self.first..).take(self.count)
    }

    /// Where a day stands among them.
    fn place(self, day: i64) -> Option<usize> {
        let place = usize::try_from(day.checked_sub(self.first)?).ok()?;
        (place < self.count).then_some(place)
    }

    fn values(self, listing: ListingId) -> Vec<Value> {
        vec![Value::from(listing.uuid()), self.first.saturating_mul(DAY_MILLIS).into()]
    }
}
