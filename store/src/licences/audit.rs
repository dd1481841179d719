//! What the audit asks of licences: what orders gave and what is counted says
//! the same everywhere.

use domain::ledger::audit::Finding;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::Link;

/// Each finds at most one row of that noun, with what is wrong with it.
const CHECKS: [(&str, &str, &str); 8] = [
    (
        "order",
        "SELECT g.order_id FROM grants g JOIN licences c ON c.id = g.licence_id \
         LEFT JOIN orders o ON o.id = g.order_id LEFT JOIN order_lines l ON l.order_id = g.order_id \
         LEFT JOIN offers f ON f.id = g.offer_id \
         WHERE o.id IS NULL OR l.order_id IS NULL OR f.id IS NULL OR o.buyer_id <> c.user_id \
         OR l.listing_id <> c.listing_id OR f.listing_id <> c.listing_id OR l.offer_id IS NULL \
         OR l.offer_id <> g.offer_id OR o.created_at <> g.granted_at \
         OR o.total <> g.paid_promo + g.paid_spendable + g.paid_earned ORDER BY g.order_id LIMIT 1",
        "what it gave is not what was ordered",
    ),
    (
        "order",
        "SELECT l.order_id FROM order_lines l LEFT JOIN grants g ON g.order_id = l.order_id \
         WHERE l.offer_id IS NOT NULL AND g.order_id IS NULL ORDER BY l.order_id LIMIT 1",
        "software was ordered, and nothing was given",
    ),
    (
        "order",
        "SELECT g.order_id FROM grants g LEFT JOIN transactions t ON t.reference = g.order_id AND t.kind = 80 \
         WHERE (g.revoked_at IS NULL) <> (t.sequence IS NULL) OR g.revoked_at <> t.at \
         OR t.detail <> 'refunded=' || CAST(g.refunded AS TEXT) ORDER BY g.order_id LIMIT 1",
        "what was taken back of it is not what the ledger recorded",
    ),
    (
        "licence",
        "SELECT m.licence_id FROM meters m WHERE m.consumed <> \
         (SELECT COALESCE(SUM(u.units), 0) FROM usages u WHERE u.licence_id = m.licence_id \
          AND u.meter = m.code AND u.units_left IS NOT NULL) \
         + (SELECT COALESCE(SUM(t.units), 0) FROM tasks t WHERE t.licence_id = m.licence_id \
          AND t.meter = m.code AND t.state = 2 AND t.is_counted = 1) \
         + (SELECT COALESCE(SUM(CASE WHEN e.state = 3 THEN e.units ELSE e.used END), 0) FROM leases e \
          WHERE e.licence_id = m.licence_id AND e.meter = m.code) ORDER BY m.licence_id LIMIT 1",
        "its meter says that another number was used",
    ),
    (
        "licence",
        "SELECT m.licence_id FROM meters m WHERE m.reserved <> \
         (SELECT COALESCE(SUM(t.units), 0) FROM tasks t WHERE t.licence_id = m.licence_id \
          AND t.meter = m.code AND t.state = 1 AND t.is_counted = 1) \
         + (SELECT COALESCE(SUM(e.units - e.used), 0) FROM leases e WHERE e.licence_id = m.licence_id \
          AND e.meter = m.code AND e.state = 1) ORDER BY m.licence_id LIMIT 1",
        "its meter sets another number aside",
    ),
    (
        "licence",
        "SELECT m.licence_id FROM meters m WHERE m.granted < (SELECT COALESCE(SUM(f.units), 0) FROM grants g \
         JOIN offers f ON f.id = g.offer_id WHERE g.licence_id = m.licence_id AND f.meter = m.code \
         AND g.revoked_at IS NULL) OR m.granted > (SELECT COALESCE(SUM(f.units), 0) FROM grants g \
         JOIN offers f ON f.id = g.offer_id WHERE g.licence_id = m.licence_id AND f.meter = m.code) \
         ORDER BY m.licence_id LIMIT 1",
        "its meter grants another number than was ordered",
    ),
    (
        "licence",
        "SELECT e.licence_id FROM leases e WHERE e.state IN (1, 2, 3) AND e.used <> \
         (SELECT COALESCE(SUM(l.units), 0) FROM lease_lines l WHERE l.lease_key = e.id) \
         ORDER BY e.licence_id LIMIT 1",
        "a lease of it says that another number was used than its journal",
    ),
    (
        "licence",
        "SELECT c.id FROM licences c LEFT JOIN licence_suspensions p \
         ON p.licence_id = c.id AND p.lifted_at IS NULL WHERE (c.state = 2) <> (p.id IS NOT NULL) ORDER BY c.id LIMIT 1",
        "it is suspended without a reason, or has one and is not",
    ),
];

/// The first licence that does not fit.
pub(crate) async fn check(link: Link<'_>) -> Result<Option<Finding>, Fault> {
    for (noun, sql, problem) in CHECKS {
        if let Some(id) = link.row(sql, vec![], |row| row.take::<Uuid>()).await? {
            return Ok(Some(Finding { row: format!("{noun} {id}"), problem: problem.to_owned() }));
        }
    }
    Ok(None)
}
