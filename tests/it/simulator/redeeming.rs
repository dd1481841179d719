//! Redemptions: earned tokens back into money. The steps, how they are drawn,
//! what the reference makes of them, and how the real store is asked. What
//! may be redeemed stands in [`super::income`].

mod ask;
mod draw;

use domain::redemption::{RedemptionState, RedemptionTerms};
use domain::time::Seconds;

use super::drive::units;
use super::income::{MATURITY_DAYS, What};
use super::model::{Answer, EARNED, Model, STAFF, check_units, no};
use super::step::Number;

use super::DAY;

pub(super) use ask::{of_model, of_tables};

/// The fewest units of one redemption: too few for a cent.
const MINIMUM: i64 = 5_000;
/// From so many units on, two of the staff have to agree.
const TWO_FROM: i64 = 40_000;
/// How many of a user's may be under way.
const OPEN: usize = 5;
/// How long it is known where to pay.
const KEPT_DAYS: u16 = 20;
/// Where tokens wait for the bank, and where those go that it has paid.
const PAYOUTS: i16 = 23;
const REDEEMED: i16 = 60;

/// A step about redemptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Redeem {
    Ask { by: Number, units: i64, pay_to: &'static str, key: String },
    Cancel { by: Number, redemption: Number },
    Approve { by: Number, redemption: Number },
    Reject { by: Number, redemption: Number, reason: &'static str },
    Send { by: Number, key: String },
    Paid { by: Number, redemption: Number, name: u32, key: String },
    Failed { by: Number, redemption: Number, reason: &'static str },
    ErasePayees { by: Option<Number> },
}

use RedemptionState as State;

#[derive(Clone, Debug)]
pub(super) struct Redemption {
    user: Number,
    units: i64,
    state: State,
    agreed: Vec<Number>,
    /// With which of the batches the bank was told, from 1 on.
    batch: usize,
    paid_as: Option<u32>,
    ended: Option<i64>,
    is_payee_known: bool,
}

impl Redemption {
    fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    fn needs(&self) -> usize {
        if self.units < TWO_FROM { 1 } else { 2 }
    }
}

/// The terms of the simulation: small and short, so that all of them matter.
pub(super) fn terms() -> RedemptionTerms {
    RedemptionTerms {
        is_on: true,
        maturity: Seconds::days(MATURITY_DAYS),
        minimum: units(MINIMUM),
        two_from: units(TWO_FROM),
        payee_kept: Seconds::days(KEPT_DAYS),
        ..RedemptionTerms::default()
    }
}

impl Redeem {
    pub(super) fn key(&self) -> Option<(Number, &str)> {
        match self {
            Self::Ask { by, key, .. } | Self::Send { by, key } | Self::Paid { by, key, .. } => {
                Some((*by, key))
            }
            _ => None,
        }
    }

    /// What is asked, in a word.
    pub(super) const fn verb(&self) -> &'static str {
        match self {
            Self::Ask { .. } => "ask",
            Self::Cancel { .. } => "call off",
            Self::Approve { .. } => "agree",
            Self::Reject { .. } => "decline",
            Self::Send { .. } => "send",
            Self::Paid { .. } => "pay",
            Self::Failed { .. } => "fail",
            Self::ErasePayees { .. } => "erase",
        }
    }

    /// Whether something is looked up before the writer is asked.
    pub(super) const fn is_asked_alone(&self) -> bool {
        matches!(self, Self::Ask { .. } | Self::Send { .. } | Self::ErasePayees { .. })
    }

    fn redemption(&self) -> Option<Number> {
        match self {
            Self::Cancel { redemption, .. }
            | Self::Approve { redemption, .. }
            | Self::Reject { redemption, .. }
            | Self::Paid { redemption, .. }
            | Self::Failed { redemption, .. } => Some(*redemption),
            _ => None,
        }
    }

    /// Whether it asks the writer straight, of something that is there.
    pub(super) fn is_for_together(&self, model: &Model) -> bool {
        self.redemption().is_some_and(|redemption| redemption < model.redemptions.len())
    }

    /// As its key remembers it.
    pub(super) fn as_asked(&mut self, model: &Model) {
        if let Self::Paid { redemption, .. } = self
            && *redemption >= model.redemptions.len()
        {
            *redemption = Number::MAX;
        }
    }
}

fn check_staff(by: Number) -> Result<(), String> {
    if by >= STAFF { no("FORBIDDEN") } else { Ok(()) }
}

fn check_reason(by: Number, reason: &str) -> Result<(), String> {
    check_staff(by)?;
    if reason.is_empty() { no("INVALID_INPUT reason") } else { Ok(()) }
}

impl Model {
    /// What is refused before anybody looks at the key.
    pub(super) fn check_redeem_form(&self, step: &Redeem) -> Result<(), String> {
        match step {
            Redeem::Ask { pay_to, .. } if pay_to.len() < 5 => no("INVALID_INPUT payTo"),
            Redeem::Send { by, .. } => check_staff(*by),
            Redeem::Paid { by, name, .. } => {
                check_staff(*by)?;
                if *name == 0 { no("INVALID_INPUT bankReference") } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    pub(super) fn redemption(&mut self, step: &Redeem) -> Answer {
        match step {
            Redeem::Ask { by, units, .. } => self.ask_money(*by, *units),
            Redeem::Cancel { by, redemption } => {
                if self.redemptions.get(*redemption).is_none_or(|found| found.user != *by) {
                    return no("NOT_FOUND redemption");
                }
                self.end_unpaid(*redemption, State::Cancelled, &[State::Asked, State::Approved])?;
                Ok(format!("called-off {redemption}"))
            }
            Redeem::Approve { by, redemption } => {
                check_staff(*by)?;
                self.agree_to_pay(*by, *redemption)?;
                Ok(format!("agreed {redemption}"))
            }
            Redeem::Reject { by, redemption, reason } => {
                check_reason(*by, reason)?;
                self.end_unpaid(*redemption, State::Rejected, &[State::Asked, State::Approved])?;
                Ok(format!("declined {redemption}"))
            }
            Redeem::Send { .. } => self.tell_bank(),
            Redeem::Paid { by, redemption, name, .. } => {
                self.money_went(*by, *redemption, *name)?;
                Ok(format!("paid {redemption}"))
            }
            Redeem::Failed { by, redemption, reason } => {
                check_reason(*by, reason)?;
                self.end_unpaid(*redemption, State::Failed, &[State::Approved, State::Sent])?;
                Ok(format!("failed {redemption}"))
            }
            Redeem::ErasePayees { by: Some(_) } => no("FORBIDDEN"),
            Redeem::ErasePayees { by: None } => Ok(format!("erased {}", self.erase_payees())),
        }
    }

    fn ask_money(&mut self, user: Number, units: i64) -> Answer {
        let open = self.redemptions.iter().filter(|it| it.user == user && it.is_open()).count();
        if open >= OPEN {
            return no("TOO_MANY");
        }
        self.check_money_may_go(user)?;
        if check_units(units).is_err() || units < MINIMUM {
            return no("INVALID_INPUT tokens");
        }
        let there = self.redeemable(user);
        if there < units {
            return no(format!("INSUFFICIENT_TOKENS {there} {}", units - there));
        }
        // A token is a cent.
        if units < 10_000 {
            return no("INVALID_INPUT tokens");
        }
        let place = self.redemptions.len();
        self.users[user].buckets[EARNED] -= units;
        self.users[user].income.redeem(What::Redemption(place), units);
        self.book(PAYOUTS, units);
        self.redemptions.push(Redemption {
            user,
            units,
            state: State::Asked,
            agreed: Vec::new(),
            batch: 0,
            paid_as: None,
            ended: None,
            is_payee_known: true,
        });
        Ok(format!("asked {place}"))
    }

    fn check_money_may_go(&self, user: Number) -> Result<(), String> {
        self.check_free(user)?;
        if self.users[user].debt > 0 { no("WRONG_STATE") } else { Ok(()) }
    }

    fn agree_to_pay(&mut self, by: Number, place: Number) -> Result<(), String> {
        let Some(found) = self.redemptions.get(place) else { return no("NOT_FOUND redemption") };
        if found.state != State::Asked || found.user == by || found.agreed.contains(&by) {
            return no("WRONG_STATE");
        }
        self.check_money_may_go(found.user)?;
        let found = &mut self.redemptions[place];
        found.agreed.push(by);
        if found.agreed.len() == found.needs() {
            found.state = State::Approved;
        }
        Ok(())
    }

    fn tell_bank(&mut self) -> Answer {
        let batch = 1 + self.redemptions.iter().map(|it| it.batch).max().unwrap_or(0);
        let mut count = 0;
        for waits in self.redemptions.iter_mut().filter(|it| it.state == State::Approved) {
            (waits.state, waits.batch) = (State::Sent, batch);
            count += 1;
        }
        if count == 0 { no("WRONG_STATE") } else { Ok(format!("sent {batch}")) }
    }

    fn money_went(&mut self, by: Number, place: Number, name: u32) -> Result<(), String> {
        let Some(found) = self.redemptions.get(place) else { return no("NOT_FOUND redemption") };
        if !matches!(found.state, State::Approved | State::Sent) || found.user == by {
            return no("WRONG_STATE");
        }
        if self.redemptions.iter().any(|it| it.paid_as == Some(name)) {
            return no("INVALID_INPUT bankReference");
        }
        let units = found.units;
        self.book(PAYOUTS, -units);
        self.book(REDEEMED, units);
        let found = &mut self.redemptions[place];
        (found.state, found.paid_as, found.ended) = (State::Paid, Some(name), Some(self.now));
        Ok(())
    }

    /// The tokens come back.
    fn end_unpaid(&mut self, place: Number, state: State, from: &[State]) -> Result<(), String> {
        let Some(found) = self.redemptions.get_mut(place) else { return no("NOT_FOUND redemption") };
        if found.state == state {
            return Ok(());
        }
        if !from.contains(&found.state) {
            return no("WRONG_STATE");
        }
        (found.state, found.ended) = (state, Some(self.now));
        let (user, units) = (found.user, found.units);
        self.book(PAYOUTS, -units);
        self.come_back(user, EARNED, units, What::Redemption(place));
        Ok(())
    }

    fn erase_payees(&mut self) -> usize {
        let before = self.now - i64::from(KEPT_DAYS) * DAY;
        let is_due = |it: &&mut Redemption| it.is_payee_known && it.ended.is_some_and(|at| at <= before);
        let mut count = 0;
        for over in self.redemptions.iter_mut().filter(is_due) {
            over.is_payee_known = false;
            count += 1;
        }
        count
    }
}
