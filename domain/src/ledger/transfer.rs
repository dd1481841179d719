//! What is recorded: transactions and their transfers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ledger::account::AccountId;
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// What happened. The numbers stand in the tables and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TransactionKind {
    /// A new account got its welcome tokens; refers to the user.
    Welcome,
    /// The vendor granted tokens; refers to the user.
    Grant,
    /// A buyer paid for an order; refers to the order.
    Purchase,
    /// Held tokens went to the seller, the cut to the vendor; refers to the order.
    Release,
    /// Held tokens went back to the buyer; refers to the order.
    Void,
    /// A user gave tokens to another; refers to the gift.
    Gift,
    /// A user put tokens behind a claim link; refers to the gift.
    GiftLink,
    /// Somebody claimed a gift; refers to the gift.
    GiftClaim,
    /// A gift was taken back or expired; refers to the gift.
    GiftReturn,
}

impl TransactionKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Welcome,
        Self::Grant,
        Self::Purchase,
        Self::Release,
        Self::Void,
        Self::Gift,
        Self::GiftLink,
        Self::GiftClaim,
        Self::GiftReturn,
    ];

    /// The kind's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Welcome => 1,
            Self::Grant => 2,
            Self::Purchase => 10,
            Self::Release => 11,
            Self::Void => 12,
            Self::Gift => 20,
            Self::GiftLink => 21,
            Self::GiftClaim => 22,
            Self::GiftReturn => 23,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// Which part of a transaction a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TransferCode {
    /// New supply.
    Issue,
    /// To the seller at once, for something delivered at once.
    Sale,
    /// The vendor's cut.
    Fee,
    /// Held for the seller.
    Hold,
    /// From held to the seller.
    Release,
    /// From held back to the buyer.
    Return,
    /// From one user to another, or into or out of a claim link.
    Gift,
}

impl TransferCode {
    /// All codes, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Issue, Self::Sale, Self::Fee, Self::Hold, Self::Release, Self::Return, Self::Gift];

    /// The code's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Issue => 1,
            Self::Sale => 2,
            Self::Fee => 3,
            Self::Hold => 4,
            Self::Release => 5,
            Self::Return => 6,
            Self::Gift => 7,
        }
    }

    /// The code with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }
}

/// An amount on its way from one account to another; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The account that is debited.
    pub debit: AccountId,
    /// The account that is credited.
    pub credit: AccountId,
    /// How much.
    pub amount: Tokens,
    /// Which part of the transaction this is.
    pub code: TransferCode,
}

/// Something that happened, with all its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What happened.
    pub kind: TransactionKind,
    /// The order, gift or user it is about.
    pub reference: Uuid,
    /// Who asked for it; nil for the program itself.
    pub actor: Uuid,
    /// When.
    pub at: Timestamp,
    /// Facts that the audit compares with other tables, or the vendor's reason.
    pub detail: String,
    /// The movements, in their order; none for a purchase of nothing.
    pub transfers: Vec<Transfer>,
}
