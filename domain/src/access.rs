//! Who asks, and what they may do.

use serde::{Deserialize, Serialize};

use crate::id::{SessionId, UserId, VisitorId};
use crate::refusal::Refusal;

/// Who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without an account; the number, if any, only keeps a cart.
    Visitor(Option<VisitorId>),
    /// Somebody signed in.
    User(SignedIn),
    /// The program itself: timers, import, the command line.
    System,
}

/// A signed-in user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Whose account it is.
    pub id: UserId,
    /// What the account may do.
    pub role: Role,
    /// The session that proved it.
    pub session: SessionId,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Buys, sells and gives.
    User,
    /// Works for the vendor: grants tokens and sets fee rules.
    Staff,
}

impl Actor {
    /// The signed-in user.
    ///
    /// # Errors
    /// `NotSignedIn` for everybody else.
    pub const fn signed_in(&self) -> Result<SignedIn, Refusal> {
        match self {
            Self::User(user) => Ok(*user),
            Self::Visitor(_) | Self::System => Err(Refusal::NotSignedIn),
        }
    }

    /// The signed-in member of the vendor's staff.
    ///
    /// # Errors
    /// `NotSignedIn` for visitors, `Forbidden` for users.
    pub fn staff(&self) -> Result<SignedIn, Refusal> {
        let user = self.signed_in()?;
        match user.role {
            Role::Staff => Ok(user),
            Role::User => Err(Refusal::Forbidden),
        }
    }

    /// The program itself, for what only its workers and its command line do.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub const fn system(&self) -> Result<(), Refusal> {
        match self {
            Self::System => Ok(()),
            Self::User(_) | Self::Visitor(_) => Err(Refusal::Forbidden),
        }
    }

    /// The signed-in user's id, if there is one.
    #[must_use]
    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user.id),
            Self::Visitor(_) | Self::System => None,
        }
    }
}
