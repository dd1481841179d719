//! The sandbox: it behaves like a processor of card payments, and no money
//! moves. What a test card does, and what the processor and the bank may do
//! afterwards, as a function from one state to the next.

use uuid::Uuid;

use crate::id::TopUpId;
use crate::money::Money;
use crate::refusal::Refusal;
use crate::time::{Seconds, Timestamp};
use crate::topup::Provider;
use crate::topup::facts::{DisputeFacts, DisputeState, PaymentFacts, Progress};

super::way::ways! {
    /// Cards that can be tried.
    TestCard {
        /// Pays at once.
        Succeeds = 1, "succeeds";
        /// Is declined; another can be tried.
        Declined = 2, "declined";
        /// Its bank asks once more.
        SecondStep = 3, "second-step";
        /// Its money takes a minute.
        SettlesLate = 4, "settles-late";
        /// Pays, and is refunded by the processor a minute later.
        RefundedLater = 5, "refunded-later";
        /// Pays, and its holder disputes the charge a minute later.
        ChargedBackLater = 6, "charged-back-later";
    }

    /// What somebody does at the sandbox.
    Act {
        /// The user says yes to their bank.
        Confirm = 1, "confirm";
        /// The user says no to their bank, or goes away.
        Cancel = 2, "cancel";
        /// The money arrives.
        Settle = 3, "settle";
        /// The money does not arrive.
        Fail = 4, "fail";
        /// The processor sends all of the money back.
        Refund = 5, "refund";
        /// The card holder disputes the charge.
        Dispute = 6, "dispute";
        /// The bank takes the money.
        Withdraw = 7, "withdraw";
        /// The bank decides for us.
        Win = 8, "win";
        /// The bank decides against us.
        Lose = 9, "lose";
    }
}

/// A test card lets so much time pass before it does something by itself.
const LATER: Seconds = Seconds::new(60);

/// A payment at the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxPayment {
    /// The sandbox's name of the session; whoever knows it may pay.
    pub session: String,
    /// The top-up that is paid.
    pub top_up: TopUpId,
    /// How much.
    pub asked: Money,
    /// Where the browser goes after paying.
    pub success_path: String,
    /// Where it goes otherwise.
    pub cancel_path: String,
    /// How far it has come.
    pub progress: Progress,
    /// The sandbox's name of the payment.
    pub payment: Option<String>,
    /// What has gone back.
    pub refunded: Money,
    /// The dispute, if there is one.
    pub dispute: Option<(String, DisputeState)>,
    /// What happens by itself, and when.
    pub plan: Option<(String, Timestamp)>,
}

/// The plan of a card whose bank asks once more.
pub const ASKS: &str = "asks";

impl SandboxPayment {
    /// Whether the user's bank asks once more.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.plan.as_ref().is_some_and(|(plan, _)| plan == ASKS)
    }

    /// Tries a card at `now`; `fresh` names the payment if there will be one.
    ///
    /// # Errors
    /// `InvalidInput` on `card` if it is declined, `WrongState` if the session
    /// is over.
    pub fn pay(&self, card: TestCard, now: Timestamp, fresh: Uuid) -> Result<Self, Refusal> {
        if self.progress != Progress::Open {
            return Err(Refusal::wrong_state("this was paid or called off"));
        }
        let paid = |progress, plan: Option<(Act, Timestamp)>| Self {
            progress,
            payment: Some(format!("sandbox_payment_{}", fresh.simple())),
            plan: plan.map(|(act, at)| (act.name().to_owned(), at)),
            ..self.clone()
        };
        let later = now.after(LATER);
        match card {
            TestCard::Succeeds => Ok(paid(Progress::Paid, None)),
            TestCard::Declined => Err(Refusal::invalid("card", "the bank declines this card; try another")),
            TestCard::SecondStep => {
                // Nothing happens by itself: the user has to answer.
                let never = Timestamp::from_millis(i64::MAX);
                Ok(Self { plan: Some((ASKS.to_owned(), never)), ..self.clone() })
            }
            TestCard::SettlesLate => Ok(paid(Progress::Pending, Some((Act::Settle, later)))),
            TestCard::RefundedLater => Ok(paid(Progress::Paid, Some((Act::Refund, later)))),
            TestCard::ChargedBackLater => Ok(paid(Progress::Paid, Some((Act::Dispute, later)))),
        }
    }

    /// What is possible now.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        let state = self.dispute.as_ref().map(|(_, state)| *state);
        match (self.progress, state) {
            (Progress::Open, _) if self.is_asking() => vec![Act::Confirm, Act::Cancel],
            (Progress::Open, _) => vec![Act::Cancel],
            (Progress::Pending, _) => vec![Act::Settle, Act::Fail],
            (Progress::Paid, None) if self.refunded == self.asked => vec![],
            (Progress::Paid, None) => vec![Act::Refund, Act::Dispute],
            (Progress::Paid, Some(DisputeState::Open)) => vec![Act::Withdraw, Act::Win, Act::Lose],
            (Progress::Paid, Some(DisputeState::Withdrawn)) => vec![Act::Win, Act::Lose],
            (Progress::Paid, Some(DisputeState::Won | DisputeState::Lost))
            | (Progress::Failed | Progress::Expired, _) => vec![],
        }
    }

    /// The payment after `act`; `fresh` names what comes into being.
    ///
    /// # Errors
    /// `WrongState` if that is not possible now.
    pub fn after(&self, act: Act, fresh: Uuid) -> Result<Self, Refusal> {
        if !self.acts().contains(&act) {
            return Err(Refusal::wrong_state("the payment stands otherwise by now"));
        }
        let next = Self { plan: None, ..self.clone() };
        let disputed = |state| {
            let name = self.dispute.as_ref().map(|(name, _)| name.clone());
            Some((name.unwrap_or_else(|| format!("sandbox_dispute_{}", fresh.simple())), state))
        };
        Ok(match act {
            Act::Confirm => {
                let payment = Some(format!("sandbox_payment_{}", fresh.simple()));
                Self { progress: Progress::Paid, payment, ..next }
            }
            Act::Cancel => Self { progress: Progress::Expired, ..next },
            Act::Settle => Self { progress: Progress::Paid, ..next },
            Act::Fail => Self { progress: Progress::Failed, ..next },
            Act::Refund => Self { refunded: self.asked, ..next },
            Act::Dispute => Self { dispute: disputed(DisputeState::Open), ..next },
            Act::Withdraw => Self { dispute: disputed(DisputeState::Withdrawn), ..next },
            Act::Win => Self { dispute: disputed(DisputeState::Won), ..next },
            Act::Lose => Self { dispute: disputed(DisputeState::Lost), ..next },
        })
    }

    /// What the sandbox says of it, as any processor would.
    #[must_use]
    pub fn facts(&self) -> PaymentFacts {
        let dispute = |(reference, state): &(String, DisputeState)| DisputeFacts {
            reference: reference.clone(),
            amount: self.asked.checked_sub(self.refunded).unwrap_or(self.asked),
            state: *state,
            answer_by: None,
        };
        PaymentFacts {
            provider: Provider::Sandbox,
            session: self.session.clone(),
            is_live: false,
            progress: self.progress,
            payment: self.payment.clone(),
            asked: self.asked,
            refunded: self.refunded,
            disputes: self.dispute.iter().map(dispute).collect(),
        }
    }
}
