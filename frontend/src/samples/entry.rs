//! Samples of coming in, of the account, of help and of errors.

use domain::id::SessionId;
use domain::tokens::Tokens;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::view::account::*;
use crate::view::entry::*;
use crate::view::error::ErrorView;
use crate::view::help::{ApiView, HelpView};

impl Samples for SignInView {
    const TEMPLATE: &'static str = "sign_in";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: visitor("Sign in", "/sign-in"),
            form: SignInForm::default(),
            back: "/cart".to_owned(),
        };
        let mut refused = Self { back: HOSTILE.to_owned(), ..usual.clone() };
        refused.form.handle.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        vec![("usual", usual), ("refused", refused)]
    }
}

impl Samples for OpenAccountView {
    const TEMPLATE: &'static str = "open_account";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: visitor("Open an account", "/open-account"),
            form: OpenAccountForm::default(),
            welcome: price("50"),
            invitation: None,
            back: "/".to_owned(),
        };
        let mut refused = usual.clone();
        refused.form.handle.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.form);
        let vendor = Self { invitation: Some("a1b2".to_owned()), ..usual.clone() };
        vec![("usual", usual), ("refused", refused), ("vendor", vendor)]
    }
}

impl Samples for AccountKeyView {
    const TEMPLATE: &'static str = "account_key";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Your account key", "/open-account", "50"),
            handle: "quiet-wren-4821".to_owned(),
            account_key: "fk-H7Q2M-XW9RT-CHB5D-3VNKP-8JZLA-4TQWE".to_owned(),
            welcome: price("50"),
            back: "/cart".to_owned(),
        };
        vec![("usual", usual)]
    }
}

impl Samples for AccountView {
    const TEMPLATE: &'static str = "account";

    fn samples() -> Vec<(&'static str, Self)> {
        let session = |n: u128, current| SessionRow {
            id: SessionId::new(Uuid::from_u128(n)),
            since: at(-9_000),
            seen: at(-3),
            current,
        };
        let known = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut usual = Self {
            page: user("Account", "/account", "1250"),
            handle: HandleForm::default(),
            profile: ProfileForm::default(),
            passphrase: PassphraseForm::default(),
            passphrase_set: true,
            sessions: vec![session(1, true), session(2, false)],
            erasable: true,
            known: vec![
                known("Account number", "0197f2c0-5b9e-7f57-ae50-4b60bb1c2f2a"),
                known("Handle", "quiet-wren-4821"),
                known("Opened", "23 November 2026"),
                known("Display name", "none"),
            ],
        };
        usual.handle.handle.value = "quiet-wren-4821".to_owned();
        let mut refused = usual.clone();
        refused.page = extreme("Account", "/account");
        refused.profile.about.value = HOSTILE.to_owned();
        refused.known.push((HOSTILE.to_owned(), LONG.to_owned()));
        spoil(&mut refused.page, &mut refused.handle);
        spoil(&mut refused.page, &mut refused.profile);
        spoil(&mut refused.page, &mut refused.passphrase);
        let bare = Self { passphrase_set: false, sessions: vec![session(1, true)], ..usual.clone() };
        vec![("usual", usual), ("refused", refused), ("bare", bare)]
    }
}

impl Samples for HelpView {
    const TEMPLATE: &'static str = "help";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: visitor("How it works", "/help"),
            token_worth: "0.01 USD".to_owned(),
            welcome: Tokens::whole(50),
            fee: "We keep 5 % of the price.".to_owned(),
            hold_days: 14,
            gift_days: 30,
        };
        let none = Self { welcome: Tokens::ZERO, ..usual.clone() };
        vec![("usual", usual), ("no-welcome", none)]
    }
}

impl Samples for ApiView {
    const TEMPLATE: &'static str = "api";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![(
            "usual",
            Self {
                page: visitor("For programs", "/api"),
                endpoint: "https://market.example/graphql".to_owned(),
            },
        )]
    }
}

impl Samples for ErrorView {
    const TEMPLATE: &'static str = "error";

    fn samples() -> Vec<(&'static str, Self)> {
        let missing = Self {
            page: visitor("Not found", "/nowhere"),
            status: 404,
            title: "There is nothing here".to_owned(),
            text: "The address may be mistyped, or the listing may have been withdrawn.".to_owned(),
            ways: vec![link("Search the market", "/search"), link("To the front page", "/")],
            fault: None,
        };
        let broken = Self {
            status: 500,
            title: "That was our fault".to_owned(),
            text: "Nothing was changed and nothing was paid. Trying again is safe.".to_owned(),
            fault: Some(key()),
            page: user("Our fault", "/checkout", "0"),
            ..missing.clone()
        };
        let hostile = Self {
            title: HOSTILE.to_owned(),
            text: LONG.to_owned(),
            fault: Some(HOSTILE.to_owned()),
            page: extreme("x", "/x"),
            ..missing.clone()
        };
        vec![("missing", missing), ("broken", broken), ("extreme", hostile)]
    }
}
