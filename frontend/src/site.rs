//! What the server hands over: the market, and who visits it.

use std::sync::Arc;

use axum::http::HeaderValue;
use domain::access::Actor;
use search::Search;
use store::Store;

use crate::cookies;
use crate::page::Rate;

/// The market as the pages need it. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    /// Verbs and reads.
    pub store: Store,
    /// The index.
    pub search: Arc<Search>,
    /// Scheme and host as the world sees them, without a slash at the end.
    pub public_url: String,
    /// The largest upload of a picture.
    pub picture_bytes_max: u64,
    /// The largest file that a seller may offer.
    pub file_bytes_max: u64,
    /// Who takes card payments.
    pub cards: Cards,
}

/// Who takes card payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cards {
    /// Nobody.
    #[default]
    Off,
    /// The sandbox: no money moves.
    Sandbox,
    /// A real provider.
    Live,
}

impl Site {
    /// What a token costs.
    pub(crate) fn rate(&self) -> Rate {
        let tariff = self.store.tariff();
        Rate { price_micros: tariff.price.micros(), currency: tariff.currency.to_string() }
    }

    /// Whether cookies may insist on TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The header that keeps somebody signed in.
    #[must_use]
    pub fn session_cookie(&self, token: &str) -> HeaderValue {
        cookies::set(cookies::SESSION, token, self.store.market().session, self.is_secure())
    }

    /// A fresh key for a form that moves tokens.
    pub(crate) fn draw_key(&self) -> String {
        hex(&self.store.world().random::<16>())
    }
}

/// Who visits, found out by the server before any handler runs.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who asks.
    pub actor: Actor,
    /// The session's token, if the visitor has signed in.
    pub session_token: Option<String>,
    /// The token that keeps a visitor's cart, if there is one.
    pub visitor_token: Option<String>,
    /// What tells this browser from a new one, if its user has asked for that.
    pub device_token: Option<String>,
}

impl Default for Visit {
    /// Somebody about whom nothing is known.
    fn default() -> Self {
        Self { actor: Actor::Visitor(None), session_token: None, visitor_token: None, device_token: None }
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
