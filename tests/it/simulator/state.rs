//! Everything that somebody holds or that has a state, as one text each, from
//! the model and from the tables: the two must be equal after every step.

use std::collections::HashMap;

use tests::databases::Direct;
use uuid::Uuid;

use super::cards::TopUp;
use super::model::{EARNED, Model, PROMO, SPENDABLE};

/// What the model says.
pub(super) fn of_model(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    let vendors = model.vendor.iter().filter(|(_, units)| **units != 0);
    lines.extend(vendors.map(|(kind, units)| format!("account vendor {kind} {units}")));
    for user in &model.users {
        let handle = &user.handle;
        let [promo, spendable, earned] = [PROMO, SPENDABLE, EARNED].map(|bucket| user.buckets[bucket]);
        let (held, disputed, debt) = (user.held, user.disputed, -user.debt);
        let accounts = [(1, spendable), (2, earned), (3, promo), (4, held), (5, disputed), (40, debt)];
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
    lines.extend(model.top_ups.iter().enumerate().map(|(place, top_up)| top_up_of_model(place, top_up)));
    for (place, top_up) in model.top_ups.iter().enumerate() {
        lines.extend(top_up.disputes.iter().enumerate().map(|(number, dispute)| {
            let state = dispute.state.number();
            let (units, held, withdrawn) = (dispute.units, dispute.held, dispute.withdrawn);
            format!("dispute {place}.{number} {state} {units} {held} {withdrawn}")
        }));
    }
    lines.extend(
        model.vouchers.iter().enumerate().map(|(place, slip)| format!("voucher {place} {}", slip.state)),
    );
    let invoice = |(number, place): (usize, &usize)| {
        let due = model.orders_at_desk[place].due.map_or("-".to_owned(), |due| due.to_string());
        format!("invoice {} {place} {due}", number + 1)
    };
    lines.extend(model.invoices.iter().enumerate().map(invoice));
    let pro_forma = |(number, place): (usize, &usize)| format!("pro-forma {} {place} -", number + 1);
    lines.extend(model.pro_formas.iter().enumerate().map(pro_forma));
    for user in &model.users {
        let mut lots = user.lots.clone();
        lots.sort_unstable();
        let told = |expires: Option<i64>| expires.map_or("-".to_owned(), |at| at.to_string());
        lines.extend(
            lots.into_iter().map(|(units, ends)| format!("lot {} {units} {}", user.handle, told(ends))),
        );
    }
    lines.extend(super::redeeming::of_model(model));
    lines.extend(super::meters::of_model(model));
    lines
}

fn top_up_of_model(place: usize, top_up: &TopUp) -> String {
    let TopUp { state, cents, credited, reversed, bonus_reversed, .. } = top_up;
    let intent = top_up.intent_result.as_ref().map_or("-".to_owned(), |code| code.replace('_', "-"));
    format!("top-up {place} {} {cents} {credited} {reversed} {bonus_reversed} {intent}", state.number())
}

const STATE: &str = "CAST(state AS TEXT)";

/// What the tables say, of orders, gifts and top-ups in the order given.
pub(super) async fn of_tables(direct: &Direct, [orders, gifts, top_ups]: [Vec<Uuid>; 3]) -> Vec<String> {
    let mut lines = Vec::new();
    let sql = "SELECT COALESCE(u.handle, 'vendor'), CAST(a.kind AS TEXT), CAST(a.credits - a.debits AS TEXT) \
               FROM accounts a LEFT JOIN users u ON u.id = a.owner WHERE a.credits <> a.debits \
               ORDER BY a.owner, a.kind";
    for row in direct.texts(sql).await {
        let row: Vec<String> = row.into_iter().flatten().collect();
        lines.push(format!("account {}", row.join(" ")));
    }
    let sql = "SELECT CAST(state AS TEXT), CAST(price AS TEXT), COALESCE(CAST(quantity AS TEXT), '-') \
               FROM listings WHERE kind <> 4 ORDER BY id";
    for (place, row) in direct.texts(sql).await.into_iter().enumerate() {
        let row: Vec<String> = row.into_iter().flatten().collect();
        lines.push(format!("listing {place} {}", row.join(" ")));
    }
    lines.extend(states(direct, "order", STATE, &orders).await);
    lines.extend(states(direct, "gift", STATE, &gifts).await);
    let columns = ["state", "amount_minor", "credited", "reversed", "bonus_reversed"];
    let columns = columns.map(|column| format!("CAST({column} AS TEXT)")).join(" || ' ' || ");
    let columns = columns + " || ' ' || COALESCE(intent_result, '-')";
    lines.extend(
        states(direct, "top_up", &columns, &top_ups).await.into_iter().map(|line| line.replace('_', "-")),
    );
    lines.extend(money_of_tables(direct, &top_ups).await);
    lines.extend(super::redeeming::of_tables(direct).await);
    lines.extend(super::meters::of_tables(direct, &orders).await);
    lines
}

/// Disputes, vouchers, invoices and lots.
async fn money_of_tables(direct: &Direct, top_ups: &[Uuid]) -> Vec<String> {
    let id = if direct.is_postgres() { "CAST(i.top_up_id AS TEXT)" } else { "hex(i.top_up_id)" };
    let texts = [
        "SELECT provider_ref, CAST(state AS TEXT), CAST(tokens AS TEXT), CAST(held AS TEXT), \
         CAST(withdrawn AS TEXT) FROM disputes ORDER BY top_up_id, provider_ref"
            .to_owned(),
        "SELECT 'voucher', CAST(v.state AS TEXT) FROM vouchers v ORDER BY v.batch_id, v.number".to_owned(),
        format!(
            "SELECT CASE i.kind WHEN 1 THEN 'pro-forma' ELSE 'invoice' END, CAST(i.number AS TEXT), {id}, \
             COALESCE(CASE i.kind WHEN 2 THEN CAST(i.due_at AS TEXT) END, '-') FROM papers i WHERE i.kind <= 2 ORDER BY i.kind DESC, i.number"
        ),
        "SELECT 'lot', u.handle, CAST(l.amount AS TEXT), COALESCE(CAST(l.expires_at AS TEXT), '-') \
         FROM promo_lots l JOIN users u ON u.id = l.user_id \
         ORDER BY u.id, l.amount, COALESCE(l.expires_at, 0), l.expires_at"
            .to_owned(),
    ];
    let mut lines = Vec::new();
    for sql in texts {
        for (place, row) in direct.texts(&sql).await.into_iter().enumerate() {
            let mut row: Vec<String> = row.into_iter().flatten().collect();
            match row[0].as_str() {
                "voucher" => row.insert(1, place.to_string()),
                "invoice" | "pro-forma" => {
                    let id = Uuid::parse_str(&row[2]).unwrap();
                    row[2] = top_ups.iter().position(|known| *known == id).unwrap().to_string();
                }
                _ => {}
            }
            lines.push(row.join(" "));
        }
    }
    lines
}

async fn states(direct: &Direct, noun: &str, columns: &str, ids: &[Uuid]) -> Vec<String> {
    let id = if direct.is_postgres() { "CAST(id AS TEXT)" } else { "hex(id)" };
    let rows = direct.texts(&format!("SELECT {id}, {columns} FROM {noun}s")).await;
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
