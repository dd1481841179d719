//! What a provider says of a card payment, as it stands now. Facts are looked
//! up, never taken from the order in which messages arrive; so it does not
//! matter which of them come late, twice or not at all.

use crate::money::Money;
use crate::time::Timestamp;
use crate::topup::Provider;

/// A payment as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Who says so.
    pub provider: Provider,
    /// The provider's name of the session.
    pub session: String,
    /// Whether real money moves there.
    pub is_live: bool,
    /// How far it has come.
    pub progress: Progress,
    /// The provider's name of the payment, once there is one.
    pub payment: Option<String>,
    /// What the session asks for.
    pub asked: Money,
    /// What has gone back so far.
    pub refunded: Money,
    /// Charges that the card holder disputes.
    pub disputes: Vec<DisputeFacts>,
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The user has not finished.
    Open,
    /// The user has finished; the money is on its way.
    Pending,
    /// The money is there.
    Paid,
    /// The money will not come.
    Failed,
    /// The user did not finish in time, or went away.
    Expired,
}

/// A dispute as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeFacts {
    /// The provider's name of it.
    pub reference: String,
    /// How much is disputed.
    pub amount: Money,
    /// How far it has come.
    pub state: DisputeState,
    /// Until when the provider takes evidence, if it names a day.
    pub answer_by: Option<Timestamp>,
}

super::way::ways! {
    /// How far a dispute has come.
    DisputeState {
        /// The bank asks; the money is still here.
        Open = 1, "open";
        /// The bank has taken the money and may give it back.
        Withdrawn = 2, "withdrawn";
        /// The money stays here, or came back.
        Won = 3, "won";
        /// The bank keeps the money.
        Lost = 4, "lost";
    }

    /// How far a refund has come.
    RefundState {
        /// The tokens are taken back; the money has to go.
        Asked = 1, "on its way";
        /// The provider has sent the money.
        Done = 2, "done";
        /// The provider cannot send it; the tokens are given again.
        Failed = 3, "failed";
    }
}

impl DisputeState {
    /// Whether the dispute still goes on.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Withdrawn)
    }

    /// Whether the money is with the bank.
    #[must_use]
    pub const fn is_withdrawn(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Lost)
    }
}
