//! Whoever can reach the database with SQL tries every column of every row of
//! the ledger: alters it, takes it from another row, deletes the row, adds one,
//! swaps two. Either the database refuses, or the audit names the row; and
//! with the triggers taken away too, the audit still does.
//!
//! Tables and columns come from the database's own catalogue, so a new one
//! that nobody guards fails here.

mod attack;
mod sold;
mod table;

use tests::databases::{Direct, on_each_database};
use tests::people::Market;

use super::lively::lively;
use super::paid::lively_and_paid;
use attack::Attack;
use table::Table;

/// The tables of the ledger, with their primary keys.
const LEDGER: [(&str, &[&str]); 11] = [
    ("heads", &["name"]),
    ("accounts", &["owner", "kind"]),
    ("transactions", &["sequence"]),
    ("transfers", &["sequence", "leg"]),
    ("orders", &["id"]),
    ("order_lines", &["order_id", "line"]),
    ("gifts", &["id"]),
    ("voucher_batches", &["id"]),
    ("vouchers", &["id"]),
    ("redemptions", &["id"]),
    ("redemption_approvals", &["redemption_id", "approved_by"]),
];

/// Tables that money depends on, though not all of their columns are in the
/// ledger: the database's own guards have to hold there, or the audit names
/// the row.
const GUARDED: [(&str, &[&str]); 15] = [
    ("top_ups", &["id"]),
    ("disputes", &["id"]),
    ("refunds", &["id"]),
    ("promo_lots", &["id"]),
    ("token_prices", &["id"]),
    ("bundle_sets", &["id"]),
    ("bundles", &["id"]),
    ("desk_orders", &["top_up_id"]),
    ("desk_approvals", &["top_up_id", "approved_by"]),
    ("desk_payments", &["id"]),
    ("desk_events", &["id"]),
    ("papers", &["id"]),
    ("desk_series", &["name"]),
    ("desk_bounces", &["payment_id"]),
    ("desk_moves", &["id"]),
];

/// What was granted of software, and what was used of it: as above.
const SOLD: [(&str, &[&str]); 6] = [
    ("licences", &["id"]),
    ("grants", &["order_id"]),
    ("meters", &["licence_id", "code"]),
    ("usages", &["id"]),
    ("tasks", &["id"]),
    ("leases", &["id"]),
];

/// Columns of these that no money follows from, and why.
const FREE: [(&str, &str, &str); 18] = [
    ("top_ups", "provider", "the provider is asked, and says whether it fits"),
    ("top_ups", "session_ref", "as above"),
    ("top_ups", "payment_ref", "as above"),
    ("top_ups", "closed_at", "tells when; decides nothing"),
    ("disputes", "tokens", "worked out anew whenever the payment is looked up"),
    ("disputes", "amount_minor", "the provider's, and taken over anew at each look"),
    ("disputes", "state", "as above; what it froze, kept and took is looked at"),
    ("disputes", "closed_at", "when it ended; that it ended is looked at"),
    ("refunds", "provider_ref", "a note"),
    ("refunds", "attempts", "how often it was tried"),
    ("refunds", "due_at", "when it is tried again"),
    ("refunds", "error", "a note"),
    ("refunds", "closed_at", "when it ended; that it ended is looked at"),
    ("desk_orders", "taken_from", "may be erased"),
    ("desk_orders", "notes", "may be erased"),
    ("licences", "state", "holding it back is a word of the staff’s, written nowhere else"),
    ("licences", "generation", "only grows; then devices ask for new codes"),
    ("leases", "closed_at", "tells when; decides nothing"),
];

/// Tables of these to which anybody with SQL may add what looks like more of
/// the same: prices, orders and lines of history that nobody made.
/// A licence that no order granted anything allows nothing, and nothing is
/// numbered by another series.
const ADDED: [&str; 7] =
    ["token_prices", "bundle_sets", "bundles", "desk_orders", "desk_events", "desk_series", "licences"];

/// Everything else. A new table belongs here, or above.
const OTHERS: &[&str] = &[
    "customers",
    "compared_days",
    "dispute_deadlines",
    "comparison_findings",
    "seen_findings",
    "provider_movements",
    "handovers",
    "credit_limits",
    "letterheads",
    "bill_tos",
    "desk_reminders",
    "desk_attachments",
    "users",
    "sessions",
    "invitations",
    "idempotency_keys",
    "categories",
    "listings",
    "listing_changes",
    "images",
    "listing_images",
    "cart_lines",
    "library",
    "fee_rules",
    "redemption_payees",
    "top_up_misfits",
    "top_up_reviews",
    "redemption_events",
    "inbox_events",
    "sandbox_payments",
    "sandbox_events",
    "mail_addresses",
    "mail_opt_outs",
    "known_devices",
    "outbox",
    "products",
    "publisher_keys",
    "releases",
    "artifacts",
    "offers",
    "lease_lines",
    "activations",
    "device_moves",
    "revocations",
    "revocation_series",
    "sign_in_codes",
    "licence_suspensions",
];

/// What the audit may miss once the triggers are gone, and why.
const MISSED: [(&str, &str, &str); 2] = [
    ("gifts", "message", "personal words, kept out of the ledger so that they can be erased"),
    ("redemption_approvals", "approved_at", "the ledger’s own transaction tells when somebody agreed"),
];

#[test]
fn every_table_is_known() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let direct = market.base.connect().await;
        let mut known: Vec<&str> = OTHERS.to_vec();
        known.extend(LEDGER.iter().chain(&GUARDED).chain(&SOLD).map(|(name, _)| *name));
        known.push("seaql_migrations");
        known.sort_unstable();
        assert_eq!(table::names(&direct).await, known);
        market.store.close().await;
    });
}

#[test]
fn what_the_database_lets_pass_the_audit_names() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        let direct = lively.market.base.connect().await;
        let refused = attack_all(&lively.market, &direct, Triggers::Armed, &LEDGER).await;
        assert!(refused > 500, "the triggers refused only {refused} attacks");
        lively.market.store.close().await;
    });
}

#[test]
fn with_the_triggers_gone_the_audit_still_names_the_row() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        let direct = lively.market.base.connect().await;
        attack_all(&lively.market, &direct, Triggers::Gone, &LEDGER).await;
        lively.market.store.close().await;
    });
}

#[test]
fn what_money_depends_on_is_guarded_or_named() {
    on_each_database(async |base| {
        let lively = lively_and_paid(base).await;
        let direct = lively.market.base.connect().await;
        let refused = attack_all(&lively.market, &direct, Triggers::Armed, &GUARDED).await;
        assert!(refused > 500, "the triggers refused only {refused} attacks");
        lively.market.store.close().await;
    });
}

#[test]
fn what_was_sold_and_used_is_guarded_or_named() {
    on_each_database(async |base| {
        let market = sold::sold(base).await;
        let direct = market.base.connect().await;
        let refused = attack_all(&market, &direct, Triggers::Armed, &SOLD).await;
        assert!(refused > 200, "the triggers refused only {refused} attacks");
        market.store.close().await;
    });
}

/// Every column of every table, with the catalogue's name of its type.
pub(super) async fn columns_of_all_tables(direct: &Direct) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for name in table::names(direct).await.into_iter().filter(|name| name != "seaql_migrations") {
        let columns = table::columns(direct, &name).await;
        all.extend(columns.into_iter().map(|(column, kind)| (name.clone(), column, kind)));
    }
    all
}

/// Whether the attacker has got rid of the triggers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Triggers {
    Armed,
    Gone,
}

/// Tries all attacks on all rows; returns how many the database refused.
async fn attack_all(market: &Market, direct: &Direct, triggers: Triggers, tables: &[(&str, &[&str])]) -> u32 {
    let guard = table::Guard::of(direct).await;
    let (mut refused, mut found) = (0, 0);
    for (name, key) in tables {
        let table = Table::read(direct, name, key).await;
        assert!(!table.rows.is_empty(), "{name} has no row to attack");
        for attack in attack::all(&table) {
            if triggers == Triggers::Gone {
                guard.disarm(direct).await;
            }
            if direct.run(&script(&attack.sql)).await.is_err() {
                // A script that broke off leaves its transaction open.
                let _ = direct.run("ROLLBACK").await;
                refused += 1;
                continue;
            }
            let audit = market.audit().await;
            let verdict = audit.err().map(|finding| finding.to_string());
            guard.disarm(direct).await;
            direct.must(&script(&attack.undo)).await;
            guard.arm(direct).await;
            judge(&table, &attack, verdict, triggers);
            found += 1;
        }
        market.audit().await.unwrap_or_else(|finding| panic!("{name} was not put right: {finding}"));
    }
    println!("{refused} attacks refused by the database, {found} let pass by it");
    refused
}

fn script(statements: &[String]) -> String {
    format!("BEGIN; {}; COMMIT", statements.join("; "))
}

fn judge(table: &Table, attack: &Attack, verdict: Option<String>, triggers: Triggers) {
    let is_missed = |(name, column, _): &(&str, &str, &str)| {
        triggers == Triggers::Gone && *name == table.name && attack.column.as_deref() == Some(*column)
    };
    // A gap in the feed of changes harms nobody: only going back would. And
    // a giver's words may be erased.
    let is_gap = attack.what.starts_with("heads listings: sequence ");
    let is_erased = table.name == "gifts" && attack.what.ends_with("to ''");
    let is_free = |(name, column, _): &(&str, &str, &str)| {
        *name == table.name && attack.column.as_deref() == Some(*column)
    };
    let is_added = attack.what.ends_with(": added") && ADDED.contains(&table.name.as_str());
    if verdict.is_none() && (attack.is_harmless || is_added || FREE.iter().any(is_free)) {
        return;
    }
    match verdict {
        None => {
            assert!(is_gap || is_erased || MISSED.iter().any(is_missed), "nobody noticed: {}", attack.what)
        }
        Some(said) => {
            assert!(attack.rows.iter().any(|row| said.contains(row.as_str())), "{}: {said}", attack.what);
        }
    }
}
