//! What goes wrong, and how it is told.
//!
//! A refusal is an answer: mutations give it as data in `userErrors`, queries
//! as an error with a stable code. A fault is ours: it is told as an opaque
//! error with an id, and the log has the rest under that id, once.

use std::fmt::Display;

use async_graphql::{Context, Enum, Error, ErrorExtensions, Interface, Result, SimpleObject};
use domain::refusal::Refusal;
use store::{Done, Error as NotDone};

use crate::context::Ask;
use crate::id::global;
use crate::scalars::Tokens;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// Why something asked for was not done. Codes are never renamed; new
        /// ones may come.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        pub(crate) enum ErrorCode {
            $($(#[doc = $doc])* $name,)*
        }

        impl ErrorCode {
            /// The code of a refusal.
            pub(crate) const fn of(refusal: &Refusal) -> Self {
                match refusal {
                    $(Refusal::$name { .. } => Self::$name,)*
                }
            }
        }
    };
}

codes! {
    /// A value breaks a rule; `field` says which.
    InvalidInput,
    /// Only for people who have signed in.
    NotSignedIn,
    /// Signed in, but not allowed.
    Forbidden,
    /// There is no such thing, or it is none of your business.
    NotFound,
    /// You do not hold enough tokens; see `InsufficientTokens`.
    InsufficientTokens,
    /// The price or the total is not what you were shown; see `PriceChanged`.
    PriceChanged,
    /// Fewer are left than asked for; see `OutOfStock`.
    OutOfStock,
    /// Nobody buys from themselves.
    OwnListing,
    /// The listing is a draft or was withdrawn.
    NotForSale,
    /// There is nothing in the cart.
    EmptyCart,
    /// The idempotency key was used before with other input.
    IdempotencyKeyReused,
    /// Somebody else has this handle.
    HandleTaken,
    /// Key, handle or passphrase do not match.
    WrongCredentials,
    /// The gift was claimed before.
    AlreadyClaimed,
    /// Its time is over, or it was taken back.
    Expired,
    /// It is past the point where this was possible.
    WrongState,
    /// More than the limit allows; see `TooMany`.
    TooMany,
    /// Asked too often; see `RateLimited`.
    RateLimited,
    /// A card payment of the account is disputed: it may not spend or give.
    AccountFrozen,
    /// The vendor does not turn earned tokens back into money.
    RedemptionOff,
    /// A licence says no, for now or for good; see `Denied`.
    Denied,
    /// You own the software already.
    AlreadyOwned,
    /// The name of your own was used before with other input.
    IdReused,
    /// Too much work is waiting. Nothing was done, and trying again is safe.
    Busy,
}

/// An expected "no" to a mutation. Nothing has changed.
#[derive(Debug, Interface)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "The stable code, for programs."),
    field(
        name = "message",
        ty = "&String",
        desc = "A sentence for people, with the way out where there is one."
    ),
    field(
        name = "field",
        ty = "&Option<String>",
        desc = "The input field it is about, as it is spelled in the input; null if it is about none."
    )
)]
pub(crate) enum UserError {
    /// A value breaks a rule.
    InvalidInput(InvalidInput),
    /// Too few tokens.
    InsufficientTokens(InsufficientTokens),
    /// Another price than was shown.
    PriceChanged(PriceChanged),
    /// Too few pieces.
    OutOfStock(OutOfStock),
    /// Too often.
    RateLimited(RateLimited),
    /// Too much.
    TooMany(TooMany),
    /// A licence says no.
    Denied(Denied),
    /// Everything else.
    Refused(Refused),
}

macro_rules! user_errors {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $about:literal])* $extra:ident: $ty:ty,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, SimpleObject)]
        pub(crate) struct $name {
            /// The stable code, for programs.
            code: ErrorCode,
            /// A sentence for people, with the way out where there is one.
            message: String,
            /// The input field it is about, as it is spelled in the input;
            /// null if it is about none.
            field: Option<String>,
            $($(#[doc = $about])* $extra: $ty,)*
        }
    )*};
}

user_errors! {
    /// A value breaks a rule; `field` says which, `message` says how.
    InvalidInput {}
    /// Your account does not hold enough tokens for this.
    InsufficientTokens {
        /// How many tokens are missing.
        shortfall: Tokens,
        /// How many tokens can be used for this purpose.
        balance: Tokens,
    }
    /// The price or the total is not what you were shown. Nothing was bought;
    /// ask again with `now` if it is right.
    PriceChanged {
        /// The price or total in tokens as it stands now.
        now: Tokens,
    }
    /// Fewer pieces are left than you asked for.
    OutOfStock {
        /// Which listing runs short.
        listing_id: async_graphql::ID,
        /// How many pieces can still be had.
        left: u32,
    }
    /// Asked too often.
    RateLimited {
        /// In how many seconds to try again.
        retry_after_seconds: u32,
    }
    /// More than the limit allows.
    TooMany {
        /// How many are allowed.
        limit: u32,
    }
    /// A licence says no.
    Denied {
        /// Why, as clients tell it too: `USES_EXHAUSTED`, `EXPIRED`,
        /// `REVOKED`, `SUSPENDED`, `NOT_STARTED`, `DEVICE_NOT_ACTIVATED`,
        /// `DEVICE_LIMIT`, `STATE_FORKED`.
        verdict: String,
    }
    /// A "no" that `code` and `message` tell all about.
    Refused {}
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let code = ErrorCode::of(&refusal);
        let message = refusal.to_string();
        let field = refusal.field().map(str::to_owned);
        match refusal {
            Refusal::InvalidInput { .. } => Self::InvalidInput(InvalidInput { code, message, field }),
            Refusal::InsufficientTokens { balance, shortfall } => {
                let (shortfall, balance) = (shortfall.into(), balance.into());
                Self::InsufficientTokens(InsufficientTokens { code, message, field, shortfall, balance })
            }
            Refusal::PriceChanged { now } => {
                Self::PriceChanged(PriceChanged { code, message, field, now: now.into() })
            }
            Refusal::OutOfStock { listing, left } => {
                Self::OutOfStock(OutOfStock { code, message, field, listing_id: global(listing), left })
            }
            Refusal::RateLimited { retry_after_seconds } => {
                Self::RateLimited(RateLimited { code, message, field, retry_after_seconds })
            }
            Refusal::TooMany { limit, .. } => Self::TooMany(TooMany { code, message, field, limit }),
            Refusal::Denied { verdict } => {
                Self::Denied(Denied { code, message, field, verdict: verdict.code().to_owned() })
            }
            _ => Self::Refused(Refused { code, message, field }),
        }
    }
}

/// A refusal as the error of a query's field.
pub(crate) fn refused(refusal: &Refusal) -> Error {
    Error::new(refusal.to_string()).extend_with(|_, extensions| {
        extensions.set("code", refusal.code());
        if let Refusal::Denied { verdict } = refusal {
            extensions.set("verdict", verdict.code());
        }
        if let Some(field) = refusal.field() {
            extensions.set("field", field);
        }
    })
}

/// A fault: logged here under an id, and told without its cause.
pub(crate) fn fault(ctx: &Context<'_>, fault: impl Display) -> Error {
    let id = u64::from_be_bytes(ctx.store().world().random::<8>());
    let id = format!("{id:016x}");
    tracing::error!(%fault, %id, "a field of the API could not be answered");
    Error::new("Something broke on our side. Nothing was changed by what failed; tell us this id.")
        .extend_with(|_, extensions| {
            extensions.set("code", "INTERNAL");
            extensions.set("id", id.as_str());
        })
}

/// What a query's field makes of a read that may refuse.
pub(crate) fn answer<T>(ctx: &Context<'_>, done: Done<T>) -> Result<T> {
    done.map_err(|error| match error {
        NotDone::Refused(refusal) => refused(&refusal),
        NotDone::Failed(failed) => fault(ctx, failed),
    })
}

/// The same, with nothing where the thing is not there or none of the
/// asker's business.
pub(crate) fn find<T>(ctx: &Context<'_>, done: Done<T>) -> Result<Option<T>> {
    match done {
        Err(NotDone::Refused(Refusal::NotFound { .. } | Refusal::NotSignedIn)) => Ok(None),
        other => answer(ctx, other).map(Some),
    }
}

/// What a mutation makes of a verb's answer: what was done, or why not.
pub(crate) fn settle<T>(ctx: &Context<'_>, done: Done<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match done {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(NotDone::Refused(refusal)) => Ok((None, vec![refusal.into()])),
        Err(NotDone::Failed(failed)) => Err(fault(ctx, failed)),
    }
}

/// A mutation's payload: one thing that was done, or why it was not.
macro_rules! payload {
    ($(#[doc = $doc:literal])* $name:ident { $(#[doc = $about:literal])* $field:ident: $ty:ty }) => {
        $(#[doc = $doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $name {
            $(#[doc = $about])*
            $field: Option<$ty>,
            /// Why it was not done; empty if it was.
            user_errors: Vec<$crate::error::UserError>,
        }

        impl $name {
            /// The payload of a verb's answer.
            pub(crate) fn of(
                ctx: &async_graphql::Context<'_>,
                done: store::Done<impl Into<$ty>>,
            ) -> async_graphql::Result<Self> {
                let (done, user_errors) = $crate::error::settle(ctx, done)?;
                Ok(Self { $field: done.map(Into::into), user_errors })
            }
        }
    };
}
pub(crate) use payload;

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use async_graphql::resolver_utils::EnumType;
    use domain::id::ListingId;
    use domain::tokens::Tokens as Amount;
    use uuid::Uuid;

    use super::*;

    /// One of each: the compiler makes sure that `codes!` knows them all.
    fn refusals() -> Vec<Refusal> {
        let listing = ListingId::new(Uuid::nil());
        vec![
            Refusal::invalid("title", "this may not stay empty"),
            Refusal::NotSignedIn,
            Refusal::Forbidden,
            Refusal::missing("listing"),
            Refusal::InsufficientTokens { balance: Amount::ZERO, shortfall: Amount::whole(1) },
            Refusal::PriceChanged { now: Amount::whole(1) },
            Refusal::OutOfStock { listing, left: 1 },
            Refusal::OwnListing,
            Refusal::NotForSale { listing },
            Refusal::EmptyCart,
            Refusal::IdempotencyKeyReused,
            Refusal::HandleTaken,
            Refusal::WrongCredentials,
            Refusal::AlreadyClaimed,
            Refusal::Expired,
            Refusal::wrong_state("the order is already released"),
            Refusal::TooMany { what: Cow::Borrowed("pictures"), limit: 10 },
            Refusal::RateLimited { retry_after_seconds: 3 },
            Refusal::AccountFrozen,
            Refusal::RedemptionOff,
            Refusal::denied(domain::licence::verdict::Verdict::Expired),
            Refusal::AlreadyOwned,
            Refusal::IdReused,
            Refusal::Busy,
        ]
    }

    #[test]
    fn codes_are_spelled_as_the_rules_spell_them() {
        let names: Vec<&str> = ErrorCode::items().iter().map(|item| item.name).collect();
        let codes: Vec<&str> = refusals().iter().map(Refusal::code).collect();
        assert_eq!(names, codes);
        for refusal in refusals() {
            let code = ErrorCode::of(&refusal);
            let item = ErrorCode::items().iter().find(|item| item.value == code).unwrap();
            assert_eq!(item.name, refusal.code());
        }
    }
}
