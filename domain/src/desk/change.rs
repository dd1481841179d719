//! What a decision at the desk writes.

use uuid::Uuid;

use super::{Deed, DeskOrder, Paper, Payment};
use crate::id::{PaymentId, TopUpId, UserId};
use crate::money::Money;
use crate::time::Timestamp;
use crate::topup::TopUpState;

/// What changes at the desk beside the top-up itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskChange {
    /// An order was entered.
    Entered {
        /// The order.
        order: DeskOrder,
        /// Whose.
        user: UserId,
    },
    /// Somebody agreed.
    Approved {
        /// To which order.
        top_up: TopUpId,
        /// Who entered it.
        maker: Uuid,
        /// Who agreed.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// A paper was written.
    Issued(Paper),
    /// Money came.
    Paid {
        /// Which payment.
        id: PaymentId,
        /// For which order.
        top_up: TopUpId,
        /// The money.
        payment: Payment,
        /// Whether it was paid too much for another order.
        is_moved: bool,
        /// Who recorded it.
        by: Uuid,
        /// When.
        at: Timestamp,
    },
    /// A payment came back.
    Bounced {
        /// Which payment.
        payment: PaymentId,
        /// Of which order.
        top_up: TopUpId,
        /// Who recorded it.
        entered_by: Uuid,
        /// Who says that it came back.
        by: Uuid,
        /// When.
        at: Timestamp,
    },
    /// A part of what was paid too much went elsewhere.
    Moved {
        /// The row's number.
        id: Uuid,
        /// From which order.
        top_up: TopUpId,
        /// The payment of another order that it became, if it did.
        payment: Option<PaymentId>,
        /// How much.
        amount: Money,
        /// What the bank, the till or the other order calls it.
        name: String,
        /// Who moved it.
        by: Uuid,
        /// When.
        at: Timestamp,
    },
    /// The customer is reminded.
    Reminded {
        /// Of which order.
        top_up: TopUpId,
        /// Which reminder, from 1.
        reminder: u16,
        /// When.
        at: Timestamp,
    },
    /// A line of the order's history.
    Noted {
        /// The row's number.
        id: Uuid,
        /// Of which order.
        top_up: TopUpId,
        /// What was done.
        deed: Deed,
        /// By whom.
        by: Uuid,
        /// When.
        at: Timestamp,
        /// Its place in the history, from 1.
        place: u32,
        /// What there is to say about it.
        detail: String,
        /// How the order stands now.
        state: TopUpState,
    },
}

impl DeskChange {
    /// Which order it is about, unless it makes one.
    #[must_use]
    pub const fn top_up(&self) -> Option<TopUpId> {
        match self {
            Self::Entered { .. } => None,
            Self::Issued(paper) => Some(paper.top_up),
            Self::Approved { top_up, .. }
            | Self::Paid { top_up, .. }
            | Self::Bounced { top_up, .. }
            | Self::Moved { top_up, .. }
            | Self::Reminded { top_up, .. }
            | Self::Noted { top_up, .. } => Some(*top_up),
        }
    }
}
