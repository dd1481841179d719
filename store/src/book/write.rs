//! Writing what a batch changed: one statement a table, then the seals.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::book::{Change, Remembered, Written};
use domain::command::KeyId;
use domain::gift::Gift;
use domain::id::{ListingId, Mint, OfferId, OrderId, UserId};
use domain::ledger::account::AccountId;
use domain::ledger::chain::Seal;
use domain::ledger::transfer::Transaction;
use domain::listing::ListingKind;
use domain::order::Order;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::user::NewUser;
use sea_orm::Value;
use uuid::Uuid;

use crate::book::{disputes, lots, top_ups};
use crate::error::Fault;
use crate::tx::{Link, ids, insert};
use crate::{customers, desk, feed, licences, outbox, redemptions, reviews, sessions, users, vouchers};

/// Writes it all. Nothing is refused any more; whatever goes wrong here is a
/// fault, and the transaction is rolled back.
pub(crate) async fn write(
    link: Link<'_>,
    written: Written,
    known: &HashSet<AccountId>,
    letterhead: Uuid,
) -> Result<(), Fault> {
    let sums = sums_of(&written.transactions)?;
    write_people(link, &written.changes).await?;
    write_orders(link, &written.changes).await?;
    write_gifts(link, &written.changes).await?;
    reviews::write(link, &written.changes).await?;
    top_ups::write(link, &written.changes).await?;
    lots::write(link, &written.changes).await?;
    desk::write(link, &written.changes, letterhead).await?;
    vouchers::write(link, &written.changes).await?;
    licences::write::write(link, &written.changes).await?;
    disputes::write(link, &written.changes).await?;
    redemptions::write(link, &written.changes).await?;
    write_stock(link, &written.changes).await?;
    write_carts(link, &written.changes).await?;
    write_keys(link, &written.keys).await?;
    outbox::record(link, &written.notices).await?;
    write_accounts(link, &sums, known).await?;
    seal(link, &written.transactions).await?;
    let changed: BTreeSet<ListingId> = written.listings.into_iter().collect();
    feed::record(link, changed.into_iter()).await
}

type Sums = BTreeMap<AccountId, (i64, i64)>;

/// What each account's sums grow by.
fn sums_of(transactions: &[Transaction]) -> Result<Sums, Fault> {
    let mut sums = Sums::new();
    let add = |sum: &mut i64, amount: Tokens| -> Result<(), Fault> {
        *sum = sum.checked_add(amount.units()).ok_or(Fault::bug("add up a batch"))?;
        Ok(())
    };
    for transfer in transactions.iter().flat_map(|transaction| &transaction.transfers) {
        add(&mut sums.entry(transfer.debit).or_default().0, transfer.amount)?;
        add(&mut sums.entry(transfer.credit).or_default().1, transfer.amount)?;
    }
    Ok(sums)
}

async fn write_accounts(link: Link<'_>, sums: &Sums, known: &HashSet<AccountId>) -> Result<(), Fault> {
    // The vendor's accounts stand there since the first migration.
    let (old, new): (Vec<_>, Vec<_>) =
        sums.iter().partition(|(account, _)| account.owner.is_nil() || known.contains(*account));
    let values = |rows: Vec<(&AccountId, &(i64, i64))>| -> Vec<Value> {
        let row = |(account, (debits, credits)): (&AccountId, &(i64, i64))| -> [Value; 4] {
            [account.owner.into(), account.kind.number().into(), (*debits).into(), (*credits).into()]
        };
        rows.into_iter().flat_map(row).collect()
    };
    insert(link, "accounts (owner, kind, debits, credits)", 4, values(new)).await?;
    // Growing by a difference rather than setting a sum: the vendor's accounts
    // were never loaded.
    let sql = "UPDATE accounts SET debits = accounts.debits + v.column3, credits = accounts.credits + v.column4 \
               FROM (VALUES {}) AS v WHERE accounts.owner = v.column1 AND accounts.kind = v.column2";
    update(link, sql, 4, values(old)).await
}

/// Runs an `UPDATE … FROM (VALUES {})` that must touch one row for each row
/// of `width` values.
pub(crate) async fn update(link: Link<'_>, sql: &str, width: usize, values: Vec<Value>) -> Result<(), Fault> {
    let wanted = u64::try_from(values.len() / width).map_err(|_| Fault::bug("count rows"))?;
    match link.change_rows(sql, width, values).await? {
        changed if changed == wanted => Ok(()),
        _ => Err(Fault::corrupt("change as many rows as were decided on")),
    }
}

async fn write_people(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let opened: Vec<&NewUser> = changes
        .iter()
        .filter_map(|change| match change {
            Change::AccountOpened(user) => Some(user),
            _ => None,
        })
        .collect();
    users::insert_opened(link, &opened).await?;
    customers::insert_opened(link, &opened).await?;
    let begun = opened.iter().filter_map(|user| Some((user.id, user.opening.session?, user.at)));
    sessions::insert_begun(link, begun).await
}

async fn write_orders(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let (mut rows, mut lines, mut closed, mut files) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::OrderMade(order) => {
                rows.extend(order_values(order));
                line_values(order, &mut lines)?;
                let bought = order.lines.iter().filter(|line| line.kind == ListingKind::File);
                files.extend(bought.flat_map(|line| library_values(order, line.listing)));
            }
            Change::OrderClosed { order, state, at } => {
                closed.extend([Value::from(order.uuid()), state.number().into(), at.millis().into()]);
            }
            _ => {}
        }
    }
    let columns = "orders (id, buyer_id, seller_id, state, total, fee, held_promo, held_spendable, held_earned, \
                   held_fee, release_at, created_at, closed_at)";
    insert(link, columns, 13, rows).await?;
    let columns = "order_lines (order_id, line, listing_id, title, kind, quantity, unit_price, total, fee, \
                   fee_rule_id, fee_explanation, offer_id)";
    insert(link, columns, 12, lines).await?;
    let sql = "UPDATE orders SET state = v.column2, closed_at = v.column3 FROM (VALUES {}) AS v \
               WHERE orders.id = v.column1 AND orders.state = 1";
    update(link, sql, 3, closed).await?;
    // Who buys a file again has it already.
    let sql =
        "INSERT INTO library (user_id, listing_id, order_id, at, place) VALUES {} ON CONFLICT DO NOTHING";
    link.change_rows(sql, 5, files).await.map(drop)
}

fn order_values(order: &Order) -> [Value; 13] {
    let money = order.money;
    let is_closed = order.state != domain::order::OrderState::Held;
    [
        order.id.uuid().into(),
        order.buyer.uuid().into(),
        order.seller.uuid().into(),
        order.state.number().into(),
        money.total.units().into(),
        money.fee.units().into(),
        money.held.promo.units().into(),
        money.held.spendable.units().into(),
        money.held.earned.units().into(),
        money.held_fee.units().into(),
        money.release_at.millis().into(),
        order.at.millis().into(),
        is_closed.then(|| order.at.millis()).into(),
    ]
}

fn line_values(order: &Order, values: &mut Vec<Value>) -> Result<(), Fault> {
    for (place, line) in order.lines.iter().enumerate() {
        let place = i16::try_from(place).map_err(|_| Fault::bug("number the lines of an order"))?;
        values.extend([
            Value::from(order.id.uuid()),
            place.into(),
            line.listing.uuid().into(),
            line.title.as_str().into(),
            line.kind.number().into(),
            i64::from(line.quantity).into(),
            line.unit_price.units().into(),
            line.total.units().into(),
            line.fee.units().into(),
            line.fee_rule.uuid().into(),
            line.fee_explanation.as_str().into(),
            line.offer.map(OfferId::uuid).into(),
        ]);
    }
    Ok(())
}

fn library_values(order: &Order, listing: ListingId) -> [Value; 5] {
    // A key that carries the time, and is the same however often it is made.
    let place = Mint::new(order.at, *listing.uuid().as_bytes()).uuid(0);
    let (buyer, id): (UserId, OrderId) = (order.buyer, order.id);
    [buyer.uuid().into(), listing.uuid().into(), id.uuid().into(), order.at.millis().into(), place.into()]
}

async fn write_gifts(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let (mut rows, mut closed) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::GiftMade(gift) => rows.extend(gift_values(gift)),
            Change::GiftClosed { gift, state, recipient, at } => closed.extend([
                Value::from(gift.uuid()),
                state.number().into(),
                recipient.map(UserId::uuid).into(),
                at.millis().into(),
            ]),
            _ => {}
        }
    }
    let columns = "gifts (id, giver_id, recipient_id, promo, spendable, earned, message, state, claim_hash, \
                   created_at, expires_at)";
    insert(link, columns, 11, rows).await?;
    let sql = "UPDATE gifts SET state = v.column2, recipient_id = v.column3, closed_at = v.column4 \
               FROM (VALUES {}) AS v WHERE gifts.id = v.column1 AND gifts.state = 2";
    update(link, sql, 4, closed).await
}

fn gift_values(gift: &Gift) -> [Value; 11] {
    [
        gift.id.uuid().into(),
        gift.giver.uuid().into(),
        gift.recipient.map(UserId::uuid).into(),
        gift.split.promo.units().into(),
        gift.split.spendable.units().into(),
        gift.split.earned.units().into(),
        gift.message.as_str().into(),
        gift.state.number().into(),
        gift.claim.map(|claim| claim.0.to_vec()).into(),
        gift.at.millis().into(),
        gift.expires_at.map(Timestamp::millis).into(),
    ]
}

async fn write_stock(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let mut sold: BTreeMap<ListingId, i64> = BTreeMap::new();
    for change in changes {
        match change {
            Change::Sold { listing, quantity } => *sold.entry(*listing).or_default() += i64::from(*quantity),
            Change::Returned { listing, quantity } => {
                *sold.entry(*listing).or_default() -= i64::from(*quantity)
            }
            _ => {}
        }
    }
    let values =
        sold.iter().flat_map(|(listing, count)| [Value::from(listing.uuid()), (*count).into()]).collect();
    // A listing without end keeps its NULL; a stock below zero breaks a CHECK.
    let sql = "UPDATE listings SET quantity = listings.quantity - v.column2, sales = listings.sales + v.column2 \
               FROM (VALUES {}) AS v WHERE listings.id = v.column1";
    update(link, sql, 2, values).await
}

async fn write_carts(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let bought = changes.iter().filter_map(|change| match change {
        Change::CartEmptied(user) => Some(user.uuid()),
        _ => None,
    });
    link.change_rows("DELETE FROM cart_lines WHERE owner_id IN ({})", 1, ids(bought)).await.map(drop)
}

async fn write_keys(link: Link<'_>, keys: &[(KeyId, Remembered, Timestamp)]) -> Result<(), Fault> {
    let mut values: Vec<Value> = Vec::with_capacity(keys.len() * 4);
    for (key, remembered, at) in keys {
        let answer = serde_json::to_string(&remembered.answer).map_err(|_| Fault::bug("store an answer"))?;
        let fingerprint = remembered.fingerprint.as_bytes().to_vec();
        values.extend([Value::from(key.uuid()), fingerprint.into(), answer.into(), at.millis().into()]);
    }
    insert(link, "idempotency_keys (id, fingerprint, answer, at)", 4, values).await
}

/// Numbers and seals the transactions, and moves the head of the chain. The
/// head is locked from here to the commit, so that several servers on one
/// PostgreSQL seal one after the other.
async fn seal(link: Link<'_>, transactions: &[Transaction]) -> Result<(), Fault> {
    if transactions.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT sequence, seal FROM heads WHERE name = 'ledger'{}", link.for_update());
    let head = link.row(sql, vec![], |row| Ok((row.take::<i64>()?, Seal::from_bytes(row.hash()?)))).await?;
    let (mut sequence, mut seal) = head.ok_or(Fault::corrupt("find the head of the chain"))?;
    let (mut rows, mut transfers) = (Vec::new(), Vec::new());
    for transaction in transactions {
        sequence += 1;
        seal = seal.next(sequence, transaction);
        rows.extend([
            Value::from(sequence),
            transaction.kind.number().into(),
            transaction.reference.into(),
            transaction.actor.into(),
            transaction.at.millis().into(),
            transaction.detail.as_str().into(),
            seal.as_bytes().to_vec().into(),
        ]);
        for (leg, transfer) in transaction.transfers.iter().enumerate() {
            let leg = i16::try_from(leg).map_err(|_| Fault::bug("number the legs of a transaction"))?;
            transfers.extend([
                Value::from(sequence),
                leg.into(),
                transfer.debit.owner.into(),
                transfer.debit.kind.number().into(),
                transfer.credit.owner.into(),
                transfer.credit.kind.number().into(),
                transfer.amount.units().into(),
                transfer.code.number().into(),
            ]);
        }
    }
    insert(link, "transactions (sequence, kind, reference, actor, at, detail, seal)", 7, rows).await?;
    let columns =
        "transfers (sequence, leg, debit_owner, debit_kind, credit_owner, credit_kind, amount, code)";
    insert(link, columns, 8, transfers).await?;
    let sql = "UPDATE heads SET sequence = $1, seal = $2 WHERE name = 'ledger'";
    match link.change(sql, vec![sequence.into(), seal.as_bytes().to_vec().into()]).await? {
        1 => Ok(()),
        _ => Err(Fault::corrupt("move the head of the chain")),
    }
}
