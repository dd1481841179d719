//! Gifts: tokens given to a user at once, or put behind a claim link for
//! somebody who may have no account yet.

use serde::{Deserialize, Serialize};

use crate::book::{Book, Change, Decision, Facts};
use crate::id::{GiftId, UserId};
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::posting::{Posting, Split, TO_GIVE, require};
use crate::ledger::transfer::{Transaction, TransactionKind, Transfer, TransferCode};
use crate::refusal::Refusal;
use crate::text::{GiftMessage, Handle};
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;

/// The hash of a claim code; the code itself is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimHash(pub [u8; 32]);

/// Where a gift stands. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GiftState {
    /// Given to a user at once.
    Given,
    /// Behind a link that nobody has claimed.
    Pending,
    /// Claimed by whoever is the recipient now.
    Claimed,
    /// Taken back by the giver.
    Cancelled,
    /// Gone back to the giver because nobody claimed it.
    Expired,
}

impl GiftState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Given, Self::Pending, Self::Claimed, Self::Cancelled, Self::Expired];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Given => 1,
            Self::Pending => 2,
            Self::Claimed => 3,
            Self::Cancelled => 4,
            Self::Expired => 5,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// A gift as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// Which gift.
    pub id: GiftId,
    /// Who gives.
    pub giver: UserId,
    /// Who has it; nobody while it is pending.
    pub recipient: Option<UserId>,
    /// How much, by the buckets it came from.
    pub split: Split,
    /// What the giver wrote.
    pub message: GiftMessage,
    /// Where it stands.
    pub state: GiftState,
    /// What opens it, if it lies behind a link.
    pub claim: Option<ClaimHash>,
    /// When it was given.
    pub at: Timestamp,
    /// When it goes back, if it lies behind a link.
    pub expires_at: Option<Timestamp>,
}

impl Gift {
    /// The facts as the ledger records them beside the transfers, so that the
    /// audit notices when the gift's own columns are changed.
    #[must_use]
    pub fn detail(&self) -> String {
        let claim =
            self.claim.map(|ClaimHash(hash)| format!("claim={};", blake3::Hash::from_bytes(hash).to_hex()));
        let expiry = self.expires_at.map(|at| format!("expires_at={}", at.millis()));
        [claim, expiry].into_iter().flatten().collect()
    }
}

/// A gift to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// To whom.
    pub to: Handle,
    /// How much.
    pub amount: Tokens,
    /// What the giver writes.
    pub message: GiftMessage,
}

/// A gift behind a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftLink {
    /// How much.
    pub amount: Tokens,
    /// What the giver writes.
    pub message: GiftMessage,
    /// The hash of the code that opens it.
    pub claim: ClaimHash,
    /// How long it waits.
    pub lasts: Seconds,
}

/// Checks an amount to give or grant.
///
/// # Errors
/// `InvalidInput` on `amount`.
pub fn check_amount(amount: Tokens) -> Result<(), Refusal> {
    if amount.is_zero() {
        return Err(Refusal::invalid("amount", "an amount above zero is needed"));
    }
    if amount > Tokens::MAX_MOVED {
        return Err(Refusal::invalid("amount", format!("at most {} tokens move at once", Tokens::MAX_MOVED)));
    }
    Ok(())
}

/// Decides a gift to a user. Precedence: frozen account, amount, recipient not there,
/// recipient is the giver, tokens.
///
/// # Errors
/// In that precedence.
pub fn decide_give(
    book: &Book,
    facts: &Facts<'_>,
    giver: UserId,
    giving: &Giving,
) -> Result<Decision, Refusal> {
    book.check_free(giver)?;
    check_amount(giving.amount)?;
    let recipient = book.user(&giving.to).ok_or(Refusal::missing("user"))?;
    if recipient == giver {
        return Err(Refusal::invalid("to", "nobody gives to themselves"));
    }
    let to = AccountId::of(recipient, AccountKind::Spendable);
    let (split, transfers) = give(book, giver, to, giving.amount)?;
    let gift = Gift {
        id: GiftId::new(facts.mint.uuid(0)),
        giver,
        recipient: Some(recipient),
        split,
        message: giving.message.clone(),
        state: GiftState::Given,
        claim: None,
        at: facts.mint.at(),
        expires_at: None,
    };
    Ok(made(gift, facts, TransactionKind::Gift, transfers))
}

/// Decides a gift behind a link. Precedence: frozen account, amount, tokens.
///
/// # Errors
/// In that precedence.
pub fn decide_gift_link(
    book: &Book,
    facts: &Facts<'_>,
    giver: UserId,
    link: &GiftLink,
) -> Result<Decision, Refusal> {
    book.check_free(giver)?;
    check_amount(link.amount)?;
    let to = AccountId::vendor(AccountKind::Gifts);
    let (split, transfers) = give(book, giver, to, link.amount)?;
    let gift = Gift {
        id: GiftId::new(facts.mint.uuid(0)),
        giver,
        recipient: None,
        split,
        message: link.message.clone(),
        state: GiftState::Pending,
        claim: Some(link.claim),
        at: facts.mint.at(),
        expires_at: Some(facts.mint.at().after(link.lasts)),
    };
    Ok(made(gift, facts, TransactionKind::GiftLink, transfers))
}

fn give(
    book: &Book,
    giver: UserId,
    to: AccountId,
    amount: Tokens,
) -> Result<(Split, Vec<Transfer>), Refusal> {
    require(&book.balances, giver, &TO_GIVE, amount)?;
    let mut posting = Posting::on(&book.balances);
    let split = posting.pay(giver, &TO_GIVE, to, amount, TransferCode::Gift)?;
    Ok((split, posting.finish()))
}

fn made(gift: Gift, facts: &Facts<'_>, kind: TransactionKind, transfers: Vec<Transfer>) -> Decision {
    Decision {
        transactions: vec![transaction(&gift, facts, kind, gift.giver.uuid(), gift.detail(), transfers)],
        gift: Some(gift.id),
        changes: vec![Change::GiftMade(gift)],
        ..Decision::default()
    }
}

/// Decides a claim. Precedence: no such code, claimed, taken back or expired,
/// own gift.
///
/// # Errors
/// In that precedence.
pub fn decide_claim(
    book: &Book,
    facts: &Facts<'_>,
    claim: ClaimHash,
    by: UserId,
) -> Result<Decision, Refusal> {
    let gift = book.gift_behind(claim).ok_or(Refusal::missing("gift"))?;
    match gift.state {
        GiftState::Pending => {}
        GiftState::Claimed | GiftState::Given => return Err(Refusal::AlreadyClaimed),
        GiftState::Cancelled | GiftState::Expired => return Err(Refusal::Expired),
    }
    if gift.expires_at.is_some_and(|expires_at| facts.mint.at() >= expires_at) {
        return Err(Refusal::Expired);
    }
    if gift.giver == by {
        return Err(Refusal::invalid("claimCode", "this is your own gift: take it back instead"));
    }
    let amount = gift.split.total().unwrap_or_default();
    let mut posting = Posting::on(&book.balances);
    let from = AccountId::vendor(AccountKind::Gifts);
    posting.transfer(from, AccountId::of(by, AccountKind::Spendable), amount, TransferCode::Gift)?;
    let transfers = posting.finish();
    Ok(closed(gift, facts, GiftState::Claimed, Some(by), TransactionKind::GiftClaim, transfers))
}

/// Who sends a pending gift back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returner {
    /// The giver thinks better of it.
    Giver(UserId),
    /// Nobody claimed it in time.
    Timer,
}

/// Decides the way back of a pending gift, to the buckets it came from.
/// Precedence: not there (or not the asker's), state, time. Taking back what
/// was taken back is answered as done.
///
/// # Errors
/// In that precedence.
pub fn decide_return(book: &Book, facts: &Facts<'_>, id: GiftId, by: Returner) -> Result<Decision, Refusal> {
    let gift = book.gift(id).ok_or(Refusal::missing("gift"))?;
    let state = match by {
        Returner::Giver(user) if user != gift.giver => return Err(Refusal::missing("gift")),
        Returner::Giver(_) => GiftState::Cancelled,
        Returner::Timer => GiftState::Expired,
    };
    match gift.state {
        GiftState::Pending => {}
        GiftState::Given => return Err(Refusal::wrong_state("the gift has arrived already")),
        GiftState::Claimed => return Err(Refusal::AlreadyClaimed),
        GiftState::Cancelled | GiftState::Expired => {
            return Ok(Decision { gift: Some(id), ..Decision::default() });
        }
    }
    let is_due = gift.expires_at.is_some_and(|expires_at| facts.mint.at() >= expires_at);
    if by == Returner::Timer && !is_due {
        return Err(Refusal::wrong_state("the gift still waits to be claimed"));
    }
    let mut posting = Posting::on(&book.balances);
    posting.pay_back(AccountId::vendor(AccountKind::Gifts), gift.giver, gift.split, TransferCode::Return)?;
    let transfers = posting.finish();
    Ok(closed(gift, facts, state, None, TransactionKind::GiftReturn, transfers))
}

fn closed(
    gift: &Gift,
    facts: &Facts<'_>,
    state: GiftState,
    recipient: Option<UserId>,
    kind: TransactionKind,
    transfers: Vec<Transfer>,
) -> Decision {
    Decision {
        transactions: vec![transaction(gift, facts, kind, facts.actor, String::new(), transfers)],
        changes: vec![Change::GiftClosed { gift: gift.id, state, recipient, at: facts.mint.at() }],
        gift: Some(gift.id),
        ..Decision::default()
    }
}

fn transaction(
    gift: &Gift,
    facts: &Facts<'_>,
    kind: TransactionKind,
    actor: uuid::Uuid,
    detail: String,
    transfers: Vec<Transfer>,
) -> Transaction {
    Transaction { kind, reference: gift.id.uuid(), actor, at: facts.mint.at(), detail, transfers }
}

#[cfg(test)]
mod tests;
