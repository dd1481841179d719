//! Letters by mail: the user's own settings, the way out of a kind without
//! signing in, and what the vendor sees of those that did not arrive.

use domain::id::LetterId;

use super::prelude::*;
use super::vendor::Tab;

/// Where the user gets letters, and which.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/account_mail.html", whitespace = "minimize")]
pub struct AccountMailView {
    /// The frame.
    pub page: Page,
    /// Whether this market sends letters at all.
    pub sends: bool,
    /// The address that was left, if one was.
    pub left: Option<Left>,
    /// Leaving an address.
    pub address: AddressForm,
    /// Proving it.
    pub code: CodeForm,
    /// The kinds that can be stopped; chosen are those that are wanted.
    pub kinds: Vec<Choice>,
}

/// An address that was left.
#[derive(Clone, Debug)]
pub struct Left {
    /// The address.
    pub address: String,
    /// Whether it was proven.
    pub confirmed: bool,
}

/// Leaving an address.
#[derive(Clone, Debug)]
pub struct AddressForm {
    /// The address.
    pub address: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(AddressForm: address);

impl Default for AddressForm {
    fn default() -> Self {
        Self { address: Field::new("address"), refusal: None }
    }
}

/// Proving an address.
#[derive(Clone, Debug)]
pub struct CodeForm {
    /// The code that was sent there.
    pub code: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(CodeForm: code);

impl Default for CodeForm {
    fn default() -> Self {
        Self { code: Field::new("code"), refusal: None }
    }
}

/// Stopping a kind of letters by the link in one of them.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/mail_stop.html", whitespace = "minimize")]
pub struct MailStopView {
    /// The frame.
    pub page: Page,
    /// The link's token.
    pub token: String,
    /// The kind, in words.
    pub kind: String,
    /// Whether it is stopped.
    pub stopped: bool,
}

/// Letters that could not be delivered.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_mail.html", whitespace = "minimize")]
pub struct VendorMailView {
    /// The frame.
    pub page: Page,
    /// Whether this market sends letters at all.
    pub sends: bool,
    /// How many letters wait, were sent, were given up.
    pub counts: Vec<super::vendor::Count>,
    /// Those given up, newest first.
    pub dead: Vec<DeadRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl VendorMailView {
    const TAB: Tab = Tab::Mail;
}

/// A letter that was given up.
#[derive(Clone, Debug)]
pub struct DeadRow {
    /// Which letter.
    pub id: LetterId,
    /// The kind, in words.
    pub kind: String,
    /// Whom it was for.
    pub handle: String,
    /// What the last attempt failed for.
    pub error: String,
    /// How often it was tried.
    pub attempts: u16,
    /// When it was given up.
    pub at: Timestamp,
}
