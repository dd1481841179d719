use super::*;
use crate::time::Seconds;
use uuid::Uuid;

fn order(number: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(number))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000)
}

fn empty() -> Licence {
    Licence {
        id: LicenceId::new(Uuid::nil()),
        user: UserId::new(Uuid::nil()),
        listing: ListingId::new(Uuid::nil()),
        state: LicenceState::Active,
        generation: 0,
        devices_max: 1,
        grants: Vec::new(),
        meters: Vec::new(),
    }
}

fn with(given: &[Given]) -> Licence {
    let mut licence = empty();
    for (number, given) in (1..).zip(given) {
        let grant = Grant { order: order(number), at: at(10), given: given.clone(), revoked_at: None };
        licence.add(grant).unwrap();
    }
    licence
}

fn units(units: u32) -> Given {
    Given::Units { meter: MeterCode::uses(), units }
}

const HOUR: Given = Given::Time(Seconds::new(3_600));

#[test]
fn verdicts_stand_in_their_precedence() {
    let in_state = |state, licence: Licence| Licence { state, ..licence };
    let spent = {
        let mut licence = with(&[units(1)]);
        licence.meters.first_mut().unwrap().consume(1).unwrap();
        licence
    };
    let aside = {
        let mut licence = with(&[units(1)]);
        licence.meters.first_mut().unwrap().reserve(1).unwrap();
        licence
    };
    let bought_after = Licence { meters: spent.meters.clone(), ..with(&[Given::ForGood]) };
    let table = [
        ("an hour, in it", with(&[HOUR]), 11, Verdict::Valid),
        ("before it begins", with(&[HOUR]), 9, Verdict::NotStarted),
        ("at its end", with(&[HOUR]), 3_610, Verdict::Expired),
        ("owned", with(&[Given::ForGood]), 1_000_000_000, Verdict::Valid),
        ("a use is left", with(&[units(1)]), 1_000_000_000, Verdict::Valid),
        ("none is left", spent.clone(), 11, Verdict::UsesExhausted),
        ("none is free, but one is at work", aside, 11, Verdict::Valid),
        ("uses in an hour, over", with(&[units(1), HOUR]), 3_610, Verdict::Expired),
        ("spent, then bought", bought_after, 11, Verdict::Valid),
        ("nothing granted", empty(), 11, Verdict::Revoked),
        (
            "suspended goes before expired",
            in_state(LicenceState::Suspended, with(&[HOUR])),
            9_999,
            Verdict::Suspended,
        ),
        ("revoked goes before all", in_state(LicenceState::Revoked, spent), 11, Verdict::Revoked),
    ];
    for (case, licence, second, expected) in table {
        assert_eq!(licence.verdict(at(second)), expected, "{case}");
    }
}

#[test]
fn taking_an_order_back_takes_just_what_it_gave() {
    let mut licence = with(&[HOUR, HOUR, units(5)]);
    licence.meters.first_mut().unwrap().consume(3).unwrap();
    assert!(licence.revoke(order(2), at(20)));
    assert_eq!(licence.term().unwrap().ends, Some(at(3_610)));
    assert!(!licence.revoke(order(2), at(20)), "once");
    assert!(!licence.revoke(order(9), at(20)), "nothing there");
    assert!(licence.revoke(order(3), at(21)));
    assert_eq!(licence.generation, 2, "raised for each that took something away");
    assert_eq!(licence.meter(&MeterCode::uses()).map(Meter::granted), Some(3), "what is gone stays counted");
    assert!(licence.revoke(order(1), at(22)));
    assert_eq!(licence.verdict(at(22)), Verdict::Revoked);
}

#[test]
fn grants_have_a_limit_and_a_no_changes_nothing() {
    let mut licence = with(&[units(meter::UNITS_MAX)]);
    let before = licence.clone();
    let more = Grant { order: order(7), at: at(10), given: units(1), revoked_at: None };
    assert!(licence.add(more).is_err());
    assert_eq!(licence, before);
    let mut licence = empty();
    for number in 0..GRANTS_MAX {
        let order = order(u128::try_from(number).unwrap());
        licence.add(Grant { order, at: at(10), given: HOUR, revoked_at: None }).unwrap();
    }
    assert!(licence.add(Grant { order: order(0), at: at(10), given: HOUR, revoked_at: None }).is_err());
}
