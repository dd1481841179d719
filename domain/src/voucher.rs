//! Vouchers: printed codes that anybody can buy over a counter and turn into
//! tokens. No name, card or account is needed until one is redeemed, and then
//! only an account.
//!
//! A batch is recorded in the ledger when it is issued, with a hash over all
//! its codes, though no token exists before one is redeemed: the supply grows
//! by `issued:offline` at that moment. So a code that nobody issued cannot be
//! smuggled in unseen.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::book::{Book, Change, Decision, Facts};
use crate::gift::check_amount;
use crate::id::{UserId, VoucherBatchId, VoucherId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use crate::refusal::Refusal;
use crate::text::BatchName;
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// The most vouchers of one batch: what one commit and one audit step carry
/// without anybody noticing.
pub const VOUCHERS_MAX: u32 = 1_000;

/// The hash of a voucher's code; the code itself is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoucherHash(pub [u8; 32]);

/// Where a voucher stands. The numbers stand in the tables. That one has
/// expired is told by the clock, not by its state: nothing has to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VoucherState {
    /// Nobody has used it.
    Open,
    /// Turned into tokens.
    Redeemed,
    /// Taken back by the vendor before it was used.
    Withdrawn,
}

impl VoucherState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Open, Self::Redeemed, Self::Withdrawn];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Open => 1,
            Self::Redeemed => 2,
            Self::Withdrawn => 3,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// A batch of vouchers that were printed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherBatch {
    /// Which batch.
    pub id: VoucherBatchId,
    /// What the vendor calls it.
    pub name: BatchName,
    /// How many there are.
    pub count: u32,
    /// What each is worth.
    pub tokens: Tokens,
    /// When what is unused by then ends; never, if nothing.
    pub expires_at: Option<Timestamp>,
    /// Which member of the staff issued it.
    pub issued_by: UserId,
    /// When.
    pub at: Timestamp,
}

impl VoucherBatch {
    /// The facts as the ledger records them, with a hash over the vouchers in
    /// their order, so that the audit notices when one is changed or added.
    #[must_use]
    pub fn detail(&self, vouchers: &[Voucher]) -> String {
        let mut codes = blake3::Hasher::new();
        for voucher in vouchers {
            codes.update(&voucher.number.to_le_bytes());
            codes.update(voucher.id.uuid().as_bytes());
            codes.update(&voucher.code.0);
        }
        let expiry = self.expires_at.map_or("never".to_owned(), |at| at.millis().to_string());
        format!(
            "count={};tokens={};expires_at={expiry};codes={};name={}",
            self.count,
            self.tokens,
            codes.finalize().to_hex(),
            self.name
        )
    }
}

/// A voucher as the rules know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Which voucher.
    pub id: VoucherId,
    /// Of which batch.
    pub batch: VoucherBatchId,
    /// Its number in the batch, from 1, as it is printed.
    pub number: u32,
    /// What its code hashes to.
    pub code: VoucherHash,
    /// What it is worth.
    pub tokens: Tokens,
    /// Where it stands.
    pub state: VoucherState,
    /// When it ends; never, if nothing.
    pub expires_at: Option<Timestamp>,
}

/// A batch to issue; the codes come as hashes, in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuing {
    /// What the vendor calls it.
    pub name: BatchName,
    /// What each voucher is worth.
    pub tokens: Tokens,
    /// When what is unused by then ends; never, if nothing.
    pub expires_at: Option<Timestamp>,
    /// The hash of each code.
    pub codes: Vec<VoucherHash>,
}

/// Which vouchers of a batch to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that are unused.
    All,
    /// Those with these numbers, if they are unused.
    Numbers(Vec<u32>),
}

/// The vouchers that a batch of requests works on.
#[derive(Clone, Debug, Default)]
pub struct Vouchers {
    vouchers: HashMap<VoucherId, Voucher>,
    codes: HashMap<VoucherHash, VoucherId>,
    batches: HashMap<VoucherBatchId, BTreeMap<u32, VoucherId>>,
}

impl Vouchers {
    /// Records a voucher's row. A batch is there once one of its vouchers is.
    pub fn load(&mut self, voucher: Voucher) {
        self.codes.insert(voucher.code, voucher.id);
        self.batches.entry(voucher.batch).or_default().insert(voucher.number, voucher.id);
        self.vouchers.insert(voucher.id, voucher);
    }

    /// The voucher that a code opens.
    #[must_use]
    pub fn behind(&self, code: VoucherHash) -> Option<&Voucher> {
        self.codes.get(&code).and_then(|id| self.vouchers.get(id))
    }

    /// The vouchers of a batch that were loaded, by their numbers.
    fn of(&self, batch: VoucherBatchId) -> Option<&BTreeMap<u32, VoucherId>> {
        self.batches.get(&batch)
    }

    /// Records that a voucher has ended.
    pub fn close(&mut self, id: VoucherId, state: VoucherState) {
        if let Some(voucher) = self.vouchers.get_mut(&id) {
            voucher.state = state;
        }
    }
}

/// Decides the issue of a batch by a member of the staff, whose role the verb
/// has checked. Precedence: tokens, count, expiry.
///
/// # Errors
/// `InvalidInput` in that precedence.
pub fn decide_issue(facts: &Facts<'_>, by: UserId, issuing: &Issuing) -> Result<Decision, Refusal> {
    check_amount(issuing.tokens).map_err(|refusal| renamed(refusal, "tokens"))?;
    let count = u32::try_from(issuing.codes.len()).unwrap_or(u32::MAX);
    check_count(count)?;
    if issuing.tokens.checked_times(count).is_none_or(|all| all > Tokens::MAX_MOVED) {
        return Err(Refusal::invalid("count", "all of them together would be worth too much"));
    }
    if issuing.expires_at.is_some_and(|at| at <= facts.mint.at()) {
        return Err(Refusal::invalid("expiresAt", "this time is over already"));
    }
    let id = VoucherBatchId::new(facts.mint.uuid(0));
    let batch = VoucherBatch {
        id,
        name: issuing.name.clone(),
        count,
        tokens: issuing.tokens,
        expires_at: issuing.expires_at,
        issued_by: by,
        at: facts.mint.at(),
    };
    let voucher = |(number, code): (u32, &VoucherHash)| Voucher {
        id: VoucherId::new(facts.mint.uuid(number)),
        batch: id,
        number,
        code: *code,
        tokens: batch.tokens,
        state: VoucherState::Open,
        expires_at: batch.expires_at,
    };
    let vouchers: Vec<Voucher> = (1..).zip(&issuing.codes).map(voucher).collect();
    let detail = batch.detail(&vouchers);
    let transaction = record(facts, TransactionKind::VouchersIssued, id.uuid(), detail, Vec::new());
    Ok(Decision {
        transactions: vec![transaction],
        changes: vec![Change::VouchersIssued { batch, vouchers }],
        batch: Some(id),
        ..Decision::default()
    })
}

/// Checks how many vouchers a batch is to have.
///
/// # Errors
/// `InvalidInput` on `count`.
pub fn check_count(count: u32) -> Result<(), Refusal> {
    match count {
        1..=VOUCHERS_MAX => Ok(()),
        _ => Err(Refusal::invalid("count", format!("a batch has 1 to {VOUCHERS_MAX} vouchers"))),
    }
}

/// The same refusal, about the field as it is called here.
fn renamed(refusal: Refusal, name: &'static str) -> Refusal {
    match refusal {
        Refusal::InvalidInput { problem, .. } => Refusal::InvalidInput { field: name.into(), problem },
        other => other,
    }
}

/// Decides what becomes of a code that somebody types. Precedence: no such
/// code, used, taken back, expired. A code of another kind or of another
/// market is one that is not there.
///
/// # Errors
/// In that precedence.
pub fn decide_redeem(
    book: &Book,
    facts: &Facts<'_>,
    code: VoucherHash,
    by: UserId,
) -> Result<Decision, Refusal> {
    let voucher = book.vouchers.behind(code).ok_or(Refusal::missing("code"))?;
    match voucher.state {
        VoucherState::Open => {}
        VoucherState::Redeemed => return Err(Refusal::AlreadyClaimed),
        VoucherState::Withdrawn => return Err(Refusal::wrong_state("the vendor has taken this code back")),
    }
    if voucher.expires_at.is_some_and(|expires_at| facts.mint.at() >= expires_at) {
        return Err(Refusal::Expired);
    }
    let mut posting = Posting::on(&book.balances);
    let to = AccountId::of(by, AccountKind::Spendable);
    let from = AccountId::vendor(AccountKind::IssuedOffline);
    posting.transfer(from, to, voucher.tokens, TransferCode::Issue)?;
    let transfers = posting.finish();
    Ok(Decision {
        transactions: vec![record(
            facts,
            TransactionKind::VoucherRedeemed,
            voucher.id.uuid(),
            String::new(),
            transfers,
        )],
        changes: vec![closed(voucher.id, VoucherState::Redeemed, facts)],
        voucher: Some(voucher.id),
        ..Decision::default()
    })
}

/// Decides which unused vouchers of a batch end, by a member of the staff,
/// whose role the verb has checked. Used ones stay used; taking back what was
/// taken back changes nothing. Precedence: no such batch, a number that is
/// not in it.
///
/// # Errors
/// In that precedence.
pub fn decide_withdraw(
    book: &Book,
    facts: &Facts<'_>,
    batch: VoucherBatchId,
    which: &Which,
) -> Result<Decision, Refusal> {
    let all = book.vouchers.of(batch).ok_or(Refusal::missing("batch"))?;
    let chosen: Vec<VoucherId> = match which {
        Which::All => all.values().copied().collect(),
        Which::Numbers(numbers) => {
            let found = numbers.iter().map(|number| all.get(number).copied());
            let unknown = || Refusal::invalid("numbers", "the batch has no voucher of that number");
            found.collect::<Option<_>>().ok_or_else(unknown)?
        }
    };
    let mut decision = Decision { batch: Some(batch), ..Decision::default() };
    let mut seen = std::collections::BTreeSet::new();
    for id in chosen {
        let is_open =
            book.vouchers.vouchers.get(&id).is_some_and(|voucher| voucher.state == VoucherState::Open);
        if is_open && seen.insert(id) {
            let kind = TransactionKind::VoucherWithdrawn;
            decision.transactions.push(record(facts, kind, id.uuid(), String::new(), Vec::new()));
            decision.changes.push(closed(id, VoucherState::Withdrawn, facts));
        }
    }
    Ok(decision)
}

fn closed(voucher: VoucherId, state: VoucherState, facts: &Facts<'_>) -> Change {
    Change::VoucherClosed { voucher, state, at: facts.mint.at() }
}

fn record(
    facts: &Facts<'_>,
    kind: TransactionKind,
    reference: Uuid,
    detail: String,
    transfers: Vec<Transfer>,
) -> Transaction {
    Transaction { kind, reference, actor: facts.actor, at: facts.mint.at(), detail, transfers }
}

#[cfg(test)]
mod tests;
