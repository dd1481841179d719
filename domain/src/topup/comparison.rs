//! The daily comparison of our top-ups with the provider's own account of the
//! money: what came and went there, payment by payment, against the tokens
//! that were given and taken back here.
//!
//! It never changes a balance. What differs is written down for a person.

pub mod finding;

use crate::id::TopUpId;
use crate::money::{Currency, Money};
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;
use crate::topup::TopUp;

super::way::ways! {
    /// Why money came or went at the provider.
    MovementKind {
        /// Somebody paid.
        Paid = 1, "paid";
        /// A payment that was counted did not come after all.
        PaymentFailed = 2, "payment failed";
        /// Money was sent back.
        SentBack = 3, "sent back";
        /// Money that was sent back could not be delivered.
        BackAgain = 4, "came back again";
        /// The bank took it, since the card holder disputes.
        Disputed = 5, "taken by the bank";
        /// The bank gave it back.
        DisputeWon = 6, "given back by the bank";
    }

    /// What differs.
    DifferenceKind {
        /// Tokens were given here, and no money came there.
        Missing = 1, "no money at the provider";
        /// Money is there, and no tokens were given here.
        Extra = 2, "money without tokens";
        /// Another amount was paid than was agreed.
        Amount = 3, "another amount was paid";
        /// More or less went back than tokens were taken back.
        Back = 4, "another amount went back";
    }
}

/// Money that came or went at the provider because of one of our payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The provider's name of the movement.
    pub reference: String,
    /// Why.
    pub kind: MovementKind,
    /// The provider's name of the payment.
    pub payment: String,
    /// Our number of the top-up, if the provider keeps it with this movement.
    pub top_up: Option<TopUpId>,
    /// How much.
    pub money: Money,
    /// When.
    pub at: Timestamp,
}

/// A day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Timestamp);

/// So long after its end a day is compared: by then also slow messages have
/// come.
const RIPE_AFTER: Seconds = Seconds::new(6 * 3_600);

impl Day {
    /// The day in which this moment lies.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let length = i64::from(Seconds::days(1).get()).saturating_mul(1_000);
        Self(Timestamp::from_millis(at.millis().div_euclid(length).saturating_mul(length)))
    }

    /// Its first moment.
    #[must_use]
    pub const fn begin(self) -> Timestamp {
        self.0
    }

    /// The first moment of the next.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.0.after(Seconds::days(1))
    }

    /// The next.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.end())
    }

    /// Whether it can be compared by now.
    #[must_use]
    pub fn is_ripe(self, now: Timestamp) -> bool {
        now >= self.end().after(RIPE_AFTER)
    }

    /// The day that [`Self::text`] writes so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day = Self::of(Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"))?);
        (day.text() == text).then_some(day)
    }

    /// As `2026-11-23`.
    #[must_use]
    pub fn text(self) -> String {
        self.0.rfc3339().chars().take(10).collect()
    }
}

/// How a top-up stands here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// The top-up.
    pub top_up: TopUp,
    /// Tokens that were taken back for money that is still to be sent.
    pub asked: Tokens,
    /// Whether the staff credited it though it did not fit.
    pub is_ruled: bool,
}

/// What came and went for a top-up at the provider, all days together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct There {
    currency: Option<Currency>,
    paid: i64,
    back: i64,
    is_mixed: bool,
}

impl There {
    /// The sums of these movements.
    #[must_use]
    pub fn of<'m>(movements: impl IntoIterator<Item = &'m Movement>) -> Self {
        let mut there = Self::default();
        for movement in movements {
            let currency = *there.currency.get_or_insert(movement.money.currency());
            there.is_mixed |= currency != movement.money.currency();
            let minor = movement.money.minor();
            let (sum, change) = match movement.kind {
                MovementKind::Paid => (&mut there.paid, minor),
                MovementKind::PaymentFailed => (&mut there.paid, minor.saturating_neg()),
                MovementKind::SentBack | MovementKind::Disputed => (&mut there.back, minor),
                MovementKind::BackAgain | MovementKind::DisputeWon => {
                    (&mut there.back, minor.saturating_neg())
                }
            };
            *sum = sum.saturating_add(change);
        }
        there
    }

    fn money(&self, minor: i64) -> Option<Money> {
        Money::new(minor.max(0), self.currency?)
    }
}

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub kind: DifferenceKind,
    /// What should be there, by our books.
    pub here: Option<Money>,
    /// What is there.
    pub there: Option<Money>,
}

/// Compares a top-up with the provider's account of it; nothing if all
/// agrees. `here` is nothing for a payment that names a top-up which is not
/// ours. Precedence: missing or extra, amount, what went back.
#[must_use]
pub fn compare(here: Option<&Here>, there: &There) -> Option<Difference> {
    let left = there.paid.saturating_sub(there.back);
    let Some(here) = here.filter(|here| !here.top_up.credited.is_zero()) else {
        let there = (left > 0).then(|| there.money(left));
        return there.map(|there| Difference { kind: DifferenceKind::Extra, here: None, there });
    };
    let due = here.top_up.agreed.due;
    let differs = |kind, here, minor| Some(Difference { kind, here: Some(here), there: there.money(minor) });
    if there.paid <= 0 {
        let is_gone = here.top_up.reversed == here.top_up.credited;
        return if is_gone { None } else { differs(DifferenceKind::Missing, due, there.paid) };
    }
    let is_agreed = there.money(there.paid) == Some(due) || here.is_ruled;
    if !is_agreed || there.is_mixed {
        return differs(DifferenceKind::Amount, due, there.paid);
    }
    let paid = there.money(there.paid)?;
    let back = worth(here.top_up.reversed, here.top_up.credited, paid);
    let sent = worth(here.top_up.reversed.saturating_sub(here.asked), here.top_up.credited, paid);
    // A part of a token less than the smallest coin buys is rounding.
    let (least, most) = (sent.saturating_sub(1), back.saturating_add(1));
    let is_fitting = (least..=most).contains(&there.back.min(there.paid));
    if is_fitting {
        None
    } else {
        differs(DifferenceKind::Back, Money::new(back, due.currency())?, there.back)
    }
}

/// What so many of all tokens cost, in minor units.
fn worth(part: Tokens, all: Tokens, paid: Money) -> i64 {
    let (part, all) = (i128::from(part.units()), i128::from(all.units().max(1)));
    i64::try_from(i128::from(paid.minor()).saturating_mul(part).checked_div(all).unwrap_or(0))
        .unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
