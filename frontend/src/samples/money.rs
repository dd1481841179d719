//! Samples of wallet, gifts, orders and library.

use domain::id::GiftId;
use uuid::Uuid;

use super::Samples;
use super::trade::order_line;
use super::world::*;
use crate::form::Field;
use crate::parts::{Change, Direction, Pager, Stage, Step, Timeline};
use crate::view::cart::Sums;
use crate::view::gift::*;
use crate::view::library::{FileRow, LibraryView};
use crate::view::order::*;
use crate::view::wallet::{Entry, Pocket, WalletView};

fn income(amount: &str) -> Change {
    Change { direction: Direction::In, tokens: tokens(amount) }
}

fn expense(amount: &str) -> Change {
    Change { direction: Direction::Out, tokens: tokens(amount) }
}

impl Samples for WalletView {
    const TEMPLATE: &'static str = "wallet";

    fn samples() -> Vec<(&'static str, Self)> {
        let pocket = |label: &str, amount: &str, meaning: &str| Pocket {
            label: label.to_owned(),
            tokens: tokens(amount),
            meaning: meaning.to_owned(),
        };
        let entry =
            |minutes, what: &str, with: Option<&str>, reference: Option<&str>, change, balance: &str| Entry {
                at: at(minutes),
                what: what.to_owned(),
                with: with.map(|handle| link(handle, "/u/x")),
                reference: reference.map(|label| link(label, "/order/x")),
                change,
                balance: tokens(balance),
            };
        let full = Self {
            page: user("Wallet", "/wallet", "1250"),
            balance: price("1250"),
            has_redemption: true,
            pockets: vec![
                pocket("Spendable", "700", "Spend it or give it away."),
                pocket("Earned", "500.5025", "From your sales. Spend it or give it away."),
                pocket("Welcome", "49.4975", "Spend it; it cannot be given away."),
                pocket("Held for you", "120", "Comes to you when the buyers confirm."),
            ],
            entries: vec![
                entry(
                    -5,
                    "Bought from",
                    Some("hedge-and-sons"),
                    Some("Order of 23 November"),
                    expense("135"),
                    "1250",
                ),
                entry(-90, "Gift from", Some("amber-finch-77"), None, income("300"), "1385"),
                entry(
                    -700,
                    "Sold to",
                    Some("old-mill-11"),
                    Some("Order of 22 November"),
                    income("9.5025"),
                    "1085",
                ),
                entry(-9_000, "Welcome tokens", None, None, income("50"), "1075.4975"),
            ],
            pager: Pager { previous: None, next: Some("/wallet?after=x".to_owned()) },
        };
        let empty = Self {
            page: user("Wallet", "/wallet", "0"),
            balance: price("0"),
            entries: vec![],
            pager: Pager::default(),
            ..full.clone()
        };
        let rich = Self {
            page: extreme("Wallet", "/wallet"),
            balance: price("123456789.0125"),
            entries: vec![entry(
                0,
                HOSTILE,
                Some(LONG),
                Some(HOSTILE),
                income("123456789.0125"),
                "123456789.0125",
            )],
            ..full.clone()
        };
        vec![("full", full), ("empty", empty), ("extreme", rich)]
    }
}

impl Samples for GiftsView {
    const TEMPLATE: &'static str = "gifts";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |n: u128, what: &str, message: &str, state: &str, change, cancellable| GiftRow {
            id: GiftId::new(Uuid::from_u128(n)),
            at: at(0),
            what: what.to_owned(),
            message: message.to_owned(),
            state: state.to_owned(),
            change,
            cancellable,
        };
        let full = Self {
            page: user("Give tokens", "/gifts", "1250"),
            giveable: price("1200.5025"),
            give: GiveForm::default(),
            give_sums: None,
            link: LinkForm::default(),
            link_sums: None,
            days: 30,
            gifts: vec![
                row(
                    1,
                    "Given by link",
                    "For the cake!",
                    "Waits to be claimed until 3 December",
                    expense("40"),
                    true,
                ),
                row(2, "Received from amber-finch-77", "", "Received", income("300"), false),
                row(3, "Given to old-mill-11", "Thank you for the lamp", "Received", expense("12"), false),
            ],
            pager: Pager::default(),
        };
        let empty = Self {
            giveable: price("0"),
            gifts: vec![],
            page: user("Give tokens", "/gifts", "0"),
            ..full.clone()
        };
        let mut refused = Self {
            page: extreme("Give tokens", "/gifts"),
            gifts: vec![row(4, HOSTILE, LONG, HOSTILE, income("123456789.0125"), true)],
            ..full.clone()
        };
        refused.give.to.value = HOSTILE.to_owned();
        refused.give_sums = Some(Sums {
            balance: Some(price("1250")),
            total: price("40"),
            after: Some(price("1210")),
            shortfall: None,
        });
        spoil(&mut refused.page, &mut refused.give);
        spoil(&mut refused.page, &mut refused.link);
        vec![("full", full), ("empty", empty), ("refused", refused)]
    }
}

impl Samples for GiftLinkView {
    const TEMPLATE: &'static str = "gift_link";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Your gift is ready", "/gifts/link", "1210"),
            amount: price("40"),
            balance: price("1210"),
            url: "https://market.example/claim/7KQ4-M2XW-9RTC-HB5D".to_owned(),
            code: "7KQ4-M2XW-9RTC-HB5D".to_owned(),
            expires_at: at(43_200),
        };
        vec![("usual", usual)]
    }
}

impl Samples for ClaimView {
    const TEMPLATE: &'static str = "claim";

    fn samples() -> Vec<(&'static str, Self)> {
        let waiting = |from: &str, message: &str| Claimable::Waiting {
            amount: price("40"),
            from: from.to_owned(),
            message: message.to_owned(),
            expires_at: at(43_200),
        };
        let usual = Self {
            page: visitor("A gift for you", "/claim/7KQ4"),
            code: "7KQ4-M2XW-9RTC-HB5D".to_owned(),
            gift: waiting("amber-finch-77", "For the cake!"),
            idempotency_key: key(),
        };
        let signed_in = Self {
            page: user("A gift for you", "/claim/7KQ4", "0"),
            gift: waiting(HOSTILE, HOSTILE),
            ..usual.clone()
        };
        let gone = Self {
            page: visitor("There is no gift here", "/claim/7KQ4"),
            gift: Claimable::Gone("This has been claimed already.".to_owned()),
            ..usual.clone()
        };
        vec![("visitor", usual), ("user", signed_in), ("gone", gone)]
    }
}

impl Samples for ClaimCodeView {
    const TEMPLATE: &'static str = "claim_code";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self { page: visitor("Claim a gift", "/claim"), code: Field::new("code") };
        let refused = Self {
            page: visitor("Claim a gift", "/claim"),
            code: Field::new("code").with(HOSTILE).refused("There is no such gift."),
        };
        vec![("usual", usual), ("refused", refused)]
    }
}

impl Samples for OrdersView {
    const TEMPLATE: &'static str = "orders";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |n: usize, state: &str, waiting| OrderRow {
            id: order(u128::try_from(n).unwrap()),
            title: card(n).title,
            picture: card(n).picture,
            with: card(n).seller,
            at: at(-60),
            total: card(n).price,
            state: state.to_owned(),
            waiting,
        };
        let bought = Self {
            page: user("Orders", "/orders", "1250"),
            side: Side::Buyer,
            rows: vec![
                row(1, "Has it come? Then confirm it.", true),
                row(2, "Done", false),
                row(4, "Called off, everything returned", false),
            ],
            pager: Pager::default(),
        };
        let sold = Self {
            side: Side::Seller,
            rows: vec![OrderRow {
                title: format!("{LONG} {HOSTILE}"),
                with: HOSTILE.to_owned(),
                total: price("123456789.0125"),
                ..row(3, "Send it now", true)
            }],
            page: extreme("Sales", "/sales"),
            ..bought.clone()
        };
        let empty = Self { rows: vec![], ..bought.clone() };
        let unsold = Self { rows: vec![], side: Side::Seller, ..bought.clone() };
        vec![("bought", bought), ("sold", sold), ("empty", empty), ("unsold", unsold)]
    }
}

fn step(stage: Stage, title: &str, minutes: Option<i64>, text: &str) -> Step {
    Step { stage, title: title.to_owned(), at: minutes.map(at), text: text.to_owned() }
}

impl Samples for OrderView {
    const TEMPLATE: &'static str = "order";

    fn samples() -> Vec<(&'static str, Self)> {
        let proof = |what: &str, transaction| Proof {
            what: what.to_owned(),
            transaction,
            seal: "9f2c4d1ab07e55c3".repeat(4),
        };
        let buyer = Self {
            page: user("Order", "/order/1", "1250"),
            id: order(1),
            side: Side::Buyer,
            with: "hedge-and-sons".to_owned(),
            at: at(-60),
            state: "Your tokens are held. The seller sends it now.".to_owned(),
            lines: vec![order_line(1, false), order_line(4, true)],
            total: price("135"),
            timeline: Timeline {
                steps: vec![
                    step(Stage::Done, "Paid", Some(-60), "135 tokens are held."),
                    step(Stage::Now, "On its way", None, "The seller has been told."),
                    step(
                        Stage::Ahead,
                        "Seller is paid",
                        Some(20_100),
                        "When you confirm, or by itself at this time.",
                    ),
                ],
            },
            step: OrderStep::Confirm,
            fee: None,
            is_refundable: true,
            proofs: vec![proof("Payment", 1_234)],
        };
        let seller = Self {
            side: Side::Seller,
            with: HOSTILE.to_owned(),
            step: OrderStep::Cancel,
            fee: Some(FeeSlip {
                fee: price("6.75"),
                rule: "5 % of the price (the default rule).".to_owned(),
                receive: price("128.25"),
                paid: false,
            }),
            lines: vec![crate::view::cart::OrderLine {
                title: format!("{LONG} {HOSTILE}"),
                ..order_line(1, false)
            }],
            total: price("123456789.0125"),
            page: extreme("Order", "/order/1"),
            ..buyer.clone()
        };
        let stopped = Self {
            step: OrderStep::Wait,
            state: "Called off. Everything was returned to you.".to_owned(),
            timeline: Timeline {
                steps: vec![
                    step(Stage::Done, "Paid", Some(-60), ""),
                    step(
                        Stage::Stopped,
                        "Called off by the seller",
                        Some(-10),
                        "135 tokens came back to you.",
                    ),
                ],
            },
            proofs: vec![],
            ..buyer.clone()
        };
        vec![("buyer", buyer), ("seller", seller), ("stopped", stopped)]
    }
}

impl Samples for LibraryView {
    const TEMPLATE: &'static str = "library";

    fn samples() -> Vec<(&'static str, Self)> {
        let file = |n: usize, title: &str, name: &str| FileRow {
            listing: card(n).id,
            title: title.to_owned(),
            picture: card(n).picture,
            file: name.to_owned(),
            size: "4.2 MB".to_owned(),
            at: at(-9_000),
            order: order(1),
            seller: card(n).seller,
        };
        let full = Self {
            page: user("Library", "/library", "1250"),
            licences: super::licence::rows(),
            files: vec![
                file(4, TITLES[4], "towpaths.pdf"),
                file(10, TITLES[10], "rain.zip"),
                file(3, HOSTILE, LONG),
            ],
            pager: Pager::default(),
        };
        let empty = Self { files: vec![], licences: vec![], ..full.clone() };
        vec![("full", full), ("empty", empty)]
    }
}
