//! Redemption: earned tokens back into money. Off unless the vendor turns it
//! on.
//!
//! A seller asks; the tokens leave the income account at once and wait in
//! `payouts`. Others of the staff agree, the bank is told by a file, and what
//! the bank says is recorded: the tokens are retired, or come back. How much
//! of an income may be redeemed, [`earnings`] says.

mod decide;
pub mod earnings;

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::book::Book;
use crate::id::{RedemptionBatchId, RedemptionId, UserId};
use crate::money::{Currency, Money, TokenPrice};
use crate::text::{BankReference, DeskNote, Payee};
use crate::time::{Seconds, Timestamp};
use crate::tokens::Tokens;

pub use decide::decide;
use earnings::{PromoIncome, Standing};

crate::topup::way::ways! {
    /// Where a redemption stands.
    RedemptionState {
        /// Asked for; the staff has to agree.
        Asked = 1, "asked for";
        /// Agreed to; the bank has to be told.
        Approved = 2, "agreed";
        /// The bank was told.
        Sent = 3, "with the bank";
        /// The money is there, and the tokens are gone.
        Paid = 4, "paid";
        /// The money could not be paid; the tokens are back.
        Failed = 5, "failed";
        /// The vendor declined; the tokens are back.
        Rejected = 6, "declined";
        /// The user thought better of it; the tokens are back.
        Cancelled = 7, "called off";
    }
}

impl RedemptionState {
    /// Whether the tokens still wait in `payouts`.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Approved | Self::Sent)
    }
}

/// Redemptions of one user that may be under way at once.
pub const OPEN_MAX: u32 = 5;

/// Under which terms earned tokens are redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedemptionTerms {
    /// Whether they are at all.
    pub is_on: bool,
    /// How old income has to be.
    pub maturity: Seconds,
    /// The fewest tokens of one redemption.
    pub minimum: Tokens,
    /// What is paid for one token.
    pub price: TokenPrice,
    /// In which currency.
    pub currency: Currency,
    /// From so many tokens on, two others have to agree.
    pub two_from: Tokens,
    /// Whether income counts that was paid out of promo tokens.
    pub promo: PromoIncome,
    /// How long it is known where to pay, after the end.
    pub payee_kept: Seconds,
}

impl Default for RedemptionTerms {
    fn default() -> Self {
        Self {
            is_on: false,
            maturity: Seconds::days(14),
            minimum: Tokens::whole(100),
            price: TokenPrice::CENT,
            currency: Currency::USD,
            two_from: Tokens::whole(1_000_000),
            promo: PromoIncome::Never,
            payee_kept: Seconds::days(90),
        }
    }
}

/// Where to pay: what the user wrote, and what proves later that nobody
/// changed it. The mark can only be made by this server, so it tells nothing
/// once the words are erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayTo {
    /// The words.
    pub payee: Payee,
    /// Their mark.
    pub mark: PayeeMark,
}

/// A keyed hash over where to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayeeMark(pub [u8; 32]);

/// A redemption as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// Which.
    pub id: RedemptionId,
    /// Whose tokens.
    pub user: UserId,
    /// How many.
    pub tokens: Tokens,
    /// What is paid for them.
    pub money: Money,
    /// What was paid for one token when it was asked.
    pub price: TokenPrice,
    /// How many of the staff have to agree.
    pub needs: u16,
    /// Who has agreed.
    pub approvals: BTreeSet<UserId>,
    /// The mark of where to pay.
    pub payee: PayeeMark,
    /// Where it stands.
    pub state: RedemptionState,
    /// With which others the bank was told of it.
    pub batch: Option<RedemptionBatchId>,
    /// What the bank calls the payment.
    pub bank_reference: Option<BankReference>,
    /// When it was asked for.
    pub at: Timestamp,
}

impl Redemption {
    /// The facts as the ledger records them beside the transfers, so that the
    /// audit notices when the redemption's own columns are changed.
    #[must_use]
    pub fn detail(&self) -> String {
        let Self { user, tokens, money, price, needs, payee, .. } = self;
        let payee = blake3::Hash::from_bytes(payee.0).to_hex();
        format!("user={user};tokens={tokens};money={money};price={price};needs={needs};payee={payee}")
    }
}

/// What is asked of redemptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedemptionCommand {
    /// A seller asks for money.
    Ask {
        /// Who.
        user: UserId,
        /// For how many tokens.
        tokens: Tokens,
        /// Where to pay.
        pay_to: PayTo,
        /// What of the income may be redeemed.
        standing: Standing,
        /// How many of the user's have not ended.
        open: u32,
        /// Under which terms.
        terms: RedemptionTerms,
    },
    /// The user thinks better of it.
    Cancel {
        /// Which.
        redemption: RedemptionId,
        /// Who asks.
        by: UserId,
    },
    /// A member of the staff agrees.
    Approve {
        /// To which.
        redemption: RedemptionId,
        /// Who.
        by: UserId,
    },
    /// A member of the staff declines.
    Reject {
        /// Which.
        redemption: RedemptionId,
        /// Why.
        reason: DeskNote,
    },
    /// The bank is told of these.
    Send {
        /// Which.
        redemptions: Vec<RedemptionId>,
    },
    /// The bank has paid.
    Paid {
        /// Which.
        redemption: RedemptionId,
        /// Who says so.
        by: UserId,
        /// What the bank calls the payment.
        bank_reference: BankReference,
    },
    /// The bank could not pay.
    Failed {
        /// Which.
        redemption: RedemptionId,
        /// Why.
        reason: DeskNote,
    },
}

impl RedemptionCommand {
    /// The redemptions that are there already.
    #[must_use]
    pub fn redemptions(&self) -> Vec<RedemptionId> {
        match self {
            Self::Ask { .. } => Vec::new(),
            Self::Cancel { redemption, .. }
            | Self::Approve { redemption, .. }
            | Self::Reject { redemption, .. }
            | Self::Paid { redemption, .. }
            | Self::Failed { redemption, .. } => vec![*redemption],
            Self::Send { redemptions } => redemptions.clone(),
        }
    }
}

/// What changes, beside the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedemptionChange {
    /// Somebody asked.
    Asked {
        /// What for.
        redemption: Redemption,
        /// Where to pay.
        payee: Payee,
    },
    /// Somebody agreed.
    Agreed {
        /// To which.
        redemption: RedemptionId,
        /// Whose it is.
        user: UserId,
        /// Who agreed.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// It stands otherwise.
    Moved {
        /// How: all but the approvals.
        redemption: Redemption,
        /// When.
        at: Timestamp,
        /// Why, if that was said.
        note: Option<DeskNote>,
        /// Who did it; nil for the program itself.
        by: Uuid,
    },
}

/// The redemptions that a batch of requests works on.
#[derive(Clone, Debug, Default)]
pub struct Redemptions {
    all: HashMap<RedemptionId, Redemption>,
    bank_references: BTreeSet<String>,
}

impl Redemptions {
    /// Records a redemption's row.
    pub fn load(&mut self, redemption: Redemption) {
        let name = redemption.bank_reference.as_ref().map(|name| name.as_str().to_owned());
        self.bank_references.extend(name);
        self.all.insert(redemption.id, redemption);
    }

    /// Records that a payment of that name was recorded.
    pub fn load_bank_reference(&mut self, name: String) {
        self.bank_references.insert(name);
    }

    /// A redemption.
    #[must_use]
    pub fn get(&self, id: RedemptionId) -> Option<&Redemption> {
        self.all.get(&id)
    }

    /// All that were loaded, for looking up their people.
    pub fn all(&self) -> impl Iterator<Item = &Redemption> {
        self.all.values()
    }

    fn apply(&mut self, change: &RedemptionChange) {
        match change {
            RedemptionChange::Asked { redemption, .. } | RedemptionChange::Moved { redemption, .. } => {
                self.load(redemption.clone());
            }
            RedemptionChange::Agreed { redemption, by, .. } => {
                if let Some(known) = self.all.get_mut(redemption) {
                    known.approvals.insert(*by);
                }
            }
        }
    }
}

impl Book {
    /// Remembers what a decision changed.
    pub(crate) fn apply_redemption(&mut self, change: &RedemptionChange) {
        self.redemptions.apply(change);
    }
}

#[cfg(test)]
mod tests;
