//! All rows of a kind that a Book holds.

use super::Book;
use crate::gift::{ClaimHash, Gift};
use crate::id::{TopUpId, UserId};
use crate::listing::Offered;
use crate::order::Order;
use crate::order::purchase::Wanted;
use crate::promo::Lot;
use crate::topup::TopUp;
use crate::topup::reversal::{Dispute, Refund};

impl Book {
    /// All carts, for looking up the listings in them.
    pub fn carts(&self) -> impl Iterator<Item = &Wanted> {
        self.carts.values().flatten()
    }

    /// All orders, for looking up their people.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// All gifts, for looking up their people.
    pub fn gifts(&self) -> impl Iterator<Item = &Gift> {
        self.gifts.values()
    }

    /// All top-ups, for looking up their people.
    pub fn top_ups(&self) -> impl Iterator<Item = &TopUp> {
        self.top_ups.values()
    }

    /// All listings, for looking up their sellers.
    pub fn listings(&self) -> impl Iterator<Item = &Offered> {
        self.listings.values()
    }

    /// All users that were looked up by handle.
    pub fn users(&self) -> impl Iterator<Item = UserId> {
        self.users.values().copied()
    }

    /// A user's lots of promo tokens.
    #[must_use]
    pub fn lots(&self, user: UserId) -> &[Lot] {
        self.lots.get(&user).map_or(&[], Vec::as_slice)
    }

    /// The disputes over a top-up, oldest first.
    #[must_use]
    pub fn disputes(&self, top_up: TopUpId) -> &[Dispute] {
        self.disputes.get(&top_up).map_or(&[], Vec::as_slice)
    }

    /// The refunds of a top-up that were asked for here.
    #[must_use]
    pub fn refunds(&self, top_up: TopUpId) -> &[Refund] {
        self.refunds.get(&top_up).map_or(&[], Vec::as_slice)
    }

    /// A top-up.
    #[must_use]
    pub fn top_up(&self, id: TopUpId) -> Option<&TopUp> {
        self.top_ups.get(&id)
    }

    /// The gift that a claim code opens.
    #[must_use]
    pub fn gift_behind(&self, claim: ClaimHash) -> Option<&Gift> {
        self.claims.get(&claim).and_then(|id| self.gifts.get(id))
    }
}
