//! What the market asks of whoever takes card payments for it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use domain::time::{Seconds, Timestamp};
use domain::topup::comparison::Movement;
use domain::topup::facts::{PaymentFacts, RefundState};
use domain::topup::reversal::Refund;
use domain::topup::{Provider as Which, TopUp};
use store::inbox::Event;

/// An answer that is waited for.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, NotAnswered>> + Send + 'a>>;

/// A provider gave no answer that can be used.
#[derive(Debug)]
pub enum NotAnswered {
    /// Asking again may help.
    Silent(String),
    /// It will not do it, however often it is asked.
    Refused(String),
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(why) => write!(out, "the payment provider gave no answer: {why}"),
            Self::Refused(why) => write!(out, "the payment provider will not do it: {why}"),
        }
    }
}

impl std::error::Error for NotAnswered {}

impl From<store::Error> for NotAnswered {
    fn from(error: store::Error) -> Self {
        Self::Silent(error.to_string())
    }
}

impl From<store::Fault> for NotAnswered {
    fn from(fault: store::Fault) -> Self {
        Self::Silent(fault.to_string())
    }
}

/// Where the user pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The provider's name of it.
    pub reference: String,
    /// The address of the page; a path if it is one of ours.
    pub url: String,
}

/// Where the browser goes from the provider's page; paths of this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    /// After paying.
    pub success: String,
    /// When the user goes back without paying.
    pub cancel: String,
    /// When the user sets out.
    pub at: Timestamp,
}

/// From one moment until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadEvent {
    /// The signature is missing, wrong or too old: not from the provider.
    Forged,
    /// Signed, and still not to be understood.
    Unreadable,
}

/// Takes card payments. All of it may be asked again: the provider's own keys
/// make each of it happen once.
pub trait Provider: Send + Sync {
    /// Which one it is.
    fn which(&self) -> Which;

    /// Whether real money moves.
    fn is_live(&self) -> bool;

    /// Opens a session for a top-up of which none is known. If the answer to
    /// the same was lost before, it may be the same session or another one:
    /// nobody is shown a session before it is written down.
    fn open<'a>(&'a self, top_up: &'a TopUp, ways: &'a Ways) -> Answer<'a, Session>;

    /// The address of the page of a session, as for [`Session`]; nothing if
    /// nobody can pay there any more.
    fn page<'a>(&'a self, session: &'a str) -> Answer<'a, Option<String>>;

    /// Looks up how the payment of a session stands.
    fn look_up<'a>(&'a self, session: &'a str) -> Answer<'a, PaymentFacts>;

    /// Sends money back, once for each refund. `Asked` if it is still on its
    /// way.
    fn refund<'a>(&'a self, top_up: &'a TopUp, refund: &'a Refund) -> Answer<'a, RefundState>;

    /// Checks the signature over the bytes as they came, at this time in
    /// seconds, and reads what they tell; nothing if it is none of ours.
    ///
    /// # Errors
    /// If it is not from the provider, or cannot be read.
    fn read_event(&self, signature: &str, body: &[u8], now_seconds: i64) -> Result<Option<Event>, BadEvent>;

    /// The session that a message is about, where its own name for that is not
    /// known here yet; nothing if it is about nothing of ours. Who cannot tell
    /// is asked again later.
    fn meant_by<'a>(&'a self, subject: &'a str) -> Answer<'a, Option<String>> {
        let _ = subject;
        Box::pin(async { Err(NotAnswered::Silent("no top-up is known by this name yet".to_owned())) })
    }

    /// Messages that did not reach us; who tells every time has none.
    fn missed(&self) -> Answer<'_, Vec<Event>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// The provider's own account of the money that came and went in this
    /// span, oldest first; nothing if it keeps none.
    fn movements(&self, span: Span) -> Answer<'_, Option<Vec<Movement>>> {
        let _ = span;
        Box::pin(async { Ok(None) })
    }

    /// How often it may be asked for what nobody told.
    fn sweep_every(&self) -> Seconds {
        Seconds::new(0)
    }
}
