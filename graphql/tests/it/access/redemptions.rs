//! Who may turn earned tokens into money, and who agrees.

use serde_json::json;

use super::{About, MutationRow, OWNERS, STAFF};

pub(super) fn rows() -> Vec<MutationRow> {
    let agreed = ["NOT_SIGNED_IN", "FORBIDDEN", "FORBIDDEN", "WRONG_STATE"];
    vec![
        (
            "requestRedemption",
            About::Nothing,
            json!({ "tokens": "1", "payTo": "my bank", "idempotencyKey": "KEY" }),
            ["NOT_SIGNED_IN", "INSUFFICIENT_TOKENS", "INSUFFICIENT_TOKENS", "INSUFFICIENT_TOKENS"],
        ),
        ("cancelRedemption", About::Redeemed, json!({ "redemptionId": "ID" }), OWNERS),
        ("approveRedemption", About::Redeemed, json!({ "redemptionId": "ID" }), STAFF),
        ("rejectRedemption", About::Redeemed, json!({ "redemptionId": "ID", "reason": "no" }), STAFF),
        ("sendRedemptions", About::Nothing, json!({ "idempotencyKey": "KEY" }), STAFF),
        (
            "recordRedemptionPaid",
            About::Redeemed,
            json!({ "redemptionId": "ID", "bankReference": "KEY", "idempotencyKey": "KEY" }),
            agreed,
        ),
        ("recordRedemptionFailed", About::Redeemed, json!({ "redemptionId": "ID", "reason": "no" }), agreed),
    ]
}
