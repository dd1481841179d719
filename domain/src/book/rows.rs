//! All rows of a kind that a Book holds.

use super::Book;
use crate::gift::Gift;
use crate::id::UserId;
use crate::listing::Offered;
use crate::order::Order;
use crate::order::purchase::Wanted;
use crate::topup::TopUp;

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
}
