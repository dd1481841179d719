//! Top-ups in trouble: what did not fit, and what the staff makes of it.
//!
//! A payment that does not fit what was agreed gives no tokens and waits for
//! people. Two of them may credit it all the same, as agreed; one may close
//! it, when the money went back or never came. Either happens once, and
//! whatever the provider says afterwards changes nothing any more.

use crate::book::{Book, Change, Decision, Facts};
use crate::id::{TopUpId, UserId};
use crate::refusal::Refusal;
use crate::text::DeskNote;
use crate::time::Timestamp;
use crate::topup::credit::credit;
use crate::topup::settle::Settling;
use crate::topup::{Card, Method, TopUp, TopUpState};

super::way::ways! {
    /// What a member of the staff says of a top-up in review.
    Ruling {
        /// It gets its tokens all the same; two have to say so.
        Credit = 1, "credit it";
        /// The money went back by hand.
        Refunded = 2, "the money went back";
        /// No money came, or it is none of ours.
        Rejected = 3, "nothing to credit";
    }
}

/// What somebody said of a top-up in review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Of which.
    pub top_up: TopUpId,
    /// Who.
    pub by: UserId,
    /// What.
    pub ruling: Ruling,
    /// Why.
    pub note: DeskNote,
    /// When.
    pub at: Timestamp,
}

/// What changes beside the top-up itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewChange {
    /// A payment did not fit.
    Misfit {
        /// Which top-up's.
        top_up: TopUpId,
        /// Why, in our words.
        why: String,
        /// When.
        at: Timestamp,
    },
    /// Somebody said something.
    Said(Review),
}

/// What does not fit between a payment and what was agreed; nothing if all
/// does.
pub(super) fn misfit(top_up: &TopUp, settling: &Settling) -> Option<String> {
    let (payment, due) = (&settling.payment, top_up.agreed.due);
    let Some(card) = top_up.card.as_ref().filter(|_| top_up.method == Method::Card) else {
        return Some("it is not to be paid by card".to_owned());
    };
    let mut all = Vec::new();
    if card.provider != payment.provider {
        all.push(format!("agreed with {}, told by {}", card.provider.name(), payment.provider.name()));
    }
    if card.session != payment.session {
        all.push("another session".to_owned());
    }
    if payment.is_live != settling.is_live {
        let mode = |is_live: bool| if is_live { "real money" } else { "a test" };
        all.push(format!("{}, where {} was expected", mode(payment.is_live), mode(settling.is_live)));
    }
    if payment.asked != due {
        all.push(format!("agreed {due}, paid {}", payment.asked));
    }
    if payment.refunded.currency() != due.currency() {
        all.push("sent back in another currency".to_owned());
    }
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether a payment is the one that a top-up is paid by, however much it is.
pub(super) fn is_same(top_up: &TopUp, settling: &Settling) -> bool {
    let payment = &settling.payment;
    let is_its = |card: &Card| card.provider == payment.provider && card.session == payment.session;
    top_up.card.as_ref().is_some_and(is_its) && payment.asked.currency() == payment.refunded.currency()
}

/// Decides what comes of a ruling. Precedence: not there, state, one's own,
/// said before.
///
/// # Errors
/// In that precedence.
pub fn decide_review(book: &Book, facts: &Facts<'_>, review: &Review) -> Result<Decision, Refusal> {
    let top_up = book.top_up(review.top_up).ok_or(Refusal::missing("top-up"))?;
    if top_up.state != TopUpState::Review {
        return Err(Refusal::wrong_state("nobody has to look at it any more"));
    }
    if top_up.user == review.by {
        return Err(Refusal::wrong_state("nobody judges a payment of their own"));
    }
    let said = book.reviews.of(review.top_up);
    let for_it = || said.iter().filter(|said| said.ruling == Ruling::Credit);
    if review.ruling == Ruling::Credit && for_it().any(|said| said.by == review.by) {
        return Err(Refusal::wrong_state("you have said so already: somebody else has to"));
    }
    let at = facts.mint.at();
    let mut decision = Decision { top_up: Some(top_up.id), ..Decision::default() };
    let change = ReviewChange::Said(Review { at, ..review.clone() });
    decision.changes.push(Change::Review(Box::new(change)));
    let closed = |state| Change::TopUpMoved(TopUp { state, closed_at: Some(at), ..top_up.clone() });
    match review.ruling {
        Ruling::Credit if for_it().next().is_none() => {}
        Ruling::Credit => {
            let credited = credit(book, facts, top_up, TopUpState::Credited)?;
            decision.transactions.extend(credited.transactions);
            decision.changes.extend(credited.changes);
        }
        Ruling::Refunded => decision.changes.push(closed(TopUpState::Cancelled)),
        Ruling::Rejected => decision.changes.push(closed(TopUpState::Rejected)),
    }
    Ok(decision)
}

/// What was said of the top-ups that a batch of requests works on.
#[derive(Clone, Debug, Default)]
pub struct Reviews(Vec<Review>);

impl Reviews {
    /// Records what somebody said.
    pub fn load(&mut self, review: Review) {
        self.0.push(review);
    }

    /// What was said of one, oldest first.
    #[must_use]
    pub fn of(&self, top_up: TopUpId) -> Vec<&Review> {
        self.0.iter().filter(|review| review.top_up == top_up).collect()
    }

    /// Whether two said that it is credited all the same.
    #[must_use]
    pub fn is_credited(&self, top_up: TopUpId) -> bool {
        let said = self.0.iter().filter(|review| review.top_up == top_up && review.ruling == Ruling::Credit);
        said.count() > 1
    }

    /// Whether somebody closed it: then it stays so.
    #[must_use]
    pub fn is_closed(&self, top_up: TopUpId) -> bool {
        self.0.iter().any(|review| review.top_up == top_up && review.ruling != Ruling::Credit)
    }

    /// Remembers what a decision changed.
    pub(crate) fn apply(&mut self, change: &ReviewChange) {
        if let ReviewChange::Said(review) = change {
            self.load(review.clone());
        }
    }
}

#[cfg(test)]
mod tests;
