//! Samples of getting tokens: by card, its order, the sandbox, and the
//! vendor's page for prices.

use domain::id::{BundleId, TopUpId};
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::form::{Field, Problem};
use crate::view::tariff::{BundleRow, PriceRow, TokensView};
use crate::view::topup::*;

fn bundle(n: u128, amount: &str, bonus: &str, cost: &str, covers: bool) -> BundleChoice {
    let id = BundleId::new(Uuid::from_u128(n));
    BundleChoice { id, tokens: tokens(amount), bonus: tokens(bonus), cost: cost.to_owned(), covers }
}

/// The form at the till of somebody who is short.
pub(super) fn card_form() -> CardForm {
    CardForm {
        csrf: "c2FtcGxl".to_owned(),
        is_sandbox: true,
        missing: Some(price("310")),
        bundles: vec![
            bundle(1, "500", "0", "5.00 USD", true),
            bundle(2, "2000", "100", "18.00 USD", true),
            bundle(3, "100", "0", "1.00 USD", false),
        ],
        tokens: Field::new("tokens").with("310"),
        return_to: "/cart".to_owned(),
        intent: "checkout 1560 k".to_owned(),
        finishes: "Then pay for the cart by itself, if it still costs 1,560 tokens".to_owned(),
        idempotency_key: key(),
    }
}

fn row(n: u128, state: &str) -> TopUpRow {
    TopUpRow {
        id: TopUpId::new(Uuid::from_u128(n)),
        reference: "FT-7K3M-Q2XD".to_owned(),
        at: at(-30),
        tokens: tokens("500"),
        due: "5.00 USD".to_owned(),
        state: state.to_owned(),
    }
}

impl Samples for TopUpView {
    const TEMPLATE: &'static str = "top_up";

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            page: user("Get tokens", "/top-up", "1250"),
            token_price: "0.01 USD".to_owned(),
            card: CardForm {
                missing: None,
                intent: String::new(),
                finishes: String::new(),
                tokens: Field::new("tokens"),
                ..card_form()
            },
            is_card: true,
            ways: vec![Way {
                title: "A gift".to_owned(),
                asks: "Somebody sent you a link or a code.".to_owned(),
                takes: "The tokens are here at once.".to_owned(),
                link: Some(link("Redeem a gift", "/claim")),
            }],
            recent: vec![row(1, "paid"), row(2, "waits for the payment")],
        };
        let mut refused = full.clone();
        refused.card.tokens = Field::new("tokens").with("0.5").refused("At least 1 token is needed.");
        let message = "At least 1 token is needed.".to_owned();
        refused.page.problems = vec![Problem { id: Some("tokens"), message }];
        let bare = Self { is_card: false, recent: vec![], ways: vec![], ..full.clone() };
        let mut extreme_one =
            Self { page: extreme("Get tokens", "/top-up"), token_price: HOSTILE.to_owned(), ..full.clone() };
        extreme_one.card.bundles = vec![bundle(9, "123456789.0125", "1", HOSTILE, true)];
        extreme_one.recent =
            vec![TopUpRow { reference: HOSTILE.to_owned(), due: LONG.to_owned(), ..row(3, HOSTILE) }];
        vec![("full", full), ("refused", refused), ("without cards", bare), ("extreme", extreme_one)]
    }
}

impl Samples for TopUpOrderView {
    const TEMPLATE: &'static str = "top_up_order";

    fn samples() -> Vec<(&'static str, Self)> {
        let waiting = Self {
            page: user("Top-up FT-7K3M-Q2XD", "/top-up/order/x", "10"),
            row: row(1, "waits for the payment"),
            method: "card".to_owned(),
            came: None,
            lead: "Waiting for your payment".to_owned(),
            next: "As soon as the payment provider tells us, the tokens are here.".to_owned(),
            is_done: false,
            is_amiss: false,
            is_waiting: true,
            pay: Some("/pay/x".to_owned()),
            onward: Some(link("Back to where you were", "/cart")),
            papers: vec![],
            refundable: false,
        };
        let done = Self {
            lead: "500 tokens are yours".to_owned(),
            next: "Go on where you were; everything is as you left it.".to_owned(),
            is_done: true,
            is_waiting: false,
            pay: None,
            refundable: true,
            row: row(1, "paid"),
            ..waiting.clone()
        };
        let hostile = Self {
            page: extreme("Top-up", "/top-up/order/x"),
            lead: HOSTILE.to_owned(),
            next: LONG.to_owned(),
            is_amiss: true,
            ..done.clone()
        };
        vec![("waiting", waiting), ("done", done), ("extreme", hostile)]
    }
}

impl Samples for SandboxView {
    const TEMPLATE: &'static str = "sandbox";

    fn samples() -> Vec<(&'static str, Self)> {
        let choice = |value: &str, label: &str, meaning: &str| SandboxChoice {
            value: value.to_owned(),
            label: label.to_owned(),
            meaning: meaning.to_owned(),
        };
        let open = Self {
            page: visitor("Sandbox payment", "/sandbox/x"),
            session: "sandbox_0197".to_owned(),
            amount: "5.00 USD".to_owned(),
            state: "Choose a card".to_owned(),
            cards: vec![
                choice("succeeds", "4242 4242 4242 4242", "Pays at once."),
                choice("declined", "4000 0000 0000 0002", "Is declined."),
            ],
            acts: vec![choice("cancel", "Go back without paying", "The session ends.")],
            back: "/pay/x/back".to_owned(),
        };
        let paid = Self {
            state: "Paid".to_owned(),
            cards: vec![],
            acts: vec![choice("refund", "Refund", "The processor sends all of the money back.")],
            ..open.clone()
        };
        let hostile = Self {
            page: extreme("Sandbox payment", "/sandbox/x"),
            amount: HOSTILE.to_owned(),
            ..open.clone()
        };
        vec![("open", open), ("paid", paid), ("extreme", hostile)]
    }
}

impl Samples for TokensView {
    const TEMPLATE: &'static str = "vendor_tokens";

    fn samples() -> Vec<(&'static str, Self)> {
        let bundle = |number, amount: &str| BundleRow {
            number,
            tokens: "500".to_owned(),
            bonus: String::new(),
            amount: amount.to_owned(),
        };
        let full = Self {
            page: staff("Tokens", "/vendor/tokens"),
            now: "0.01 USD".to_owned(),
            price: Field::new("price"),
            holds_from: Field::new("holds_from"),
            history: vec![PriceRow { price: "0.01 USD".to_owned(), holds_from: at(-9_000) }],
            bundles: vec![bundle(1, "5.00"), BundleRow { number: 2, ..BundleRow::default() }],
            currency: "USD".to_owned(),
        };
        let mut refused = full.clone();
        refused.price = Field::new("price").with("0").refused("A price is a decimal above 0.");
        refused.bundles = vec![bundle(1, HOSTILE)];
        let message = "A price is a decimal above 0.".to_owned();
        refused.page.problems = vec![Problem { id: Some("price"), message }];
        vec![("full", full), ("refused", refused)]
    }
}
