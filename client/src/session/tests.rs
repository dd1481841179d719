//! A program on a device, off-line, as its user runs it day by day.

use super::*;
use crate::clock::TimeClaims;
use crate::code::Kind;
use crate::code::claims::{Claims, LeaseClaim};
use crate::code::keys::Role;
use crate::testing::{STORE, Vendor, at, owned, rental};
use crate::time::days;

struct Bench {
    folder: tempfile::TempDir,
    world: World,
    vendor: Vendor,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), world: World::made(at(0)), vendor: Vendor::new() }
    }

    /// The program, begun anew.
    fn run(&self) -> Session {
        let (store, root) = (STORE.to_owned(), self.vendor.root.public.clone());
        let program =
            Program { store, root, product: "inkwell".to_owned(), version: "1.2.3".parse().unwrap() };
        Session::open(self.folder.path(), program, self.world.clone()).unwrap()
    }

    /// A code for this device.
    fn code(&self, claims: Claims) -> Bundle {
        self.vendor.bundle(&Claims { dev: self.run().device().id().to_owned(), ..claims })
    }
}

fn verdict<T: std::fmt::Debug>(told: Result<T, Stop>) -> Verdict {
    match told {
        Ok(_) => Verdict::Valid,
        Err(Stop::Denied(denied)) => denied.verdict,
        Err(other) => panic!("{other}"),
    }
}

fn uses(units: u32) -> Claims {
    let (code, lease) = ("use".to_owned(), "..".to_owned());
    Claims { meters: vec![LeaseClaim { code, lease, units, settle_by: at(3_000_000) }], ..rental() }
}

#[test]
fn a_rental_runs_off_line_until_its_end() {
    let bench = Bench::new();
    assert_eq!(verdict(bench.run().check()), Verdict::NotFound);
    bench.run().accept_code(bench.code(rental())).unwrap();
    assert_eq!(verdict(bench.run().check()), Verdict::Valid);
    bench.world.pass_millis(3_599_999);
    assert_eq!(verdict(bench.run().check()), Verdict::Valid);
    bench.world.pass_millis(1);
    assert_eq!(verdict(bench.run().check()), Verdict::Expired);
}

#[test]
fn a_clock_set_back_stops_a_rental_and_no_purchase_until_it_is_healed() {
    let bench = Bench::new();
    bench.run().accept_code(bench.code(rental())).unwrap();
    bench.world.pass_millis(1_000_000);
    bench.run().check().unwrap();
    for back in [3_600_000, days(365)] {
        bench.world.set_wall(at(-back));
        assert_eq!(verdict(bench.run().check()), Verdict::ClockRollback);
    }
    bench.run().accept_code(bench.code(owned())).unwrap();
    assert_eq!(verdict(bench.run().check()), Verdict::Valid);
    bench.run().accept_code(bench.code(rental())).unwrap();
    assert_eq!(verdict(bench.run().check()), Verdict::ClockRollback);
    bench.world.set_wall(at(1_200_000));
    let mut session = bench.run();
    let question = session.ask_time().unwrap();
    let (typ, iss, nonce) = ("time".to_owned(), STORE.to_owned(), question.nonce().to_owned());
    let says = TimeClaims { v: 1, typ, iss, nonce, now: at(1_200_000) };
    let keys = vec![bench.vendor.certificate(&bench.vendor.time.claim(Role::Time), 1)];
    let answer = Bundle { code: bench.vendor.time.sign(Kind::Time, &says), keys };
    session.accept_time(question, &answer).unwrap();
    assert_eq!(verdict(session.check()), Verdict::Valid);
}

#[test]
fn without_the_clocks_file_the_code_still_knows_when_it_was_made() {
    let bench = Bench::new();
    bench.run().accept_code(bench.code(Claims { nbf: at(-days(1)), ..rental() })).unwrap();
    std::fs::remove_file(bench.folder.path().join("clock.json")).unwrap();
    bench.world.set_wall(at(-3_600_000));
    assert_eq!(verdict(bench.run().check()), Verdict::ClockRollback);
}

#[test]
fn uses_are_spent_run_by_run_and_given_back() {
    let bench = Bench::new();
    bench.run().accept_code(bench.code(uses(3))).unwrap();
    assert_eq!(bench.run().consume("use", "a", 1).unwrap().unwrap().left, 2);
    assert!(bench.run().consume("use", "a", 1).unwrap().unwrap().is_repeated);
    assert_eq!(verdict(bench.run().consume("export-pdf", "a", 1)), Verdict::UsesExhausted);
    assert_eq!(bench.run().consume("use", "b", 2).unwrap().unwrap().left, 0);
    assert_eq!(verdict(bench.run().consume("use", "c", 1)), Verdict::LeaseExhausted);
    bench.world.pass_millis(3_000_000);
    assert_eq!(verdict(bench.run().consume("use", "c", 1)), Verdict::LeaseExpired);
    bench.world.pass_millis(600_000);
    assert_eq!(verdict(bench.run().consume("use", "c", 1)), Verdict::Expired);
    assert_eq!(bench.run().give_back("use").unwrap().used, 3, "also after the end");
    bench.run().accept_code(bench.code(owned())).unwrap();
    assert_eq!(bench.run().consume("use", "d", 1).unwrap(), None, "what is owned is not counted");
}

#[test]
fn codes_of_others_and_older_ones_are_not_taken() {
    let bench = Bench::new();
    let mut session = bench.run();
    let good = bench.code(rental());
    session.accept_code(good.clone()).unwrap();
    let other = bench.vendor.bundle(&rental());
    assert_eq!(verdict(session.accept_code(other)), Verdict::DeviceMismatch);
    let other = bench.code(Claims { prod: "other".to_owned(), ..rental() });
    assert_eq!(verdict(session.accept_code(other)), Verdict::ProductMismatch);
    let older = bench.code(Claims { generation: 2, ..rental() });
    assert_eq!(verdict(session.accept_code(older)), Verdict::Revoked);
    let another_licence = bench.code(Claims { generation: 0, ent: "licence-2".to_owned(), ..rental() });
    session.accept_code(another_licence).unwrap();
    let copied = Bench { folder: tempfile::tempdir().unwrap(), ..Bench::new() };
    std::fs::copy(bench.folder.path().join("code.json"), copied.folder.path().join("code.json")).unwrap();
    assert_eq!(verdict(copied.run().check()), Verdict::KeyUnknown, "of another vendor");
    let copied = Bench { folder: copied.folder, ..bench };
    assert_eq!(verdict(copied.run().check()), Verdict::DeviceMismatch);
}

#[test]
fn what_is_believed_is_kept() {
    let bench = Bench::new();
    bench.run().accept_code(bench.code(rental())).unwrap();
    bench.run().accept_keys(&bench.vendor.full_set(4)).unwrap();
    assert_eq!(verdict(bench.run().accept_keys(&bench.vendor.full_set(3))), Verdict::StateForked);
    bench.run().check().unwrap();
    let without = bench.vendor.key_set(5, &[bench.vendor.time.claim(Role::Time)]);
    bench.run().accept_keys(&without).unwrap();
    assert_eq!(verdict(bench.run().check()), Verdict::KeyUnknown);
}
