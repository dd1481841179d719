//! What every page carries: the frame around the view.
//!
//! Handlers fill a [`Page`] once per request; templates reach it as `page`.

use crate::form::Problem;
use crate::parts::{Amount, Price};
use crate::worth::{counted, worth};
use crate::{assets, routes};
use domain::tokens::Tokens;

/// The most characters of a page's title; browsers and search results cut
/// longer ones in the middle of a word.
const TITLE_CHARS_MAX: usize = 66;

/// What a token costs, so that prices can be shown with their worth.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    /// Millionths of the currency for one token.
    pub price_micros: i64,
    /// The currency's code, such as `USD`.
    pub currency: String,
}

impl Rate {
    /// `tokens` with their approximate worth.
    #[must_use]
    pub fn price(&self, tokens: Tokens) -> Price {
        Price { tokens, worth: worth(tokens, self.price_micros, &self.currency) }
    }
}

/// Which colours the user has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Paper.
    Light,
    /// Lamplight.
    Dark,
}

impl Theme {
    /// Each choice, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value in the cookie and in the form.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The word on the switch.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The choice that a cookie or form names; the system's when unknown.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }

    /// The value of `data-theme`; nothing leaves it to the system.
    #[must_use]
    pub fn forced(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.name())
    }
}

/// Whether search engines may list the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Indexing {
    /// Public and worth finding.
    #[default]
    Listed,
    /// An error, or something that only holders of a secret address see.
    Unlisted,
}

/// Who looks at the page.
#[derive(Clone, Debug, Default)]
pub enum Viewer {
    /// Somebody without an account.
    #[default]
    Visitor,
    /// A user.
    User(Me),
}

/// What the frame shows of a signed-in user.
#[derive(Clone, Debug)]
pub struct Me {
    /// The handle, without a sign before it.
    pub handle: String,
    /// What can be spent now.
    pub balance: Price,
    /// Whether the menu offers the vendor's console.
    pub staff: bool,
}

/// A message about what the last request did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// How it went.
    pub tone: Tone,
    /// What happened, and what comes next.
    pub message: String,
}

/// How something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Good,
    /// Not done.
    Bad,
}

/// The frame around a view.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The vendor's name.
    pub vendor: String,
    /// What the vendor calls its tokens, in the plural.
    pub token_name: String,
    /// This page's own title, without the vendor's name.
    pub title: String,
    /// One sentence for search engines.
    pub description: String,
    /// Scheme and host, without a slash at the end.
    pub origin: String,
    /// The path and query of this page, for coming back after signing in.
    pub path: String,
    /// The address that stands for this page and its variations; nothing
    /// means its own.
    pub canonical: Option<String>,
    /// Whether search engines may list it.
    pub indexing: Indexing,
    /// Who looks at it.
    pub viewer: Viewer,
    /// How many things lie in the cart.
    pub cart_count: u32,
    /// The colours.
    pub theme: Theme,
    /// The token that each form sends back.
    pub csrf: String,
    /// What stands in the search field.
    pub query: String,
    /// What the last request did.
    pub flash: Option<Flash>,
    /// What is wrong with the page's form; the title says so too.
    pub problems: Vec<Problem>,
}

impl Page {
    /// The text of the `title` element.
    #[must_use]
    pub fn window_title(&self) -> String {
        let full = if self.title.is_empty() {
            format!("{}: a market for small things", self.vendor)
        } else {
            format!("{} · {}", self.title, self.vendor)
        };
        let marked = if self.problems.is_empty() { full } else { format!("Not done yet: {full}") };
        shortened(&marked, TITLE_CHARS_MAX)
    }

    /// The signed-in user.
    #[must_use]
    pub const fn me(&self) -> Option<&Me> {
        match &self.viewer {
            Viewer::User(me) => Some(me),
            Viewer::Visitor => None,
        }
    }

    /// Whether the page may not be listed by search engines.
    #[must_use]
    pub fn unlisted(&self) -> bool {
        self.indexing == Indexing::Unlisted
    }

    /// The balance without its worth, for the header.
    #[must_use]
    pub fn balance(&self) -> Option<Amount> {
        self.me().map(|me| Amount(me.balance.tokens))
    }

    /// The full address that stands for this page.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}{}", self.origin, self.canonical.as_ref().unwrap_or(&self.path))
    }

    /// The cart's count for people.
    #[must_use]
    pub fn cart_label(&self) -> String {
        match self.cart_count {
            0 => "Cart, empty".to_owned(),
            1 => "Cart, 1 thing".to_owned(),
            many => format!("Cart, {} things", counted(u64::from(many))),
        }
    }

    /// Where the style sheet is.
    #[must_use]
    pub fn style(&self) -> routes::Asset {
        assets::style().route()
    }

    /// Where the script is.
    #[must_use]
    pub fn script(&self) -> routes::Asset {
        assets::script().route()
    }

    /// Where the mark for the browser's tab is.
    #[must_use]
    pub fn mark(&self) -> routes::Asset {
        assets::mark().route()
    }
}

/// `text`, cut after `chars` characters at most, with an ellipsis when cut.
#[must_use]
pub fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_are_cut_at_a_character() {
        assert_eq!(shortened("wren", 4), "wren");
        assert_eq!(shortened("wren song", 5), "wren…");
        assert_eq!(shortened("żółć żółć", 4), "żółć…");
    }

    #[test]
    fn themes_come_back_from_their_names() {
        for theme in Theme::ALL {
            assert_eq!(Theme::named(theme.name()), theme);
        }
        assert_eq!(Theme::named("<script>"), Theme::System);
    }
}
