//! Accounts that the staff opens for somebody, and taking one over.

use super::prelude::*;
use super::vendor::Tab;

/// Opening an account for somebody.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_open_account.html", whitespace = "minimize")]
pub struct OpenForView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: OpenForForm,
}

impl OpenForView {
    const TAB: Tab = Tab::Users;
}

/// What somebody told the staff; all of it may stay empty.
#[derive(Clone, Debug)]
pub struct OpenForForm {
    /// A chosen handle.
    pub handle: Field,
    /// What the user is called.
    pub name: Field,
    /// Where letters reach the user.
    pub address: Field,
    /// Where the user can be called.
    pub phone: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(OpenForForm: handle, name, address, phone);

impl Default for OpenForForm {
    fn default() -> Self {
        Self {
            handle: Field::new("handle"),
            name: Field::new("name"),
            address: Field::new("address"),
            phone: Field::new("phone"),
            refusal: None,
        }
    }
}

/// The code that takes the account over, shown once.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_handover.html", whitespace = "minimize")]
pub struct HandoverView {
    /// The frame.
    pub page: Page,
    /// The new user's handle.
    pub handle: String,
    /// The code.
    pub code: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Taking an account over.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/take_over.html", whitespace = "minimize")]
pub struct TakeOverView {
    /// The frame.
    pub page: Page,
    /// What was typed; the passphrase never comes back.
    pub form: TakeOverForm,
}

/// A code and a passphrase.
#[derive(Clone, Debug)]
pub struct TakeOverForm {
    /// The code.
    pub code: Field,
    /// The passphrase; may stay empty.
    pub passphrase: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(TakeOverForm: code, passphrase);

impl Default for TakeOverForm {
    fn default() -> Self {
        Self { code: Field::new("code"), passphrase: Field::new("passphrase"), refusal: None }
    }
}
