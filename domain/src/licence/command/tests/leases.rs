//! Units that devices take along.

use super::*;
use crate::licence::holding::LeaseState;
use crate::licence::journal::LeaseLine;
use crate::licence::lease::first_line;
use sha2::{Digest, Sha256};

/// A device's journal, written as the client writes it.
#[derive(Clone)]
struct Journal {
    report: Report,
}

fn sha(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Journal {
    fn of(lease: LeaseLine) -> Self {
        let head = sha(&serde_json::to_string(&lease).unwrap());
        Self { report: Report { lease, used: 0, seq: 0, head, spendings: Vec::new() } }
    }

    fn note(&mut self, act: &str, says: Spending) {
        let report = &mut self.report;
        report.seq += 1;
        let line =
            format!(r#"{{"seq":{},"act":{act},"at":{},"prev":"{}"}}"#, report.seq, says.at, report.head);
        report.head = sha(&line);
        report.used += says.units;
        report.spendings.push(says);
    }

    fn spend(mut self, id: &str, units: u32) -> Self {
        let act = format!(r#"{{"spend":{{"id":"{id}","units":{units}}}}}"#);
        self.note(&act, Spending { id: Some(id.to_owned()), units, at: 7 });
        self
    }

    fn seal(mut self) -> Self {
        self.note(r#""seal""#, Spending { id: None, units: 0, at: 8 });
        self
    }
}

struct Out {
    shop: Shop,
    licence: LicenceId,
}

fn name(id: &str) -> ClientId {
    ClientId::parse("leaseId", id).unwrap()
}

impl Out {
    /// Ten uses, active on two devices.
    fn new() -> Self {
        let mut shop = Shop::with("100");
        let licence = shop.licence(USES, "6");
        shop.activate(licence, "a").unwrap();
        shop.activate(licence, "b").unwrap();
        Self { shop, licence }
    }

    fn lease(&mut self, device: &str, units: u32, id: &str) -> String {
        let (licence, by, meter) = (self.licence, device_key(device), MeterCode::uses());
        let (lease, lasts) = (name(id), Seconds::new(1_000));
        heard(&self.shop.ask(LicenceCommand::Lease { licence, by, meter, units, lease, lasts }))
    }

    fn journal(&self, id: &str) -> Journal {
        let holding = self.shop.holding(self.licence);
        Journal::of(first_line(self.licence, holding.lease(&name(id)).unwrap()))
    }

    fn settle(&mut self, device: &str, id: &str, journal: &Journal) -> String {
        let (licence, by) = (self.licence, Speaker::Device(device_key(device)));
        let report = Box::new(journal.report.clone());
        heard(&self.shop.ask(LicenceCommand::Settle { licence, by, lease: name(id), report }))
    }

    fn charge(&mut self, id: &str) -> String {
        let licence = self.licence;
        heard(&self.shop.ask(LicenceCommand::Charge { licence, lease: name(id) }))
    }

    fn state(&self, id: &str) -> (LeaseState, u32) {
        let lease = self.shop.holding(self.licence).lease(&name(id)).unwrap();
        (lease.state, lease.used)
    }

    fn uses(&self) -> (u32, u32, u32) {
        self.shop.uses(self.licence)
    }
}

#[test]
fn five_of_ten_are_taken_three_spent_and_the_rest_comes_back_once() {
    let mut out = Out::new();
    assert_eq!(out.lease("a", 5, "l1"), "left 5");
    assert_eq!(out.lease("a", 5, "l1"), "left 5 again");
    assert_eq!(out.lease("a", 4, "l1"), "ID_REUSED");
    assert_eq!(out.lease("b", 5, "l1"), "ID_REUSED");
    assert_eq!(out.lease("a", 1, "l2"), "WRONG_STATE", "one at a time");
    assert_eq!(out.lease("b", 6, "l3"), "USES_EXHAUSTED");
    assert_eq!(out.lease("x", 1, "l3"), "DEVICE_NOT_ACTIVATED");
    let journal = out.journal("l1").spend("one", 1).spend("two", 2);
    assert_eq!(out.settle("a", "l1", &journal), "left 5", "told, not given back");
    assert_eq!(out.uses(), (10, 3, 2));
    assert_eq!(out.settle("b", "l1", &journal), "NOT_FOUND lease");
    let sealed = journal.clone().seal();
    assert_eq!(out.settle("a", "l1", &sealed), "left 7");
    assert_eq!(out.uses(), (10, 3, 0));
    assert_eq!(out.settle("a", "l1", &sealed), "left 7 again");
    assert_eq!(out.settle("a", "l1", &journal), "left 7 again", "what was told before");
    assert_eq!(out.state("l1"), (LeaseState::Settled, 3));
    assert_eq!(out.lease("a", 7, "l2"), "left 0");
    out.shop.clean();
}

#[test]
fn what_nobody_settles_is_charged_and_credited_late_once() {
    let mut out = Out::new();
    out.lease("a", 5, "l1");
    let journal = out.journal("l1").spend("one", 2);
    assert_eq!(out.charge("l1"), "WRONG_STATE");
    out.shop.pass(1_000);
    assert_eq!(out.charge("l1"), "left 5");
    assert_eq!(out.charge("l1"), "left 5 again");
    assert_eq!(out.uses(), (10, 5, 0));
    out.shop.pass(86_400);
    assert_eq!(out.settle("a", "l1", &journal), "left 8");
    assert_eq!(out.settle("a", "l1", &journal), "left 8 again");
    assert_eq!(out.uses(), (10, 2, 0));
    out.shop.clean();
}

#[test]
fn a_copied_journal_is_found_and_costs_one_lease() {
    let mut out = Out::new();
    out.lease("a", 5, "l1");
    let begun = out.journal("l1").spend("one", 1);
    out.settle("a", "l1", &begun.clone().spend("two", 1));
    assert_eq!(out.settle("a", "l1", &begun.spend("other", 1)), "left 5");
    assert_eq!(out.state("l1").0, LeaseState::Forked);
    assert_eq!(out.uses(), (10, 5, 0), "all of it is used");
    assert_eq!(out.lease("a", 1, "l2"), "STATE_FORKED", "this device takes nothing along");
    assert_eq!(out.lease("b", 1, "l3"), "left 4");
    assert_eq!(heard(&out.shop.consume(out.licence, "online", 1)), "left 3");
    out.shop.clean();
}

#[test]
fn what_went_on_after_it_was_given_back_is_forked() {
    let mut out = Out::new();
    out.lease("a", 5, "l1");
    let journal = out.journal("l1").spend("one", 1);
    out.settle("a", "l1", &journal.clone().seal());
    assert_eq!(out.uses(), (10, 1, 0));
    out.settle("a", "l1", &journal.spend("two", 1).spend("three", 1));
    assert_eq!(out.state("l1").0, LeaseState::Forked);
    assert_eq!(out.uses(), (10, 5, 0));
}

#[test]
fn a_report_that_was_touched_is_refused() {
    let mut out = Out::new();
    out.lease("a", 5, "l1");
    let good = out.journal("l1").spend("one", 1).spend("two", 2);
    let touched = |touch: fn(&mut Report)| {
        let mut journal = good.clone();
        touch(&mut journal.report);
        journal
    };
    for journal in [
        touched(|report| report.used = 1),
        touched(|report| report.spendings[0].units = 2),
        touched(|report| report.spendings[0].id = Some("eleven".to_owned())),
        touched(|report| drop(report.spendings.pop())),
        touched(|report| report.lease.units = 500),
        touched(|report| report.lease.dev = "k4.pid.b".to_owned()),
        touched(|report| report.head = "0".repeat(64)),
        good.clone().spend("two", 1),
        good.clone().seal().spend("three", 1),
        good.clone().spend("three", 3),
        good.clone().spend("three", 0),
    ] {
        assert_eq!(out.settle("a", "l1", &journal), "STATE_FORKED", "{:?}", journal.report);
        assert_eq!(out.uses(), (10, 0, 5), "nothing has changed");
    }
    assert_eq!(out.settle("a", "l1", &good), "left 5");
}

#[test]
fn refunds_conversions_and_leases_add_up() {
    let mut out = Out::new();
    out.lease("a", 5, "l1");
    out.shop.consume(out.licence, "x", 2).unwrap();
    let order = out.shop.holding(out.licence).acquired[0].order;
    out.shop.refund(order, Refunder::Staff).unwrap();
    assert_eq!(out.uses(), (7, 2, 5), "three were free");
    assert_eq!(out.lease("b", 1, "l2"), "REVOKED");
    let journal = out.journal("l1").spend("one", 1).seal();
    assert_eq!(out.settle("a", "l1", &journal), "left 4");
    assert_eq!(out.uses(), (7, 3, 0));
    out.shop.clean();
}
