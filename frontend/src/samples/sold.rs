//! Samples of licences that were sold, and of those that are suspended.

use domain::id::LicenceId;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::chart::Chart;
use crate::parts::Pager;
use crate::view::licence::MeterRow;
use crate::view::sold::*;
use crate::view::suspensions::*;

fn grant(number: u128, sentence: &str, refunded: Option<&str>) -> SoldGrantRow {
    SoldGrantRow {
        order: order(number),
        sentence: sentence.to_owned(),
        at: at(-4_000),
        paid: price("12"),
        refunded: refunded.map(price),
    }
}

impl Samples for SoldView {
    const TEMPLATE: &'static str = "sold";

    fn samples() -> Vec<(&'static str, Self)> {
        let owned = SoldRow {
            buyer: "quiet-wren-4821".to_owned(),
            since: at(-90_000),
            stands: "Owned for good.".to_owned(),
            holds: true,
            meters: vec![],
            devices: "on 2 of 3 devices".to_owned(),
            grants: vec![grant(1, "To keep, with all later versions", None)],
            more: 0,
        };
        let words = "4 of 10 uses left, 2 set aside for tasks and devices".to_owned();
        let rented = SoldRow {
            stands: "Rented until 30 November 2026, 14:05 (UTC).".to_owned(),
            meters: vec![MeterRow { words, left: 4, granted: 10 }],
            grants: vec![grant(2, "For 10 uses within 30 days", None), grant(3, "For 7 days", Some("7.5"))],
            more: 40,
            ..owned.clone()
        };
        let odd = SoldRow {
            buyer: HOSTILE.to_owned(),
            stands: format!("{LONG} {HOSTILE}"),
            holds: false,
            grants: vec![grant(4, &format!("{LONG} {HOSTILE}"), Some("123456789.0125"))],
            ..rented.clone()
        };
        let usual = Self {
            page: user("Inkwell: licences sold", "/sell/1/software/licences", "1250"),
            id: listing(1),
            title: "Inkwell".to_owned(),
            licences: vec![owned, rented],
            pager: Pager { previous: None, next: Some("/sell/1/software/licences?after=1".to_owned()) },
        };
        let empty = Self { licences: vec![], pager: Pager::default(), ..usual.clone() };
        let extreme = Self {
            page: extreme(LONG, "/sell/1/software/licences"),
            title: format!("{LONG} {HOSTILE}"),
            licences: vec![odd],
            ..usual.clone()
        };
        vec![("usual", usual), ("empty", empty), ("extreme", extreme)]
    }
}

impl Samples for FiguresView {
    const TEMPLATE: &'static str = "figures";

    fn samples() -> Vec<(&'static str, Self)> {
        let values = |step: u64| -> Vec<(String, u64)> {
            (1..=30).map(|day: u64| (format!("{day} November 2026"), day * step % 17)).collect()
        };
        let chart =
            |title: &str, step: u64| Chart::of(title, &values(step), |value| format!("{value} in all"));
        let row = |name: &str, sold: u64, earned: &str, used: u64| FigureRow {
            name: name.to_owned(),
            sold,
            earned: tokens(earned),
            used: vec![used, used * 3],
        };
        let usual = Self {
            page: user("Inkwell: figures", "/sell/1/software/figures", "1250"),
            id: listing(1),
            title: "Inkwell".to_owned(),
            spans: vec![(30, true), (90, false), (365, false)],
            sales: vec![chart("Licences sold, a day", 3), chart("Tokens earned, a day", 5)],
            uses: vec![chart("uses, a day", 7), chart("export-pdf, a day", 11)],
            meters: vec!["uses".to_owned(), "export-pdf".to_owned()],
            rows: vec![row("23 November 2026", 4, "45.6", 12), row("21 November 2026", 0, "0", 3)],
        };
        let empty = Self {
            sales: vec![Chart::of("Licences sold, a day", &[], |value| value.to_string())],
            uses: vec![],
            meters: vec![],
            rows: vec![],
            ..usual.clone()
        };
        let extreme = Self {
            page: extreme(LONG, "/sell/1/software/figures"),
            title: format!("{LONG} {HOSTILE}"),
            sales: vec![Chart::of(HOSTILE, &[(HOSTILE.to_owned(), u64::MAX)], |_| HOSTILE.to_owned())],
            meters: vec![HOSTILE.to_owned(), LONG.to_owned()],
            rows: vec![row(HOSTILE, u64::MAX, "123456789.0125", 1_000_000_000)],
            ..usual.clone()
        };
        vec![("usual", usual), ("empty", empty), ("extreme", extreme)]
    }
}

impl Samples for RefundGrantView {
    const TEMPLATE: &'static str = "refund_grant";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Give this back?", "/order/1/refund", "1250"),
            order: order(1),
            title: "Inkwell".to_owned(),
            listing: listing(1),
            buyer: "quiet-wren-4821".to_owned(),
            sentence: "For 7 days".to_owned(),
            at: at(-2_000),
            paid: price("12"),
            refunded: price("7.5"),
            by_seller: price("7.125"),
            by_vendor: price("0.375"),
            after: vec![
                "The licence cannot be used any more then.".to_owned(),
                "This cannot be taken back.".to_owned(),
            ],
            is_seller: true,
            back: "/sell/1/software/licences".to_owned(),
        };
        let by_staff = Self {
            page: staff("Give this back?", "/order/1/refund"),
            title: format!("{LONG} {HOSTILE}"),
            buyer: HOSTILE.to_owned(),
            is_seller: false,
            ..usual.clone()
        };
        vec![("usual", usual), ("staff", by_staff)]
    }
}

impl Samples for VendorLicencesView {
    const TEMPLATE: &'static str = "vendor_licences";

    fn samples() -> Vec<(&'static str, Self)> {
        let found = Self {
            page: staff("Licences", "/vendor/licences"),
            search: "quiet-wren-4821".to_owned(),
            licences: super::licence::rows(),
            pager: Pager::default(),
        };
        let nobody = Self { licences: vec![], search: HOSTILE.to_owned(), ..found.clone() };
        let fresh = Self { licences: vec![], search: String::new(), ..found.clone() };
        vec![("found", found), ("nobody", nobody), ("fresh", fresh)]
    }
}

impl Samples for VendorLicenceView {
    const TEMPLATE: &'static str = "vendor_licence";

    fn samples() -> Vec<(&'static str, Self)> {
        let suspension = |reason: &str, lifted: Option<&str>| SuspensionRow {
            reason: reason.to_owned(),
            by: "market-keeper".to_owned(),
            at: at(-3_000),
            lifted: lifted.map(|by| (by.to_owned(), at(-100))),
        };
        let suspended = Self {
            page: staff("Inkwell, licence of quiet-wren-4821", "/vendor/licences/77"),
            id: LicenceId::new(Uuid::from_u128(77)),
            title: "Inkwell".to_owned(),
            listing: listing(1),
            publisher: "hedge-and-sons".to_owned(),
            owner: "quiet-wren-4821".to_owned(),
            stands: "This licence is suspended for now.".to_owned(),
            step: SuspensionStep::Reinstate,
            form: SuspensionForm::default(),
            suspensions: vec![
                suspension("The payment is disputed", None),
                suspension("A report", Some("market-keeper")),
            ],
        };
        let mut refused = Self {
            page: extreme(LONG, "/vendor/licences/77"),
            title: format!("{LONG} {HOSTILE}"),
            owner: HOSTILE.to_owned(),
            publisher: HOSTILE.to_owned(),
            step: SuspensionStep::Suspend,
            suspensions: vec![suspension(HOSTILE, Some(HOSTILE))],
            ..suspended.clone()
        };
        spoil(&mut refused.page, &mut refused.form);
        let free = Self {
            step: SuspensionStep::Suspend,
            suspensions: vec![],
            stands: "It is yours for good.".to_owned(),
            ..suspended.clone()
        };
        let gone = Self { step: SuspensionStep::Nothing, ..suspended.clone() };
        vec![("suspended", suspended), ("free", free), ("refused", refused), ("gone", gone)]
    }
}
