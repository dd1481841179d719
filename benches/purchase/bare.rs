//! What a purchase costs at best: a loop of cached statements on one
//! connection, written by hand, that reads and writes the same rows as the
//! store does, in batches of 256, as durable, with the same seals.

use std::error::Error;
use std::path::Path;

use domain::id::Mint;
use domain::ledger::account::{AccountId, AccountKind};
use domain::ledger::chain::Seal;
use domain::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::market::{PRICE, People};
use benches::measure::{Cost, Meter};

const BATCH: usize = 256;

/// Buys `count` times on a file that the store has filled and closed.
pub(crate) fn run(file: &Path, people: &People, count: usize) -> Result<Cost, Box<dyn Error>> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20000; \
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    let meter = Meter::of_this_process();
    let run = meter.begin();
    let mut done = 0;
    while done < count {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut head = read_head(&transaction)?;
        for number in done..(done + BATCH).min(count) {
            buy(&transaction, people, number, &mut head)?;
        }
        transaction
            .prepare_cached("UPDATE heads SET sequence = ?1, seal = ?2 WHERE name = 'ledger'")?
            .execute(params![head.sequence, head.seal.as_bytes()])?;
        transaction
            .prepare_cached("UPDATE heads SET sequence = ?1 WHERE name = 'listings'")?
            .execute([head.changes])?;
        transaction.commit()?;
        done = (done + BATCH).min(count);
    }
    Ok(run.end(count))
}

struct Head {
    sequence: i64,
    seal: Seal,
    changes: i64,
}

fn read_head(connection: &Connection) -> Result<Head, Box<dyn Error>> {
    let (sequence, seal): (i64, Vec<u8>) = connection
        .prepare_cached("SELECT sequence, seal FROM heads WHERE name = 'ledger'")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let changes = connection
        .prepare_cached("SELECT sequence FROM heads WHERE name = 'listings'")?
        .query_row([], |row| row.get(0))?;
    let seal: [u8; 32] = seal.try_into().map_err(|_| "a seal of another length")?;
    Ok(Head { sequence, seal: Seal::from_bytes(seal), changes })
}

fn buy(
    connection: &Connection,
    people: &People,
    number: usize,
    head: &mut Head,
) -> Result<(), Box<dyn Error>> {
    let buyer = people.buyers[number % people.buyers.len()].uuid();
    let (listing, seller) = people.listings[(number * 7) % people.listings.len()];
    let (listing, seller) = (listing.uuid(), seller.uuid());
    let at = 1_790_000_000_000 + i64::try_from(number)?;
    let mut seed = [0; 16];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let mint = Mint::new(Timestamp::from_millis(at), seed);
    let (order, key) = (mint.uuid(0), mint.uuid(1));

    let known: Option<String> = connection
        .prepare_cached("SELECT answer FROM idempotency_keys WHERE id = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let price: i64 = connection
        .prepare_cached("SELECT price, seller_id, state, kind, title, quantity FROM listings WHERE id = ?1")?
        .query_row([listing], |row| row.get(0))?;
    let balance: i64 = connection
        .prepare_cached("SELECT credits - debits FROM accounts WHERE owner = ?1 AND kind = ?2")?
        .query_row(params![buyer, AccountKind::Spendable.number()], |row| row.get(0))?;
    if known.is_some() || price != PRICE.units() || balance < price {
        return Err("the loop buys only what can be bought".into());
    }
    let transfer = Transfer {
        debit: AccountId { owner: buyer, kind: AccountKind::Spendable },
        credit: AccountId { owner: seller, kind: AccountKind::Escrow },
        amount: PRICE,
        code: TransferCode::Hold,
    };
    let detail = format!("total=3;fee=0.15;held_fee=0.15;release_at={}", at + 1_209_600_000);
    write_ledger(connection, order, buyer, at, detail, transfer, head)?;
    write_order(connection, (order, buyer, seller, listing), (key, at, price))?;
    head.changes += 1;
    connection
        .prepare_cached("INSERT INTO listing_changes (sequence, listing_id) VALUES (?1, ?2)")?
        .execute(params![head.changes, listing])?;
    Ok(())
}

fn write_ledger(
    connection: &Connection,
    order: Uuid,
    buyer: Uuid,
    at: i64,
    detail: String,
    transfer: Transfer,
    head: &mut Head,
) -> Result<(), Box<dyn Error>> {
    let transaction = Transaction {
        kind: TransactionKind::Purchase,
        reference: order,
        actor: buyer,
        at: Timestamp::from_millis(at),
        detail,
        transfers: vec![transfer],
    };
    head.sequence += 1;
    head.seal = head.seal.next(head.sequence, &transaction);
    connection
        .prepare_cached(
            "INSERT INTO transactions (sequence, kind, reference, actor, at, detail, seal) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            head.sequence,
            transaction.kind.number(),
            order,
            buyer,
            at,
            transaction.detail,
            head.seal.as_bytes()
        ])?;
    let amount = transfer.amount.units();
    connection
        .prepare_cached(
            "INSERT INTO transfers (sequence, leg, debit_owner, debit_kind, credit_owner, credit_kind, amount, code) \
             VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            head.sequence,
            transfer.debit.owner,
            transfer.debit.kind.number(),
            transfer.credit.owner,
            transfer.credit.kind.number(),
            amount,
            transfer.code.number()
        ])?;
    connection
        .prepare_cached("UPDATE accounts SET debits = debits + ?3 WHERE owner = ?1 AND kind = ?2")?
        .execute(params![transfer.debit.owner, transfer.debit.kind.number(), amount])?;
    connection
        .prepare_cached(
            "INSERT INTO accounts (owner, kind, debits, credits) VALUES (?1, ?2, 0, ?3) \
             ON CONFLICT (owner, kind) DO UPDATE SET credits = credits + excluded.credits",
        )?
        .execute(params![transfer.credit.owner, transfer.credit.kind.number(), amount])?;
    Ok(())
}

fn write_order(
    connection: &Connection,
    (order, buyer, seller, listing): (Uuid, Uuid, Uuid, Uuid),
    (key, at, price): (Uuid, i64, i64),
) -> Result<(), Box<dyn Error>> {
    let fee = price / 20;
    connection
        .prepare_cached(
            "INSERT INTO orders (id, buyer_id, seller_id, state, total, fee, held_promo, held_spendable, held_earned, \
             held_fee, release_at, created_at) VALUES (?1, ?2, ?3, 1, ?4, ?5, 0, ?4, 0, ?5, ?6, ?7)",
        )?
        .execute(params![order, buyer, seller, price, fee, at + 1_209_600_000, at])?;
    connection
        .prepare_cached(
            "INSERT INTO order_lines (order_id, line, listing_id, title, kind, quantity, unit_price, total, fee, \
             fee_rule_id, fee_explanation) VALUES (?1, 0, ?2, 'An hour of work', 2, 1, ?3, ?3, ?4, ?5, \
             '5 % of 3 = 0.15 tokens (Standard cut)')",
        )?
        .execute(params![order, listing, price, fee, Uuid::nil()])?;
    connection
        .prepare_cached("UPDATE listings SET quantity = quantity - 1, sales = sales + 1 WHERE id = ?1")?
        .execute([listing])?;
    connection
        .prepare_cached("INSERT INTO idempotency_keys (id, fingerprint, answer, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![key, [7u8; 32], format!("{{\"Ok\":{{\"orders\":[\"{order}\"]}}}}"), at])?;
    Ok(())
}
