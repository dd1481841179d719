//! Who may do what to an order as it stands. Pages offer what these say, and
//! the decisions hold to them.

use uuid::Uuid;

use super::DeskOrder;
use crate::id::PaymentId;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::topup::{Method, TopUp, TopUpState};

impl DeskOrder {
    /// Whether somebody can agree to it now.
    ///
    /// # Errors
    /// In this precedence: `WrongState`; `Expired`; `WrongState` for whoever
    /// entered it, gets its tokens or has agreed before.
    pub fn check_agree(&self, top_up: &TopUp, by: Uuid, now: Timestamp) -> Result<(), Refusal> {
        if !waits(top_up.state) {
            return Err(Refusal::wrong_state("it does not wait for anybody to agree"));
        }
        if top_up.expires_at.is_some_and(|expires_at| now >= expires_at) {
            return Err(Refusal::Expired);
        }
        if !self.is_other(top_up, by) {
            return Err(Refusal::wrong_state(
                "whoever entered an order, or gets its tokens, cannot agree to it",
            ));
        }
        if self.approvals.iter().any(|given| given.uuid() == by) {
            return Err(Refusal::wrong_state("you have agreed already: somebody else has to"));
        }
        Ok(())
    }

    /// Whether it can be declined or called off: no money came and nothing was
    /// credited.
    ///
    /// # Errors
    /// `WrongState`.
    pub fn check_end(&self, top_up: &TopUp) -> Result<(), Refusal> {
        let is_open = waits(top_up.state) || top_up.state == TopUpState::Approved;
        if !is_open || self.payments.iter().any(|payment| !payment.is_bounced) || !top_up.standing().is_zero()
        {
            return Err(Refusal::wrong_state("money has come, or it has ended already"));
        }
        Ok(())
    }

    /// Whether money for it can be recorded by `by`.
    ///
    /// # Errors
    /// In this precedence: `WrongState` for how it stands, then for whoever
    /// gets the tokens.
    pub fn check_pay(&self, top_up: &TopUp, by: Uuid) -> Result<(), Refusal> {
        use TopUpState::{Approved, Credited, Overdue, Paid, PartPaid};
        if !matches!(top_up.state, Approved | Credited | PartPaid | Overdue | Paid) {
            return Err(Refusal::wrong_state(
                "nobody has agreed to the order, or it has ended: money for it needs a new order",
            ));
        }
        if top_up.user.uuid() == by {
            return Err(Refusal::wrong_state("nobody records that their own money came"));
        }
        Ok(())
    }

    /// Whether `by` can write it off.
    ///
    /// # Errors
    /// In this precedence: `WrongState` for how it stands, then for whoever
    /// entered it or gets its tokens.
    pub fn check_write_off(&self, top_up: &TopUp, by: Uuid) -> Result<(), Refusal> {
        if top_up.state != TopUpState::Overdue {
            return Err(Refusal::wrong_state("only what is overdue is written off"));
        }
        if !self.is_other(top_up, by) {
            return Err(Refusal::wrong_state("whoever entered an order cannot write it off"));
        }
        Ok(())
    }

    /// Whether `by` can take all of it back.
    ///
    /// # Errors
    /// In this precedence: `WrongState` for how it stands, then for whoever
    /// entered it or gets its tokens.
    pub fn check_reverse(&self, top_up: &TopUp, by: Uuid) -> Result<(), Refusal> {
        use TopUpState::{Credited, Overdue, Paid, PartPaid};
        if !matches!(top_up.state, Credited | PartPaid | Paid | Overdue) {
            return Err(Refusal::wrong_state("there is nothing to take back"));
        }
        if !self.is_other(top_up, by) {
            return Err(Refusal::wrong_state("whoever entered an order cannot take it back"));
        }
        Ok(())
    }

    /// Whether `by` can say that this payment came back.
    ///
    /// # Errors
    /// In this precedence: `NotFound` if the order has no such payment;
    /// `WrongState` if it came back before or the order was taken back;
    /// `WrongState` for whoever recorded it or gets the tokens.
    pub fn check_bounce(&self, top_up: &TopUp, payment: PaymentId, by: Uuid) -> Result<(), Refusal> {
        let known = self.payments.iter().find(|known| known.id == payment);
        let known = known.ok_or(Refusal::missing("payment"))?;
        if known.is_bounced {
            return Err(Refusal::wrong_state("this payment came back before"));
        }
        if known.is_moved {
            return Err(Refusal::wrong_state(
                "this is a remainder of another order: its payment comes back there",
            ));
        }
        if top_up.state == TopUpState::Reversed {
            return Err(Refusal::wrong_state("the order was taken back"));
        }
        if known.by == by || top_up.user.uuid() == by {
            return Err(Refusal::wrong_state(
                "somebody else than who recorded it has to say that it came back",
            ));
        }
        Ok(())
    }

    /// What was paid beyond what is asked for, in minor units: the customer's
    /// credit.
    #[must_use]
    pub fn remainder_minor(&self, top_up: &TopUp) -> i64 {
        use TopUpState::{Cancelled, Expired, Rejected, Reversed};
        let asked = match top_up.state {
            Reversed | Rejected | Cancelled | Expired => 0,
            _ => top_up.agreed.due.minor(),
        };
        self.paid_minor.saturating_sub(asked).max(0)
    }

    /// Whether `by` can give the remainder away: to another order, or back.
    ///
    /// # Errors
    /// In this precedence: `WrongState` if there is none, then for whoever
    /// recorded the last payment or gets the tokens.
    pub fn check_move(&self, top_up: &TopUp, by: Uuid) -> Result<(), Refusal> {
        if self.remainder_minor(top_up) == 0 {
            return Err(Refusal::wrong_state("nothing was paid too much"));
        }
        let last = self.payments.iter().rev().find(|payment| !payment.is_bounced);
        if last.is_some_and(|payment| payment.by == by) || top_up.user.uuid() == by {
            return Err(Refusal::wrong_state("somebody else than who recorded the payment has to do this"));
        }
        Ok(())
    }

    /// What is still to be paid, in minor units.
    #[must_use]
    pub fn open_minor(&self, top_up: &TopUp) -> i64 {
        top_up.agreed.due.minor().saturating_sub(self.paid_minor).max(0)
    }

    /// Whether `by` neither entered it nor gets its tokens.
    fn is_other(&self, top_up: &TopUp, by: Uuid) -> bool {
        self.maker != by && top_up.user.uuid() != by
    }
}

/// Whether somebody has to agree.
pub(super) const fn waits(state: TopUpState) -> bool {
    matches!(state, TopUpState::Submitted | TopUpState::AwaitingApproval)
}

/// Whether its tokens come before its money.
pub(super) fn is_on_credit(top_up: &TopUp) -> bool {
    top_up.method == Method::Invoice
}
