use super::*;
use proptest::prelude::*;

#[test]
fn codes_are_plain_words() {
    for good in ["use", "export-pdf", "a", "0", "render-4k-video"] {
        assert_eq!(MeterCode::parse(good).unwrap().as_str(), good);
    }
    let long = "a".repeat(MeterCode::CHARS_MAX + 1);
    for bad in ["", "-", "Use", "a b", "a--b", "-a", "a-", "ä", "a_b", "a\n", &long] {
        assert!(MeterCode::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_meter_is_never_loaded_in_a_state_that_cannot_be() {
    assert!(Meter::load(MeterCode::uses(), 10, 7, 3).is_some());
    assert!(Meter::load(MeterCode::uses(), 10, 7, 4).is_none());
    assert!(Meter::load(MeterCode::uses(), u32::MAX, u32::MAX, 1).is_none());
}

#[test]
fn units_are_used_and_set_aside_only_while_free() {
    let mut meter = Meter::new(MeterCode::uses(), 10);
    assert_eq!(meter.consume(0), Err(10), "no unit is no use");
    assert_eq!(meter.consume(11), Err(10));
    assert_eq!(meter.reserve(4), Ok(()));
    assert_eq!(meter.consume(7), Err(6));
    assert_eq!(meter.consume(6), Ok(()));
    assert_eq!(meter.consume(1), Err(0));
    assert!(!meter.settle(4, 5), "more than was set aside");
    assert!(!meter.settle(5, 1), "more than is set aside");
    assert!(meter.settle(4, 3));
    assert_eq!((meter.consumed(), meter.reserved(), meter.left()), (9, 0, 1));
    assert!(meter.credit(9));
    assert!(!meter.credit(1));
}

#[test]
fn what_is_gone_stays_counted_when_a_grant_is_taken_back() {
    let mut meter = Meter::new(MeterCode::uses(), 10);
    meter.consume(6).unwrap();
    meter.reserve(2).unwrap();
    meter.take_back(10);
    assert_eq!((meter.granted(), meter.left()), (8, 0));
    assert!(meter.settle(2, 0));
    assert_eq!(meter.left(), 2);
    assert!(!meter.grant(UNITS_MAX), "out of its range");
    assert!(meter.grant(5));
    assert_eq!(meter.left(), 7);
}

proptest! {
    /// Whatever happens in whatever order, nothing is used twice.
    #[test]
    fn gone_and_aside_never_exceed_what_was_granted(steps in proptest::collection::vec((0..6u8, 0..15u32), 0..60)) {
        let mut meter = Meter::new(MeterCode::uses(), 20);
        for (kind, units) in steps {
            let before = meter.clone();
            let done = match kind {
                0 => meter.consume(units).is_ok(),
                1 => meter.reserve(units).is_ok(),
                2 => meter.settle(units, units / 2),
                3 => meter.credit(units),
                4 => meter.grant(units),
                _ => { meter.take_back(units); true }
            };
            prop_assert!(done || meter == before, "a no changes nothing");
            prop_assert!(u64::from(meter.consumed()) + u64::from(meter.reserved()) <= u64::from(meter.granted()));
            prop_assert_eq!(meter.left(), meter.granted() - meter.consumed() - meter.reserved());
        }
    }
}
