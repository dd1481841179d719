//! Deciding how an order ends: released to the seller, or called off.
//!
//! Doing again what the same person has done is answered as done; so a lost
//! answer can be asked for once more.

use crate::book::{Book, Change, Decision, Facts};
use crate::id::{OrderId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::order::{Order, OrderState};
use crate::refusal::Refusal;

/// Who releases an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Releaser {
    /// The buyer has what was bought.
    Buyer(UserId),
    /// The time for holding is over.
    Timer,
}

/// Decides the release of what is held: the seller's part to their income,
/// the cut to the vendor. Precedence: not there (or not the asker's), state,
/// time.
///
/// # Errors
/// In that precedence.
pub fn decide_release(
    book: &Book,
    facts: &Facts<'_>,
    id: OrderId,
    by: Releaser,
) -> Result<Decision, Refusal> {
    let order = book.order(id).ok_or(Refusal::missing("order"))?;
    match by {
        Releaser::Buyer(user) if order.buyer != user && order.seller != user => {
            return Err(Refusal::missing("order"));
        }
        Releaser::Buyer(user) if order.buyer != user => return Err(Refusal::Forbidden),
        Releaser::Buyer(_) | Releaser::Timer => {}
    }
    match order.state {
        OrderState::Held => {}
        OrderState::Released => return Ok(Decision::unchanged(id)),
        OrderState::Cancelled => return Err(Refusal::wrong_state("the order was called off")),
    }
    if by == Releaser::Timer && facts.mint.at() < order.money.release_at {
        return Err(Refusal::wrong_state("the tokens are still held"));
    }
    let money = order.money;
    let held = money.held.total().unwrap_or_default();
    let escrow = AccountId::of(order.seller, AccountKind::Escrow);
    let mut posting = Posting::on(&book.balances);
    let income = held.saturating_sub(money.held_fee);
    posting.transfer(
        escrow,
        AccountId::of(order.seller, AccountKind::Earned),
        income,
        TransferCode::Release,
    )?;
    posting.transfer(escrow, AccountId::vendor(AccountKind::Fees), money.held_fee, TransferCode::Fee)?;
    let actor = match by {
        Releaser::Buyer(user) => user.uuid(),
        Releaser::Timer => uuid::Uuid::nil(),
    };
    let transaction = Transaction {
        kind: TransactionKind::Release,
        reference: id.uuid(),
        actor,
        at: facts.mint.at(),
        detail: String::new(),
        transfers: posting.finish(),
    };
    Ok(close(order, OrderState::Released, transaction))
}

/// Decides the seller's calling off: everything that is held goes back to the
/// buckets it came from, and the pieces go back on offer. Precedence: not
/// there (or not the asker's), not the seller, state.
///
/// # Errors
/// In that precedence.
pub fn decide_cancel(book: &Book, facts: &Facts<'_>, id: OrderId, by: UserId) -> Result<Decision, Refusal> {
    let order = book.order(id).ok_or(Refusal::missing("order"))?;
    if order.buyer != by && order.seller != by {
        return Err(Refusal::missing("order"));
    }
    if order.seller != by {
        return Err(Refusal::Forbidden);
    }
    match order.state {
        OrderState::Held => {}
        OrderState::Cancelled => return Ok(Decision::unchanged(id)),
        OrderState::Released => return Err(Refusal::wrong_state("the tokens were released already")),
    }
    let mut posting = Posting::on(&book.balances);
    let (transaction, changes) = void_on(&mut posting, facts, order)?;
    Ok(Decision { transactions: vec![transaction], changes, ..Decision::unchanged(id) })
}

/// The transfers that call a held order off, and what else that changes:
/// everything that is held goes back to the buckets it came from, and the
/// pieces go back on offer. Who may say so has been checked by the caller.
///
/// # Errors
/// `InsufficientTokens` if the order is not held.
pub fn void_on(
    posting: &mut Posting<'_>,
    facts: &Facts<'_>,
    order: &Order,
) -> Result<(Transaction, Vec<Change>), Refusal> {
    let escrow = AccountId::of(order.seller, AccountKind::Escrow);
    posting.pay_back(escrow, order.buyer, order.money.held, TransferCode::Return)?;
    let at = facts.mint.at();
    let transaction = Transaction {
        kind: TransactionKind::Void,
        reference: order.id.uuid(),
        actor: facts.actor,
        at,
        detail: String::new(),
        transfers: posting.cut(),
    };
    let mut changes = vec![Change::OrderClosed { order: order.id, state: OrderState::Cancelled, at }];
    let pieces = order.lines.iter().filter(|line| !line.kind.is_instant());
    changes.extend(pieces.map(|line| Change::Returned { listing: line.listing, quantity: line.quantity }));
    Ok((transaction, changes))
}

fn close(order: &Order, state: OrderState, transaction: Transaction) -> Decision {
    let at = transaction.at;
    Decision {
        transactions: vec![transaction],
        changes: vec![Change::OrderClosed { order: order.id, state, at }],
        orders: vec![order.id],
        ..Decision::default()
    }
}

#[cfg(test)]
mod tests;
