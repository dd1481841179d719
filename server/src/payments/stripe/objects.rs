//! What Stripe answers, as far as it is used here. Fields and words that are
//! not known are passed over: Stripe adds new ones at any time.

use std::collections::HashMap;

use serde::Deserialize;

/// A reference to a thing: its id, or the whole of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable {
    /// The id.
    Id(String),
    /// The thing.
    Whole(Named),
}

impl Expandable {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Whole(Named { id, .. }) => id,
        }
    }
}

/// A thing of which the id and perhaps a status matter.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
    #[serde(default)]
    pub(super) status: Option<String>,
}

/// A page in which somebody pays.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    #[serde(default)]
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) livemode: bool,
    #[serde(default)]
    pub(super) mode: Option<String>,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) payment_status: Option<String>,
    #[serde(default)]
    pub(super) amount_total: Option<i64>,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) payment_intent: Option<Expandable>,
}

/// Money that goes back.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refund {
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) amount: i64,
}

/// A charge that a card holder disputes.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) balance_transactions: Vec<Balance>,
    #[serde(default)]
    pub(super) evidence_details: Option<EvidenceDetails>,
}

/// What Stripe wants for a dispute.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EvidenceDetails {
    /// In seconds; nothing if it is too late, or nothing is asked.
    #[serde(default)]
    pub(super) due_by: Option<i64>,
}

/// Money that came or went because of something.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Balance {
    #[serde(default)]
    pub(super) amount: i64,
}

/// A line of Stripe's own account of our money.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BalanceTransaction {
    pub(super) id: String,
    #[serde(default)]
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) currency: String,
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default)]
    pub(super) reporting_category: String,
    #[serde(default)]
    pub(super) source: Option<Source>,
}

/// What such a line came from: its id, or the whole of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Source {
    /// The charge, refund or dispute.
    Whole(SourceObject),
    /// Its id, or something that is none of these.
    Other(serde::de::IgnoredAny),
}

/// A charge, a refund or a dispute.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SourceObject {
    #[serde(default)]
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) currency: String,
    pub(super) payment_intent: Expandable,
    #[serde(default)]
    pub(super) metadata: HashMap<String, String>,
}

/// A part of a list.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// Something that happened at Stripe.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) livemode: bool,
    /// Whose, for a platform that works for others; never ours.
    #[serde(default)]
    pub(super) account: Option<String>,
    pub(super) data: EventData,
}

/// What it is about.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EventData {
    pub(super) object: EventObject,
}

/// The thing, as far as it says which payment it belongs to.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EventObject {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) object: String,
    #[serde(default)]
    pub(super) payment_intent: Option<Expandable>,
}

/// Why Stripe would not do it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default)]
    pub(super) error: FailureWords,
}

/// The words that matter of a failure; its message may quote what was sent.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct FailureWords {
    #[serde(default)]
    pub(super) code: Option<String>,
    /// For failures that have no code.
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_passed_over() {
        let text = r#"{"id":"cs_1","object":"checkout.session","payment_intent":{"id":"pi_1","status":"new_word"},
            "amount_total":null,"invented_yesterday":{"a":[1]},"status":"sideways"}"#;
        let session: Session = serde_json::from_str(text).unwrap();
        assert_eq!(session.payment_intent.as_ref().map(Expandable::id), Some("pi_1"));
        assert_eq!((session.status.as_deref(), session.amount_total), (Some("sideways"), None));
        let text = r#"{"id":"evt_1","type":"a.b","data":{"object":{"object":"x","payment_intent":"pi_2"}}}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        assert_eq!(event.data.object.payment_intent.as_ref().map(Expandable::id), Some("pi_2"));
        assert!(!event.livemode && event.account.is_none());
    }
}
