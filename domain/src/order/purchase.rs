//! Deciding a purchase: one or many lines, one or many sellers, all or nothing.
//!
//! Precedence of refusals: the buyer's account is frozen; nothing to buy; then
//! for each line in turn not there, own listing, not for sale, quantity, stock,
//! price shown; then the total shown; then the tokens.

use std::collections::HashMap;

use crate::book::{Book, Change, Decision, Facts};
use crate::id::{ListingId, OrderId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::{Posting, Split, TO_SPEND, require};
use crate::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use crate::listing::{ListingKind, ListingState, Offered, QUANTITY_MAX};
use crate::order::{Order, OrderLine, OrderMoney, OrderState};
use crate::refusal::Refusal;
use crate::time::Seconds;
use crate::tokens::Tokens;

/// The most lines that one purchase takes.
pub const LINES_MAX: usize = 50;

/// One listing that a buyer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which listing.
    pub listing: ListingId,
    /// How many.
    pub quantity: u32,
    /// The price of one, as the buyer was shown it.
    pub shown: Option<Tokens>,
}

/// What a buyer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basket {
    /// One listing, at once.
    One(Wanted),
    /// All that lies in the buyer's cart, whose total was shown.
    Cart {
        /// The total as the buyer was shown it.
        shown_total: Tokens,
    },
}

/// What is the same for all purchases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long tokens are held when the buyer does not confirm.
    pub hold: Seconds,
}

/// Decides the purchase of `basket` by `buyer`: one order for each seller, in
/// the order in which the lines name them.
///
/// # Errors
/// In the precedence that the module states.
pub fn decide_purchase(
    book: &Book,
    facts: &Facts<'_>,
    buyer: UserId,
    basket: &Basket,
    terms: Terms,
) -> Result<Decision, Refusal> {
    book.check_free(buyer)?;
    let wanted = match basket {
        Basket::One(wanted) => vec![*wanted],
        Basket::Cart { .. } => book.cart(buyer),
    };
    if wanted.is_empty() {
        return Err(Refusal::EmptyCart);
    }
    if wanted.len() > LINES_MAX {
        return Err(Refusal::TooMany { what: "lines".into(), limit: 50 });
    }
    check_stock(book, &wanted)?;
    let lines: Vec<(UserId, OrderLine)> =
        wanted.iter().map(|wanted| price_line(book, buyer, wanted)).collect::<Result<_, _>>()?;
    let total = Tokens::checked_sum(lines.iter().map(|(_, line)| line.total)).ok_or_else(too_much)?;
    if total > Tokens::MAX_MOVED {
        return Err(too_much());
    }
    if let Basket::Cart { shown_total } = basket
        && *shown_total != total
    {
        return Err(Refusal::PriceChanged { now: total });
    }
    require(&book.balances, buyer, &TO_SPEND, total)?;

    let mut decision = Decision::default();
    let mut posting = Posting::on(&book.balances);
    let mut orders = Vec::new();
    for (index, (seller, lines)) in by_seller(lines).into_iter().enumerate() {
        let id = OrderId::new(facts.mint.uuid(u32::try_from(index).unwrap_or(u32::MAX)));
        let order = pay_seller(&mut posting, facts, id, (buyer, seller), lines, terms)?;
        orders.push(order);
    }
    record(&mut decision, facts, posting.finish(), orders);
    if let Basket::Cart { .. } = basket {
        decision.changes.push(Change::CartEmptied(buyer));
    }
    Ok(decision)
}

/// A seller who owes something pays it off from the income at once.
fn is_recovery(transfer: &Transfer) -> bool {
    transfer.code == TransferCode::Recovery
}

/// Adds a transaction for each order. One posting checked all orders of the
/// checkout against the same balances; its transfers, which stand in the
/// orders' order, are handed to the transactions of their orders.
fn record(decision: &mut Decision, facts: &Facts<'_>, transfers: Vec<Transfer>, orders: Vec<Order>) {
    let mut transfers = transfers.into_iter().peekable();
    for order in orders {
        let mut own = Vec::new();
        let mut left = order.money.total;
        while let Some(transfer) = transfers.next_if(|next| !left.is_zero() || is_recovery(next)) {
            if !is_recovery(&transfer) {
                left = left.saturating_sub(transfer.amount);
            }
            own.push(transfer);
        }
        decision.transactions.push(Transaction {
            kind: TransactionKind::Purchase,
            reference: order.id.uuid(),
            actor: order.buyer.uuid(),
            at: facts.mint.at(),
            detail: order.detail(),
            transfers: own,
        });
        take_stock(decision, &order);
        decision.orders.push(order.id);
        decision.changes.push(Change::OrderMade(order));
    }
}

fn too_much() -> Refusal {
    Refusal::invalid("quantity", format!("a purchase is at most {} tokens", Tokens::MAX_MOVED))
}

/// The same listing may stand in several lines: together they must be there.
fn check_stock(book: &Book, wanted: &[Wanted]) -> Result<(), Refusal> {
    let mut sums: HashMap<ListingId, u32> = HashMap::new();
    for line in wanted {
        let sum = sums.entry(line.listing).or_default();
        *sum = sum.saturating_add(line.quantity);
        let Some(offered) = book.listing(line.listing) else { continue };
        let several = *sum > line.quantity;
        if several && let Some(left) = offered.quantity.filter(|left| *left < *sum) {
            return Err(Refusal::OutOfStock { listing: line.listing, left });
        }
    }
    Ok(())
}

fn price_line(book: &Book, buyer: UserId, wanted: &Wanted) -> Result<(UserId, OrderLine), Refusal> {
    let offered = book.listing(wanted.listing).ok_or(Refusal::missing("listing"))?;
    check_offer(offered, Some(buyer), wanted.quantity)?;
    if let Some(shown) = wanted.shown
        && shown != offered.price
    {
        return Err(Refusal::PriceChanged { now: offered.price });
    }
    let fee = book.fee_for(offered).ok_or(Refusal::missing("fee rule"))?;
    let total = offered.price.checked_times(wanted.quantity).ok_or_else(too_much)?;
    let line = OrderLine {
        listing: offered.id,
        title: offered.title.clone(),
        kind: offered.kind,
        quantity: wanted.quantity,
        unit_price: offered.price,
        total,
        fee: fee.per_unit.checked_times(wanted.quantity).ok_or_else(too_much)?,
        fee_rule: fee.rule,
        fee_explanation: fee.explanation,
        offer: None,
    };
    Ok((offered.seller, line))
}

/// Checks whether `buyer`, if it is known already who, may have that many of
/// this listing. Carts and purchases ask the same. Precedence: not there, own
/// listing, not for sale, software (which is bought by an offer), quantity,
/// stock; so what was withdrawn is not for sale, whether or not some are left.
///
/// # Errors
/// In that precedence.
pub fn check_offer(offered: &Offered, buyer: Option<UserId>, quantity: u32) -> Result<(), Refusal> {
    let is_own = buyer == Some(offered.seller);
    if offered.state == ListingState::Draft && !is_own {
        return Err(Refusal::missing("listing"));
    }
    if is_own {
        return Err(Refusal::OwnListing);
    }
    if offered.state != ListingState::Published {
        return Err(Refusal::NotForSale { listing: offered.id });
    }
    if offered.kind == ListingKind::Software {
        return Err(Refusal::invalid(
            "offerId",
            "software is bought or rented by one of its offers, not through the cart: choose one on its page",
        ));
    }
    if quantity == 0 || quantity > QUANTITY_MAX {
        return Err(Refusal::invalid("quantity", format!("a quantity is from 1 to {QUANTITY_MAX}")));
    }
    if offered.kind == ListingKind::File && quantity != 1 {
        return Err(Refusal::invalid("quantity", "a file is bought once"));
    }
    match offered.quantity {
        Some(left) if left < quantity => Err(Refusal::OutOfStock { listing: offered.id, left }),
        Some(_) | None => Ok(()),
    }
}

/// How many pieces a cart holds of a listing once `more` are put to those
/// `there`. A file is bought once: asking twice is no mistake worth a refusal.
/// A number that [`check_offer`] refuses stays one.
#[must_use]
pub const fn pieces_in_cart(kind: ListingKind, there: u32, more: u32) -> u32 {
    match more {
        0 => 0,
        1..=QUANTITY_MAX if matches!(kind, ListingKind::File) => 1,
        _ => there.saturating_add(more),
    }
}

/// Groups lines by seller; both keep the order in which they came.
fn by_seller(lines: Vec<(UserId, OrderLine)>) -> Vec<(UserId, Vec<OrderLine>)> {
    let mut groups: Vec<(UserId, Vec<OrderLine>)> = Vec::new();
    for (seller, line) in lines {
        match groups.iter_mut().find(|(known, _)| *known == seller) {
            Some((_, group)) => group.push(line),
            None => groups.push((seller, vec![line])),
        }
    }
    groups
}

/// Adds the transfers of one order: what is delivered at once goes to the
/// seller and the vendor, the rest is held.
fn pay_seller(
    posting: &mut Posting<'_>,
    facts: &Facts<'_>,
    id: OrderId,
    (buyer, seller): (UserId, UserId),
    lines: Vec<OrderLine>,
    terms: Terms,
) -> Result<Order, Refusal> {
    let sum = |part: fn(&OrderLine) -> Tokens, instant: Option<bool>| {
        let chosen =
            lines.iter().filter(|line| instant.is_none_or(|wanted| line.kind.is_instant() == wanted));
        Tokens::checked_sum(chosen.map(part)).ok_or_else(too_much)
    };
    let (total, fee) = (sum(|line| line.total, None)?, sum(|line| line.fee, None)?);
    let (sale, sale_fee) = (sum(|line| line.total, Some(true))?, sum(|line| line.fee, Some(true))?);
    let (hold, held_fee) = (sum(|line| line.total, Some(false))?, sum(|line| line.fee, Some(false))?);

    let earned = AccountId::of(seller, AccountKind::Earned);
    let fees = AccountId::vendor(AccountKind::Fees);
    let escrow = AccountId::of(seller, AccountKind::Escrow);
    let mut pay = |credit, amount, code| posting.pay(buyer, &TO_SPEND, credit, amount, code);
    pay(earned, sale.saturating_sub(sale_fee), TransferCode::Sale)?;
    pay(fees, sale_fee, TransferCode::Fee)?;
    let held: Split = pay(escrow, hold, TransferCode::Hold)?;

    let at = facts.mint.at();
    let (state, release_at) = match hold.is_zero() {
        true => (OrderState::Released, at),
        false => (OrderState::Held, at.after(terms.hold)),
    };
    let money = OrderMoney { total, fee, held, held_fee, release_at };
    Ok(Order { id, buyer, seller, state, money, at, lines })
}

fn take_stock(decision: &mut Decision, order: &Order) {
    for line in &order.lines {
        decision.changes.push(Change::Sold { listing: line.listing, quantity: line.quantity });
    }
}

#[cfg(test)]
mod tests;
