//! What the double keeps, and what happens there.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

/// Names and values of a form.
pub(super) type Fields = Vec<(String, String)>;

#[derive(Default)]
pub(super) struct State {
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) events: Vec<Value>,
    /// What was asked under a key, and answered; nothing if it broke.
    pub(super) keys: HashMap<String, (String, Option<Value>)>,
    pub(super) breaking: u32,
    pub(super) refusing: u32,
    pub(super) failing: u32,
    pub(super) forgetful: u32,
    pub(super) is_live: bool,
    /// The account of the money, oldest first.
    pub(super) account: Vec<Value>,
    /// Its clock, in seconds.
    pub(super) now: i64,
    drawn: u32,
}

pub(super) struct Session {
    pub(super) id: String,
    pub(super) asked: Fields,
    pub(super) amount: i64,
    pub(super) currency: String,
    status: &'static str,
    payment_status: &'static str,
    intent: Option<Intent>,
    pub(super) refunds: Vec<Refund>,
    pub(super) disputes: Vec<Dispute>,
}

struct Intent {
    id: String,
    status: &'static str,
}

pub(super) struct Refund {
    id: String,
    pub(super) status: &'static str,
    pub(super) amount: i64,
}

pub(super) struct Dispute {
    id: String,
    status: &'static str,
    amount: i64,
    moved: Vec<i64>,
}

impl Session {
    pub(super) fn json(&self, is_live: bool) -> Value {
        let intent = self.intent.as_ref().map(|intent| json!({ "id": intent.id, "status": intent.status }));
        json!({
            "id": self.id, "object": "checkout.session", "livemode": is_live, "mode": "payment",
            "status": self.status, "payment_status": self.payment_status,
            "amount_total": self.amount, "currency": self.currency, "payment_intent": intent,
            "url": (self.status == "open").then(|| format!("https://pay.example/{}", self.id)),
            "client_reference_id": find(&self.asked, "client_reference_id"),
            "something_new": { "nobody": ["knows", 1] },
        })
    }

    pub(super) fn is_of(&self, payment: &str) -> bool {
        self.intent.as_ref().is_some_and(|intent| intent.id == payment)
    }

    pub(super) fn payment_id(&self) -> Option<String> {
        self.intent.as_ref().map(|intent| intent.id.clone())
    }

    /// Whether the bank has the money of a dispute.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.disputes.iter().any(|dispute| dispute.moved.iter().sum::<i64>() < 0)
    }

    fn payment(&self) -> &str {
        self.intent.as_ref().map(|intent| intent.id.as_str()).expect("somebody has paid")
    }
}

impl Refund {
    pub(super) fn json(&self, payment: &str) -> Value {
        json!({ "id": self.id, "object": "refund", "status": self.status, "amount": self.amount, "payment_intent": payment })
    }
}

impl Dispute {
    pub(super) fn json(&self, payment: &str) -> Value {
        let moved: Vec<_> = self.moved.iter().map(|amount| json!({ "amount": amount })).collect();
        json!({
            "id": self.id, "object": "dispute", "status": self.status, "amount": self.amount,
            "payment_intent": payment, "balance_transactions": moved,
            "evidence_details": { "due_by": 1_796_040_000, "has_evidence": false },
        })
    }
}

pub(super) fn find<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl State {
    fn draw(&mut self, kind: &str) -> String {
        self.drawn += 1;
        format!("{kind}_test_{:04}", self.drawn)
    }

    /// The session with that name.
    pub(super) fn session(&mut self, id: &str) -> &mut Session {
        self.sessions.get_mut(id).expect("a session that was opened")
    }

    fn happens(&mut self, kind: &str, object: Value) {
        let id = self.draw("evt");
        let event = json!({
            "id": id, "object": "event", "type": kind, "livemode": self.is_live, "data": { "object": object },
        });
        self.events.push(event);
    }

    /// Writes a line of the account: so much money, because of a charge,
    /// refund or dispute of a session.
    pub(super) fn book(&mut self, session: &str, category: &str, amount: i64) {
        let session = self.session(session);
        let is_charge = category == "charge";
        let top_up = find(&session.asked, "payment_intent_data[metadata][top_up]").unwrap_or_default();
        let (payment, currency) = (session.payment().to_owned(), session.currency.clone());
        let metadata = if is_charge { json!({ "top_up": top_up }) } else { json!({}) };
        self.line(category, amount, &payment, &currency, metadata);
    }

    /// Writes a line of the account, and that of Stripe's fee.
    pub(super) fn line(
        &mut self,
        category: &str,
        amount: i64,
        payment: &str,
        currency: &str,
        metadata: Value,
    ) {
        let (id, fee) = (self.draw("txn"), self.draw("txn"));
        let source = json!({
            "id": "x_1", "object": "x", "payment_intent": payment, "amount": amount.abs(),
            "currency": currency, "metadata": metadata,
        });
        self.account.push(json!({
            "id": id, "object": "balance_transaction", "amount": amount, "currency": currency,
            "created": self.now, "reporting_category": category, "type": "adjustment", "source": source,
        }));
        self.account.push(json!({
            "id": fee, "object": "balance_transaction", "amount": -3, "currency": currency,
            "created": self.now, "reporting_category": "fee", "type": "stripe_fee", "source": null,
        }));
    }

    pub(super) fn open(&mut self, asked: Fields) -> Value {
        let id = self.draw("cs");
        let price =
            |name: &str| find(&asked, &format!("line_items[0][price_data][{name}]")).unwrap_or_default();
        let session = Session {
            amount: price("unit_amount").parse().expect("an amount is asked"),
            currency: price("currency").to_owned(),
            id: id.clone(),
            asked,
            status: "open",
            payment_status: "unpaid",
            intent: None,
            refunds: Vec::new(),
            disputes: Vec::new(),
        };
        let json = session.json(self.is_live);
        self.sessions.insert(id, session);
        json
    }

    fn tell_session(&mut self, id: &str, kind: &str) {
        let is_live = self.is_live;
        let json = self.session(id).json(is_live);
        self.happens(kind, json);
    }

    pub(super) fn pay(&mut self, id: &str, payment_status: &'static str, status: &'static str) {
        let intent = self.draw("pi");
        let session = self.session(id);
        (session.status, session.payment_status) = ("complete", payment_status);
        session.intent = Some(Intent { id: intent.clone(), status });
        self.tell_session(id, "checkout.session.completed");
        if status == "succeeded" {
            let amount = self.session(id).amount;
            self.book(id, "charge", amount);
            let object = json!({ "id": intent, "object": "payment_intent" });
            self.happens("payment_intent.succeeded", object);
        }
    }

    pub(super) fn settle(
        &mut self,
        id: &str,
        kind: &str,
        payment_status: &'static str,
        status: &'static str,
    ) {
        let session = self.session(id);
        session.payment_status = payment_status;
        session.intent.as_mut().expect("somebody has paid").status = status;
        let amount = session.amount;
        if payment_status == "paid" {
            self.book(id, "charge", amount);
        }
        self.tell_session(id, kind);
    }

    pub(super) fn expire(&mut self, id: &str) {
        self.session(id).status = "expired";
        self.tell_session(id, "checkout.session.expired");
    }

    pub(super) fn refund(&mut self, id: &str, amount: i64) -> Value {
        let refund = Refund { id: self.draw("re"), status: "succeeded", amount };
        let session = self.session(id);
        let payment = session.payment().to_owned();
        let json = refund.json(&payment);
        session.refunds.push(refund);
        self.book(id, "refund", -amount);
        self.happens(
            "charge.refunded",
            json!({ "id": "ch_1", "object": "charge", "payment_intent": payment }),
        );
        json
    }

    pub(super) fn undo_refund(&mut self, id: &str) {
        let session = self.session(id);
        let payment = session.payment().to_owned();
        let refund = session.refunds.last_mut().expect("money was sent back");
        refund.status = "failed";
        let (json, amount) = (refund.json(&payment), refund.amount);
        self.book(id, "refund_failure", amount);
        self.happens("refund.failed", json);
    }

    pub(super) fn dispute(&mut self, id: &str) {
        let dispute = self.draw("dp");
        let session = self.session(id);
        let (payment, amount) = (session.payment().to_owned(), session.amount);
        let dispute = Dispute { id: dispute, status: "needs_response", amount, moved: Vec::new() };
        let json = dispute.json(&payment);
        session.disputes.push(dispute);
        self.happens("charge.dispute.created", json);
    }

    /// Moves the last dispute on: to a status, and all of the money one way
    /// or the other.
    pub(super) fn move_dispute(&mut self, id: &str, kind: &str, status: Option<&'static str>, way: i64) {
        let session = self.session(id);
        let payment = session.payment().to_owned();
        let dispute = session.disputes.last_mut().expect("somebody disputes");
        dispute.status = status.unwrap_or(dispute.status);
        let moved = way * dispute.amount;
        if way != 0 {
            dispute.moved.push(moved);
        }
        let json = dispute.json(&payment);
        if way != 0 {
            self.book(id, if way < 0 { "dispute" } else { "dispute_reversal" }, moved);
        }
        self.happens(kind, json);
    }
}
