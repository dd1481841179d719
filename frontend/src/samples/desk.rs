//! Samples of the desk.

use domain::id::TopUpId;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::parts::{Choice, Pager};
use crate::view::desk::*;

fn choice(label: &str, chosen: bool) -> Choice {
    Choice { value: label.to_owned(), label: label.to_owned(), chosen, count: None }
}

fn row(n: u128, handle: &str, state: &str) -> QueueRow {
    QueueRow {
        id: TopUpId::new(Uuid::from_u128(n)),
        reference: "FT-7K3M-Q2XD".to_owned(),
        handle: handle.to_owned(),
        how: "by telephone, on credit, by invoice".to_owned(),
        state: state.to_owned(),
        age: "3 hours old".to_owned(),
        tokens: tokens("123456789.0125"),
        due: "1,234,567.89 USD".to_owned(),
    }
}

impl Samples for QueueView {
    const TEMPLATE: &'static str = "vendor_desk";

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            page: staff("Desk", "/vendor/desk"),
            has_redemption: true,
            states: vec![choice("all of them", true), choice("overdue", false)],
            rows: vec![row(1, "quiet-wren-4821", "waits for agreement"), row(2, LONG, "overdue")],
            pager: Pager { previous: None, next: Some("/vendor/desk?after=x".to_owned()) },
        };
        let empty = Self { has_redemption: false, rows: vec![], pager: Pager::default(), ..full.clone() };
        vec![("full", full), ("empty", empty)]
    }
}

impl Samples for DeskOrderView {
    const TEMPLATE: &'static str = "vendor_desk_order";

    fn samples() -> Vec<(&'static str, Self)> {
        let event = |what: &str, detail: &str| EventRow {
            at: at(-9_000),
            what: what.to_owned(),
            by: "market-office".to_owned(),
            detail: detail.to_owned(),
        };
        let waits = Self {
            page: staff("Order FT-7K3M-Q2XD", "/vendor/desk/order/x"),
            row: row(1, "quiet-wren-4821", "waits for agreement"),
            facts: vec![("Agreed".to_owned(), "0 of 1".to_owned()), ("Notes".to_owned(), HOSTILE.to_owned())],
            history: vec![event("Entered", "")],
            can_agree: true,
            can_reject: true,
            can_pay: false,
            can_write_off: false,
            form: PaymentForm::default(),
            currency: "USD".to_owned(),
        };
        let mut refused = Self {
            facts: vec![("From".to_owned(), LONG.to_owned())],
            history: vec![event("Entered", ""), event("Agreed", "1 of 1"), event("Declined", HOSTILE)],
            can_agree: false,
            can_reject: false,
            can_pay: true,
            can_write_off: true,
            ..waits.clone()
        };
        spoil(&mut refused.page, &mut refused.form);
        vec![("waits", waits), ("refused", refused)]
    }
}

impl Samples for EnterView {
    const TEMPLATE: &'static str = "vendor_desk_enter";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: staff("Enter an order", "/vendor/desk/enter"),
            form: OrderForm::default(),
            channels: vec![choice("by telephone", true), choice("by fax", false)],
            methods: vec![choice("in cash", false), choice("by cheque", true)],
        };
        let mut refused = usual.clone();
        refused.form.notes.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("refused", refused)]
    }
}

impl Samples for BillView {
    const TEMPLATE: &'static str = "bill";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Tokens without a card", "/top-up/bill", "12"),
            form: BillForm::default(),
            methods: vec![choice("in cash", false), choice("by cheque", true)],
            token_price: "0.01 USD".to_owned(),
        };
        let mut refused = Self { page: extreme("Tokens without a card", "/top-up/bill"), ..usual.clone() };
        refused.form.po_number.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("refused", refused)]
    }
}
