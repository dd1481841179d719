//! What clients ask for, under names of their own so that it can be asked
//! again, and what that is worth to whom.

use client::device::{Device, ProofClaims};
use client::journal::{Journal, Lease};
use client::time::Moment;
use domain::time::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client as Http, redirect};
use serde_json::{Value, json};
use server::keys::proof::{DEVICE, PROOF};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tests::api::{Api, No};
use tests::stripe::Double;

use super::town::Town;

/// Prices and amounts, in whole tokens.
pub(super) const PRICE: i64 = 3;
pub(super) const RENT: i64 = 2;
pub(super) const SLIP: i64 = 7;
pub(super) const TOP_UP: i64 = 1_000;
pub(super) const AT_DESK: i64 = 40;

/// Uses that one rent gives, and that one lease takes along.
pub(super) const USES: u32 = 5;
const TAKEN: u32 = 3;

/// What a client asks for.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// One piece of the listing.
    Buy,
    /// So many tokens for the client of that number.
    Give(usize, i64),
    /// The tokens of a printed code.
    Redeem(String),
    /// Some uses of the program.
    Rent,
    /// One use of it.
    Consume,
    /// A task of one use begins; the name of the task is the key.
    Begin,
    /// That task is done.
    Commit(String),
    /// Some uses to take along; the name of the lease is the key.
    Take,
    /// That lease is told of and given back, so many of it spent.
    Settle { lease: String, settle_by: i64, spent: u32 },
    /// Tokens by card.
    TopUp,
    /// The provider's page for that.
    Visit { path: String },
    /// It is paid there, and the provider's messages about it are taken.
    Pay { session: String },
    /// The money of a top-up is sent back.
    SendBack { top_up: String },
    /// Tokens by telephone for the client of that number.
    Enter(usize),
    /// A colleague agrees to that.
    Approve { top_up: String, to: usize },
    /// The money for it has come.
    Record { top_up: String, to: usize },
}

/// What was answered: an id, or whatever else has to be known of it.
pub(super) type Heard = Result<Value, No>;

/// A request and its answer; none if that was lost.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) key: String,
    pub(super) what: What,
    pub(super) answer: Option<Heard>,
}

impl Try {
    /// What it was answered with, if it was done.
    pub(super) fn done(&self) -> Option<&Value> {
        self.answer.as_ref()?.as_ref().ok()
    }
}

/// Somebody's program, their browser and their device.
pub(super) struct Hands {
    pub(super) api: Api,
    /// Who agrees to what this one enters at the desk.
    pub(super) colleague: Option<Api>,
    http: Http,
    device: Device,
    folder: TempDir,
}

impl Hands {
    pub(super) fn of(api: Api, colleague: Option<Api>) -> Self {
        let http = Http::builder().no_proxy().redirect(redirect::Policy::none()).build();
        let folder = TempDir::with_prefix("device-").expect("a temporary folder can be made");
        let device = Device::open(&folder.path().join("device.key")).expect("a key can be made");
        Self { api, colleague, http: http.expect("a client builds"), device, folder }
    }

    /// Asks; none if the answer is lost.
    pub(super) async fn send(&self, town: &Town, what: &What, key: &str, licence: &Value) -> Option<Heard> {
        let done = match what {
            What::Buy => self.api.buys(&town.listing, &PRICE.to_string(), key).await.map(texts),
            What::Give(to, amount) => {
                self.api.gives(&town.handles[*to], &amount.to_string(), key).await.map(texts)
            }
            What::Redeem(code) => {
                let input = json!({ "code": code, "idempotencyKey": key });
                self.api.try_to("redeemVoucher", input, "redemption { tokens }").await
            }
            What::Rent => {
                let price = RENT.to_string();
                let input = json!({ "offerId": town.offer, "expectedPrice": price, "idempotencyKey": key });
                let done = self.api.try_to("rent", input, "licence { id }").await;
                done.map(|done| done.map(|done| done["licence"]["id"].clone()))
            }
            What::Consume => {
                let input = json!({ "licenceId": licence, "meter": "use", "units": 1, "consumeId": key });
                self.api.try_to("consume", input, "meter { left }").await
            }
            What::Begin => {
                let input = json!({ "licenceId": licence, "meter": "use", "taskId": key });
                self.api.try_to("beginTask", input, "meter { left }").await
            }
            What::Commit(task) => {
                let input = json!({ "licenceId": licence, "taskId": task });
                self.api.try_to("commitTask", input, "meter { left }").await
            }
            What::Take => return self.takes(town, key, licence).await,
            What::Settle { lease, settle_by, spent } => {
                let report = self.report(licence, lease, *settle_by, *spent);
                let input = json!({ "licenceId": licence, "leaseId": lease, "report": report });
                self.api.try_to("settleLease", input, "lease { state used }").await
            }
            What::TopUp => {
                let input = json!({ "tokens": TOP_UP.to_string(), "idempotencyKey": key });
                let done = self.api.try_to("topUp", input, "topUpOrder { id payUrl }").await;
                done.map(|done| done.map(|done| done["topUpOrder"].clone()))
            }
            What::Visit { path } => return self.visits(town, path).await,
            What::Pay { session } => return self.pays(town, session).await,
            What::SendBack { top_up } => {
                let input = json!({ "topUpId": top_up });
                self.api.try_to("refundTopUp", input, "topUpOrder { id }").await
            }
            What::Enter(_) | What::Approve { .. } | What::Record { .. } => {
                return self.serves(town, what, key).await;
            }
        };
        done.ok()
    }

    /// What the desk does: enters an order, agrees to it, takes the money.
    async fn serves(&self, town: &Town, what: &What, key: &str) -> Option<Heard> {
        let done = match what {
            What::Enter(to) => {
                let input = json!({
                    "to": town.handles[*to], "channel": "PHONE", "method": "CASH", "tokens": AT_DESK.to_string(),
                    "idempotencyKey": key,
                });
                let done = self.api.try_to("enterTopUpOrder", input, "topUpOrder { id amount }").await;
                done.map(|done| done.map(|done| done["topUpOrder"]["id"].clone()))
            }
            What::Approve { top_up, .. } => {
                let input = json!({ "topUpId": top_up });
                let colleague = self.colleague.as_ref().expect("only the desk enters orders");
                match colleague.try_to("approveTopUpOrder", input, "topUpOrder { state }").await {
                    // It has no key: what was done before an answer was lost
                    // is there, and taking the money proves it.
                    Ok(Err(no)) if no.code == "WRONG_STATE" => Ok(Ok(Value::Null)),
                    other => other,
                }
            }
            What::Record { top_up, .. } => {
                let input = json!({
                    "topUpId": top_up, "amount": "0.40", "currency": "USD", "idempotencyKey": key,
                    "valueDate": "2026-11-23T12:00:00Z", "bankReference": key,
                });
                self.api.try_to("recordPayment", input, "topUpOrder { state }").await
            }
            other => panic!("{other:?} is not asked at the desk"),
        };
        done.ok()
    }

    /// Takes uses along; the first time the licence is made active here.
    async fn takes(&self, town: &Town, key: &str, licence: &Value) -> Option<Heard> {
        let input = json!({ "licenceId": licence, "device": self.device.public().text() });
        let active = self.vouched(town, "activateDevice", input, "licence { id }").await?;
        assert!(active.is_ok(), "{active:?}");
        let input = json!({ "licenceId": licence, "meter": "use", "units": TAKEN, "leaseId": key });
        let taken = self.vouched(town, "leaseUnits", input, "lease { units used state settleBy }").await?;
        Some(taken.map(|done| done["lease"]["settleBy"].clone()))
    }

    async fn vouched(&self, town: &Town, name: &str, input: Value, fields: &str) -> Option<Heard> {
        let told = self.api.tell("{ deviceNonce }", json!({})).await.ok()?;
        let nonce = told.body["data"]["deviceNonce"].as_str()?.to_owned();
        let vouch = |body: &[u8]| {
            let body = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
            let (typ, method, path) = ("proof".to_owned(), "POST".to_owned(), "/graphql".to_owned());
            let says = ProofClaims { v: 1, typ, method, path, body, nonce, iat: Moment::from_millis(0) };
            let value = |text: String| HeaderValue::from_str(&text).expect("letters and digits");
            let proof = self.device.prove(&town.store, &says).expect("a key signs");
            [(DEVICE, self.device.public().text()), (PROOF, proof)]
                .into_iter()
                .map(|(name, text)| (name.parse().expect("a header"), value(text)))
                .collect::<HeaderMap>()
        };
        self.api.try_to_vouched(name, input, fields, vouch).await.ok()
    }

    /// What the journal of a lease says, once all of it that is wanted was
    /// spent; again the same.
    fn report(&self, licence: &Value, name: &str, settle_by: i64, spent: u32) -> String {
        let lease = Lease {
            v: 1,
            lease: name.to_owned(),
            ent: super::town::uuid_of(licence),
            dev: self.device.id().to_owned(),
            meter: "use".to_owned(),
            units: TAKEN,
            settle_by: Moment::from_millis(settle_by),
        };
        let mut journal = Journal::open(&self.folder.path().join(name), lease).expect("a journal opens");
        for number in 0..spent {
            journal.spend(&number.to_string(), 1, Moment::from_millis(0)).expect("it was taken along");
        }
        let report = journal.seal(Moment::from_millis(0)).expect("a journal is sealed");
        serde_json::to_string(&report).expect("a report is JSON")
    }

    /// Follows the way to the provider's page; tells the session.
    pub(super) async fn visits(&self, town: &Town, path: &str) -> Option<Heard> {
        let answer = self.http.get(town.at(path)).send().await.ok()?;
        let Some(to) = answer.headers().get("location") else { panic!("{path}: {answer:?}") };
        let to = to.to_str().expect("an address");
        Some(Ok(to.strip_prefix("https://pay.example/").expect("to the provider").into()))
    }

    /// Pays once; then all messages about it have to be taken.
    pub(super) async fn pays(&self, town: &Town, session: &str) -> Option<Heard> {
        if town.double.events_of(session).is_empty() {
            town.double.is_paid(session);
        }
        let mut taken = Vec::new();
        for event in town.double.events_of(session) {
            let message = Double::delivers(&event, tests_now());
            let request = self.http.post(town.at("/payments/stripe"));
            let request = request.header("stripe-signature", message.signature).body(message.body);
            let answer = request.send().await.ok()?;
            assert_eq!(answer.status(), 200, "a message is taken");
            taken.push(event["id"].clone());
        }
        Some(Ok(json!({ "session": session, "events": taken })))
    }
}

fn texts(done: Result<String, No>) -> Heard {
    done.map(Value::from)
}

/// Seconds of the machine's clock, which the program runs by.
fn tests_now() -> i64 {
    store::world::World::system().now().millis() / 1_000
}

/// Milliseconds of a point in time as the API writes it.
pub(super) fn millis(at: &Value) -> i64 {
    let at = at.as_str().and_then(Timestamp::parse_rfc3339);
    at.expect("a point in time").millis()
}
