//! Users: how an account opens, and how the vendor grants tokens.

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::book::{Book, Change, Decision, Facts};
use crate::customer::Handover;
use crate::gift::check_amount;
use crate::id::{LotId, SessionId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::Posting;
use crate::ledger::transfer::{Transaction, TransactionKind, TransferCode};
use crate::promo::Lot;
use crate::refusal::Refusal;
use crate::text::{GrantReason, Handle};
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;

/// An account that is to be opened. Secrets come as hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The handle that was chosen, or random ones of which the first free one
    /// is taken.
    pub handle: HandleChoice,
    /// The hash of the account key.
    pub account_key_hash: [u8; 32],
    /// The hash of the passphrase, if one was chosen.
    pub passphrase_hash: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// Tokens to try the market with.
    pub welcome: Tokens,
    /// How long these last; for ever if nothing is said.
    pub welcome_lasts: Option<Seconds>,
    /// The session that begins at once, if any.
    pub session: Option<NewSession>,
    /// How it is handed over, if the staff opens it for somebody.
    pub handover: Option<Box<Handover>>,
}

/// How a new account comes to its handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandleChoice {
    /// The user picked it.
    Chosen(Handle),
    /// Random handles, in the order in which they are tried.
    Random(Vec<Handle>),
}

/// What a session is used through. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// The web site, by cookie.
    Site,
    /// The API, by bearer token.
    Api,
}

impl Channel {
    /// The channel's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Site => 1,
            Self::Api => 2,
        }
    }

    /// The channel with that number.
    #[must_use]
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Site),
            2 => Some(Self::Api),
            _ => None,
        }
    }
}

/// A session to begin; its token comes as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Which session.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: [u8; 32],
    /// What it is used through.
    pub channel: Channel,
    /// How long it lasts without being used.
    pub lasts: Seconds,
}

/// A user who has just opened an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// Who.
    pub id: UserId,
    /// Their public name.
    pub handle: Handle,
    /// What was asked for.
    pub opening: Opening,
    /// When.
    pub at: Timestamp,
}

/// Decides the opening of an account, with its welcome tokens from the promo
/// supply.
///
/// # Errors
/// `HandleTaken`, or `Busy` if every random handle was taken, which a second
/// try with other ones cures.
pub fn decide_open_account(book: &Book, facts: &Facts<'_>, opening: &Opening) -> Result<Decision, Refusal> {
    let handle = match &opening.handle {
        HandleChoice::Chosen(handle) if book.user(handle).is_some() => return Err(Refusal::HandleTaken),
        HandleChoice::Chosen(handle) => handle.clone(),
        HandleChoice::Random(handles) => {
            handles.iter().find(|handle| book.user(handle).is_none()).ok_or(Refusal::Busy)?.clone()
        }
    };
    let id = UserId::new(facts.mint.uuid(0));
    let mut posting = Posting::on(&book.balances);
    let promo = AccountId::of(id, AccountKind::Promo);
    posting.transfer(
        AccountId::vendor(AccountKind::IssuedPromo),
        promo,
        opening.welcome,
        TransferCode::Issue,
    )?;
    let transfers = posting.finish();
    let mut decision = Decision { user: Some(id), ..Decision::default() };
    if !transfers.is_empty() {
        decision.transactions.push(Transaction {
            kind: TransactionKind::Welcome,
            reference: id.uuid(),
            actor: id.uuid(),
            at: facts.mint.at(),
            detail: String::new(),
            transfers,
        });
        decision.changes.push(Change::LotMade(Lot {
            // One welcome a user.
            id: LotId::new(id.uuid()),
            user: id,
            amount: opening.welcome,
            expires_at: opening.welcome_lasts.map(|lasts| facts.mint.at().after(lasts)),
            at: facts.mint.at(),
        }));
    }
    let user = NewUser { id, handle, opening: opening.clone(), at: facts.mint.at() };
    decision.changes.push(Change::AccountOpened(user));
    Ok(decision)
}

/// A grant by the vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub to: Handle,
    /// How much.
    pub amount: Tokens,
    /// Why; recorded with the transaction.
    pub reason: GrantReason,
}

/// Decides a grant of ordinary spendable tokens by a member of the staff,
/// whose role the verb has checked. Precedence: amount, user not there.
///
/// # Errors
/// In that precedence.
pub fn decide_grant(book: &Book, facts: &Facts<'_>, grant: &Grant) -> Result<Decision, Refusal> {
    check_amount(grant.amount)?;
    let user = book.user(&grant.to).ok_or(Refusal::missing("user"))?;
    let mut posting = Posting::on(&book.balances);
    let to = AccountId::of(user, AccountKind::Spendable);
    posting.transfer(AccountId::vendor(AccountKind::IssuedGrant), to, grant.amount, TransferCode::Issue)?;
    Ok(Decision {
        transactions: vec![Transaction {
            kind: TransactionKind::Grant,
            reference: user.uuid(),
            actor: facts.actor,
            at: facts.mint.at(),
            detail: grant.reason.as_str().to_owned(),
            transfers: posting.finish(),
        }],
        user: Some(user),
        ..Decision::default()
    })
}

#[cfg(test)]
mod tests;
