use super::*;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000)
}

/// Time of so many seconds, given and perhaps taken back at these seconds.
fn time(given_at: i64, seconds: u32, revoked_at: Option<i64>) -> Grant {
    let given = Given::Time(Seconds::new(seconds));
    Grant { order: OrderId::new(Uuid::nil()), at: at(given_at), given, revoked_at: revoked_at.map(at) }
}

fn other(given_at: i64, given: Given, revoked_at: Option<i64>) -> Grant {
    Grant { order: OrderId::new(Uuid::nil()), at: at(given_at), given, revoked_at: revoked_at.map(at) }
}

/// When a licence of these grants ends, in seconds.
fn end(grants: &[Grant]) -> Option<i64> {
    replay(grants).unwrap().ends.map(|end| end.millis() / 1_000)
}

#[test]
fn time_adds_up_from_the_end_or_from_now() {
    assert_eq!(end(&[time(0, 10, None)]), Some(10));
    assert_eq!(end(&[time(0, 10, None), time(5, 10, None)]), Some(20), "before the end: added to it");
    assert_eq!(end(&[time(0, 10, None), time(10, 10, None)]), Some(20), "at the end: from there");
    assert_eq!(end(&[time(0, 10, None), time(15, 10, None)]), Some(25), "after the end: from now");
    assert_eq!(end(&[time(0, 10, None), time(0, 10, None)]), Some(20), "two at once are both added");
}

#[test]
fn taking_one_back_moves_the_end_by_just_its_length() {
    let three = |first, second, third| [time(0, 10, first), time(5, 10, second), time(15, 10, third)];
    assert_eq!(end(&three(None, None, None)), Some(30));
    for (first, second, third) in [(Some(16), None, None), (None, Some(16), None), (None, None, Some(16))] {
        assert_eq!(end(&three(first, second, third)), Some(20));
    }
    assert_eq!(end(&three(None, Some(16), Some(17))), Some(10));
    let taken_back_before = [time(0, 10, None), time(5, 10, Some(8)), time(12, 10, None)];
    assert_eq!(end(&taken_back_before), Some(22), "it was over at 10, so the next began at 12");
}

#[test]
fn what_is_owned_or_counted_has_no_end() {
    let owned = other(7, Given::ForGood, None);
    let sold_back = other(7, Given::ForGood, Some(8));
    let counted = other(3, Given::Units { meter: MeterCode::uses(), units: 5 }, None);
    assert_eq!(end(&[time(0, 10, None), owned]), None);
    assert_eq!(end(&[time(0, 10, None), sold_back.clone()]), Some(10), "the rental comes back");
    assert_eq!(end(std::slice::from_ref(&counted)), None);
    assert_eq!(end(&[counted, time(3, 10, None)]), Some(13), "so many within a time");
    assert_eq!(replay(&[sold_back]), None);
    assert_eq!(replay(&[]), None);
}

#[test]
fn a_term_holds_from_its_first_moment_to_before_its_end() {
    let (starts, ends) = (Timestamp::from_millis(1_000), Timestamp::from_millis(2_000));
    let term = Term { starts, ends: Some(ends) };
    for (now, holds) in [(999, false), (1_000, true), (1_999, true), (2_000, false), (2_001, false)] {
        assert_eq!(term.holds(Timestamp::from_millis(now)), holds, "{now}");
    }
    assert!(Term { starts, ends: None }.holds(Timestamp::from_millis(i64::MAX)));
}
