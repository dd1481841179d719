//! A store of one licence with one meter, in memory, which signs for real.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::clock::TimeClaims;
use crate::code::claims::{Claims, LeaseClaim};
use crate::code::keys::Role;
use crate::code::revoked::RevocationClaims;
use crate::code::{Bundle, Kind, PublicKey};
use crate::testing::{STORE, Vendor, at};
use crate::time::{Moment, days};
use crate::transport::{Answer, Request, Transport};
use crate::verdict::Verdict;
use crate::world::World;

/// How the line is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Up,
    /// Nothing arrives.
    Down,
    /// What is asked is done, and the answer is lost.
    LosesAnswers,
}

pub(super) struct Shop {
    vendor: Vendor,
    world: World,
    state: Mutex<State>,
}

struct State {
    line: Line,
    claims: Claims,
    refusal: Option<Verdict>,
    granted: u32,
    consumed: u32,
    reserved: u32,
    uses: BTreeMap<String, u32>,
    /// Units held back, and whether they are still.
    tasks: BTreeMap<String, (u32, bool)>,
    /// Units taken along, used of them, and whether it is open.
    leases: BTreeMap<String, (u32, u32, bool)>,
    asked: Vec<String>,
}

impl Shop {
    pub(super) fn new(granted: u32, claims: Claims, world: World) -> Self {
        let state = State {
            line: Line::Up,
            claims,
            refusal: None,
            granted,
            consumed: 0,
            reserved: 0,
            uses: BTreeMap::new(),
            tasks: BTreeMap::new(),
            leases: BTreeMap::new(),
            asked: Vec::new(),
        };
        Self { vendor: Vendor::new(), world, state: Mutex::new(state) }
    }

    pub(super) fn root(&self) -> PublicKey {
        self.vendor.root.public.clone()
    }

    pub(super) fn set(&self, line: Line) {
        self.state.lock().unwrap().line = line;
    }

    pub(super) fn refuse(&self, verdict: Verdict) {
        self.state.lock().unwrap().refusal = Some(verdict);
    }

    pub(super) fn extend(&self, end: Moment) {
        let claims = &mut self.state.lock().unwrap().claims;
        (claims.exp, claims.rent_end) = (Some(end), Some(end));
    }

    /// Granted, consumed, reserved.
    pub(super) fn meter(&self) -> (u32, u32, u32) {
        let state = self.state.lock().unwrap();
        (state.granted, state.consumed, state.reserved)
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    pub(super) fn count(&self, verb: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == verb).count()
    }

    /// A code as of now, with all open leases.
    pub(super) fn bundle(&self, device: &str) -> Bundle {
        self.sign(&self.state.lock().unwrap(), device)
    }

    fn sign(&self, state: &State, device: &str) -> Bundle {
        let open = state.leases.iter().filter(|(_, (_, _, is_open))| *is_open);
        let meters = open.map(|(lease, (units, _, _))| LeaseClaim {
            code: "use".to_owned(),
            lease: lease.clone(),
            units: *units,
            settle_by: at(3_000_000),
        });
        let (dev, iat) = (device.to_owned(), self.world.wall());
        let off = Some(iat.plus_millis(1_800_000));
        self.vendor.bundle(&Claims { dev, iat, off, meters: meters.collect(), ..state.claims.clone() })
    }

    fn news(&self, nonce: &str) -> Value {
        let bundle = |code: String, role: Role, pair: &crate::testing::Pair| {
            let keys = vec![self.vendor.certificate(&pair.claim(role), 1)];
            serde_json::to_string(&Bundle { code, keys }).unwrap()
        };
        let (typ, iss, now) = ("time".to_owned(), STORE.to_owned(), self.world.wall());
        let says = TimeClaims { v: 1, typ, iss, nonce: nonce.to_owned(), now };
        let time = bundle(self.vendor.time.sign(Kind::Time, &says), Role::Time, &self.vendor.time);
        let (typ, iss, next) = ("revoked".to_owned(), STORE.to_owned(), at(days(1)));
        let says = RevocationClaims { v: 1, typ, iss, ver: 1, iat: at(0), next, revoked: Vec::new() };
        let pair = &self.vendor.revocation;
        let revoked = bundle(pair.sign(Kind::Revocations, &says), Role::Revocation, pair);
        let root = self.vendor.root.public.text();
        let no_roots: [[&str; 2]; 0] = [];
        let keys = self.vendor.full_set(1);
        let keys = json!({"store": STORE, "root": root, "roots": no_roots, "keys": keys, "revoked": revoked});
        json!({"signedTime": time, "deviceNonce": "n", "storeKeys": keys})
    }

    fn done(&self, verb: &str, input: &Value, device: &str) -> Result<Value, Verdict> {
        let mut state = self.state.lock().unwrap();
        let state = &mut *state;
        state.asked.push(verb.to_owned());
        if let Some(verdict) = state.refusal {
            return Err(verdict);
        }
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let units = u32::try_from(input["units"].as_u64().unwrap_or_default()).unwrap();
        let left = |state: &State| json!({"left": state.granted - state.consumed - state.reserved});
        let free = state.granted - state.consumed - state.reserved;
        match verb {
            "authorize" => {}
            "consume" if state.uses.contains_key(&text("consumeId")) => {}
            "beginTask" if state.tasks.contains_key(&text("taskId")) => {}
            "leaseUnits" if state.leases.contains_key(&text("leaseId")) => {}
            "consume" | "beginTask" | "leaseUnits" if units > free => return Err(Verdict::UsesExhausted),
            "consume" => {
                state.uses.insert(text("consumeId"), units);
                state.consumed += units;
            }
            "beginTask" => {
                state.tasks.insert(text("taskId"), (units, true));
                state.reserved += units;
            }
            "commitTask" | "abortTask" => {
                let (units, is_open) = state.tasks.get_mut(&text("taskId")).ok_or(Verdict::NotFound)?;
                if std::mem::take(is_open) {
                    state.reserved -= *units;
                    state.consumed += if verb == "commitTask" { *units } else { 0 };
                }
            }
            "leaseUnits" => {
                state.leases.insert(text("leaseId"), (units, 0, true));
                state.reserved += units;
            }
            "settleLease" => settle(state, &text("leaseId"), &text("report")),
            other => panic!("{other}?"),
        }
        let code = serde_json::to_string(&self.sign(state, device)).unwrap();
        Ok(json!({"userErrors": [], "meter": left(state), "code": code}))
    }
}

fn settle(state: &mut State, lease: &str, report: &str) {
    let report: crate::journal::Report = serde_json::from_str(report).unwrap();
    report.hashes().unwrap();
    let (units, used, is_open) = state.leases.get_mut(lease).unwrap();
    if *is_open {
        state.consumed += report.used - *used;
        state.reserved -= report.used - *used;
        *used = report.used;
        if report.spendings.last().is_some_and(|last| last.id.is_none()) {
            state.reserved -= *units - *used;
            *is_open = false;
        }
    }
}

impl Transport for Shop {
    fn send(&self, request: Request<'_>) -> io::Result<Answer> {
        let line = self.state.lock().unwrap().line;
        if line == Line::Down {
            return Err(io::Error::other("down"));
        }
        let asked: Value = serde_json::from_slice(request.body).unwrap();
        let (query, variables) = (asked["query"].as_str().unwrap(), &asked["variables"]);
        let data = match query.split_once("done: ") {
            None if query.contains("signedTime") => self.news(variables["nonce"].as_str().unwrap()),
            None => json!({"deviceNonce": "n"}),
            Some((_, rest)) => {
                let device = kid(request.proof.unwrap().word);
                let verb = rest.split('(').next().unwrap();
                let done = self.done(verb, &variables["input"], &device).unwrap_or_else(|verdict| {
                    json!({"userErrors": [{"code": "DENIED", "message": "no", "verdict": verdict.code()}]})
                });
                json!({"done": done})
            }
        };
        match line {
            Line::LosesAnswers if query.contains("mutation") => Err(io::Error::other("cut")),
            Line::Up | Line::Down | Line::LosesAnswers => {
                Ok(Answer { status: 200, body: json!({"data": data}).to_string().into_bytes(), nonce: None })
            }
        }
    }
}

/// Which device vouches for a question.
fn kid(proof: &str) -> String {
    crate::code::sealed::Unproven::parse(proof, 10_000).unwrap().kid().to_owned()
}
