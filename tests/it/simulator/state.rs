//! Everything that somebody holds or that has a state, as one text each, from
//! the model and from the tables: the two must be equal after every step.

use std::collections::HashMap;

use tests::databases::Direct;
use uuid::Uuid;

use super::model::{EARNED, Model, PROMO, SPENDABLE};

/// What the model says.
pub(super) fn of_model(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    let mut vendors =
        vec![(20, model.vendor), (22, model.pending), (53, -model.issued_grant), (54, -model.issued_promo)];
    vendors.retain(|(_, units)| *units != 0);
    lines.extend(vendors.into_iter().map(|(kind, units)| format!("account vendor {kind} {units}")));
    for user in &model.users {
        let handle = &user.handle;
        let [promo, spendable, earned] = [PROMO, SPENDABLE, EARNED].map(|bucket| user.buckets[bucket]);
        let accounts = [(1, spendable), (2, earned), (3, promo), (4, user.held)];
        let held = accounts.into_iter().filter(|(_, units)| *units != 0);
        lines.extend(held.map(|(kind, units)| format!("account {handle} {kind} {units}")));
    }
    for (place, listing) in model.listings.iter().enumerate() {
        let left = listing.left.map_or("-".to_owned(), |left| left.to_string());
        lines.push(format!("listing {place} {} {} {left}", listing.state, listing.price));
    }
    let states = |noun: &str, states: Vec<u8>| -> Vec<String> {
        let told = |(place, state)| format!("{noun} {place} {state}");
        states.into_iter().enumerate().map(told).collect()
    };
    lines.extend(states("order", model.orders.iter().map(|order| order.state).collect()));
    lines.extend(states("gift", model.gifts.iter().map(|gift| gift.state).collect()));
    lines
}

/// What the tables say, of `orders` and `gifts` in the order given.
pub(super) async fn of_tables(direct: &Direct, orders: &[Uuid], gifts: &[Uuid]) -> Vec<String> {
    let mut lines = Vec::new();
    let sql = "SELECT COALESCE(u.handle, 'vendor'), CAST(a.kind AS TEXT), CAST(a.credits - a.debits AS TEXT) \
               FROM accounts a LEFT JOIN users u ON u.id = a.owner WHERE a.credits <> a.debits \
               ORDER BY a.owner, a.kind";
    for row in direct.texts(sql).await {
        let row: Vec<String> = row.into_iter().flatten().collect();
        lines.push(format!("account {}", row.join(" ")));
    }
    let sql = "SELECT CAST(state AS TEXT), CAST(price AS TEXT), COALESCE(CAST(quantity AS TEXT), '-') \
               FROM listings ORDER BY id";
    for (place, row) in direct.texts(sql).await.into_iter().enumerate() {
        let row: Vec<String> = row.into_iter().flatten().collect();
        lines.push(format!("listing {place} {}", row.join(" ")));
    }
    lines.extend(states(direct, "order", orders).await);
    lines.extend(states(direct, "gift", gifts).await);
    lines
}

async fn states(direct: &Direct, noun: &str, ids: &[Uuid]) -> Vec<String> {
    let id = if direct.is_postgres() { "CAST(id AS TEXT)" } else { "hex(id)" };
    let rows = direct.texts(&format!("SELECT {id}, CAST(state AS TEXT) FROM {noun}s")).await;
    let pair = |row: Vec<Option<String>>| {
        let mut parts = row.into_iter().flatten();
        (Uuid::parse_str(&parts.next().unwrap()).unwrap(), parts.next().unwrap())
    };
    let states: HashMap<Uuid, String> = rows.into_iter().map(pair).collect();
    assert_eq!(states.len(), ids.len(), "a {noun} that nobody was told of");
    ids.iter().enumerate().map(|(place, id)| format!("{noun} {place} {}", states[id])).collect()
}

/// The head of the chain: how many transactions, and the seal of the last.
pub(super) async fn head(direct: &Direct) -> String {
    let seal = if direct.is_postgres() { "upper(encode(seal, 'hex'))" } else { "hex(seal)" };
    let sql = format!("SELECT CAST(sequence AS TEXT), {seal} FROM heads WHERE name = 'ledger'");
    let row: Vec<String> = direct.texts(&sql).await.into_iter().flatten().flatten().collect();
    row.join(" ")
}
