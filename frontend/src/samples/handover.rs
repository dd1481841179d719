//! Samples of accounts that the staff opens for somebody.

use super::Samples;
use super::world::*;
use crate::view::handover::*;

impl Samples for OpenForView {
    const TEMPLATE: &'static str = "vendor_open_account";

    fn samples() -> Vec<(&'static str, Self)> {
        let page = staff("Open an account for somebody", "/vendor/open-account");
        let usual = Self { page, form: OpenForForm::default() };
        let mut refused = usual.clone();
        refused.form.address.value = format!("{HOSTILE}\n</textarea>{LONG}");
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("refused", refused)]
    }
}

impl Samples for HandoverView {
    const TEMPLATE: &'static str = "vendor_handover";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: staff("The code to take it over", "/vendor/open-account"),
            handle: "quiet-wren-4821".to_owned(),
            code: domain::code::write(&[9; 15]),
            expires_at: at(43_200),
        };
        let odd = Self { handle: HOSTILE.to_owned(), ..usual.clone() };
        vec![("usual", usual), ("extreme", odd)]
    }
}

impl Samples for TakeOverView {
    const TEMPLATE: &'static str = "take_over";

    fn samples() -> Vec<(&'static str, Self)> {
        let page = visitor("Take over your account", "/take-over");
        let usual = Self { page, form: TakeOverForm::default() };
        let mut refused = Self { page: extreme("Take over your account", "/take-over"), ..usual.clone() };
        refused.form.code.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("refused", refused)]
    }
}
