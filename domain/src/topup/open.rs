//! Opening a top-up. No tokens move yet; the client's key, what was agreed
//! and the answer are written together.

use crate::book::{Book, Change, Decision, Facts};
use crate::id::{TopUpId, UserId};
use crate::refusal::Refusal;
use crate::time::Seconds;
use crate::tokens::Tokens;
use crate::topup::{Agreed, Channel, Intent, Method, Reference, ReturnPath, TopUp, TopUpState};

/// Card top-ups of one user that may wait for their money at once.
pub const WAITING_MAX: u32 = 20;

/// A top-up that is to be opened; the verb has looked prices up and knows who
/// may ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Who gets the tokens.
    pub user: UserId,
    /// Its code, drawn by the verb; nobody else's.
    pub reference: Reference,
    /// How it reached us.
    pub channel: Channel,
    /// How it is to be paid.
    pub method: Method,
    /// Where it begins.
    pub state: TopUpState,
    /// What was agreed.
    pub agreed: Agreed,
    /// Where the user wants to go afterwards.
    pub return_to: Option<ReturnPath>,
    /// What is to be finished once the tokens are there.
    pub intent: Option<Intent>,
    /// How long it can be paid, if that ends.
    pub lasts: Option<Seconds>,
}

/// Decides the opening. Precedence: too few tokens, too many.
///
/// # Errors
/// In that precedence, on `tokens`.
pub fn decide_open(_: &Book, facts: &Facts<'_>, opening: &Opening) -> Result<Decision, Refusal> {
    check_tokens(opening.agreed.tokens)?;
    let at = facts.mint.at();
    let top_up = TopUp {
        id: TopUpId::new(facts.mint.uuid(0)),
        reference: opening.reference.clone(),
        user: opening.user,
        channel: opening.channel,
        method: opening.method,
        state: opening.state,
        agreed: opening.agreed,
        card: None,
        credited: Tokens::ZERO,
        reversed: Tokens::ZERO,
        bonus_reversed: Tokens::ZERO,
        return_to: opening.return_to.clone(),
        intent: opening.intent.clone(),
        created_by: facts.actor,
        at,
        expires_at: opening.lasts.map(|lasts| at.after(lasts)),
        closed_at: None,
    };
    Ok(Decision { top_up: Some(top_up.id), changes: vec![Change::TopUpMade(top_up)], ..Decision::default() })
}

/// Checks how many tokens one top-up may be for.
///
/// # Errors
/// `InvalidInput` on `tokens`.
pub fn check_tokens(tokens: Tokens) -> Result<(), Refusal> {
    if tokens < Tokens::whole(1) {
        return Err(Refusal::invalid("tokens", "at least 1 token is needed"));
    }
    if tokens > Tokens::MAX_MOVED {
        return Err(Refusal::invalid("tokens", format!("at most {} tokens at once", Tokens::MAX_MOVED)));
    }
    Ok(())
}

/// Checks whether somebody of whom so many card top-ups wait for their money
/// may open another.
///
/// # Errors
/// `TooMany`.
pub fn check_waiting(waiting: u32) -> Result<(), Refusal> {
    match waiting < WAITING_MAX {
        true => Ok(()),
        false => {
            let what = "top-ups that wait for their money".into();
            Err(Refusal::TooMany { what, limit: WAITING_MAX })
        }
    }
}
