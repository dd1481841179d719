//! The audit: proves from the transfers alone that no token was made or lost,
//! and that every other table says the same as the ledger.
//!
//! Feed it all transactions in their order, then the chain's head, then all
//! accounts, orders, gifts and vouchers; [`Audit::finish`] gives the totals. The first
//! row that does not fit is named and ends the audit.

mod redemptions;
mod top_ups;
mod vouchers;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use uuid::Uuid;

use crate::gift::{Gift, GiftState};
use crate::id::UserId;
use crate::ledger::account::{AccountId, AccountKind, Class, Sums};
use crate::ledger::chain::Seal;
use crate::ledger::posting::Split;
use crate::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use crate::order::{Order, OrderState};
use crate::promo::Lot;
use crate::redemption::Redemption;
use crate::time::Timestamp;
use crate::tokens::Tokens;
use crate::voucher::{Voucher, VoucherBatch};

pub use top_ups::TopUpRows;

/// A row that does not fit, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The row: "transaction 17", "account spendable of …".
    pub row: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.row, self.problem)
    }
}

fn finding<T>(row: impl Into<String>, problem: impl Into<String>) -> Result<T, Finding> {
    Err(Finding { row: row.into(), problem: problem.into() })
}

/// What an order's or gift's transactions say of it.
#[derive(Debug, Default)]
struct Story {
    opened: Option<Opened>,
    closed: Option<Closed>,
    refunded: Option<Vec<Transfer>>,
}

#[derive(Debug)]
struct Closed {
    kind: TransactionKind,
    at: Timestamp,
    actor: Uuid,
    transfers: Vec<Transfer>,
}

#[derive(Debug)]
struct Opened {
    kind: TransactionKind,
    at: Timestamp,
    detail: String,
    transfers: Vec<Transfer>,
}

/// An audit under way.
#[derive(Debug)]
pub struct Audit {
    sequence: i64,
    seal: Seal,
    transfers: u64,
    sums: HashMap<AccountId, Sums>,
    compared: HashSet<AccountId>,
    stories: HashMap<Uuid, Story>,
    vouchers: vouchers::Vouchers,
    redemptions: redemptions::Redemptions,
    top_ups: top_ups::TopUps,
    /// What open orders and pending gifts say that these accounts hold.
    open: BTreeMap<AccountId, i128>,
}

/// What the audit adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many transactions there are.
    pub transactions: i64,
    /// How many transfers they hold.
    pub transfers: u64,
    /// Supply issued, in units.
    pub issued: i128,
    /// What users owe, in units.
    pub debt: i128,
    /// What users, the vendor and pending accounts hold, in units.
    pub held: i128,
    /// Supply taken out, in units.
    pub retired: i128,
    /// The part of `held` that is in escrow, in units.
    pub escrow: i128,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            sequence: 0,
            seal: Seal::GENESIS,
            transfers: 0,
            sums: HashMap::new(),
            compared: HashSet::new(),
            stories: HashMap::new(),
            vouchers: vouchers::Vouchers::default(),
            redemptions: redemptions::Redemptions::default(),
            top_ups: top_ups::TopUps::default(),
            open: BTreeMap::new(),
        }
    }
}

impl Audit {
    /// Takes the next transaction with the seal that is stored beside it.
    ///
    /// # Errors
    /// If its number does not follow, its seal does not fit, or a transfer
    /// moves nothing or brings a balance below its floor.
    pub fn transaction(
        &mut self,
        sequence: i64,
        transaction: &Transaction,
        stored: Seal,
    ) -> Result<(), Finding> {
        let row = || format!("transaction {sequence}");
        if sequence != self.sequence + 1 {
            return finding(row(), format!("transaction {} should come here", self.sequence + 1));
        }
        let seal = self.seal.next(sequence, transaction);
        if seal != stored {
            return finding(row(), "the seal does not fit what is recorded");
        }
        for transfer in &transaction.transfers {
            self.fold(transfer).or_else(|problem| finding(row(), problem))?;
        }
        self.tell(transaction).or_else(|problem| finding(row(), problem))?;
        (self.sequence, self.seal) = (sequence, seal);
        Ok(())
    }

    fn fold(&mut self, transfer: &Transfer) -> Result<(), &'static str> {
        if transfer.amount.is_zero() || transfer.debit == transfer.credit {
            return Err("a transfer moves nothing");
        }
        self.transfers += 1;
        let range = "an account's sums leave their range";
        let debit = self.sums.entry(transfer.debit).or_default();
        debit.debits = debit.debits.checked_add(transfer.amount).ok_or(range)?;
        let is_below = debit.balance(transfer.debit.kind.side()).is_none();
        let credit = self.sums.entry(transfer.credit).or_default();
        credit.credits = credit.credits.checked_add(transfer.amount).ok_or(range)?;
        if is_below || credit.balance(transfer.credit.kind.side()).is_none() {
            return Err("a balance goes below its floor");
        }
        Ok(())
    }

    fn tell(&mut self, transaction: &Transaction) -> Result<(), &'static str> {
        use TransactionKind as Kind;
        let is_told = self.top_ups.tell(transaction)?
            || self.vouchers.tell(transaction)?
            || self.redemptions.tell(transaction)?;
        if is_told {
            return Ok(());
        }
        let story = match transaction.kind {
            Kind::Welcome | Kind::Grant | Kind::PromoExpiry => return Ok(()),
            _ => self.stories.entry(transaction.reference).or_default(),
        };
        // What somebody pays off on the way is no part of the order or gift.
        let is_own = |transfer: &&Transfer| transfer.code != TransferCode::Recovery;
        let transfers = transaction.transfers.iter().filter(is_own).copied().collect();
        match transaction.kind {
            Kind::Purchase | Kind::Gift | Kind::GiftLink if story.opened.is_none() => {
                story.opened = Some(Opened {
                    kind: transaction.kind,
                    at: transaction.at,
                    detail: transaction.detail.clone(),
                    transfers,
                });
                Ok(())
            }
            Kind::Release | Kind::Void | Kind::GiftClaim | Kind::GiftReturn
                if story.opened.is_some() && story.closed.is_none() =>
            {
                story.closed = Some(Closed {
                    kind: transaction.kind,
                    at: transaction.at,
                    actor: transaction.actor,
                    transfers,
                });
                Ok(())
            }
            Kind::LicenceRefund if story.opened.is_some() && story.refunded.is_none() => {
                story.refunded = Some(transfers);
                Ok(())
            }
            _ => Err("it happens twice, or ends what never began"),
        }
    }

    /// Compares the head of the chain as the database keeps it.
    ///
    /// # Errors
    /// If transactions are missing at the end.
    pub fn head(&self, sequence: i64, seal: Seal) -> Result<(), Finding> {
        if (sequence, seal) != (self.sequence, self.seal) {
            return finding(
                "head of the chain",
                format!("it says {sequence}, the transactions end at {}", self.sequence),
            );
        }
        Ok(())
    }

    /// Compares an account's stored sums with its folded transfers.
    ///
    /// # Errors
    /// If they differ, or nothing ever went through a user's account: such
    /// rows are not made.
    pub fn account(&mut self, id: AccountId, stored: Sums) -> Result<(), Finding> {
        self.compared.insert(id);
        let folded = self.sums.get(&id).copied();
        let is_vendors = id.owner.is_nil() && !id.kind.is_users();
        if folded.is_none() && !is_vendors {
            return finding(name_of(id), "the ledger knows no transfer of it");
        }
        let folded = folded.unwrap_or_default();
        if folded != stored {
            let (debits, credits) = (folded.debits, folded.credits);
            return finding(name_of(id), format!("its transfers sum to debits {debits}, credits {credits}"));
        }
        Ok(())
    }

    /// Compares an order, and when it was closed, with its transactions.
    ///
    /// # Errors
    /// If people, money, times or state differ.
    pub fn order(&mut self, order: &Order, closed_at: Option<Timestamp>) -> Result<(), Finding> {
        let row = format!("order {}", order.id);
        let Some(Story { opened: Some(opened), closed, refunded }) = self.stories.remove(&order.id.uuid())
        else {
            return finding(row, "the ledger knows no purchase of it");
        };
        if refunded.is_some_and(|back| !is_refund_of(order, &back)) {
            return finding(row, "more went back of it than was paid, or to somebody else");
        }
        let seller_accounts =
            [AccountKind::Earned, AccountKind::Escrow].map(|kind| AccountId::of(order.seller, kind));
        let money = order.money;
        let people_fit = opened.transfers.iter().all(|transfer| {
            let to_vendor = transfer.credit == AccountId::vendor(AccountKind::Fees);
            transfer.debit.owner == order.buyer.uuid()
                && (to_vendor || seller_accounts.contains(&transfer.credit))
        });
        let sum = |code: TransferCode| sum_of(&opened.transfers, Some(code));
        let held = split_of(&opened.transfers, TransferCode::Hold);
        let instant_fee = money.fee.checked_sub(money.held_fee);
        let money_fits = opened.detail == order.detail()
            && held == money.held
            && sum_of(&opened.transfers, None) == Some(money.total)
            && sum(TransferCode::Fee) == instant_fee;
        if !people_fit || !money_fits || opened.kind != TransactionKind::Purchase || opened.at != order.at {
            return finding(row, "its people, money or times differ from what the ledger recorded");
        }
        let held_total = held.total().unwrap_or_default();
        let state = match &closed {
            None if held_total.is_zero() => OrderState::Released,
            None => OrderState::Held,
            Some(Closed { kind: TransactionKind::Release, transfers: ends, .. }) => {
                if sum_of(ends, Some(TransferCode::Fee)) != Some(money.held_fee)
                    || sum_of(ends, None) != Some(held_total)
                {
                    return finding(row, "its release differs from what was held");
                }
                OrderState::Released
            }
            Some(Closed { transfers: ends, .. }) => {
                if sum_of(ends, None) != Some(held_total) {
                    return finding(row, "what went back differs from what was held");
                }
                OrderState::Cancelled
            }
        };
        let ended = match state {
            OrderState::Held => None,
            OrderState::Released | OrderState::Cancelled => {
                Some(closed.map_or(opened.at, |closed| closed.at))
            }
        };
        if (state, ended) != (order.state, closed_at) {
            return finding(row, format!("by the ledger it is {state:?}, or closed at another time"));
        }
        if state == OrderState::Held {
            let escrow = AccountId::of(order.seller, AccountKind::Escrow);
            *self.open.entry(escrow).or_default() += i128::from(held_total.units());
        }
        Ok(())
    }

    /// Compares a gift, and when it was closed, with its transactions.
    ///
    /// # Errors
    /// If people, amount, claim, times or state differ.
    pub fn gift(&mut self, gift: &Gift, closed_at: Option<Timestamp>) -> Result<(), Finding> {
        let row = format!("gift {}", gift.id);
        let Some(Story { opened: Some(opened), closed, .. }) = self.stories.remove(&gift.id.uuid()) else {
            return finding(row, "the ledger knows nothing of it");
        };
        let split = split_of(&opened.transfers, TransferCode::Gift);
        let by_giver = opened.transfers.iter().all(|transfer| transfer.debit.owner == gift.giver.uuid());
        if !by_giver || split != gift.split || opened.detail != gift.detail() || opened.at != gift.at {
            return finding(row, "its giver, amount, claim or times differ from what the ledger recorded");
        }
        let owner_of = |transfers: &[Transfer]| transfers.first().map(|transfer| transfer.credit.owner);
        let (state, recipient) = match &closed {
            None if opened.kind == TransactionKind::Gift => (GiftState::Given, owner_of(&opened.transfers)),
            None => (GiftState::Pending, None),
            Some(Closed { kind: TransactionKind::GiftClaim, transfers, .. }) => {
                (GiftState::Claimed, owner_of(transfers))
            }
            Some(closed) if closed.actor.is_nil() => (GiftState::Expired, None),
            Some(_) => (GiftState::Cancelled, None),
        };
        let recorded = (state, recipient, closed.map(|closed| closed.at));
        if recorded != (gift.state, gift.recipient.map(UserId::uuid), closed_at) {
            return finding(
                row,
                format!("by the ledger it is {state:?}, or somebody else's, or closed otherwise"),
            );
        }
        if state == GiftState::Pending {
            let total = split.total().unwrap_or_default();
            let gifts = AccountId::vendor(AccountKind::Gifts);
            *self.open.entry(gifts).or_default() += i128::from(total.units());
        }
        Ok(())
    }

    /// Compares a top-up, its disputes and its refunds with the ledger.
    ///
    /// # Errors
    /// If what was agreed, credited, kept back or taken back differs.
    pub fn top_up(&mut self, rows: &TopUpRows) -> Result<(), Finding> {
        let (account, held) = self.top_ups.top_up(rows)?;
        *self.open.entry(account).or_default() += held;
        Ok(())
    }

    /// Compares a lot of promo tokens with what came.
    ///
    /// # Errors
    /// If its user never got so many.
    pub fn lot(&mut self, lot: &Lot) -> Result<(), Finding> {
        self.top_ups.lot(lot)
    }

    /// Compares a batch of vouchers, with each of them in the order of their
    /// numbers and when it ended, with the ledger.
    ///
    /// # Errors
    /// If one is worth or stands otherwise, or was never issued.
    pub fn vouchers(
        &mut self,
        batch: &VoucherBatch,
        vouchers: &[(Voucher, Option<Timestamp>)],
    ) -> Result<(), Finding> {
        self.vouchers.batch(batch, vouchers)
    }

    /// Compares a redemption, and when it ended, with the ledger.
    ///
    /// # Errors
    /// If its people, amounts, agreements, times or state differ.
    pub fn redemption(
        &mut self,
        redemption: &Redemption,
        closed_at: Option<Timestamp>,
    ) -> Result<(), Finding> {
        self.redemptions.compare(redemption, closed_at)?;
        if redemption.state.is_open() {
            let payouts = AccountId::vendor(AccountKind::Payouts);
            *self.open.entry(payouts).or_default() += i128::from(redemption.tokens.units());
        }
        Ok(())
    }

    /// Proves conservation, that what is held equals escrow, and that nothing
    /// in the ledger is without its row.
    ///
    /// # Errors
    /// If an account, order or gift is missing, a hold is not in its account, or the totals do not add up.
    pub fn finish(self) -> Result<Totals, Finding> {
        let vendors = AccountKind::ALL.into_iter().filter(|kind| !kind.is_users()).map(AccountId::vendor);
        let expected: BTreeSet<AccountId> = self.sums.keys().copied().chain(vendors).collect();
        if let Some(missing) = expected.iter().find(|account| !self.compared.contains(*account)) {
            return finding(name_of(*missing), "its row is missing");
        }
        if let Some(reference) = self.stories.keys().min() {
            return finding(
                format!("order or gift {reference}"),
                "the ledger knows it, its own table does not",
            );
        }
        self.top_ups.finish()?;
        self.vouchers.finish()?;
        self.redemptions.finish()?;
        let pending = self.sums.keys().copied().filter(|account| is_pending(account.kind));
        let pending: BTreeSet<AccountId> = pending.chain(self.open.keys().copied()).collect();
        for account in pending {
            let sums = self.sums.get(&account).copied().unwrap_or_default();
            let held = i128::from(sums.balance(account.kind.side()).unwrap_or_default().units());
            if held != self.open.get(&account).copied().unwrap_or(0) {
                return finding(name_of(account), "it holds something else than what is open");
            }
        }
        let mut totals =
            Totals { transactions: self.sequence, transfers: self.transfers, ..Totals::default() };
        for (account, sums) in &self.sums {
            let balance = i128::from(sums.balance(account.kind.side()).unwrap_or_default().units());
            match account.kind.class() {
                Class::Issued => totals.issued += balance,
                Class::Debt => totals.debt += balance,
                Class::Held => totals.held += balance,
                Class::Retired => totals.retired += balance,
            }
            if account.kind == AccountKind::Escrow {
                totals.escrow += balance;
            }
        }
        if totals.issued + totals.debt != totals.held + totals.retired {
            return finding("totals", "issued and debt differ from held and retired");
        }
        Ok(totals)
    }
}

/// Whether these transfers give back a part of an order: to its buyer, from
/// its seller and the vendor's cut.
fn is_refund_of(order: &Order, transfers: &[Transfer]) -> bool {
    let fees = AccountId::vendor(AccountKind::Fees);
    let people_fit = transfers.iter().all(|transfer| {
        transfer.credit.owner == order.buyer.uuid()
            && (transfer.debit == fees || transfer.debit.owner == order.seller.uuid())
    });
    let from_fees = transfers.iter().filter(|transfer| transfer.debit == fees);
    let fee = Tokens::checked_sum(from_fees.map(|transfer| transfer.amount));
    let total = sum_of(transfers, None);
    let fits = |part: Option<Tokens>, whole| part.is_some_and(|part| part <= whole);
    people_fit && fits(total, order.money.total) && fits(fee, order.money.fee)
}

/// Whether what an account holds is what open orders, gifts, disputes or
/// redemptions say.
const fn is_pending(kind: AccountKind) -> bool {
    matches!(kind, AccountKind::Escrow | AccountKind::Gifts | AccountKind::Dispute | AccountKind::Payouts)
}

fn name_of(account: AccountId) -> String {
    format!("account {} of {}", account.kind.name(), account.owner)
}

fn sum_of(transfers: &[Transfer], code: Option<TransferCode>) -> Option<Tokens> {
    let chosen = transfers.iter().filter(|transfer| code.is_none_or(|code| transfer.code == code));
    Tokens::checked_sum(chosen.map(|transfer| transfer.amount))
}

fn split_of(transfers: &[Transfer], code: TransferCode) -> Split {
    let sum = |kind: AccountKind| {
        let chosen = transfers.iter().filter(|transfer| transfer.code == code && transfer.debit.kind == kind);
        Tokens::checked_sum(chosen.map(|transfer| transfer.amount)).unwrap_or_default()
    };
    Split {
        promo: sum(AccountKind::Promo),
        spendable: sum(AccountKind::Spendable),
        earned: sum(AccountKind::Earned),
    }
}

#[cfg(test)]
mod tests;
