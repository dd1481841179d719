//! The user's own settings.

use domain::id::SessionId;

use super::prelude::*;

/// The account page.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/account.html", whitespace = "minimize")]
pub struct AccountView {
    /// The frame.
    pub page: Page,
    /// Changing the handle.
    pub handle: HandleForm,
    /// The public profile.
    pub profile: ProfileForm,
    /// Setting or changing the passphrase.
    pub passphrase: PassphraseForm,
    /// Whether a passphrase is set.
    pub passphrase_set: bool,
    /// Where the user is signed in.
    pub sessions: Vec<SessionRow>,
    /// What the vendor knows, name and value.
    pub known: Vec<(String, String)>,
    /// Whether something of that was left with the staff, and can be erased.
    pub erasable: bool,
}

/// Changing the handle.
#[derive(Clone, Debug)]
pub struct HandleForm {
    /// The handle.
    pub handle: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(HandleForm: handle);

impl Default for HandleForm {
    fn default() -> Self {
        Self { handle: Field::new("handle"), refusal: None }
    }
}

/// The public profile; all of it may stay empty.
#[derive(Clone, Debug)]
pub struct ProfileForm {
    /// The name shown beside the handle.
    pub display_name: Field,
    /// A few words.
    pub about: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(ProfileForm: display_name, about);

impl Default for ProfileForm {
    fn default() -> Self {
        Self { display_name: Field::new("display_name"), about: Field::new("about"), refusal: None }
    }
}

/// Setting or changing the passphrase.
#[derive(Clone, Debug)]
pub struct PassphraseForm {
    /// The new one.
    pub passphrase: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(PassphraseForm: passphrase);

impl Default for PassphraseForm {
    fn default() -> Self {
        Self { passphrase: Field::new("passphrase"), refusal: None }
    }
}

/// Where the user is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Which session.
    pub id: SessionId,
    /// Since when.
    pub since: Timestamp,
    /// When it was last used.
    pub seen: Timestamp,
    /// Whether it is the one that looks.
    pub current: bool,
}
