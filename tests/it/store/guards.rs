//! What the database itself refuses, whoever asks.

use tests::databases::on_each_database;

use super::lively::lively;

/// Statements that only an attacker or a mistake would send, with a part of
/// what the database says to them.
const REFUSED: &[(&str, &str)] = &[
    ("UPDATE transfers SET amount = amount + 1", "transfers never change"),
    ("UPDATE transfers SET code = 7 WHERE sequence = 1", "transfers never change"),
    ("DELETE FROM transfers", "transfers never change"),
    ("UPDATE transactions SET detail = ''", "transactions never change"),
    ("DELETE FROM transactions WHERE sequence = 2", "transactions never change"),
    ("UPDATE accounts SET debits = debits - 1 WHERE debits > 0", "accounts only grow"),
    ("UPDATE accounts SET kind = 2 WHERE kind = 1", "accounts only grow"),
    ("DELETE FROM accounts", "accounts only grow"),
    ("UPDATE heads SET sequence = sequence - 1", "heads only go on"),
    ("DELETE FROM heads", "heads only go on"),
    ("UPDATE orders SET total = total + 1", "the money of an order never changes"),
    ("UPDATE orders SET state = 1 WHERE state = 3", "the money of an order never changes"),
    ("DELETE FROM orders", "the money of an order never changes"),
    ("UPDATE order_lines SET title = 'another'", "the lines of an order never change"),
    ("DELETE FROM order_lines", "the lines of an order never change"),
    ("UPDATE gifts SET spendable = spendable + 1", "the tokens of a gift never change"),
    ("UPDATE gifts SET message = 'other words'", "the tokens of a gift never change"),
    ("UPDATE gifts SET state = 2 WHERE state = 4", "the tokens of a gift never change"),
    ("DELETE FROM gifts", "the tokens of a gift never change"),
    ("UPDATE vouchers SET tokens = tokens + 1", "a voucher ends once"),
    ("UPDATE vouchers SET state = 1, closed_at = NULL WHERE state = 3", "a voucher ends once"),
    ("UPDATE vouchers SET expires_at = 9 WHERE state = 1", "a voucher ends once"),
    ("DELETE FROM vouchers", "a voucher ends once"),
    ("UPDATE voucher_batches SET name = 'another'", "their batch never changes"),
    ("DELETE FROM voucher_batches", "their batch never changes"),
    // Below the floor: more out than in.
    ("UPDATE accounts SET debits = credits + 1 WHERE kind = 1", "accounts_floor"),
    ("UPDATE accounts SET credits = debits + 1 WHERE kind = 53", "accounts_floor"),
    ("UPDATE listings SET quantity = -1 WHERE quantity IS NOT NULL", "listings_stock"),
];

const TRUNCATED: [&str; 9] = [
    "transfers",
    "transactions",
    "accounts",
    "heads",
    "orders",
    "order_lines",
    "gifts",
    "voucher_batches",
    "vouchers",
];

#[test]
fn the_past_cannot_be_rewritten() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        let direct = lively.market.base.connect().await;
        for (sql, said) in REFUSED {
            let error = direct.run(sql).await.expect_err(sql);
            assert!(error.contains(said), "{sql}\n{error}");
        }
        if direct.is_postgres() {
            for table in TRUNCATED {
                let error = direct.run(&format!("TRUNCATE {table} CASCADE")).await.expect_err(table);
                assert!(
                    ["change", "grow", "go on", "ends once"].iter().any(|word| error.contains(word)),
                    "{error}"
                );
            }
        }
        lively.market.clean().await;
        lively.market.store.close().await;
    });
}

#[test]
fn a_transfer_of_nothing_and_an_order_with_oneself_cannot_be_written() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        let direct = lively.market.base.connect().await;
        let copies = [
            (
                "INSERT INTO transfers SELECT sequence, 90, debit_owner, debit_kind, credit_owner, credit_kind, 0, \
                 code FROM transfers WHERE sequence = 1",
                "transfers_amount",
            ),
            (
                "INSERT INTO transfers SELECT 9999, leg, debit_owner, debit_kind, credit_owner, credit_kind, amount, \
                 code FROM transfers WHERE sequence = 1",
                "",
            ),
            (
                "INSERT INTO order_lines SELECT order_id, line + 9, listing_id, title, kind, 0, unit_price, total, \
                 fee, fee_rule_id, fee_explanation, offer_id FROM order_lines",
                "order_lines_amounts",
            ),
        ];
        for (sql, said) in copies {
            let error = direct.run(sql).await.expect_err(sql);
            assert!(error.contains(said), "{sql}\n{error}");
        }
        lively.market.clean().await;
        lively.market.store.close().await;
    });
}
