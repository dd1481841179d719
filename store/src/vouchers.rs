//! Vouchers: issuing batches of printed codes, redeeming them, taking unused
//! ones back.

use std::collections::BTreeMap;

use domain::access::Actor;
use domain::book::Change;
use domain::command::{Command, Needs};
use domain::id::{UserId, VoucherBatchId, VoucherId};
use domain::refusal::Refusal;
use domain::text::{BatchName, IdempotencyKey};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::voucher::{Issuing, Voucher, VoucherBatch, VoucherHash, VoucherState, Which, check_count};
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::write::update;
use crate::error::{Done, Error, Fault};
use crate::orders::keyed;
use crate::page::{Page, Window};
use crate::secrets::{hash_voucher_code, voucher_code};
use crate::tx::{Columns, Link, ids, insert};

/// A batch of vouchers as the staff sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchView {
    /// The batch.
    pub batch: VoucherBatch,
    /// Who issued it.
    pub issued_by_handle: Option<String>,
    /// How many were used.
    pub redeemed: u32,
    /// How many were taken back.
    pub withdrawn: u32,
}

impl BatchView {
    /// How many nobody has used, nor the vendor taken back.
    #[must_use]
    pub const fn open(&self) -> u32 {
        self.batch.count.saturating_sub(self.redeemed).saturating_sub(self.withdrawn)
    }
}

/// What is asked for to issue a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBatch {
    /// What the vendor calls it; up to 80 characters.
    pub name: String,
    /// How many vouchers.
    pub count: u32,
    /// What each is worth.
    pub tokens: Tokens,
    /// When what is unused by then ends; never, if nothing.
    pub expires_at: Option<Timestamp>,
}

/// A voucher that was turned into tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// Which.
    pub id: VoucherId,
    /// What it was worth.
    pub tokens: Tokens,
    /// When it was redeemed.
    pub at: Timestamp,
}

impl Store {
    /// Issues a batch of vouchers and tells their codes, in the order of
    /// their numbers. The codes are not stored; the same key gives the same
    /// ones again, so that a lost answer can be asked for. Staff only.
    /// Precedence: key, name, count, then as for
    /// [`decide_issue`](domain::voucher::decide_issue).
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn issue_vouchers(
        &self,
        actor: &Actor,
        new: NewBatch,
        key: &str,
    ) -> Done<(BatchView, Vec<String>)> {
        let by = actor.staff()?.id;
        let NewBatch { name, count, tokens, expires_at } = new;
        let series = format!("{by} {}", IdempotencyKey::parse(key)?.as_str());
        let inputs = [
            name.clone(),
            count.to_string(),
            tokens.to_string(),
            expires_at.map_or_else(String::new, |at| at.millis().to_string()),
        ];
        let key = keyed(by, key, "issueVouchers", &inputs.each_ref().map(String::as_str))?;
        let name = BatchName::parse(&name)?;
        check_count(count)?;
        let codes: Vec<String> =
            (1..=count).map(|number| voucher_code(&self.0.secret, &series, number)).collect();
        let hashes = codes.iter().map(|code| hash_voucher_code(code)).collect::<Result<_, _>>()?;
        let issuing = Issuing { name, tokens, expires_at, codes: hashes };
        let outcome = self.command(Some(by), Command::IssueVouchers { by, issuing }, key).await?;
        Ok((self.batch_of(outcome.batch).await?, codes))
    }

    /// Turns a voucher into tokens of the asker. Precedence: key, a code that
    /// was mistyped, then as for
    /// [`decide_redeem`](domain::voucher::decide_redeem).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence. A well-formed code that is
    /// none of a voucher is answered the same, whatever else it opens.
    pub async fn redeem_voucher(&self, actor: &Actor, code: &str, key: &str) -> Done<Redeemed> {
        let by = actor.signed_in()?.id;
        IdempotencyKey::parse(key)?;
        let code = hash_voucher_code(code)?;
        // The code as it was read: the same one typed otherwise is the same.
        let asked = blake3::Hash::from_bytes(code.0).to_hex();
        let key = keyed(by, key, "redeemVoucher", &[asked.as_str()])?;
        let outcome = self.command(Some(by), Command::RedeemVoucher { by, code }, key).await?;
        let id = outcome.voucher.ok_or(Fault::bug("redeem a voucher"))?;
        let sql = "SELECT id, tokens, closed_at FROM vouchers WHERE id = $1";
        let found = self.read().row(sql, vec![id.uuid().into()], |row| {
            Ok(Redeemed { id: row.id(VoucherId::new)?, tokens: row.tokens()?, at: row.time()? })
        });
        Ok(found.await?.ok_or(Fault::corrupt("find a voucher that was redeemed"))?)
    }

    /// Takes unused vouchers of a batch back; used ones stay used. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then as for
    /// [`decide_withdraw`](domain::voucher::decide_withdraw).
    pub async fn withdraw_vouchers(
        &self,
        actor: &Actor,
        batch: VoucherBatchId,
        which: Which,
    ) -> Done<BatchView> {
        let by = actor.staff()?.id;
        let outcome = self.command(Some(by), Command::WithdrawVouchers { batch, which }, None).await?;
        self.batch_of(outcome.batch).await
    }

    /// The batches of vouchers, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn voucher_batches(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<BatchView>> {
        actor.staff()?;
        let mut values = Vec::new();
        let clause = window.clause("b.id", &mut values);
        Ok(window.page(self.read_batches(&format!("WHERE 1 = 1{clause}"), values).await?))
    }

    async fn batch_of(&self, id: Option<VoucherBatchId>) -> Result<BatchView, Error> {
        let id = id.ok_or(Fault::bug("name a batch of vouchers"))?;
        let found = self.read_batches("WHERE b.id = $1", vec![id.uuid().into()]).await?;
        Ok(found.into_iter().next().ok_or(Refusal::missing("batch"))?)
    }

    async fn read_batches(&self, tail: &str, values: Vec<Value>) -> Result<Vec<BatchView>, Fault> {
        let count = |state: VoucherState| {
            let state = state.number();
            format!("(SELECT COUNT(*) FROM vouchers v WHERE v.batch_id = b.id AND v.state = {state})")
        };
        let sql = format!(
            "SELECT b.id, b.name, b.count, b.tokens, b.expires_at, b.issued_by, b.created_at, u.handle, {}, {} \
             FROM voucher_batches b LEFT JOIN users u ON u.id = b.issued_by {tail}",
            count(VoucherState::Redeemed),
            count(VoucherState::Withdrawn)
        );
        let read = |row: &mut Columns<'_>| {
            Ok(BatchView {
                batch: read_batch(row)?,
                issued_by_handle: row.take()?,
                redeemed: row.count()?,
                withdrawn: row.count()?,
            })
        };
        self.read().rows(sql, values, read).await
    }
}

/// The columns that [`read_batch`] reads.
pub(crate) const BATCH_COLUMNS: &str = "id, name, count, tokens, expires_at, issued_by, created_at";

/// A batch.
pub(crate) fn read_batch(row: &mut Columns<'_>) -> Result<VoucherBatch, Fault> {
    Ok(VoucherBatch {
        id: row.id(VoucherBatchId::new)?,
        name: row.take_as("read a batch's name", |text: String| BatchName::parse(&text).ok())?,
        count: row.count()?,
        tokens: row.tokens()?,
        expires_at: row.time_optional()?,
        issued_by: row.id(UserId::new)?,
        at: row.time()?,
    })
}

/// The columns that [`read_voucher`] reads.
pub(crate) const VOUCHER_COLUMNS: &str = "id, batch_id, number, code_hash, tokens, state, expires_at";

/// A voucher.
pub(crate) fn read_voucher(row: &mut Columns<'_>) -> Result<Voucher, Fault> {
    Ok(Voucher {
        id: row.id(VoucherId::new)?,
        batch: row.id(VoucherBatchId::new)?,
        number: row.count()?,
        code: VoucherHash(row.hash()?),
        tokens: row.tokens()?,
        state: row.take_as("read a voucher's state", VoucherState::from_number)?,
        expires_at: row.time_optional()?,
    })
}

/// Loads the vouchers that a batch of requests needs, and locks them.
pub(crate) async fn load(link: Link<'_>, needs: &Needs) -> Result<Vec<Voucher>, Fault> {
    let lock = link.for_update();
    let by = |column: &str| {
        format!("SELECT {VOUCHER_COLUMNS} FROM vouchers WHERE {column} IN ({{}}) ORDER BY id{lock}")
    };
    let batches = ids(needs.batches.iter().map(|id| id.uuid()));
    let codes = needs.vouchers.iter().map(|code| Value::from(code.0.to_vec())).collect();
    let mut found = link.rows_in(&by("batch_id"), batches, read_voucher).await?;
    found.extend(link.rows_in(&by("code_hash"), codes, read_voucher).await?);
    Ok(found)
}

/// Writes what a batch of requests did to vouchers.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let (mut batches, mut rows, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::VouchersIssued { batch, vouchers } => {
                batches.extend(batch_values(batch));
                rows.extend(vouchers.iter().flat_map(voucher_values));
            }
            Change::VoucherClosed { voucher, state, at } => {
                closed.extend([Value::from(voucher.uuid()), state.number().into(), at.millis().into()]);
            }
            _ => {}
        }
    }
    insert(link, &format!("voucher_batches ({BATCH_COLUMNS})"), 7, batches).await?;
    insert(link, &format!("vouchers ({VOUCHER_COLUMNS})"), 7, rows).await?;
    let sql = "UPDATE vouchers SET state = v.column2, closed_at = v.column3 FROM (VALUES {}) AS v \
               WHERE vouchers.id = v.column1 AND vouchers.state = 1";
    update(link, sql, 3, closed).await
}

fn batch_values(batch: &VoucherBatch) -> [Value; 7] {
    [
        batch.id.uuid().into(),
        batch.name.as_str().into(),
        i64::from(batch.count).into(),
        batch.tokens.units().into(),
        batch.expires_at.map(Timestamp::millis).into(),
        batch.issued_by.uuid().into(),
        batch.at.millis().into(),
    ]
}

fn voucher_values(voucher: &Voucher) -> [Value; 7] {
    [
        voucher.id.uuid().into(),
        voucher.batch.uuid().into(),
        i64::from(voucher.number).into(),
        voucher.code.0.to_vec().into(),
        voucher.tokens.units().into(),
        voucher.state.number().into(),
        voucher.expires_at.map(Timestamp::millis).into(),
    ]
}

/// A batch's vouchers, each with when it ended.
pub(crate) type Ended = Vec<(Voucher, Option<Timestamp>)>;

/// The vouchers of these batches in the order of their numbers, for the
/// audit.
pub(crate) async fn of_batches(
    link: Link<'_>,
    batches: impl IntoIterator<Item = VoucherBatchId>,
) -> Result<BTreeMap<VoucherBatchId, Ended>, Fault> {
    let sql = format!(
        "SELECT {VOUCHER_COLUMNS}, closed_at FROM vouchers WHERE batch_id IN ({{}}) ORDER BY batch_id, number"
    );
    let keys = ids(batches.into_iter().map(VoucherBatchId::uuid));
    let rows = link.rows_in(&sql, keys, |row| Ok((read_voucher(row)?, row.time_optional()?))).await?;
    let mut all: BTreeMap<VoucherBatchId, Ended> = BTreeMap::new();
    for row in rows {
        all.entry(row.0.batch).or_default().push(row);
    }
    Ok(all)
}
