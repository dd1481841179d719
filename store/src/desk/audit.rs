//! What the audit asks of the desk: nobody agreed to their own work, nothing
//! went on without enough others, and no number of an invoice is missing.

use domain::desk::PaperKind;
use domain::ledger::audit::Finding;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::{Columns, Link};

/// Each finds at most one order, with what is wrong with it. The states that
/// need everybody's agreement are those after it.
const CHECKS: [(&str, &str); 15] = [
    (
        "SELECT o.top_up_id FROM desk_orders o JOIN top_ups t ON t.id = o.top_up_id WHERE t.state IN \
         (4, 5, 6, 7, 8, 9) AND o.needs > (SELECT COUNT(*) FROM desk_approvals a WHERE \
         a.top_up_id = o.top_up_id AND a.approved_by <> o.maker AND a.approved_by <> o.user_id) \
         ORDER BY o.top_up_id LIMIT 1",
        "it went on although too few others have agreed",
    ),
    (
        "SELECT a.top_up_id FROM desk_approvals a LEFT JOIN desk_orders o ON o.top_up_id = a.top_up_id \
         WHERE o.top_up_id IS NULL OR a.maker <> o.maker OR a.approved_by = o.maker \
         ORDER BY a.top_up_id LIMIT 1",
        "whoever entered it agreed to it, or it is not there",
    ),
    (
        "SELECT o.top_up_id FROM desk_orders o JOIN top_ups t ON t.id = o.top_up_id \
         WHERE t.user_id <> o.user_id OR t.created_by <> o.maker ORDER BY o.top_up_id LIMIT 1",
        "its top-up was made for, or by, somebody else",
    ),
    (
        "SELECT t.id FROM top_ups t LEFT JOIN desk_orders o ON o.top_up_id = t.id WHERE t.method IN \
         (2, 3, 4, 5, 6, 7) AND o.top_up_id IS NULL ORDER BY t.id LIMIT 1",
        "it is not paid by card, and the desk does not know it",
    ),
    (
        "SELECT t.id FROM top_ups t JOIN desk_orders o ON o.top_up_id = t.id WHERE t.state = 7 \
         AND t.amount_minor > COALESCE((SELECT SUM(p.amount_minor) FROM desk_payments p \
         WHERE p.top_up_id = t.id AND p.currency = t.currency AND NOT EXISTS \
         (SELECT 1 FROM desk_bounces b WHERE b.payment_id = p.id)), 0) \
         - COALESCE((SELECT SUM(m.amount_minor) FROM desk_moves m WHERE m.top_up_id = t.id), 0) \
         ORDER BY t.id LIMIT 1",
        "it is called paid, and less money came",
    ),
    (
        "SELECT t.id FROM top_ups t JOIN desk_orders o ON o.top_up_id = t.id LEFT JOIN papers i \
         ON i.about = t.id AND i.kind = 2 \
         WHERE t.method = 4 AND t.credited > 0 AND (i.number IS NULL OR i.due_at IS NULL) \
         ORDER BY t.id LIMIT 1",
        "its tokens came on credit without an invoice",
    ),
    (
        "SELECT p.top_up_id FROM papers p JOIN top_ups t ON t.id = p.top_up_id WHERE p.currency <> t.currency \
         OR (p.kind IN (1, 2) AND (p.amount_minor <> t.amount_minor OR p.about <> t.id)) \
         OR (p.kind = 3 AND t.method = 1 AND (t.credited = 0 OR (p.about = t.id AND p.amount_minor <> t.amount_minor))) \
         OR (p.kind = 4 AND (CASE WHEN t.method = 1 THEN t.credited = 0 ELSE t.state NOT IN (9, 13) END)) ORDER BY p.number LIMIT 1",
        "a paper about it says something else",
    ),
    (
        "SELECT p.top_up_id FROM papers p LEFT JOIN desk_payments m ON m.id = p.about \
         JOIN desk_orders o ON o.top_up_id = p.top_up_id WHERE p.kind = 3 AND \
         (m.id IS NULL OR m.top_up_id <> p.top_up_id OR m.amount_minor <> p.amount_minor) LIMIT 1",
        "a receipt of it is for no such payment",
    ),
    (
        "SELECT b.top_up_id FROM desk_bounces b LEFT JOIN desk_payments p ON p.id = b.payment_id \
         WHERE p.id IS NULL OR p.top_up_id <> b.top_up_id OR p.entered_by <> b.entered_by \
         OR b.bounced_by = p.entered_by LIMIT 1",
        "a payment came back that never came, or who recorded it said so",
    ),
    (
        "SELECT m.top_up_id FROM desk_moves m LEFT JOIN desk_payments p ON p.id = m.payment_id \
         WHERE m.payment_id IS NOT NULL AND (p.id IS NULL OR p.amount_minor <> m.amount_minor \
         OR p.currency <> m.currency) LIMIT 1",
        "what was paid too much went nowhere",
    ),
    (
        "SELECT m.top_up_id FROM desk_moves m WHERE (SELECT SUM(x.amount_minor) FROM desk_moves x \
         WHERE x.top_up_id = m.top_up_id) > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM desk_payments p \
         WHERE p.top_up_id = m.top_up_id) LIMIT 1",
        "more was given away than was paid for it",
    ),
    (
        "SELECT p.top_up_id FROM desk_payments p LEFT JOIN papers r ON r.about = p.id AND r.kind = 3 \
         WHERE r.id IS NULL AND p.entered_at >= (SELECT COALESCE(MIN(x.issued_at), p.entered_at + 1) \
         FROM papers x WHERE x.kind = 3) LIMIT 1",
        "a payment for it has no receipt",
    ),
    (
        "SELECT a.top_up_id FROM desk_approvals a WHERE NOT EXISTS (SELECT 1 FROM desk_events e WHERE \
         e.top_up_id = a.top_up_id AND e.deed = 2 AND e.done_by = a.approved_by AND e.done_at = a.approved_at) \
         ORDER BY a.top_up_id LIMIT 1",
        "its history knows nothing of somebody who is said to have agreed",
    ),
    (
        "SELECT p.top_up_id FROM desk_payments p WHERE NOT EXISTS (SELECT 1 FROM desk_events e WHERE \
         e.top_up_id = p.top_up_id AND e.deed = 5 AND e.done_by = p.entered_by AND e.done_at = p.entered_at) \
         ORDER BY p.top_up_id LIMIT 1",
        "its history knows nothing of a payment",
    ),
    // Several things may have been done in one moment; what needs nobody's
    // agreement goes on as it is entered.
    (
        "SELECT t.id FROM top_ups t JOIN desk_orders o ON o.top_up_id = t.id WHERE \
         (o.needs > 0 OR EXISTS (SELECT 1 FROM desk_events d WHERE d.top_up_id = t.id AND d.deed > 1)) AND t.state NOT IN \
         (SELECT e.state FROM desk_events e WHERE e.top_up_id = t.id AND e.done_at = \
         (SELECT MAX(l.done_at) FROM desk_events l WHERE l.top_up_id = t.id)) ORDER BY t.id LIMIT 1",
        "its history says that it stands otherwise",
    ),
];

/// The first thing at the desk that does not fit.
pub(crate) async fn check(link: Link<'_>) -> Result<Option<Finding>, Fault> {
    for (sql, problem) in CHECKS {
        if let Some(id) = link.row(sql, vec![], |row| row.take::<Uuid>()).await? {
            return Ok(Some(Finding { row: format!("top-up {id}"), problem: problem.to_owned() }));
        }
    }
    for kind in PaperKind::ALL {
        let sql = "SELECT s.last, (SELECT COUNT(*) FROM papers p WHERE p.kind = $1), \
                   (SELECT COALESCE(MAX(p.number), 0) FROM papers p WHERE p.kind = $1) \
                   FROM desk_series s WHERE s.name = $2";
        let values = vec![kind.number().into(), kind.series().into()];
        let read = |row: &mut Columns<'_>| Ok((row.take::<i64>()?, row.take::<i64>()?, row.take::<i64>()?));
        match link.row(sql, values, read).await? {
            Some((last, count, highest)) if last == count && count == highest => {}
            _ => {
                return Ok(Some(Finding {
                    row: format!("numbers of {}", kind.series()),
                    problem: "one is missing, or was never given".to_owned(),
                }));
            }
        }
    }
    Ok(None)
}
