//! Orders: what one buyer bought from one seller in one checkout.

pub mod purchase;
pub mod settle;

use serde::{Deserialize, Serialize};

use crate::id::{FeeRuleId, ListingId, OfferId, OrderId, UserId};
use crate::ledger::posting::Split;
use crate::listing::ListingKind;
use crate::time::Timestamp;
use crate::tokens::Tokens;

/// Where an order stands. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderState {
    /// Paid; tokens are held until the buyer confirms or the time is over.
    Held,
    /// Done: the seller has the tokens.
    Released,
    /// Called off by the seller: the buyer has the held tokens back.
    Cancelled,
}

impl OrderState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Held, Self::Released, Self::Cancelled];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Held => 1,
            Self::Released => 2,
            Self::Cancelled => 3,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// The money of an order, as frozen when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderMoney {
    /// What the buyer paid.
    pub total: Tokens,
    /// The vendor's cut of all of it.
    pub fee: Tokens,
    /// The part that is held, by the buckets it came from.
    pub held: Split,
    /// The cut that falls due when the held part is released.
    pub held_fee: Tokens,
    /// When the held part is released by itself; for an order without one,
    /// when it was made.
    pub release_at: Timestamp,
}

/// An order as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which order.
    pub id: OrderId,
    /// Who bought.
    pub buyer: UserId,
    /// Who sold.
    pub seller: UserId,
    /// Where it stands.
    pub state: OrderState,
    /// Its money.
    pub money: OrderMoney,
    /// When it was made.
    pub at: Timestamp,
    /// What was bought; empty where only the money is at work.
    pub lines: Vec<OrderLine>,
}

impl Order {
    /// The facts as the ledger records them beside the transfers, so that the
    /// audit notices when the order's own columns or its lines are changed:
    /// the transfers do not name a seller whose whole price is the vendor's
    /// cut.
    #[must_use]
    pub fn detail(&self) -> String {
        let OrderMoney { total, fee, held_fee, release_at, .. } = self.money;
        let (seller, release_at, lines) = (self.seller, release_at.millis(), self.digest_of_lines());
        format!(
            "seller={seller};total={total};fee={fee};held_fee={held_fee};release_at={release_at};lines={lines}"
        )
    }

    /// A hash over all columns of all lines, each of a fixed width or behind
    /// its length.
    fn digest_of_lines(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for line in &self.lines {
            hasher.update(line.listing.uuid().as_bytes());
            hasher.update(line.fee_rule.uuid().as_bytes());
            hasher.update(&line.kind.number().to_le_bytes());
            hasher.update(&line.quantity.to_le_bytes());
            for amount in [line.unit_price, line.total, line.fee] {
                hasher.update(&amount.units().to_le_bytes());
            }
            for text in [&line.title, &line.fee_explanation] {
                hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                hasher.update(text.as_bytes());
            }
            if let Some(offer) = line.offer {
                hasher.update(offer.uuid().as_bytes());
            }
        }
        hasher.finalize()
    }
}

/// One listing in an order, as it was when bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// Which listing.
    pub listing: ListingId,
    /// What it was called.
    pub title: String,
    /// What sort of thing.
    pub kind: ListingKind,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Tokens,
    /// Price times quantity.
    pub total: Tokens,
    /// The vendor's cut of the total.
    pub fee: Tokens,
    /// The rule that set the fee.
    pub fee_rule: FeeRuleId,
    /// Why the fee is what it is, for one unit.
    pub fee_explanation: String,
    /// By which offer, for software.
    pub offer: Option<OfferId>,
}
