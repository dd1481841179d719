//! Samples of vouchers.

use domain::id::VoucherBatchId;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::parts::Pager;
use crate::view::voucher::*;

impl Samples for RedeemView {
    const TEMPLATE: &'static str = "redeem";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Redeem a code", "/redeem", "12"),
            form: RedeemForm::default(),
            back: "/cart".to_owned(),
        };
        let visitor = Self { page: visitor("Redeem a code", "/redeem"), ..usual.clone() };
        let mut refused = Self { page: extreme("Redeem a code", "/redeem"), ..usual.clone() };
        refused.form.code.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("visitor", visitor), ("refused", refused)]
    }
}

impl Samples for VouchersView {
    const TEMPLATE: &'static str = "vendor_vouchers";

    fn samples() -> Vec<(&'static str, Self)> {
        let batch = |n: u128, name: &str, redeemed, withdrawn| BatchRow {
            id: VoucherBatchId::new(Uuid::from_u128(n)),
            name: name.to_owned(),
            at: at(-9_000),
            by: "market-office".to_owned(),
            ends: "ends on 1 January 2028, 00:00".to_owned(),
            each: tokens("500"),
            count: 100,
            redeemed,
            withdrawn,
            open: 100 - redeemed - withdrawn,
        };
        let full = Self {
            page: staff("Vouchers", "/vendor/vouchers"),
            form: IssueForm::default(),
            batches: vec![
                batch(1, "Summer fair", 38, 0),
                batch(2, "Kiosk at the station", 100, 0),
                batch(3, "Lost on the way", 1, 99),
            ],
            pager: Pager { previous: None, next: Some("/vendor/vouchers?after=x".to_owned()) },
        };
        let empty = Self { batches: vec![], pager: Pager::default(), ..full.clone() };
        let mut refused =
            Self { batches: vec![batch(4, LONG, 1, 2), batch(5, HOSTILE, 0, 0)], ..full.clone() };
        refused.form.name.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("full", full), ("empty", empty), ("refused", refused)]
    }
}

impl Samples for VouchersPrintView {
    const TEMPLATE: &'static str = "vouchers_print";

    fn samples() -> Vec<(&'static str, Self)> {
        let code = |n: u8| domain::code::write(&[n; 15]);
        let usual = Self {
            page: staff("Vouchers to print", "/vendor/vouchers"),
            name: "Summer fair".to_owned(),
            each: price("500"),
            expires_at: Some(at(900_000)),
            codes: (1..=9).map(code).collect(),
        };
        let odd = Self {
            name: format!("{LONG} {HOSTILE}"),
            each: price("123456789.0125"),
            expires_at: None,
            codes: vec![code(255)],
            ..usual.clone()
        };
        vec![("usual", usual), ("extreme", odd)]
    }
}
