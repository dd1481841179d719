//! Samples of the desk.

use domain::id::{PaperId, ScanId, TopUpId};
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::paper::{Item, Sheet};
use crate::parts::{Choice, Crumb, Pager};
use crate::view::desk::*;
use crate::view::desk_order::*;
use crate::view::paper::{PaperRow, PaperView};

fn choice(label: &str, chosen: bool) -> Choice {
    Choice { value: label.to_owned(), label: label.to_owned(), chosen, count: None }
}

pub(super) fn paper_rows() -> Vec<PaperRow> {
    let paper = |n: u128, title: &str| PaperRow {
        id: PaperId::new(Uuid::from_u128(n)),
        title: title.to_owned(),
        amount: "1,234,567.89 USD".to_owned(),
        at: at(-9_000),
    };
    vec![paper(1, "Invoice I-000012"), paper(2, "Receipt R-000003"), paper(3, "Credit note C-000001")]
}

impl Samples for PaperView {
    const TEMPLATE: &'static str = "paper";

    fn samples() -> Vec<(&'static str, Self)> {
        let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let fact = |word: &str, said: &str| (word.to_owned(), said.to_owned());
        let usual = Self {
            page: user("Invoice I-000012", "/paper/x", "12"),
            id: PaperId::new(Uuid::from_u128(1)),
            sheet: Sheet {
                title: "Invoice I-000012".to_owned(),
                from: lines(&["The Wren Market", "1 Mill Lane", "Wrenfield", "VAT 12 34"]),
                to: lines(&["Ada Marsh", "7 Reed Row"]),
                facts: vec![fact("Number", "I-000012"), fact("Order", "FT-7K3M-Q2XD")],
                items: vec![Item {
                    what: "5,000 tokens".to_owned(),
                    each: "0.01 USD".to_owned(),
                    amount: "50.00 USD".to_owned(),
                }],
                total: fact("To pay", "50.00 USD"),
                notes: lines(&["Please name FT-7K3M-Q2XD when you pay."]),
                bank: lines(&["Bank of the Marsh", "XX00 1234 5678"]),
                footer: lines(&["Thank you."]),
                file_name: "invoice-I-000012".to_owned(),
            },
            back: Crumb { href: "/top-up/order/x".to_owned(), label: "Order FT-7K3M-Q2XD".to_owned() },
        };
        let mut hostile = usual.clone();
        hostile.page = extreme("Invoice I-000012", "/paper/x");
        hostile.sheet.to = lines(&[HOSTILE, LONG]);
        hostile.sheet.facts.push(fact("Your number", HOSTILE));
        hostile.sheet.bank.clear();
        hostile.sheet.footer.clear();
        vec![("usual", usual), ("hostile", hostile)]
    }
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
            papers: vec![],
            payments: vec![],
            scans: vec![],
            history: vec![event("Entered", "")],
            may: May { agree: true, reject: true, ..May::default() },
            pay: PaymentForm::default(),
            give: MoveForm::default(),
            currency: "USD".to_owned(),
        };
        let payment = |reference: &str, bounced_at, can_bounce| PaymentRow {
            id: "0197".to_owned(),
            amount: "1,234,567.89 USD".to_owned(),
            value_date: at(-9_000),
            bank_reference: reference.to_owned(),
            bounced_at,
            can_bounce,
        };
        let scan = |name: &str| ScanRow {
            id: ScanId::new(Uuid::from_u128(7)),
            name: name.to_owned(),
            what: "PDF, 120 KB".to_owned(),
            sha256: "0123456789abcdef".repeat(4),
        };
        let mut refused = Self {
            facts: vec![("From".to_owned(), LONG.to_owned())],
            papers: paper_rows(),
            payments: vec![payment(HOSTILE, None, true), payment("CHQ 1", Some(at(0)), false)],
            scans: vec![scan(HOSTILE), scan(LONG)],
            history: vec![event("Entered", ""), event("Agreed", "1 of 1"), event("Declined", HOSTILE)],
            may: May { pay: true, write_off: true, reverse: true, give: true, ..May::default() },
            ..waits.clone()
        };
        spoil(&mut refused.page, &mut refused.pay);
        spoil(&mut refused.page, &mut refused.give);
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
            bundles: vec![choice("so many tokens as below", true), choice(LONG, false)],
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
            bundles: vec![choice("so many tokens as below", true), choice(LONG, false)],
            token_price: "0.01 USD".to_owned(),
        };
        let mut refused = Self { page: extreme("Tokens without a card", "/top-up/bill"), ..usual.clone() };
        refused.form.po_number.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("refused", refused)]
    }
}
