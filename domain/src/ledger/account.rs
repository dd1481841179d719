//! Accounts: whose, for what, and which side their balance stands on.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::UserId;
use crate::tokens::Tokens;

/// What an account is for. The numbers stand in the tables and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AccountKind {
    /// A user's tokens to spend and to give.
    Spendable,
    /// A user's income from sales: to spend and to give.
    Earned,
    /// Tokens granted to try the market: to spend, not to give away.
    Promo,
    /// Tokens held for a seller until the buyer confirms.
    Escrow,
    /// Tokens of a user's that a disputed charge may take away.
    Dispute,
    /// What a user owes the vendor.
    Debt,
    /// The vendor's cut.
    Fees,
    /// The vendor's reserve for making buyers whole.
    Guarantee,
    /// Tokens behind claim links.
    Gifts,
    /// Tokens on their way out.
    Payouts,
    /// Supply: sold by card.
    IssuedCard,
    /// Supply: sold off-line and paid.
    IssuedOffline,
    /// Supply: sold on credit.
    IssuedInvoice,
    /// Supply: granted by the vendor, spendable.
    IssuedGrant,
    /// Supply: granted to try the market.
    IssuedPromo,
    /// Taken out: redeemed for money.
    RetiredRedeemed,
    /// Taken out: expired.
    RetiredExpired,
    /// Taken out: the card payment was charged back.
    RetiredChargeback,
    /// Taken out: the top-up was refunded.
    RetiredRefunded,
    /// Taken out: the invoice was never paid.
    RetiredUnpaid,
}

/// The side on which an account's balance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Balance = debits − credits: supply issued, and debt.
    Debit,
    /// Balance = credits − debits: everything that somebody holds.
    Credit,
}

/// What an account counts as in the law of conservation:
/// issued + debt = held + retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Supply that was issued.
    Issued,
    /// What users owe.
    Debt,
    /// What users, the vendor and pending accounts hold.
    Held,
    /// Supply that was taken out again.
    Retired,
}

impl AccountKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 20] = [
        Self::Spendable,
        Self::Earned,
        Self::Promo,
        Self::Escrow,
        Self::Dispute,
        Self::Debt,
        Self::Fees,
        Self::Guarantee,
        Self::Gifts,
        Self::Payouts,
        Self::IssuedCard,
        Self::IssuedOffline,
        Self::IssuedInvoice,
        Self::IssuedGrant,
        Self::IssuedPromo,
        Self::RetiredRedeemed,
        Self::RetiredExpired,
        Self::RetiredChargeback,
        Self::RetiredRefunded,
        Self::RetiredUnpaid,
    ];

    /// The kind's number in the tables. Debit-normal kinds are those from 40
    /// to 59, which the CHECK of the table relies on.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Spendable => 1,
            Self::Earned => 2,
            Self::Promo => 3,
            Self::Escrow => 4,
            Self::Dispute => 5,
            Self::Fees => 20,
            Self::Guarantee => 21,
            Self::Gifts => 22,
            Self::Payouts => 23,
            Self::Debt => 40,
            Self::IssuedCard => 50,
            Self::IssuedOffline => 51,
            Self::IssuedInvoice => 52,
            Self::IssuedGrant => 53,
            Self::IssuedPromo => 54,
            Self::RetiredRedeemed => 60,
            Self::RetiredExpired => 61,
            Self::RetiredChargeback => 62,
            Self::RetiredRefunded => 63,
            Self::RetiredUnpaid => 64,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The name in statements and in the audit: `issued:grant`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spendable => "spendable",
            Self::Earned => "earned",
            Self::Promo => "promo",
            Self::Escrow => "escrow",
            Self::Dispute => "dispute",
            Self::Debt => "debt",
            Self::Fees => "fees",
            Self::Guarantee => "guarantee",
            Self::Gifts => "gifts",
            Self::Payouts => "payouts",
            Self::IssuedCard => "issued:card",
            Self::IssuedOffline => "issued:offline",
            Self::IssuedInvoice => "issued:invoice",
            Self::IssuedGrant => "issued:grant",
            Self::IssuedPromo => "issued:promo",
            Self::RetiredRedeemed => "retired:redeemed",
            Self::RetiredExpired => "retired:expired",
            Self::RetiredChargeback => "retired:chargeback",
            Self::RetiredRefunded => "retired:refunded",
            Self::RetiredUnpaid => "retired:unpaid",
        }
    }

    /// What the kind counts as in the law of conservation.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::Spendable
            | Self::Earned
            | Self::Promo
            | Self::Escrow
            | Self::Dispute
            | Self::Fees
            | Self::Guarantee
            | Self::Gifts
            | Self::Payouts => Class::Held,
            Self::Debt => Class::Debt,
            Self::IssuedCard
            | Self::IssuedOffline
            | Self::IssuedInvoice
            | Self::IssuedGrant
            | Self::IssuedPromo => Class::Issued,
            Self::RetiredRedeemed
            | Self::RetiredExpired
            | Self::RetiredChargeback
            | Self::RetiredRefunded
            | Self::RetiredUnpaid => Class::Retired,
        }
    }

    /// The side on which the kind's balance stands.
    #[must_use]
    pub const fn side(self) -> Side {
        match self.class() {
            Class::Issued | Class::Debt => Side::Debit,
            Class::Held | Class::Retired => Side::Credit,
        }
    }

    /// Whether users have accounts of this kind; the others are the vendor's.
    #[must_use]
    pub const fn is_users(self) -> bool {
        matches!(
            self,
            Self::Spendable | Self::Earned | Self::Promo | Self::Escrow | Self::Dispute | Self::Debt
        )
    }

    /// Whether a posting has to look at the balance first. Accounts that only
    /// grow (fees, issued, retired) have no floor to reach, so nobody needs to
    /// load or lock them.
    #[must_use]
    pub const fn has_floor(self) -> bool {
        self.is_users() || matches!(self, Self::Gifts | Self::Payouts | Self::Guarantee)
    }
}

/// One account: an owner and what it is for. The vendor's own accounts have
/// the nil UUID as owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId {
    /// Whose account; nil for the vendor.
    pub owner: Uuid,
    /// What for.
    pub kind: AccountKind,
}

impl AccountId {
    /// A user's account.
    #[must_use]
    pub const fn of(user: UserId, kind: AccountKind) -> Self {
        Self { owner: user.uuid(), kind }
    }

    /// One of the vendor's accounts.
    #[must_use]
    pub const fn vendor(kind: AccountKind) -> Self {
        Self { owner: Uuid::nil(), kind }
    }
}

/// What went through an account so far: two sums that only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// All that was taken out (of a credit-normal account).
    pub debits: Tokens,
    /// All that was put in.
    pub credits: Tokens,
}

impl Sums {
    /// The balance on the given side; `None` if it stands below its floor.
    #[must_use]
    pub fn balance(self, side: Side) -> Option<Tokens> {
        match side {
            Side::Credit => self.credits.checked_sub(self.debits),
            Side::Debit => self.debits.checked_sub(self.credits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_lead_back() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::from_number(kind.number()), Some(kind));
            assert_eq!(kind.side() == Side::Debit, (40..60).contains(&kind.number()), "{}", kind.name());
        }
        let mut names: Vec<_> = AccountKind::ALL.map(AccountKind::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), AccountKind::ALL.len());
    }
}
