//! Samples of the vendor's console.

use super::Samples;
use super::world::*;
use crate::form::Problem;
use crate::parts::Pager;
use crate::view::sell::FeePreview;
use crate::view::vendor::*;

fn total(label: &str, amount: &str, meaning: &str) -> Total {
    Total { label: label.to_owned(), price: price(amount), meaning: meaning.to_owned() }
}

impl Samples for TodayView {
    const TEMPLATE: &'static str = "vendor_today";

    fn samples() -> Vec<(&'static str, Self)> {
        let count = |label: &str, count| Count { label: label.to_owned(), count };
        let order = |title: &str, more: Option<&str>, seller: &str, state, total: &str| LatestOrder {
            title: title.to_owned(),
            more: more.map(str::to_owned),
            buyer: "quiet-wren-4821".to_owned(),
            seller: seller.to_owned(),
            at: at(-7),
            state,
            total: price(total),
        };
        let full = Self {
            orders: vec![
                order("Linocut of a wren", None, "hedge-and-sons", "Held", "45"),
                order(HOSTILE, Some("and 49 more"), LONG, "Called off", "123456789.0125"),
                order(&format!("{LONG}{LONG}"), None, "heron", "Done", "0.5"),
            ],
            page: staff("Vendor’s console", "/vendor"),
            counts: vec![count("Orders", 214), count("New accounts", 38), count("New listings", 10_000)],
            sums: vec![total("Sold", "123456789.0125", ""), total("Our cut", "1504.75", "")],
        };
        let empty = Self {
            counts: vec![count("Orders", 0)],
            sums: vec![total("Sold", "0", "")],
            orders: vec![],
            ..full.clone()
        };
        vec![("full", full), ("empty", empty)]
    }
}

fn rule(number: usize, scope: &str, error: Option<&str>) -> RuleRow {
    RuleRow {
        number,
        name: "Standard cut".to_owned(),
        scope: scope.to_owned(),
        category: "2".to_owned(),
        seller: if scope == "seller" { "hedge-and-sons".to_owned() } else { String::new() },
        basis_points: "500".to_owned(),
        fixed: String::new(),
        least: "0.5".to_owned(),
        most: String::new(),
        sentence: "5 % of the price, at least 0.5 tokens.".to_owned(),
        error: error.map(str::to_owned),
    }
}

impl Samples for FeesView {
    const TEMPLATE: &'static str = "vendor_fees";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: staff("Fee rules", "/vendor/fees"),
            rules: vec![rule(1, "seller", None), rule(2, "category", None), rule(3, "default", None)],
            categories: categories(),
            trial: TrialForm::default(),
            verdict: Some(FeePreview {
                price: price("260"),
                fee: price("13"),
                receive: price("247"),
                rule: "5 % of the price (rule 3).".to_owned(),
            }),
        };
        let mut refused = usual.clone();
        refused.rules = vec![
            rule(1, "category", Some("basis points reach from 0 to 10000")),
            RuleRow { seller: HOSTILE.to_owned(), ..rule(2, "seller", Some(HOSTILE)) },
            rule(3, "default", None),
        ];
        refused.page.problems = vec![Problem {
            id: Some("rule-1-rate"),
            message: "Basis points reach from 0 to 10000.".to_owned(),
        }];
        spoil(&mut refused.page, &mut refused.trial);
        vec![("usual", usual), ("refused", refused)]
    }
}

impl Samples for UsersView {
    const TEMPLATE: &'static str = "vendor_users";

    fn samples() -> Vec<(&'static str, Self)> {
        let user = |handle: &str, balance: &str| UserRow {
            handle: handle.to_owned(),
            since: at(-9_000),
            staff: handle == "market-office",
            balance: price(balance),
            grant: "/vendor/grant?to=x".to_owned(),
        };
        let full = Self {
            page: staff("Users", "/vendor/users"),
            search: HOSTILE.to_owned(),
            users: vec![
                user("market-office", "0"),
                user("quiet-wren-4821", "1250"),
                user(LONG, "123456789.0125"),
            ],
            pager: Pager { previous: None, next: Some("/vendor/users?after=x".to_owned()) },
        };
        let empty = Self { users: vec![], ..full.clone() };
        vec![("full", full), ("empty", empty)]
    }
}

impl Samples for GrantView {
    const TEMPLATE: &'static str = "vendor_grant";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: staff("Grant tokens", "/vendor/grant"),
            form: GrantForm::default(),
            promo: PromoForm::default(),
        };
        let mut refused = usual.clone();
        refused.form.to.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        let mut promo = usual.clone();
        promo.promo.to.value = HOSTILE.to_owned();
        spoil(&mut promo.page, &mut promo.promo);
        vec![("usual", usual), ("refused", refused), ("promo refused", promo)]
    }
}

impl Samples for LedgerView {
    const TEMPLATE: &'static str = "vendor_ledger";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: staff("Ledger", "/vendor/ledger"),
            sources: vec![
                total("Welcome tokens", "5000", "May be spent, not given away."),
                total("Granted", "123451789.0125", ""),
            ],
            places: vec![
                total("Users’ balances", "123455000.0125", ""),
                total("Held for sellers", "1240", ""),
                total("Gifts on their way", "49", ""),
                total("Our cut", "500", ""),
            ],
            issued: price("123456789.0125"),
            held: price("123456789.0125"),
            last: Some(SealRow { sequence: 48_210, at: at(-3), seal: "5e0f".repeat(16) }),
            sought: "17".to_owned(),
            found: Some(SealRow { sequence: 17, at: at(-9_000), seal: "c0de".repeat(16) }),
        };
        let broken =
            Self { held: price("1"), last: None, sought: HOSTILE.to_owned(), found: None, ..usual.clone() };
        vec![("usual", usual), ("broken", broken)]
    }
}
