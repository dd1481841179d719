use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use domain::id::Mint;
use domain::time::Timestamp;
use governor::clock::FakeRelativeClock;
use proptest::prelude::*;

use super::*;

fn rates(text: &str) -> Rates {
    let rate: Rate = text.parse().unwrap();
    Rates {
        open_account: rate,
        sign_in: rate,
        sign_in_as: rate,
        claim: rate,
        redeem: rate,
        upload: rate,
        write: rate,
        read: rate,
    }
}

fn place(number: u32) -> Key {
    Key::Address(IpAddr::V4(Ipv4Addr::from_bits(number)).into())
}

fn account(number: u32) -> Key {
    Key::Account(UserId::new(Mint::new(Timestamp::from_millis(1), [0; 16]).uuid(number)))
}

fn limits(text: &str) -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    (Limits::with_clock(&rates(text), clock.clone()), clock)
}

const fn retry(seconds: u32) -> Result<(), RetryAfter> {
    Err(RetryAfter { seconds })
}

#[test]
fn a_burst_then_a_steady_rate_with_the_time_to_wait() {
    let (limits, clock) = limits("5 at once, then 10 an hour");
    let ask = || limits.check(Class::OpenAccount, place(1), 1);
    for _ in 0..5 {
        assert_eq!(ask(), Ok(()));
    }
    assert_eq!(ask(), retry(360));
    clock.advance(Duration::from_millis(359_001));
    assert_eq!(ask(), retry(1));
    clock.advance(Duration::from_secs(1));
    assert_eq!(ask(), Ok(()));
    assert_eq!(ask(), retry(360));
}

#[test]
fn keys_and_classes_do_not_touch_each_other() {
    let (limits, _) = limits("1 at once, then 1 a day");
    let keys = [place(1), place(2), account(1), account(2), Key::handle("wren"), Key::handle("robin")];
    for class in Class::ALL {
        for key in keys {
            assert_eq!(limits.check(class, key, 1), Ok(()), "{class:?} {key:?}");
            assert!(limits.check(class, key, 1).is_err(), "{class:?} {key:?}");
        }
    }
    assert_eq!(Key::handle(" Wren "), Key::handle("wren"));
}

#[test]
fn cost_is_weighed_and_a_refusal_costs_nothing() {
    let (limits, clock) = limits("100 at once, then 10 a second");
    let ask = |cost| limits.check(Class::Write, account(1), cost);
    assert_eq!(ask(0), Ok(()));
    assert_eq!(ask(70), Ok(()));
    assert_eq!(ask(50), retry(2));
    assert_eq!(ask(30), Ok(()));
    assert_eq!(ask(u32::MAX), retry(10));
    clock.advance(Duration::from_secs(10));
    assert_eq!(ask(u32::MAX), Ok(()));
    assert!(ask(1).is_err());
}

#[test]
fn off_means_off() {
    let limits = Limits::off();
    assert!(!limits.are_on());
    for class in Class::ALL {
        for _ in 0..1_000 {
            assert_eq!(limits.check(class, place(1), u32::MAX), Ok(()));
        }
    }
}

#[test]
fn full_buckets_are_forgotten() {
    let (limits, clock) = limits("5 at once, then 1 a second");
    for number in 0..CHECKS_BETWEEN_TIDYING {
        let _ = limits.check(Class::Read, place(number), 1);
    }
    let known = || limits.gate(Class::Read).unwrap().buckets.len();
    assert!(known() > 1_000);
    clock.advance(Duration::from_secs(60));
    limits.tidy();
    assert_eq!(known(), 0);
}

#[test]
fn a_flood_of_strangers_stays_within_bounds_and_is_still_limited() {
    let (mut limits, clock) = limits("2 at once, then 1 an hour");
    limits.keys_max = 5_000;
    let mut passed = 0;
    for number in 0..60_000 {
        passed += u32::from(limits.check(Class::Claim, place(number), 1).is_ok());
    }
    let gate = limits.gate(Class::Claim).unwrap();
    assert!(gate.buckets.len() <= 5_000 + 4_096 + 4_096, "{} keys are known", gate.buckets.len());
    assert!(passed < 20_000, "{passed} passed");
    // When it calms, everybody is told apart again.
    clock.advance(Duration::from_secs(86_400));
    limits.tidy();
    for number in 0..1_000 {
        assert_eq!(limits.check(Class::Claim, place(number), 1), Ok(()));
    }
}

proptest! {
    /// However requests are spread and weighed, no more passes in a time than
    /// the burst and what came back meanwhile.
    #[test]
    fn never_more_than_burst_and_rate(
        asks in prop::collection::vec((0u64..3_000, 1u32..20), 1..200),
    ) {
        let (limits, clock) = limits("20 at once, then 5 a second");
        let (mut passed, mut millis) = (0u64, 0u64);
        for (wait, cost) in asks {
            clock.advance(Duration::from_millis(wait));
            millis += wait;
            if limits.check(Class::Read, place(1), cost).is_ok() {
                passed += u64::from(cost);
            }
            prop_assert!(passed * 1_000 <= 20_000 + millis * 5, "{} passed in {} ms", passed, millis);
        }
    }

    /// Who waits as long as was said is let through.
    #[test]
    fn the_time_to_wait_is_enough(costs in prop::collection::vec(1u32..30, 1..40)) {
        let (limits, clock) = limits("20 at once, then 3 a minute");
        for cost in costs {
            if let Err(RetryAfter { seconds }) = limits.check(Class::Write, place(1), cost) {
                clock.advance(Duration::from_secs(u64::from(seconds)));
                prop_assert_eq!(limits.check(Class::Write, place(1), cost), Ok(()));
            }
        }
    }
}
