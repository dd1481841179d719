//! What of an income may be redeemed: every movement of one account, folded
//! by `domain`.
//!
//! It reads the whole history of one seller's income, in the order of the
//! ledger, from the indexes that statements use; only when somebody opens the
//! page for redeeming or asks for it. Nothing is kept for it, so a purchase
//! costs nothing more. What happens between this reading and the decision,
//! the decision counts off.

use domain::id::UserId;
use domain::ledger::account::AccountKind;
use domain::ledger::transfer::TransferCode;
use domain::redemption::earnings::{Earnings, Movement, Standing, Way};
use sea_orm::Value;

use crate::Store;
use crate::error::Fault;
use crate::tx::Columns;

/// Movements that are read at a time.
const CHUNK: u32 = 5_000;

fn statement() -> String {
    let half = |own: &str, other: &str, way: u8| {
        format!(
            "SELECT * FROM (SELECT sequence, leg, {way} AS way, code, amount, {other}_kind AS other_kind \
             FROM transfers WHERE {own}_owner = $1 AND {own}_kind = 2 \
             AND (sequence > $2 OR (sequence = $2 AND leg > $3)) ORDER BY sequence, leg LIMIT {CHUNK}) AS {own}s"
        )
    };
    // 5 is the code of a release: only there has the order to tell what was
    // promo-paid.
    format!(
        "SELECT m.sequence, m.leg, m.way, m.code, m.amount, m.other_kind, COALESCE(o.held_promo, 0), \
         x.reference, x.at FROM ({} UNION ALL {}) AS m JOIN transactions x ON x.sequence = m.sequence \
         LEFT JOIN orders o ON o.id = x.reference AND m.code = 5 ORDER BY m.sequence, m.leg LIMIT {CHUNK}",
        half("credit", "debit", 1),
        half("debit", "credit", 2),
    )
}

type Placed = ((i64, i16), Movement);

fn read(row: &mut Columns<'_>) -> Result<Placed, Fault> {
    let place = (row.take()?, row.take()?);
    let way: i32 = row.take()?;
    let code = row.take_as("read a transfer's code", TransferCode::from_number)?;
    Ok((
        place,
        Movement {
            way: if way == 1 { Way::In } else { Way::Out },
            code,
            amount: row.tokens()?,
            other: row.take_as("read an account's kind", AccountKind::from_number)?,
            held_promo: row.tokens()?,
            reference: row.take()?,
            at: row.time()?,
        },
    ))
}

impl Store {
    /// What of a user's income may be redeemed now.
    pub(crate) async fn earnings(&self, user: UserId) -> Result<Standing, Fault> {
        let terms = self.0.market.redemption;
        let (mut earnings, mut after) = (Earnings::default(), (0_i64, 0_i16));
        let sql = statement();
        loop {
            let values: Vec<Value> = vec![user.uuid().into(), after.0.into(), after.1.into()];
            let rows: Vec<Placed> = self.read().rows(&sql, values, read).await?;
            for (_, movement) in &rows {
                earnings.take(movement, terms.promo);
            }
            match rows.last() {
                Some((place, _)) if rows.len() == usize::try_from(CHUNK).unwrap_or(usize::MAX) => {
                    after = *place;
                }
                _ => return Ok(earnings.standing(self.0.world.now(), terms.maturity)),
            }
        }
    }
}
