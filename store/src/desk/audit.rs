//! What the audit asks of the desk: nobody agreed to their own work, nothing
//! went on without enough others, and no number of an invoice is missing.

use domain::ledger::audit::Finding;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::Link;

/// Each finds at most one order, with what is wrong with it. The states that
/// need everybody's agreement are those after it.
const CHECKS: [(&str, &str); 6] = [
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
         AND t.amount_minor > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM desk_payments p \
         WHERE p.top_up_id = t.id AND p.currency = t.currency) ORDER BY t.id LIMIT 1",
        "it is called paid, and less money came",
    ),
    (
        "SELECT t.id FROM top_ups t JOIN desk_orders o ON o.top_up_id = t.id LEFT JOIN desk_invoices i \
         ON i.top_up_id = t.id WHERE t.method = 4 AND t.credited > 0 AND (i.number IS NULL OR i.due_at IS NULL) \
         ORDER BY t.id LIMIT 1",
        "its tokens came on credit without an invoice",
    ),
];

/// The first thing at the desk that does not fit.
pub(crate) async fn check(link: Link<'_>) -> Result<Option<Finding>, Fault> {
    for (sql, problem) in CHECKS {
        if let Some(id) = link.row(sql, vec![], |row| row.take::<Uuid>()).await? {
            return Ok(Some(Finding { row: format!("top-up {id}"), problem: problem.to_owned() }));
        }
    }
    let sql = "SELECT s.last, (SELECT COUNT(*) FROM desk_invoices), (SELECT COALESCE(MAX(number), 0) FROM desk_invoices) \
               FROM desk_series s WHERE s.name = 'invoices'";
    let numbers =
        link.row(sql, vec![], |row| Ok((row.take::<i64>()?, row.take::<i64>()?, row.take::<i64>()?))).await?;
    Ok(match numbers {
        Some((last, count, highest)) if last == count && count == highest => None,
        _ => Some(Finding {
            row: "numbers of invoices".to_owned(),
            problem: "one is missing, or was never given".to_owned(),
        }),
    })
}
