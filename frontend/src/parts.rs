//! Parts that several pages show. Each is a small view with a template of its
//! own and is written into a page without escaping, since its own template
//! has escaped what is in it.

use askama::Template;
use askama::filters::HtmlSafe;
use domain::id::ListingId;
use domain::time::Timestamp;
use domain::tokens::Tokens;

use crate::lent::Lent;
use crate::{routes, worth};

macro_rules! part {
    ($($name:ty),+) => { $(impl HtmlSafe for $name {})+ };
}

part!(Price, Amount, Change, When, Day, Picture, Card, Pager, Timeline);

/// An amount with its approximate worth beside it.
#[derive(Template, Clone, Debug, PartialEq, Eq)]
#[template(path = "parts/price.html", whitespace = "minimize")]
pub struct Price {
    /// How many.
    pub tokens: Tokens,
    /// Their approximate worth, as text.
    pub worth: String,
}

impl Default for Price {
    fn default() -> Self {
        Self { tokens: Tokens::ZERO, worth: String::new() }
    }
}

/// An amount on its own.
#[derive(Template, Clone, Copy, Debug, PartialEq, Eq)]
#[template(path = "parts/amount.html", whitespace = "minimize")]
pub struct Amount(pub Tokens);

impl Amount {
    /// The amount `tokens`, for templates.
    pub fn of(tokens: impl Lent<Tokens>) -> Self {
        Self(*tokens.lent())
    }
}

/// A movement, with its sign.
#[derive(Template, Clone, Copy, Debug, PartialEq, Eq)]
#[template(path = "parts/change.html", whitespace = "minimize")]
pub struct Change {
    /// Which way it went.
    pub direction: Direction,
    /// How much.
    pub tokens: Tokens,
}

/// Which way tokens went, seen from the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Received.
    In,
    /// Spent or given.
    Out,
}

/// A point in time.
#[derive(Template, Clone, Copy, Debug, PartialEq, Eq)]
#[template(ext = "html", source = r#"<time datetime="{{ self.0.rfc3339() }}">{{ self.0 }}</time>"#)]
pub struct When(pub Timestamp);

impl When {
    /// The point `at`, for templates.
    pub fn at(at: impl Lent<Timestamp>) -> Self {
        Self(*at.lent())
    }
}

/// A date.
#[derive(Template, Clone, Copy, Debug, PartialEq, Eq)]
#[template(ext = "html", source = r#"<time datetime="{{ self.0.rfc3339() }}">{{ self.words() }}</time>"#)]
pub struct Day(pub Timestamp);

impl Day {
    /// The date of `at`, for templates.
    pub fn on(at: impl Lent<Timestamp>) -> Self {
        Self(*at.lent())
    }

    /// The date, as in "23 November 2026".
    #[must_use]
    pub fn words(&self) -> String {
        let full = self.0.to_string();
        full.split_once(',').map_or(full.as_str(), |(date, _)| date).to_owned()
    }
}

/// A picture, with its place reserved before it has come.
#[derive(Template, Clone, Debug, PartialEq, Eq)]
#[template(path = "parts/picture.html", whitespace = "minimize")]
pub struct Picture {
    /// Where the middle size is.
    pub src: String,
    /// All sizes, as the `srcset` attribute wants them; empty for a drawing.
    pub srcset: String,
    /// How wide it is shown, as the `sizes` attribute wants it.
    pub sizes: &'static str,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What it shows; empty when the text beside it says that already.
    pub alt: String,
    /// Whether it is wanted at once.
    pub loading: Loading,
}

/// When a picture is fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loading {
    /// When it comes near the window.
    #[default]
    Lazy,
    /// At once, since it is the first thing to be seen.
    Eager,
}

impl Picture {
    /// How wide a card's picture is shown.
    pub const CARD: &str = "(min-width: 64rem) 18rem, (min-width: 40rem) 33vw, 50vw";
    /// How wide a listing's main picture is shown.
    pub const STAGE: &str = "(min-width: 64rem) 40rem, 100vw";

    /// The drawing that stands for a listing without a picture.
    #[must_use]
    pub fn drawn(listing: ListingId) -> Self {
        Self {
            src: routes::Art::to(listing).to_string(),
            srcset: String::new(),
            sizes: "",
            width: 640,
            height: 480,
            alt: String::new(),
            loading: Loading::Lazy,
        }
    }

    fn eager(&self) -> bool {
        self.loading == Loading::Eager
    }
}

/// A listing in a list.
#[derive(Template, Clone, Debug, PartialEq, Eq)]
#[template(path = "parts/card.html", whitespace = "minimize")]
pub struct Card {
    /// Which listing.
    pub id: ListingId,
    /// Its title.
    pub title: String,
    /// Its first picture or drawing.
    pub picture: Picture,
    /// Its price.
    pub price: Price,
    /// Whether that is only the lowest of several.
    pub is_from: bool,
    /// The seller's handle.
    pub seller: String,
    /// Its kind, in a word.
    pub kind: String,
    /// Something worth knowing at a glance, such as "2 left".
    pub note: Option<String>,
    /// The part of its text that was found, with the found words set apart.
    pub snippet: Vec<Fragment>,
}

/// A stretch of text in a search result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub found: bool,
}

/// The way to the neighbouring pages of a list.
#[derive(Template, Clone, Debug, Default, PartialEq, Eq)]
#[template(path = "parts/pager.html", whitespace = "minimize")]
pub struct Pager {
    /// The page before, if there is one.
    pub previous: Option<String>,
    /// The page after, if there is one.
    pub next: Option<String>,
}

/// A step on the way to this page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub href: String,
}

/// What happened to something, and what will.
#[derive(Template, Clone, Debug, Default, PartialEq, Eq)]
#[template(path = "parts/timeline.html", whitespace = "minimize")]
pub struct Timeline {
    /// The steps, first to last.
    pub steps: Vec<Step>,
}

/// One step of a [`Timeline`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Whether it has come.
    pub stage: Stage,
    /// What it is.
    pub title: String,
    /// When it came, or will at the latest.
    pub at: Option<Timestamp>,
    /// What it means.
    pub text: String,
}

/// Where a [`Step`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It has come.
    Done,
    /// It is what everybody waits for.
    Now,
    /// It is still to come.
    Ahead,
    /// Things ended here otherwise than hoped.
    Stopped,
}

impl Stage {
    /// The word for style and for screen readers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Ahead => "ahead",
            Self::Stopped => "stopped",
        }
    }
}

/// One of a closed set of choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// How many results it would leave, where that is known.
    pub count: Option<u64>,
}
