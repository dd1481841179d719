//! Orders: buying, confirming, calling off, and what people see of them.

use std::collections::HashMap;

use domain::access::Actor;
use domain::command::{Command, Fingerprint, KeyId, Outcome, Request};
use domain::id::{ListingId, OrderId, UserId};
use domain::ledger::chain::Seal;
use domain::ledger::transfer::TransactionKind;
use domain::order::purchase::{Basket, Wanted};
use domain::order::settle::Releaser;
use domain::order::{Order, OrderState};
use domain::refusal::Refusal;
use domain::text::IdempotencyKey;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::load::{ORDER_COLUMNS, order_lines, read_order};
use crate::error::{Done, Error, Fault};
use crate::listings::Listing;
use crate::page::{Page, Window};
use crate::tx::{Columns, ids, marks};

/// An order as its buyer or seller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// The order with its lines.
    pub order: Order,
    /// The buyer's handle.
    pub buyer_handle: String,
    /// The seller's handle.
    pub seller_handle: String,
    /// When it was released or called off.
    pub closed_at: Option<Timestamp>,
}

impl OrderView {
    /// What the seller gets, or would get.
    #[must_use]
    pub fn income(&self) -> Tokens {
        self.order.money.total.saturating_sub(self.order.money.fee)
    }

    /// What is held now.
    #[must_use]
    pub fn held(&self) -> Tokens {
        match self.order.state {
            OrderState::Held => self.order.money.held.total().unwrap_or_default(),
            OrderState::Released | OrderState::Cancelled => Tokens::ZERO,
        }
    }
}

/// A transaction of an order, for the receipt: what somebody needs to find it
/// in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the chain.
    pub sequence: i64,
    /// What happened.
    pub kind: TransactionKind,
    /// When.
    pub at: Timestamp,
    /// Its seal.
    pub seal: Seal,
}

/// Whose side of orders is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the asker bought.
    Bought,
    /// What the asker sold.
    Sold,
}

/// A client's key with what is asked under it.
pub(crate) fn keyed(
    user: UserId,
    key: &str,
    verb: &str,
    inputs: &[&str],
) -> Result<Option<(KeyId, Fingerprint)>, Refusal> {
    let key = IdempotencyKey::parse(key)?;
    Ok(Some((KeyId::of(user.uuid(), &key), Fingerprint::of(verb, inputs))))
}

impl Store {
    /// Has a command decided for a user, under a key if there is one.
    pub(crate) async fn command(
        &self,
        user: Option<UserId>,
        command: Command,
        key: Option<(KeyId, Fingerprint)>,
    ) -> Done<Outcome> {
        let actor = user.map_or(Uuid::nil(), UserId::uuid);
        self.writer()?.command(Request { command, actor, mint: self.0.world.mint(), key }).await
    }

    /// Buys all that lies in the asker's cart: one order for each seller, all
    /// or nothing. Precedence: key, then as for
    /// [`decide_purchase`](domain::order::purchase::decide_purchase).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence. The same key again gives the
    /// stored answer, also a refusal.
    pub async fn checkout(&self, actor: &Actor, expected_total: Tokens, key: &str) -> Done<Vec<OrderId>> {
        self.checkout_for(actor.signed_in()?.id, expected_total, key).await
    }

    /// [`Store::checkout`] for a buyer who said so before.
    pub(crate) async fn checkout_for(
        &self,
        buyer: UserId,
        expected_total: Tokens,
        key: &str,
    ) -> Done<Vec<OrderId>> {
        let key = keyed(buyer, key, "checkout", &[&expected_total.to_string()])?;
        let basket = Basket::Cart { shown_total: expected_total };
        let command = Command::Purchase { buyer, basket, terms: self.0.market.terms() };
        Ok(self.command(Some(buyer), command, key).await?.orders)
    }

    /// Buys one listing at once, past the cart. Precedence as for
    /// [`Store::checkout`].
    ///
    /// # Errors
    /// As for [`Store::checkout`].
    pub async fn buy(
        &self,
        actor: &Actor,
        listing: ListingId,
        quantity: u32,
        expected_price: Tokens,
        key: &str,
    ) -> Done<OrderId> {
        self.buy_for(actor.signed_in()?.id, listing, quantity, expected_price, key).await
    }

    /// [`Store::buy`] for a buyer who said so before.
    pub(crate) async fn buy_for(
        &self,
        buyer: UserId,
        listing: ListingId,
        quantity: u32,
        expected_price: Tokens,
        key: &str,
    ) -> Done<OrderId> {
        let inputs = [listing.to_string(), quantity.to_string(), expected_price.to_string()];
        let key = keyed(buyer, key, "buy", &inputs.each_ref().map(String::as_str))?;
        let basket = Basket::One(Wanted { listing, quantity, shown: Some(expected_price) });
        let command = Command::Purchase { buyer, basket, terms: self.0.market.terms() };
        let outcome = self.command(Some(buyer), command, key).await?;
        outcome.orders.first().copied().ok_or(Fault::bug("make an order").into())
    }

    /// The buyer says that all is well: held tokens go to the seller.
    ///
    /// # Errors
    /// `NotSignedIn`, then as for
    /// [`decide_release`](domain::order::settle::decide_release).
    pub async fn confirm_receipt(&self, actor: &Actor, order: OrderId) -> Done<OrderId> {
        let user = actor.signed_in()?.id;
        self.command(Some(user), Command::Release { order, by: Releaser::Buyer(user) }, None).await?;
        Ok(order)
    }

    /// The seller calls an order off: held tokens go back to the buyer.
    ///
    /// # Errors
    /// `NotSignedIn`, then as for
    /// [`decide_cancel`](domain::order::settle::decide_cancel).
    pub async fn cancel_order(&self, actor: &Actor, order: OrderId) -> Done<OrderId> {
        let user = actor.signed_in()?.id;
        self.command(Some(user), Command::Cancel { order, by: user }, None).await?;
        Ok(order)
    }

    /// Releases orders whose time of holding is over, at most `limit`. Safe
    /// to run late or twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn release_due(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let sql = format!(
            "SELECT id FROM orders WHERE state = 1 AND release_at <= $1 ORDER BY release_at LIMIT {limit}"
        );
        let now = self.0.world.now().millis();
        let due = self.read().rows(sql, vec![now.into()], |row| row.id(OrderId::new)).await?;
        let mut released = 0;
        for order in due {
            match self.command(None, Command::Release { order, by: Releaser::Timer }, None).await {
                Ok(_) => released += 1,
                // The buyer or the seller was quicker.
                Err(Error::Refused(Refusal::WrongState { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(released)
    }

    /// An order, for its buyer and its seller only.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn order(&self, actor: &Actor, id: OrderId) -> Done<OrderView> {
        let user = actor.signed_in()?.id;
        let found = self.orders_by_ids(&[id]).await?.into_iter().next();
        let own = found.filter(|view| view.order.buyer == user || view.order.seller == user);
        Ok(own.ok_or(Refusal::missing("order"))?)
    }

    /// These orders, in this order; for those who are known to be part of
    /// them.
    ///
    /// # Errors
    /// A fault only.
    pub async fn orders_by_ids(&self, wanted: &[OrderId]) -> Result<Vec<OrderView>, Fault> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let values = ids(wanted.iter().map(|id| id.uuid()));
        let tail = format!("WHERE o.id IN ({})", marks(0, values.len()));
        let mut found: HashMap<OrderId, OrderView> =
            self.read_orders(&tail, values).await?.into_iter().map(|view| (view.order.id, view)).collect();
        Ok(wanted.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The asker's orders, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn orders(&self, actor: &Actor, side: Side, window: Window<Uuid>) -> Done<Page<OrderView>> {
        let user = actor.signed_in()?.id;
        let column = match side {
            Side::Bought => "o.buyer_id",
            Side::Sold => "o.seller_id",
        };
        let mut values = vec![Value::from(user.uuid())];
        let clause = window.clause("o.id", &mut values);
        let rows = self.read_orders(&format!("WHERE {column} = $1{clause}"), values).await?;
        Ok(window.page(rows))
    }

    /// The orders that `tail` chooses, with their lines.
    pub(crate) async fn read_orders(&self, tail: &str, values: Vec<Value>) -> Result<Vec<OrderView>, Fault> {
        let columns = ORDER_COLUMNS.split(", ").map(|column| format!("o.{}", column.trim()));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns}, b.handle, s.handle, o.closed_at FROM orders o \
             JOIN users b ON b.id = o.buyer_id JOIN users s ON s.id = o.seller_id {tail}"
        );
        let read = |row: &mut Columns<'_>| {
            Ok(OrderView {
                order: read_order(row)?,
                buyer_handle: row.take()?,
                seller_handle: row.take()?,
                closed_at: row.time_optional()?,
            })
        };
        let mut views = self.read().rows(sql, values, read).await?;
        let mut lines = order_lines(self.read(), views.iter().map(|view| view.order.id)).await?;
        for view in &mut views {
            view.order.lines = lines.remove(&view.order.id).unwrap_or_default();
        }
        Ok(views)
    }

    /// The transactions of an order or gift, oldest first, for its receipt.
    ///
    /// # Errors
    /// A fault only.
    pub async fn entries(&self, reference: Uuid) -> Result<Vec<Entry>, Fault> {
        let sql = "SELECT sequence, kind, at, seal FROM transactions WHERE reference = $1 ORDER BY sequence";
        self.read()
            .rows(sql, vec![reference.into()], |row| {
                Ok(Entry {
                    sequence: row.take()?,
                    kind: row.take_as("read a transaction's kind", TransactionKind::from_number)?,
                    at: row.time()?,
                    seal: Seal::from_bytes(row.hash()?),
                })
            })
            .await
    }

    /// The files that the asker bought, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn library(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<Owned>> {
        let user = actor.signed_in()?.id;
        let mut values = vec![Value::from(user.uuid())];
        let clause = window.clause("place", &mut values);
        let sql = format!("SELECT listing_id, order_id, at, place FROM library WHERE user_id = $1{clause}");
        let read = |row: &mut Columns<'_>| {
            Ok((row.id(ListingId::new)?, row.id(OrderId::new)?, row.time()?, row.take::<Uuid>()?))
        };
        let page = window.page(self.read().rows(sql, values, read).await?);
        let wanted: Vec<ListingId> = page.items.iter().map(|(listing, ..)| *listing).collect();
        let listings = self.listings(&wanted).await?;
        let mut listings: HashMap<ListingId, Listing> =
            listings.into_iter().map(|found| (found.id, found)).collect();
        let owned = |(listing, order, at, place)| {
            Some(Owned { listing: listings.remove(&listing)?, order, at, place })
        };
        let Page { items, has_next, has_previous } = page;
        Ok(Page { items: items.into_iter().filter_map(owned).collect(), has_next, has_previous })
    }

    /// Whether the asker may download the file of a listing: those who bought
    /// it, and its seller. Everybody else hears that it is not there.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn download(&self, actor: &Actor, id: ListingId) -> Done<crate::media::Artifact> {
        let user = actor.signed_in()?.id;
        let listing = self.listings(&[id]).await?.into_iter().next().ok_or(Refusal::missing("file"))?;
        let sql = "SELECT 1 FROM library WHERE user_id = $1 AND listing_id = $2";
        let bought = self.read().row(sql, vec![user.uuid().into(), id.uuid().into()], |_| Ok(())).await?;
        if bought.is_none() && listing.seller != user {
            return Err(Refusal::missing("file").into());
        }
        Ok(listing.file.ok_or(Refusal::missing("file"))?)
    }
}

/// A file that somebody bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The listing as it is now.
    pub listing: Listing,
    /// The order that bought it.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
    /// Its place in the library: in the order of buying, none twice.
    pub place: Uuid,
}
