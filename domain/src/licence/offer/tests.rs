use super::*;
use crate::id::{LicenceId, OrderId, UserId};
use crate::licence::LicenceState;
use crate::licence::grant::Grant;
use uuid::Uuid;

fn offer(kind: OfferKind) -> Offer {
    Offer {
        id: OfferId::new(Uuid::nil()),
        listing: ListingId::new(Uuid::nil()),
        kind,
        price: Tokens::whole(100),
        devices_max: 1,
        is_extendable: true,
        credit: None,
    }
}

fn uses(units: u32, within: Option<Seconds>) -> OfferKind {
    OfferKind::RentUnits { meter: MeterCode::uses(), units, within }
}

fn purchase() -> OfferKind {
    OfferKind::Purchase { updates: Updates::All }
}

/// A licence by these offers, each bought at 0.
fn licence(offers: &[OfferKind]) -> Licence {
    let mut licence = Licence {
        id: LicenceId::new(Uuid::nil()),
        user: UserId::new(Uuid::nil()),
        listing: ListingId::new(Uuid::nil()),
        state: LicenceState::Active,
        generation: 0,
        devices_max: 1,
        grants: Vec::new(),
        meters: Vec::new(),
    };
    for (number, kind) in (1u128..).zip(offers) {
        for given in offer(kind.clone()).given() {
            let (order, at) = (OrderId::new(Uuid::from_u128(number)), Timestamp::from_millis(0));
            licence.add(Grant { order, at, given, revoked_at: None }).unwrap();
        }
    }
    licence
}

#[test]
fn a_publisher_offers_what_can_be_kept() {
    let field = |offer: &Offer| offer.check().err().and_then(|refusal| refusal.field().map(str::to_owned));
    let minute = Seconds::new(60);
    for (kind, expected) in [
        (purchase(), None),
        (OfferKind::RentTime(minute), None),
        (OfferKind::RentTime(Seconds::new(59)), Some("seconds")),
        (OfferKind::RentTime(Seconds::days(3_651)), Some("seconds")),
        (OfferKind::Purchase { updates: Updates::For(Seconds::new(1)) }, Some("seconds")),
        (uses(0, None), Some("units")),
        (uses(1, None), None),
        (uses(UNITS_MAX + 1, None), Some("units")),
        (uses(5, Some(Seconds::new(1))), Some("seconds")),
        (uses(5, Some(minute)), None),
    ] {
        assert_eq!(field(&offer(kind.clone())).as_deref(), expected, "{kind:?}");
    }
    let devices = |devices_max| Offer { devices_max, ..offer(purchase()) };
    assert_eq!(field(&devices(0)).as_deref(), Some("devices"));
    assert_eq!(field(&devices(101)).as_deref(), Some("devices"));
    let credited = |kind| Offer { credit: BasisPoints::new(5_000), ..offer(kind) };
    assert_eq!(field(&credited(purchase())).as_deref(), Some("convertCredit"));
    assert_eq!(field(&credited(OfferKind::RentTime(minute))), None);
}

#[test]
fn rent_counts_towards_the_purchase_and_no_further() {
    let rent = |paid: &str, points| RentPaid {
        paid: Tokens::parse(paid).unwrap(),
        credit: BasisPoints::new(points).unwrap(),
    };
    for (rents, price) in [
        (vec![], "100"),
        (vec![rent("10", 10_000)], "90"),
        (vec![rent("10", 5_000), rent("3", 5_000)], "93.5"),
        (vec![rent("0.0001", 5_000)], "100"),
        (vec![rent("100", 10_000)], "0"),
        (vec![rent("400", 10_000)], "0"),
        (vec![rent("50", 0)], "100"),
    ] {
        assert_eq!(conversion_price(Tokens::whole(100), &rents), Tokens::parse(price).unwrap(), "{rents:?}");
    }
}

#[test]
fn a_rental_is_extended_by_offers_of_its_sort() {
    let hour = OfferKind::RentTime(Seconds::new(3_600));
    let table = [
        (vec![hour.clone()], hour.clone(), None),
        (vec![uses(5, None)], uses(7, None), None),
        (vec![uses(5, None)], hour.clone(), Some("another sort")),
        (vec![uses(5, None)], uses(5, Some(Seconds::new(60))), Some("another sort")),
        (vec![hour.clone(), purchase()], hour.clone(), Some("own this software")),
        (vec![hour.clone()], purchase(), Some("no such offer")),
    ];
    let later = Timestamp::from_millis(i64::MAX);
    for (bought, asked, problem) in table {
        let told = check_extension(&licence(&bought), &offer(asked.clone()), later).err();
        let told = told.map(|refusal| refusal.to_string());
        assert_eq!(told.is_some(), problem.is_some(), "{bought:?} by {asked:?}: {told:?}");
        assert!(told.unwrap_or_default().contains(problem.unwrap_or_default()));
    }
    let fixed = Offer { is_extendable: false, ..offer(hour.clone()) };
    assert!(check_extension(&licence(std::slice::from_ref(&hour)), &fixed, later).is_err());
    for state in [LicenceState::Suspended, LicenceState::Revoked] {
        let held_back = Licence { state, ..licence(std::slice::from_ref(&hour)) };
        assert!(check_extension(&held_back, &offer(hour.clone()), later).is_err());
    }
}

#[test]
fn a_purchase_covers_what_its_offer_promised() {
    let version = |text: &str| Version::parse(text).unwrap();
    let day = |number: i64| Timestamp::from_millis(number * 86_400_000);
    let published = [
        (version("1.0.0"), day(1)),
        (version("2.0.0"), day(3)),
        (version("1.0.1"), day(4)),
        (version("2.1.0"), day(6)),
    ];
    let rest_of_week = Updates::For(Seconds::days(3));
    for (updates, bought, covers, runs, runs_not) in [
        (Updates::All, day(2), "*", "9.0.0", None),
        (Updates::Major, day(0), "*", "2.1.0", None),
        (Updates::Major, day(2), "^1", "1.9.0", Some("2.0.0")),
        (Updates::Major, day(3), "^2", "2.1.0", Some("1.0.1")),
        (rest_of_week, day(2), "<=2.0.0", "1.0.1", Some("2.1.0")),
        (rest_of_week, day(3), "<=2.1.0", "2.1.0", Some("2.1.1")),
    ] {
        let coverage = updates.coverage(bought, &published);
        assert_eq!(coverage.to_string(), covers, "{updates:?} {bought}");
        assert!(coverage.covers(&version(runs)), "{covers} {runs}");
        let is_refused = |text| !coverage.covers(&version(text));
        assert!(runs_not.is_none_or(is_refused), "{covers} {runs_not:?}");
    }
}

#[test]
fn a_coverage_is_read_as_it_is_written() {
    let last = Version::parse("1.7.3").unwrap();
    for (text, expected) in [
        ("*", Some(Coverage::All)),
        ("^2", Some(Coverage::Major(2))),
        (" ^0 ", Some(Coverage::Major(0))),
        ("<=1.7.3", Some(Coverage::UpTo(last))),
        ("", None),
        ("^", None),
        ("^1.2", None),
        ("<=", None),
        ("<=1.7", None),
        (">1.0.0", None),
        ("1.7.3", None),
    ] {
        let read = Coverage::parse(text);
        assert_eq!(read, expected, "{text:?}");
        let again = read.as_ref().and_then(|read| Coverage::parse(&read.to_string()));
        assert_eq!(again, expected, "{text:?} written and read again");
    }
}
