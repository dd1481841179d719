use super::*;
use crate::code::keys::KeyClaim;
use crate::testing::{STORE, Vendor, at};
use crate::time::days;

const HOUR: i64 = 3_600_000;

struct Bench {
    folder: tempfile::TempDir,
    world: World,
    vendor: Vendor,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), world: World::made(at(0)), vendor: Vendor::new() }
    }

    /// The clock of a program that begins now.
    fn clock(&self) -> Clock {
        Clock::open(self.folder.path().join("clock.json"), self.world.clone()).unwrap()
    }

    fn answer(&self, nonce: &str, now: Moment) -> Bundle {
        self.answer_as(&self.vendor.time.claim(Role::Time), nonce, now)
    }

    fn answer_as(&self, key: &KeyClaim, nonce: &str, now: Moment) -> Bundle {
        let (typ, iss, nonce) = ("time".to_owned(), STORE.to_owned(), nonce.to_owned());
        let code = self.vendor.time.sign(Kind::Time, &TimeClaims { v: 1, typ, iss, nonce, now });
        Bundle { code, keys: vec![self.vendor.certificate(key, 1)] }
    }
}

#[test]
fn a_clock_set_back_is_noticed_in_the_next_run_too() {
    let bench = Bench::new();
    let mut clock = bench.clock();
    assert_eq!(clock.reading(), Reading { now: at(0), is_set_back: false });
    clock.keep().unwrap();
    for (wall, is_set_back) in [
        (0, false),
        (-DRIFT_MILLIS_MAX, false),
        (-DRIFT_MILLIS_MAX - 1, true),
        (-HOUR, true),
        (-days(365), true),
        (HOUR, false),
    ] {
        bench.world.set_wall(at(wall));
        for clock in [&clock, &bench.clock()] {
            assert_eq!(clock.reading(), Reading { now: at(wall.max(0)), is_set_back }, "{wall}");
        }
    }
}

#[test]
fn time_passes_while_the_wall_clock_is_held() {
    let bench = Bench::new();
    let mut clock = bench.clock();
    clock.note(at(0));
    bench.world.pass_millis(2 * HOUR);
    bench.world.set_wall(at(0));
    assert_eq!(clock.reading(), Reading { now: at(2 * HOUR), is_set_back: true });
    clock.note(at(HOUR));
    assert_eq!(clock.reading().now, at(2 * HOUR), "what is signed only raises the floor");
    clock.note(at(3 * HOUR));
    assert_eq!(clock.reading().now, at(3 * HOUR));
}

#[test]
fn a_clock_once_wrong_ahead_heals_by_the_vendors_time() {
    let bench = Bench::new();
    bench.world.set_wall(at(days(5_000)));
    bench.clock().keep().unwrap();
    bench.world.set_wall(at(HOUR));
    let mut clock = bench.clock();
    assert_eq!(clock.reading(), Reading { now: at(days(5_000)), is_set_back: true });
    let question = clock.ask().unwrap();
    let answer = bench.answer(question.nonce(), at(HOUR));
    clock.heal(question, &answer, &bench.vendor.trust()).unwrap();
    for clock in [&clock, &bench.clock()] {
        assert_eq!(clock.reading(), Reading { now: at(HOUR), is_set_back: false });
    }
    bench.world.set_wall(at(-HOUR));
    assert!(clock.reading().is_set_back, "and what is healed still guards");
}

#[test]
fn only_the_vendors_fresh_answer_heals() {
    let bench = Bench::new();
    let mut clock = bench.clock();
    clock.note(at(days(5_000)));
    let trust = bench.vendor.trust();
    let mut refused = |make: &dyn Fn(&str) -> Bundle| {
        let question = clock.ask().unwrap();
        let answer = make(question.nonce());
        let error = clock.heal(question, &answer, &trust).unwrap_err();
        assert_eq!(clock.reading().now, at(days(5_000)), "{error}");
        let Stop::Denied(denied) = error else { panic!("{error}") };
        denied.verdict
    };
    assert_eq!(refused(&|_| bench.answer("an earlier nonce", at(0))), Verdict::ClockRollback);
    let for_codes = bench.vendor.time.claim(Role::Authz);
    assert_eq!(refused(&|nonce| bench.answer_as(&for_codes, nonce, at(0))), Verdict::KeyUnknown);
    assert_eq!(refused(&|nonce| bench.answer(nonce, at(days(59)))), Verdict::KeyExpired);
    let stranger = Bench::new();
    assert_eq!(refused(&|nonce| stranger.answer(nonce, at(0))), Verdict::KeyUnknown);
    let as_code = |nonce: &str| {
        let (typ, iss, nonce) = ("time".to_owned(), STORE.to_owned(), nonce.to_owned());
        let says = TimeClaims { v: 1, typ, iss, nonce, now: at(0) };
        Bundle { code: bench.vendor.time.sign(Kind::Code, &says), ..bench.answer("", at(0)) }
    };
    assert_eq!(refused(&as_code), Verdict::SignatureInvalid);
    let late = |nonce: &str| {
        bench.world.pass_millis(ANSWER_MILLIS_MAX + 1);
        bench.world.set_wall(at(0));
        bench.answer(nonce, at(0))
    };
    let question = clock.ask().unwrap();
    let answer = late(question.nonce());
    assert!(clock.heal(question, &answer, &trust).is_err());
}

#[test]
fn a_broken_file_is_as_none() {
    let bench = Bench::new();
    for text in ["", "{", r#"{"floor":"now"}"#, r#"{"floor":1,"floor":2}"#] {
        std::fs::write(bench.folder.path().join("clock.json"), text).unwrap();
        assert_eq!(bench.clock().reading(), Reading { now: at(0), is_set_back: false }, "{text}");
    }
    bench.clock().keep().unwrap();
    bench.world.set_wall(at(-HOUR));
    assert!(bench.clock().reading().is_set_back);
}
