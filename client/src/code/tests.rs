//! Codes, keys and lists: what holds, and what does not in which order.

mod forged;
mod rotated;

use super::*;
use crate::testing::{Vendor, at, owned, rental};

pub(super) fn version(text: &str) -> Version {
    text.parse().unwrap()
}

pub(super) fn reading(millis: i64) -> Reading {
    Reading { now: at(millis), is_set_back: false }
}

/// The verdict on a code that the vendor signed, asked by the right program on
/// the right device.
fn verdict(claims: &Claims, ask: impl FnOnce(&mut Ask<'_>)) -> Verdict {
    let vendor = Vendor::new();
    let code = vendor.trust().read(&vendor.bundle(claims), at(0)).expect("the vendor signed it");
    let version = version("1.2.3");
    let mut asked =
        Ask { product: "inkwell", version: &version, device: "k4.pid.device", clock: reading(10) };
    ask(&mut asked);
    code.check(&asked).map_or_else(|denied| denied.verdict, |()| Verdict::Valid)
}

#[test]
fn a_rental_holds_from_its_first_moment_to_before_its_end() {
    let hour = 3_600_000;
    for (now, expected) in [
        (-1, Verdict::NotStarted),
        (0, Verdict::Valid),
        (hour - 1, Verdict::Valid),
        (hour, Verdict::Expired),
        (hour + 1, Verdict::Expired),
    ] {
        assert_eq!(verdict(&rental(), |ask| ask.clock = reading(now)), expected, "{now}");
    }
}

#[test]
fn a_code_that_ends_before_what_was_paid_for_is_renewed() {
    let day = 86_400_000;
    let week = Claims { exp: Some(at(day)), rent_end: Some(at(7 * day)), ..rental() };
    let refundable = Claims { exp: Some(at(day)), ..owned() };
    let counted = Claims { exp: Some(at(day)), rent_end: None, ..rental() };
    for (claims, now, expected) in [
        (&week, day - 1, Verdict::Valid),
        (&week, day, Verdict::RefreshRequired),
        (&week, 7 * day - 1, Verdict::RefreshRequired),
        (&week, 7 * day, Verdict::Expired),
        (&refundable, day - 1, Verdict::Valid),
        (&refundable, day, Verdict::RefreshRequired),
        (&refundable, 9_999 * day, Verdict::RefreshRequired),
        (&counted, day, Verdict::Expired),
        (&owned(), 9_999 * day, Verdict::Valid),
    ] {
        assert_eq!(verdict(claims, |ask| ask.clock = reading(now)), expected, "{claims:?} at {now}");
    }
}

#[test]
fn refusals_stand_in_their_precedence() {
    let other_version = version("2.0.0");
    let late = Reading { now: at(i64::from(i32::MAX)), is_set_back: true };
    let worst = |ask: &mut Ask<'_>| (ask.product, ask.device, ask.clock) = ("other", "other", late);
    assert_eq!(verdict(&rental(), worst), Verdict::ProductMismatch);
    assert_eq!(verdict(&rental(), |ask| (ask.device, ask.clock) = ("other", late)), Verdict::DeviceMismatch);
    assert_eq!(verdict(&rental(), |ask| ask.clock = late), Verdict::ClockRollback);
    assert_eq!(verdict(&owned(), |ask| ask.clock = late), Verdict::Valid, "what is owned runs by any clock");
    let vendor = Vendor::new();
    let code = vendor.trust().read(&vendor.bundle(&rental()), at(0)).unwrap();
    let asked = |now| Ask {
        product: "inkwell",
        version: &other_version,
        device: "k4.pid.device",
        clock: reading(now),
    };
    assert_eq!(code.check(&asked(3_600_000)).unwrap_err().verdict, Verdict::Expired);
    assert_eq!(code.check(&asked(10)).unwrap_err().verdict, Verdict::VersionNotCovered);
}

#[test]
fn versions_and_features() {
    for (range, asked, is_covered) in [
        ("*", "9.0.0-rc.1", true),
        ("^1", "1.9.9", true),
        ("^1", "1.0.0-beta", true),
        ("^1", "2.0.0-beta", false),
        ("<=1.7.3", "1.7.3", true),
        ("<=1.7.3", "1.7.4", false),
    ] {
        let claims = Claims { ver: range.parse().unwrap(), ..rental() };
        assert_eq!(claims.covers(&version(asked)), is_covered, "{range} {asked}");
    }
    let vendor = Vendor::new();
    let code = vendor.trust().read(&vendor.bundle(&rental()), at(0)).unwrap();
    assert_eq!(code.check_feature("layers"), Ok(()));
    assert_eq!(code.check_feature("Layers").unwrap_err().verdict, Verdict::FeatureMissing);
    assert!(!code.is_due(at(1_799_999)) && code.is_due(at(1_800_000)));
}
