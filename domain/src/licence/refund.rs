//! Deciding the refund of what one order gave: the unused share goes back to
//! the buckets it came from, and the licence loses just that.

use crate::book::{Book, Decision, Facts};
use crate::id::{OrderId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::{Posting, Split};
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::licence::command::{LicenceChange, Refunder};
use crate::licence::grant::Given;
use crate::licence::holding::{Acquired, Holding};
use crate::order::OrderMoney;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// A part of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part; no more than the whole.
    part: u64,
    /// The whole; more than none.
    whole: u64,
}

impl Share {
    const ALL: Self = Self { part: 1, whole: 1 };

    fn of_millis(part: i64, whole: i64) -> Self {
        let part = u64::try_from(part.clamp(0, whole)).unwrap_or_default();
        Self { part, whole: u64::try_from(whole).unwrap_or(1).max(1) }
    }

    fn smaller(self, other: Self) -> Self {
        let cross = |one: u64, other: u64| u128::from(one) * u128::from(other);
        if cross(self.part, other.whole) <= cross(other.part, self.whole) { self } else { other }
    }

    /// This share of an amount, rounded down.
    #[must_use]
    pub fn of(self, amount: Tokens) -> Tokens {
        let units = i128::from(amount.units()) * i128::from(self.part) / i128::from(self.whole.max(1));
        i64::try_from(units).ok().and_then(Tokens::from_units).unwrap_or(Tokens::ZERO)
    }
}

/// What is unused at `now` of what an order gave: of time, what has not
/// passed; of units, what is free; of units within a time, the smaller share;
/// of what was bought for good, all.
#[must_use]
pub fn unused(holding: &Holding, acquired: &Acquired, now: Timestamp) -> Share {
    let mut share = Share::ALL;
    for given in acquired.offer.given() {
        let next = match given {
            Given::ForGood => Share::ALL,
            Given::Time(length) => {
                let whole = i64::from(length.get()).saturating_mul(1_000);
                let end = holding.licence.term().and_then(|term| term.ends);
                let left = end.map_or(0, |end| end.millis().saturating_sub(now.millis()));
                Share::of_millis(left, whole)
            }
            Given::Units { meter, units } => {
                let free = holding.licence.meter(&meter).map_or(0, crate::licence::meter::Meter::left);
                Share { part: u64::from(free.min(units)), whole: u64::from(units.max(1)) }
            }
        };
        share = share.smaller(next);
    }
    share
}

/// What goes back for a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// To the buyer, in all.
    pub refunded: Tokens,
    /// Of that out of the vendor's cut; the rest is the seller's.
    pub fee: Tokens,
}

impl GivenBack {
    /// What the seller pays of it.
    #[must_use]
    pub fn by_seller(self) -> Tokens {
        self.refunded.saturating_sub(self.fee)
    }
}

/// What goes back for a grant that stands, and was paid with `money`, if it is
/// taken back at `now`.
///
/// # Errors
/// `WrongState` if it counted towards the purchase.
pub fn given_back(
    holding: &Holding,
    grant: &Acquired,
    money: &OrderMoney,
    now: Timestamp,
) -> Result<GivenBack, Refusal> {
    if holding.licence.is_owned() && !grant.offer.is_purchase() && grant.offer.credit.is_some() {
        return Err(Refusal::wrong_state("this rent counted towards the purchase: refund that first"));
    }
    let refunded = unused(holding, grant, now).of(money.total);
    Ok(GivenBack { refunded, fee: fee_back(money.fee, refunded, money.total) })
}

/// Decides the refund of an order's grant. Again is answered as done.
/// Precedence: not there (or not the asker's), taken back already, counted
/// towards a purchase, the seller's tokens.
///
/// # Errors
/// In that precedence.
pub(super) fn decide_refund(
    book: &Book,
    facts: &Facts<'_>,
    id: OrderId,
    by: Refunder,
) -> Result<Decision, Refusal> {
    let order = book.order(id).ok_or(Refusal::missing("order"))?;
    let is_theirs = match by {
        Refunder::Seller(user) => order.seller == user,
        Refunder::Staff => true,
    };
    let holding = book.holdings.of_order(id).filter(|_| is_theirs).ok_or(Refusal::missing("order"))?;
    let grant = holding.acquired.iter().find(|it| it.order == id).ok_or(Refusal::missing("order"))?;
    if !grant.is_active() {
        return Ok(Decision { licence: Some(holding.licence.id), ..Decision::unchanged(id) });
    }
    let (at, licence) = (facts.mint.at(), holding.licence.id);
    let back = given_back(holding, grant, &order.money, at)?;
    let refunded = back.refunded;
    let mut posting = Posting::on(&book.balances);
    give_back(&mut posting, (order.seller, order.buyer), grant.paid, back)?;
    let transaction = Transaction {
        kind: TransactionKind::LicenceRefund,
        reference: id.uuid(),
        actor: facts.actor,
        at,
        detail: format!("refunded={}", refunded.units()),
        transfers: posting.finish(),
    };
    let mut after = holding.clone();
    let _was_there = after.revoke(id, at);
    let generation = after.licence.generation;
    let mut changes = vec![
        LicenceChange::Revoked { licence, order: id, at, refunded },
        LicenceChange::Generation { licence, generation, at, is_revocation: true },
    ];
    let smaller = after.licence.meters.iter().filter(|meter| !holding.licence.meters.contains(meter));
    changes.extend(smaller.map(|meter| LicenceChange::Metered { licence, meter: meter.clone() }));
    let mut decision = super::command::about(licence, None, changes);
    decision.transactions.push(transaction);
    decision.orders.push(id);
    Ok(decision)
}

/// The part of the cut that goes back with so much of the total.
fn fee_back(fee: Tokens, refunded: Tokens, total: Tokens) -> Tokens {
    let whole = u64::try_from(total.units()).unwrap_or(0);
    let part = u64::try_from(refunded.units()).unwrap_or(0);
    if whole == 0 { Tokens::ZERO } else { Share { part, whole }.of(fee) }
}

/// From the vendor's cut and the seller to the buyer's buckets, those that
/// were spent last first.
fn give_back(
    posting: &mut Posting<'_>,
    (seller, buyer): (UserId, UserId),
    paid: Split,
    back: GivenBack,
) -> Result<(), Refusal> {
    let mut sources = vec![(AccountId::vendor(AccountKind::Fees), back.fee)];
    let mut owed = back.by_seller();
    for kind in [AccountKind::Earned, AccountKind::Spendable] {
        let account = AccountId::of(seller, kind);
        let part = posting.balance(account).min(owed);
        sources.push((account, part));
        owed = owed.saturating_sub(part);
    }
    if !owed.is_zero() {
        let balance = back.by_seller().saturating_sub(owed);
        return Err(Refusal::InsufficientTokens { balance, shortfall: owed });
    }
    let buckets = [
        (AccountKind::Earned, paid.earned),
        (AccountKind::Spendable, paid.spendable),
        (AccountKind::Promo, paid.promo),
    ];
    let mut buckets = buckets.into_iter().peekable();
    let mut room = Tokens::ZERO;
    let mut bucket = AccountKind::Spendable;
    for (source, mut amount) in sources {
        while !amount.is_zero() {
            if room.is_zero() {
                let Some((kind, limit)) = buckets.next() else {
                    return Err(Refusal::wrong_state("more would go back than was paid"));
                };
                (bucket, room) = (kind, limit);
                continue;
            }
            let part = amount.min(room);
            posting.transfer(source, AccountId::of(buyer, bucket), part, TransferCode::Unused)?;
            amount = amount.saturating_sub(part);
            room = room.saturating_sub(part);
        }
    }
    Ok(())
}
