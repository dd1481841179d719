//! What an attacker tries on a table, and how each attempt is put right.

use uuid::Uuid;

use super::table::{Holds, Table};

/// One attempt.
pub(super) struct Attack {
    /// In words.
    pub(super) what: String,
    /// The column, if it is about one.
    pub(super) column: Option<String>,
    pub(super) sql: Vec<String>,
    pub(super) undo: Vec<String>,
    /// What the audit may call the row; any of them will do.
    pub(super) rows: Vec<String>,
    /// Whether no money follows from it, though the column may matter else.
    pub(super) is_harmless: bool,
}

/// All attempts on a table.
pub(super) fn all(table: &Table) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (place, row) in table.rows.iter().enumerate() {
        for column in 0..table.columns.len() {
            attacks.extend(
                values(table, place, column)
                    .into_iter()
                    .map(|(how, value)| alter(table, row, column, how, value)),
            );
        }
        attacks.push(Attack {
            what: format!("{} {}: deleted", table.name, row[table.key[0]]),
            column: None,
            sql: vec![table.delete(row)],
            undo: vec![table.insert(row)],
            rows: names(table, row),
            is_harmless: false,
        });
        attacks.push(extra(table, row));
        if let Some(other) = table.rows.get(place + 1) {
            attacks.extend(swap(table, row, other));
        }
    }
    if table.name == "accounts" {
        attacks.push(empty_account(table));
    }
    attacks
}

/// The values to try in a cell: near ones, none, and those of other rows.
fn values(table: &Table, place: usize, column: usize) -> Vec<(&'static str, String)> {
    let old = &table.rows[place][column];
    let holds = table.columns[column].holds;
    let mut values =
        vec![("up", step(old, holds, 1)), ("down", step(old, holds, -1)), ("none", "NULL".to_owned())];
    let others = table.rows.iter().map(|row| &row[column]);
    values.extend(
        others.filter(|other| *other != old).take(2).map(|other| ("from another row", other.clone())),
    );
    values.retain(|(_, value)| value != old);
    values.dedup_by(|a, b| a.1 == b.1);
    values
}

/// A literal near `old`.
fn step(old: &str, holds: Holds, by: i64) -> String {
    let inner = old.trim_matches('\'');
    match holds {
        Holds::Number => (inner.parse::<i64>().unwrap_or(0) + by).to_string(),
        Holds::Text if old == "NULL" => "'x'".to_owned(),
        Holds::Text if by > 0 => format!("'{inner}x'"),
        Holds::Text => "''".to_owned(),
        Holds::Bytes if old == "NULL" => "NULL".to_owned(),
        // The last digit, before the closing quote.
        Holds::Bytes => {
            let (head, tail) = old.split_at(old.len() - 2);
            let digit = u8::from_str_radix(&tail[..1], 16).unwrap();
            format!("{head}{:X}'", if by > 0 { digit ^ 1 } else { digit ^ 2 })
        }
    }
}

fn alter(table: &Table, row: &[String], column: usize, how: &str, value: String) -> Attack {
    let name = &table.columns[column].name;
    let mut altered = row.to_vec();
    altered[column].clone_from(&value);
    let set = |row: &[String], value: &str| {
        format!("UPDATE {} SET {name} = {value} WHERE {}", table.name, table.picks(row))
    };
    let mut rows = names(table, row);
    rows.extend(names(table, &altered));
    let first = row[table.key[0]].trim_matches('\'');
    Attack {
        what: format!("{} {first}: {name} {how}, {} to {value}", table.name, row[column]),
        column: Some(name.clone()),
        sql: vec![set(row, &value)],
        undo: vec![set(&altered, &row[column])],
        rows,
        is_harmless: is_harmless(table, row, name),
    }
}

/// A row that was never made, much like one that was.
fn extra(table: &Table, row: &[String]) -> Attack {
    let mut made = row.to_vec();
    let last = *table.key.last().unwrap();
    made[last] = match table.columns[last].holds {
        Holds::Number => (made[last].trim_matches('\'').parse::<i64>().unwrap() + 30).to_string(),
        holds => step(&made[last], holds, 1),
    };
    // A claim code opens one gift only.
    if let Some(claim) = table.columns.iter().position(|column| column.name == "claim_hash") {
        made[claim] = "NULL".to_owned();
    }
    Attack {
        what: format!("{} {}: added", table.name, made[table.key[0]]),
        column: None,
        sql: vec![table.insert(&made)],
        undo: vec![table.delete(&made)],
        rows: names(table, &made),
        is_harmless: is_harmless(table, &made, ""),
    }
}

/// Two rows with each other's content.
fn swap(table: &Table, one: &[String], two: &[String]) -> Option<Attack> {
    let with_key_of = |content: &[String], key: &[String]| -> Vec<String> {
        let part = |place: usize| if table.key.contains(&place) { &key[place] } else { &content[place] };
        (0..content.len()).map(|place| part(place).clone()).collect()
    };
    let gone = [table.delete(one), table.delete(two)];
    let (swapped_one, swapped_two) = (with_key_of(two, one), with_key_of(one, two));
    if swapped_one == one {
        return None;
    }
    let put = |rows: [&[String]; 2]| rows.map(|row| table.insert(row));
    let mut rows = names(table, one);
    rows.extend(names(table, two));
    Some(Attack {
        what: format!("{} {} and {}: swapped", table.name, one[table.key[0]], two[table.key[0]]),
        column: None,
        sql: gone.iter().cloned().chain(put([&swapped_one, &swapped_two])).collect(),
        undo: gone.iter().cloned().chain(put([one, two])).collect(),
        rows,
        is_harmless: false,
    })
}

/// An account that nobody uses yet: it would be taken for one that was made.
fn empty_account(table: &Table) -> Attack {
    let mut made = table.rows[0].clone();
    let owner = "00000000000000000000000000000ABC";
    for (column, value) in table.columns.iter().zip(&mut made) {
        *value = match column.name.as_str() {
            "owner" if value.starts_with('X') => format!("X'{owner}'"),
            "owner" => format!("'{owner}'"),
            "kind" => "1".to_owned(),
            _ => "0".to_owned(),
        };
    }
    Attack {
        what: "accounts: an empty one added".to_owned(),
        column: None,
        sql: vec![table.insert(&made)],
        undo: vec![table.delete(&made)],
        rows: names(table, &made),
        is_harmless: is_harmless(table, &made, ""),
    }
}

/// What the audit calls a row.
fn names(table: &Table, row: &[String]) -> Vec<String> {
    let key: Vec<&str> = table.key.iter().map(|place| row[*place].as_str()).collect();
    let plain = key[0].trim_start_matches('X').trim_matches('\'');
    match table.name.as_str() {
        "heads" if plain == "ledger" => vec!["head of the chain".to_owned()],
        "heads" => vec![format!("head of {plain}")],
        "transactions" => vec![
            format!("transaction {plain}:"),
            format!("transaction {plain} "),
            format!("transfer {plain}/"),
            format!("chain: it says {plain},"),
        ],
        "transfers" => vec![format!("transaction {plain}:"), format!("transfer {plain}/")],
        // The ledger holds one hash over all vouchers of a batch.
        "vouchers" => [0, place_of(table, "batch_id")].map(|place| uuid_of(&row[place])).to_vec(),
        // One sum over all of a top-up, or of a user.
        "disputes" | "refunds" => {
            [0, place_of(table, "top_up_id")].map(|place| uuid_of(&row[place])).to_vec()
        }
        "promo_lots" => [0, place_of(table, "user_id")].map(|place| uuid_of(&row[place])).to_vec(),
        "desk_approvals" | "desk_payments" | "desk_events" | "papers" | "desk_bounces" | "desk_moves" => {
            [0, place_of(table, "top_up_id")].map(|place| uuid_of(&row[place])).to_vec()
        }
        "desk_series" => vec![format!("numbers of {plain}")],
        "grants" | "meters" | "usages" | "tasks" | "leases" => {
            [table.key[0], place_of(table, "licence_id")].map(|place| uuid_of(&row[place])).to_vec()
        }
        _ => vec![uuid_of(&row[table.key[0]])],
    }
}

/// Where a card payment stands that has brought no tokens yet decides nothing:
/// money that comes wins over it. A row more that nobody has asked for is a
/// wish to pay, an order to look at, or a line of history.
fn is_harmless(table: &Table, row: &[String], column: &str) -> bool {
    let cell = |name: &str| row[place_of(table, name)].trim_matches('\'').to_owned();
    match (table.name.as_str(), column) {
        ("top_ups", "state" | "") => cell("credited") == "0" && (column.is_empty() || cell("method") == "1"),
        // A task more that was called off, of which nothing is set aside.
        ("tasks", "") => ["3", "4"].contains(&cell("state").as_str()),
        _ => false,
    }
}

fn place_of(table: &Table, column: &str) -> usize {
    table.columns.iter().position(|known| known.name == column).expect("the table has that column")
}

/// An identity as the audit writes it; nothing that it would write for none.
fn uuid_of(literal: &str) -> String {
    let plain = literal.trim_start_matches('X').trim_matches('\'');
    Uuid::parse_str(plain).map_or_else(|_| "no identity".to_owned(), |id| id.to_string())
}
