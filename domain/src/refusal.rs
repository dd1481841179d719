//! The expected "no", with a stable code.
//!
//! A refusal is an answer, not an error: the rules were asked and said no,
//! and nothing changed. A failure of ours is a `Fault` and lives elsewhere.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::ListingId;
use crate::licence::verdict::Verdict;
use crate::tokens::Tokens;

/// Why something asked for was not done. Codes are part of the API: they are
/// never renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// A value breaks a rule. `field` is its name in the input, in camel case.
    InvalidInput {
        /// The field's name, as the API spells it.
        field: Cow<'static, str>,
        /// What is wrong, as a sentence without its full stop.
        problem: Cow<'static, str>,
    },
    /// Only for people who have signed in.
    NotSignedIn,
    /// Signed in, but not allowed.
    Forbidden,
    /// There is no such thing, or it is none of the asker's business.
    NotFound {
        /// What was looked for: "listing", "user", "order" …
        what: Cow<'static, str>,
    },
    /// The account does not hold enough.
    InsufficientTokens {
        /// What may be used for this purpose.
        balance: Tokens,
        /// How much more is needed.
        shortfall: Tokens,
    },
    /// The price or the total is not what the buyer was shown.
    PriceChanged {
        /// The price or total as it stands now.
        now: Tokens,
    },
    /// Fewer are left than asked for.
    OutOfStock {
        /// Which listing runs short.
        listing: ListingId,
        /// How many can still be had.
        left: u32,
    },
    /// Nobody buys from themselves.
    OwnListing,
    /// The listing is a draft or was withdrawn.
    NotForSale {
        /// Which listing.
        listing: ListingId,
    },
    /// There is nothing in the cart.
    EmptyCart,
    /// The key was used before for something else.
    IdempotencyKeyReused,
    /// Somebody else has this handle.
    HandleTaken,
    /// Key, handle or passphrase do not match.
    WrongCredentials,
    /// The gift was claimed, or the voucher used, before.
    AlreadyClaimed,
    /// Its time is over, or it was taken back.
    Expired,
    /// The order or listing is past the point where this was possible.
    WrongState {
        /// How it stands, as in "the order is already released".
        state: Cow<'static, str>,
    },
    /// More than the limit allows.
    TooMany {
        /// What there is too much of.
        what: Cow<'static, str>,
        /// How many are allowed.
        limit: u32,
    },
    /// Asked too often.
    RateLimited {
        /// When to try again.
        retry_after_seconds: u32,
    },
    /// A card payment of the account is disputed: nothing leaves it until
    /// that is settled.
    AccountFrozen,
    /// The vendor does not turn earned tokens back into money.
    RedemptionOff,
    /// A licence says no, for now or for good.
    Denied {
        /// Why, as clients tell it too.
        verdict: Verdict,
    },
    /// The software is owned already.
    AlreadyOwned,
    /// The client's name was used before for something else.
    IdReused,
    /// Too much work is waiting; nothing was done, trying again is safe.
    Busy,
}

impl Refusal {
    /// An input `field` that breaks a rule.
    #[must_use]
    pub fn invalid(field: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidInput { field: Cow::Borrowed(field), problem: problem.into() }
    }

    /// A thing that is not there.
    #[must_use]
    pub const fn missing(what: &'static str) -> Self {
        Self::NotFound { what: Cow::Borrowed(what) }
    }

    /// A thing that is past the point.
    #[must_use]
    pub const fn wrong_state(state: &'static str) -> Self {
        Self::WrongState { state: Cow::Borrowed(state) }
    }

    /// A licence that says no.
    #[must_use]
    pub const fn denied(verdict: Verdict) -> Self {
        Self::Denied { verdict }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidInput { .. } => "INVALID_INPUT",
            Self::NotSignedIn => "NOT_SIGNED_IN",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::InsufficientTokens { .. } => "INSUFFICIENT_TOKENS",
            Self::PriceChanged { .. } => "PRICE_CHANGED",
            Self::OutOfStock { .. } => "OUT_OF_STOCK",
            Self::OwnListing => "OWN_LISTING",
            Self::NotForSale { .. } => "NOT_FOR_SALE",
            Self::EmptyCart => "EMPTY_CART",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::HandleTaken => "HANDLE_TAKEN",
            Self::WrongCredentials => "WRONG_CREDENTIALS",
            Self::AlreadyClaimed => "ALREADY_CLAIMED",
            Self::Expired => "EXPIRED",
            Self::WrongState { .. } => "WRONG_STATE",
            Self::TooMany { .. } => "TOO_MANY",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::AccountFrozen => "ACCOUNT_FROZEN",
            Self::RedemptionOff => "REDEMPTION_OFF",
            Self::Denied { .. } => "DENIED",
            Self::AlreadyOwned => "ALREADY_OWNED",
            Self::IdReused => "ID_REUSED",
            Self::Busy => "BUSY",
        }
    }

    /// What sort of "no" it is; decides the HTTP status of a page.
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::InvalidInput { .. } => RefusalKind::Invalid,
            Self::NotSignedIn | Self::WrongCredentials => RefusalKind::Unknown,
            Self::Forbidden | Self::OwnListing | Self::AccountFrozen | Self::Denied { .. } => {
                RefusalKind::Forbidden
            }
            Self::NotFound { .. } | Self::RedemptionOff => RefusalKind::Missing,
            Self::InsufficientTokens { .. }
            | Self::PriceChanged { .. }
            | Self::OutOfStock { .. }
            | Self::NotForSale { .. }
            | Self::EmptyCart
            | Self::IdempotencyKeyReused
            | Self::HandleTaken
            | Self::AlreadyClaimed
            | Self::Expired
            | Self::AlreadyOwned
            | Self::IdReused
            | Self::WrongState { .. } => RefusalKind::Conflict,
            Self::TooMany { .. } | Self::RateLimited { .. } | Self::Busy => RefusalKind::TooMany,
        }
    }

    /// The input field that the refusal is about, in camel case.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidInput { field, .. } => Some(field),
            Self::HandleTaken => Some("handle"),
            Self::OutOfStock { .. } => Some("quantity"),
            _ => None,
        }
    }
}

/// The sorts of "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// What was sent cannot be meant.
    Invalid,
    /// Nobody knows who asks.
    Unknown,
    /// Known, and not allowed.
    Forbidden,
    /// Not there.
    Missing,
    /// Things stand otherwise than the asker thought.
    Conflict,
    /// Too much or too often.
    TooMany,
}

impl fmt::Display for Refusal {
    /// A sentence for people, with the way out where there is one.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidInput { problem, .. } => write!(out, "{problem}."),
            Self::NotSignedIn => out.write_str("Sign in or open an account first."),
            Self::Forbidden => out.write_str("Your account may not do this."),
            Self::NotFound { what } => write!(out, "There is no such {what}."),
            Self::InsufficientTokens { balance, shortfall } => {
                write!(out, "You need {shortfall} tokens more; {balance} can be used for this.")
            }
            Self::PriceChanged { now } => write!(out, "The price has changed: it is {now} tokens now."),
            Self::OutOfStock { left: 0, .. } => out.write_str("This is sold out."),
            Self::OutOfStock { left, .. } => write!(out, "Only {left} left."),
            Self::OwnListing => out.write_str("This is your own listing: you cannot buy it."),
            Self::NotForSale { .. } => out.write_str("This listing is not for sale."),
            Self::EmptyCart => out.write_str("Your cart is empty."),
            Self::IdempotencyKeyReused => {
                out.write_str("This idempotency key was used before with other input. Use a new key.")
            }
            Self::HandleTaken => out.write_str("Somebody else has this handle. Choose another."),
            Self::WrongCredentials => out.write_str("Key, handle or passphrase are wrong."),
            Self::AlreadyClaimed => out.write_str("This has been claimed already."),
            Self::Expired => out.write_str("This is no longer there: it expired or was taken back."),
            Self::WrongState { state } => write!(out, "This cannot be done: {state}."),
            Self::TooMany { what, limit } => {
                write!(out, "That is too many {what}: at most {limit} are allowed.")
            }
            Self::RateLimited { retry_after_seconds } => {
                write!(out, "That was too often. Try again in {retry_after_seconds} seconds.")
            }
            Self::AccountFrozen => out.write_str(
                "A card payment of yours is disputed at the bank. Until that is settled you can look, sign in and \
                 top up, but not spend or give; write to us if you know nothing of it.",
            ),
            Self::RedemptionOff => out.write_str("This market does not turn earned tokens back into money."),
            Self::Denied { verdict } => write!(out, "{}.", verdict.sentence()),
            Self::AlreadyOwned => out.write_str("You own this software already: nothing has to be bought."),
            Self::IdReused => {
                out.write_str("This name was used before for something else. Use a new one.")
            }
            Self::Busy => out.write_str("The market is very busy. Nothing was done; try again."),
        }
    }
}
