//! Who may do what at the desk.

use serde_json::json;

use super::{About, MutationRow, OWNERS, Outcomes, STAFF};

/// For the staff, and not for an order that was just asked for.
const DESK_ONLY: Outcomes = ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "WRONG_STATE"];

/// The mutations of the desk, as the other tables have theirs.
pub(super) fn rows() -> Vec<MutationRow> {
    vec![
        ("cancelTopUpOrder", About::Billed, json!({ "topUpId": "ID" }), OWNERS),
        (
            "enterTopUpOrder",
            About::Nothing,
            json!({ "to": "owner", "channel": "PHONE", "method": "WIRE", "tokens": "5", "idempotencyKey": "KEY" }),
            STAFF,
        ),
        ("approveTopUpOrder", About::Billed, json!({ "topUpId": "ID" }), STAFF),
        ("rejectTopUpOrder", About::Billed, json!({ "topUpId": "ID", "reason": "no" }), STAFF),
        (
            "recordPayment",
            About::Billed,
            json!({ "topUpId": "ID", "amount": "1", "currency": "USD", "bankReference": "B",
                    "valueDate": "2026-11-23T12:00:00Z", "idempotencyKey": "KEY" }),
            DESK_ONLY,
        ),
        ("writeOffTopUpOrder", About::Billed, json!({ "topUpId": "ID" }), DESK_ONLY),
        ("attachScan", About::Billed, json!({ "topUpId": "ID" }), STAFF),
        ("reverseTopUpOrder", About::Billed, json!({ "topUpId": "ID", "reason": "no" }), DESK_ONLY),
        (
            "bouncePayment",
            About::Billed,
            json!({ "topUpId": "ID", "paymentId": "ID", "reason": "no" }),
            ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "NOT_FOUND"],
        ),
        (
            "moveRemainder",
            About::Billed,
            json!({ "topUpId": "ID", "amount": "1", "currency": "USD", "bankReference": "B",
                    "idempotencyKey": "KEY" }),
            DESK_ONLY,
        ),
        ("setCreditLimit", About::Nothing, json!({ "to": "owner", "amount": "10" }), STAFF),
    ]
}
