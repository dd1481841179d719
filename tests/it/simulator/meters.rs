//! How licences stand, as texts, from the model and from the tables.

use tests::databases::Direct;
use uuid::Uuid;

use super::model::Model;

/// What the model says.
pub(super) fn of_model(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, licence) in model.licences.iter().enumerate() {
        let handle = &model.users[licence.user].handle;
        let used: u32 = licence.used.values().map(|(_, units, _)| *units).sum();
        lines.push(format!("licence {place} {handle} {} {used}", licence.generation));
        for (code, count) in &licence.meters {
            let (granted, consumed, reserved) = (count.granted, count.consumed, count.reserved);
            lines.push(format!("meter {place} {code} {granted} {consumed} {reserved}"));
        }
        for grant in &licence.grants {
            let back = grant.back.map_or("-".to_owned(), |back| back.to_string());
            lines.push(format!("grant {place} {} {back}", grant.order));
        }
        let tasks =
            licence.tasks.iter().map(|(name, task)| format!("task {place} task-{name} {}", task.state));
        lines.extend(tasks);
        for (name, lease) in &licence.leases {
            lines.push(format!("lease {place} lease-{name} {} {}", lease.state, lease.used));
        }
        for (device, is_forked) in &licence.devices {
            lines.push(format!("device {place} k4.pid.{device} {}", u8::from(*is_forked)));
        }
    }
    lines.sort_unstable();
    lines
}

/// What the tables say; licences come in the order in which they were made.
pub(super) async fn of_tables(direct: &Direct, orders: &[Uuid]) -> Vec<String> {
    let id = |column: &str| match direct.is_postgres() {
        true => format!("CAST({column} AS TEXT)"),
        false => format!("hex({column})"),
    };
    let (licence, order) = (id("l.id"), id("g.order_id"));
    // Whose row, what it is, which order, and the rest, in one statement: it
    // is asked after every step.
    let sql = format!(
        "SELECT {licence}, 'licence', NULL, u.handle || ' ' || CAST(l.generation AS TEXT) || ' ' || CAST( \
         COALESCE((SELECT SUM(units) FROM usages x WHERE x.licence_id = l.id), 0) AS TEXT) \
         FROM licences l JOIN users u ON u.id = l.user_id \
         UNION ALL SELECT {licence}, 'meter', NULL, l.code || ' ' || CAST(l.granted AS TEXT) || ' ' || \
         CAST(l.consumed AS TEXT) || ' ' || CAST(l.reserved AS TEXT) FROM \
         (SELECT licence_id AS id, code, granted, consumed, reserved FROM meters) l \
         UNION ALL SELECT {licence}, 'task', NULL, l.task_id || ' ' || CAST(l.state AS TEXT) FROM \
         (SELECT licence_id AS id, task_id, state FROM tasks) l \
         UNION ALL SELECT {licence}, 'lease', NULL, l.lease_id || ' ' || CAST(l.state AS TEXT) || ' ' || \
         CAST(l.used AS TEXT) FROM (SELECT licence_id AS id, lease_id, state, used FROM leases) l \
         UNION ALL SELECT {licence}, 'device', NULL, l.kid || ' ' || \
         CASE WHEN l.forked_at IS NULL THEN '0' ELSE '1' END FROM \
         (SELECT licence_id AS id, kid, forked_at FROM activations) l \
         UNION ALL SELECT {licence}, 'grant', {order}, \
         CASE WHEN g.revoked_at IS NULL THEN '-' ELSE CAST(g.refunded AS TEXT) END \
         FROM licences l JOIN grants g ON g.licence_id = l.id"
    );
    let rows = direct.texts(&sql).await;
    let text = |row: &[Option<String>], place: usize| row[place].clone().unwrap_or_default();
    let is_licence = |row: &&Vec<Option<String>>| text(row, 1) == "licence";
    let mut ids: Vec<String> = rows.iter().filter(is_licence).map(|row| text(row, 0)).collect();
    ids.sort_unstable();
    let told = |row: &Vec<Option<String>>| {
        let place = ids.iter().position(|known| *known == text(row, 0)).expect("a licence that is there");
        let order = row[2].as_ref().map(|order| {
            let order = Uuid::parse_str(order).expect("an identity");
            let order = orders.iter().position(|known| *known == order).expect("an order that was told of");
            format!("{order} ")
        });
        format!("{} {place} {}{}", text(row, 1), order.unwrap_or_default(), text(row, 3))
    };
    let mut lines: Vec<String> = rows.iter().map(told).collect();
    lines.sort_unstable();
    lines
}
