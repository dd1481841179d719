//! Who may do what with licences.

use super::*;

/// Of licences that are not there: what their people hear stands in the
/// store's own tests. A device speaks without a session.
pub(super) fn rows() -> Vec<MutationRow> {
    let none: Outcomes = ["NOT_SIGNED_IN", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"];
    let id = "00000000-0000-7000-8000-000000000001";
    let trade = json!({ "licenceId": id, "offerId": "x", "expectedPrice": "1", "idempotencyKey": "KEY" });
    let task = json!({ "licenceId": id, "taskId": "t" });
    let line =
        json!({ "v": 1, "lease": "l", "ent": id, "dev": "d", "meter": "use", "units": 1, "settle_by": 1 });
    let report = json!({ "lease": line, "used": 0, "seq": 0, "head": "", "spendings": [] }).to_string();
    vec![
        (
            "rent",
            About::Nothing,
            json!({ "offerId": "x", "expectedPrice": "1", "idempotencyKey": "KEY" }),
            none,
        ),
        ("extendLicence", About::Nothing, trade.clone(), none),
        ("convertLicence", About::Nothing, trade, none),
        ("refundGrant", About::Sold, json!({ "orderId": "ID" }), none),
        (
            "activateDevice",
            About::Nothing,
            json!({ "licenceId": id, "device": "k4.public.x" }),
            ["NOT_SIGNED_IN", "DENIED", "DENIED", "DENIED"],
        ),
        ("deactivateDevice", About::Nothing, json!({ "licenceId": id, "device": "k4.pid.x" }), none),
        ("authorize", About::Nothing, json!({ "licenceId": id, "device": "k4.pid.x", "want": "CODE" }), none),
        (
            "consume",
            About::Nothing,
            json!({ "licenceId": id, "meter": "use", "units": 1, "consumeId": "c" }),
            none,
        ),
        ("beginTask", About::Nothing, json!({ "licenceId": id, "meter": "use", "taskId": "t" }), none),
        ("commitTask", About::Nothing, task.clone(), none),
        ("abortTask", About::Nothing, task, none),
        (
            "leaseUnits",
            About::Nothing,
            json!({ "licenceId": id, "meter": "use", "units": 1, "leaseId": "l" }),
            ["DENIED"; 4],
        ),
        ("settleLease", About::Nothing, json!({ "licenceId": id, "leaseId": "l", "report": report }), none),
        (
            "suspendLicence",
            About::Nothing,
            json!({ "licenceId": id, "reason": "x" }),
            ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"],
        ),
        (
            "reinstateLicence",
            About::Nothing,
            json!({ "licenceId": id }),
            ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"],
        ),
        ("createClaimCode", About::Nothing, Value::Null, USERS),
        ("signInByCode", About::Nothing, json!({ "code": "x" }), ["INVALID_INPUT"; 4]),
    ]
}
