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
    /// Tokens of a top-up were credited; refers to the top-up.
    TopUp,
    /// Tokens were taken back for money that goes back; refers to the top-up.
    Refund,
    /// Money did not go back after all; refers to the top-up.
    RefundUndone,
    /// Tokens are kept back while a charge is disputed; refers to the top-up.
    DisputeHold,
    /// The bank took a charge back; refers to the top-up.
    ChargedBack,
    /// What a dispute kept back or took is given again; refers to the top-up.
    DisputeEnded,
    /// Promo tokens outlived their time; refers to the user.
    PromoExpiry,
    /// Tokens of an invoice that was never paid were taken back; refers to the
    /// top-up.
    WrittenOff,
    /// What is unused of a licence was paid back; refers to the order.
    LicenceRefund,
    /// The vendor printed vouchers; moves nothing yet; refers to the batch.
    VouchersIssued,
    /// Somebody turned a voucher into tokens; refers to the voucher.
    VoucherRedeemed,
    /// The vendor took an unused voucher back; refers to the voucher.
    VoucherWithdrawn,
    /// A seller asked for money for earned tokens; refers to the redemption.
    RedemptionAsked,
    /// A member of the staff agreed; moves nothing; refers to the redemption.
    RedemptionAgreed,
    /// The bank was told; moves nothing; refers to the redemption.
    RedemptionSent,
    /// The bank paid; refers to the redemption.
    RedemptionPaid,
    /// The tokens came back; refers to the redemption.
    RedemptionReturned,
}

/// What a transaction is about: the table in which its reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A user.
    User,
    /// An order.
    Order,
    /// A gift.
    Gift,
    /// A top-up.
    TopUp,
    /// A voucher.
    Voucher,
    /// A batch of vouchers.
    VoucherBatch,
    /// A redemption.
    Redemption,
}

impl TransactionKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 26] = [
        Self::Welcome,
        Self::Grant,
        Self::Purchase,
        Self::Release,
        Self::Void,
        Self::Gift,
        Self::GiftLink,
        Self::GiftClaim,
        Self::GiftReturn,
        Self::TopUp,
        Self::Refund,
        Self::RefundUndone,
        Self::DisputeHold,
        Self::ChargedBack,
        Self::DisputeEnded,
        Self::PromoExpiry,
        Self::VouchersIssued,
        Self::VoucherRedeemed,
        Self::VoucherWithdrawn,
        Self::WrittenOff,
        Self::LicenceRefund,
        Self::RedemptionAsked,
        Self::RedemptionAgreed,
        Self::RedemptionSent,
        Self::RedemptionPaid,
        Self::RedemptionReturned,
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
            Self::TopUp => 40,
            Self::Refund => 41,
            Self::RefundUndone => 42,
            Self::DisputeHold => 43,
            Self::ChargedBack => 44,
            Self::DisputeEnded => 45,
            Self::PromoExpiry => 46,
            Self::WrittenOff => 73,
            Self::LicenceRefund => 80,
            Self::VouchersIssued => 70,
            Self::VoucherRedeemed => 71,
            Self::VoucherWithdrawn => 72,
            Self::RedemptionAsked => 90,
            Self::RedemptionAgreed => 91,
            Self::RedemptionSent => 92,
            Self::RedemptionPaid => 93,
            Self::RedemptionReturned => 94,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// What its reference names.
    #[must_use]
    pub const fn subject(self) -> Subject {
        match self {
            Self::Welcome | Self::Grant | Self::PromoExpiry => Subject::User,
            Self::Purchase | Self::Release | Self::Void | Self::LicenceRefund => Subject::Order,
            Self::Gift | Self::GiftLink | Self::GiftClaim | Self::GiftReturn => Subject::Gift,
            Self::TopUp
            | Self::Refund
            | Self::RefundUndone
            | Self::DisputeHold
            | Self::ChargedBack
            | Self::DisputeEnded
            | Self::WrittenOff => Subject::TopUp,
            Self::VouchersIssued => Subject::VoucherBatch,
            Self::VoucherRedeemed | Self::VoucherWithdrawn => Subject::Voucher,
            Self::RedemptionAsked
            | Self::RedemptionAgreed
            | Self::RedemptionSent
            | Self::RedemptionPaid
            | Self::RedemptionReturned => Subject::Redemption,
        }
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
    /// Bought tokens to their buyer.
    TopUp,
    /// Promo tokens that come with bought ones.
    Bonus,
    /// From what comes in to what is owed.
    Recovery,
    /// Out of the market, since money goes back.
    Refund,
    /// Kept back over a dispute, or given free again.
    DisputeHold,
    /// Out of the market, since the bank took the money.
    Chargeback,
    /// Into the market again: the money did not go back, or came again.
    Restored,
    /// Out of the market, since their time is over.
    Expiry,
    /// Out of the market, since an invoice was never paid.
    WriteOff,
    /// Earned tokens on their way out.
    Redemption,
    /// Out of the market, since their money was paid.
    Redeemed,
    /// Back to the income account: no money was paid.
    RedemptionReturn,
    /// Back to the buyer for what is unused of a licence.
    Unused,
}

impl TransferCode {
    /// All codes, in the order of their numbers.
    pub const ALL: [Self; 20] = [
        Self::Issue,
        Self::Sale,
        Self::Fee,
        Self::Hold,
        Self::Release,
        Self::Return,
        Self::Gift,
        Self::TopUp,
        Self::Bonus,
        Self::Recovery,
        Self::Refund,
        Self::DisputeHold,
        Self::Chargeback,
        Self::Restored,
        Self::Expiry,
        Self::WriteOff,
        Self::Unused,
        Self::Redemption,
        Self::Redeemed,
        Self::RedemptionReturn,
    ];

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
            Self::TopUp => 40,
            Self::Bonus => 41,
            Self::Recovery => 42,
            Self::Refund => 43,
            Self::DisputeHold => 44,
            Self::Chargeback => 45,
            Self::Restored => 46,
            Self::Expiry => 47,
            Self::WriteOff => 70,
            Self::Unused => 80,
            Self::Redemption => 90,
            Self::Redeemed => 91,
            Self::RedemptionReturn => 92,
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
    /// The order, gift, top-up, voucher, batch or user it is about.
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
