//! Samples of redemptions.

use domain::id::{RedemptionBatchId, RedemptionId};
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::parts::Pager;
use crate::view::desk_order::EventRow;
use crate::view::redemption::*;

fn row(n: u128, state: &'static str, payee: Option<&str>) -> RedemptionRow {
    RedemptionRow {
        id: RedemptionId::new(Uuid::from_u128(n)),
        reference: "R-7C3A11F0".to_owned(),
        handle: "quiet-wren-4821".to_owned(),
        at: at(-9_000),
        tokens: tokens("123456789.0125"),
        money: "987654.31 USD".to_owned(),
        state,
        is_cancellable: state == "asked for",
        payee: payee.map(str::to_owned),
    }
}

impl Samples for RedemptionsView {
    const TEMPLATE: &'static str = "redemptions";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Turn earnings into money", "/wallet/redemptions", "2400"),
            form: RedemptionForm::default(),
            redeemable: price("1234.5"),
            earned: tokens("2400.25"),
            token_price: "0.008 USD".to_owned(),
            at_most: "9.87 USD".to_owned(),
            minimum: tokens("100"),
            days: 14,
            promo_counts: false,
            kept_days: 90,
            rows: vec![row(1, "asked for", None), row(2, "paid", None), row(3, "declined", None)],
            pager: Pager::default(),
        };
        let empty = Self {
            redeemable: price("0"),
            earned: tokens("0"),
            at_most: String::new(),
            promo_counts: true,
            rows: vec![],
            ..usual.clone()
        };
        let mut refused =
            Self { page: extreme("Turn earnings into money", "/wallet/redemptions"), ..usual.clone() };
        refused.form.pay_to.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("empty", empty), ("refused", refused)]
    }
}

impl Samples for RedemptionQueueView {
    const TEMPLATE: &'static str = "vendor_redemptions";

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            page: staff("Redemptions", "/vendor/redemptions"),
            states: vec![chosen("", "all of them", None), choice("paid", "paid", None)],
            rows: vec![row(1, "asked for", None), row(2, "with the bank", None)],
            idempotency_key: key(),
            pager: Pager { previous: None, next: Some("/vendor/redemptions?after=x".to_owned()) },
        };
        let empty = Self { rows: vec![], pager: Pager::default(), ..full.clone() };
        vec![("full", full), ("empty", empty)]
    }
}

impl Samples for RedemptionView {
    const TEMPLATE: &'static str = "vendor_redemption";

    fn samples() -> Vec<(&'static str, Self)> {
        let event = |what: &str, detail: &str| EventRow {
            at: at(-9_000),
            what: what.to_owned(),
            by: "market-office".to_owned(),
            detail: detail.to_owned(),
        };
        let asked = Self {
            page: staff("Redemption R-7C3A11F0", "/vendor/redemptions/x"),
            row: row(1, "asked for", Some("Wren & Sons\nIBAN XX00 0000 0000 0000\nBank of the Marsh")),
            agreed: "0 of 1".to_owned(),
            bank_reference: None,
            batch: None,
            history: vec![event("Asked for", "")],
            can_agree: true,
            can_reject: true,
            can_end: false,
            form: BankForm::default(),
        };
        let paid = Self {
            row: row(1, "paid", None),
            bank_reference: Some("B-17".to_owned()),
            batch: Some(RedemptionBatchId::new(Uuid::from_u128(9))),
            history: vec![event("Asked for", ""), event("Agreed", ""), event("Paid", "")],
            can_agree: false,
            can_reject: false,
            ..asked.clone()
        };
        let mut refused = Self {
            row: row(1, "with the bank", Some(HOSTILE)),
            can_agree: false,
            can_reject: false,
            can_end: true,
            history: vec![event("Declined", LONG), event("Declined", HOSTILE)],
            ..asked.clone()
        };
        refused.form.bank_reference.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("asked", asked), ("paid", paid), ("refused", refused)]
    }
}
