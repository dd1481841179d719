//! Lots of promo tokens: into the Book and out of it.

use domain::book::{Book, Change};
use domain::command::Needs;
use domain::id::{LotId, UserId};
use domain::promo::Lot;
use domain::time::Timestamp;
use sea_orm::Value;

use crate::error::Fault;
use crate::tx::{Link, ids, insert};

/// Loads the lots of those whose promo tokens are counted.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    if needs.lots.is_empty() {
        return Ok(());
    }
    let sql = "SELECT id, user_id, amount, expires_at, created_at FROM promo_lots WHERE user_id IN ({})";
    let rows = link.rows_in(sql, ids(needs.lots.iter().map(|user| user.uuid())), |row| {
        Ok(Lot {
            id: row.id(LotId::new)?,
            user: row.id(UserId::new)?,
            amount: row.tokens()?,
            expires_at: row.time_optional()?,
            at: row.time()?,
        })
    });
    rows.await?.into_iter().for_each(|lot| book.load_lot(lot));
    Ok(())
}

/// Writes the lots that were made.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let made = changes.iter().filter_map(|change| match change {
        Change::LotMade(lot) => Some(lot),
        _ => None,
    });
    let values = made.flat_map(|lot| {
        [
            Value::from(lot.id.uuid()),
            lot.user.uuid().into(),
            lot.amount.units().into(),
            lot.expires_at.map(Timestamp::millis).into(),
            lot.at.millis().into(),
        ]
    });
    let columns = "promo_lots (id, user_id, amount, expires_at, created_at)";
    insert(link, columns, 5, values.collect()).await
}
