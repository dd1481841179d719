//! Samples of software in the library.

use domain::id::{LicenceId, OfferId};
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::view::library::LicenceRow;
use crate::view::licence::*;

fn licence() -> LicenceId {
    LicenceId::new(Uuid::from_u128(77))
}

fn offer() -> OfferId {
    OfferId::new(Uuid::from_u128(78))
}

fn meter(words: &str, left: u32, granted: u32) -> MeterRow {
    MeterRow { words: words.to_owned(), left, granted }
}

/// Rows of the library: rented, owned, and odd.
pub(super) fn rows() -> Vec<LicenceRow> {
    let rented = LicenceRow {
        id: licence(),
        title: "Inkwell".to_owned(),
        publisher: "hedge-and-sons".to_owned(),
        stands: "Rented until 30 November 2026, 14:05 (UTC).".to_owned(),
        meters: vec![meter("4 of 10 uses left", 4, 10)],
    };
    let stands = "It is yours for good.".to_owned();
    let owned = LicenceRow { stands, meters: vec![], ..rented.clone() };
    let odd =
        LicenceRow { title: format!("{LONG} {HOSTILE}"), publisher: HOSTILE.to_owned(), ..rented.clone() };
    vec![rented, owned, odd]
}

impl Samples for LicenceView {
    const TEMPLATE: &'static str = "licence";

    fn samples() -> Vec<(&'static str, Self)> {
        let way = |sentence: &str, credit: Option<&str>| WayRow {
            offer: offer(),
            sentence: sentence.to_owned(),
            price: price("16"),
            credit: credit.map(price),
        };
        let device = |label: Option<&str>, is_forked| DeviceRow {
            kid: format!("k4.pid.{}", "x".repeat(44)),
            label: label.map(str::to_owned),
            at: at(-9_000),
            is_forked,
        };
        let rented = Self {
            page: user("Inkwell", "/library/licence/77", "1250"),
            id: licence(),
            title: "Inkwell".to_owned(),
            listing: listing(1),
            publisher: "hedge-and-sons".to_owned(),
            stands: "Rented until 30 November 2026, 14:05 (UTC).".to_owned(),
            covers: "It covers all versions.".to_owned(),
            meters: vec![meter("4 of 10 uses left, 2 set aside for tasks and devices", 4, 10)],
            command: Some("farthing-get install inkwell".to_owned()),
            devices: vec![device(Some("the old laptop"), false), device(None, true)],
            devices_max: 3,
            extensions: vec![way("For 10 uses within 30 days", None)],
            conversions: vec![way("To keep, with all later versions", Some("4"))],
        };
        let owned = Self {
            stands: "It is yours for good.".to_owned(),
            covers: "It covers the versions ^1.".to_owned(),
            meters: vec![],
            extensions: vec![],
            conversions: vec![],
            devices: vec![],
            ..rented.clone()
        };
        let odd = Self {
            page: extreme("Inkwell", "/library/licence/77"),
            title: format!("{LONG} {HOSTILE}"),
            publisher: HOSTILE.to_owned(),
            command: None,
            devices: vec![device(Some(HOSTILE), false)],
            ..rented.clone()
        };
        vec![("rented", rented), ("owned", owned), ("extreme", odd)]
    }
}

impl Samples for TillView {
    const TEMPLATE: &'static str = "till";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Rent this?", "/offer/78", "1250"),
            heading: "Rent this?".to_owned(),
            title: "Inkwell".to_owned(),
            listing: listing(1),
            publisher: "hedge-and-sons".to_owned(),
            sentence: "For 7 days".to_owned(),
            notes: vec!["On up to 3 devices at a time".to_owned(), "It cannot be extended".to_owned()],
            price: price("45"),
            sums: super::trade::enough(),
            offer: offer(),
            action: "/offer/78".to_owned(),
            back: "/listing/1".to_owned(),
            idempotency_key: key(),
            notice: None,
            card_form: None,
        };
        let short = Self {
            sums: super::trade::short(),
            card_form: Some(super::topup::card_form()),
            notice: Some("The price has changed: it is 45 tokens now.".to_owned()),
            ..usual.clone()
        };
        let stranger = Self {
            page: visitor("Rent this?", "/offer/78"),
            sums: super::trade::unknown(),
            title: format!("{LONG} {HOSTILE}"),
            publisher: HOSTILE.to_owned(),
            ..usual.clone()
        };
        vec![("usual", usual), ("short", short), ("visitor", stranger)]
    }
}

impl Samples for ProgramCodeView {
    const TEMPLATE: &'static str = "program_code";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("A code to sign in by", "/library/code", "1250"),
            code: domain::code::write(&[9; 16]),
            expires_at: at(15),
        };
        vec![("usual", usual)]
    }
}
