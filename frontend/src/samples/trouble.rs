//! Samples of card payments in trouble.

use domain::id::TopUpId;
use domain::topup::comparison::finding::FindingName;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::parts::Pager;
use crate::view::desk_order::EventRow;
use crate::view::trouble::*;

fn misfit(n: u128, handle: &str, why: &str) -> MisfitRow {
    MisfitRow {
        id: TopUpId::new(Uuid::from_u128(n)),
        reference: "FT-7K3M-Q2XD".to_owned(),
        handle: handle.to_owned(),
        at: at(-9_000),
        tokens: tokens("123456789.0125"),
        due: "1234567.89 USD".to_owned(),
        why: why.to_owned(),
    }
}

fn dispute(state: &'static str, is_over: bool) -> DisputeRow {
    DisputeRow {
        reference: "FT-7K3M-Q2XD".to_owned(),
        provider_reference: "dp_1PqRsTuVwXyZaBcDeFgHiJkL".to_owned(),
        handle: "quiet-wren-4821".to_owned(),
        state,
        amount: "12.50 USD".to_owned(),
        tokens: tokens("1250"),
        tokens_are: "1,000 kept back, 250 taken".to_owned(),
        at: at(-9_000),
        answer_by: (!is_over).then(|| at(9_000)),
        closed_at: is_over.then(|| at(-90)),
    }
}

fn finding(reference: Option<&str>, what: &'static str, payment: &str) -> FindingRow {
    FindingRow {
        name: FindingName::parse("stripe.2026-11-22.00000000000000000000000000000009").unwrap(),
        day: "2026-11-22".to_owned(),
        reference: reference.map(str::to_owned),
        payment: payment.to_owned(),
        what,
        here: "12.50 USD".to_owned(),
        there: "nothing".to_owned(),
        seen: None,
    }
}

fn seen(row: FindingRow, note: &str) -> FindingRow {
    let (by, what) = ("market-office".to_owned(), "seen".to_owned());
    FindingRow { seen: Some(EventRow { at: at(-90), what, by, detail: note.to_owned() }), ..row }
}

impl Samples for TroubleView {
    const TEMPLATE: &'static str = "vendor_cards";

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            page: staff("Cards", "/vendor/cards"),
            debt: price("12500.25"),
            warn_from: tokens("10000"),
            is_too_much: true,
            owers: vec![("quiet-wren-4821".to_owned(), tokens("12000")), (LONG.to_owned(), tokens("500.25"))],
            misfits: vec![
                misfit(1, "quiet-wren-4821", "agreed 5.00 USD, paid 4.00 USD"),
                misfit(2, LONG, HOSTILE),
            ],
            pager: Pager { previous: None, next: Some("/vendor/cards?after=x".to_owned()) },
            disputes: vec![dispute("open: the bank asks", false), dispute("lost", true)],
            comparison: ComparisonPart {
                days: vec![("2026-11-22".to_owned(), 1_240, 2), ("2026-11-21".to_owned(), 1, 0)],
                findings: vec![
                    finding(Some("FT-7K3M-Q2XD"), "no money at the provider", "pi_3PqRsTuVwXyZaBcDeFgHiJkL"),
                    finding(None, "money without tokens", HOSTILE),
                    seen(finding(None, "money without tokens", "pi_1"), "of our other shop"),
                    seen(finding(Some("FT-7K3M-Q2XD"), "another amount was paid", LONG), HOSTILE),
                ],
                open: 2,
            },
        };
        let empty = Self {
            debt: price("0"),
            is_too_much: false,
            owers: vec![],
            misfits: vec![],
            pager: Pager::default(),
            disputes: vec![],
            comparison: ComparisonPart::default(),
            ..full.clone()
        };
        let days = vec![("2026-11-22".to_owned(), 2, 1)];
        let findings = vec![seen(finding(None, "money without tokens", "pi_1"), "of our other shop")];
        let seen = Self { comparison: ComparisonPart { days, findings, open: 0 }, ..empty.clone() };
        vec![("full", full), ("seen", seen), ("empty", empty)]
    }
}

impl Samples for FindingView {
    const TEMPLATE: &'static str = "vendor_finding";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = finding(Some("FT-7K3M-Q2XD"), "no money at the provider", "pi_3PqRsTuVwXyZaBcDeFgHiJkL");
        let fresh = Self {
            page: staff("A payment that does not agree", "/vendor/cards/findings/x"),
            provider: "stripe",
            row: row.clone(),
            form: NoteForm::default(),
        };
        let over = Self { row: seen(row, HOSTILE), ..fresh.clone() };
        let mut refused = Self { row: finding(None, "money without tokens", HOSTILE), ..fresh.clone() };
        refused.form.note.value = LONG.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("fresh", fresh), ("over", over), ("refused", refused)]
    }
}

impl Samples for MisfitView {
    const TEMPLATE: &'static str = "vendor_card";

    fn samples() -> Vec<(&'static str, Self)> {
        let said = |what: &str, detail: &str| EventRow {
            at: at(-9_000),
            what: what.to_owned(),
            by: "market-office".to_owned(),
            detail: detail.to_owned(),
        };
        let session = "cs_test_a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwXyZ0123456789";
        let fresh = Self {
            page: staff("Top-up FT-7K3M-Q2XD", "/vendor/cards/x"),
            row: misfit(1, "quiet-wren-4821", "agreed 5.00 USD, paid 4.00 USD"),
            state: "in review",
            provider: vec![("Session".to_owned(), session.to_owned())],
            said: vec![],
            can_credit: true,
            is_second: false,
            can_close: true,
            form: NoteForm::default(),
        };
        let over = Self {
            state: "credited",
            said: vec![said("credit it", "a rounding of the bank"), said("credit it", HOSTILE)],
            can_credit: false,
            can_close: false,
            ..fresh.clone()
        };
        let mut refused = Self {
            said: vec![said("credit it", LONG)],
            is_second: true,
            row: misfit(1, LONG, HOSTILE),
            ..fresh.clone()
        };
        refused.form.note.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("fresh", fresh), ("over", over), ("refused", refused)]
    }
}
