//! Deciding what is bought, rented, extended and converted: the tokens move,
//! and the licence is made or grows, in one decision.
//!
//! Precedence of refusals: the buyer's account is frozen; the licence; the
//! offer and its listing; what the licence says to it; the price shown; the
//! tokens.

use crate::book::{Book, Change, Decision, Facts};
use crate::id::{LicenceId, OfferId, OrderId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::{Posting, Split, TO_SPEND, require};
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::licence::LicenceState;
use crate::licence::command::{How, LicenceChange};
use crate::licence::holding::{Acquired, Holding, Lease, LeaseState};
use crate::licence::offer::{Offer, check_extension, conversion_price};
use crate::listing::{ListingKind, ListingState, Offered};
use crate::order::{Order, OrderLine, OrderMoney, OrderState};
use crate::refusal::Refusal;
use crate::tokens::Tokens;

/// An offer that holds, and its listing, for this buyer.
fn on_offer(book: &Book, buyer: UserId, id: OfferId) -> Result<(&Offer, &Offered), Refusal> {
    let known = book.holdings.offers.get(&id).ok_or(Refusal::missing("offer"))?;
    let listing = book.listing(known.offer.listing).ok_or(Refusal::missing("offer"))?;
    if listing.seller == buyer {
        return Err(Refusal::OwnListing);
    }
    match listing.state {
        ListingState::Draft => return Err(Refusal::missing("offer")),
        ListingState::Withdrawn => return Err(Refusal::NotForSale { listing: listing.id }),
        ListingState::Published => {}
    }
    if listing.kind != ListingKind::Software || !known.is_current {
        return Err(Refusal::NotForSale { listing: listing.id });
    }
    Ok((&known.offer, listing))
}

/// Decides buying or renting by an offer. Renting once more what is rented
/// already, in the same way, adds to that licence.
///
/// # Errors
/// In the precedence that the module states; `AlreadyOwned` for who owns it.
pub(super) fn decide_acquire(
    book: &Book,
    facts: &Facts<'_>,
    buyer: UserId,
    (offer, shown): (OfferId, Tokens),
    how: How,
) -> Result<Decision, Refusal> {
    book.check_free(buyer)?;
    let (offer, listing) = on_offer(book, buyer, offer)?;
    match (how, offer.is_purchase()) {
        (How::Buy, false) => return Err(Refusal::invalid("offerId", "this offer is to rent, not to buy")),
        (How::Rent, true) => return Err(Refusal::invalid("offerId", "this offer is to buy, not to rent")),
        (How::Buy, true) | (How::Rent, false) => {}
    }
    let held = book.holdings.of(buyer, listing.id);
    if held.iter().any(|it| it.licence.is_owned() && it.licence.state != LicenceState::Revoked) {
        return Err(Refusal::AlreadyOwned);
    }
    // Another one beside it would be the way around.
    if held.iter().any(|it| it.licence.state == LicenceState::Suspended) {
        return Err(Refusal::wrong_state("your licence for this software is suspended"));
    }
    let now = facts.mint.at();
    let fits = held.into_iter().find(|it| check_extension(&it.licence, offer, now).is_ok());
    let paid = pay(book, facts, buyer, (offer, listing), offer.price, shown)?;
    match fits {
        Some(holding) => grant(book, facts, holding.clone(), (offer, paid), Vec::new()),
        None => {
            let licence = LicenceId::new(facts.mint.uuid(1));
            let made = LicenceChange::Made { licence, user: buyer, listing: listing.id, at: now };
            let empty = crate::licence::Licence {
                id: licence,
                user: buyer,
                listing: listing.id,
                state: LicenceState::Active,
                generation: 0,
                devices_max: 0,
                grants: Vec::new(),
                meters: Vec::new(),
            };
            grant(book, facts, Holding::load(empty, Vec::new()), (offer, paid), vec![made])
        }
    }
}

/// Decides extending a rental.
///
/// # Errors
/// In the precedence that the module states.
pub(super) fn decide_extend(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: UserId,
    (offer, shown): (OfferId, Tokens),
) -> Result<Decision, Refusal> {
    book.check_free(by)?;
    let holding = owned_by(book, licence, by)?;
    let (offer, listing) = on_offer(book, by, offer)?;
    check_extension(&holding.licence, offer, facts.mint.at())?;
    let paid = pay(book, facts, by, (offer, listing), offer.price, shown)?;
    grant(book, facts, holding.clone(), (offer, paid), Vec::new())
}

/// Decides turning a rental into a purchase, for its price less the rent that
/// counts. Units taken along are counted no more, and codes of the rental can
/// be told apart from now on.
///
/// # Errors
/// In the precedence that the module states; `AlreadyOwned` for who owns it.
pub(super) fn decide_convert(
    book: &Book,
    facts: &Facts<'_>,
    licence: LicenceId,
    by: UserId,
    (offer, shown): (OfferId, Tokens),
) -> Result<Decision, Refusal> {
    book.check_free(by)?;
    let holding = owned_by(book, licence, by)?;
    let (offer, listing) = on_offer(book, by, offer)?;
    // What else they have is known only of the offer's listing.
    if offer.listing != holding.licence.listing {
        return Err(Refusal::missing("offer"));
    }
    if book.holdings.of(by, offer.listing).iter().any(|it| it.licence.is_owned()) {
        return Err(Refusal::AlreadyOwned);
    }
    check_conversion(holding, offer)?;
    let price = conversion_price(offer.price, &holding.rents());
    let paid = pay(book, facts, by, (offer, listing), price, shown)?;
    let (mut holding, at) = (holding.clone(), facts.mint.at());
    holding.licence.generation = holding.licence.generation.saturating_add(1);
    let generation = holding.licence.generation;
    let mut changes = vec![LicenceChange::Generation { licence, generation, at, is_revocation: false }];
    let open: Vec<Lease> = holding.leases.iter().filter(|it| it.state == LeaseState::Open).cloned().collect();
    for lease in open {
        if let Some(meter) = holding.meter_mut(&lease.meter) {
            let _is_settled = meter.settle(lease.reserved(), 0);
            changes.push(LicenceChange::Metered { licence, meter: meter.clone() });
        }
        let lease = Lease { state: LeaseState::Released, closed_at: Some(at), ..lease };
        changes.push(LicenceChange::LeaseStands { licence, lease, told: Vec::new() });
    }
    grant(book, facts, holding, (offer, paid), changes)
}

/// Checks whether a licence may become a purchase by this offer.
///
/// # Errors
/// `NotFound` for an offer of something else or to rent, `WrongState` for a
/// rental that does not count, or was taken back.
pub fn check_conversion(holding: &Holding, offer: &Offer) -> Result<(), Refusal> {
    if offer.listing != holding.licence.listing || !offer.is_purchase() {
        return Err(Refusal::missing("offer"));
    }
    match holding.licence.state {
        LicenceState::Revoked => return Err(Refusal::wrong_state("this licence was taken back")),
        LicenceState::Suspended => return Err(Refusal::wrong_state("this licence is suspended")),
        LicenceState::Active => {}
    }
    match holding.rents().is_empty() {
        true => Err(Refusal::wrong_state("this rental does not count towards a purchase: buy it instead")),
        false => Ok(()),
    }
}

fn owned_by(book: &Book, licence: LicenceId, by: UserId) -> Result<&Holding, Refusal> {
    let holding = book.holdings.get(licence)?;
    match holding.licence.user == by {
        true => Ok(holding),
        false => Err(Refusal::missing("licence")),
    }
}

/// An order that was paid.
struct Paid {
    order: Order,
    transaction: Transaction,
    split: Split,
}

/// Pays a price: one order with one line, straight to the seller and the
/// vendor, as for everything that is delivered at once.
fn pay(
    book: &Book,
    facts: &Facts<'_>,
    buyer: UserId,
    (offer, listing): (&Offer, &Offered),
    price: Tokens,
    shown: Tokens,
) -> Result<Paid, Refusal> {
    if price != shown {
        return Err(Refusal::PriceChanged { now: price });
    }
    require(&book.balances, buyer, &TO_SPEND, price)?;
    let priced = Offered { price, ..listing.clone() };
    let fee = book.fee_for(&priced).ok_or(Refusal::missing("fee rule"))?;
    let (id, at, seller) = (OrderId::new(facts.mint.uuid(0)), facts.mint.at(), listing.seller);
    let cut = fee.per_unit.min(price);
    let mut posting = Posting::on(&book.balances);
    let mut pay = |credit, amount, code| posting.pay(buyer, &TO_SPEND, credit, amount, code);
    let income =
        pay(AccountId::of(seller, AccountKind::Earned), price.saturating_sub(cut), TransferCode::Sale)?;
    let taken = pay(AccountId::vendor(AccountKind::Fees), cut, TransferCode::Fee)?;
    let line = OrderLine {
        listing: listing.id,
        title: format!("{} – {}", listing.title, offer.sentence()),
        kind: listing.kind,
        quantity: 1,
        unit_price: price,
        total: price,
        fee: cut,
        fee_rule: fee.rule,
        fee_explanation: fee.explanation,
        offer: Some(offer.id),
    };
    let money =
        OrderMoney { total: price, fee: cut, held: Split::default(), held_fee: Tokens::ZERO, release_at: at };
    let order = Order { id, buyer, seller, state: OrderState::Released, money, at, lines: vec![line] };
    let transaction = Transaction {
        kind: TransactionKind::Purchase,
        reference: id.uuid(),
        actor: buyer.uuid(),
        at,
        detail: order.detail(),
        transfers: posting.finish(),
    };
    let sum = |one: Tokens, other: Tokens| one.checked_add(other).unwrap_or(one);
    let split = Split {
        promo: sum(income.promo, taken.promo),
        spendable: sum(income.spendable, taken.spendable),
        earned: sum(income.earned, taken.earned),
    };
    Ok(Paid { order, transaction, split })
}

/// Gives what was paid for, after `before`.
fn grant(
    book: &Book,
    facts: &Facts<'_>,
    mut holding: Holding,
    (offer, paid): (&Offer, Paid),
    before: Vec<LicenceChange>,
) -> Result<Decision, Refusal> {
    let licence = holding.licence.id;
    let Paid { order, transaction, split } = paid;
    let (id, listing) = (order.id, offer.listing);
    let acquired =
        Acquired { order: id, offer: offer.clone(), paid: split, at: facts.mint.at(), revoked_at: None };
    let meters = holding.licence.meters.clone();
    if !holding.add(acquired.clone()) {
        return Err(Refusal::wrong_state(
            "this licence is as large as one can be: let some of it be used first",
        ));
    }
    let grown = holding.licence.meters.iter().filter(|meter| !meters.contains(meter)).cloned();
    let mut changes = before;
    changes.push(LicenceChange::Granted { licence, acquired });
    changes.extend(grown.map(|meter| LicenceChange::Metered { licence, meter }));
    let mut decision = super::command::about(licence, None, changes);
    debug_assert!(book.listing(listing).is_some());
    decision.changes.insert(0, Change::Sold { listing, quantity: 1 });
    decision.changes.insert(0, Change::OrderMade(order));
    decision.transactions.push(transaction);
    decision.orders.push(id);
    Ok(decision)
}
