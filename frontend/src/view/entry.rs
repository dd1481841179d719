//! Coming in: signing in, opening an account, and the account key.

use super::prelude::*;

/// Signing in.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/sign_in.html", whitespace = "minimize")]
pub struct SignInView {
    /// The frame.
    pub page: Page,
    /// What was typed; passphrase and key never come back.
    pub form: SignInForm,
    /// Where to go afterwards: a path of this site.
    pub back: String,
}

/// What is typed to sign in: the key, or handle and passphrase.
#[derive(Clone, Debug)]
pub struct SignInForm {
    /// The account key.
    pub account_key: Field,
    /// The handle.
    pub handle: Field,
    /// The passphrase.
    pub passphrase: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(SignInForm: account_key, handle, passphrase);

impl Default for SignInForm {
    fn default() -> Self {
        Self {
            account_key: Field::new("account_key"),
            handle: Field::new("handle"),
            passphrase: Field::new("passphrase"),
            refusal: None,
        }
    }
}

/// Opening an account.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/open_account.html", whitespace = "minimize")]
pub struct OpenAccountView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: OpenAccountForm,
    /// What a new account is given.
    pub welcome: Price,
    /// The one-time token that makes a member of the vendor's staff.
    pub invitation: Option<String>,
    /// Where to go afterwards: a path of this site.
    pub back: String,
}

/// What may be typed to open an account; all of it may stay empty.
#[derive(Clone, Debug)]
pub struct OpenAccountForm {
    /// The handle.
    pub handle: Field,
    /// The passphrase.
    pub passphrase: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(OpenAccountForm: handle, passphrase);

impl Default for OpenAccountForm {
    fn default() -> Self {
        Self { handle: Field::new("handle"), passphrase: Field::new("passphrase"), refusal: None }
    }
}

/// The account key, shown once.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/account_key.html", whitespace = "minimize")]
pub struct AccountKeyView {
    /// The frame.
    pub page: Page,
    /// The handle.
    pub handle: String,
    /// The key.
    pub account_key: String,
    /// What the account was given.
    pub welcome: Price,
    /// Where to go now: a path of this site.
    pub back: String,
}
