//! What publishers see of the licences they sold, and what giving a part of
//! one back would mean.

use std::collections::{BTreeSet, HashMap};

use domain::access::Actor;
use domain::id::{LicenceId, ListingId, OrderId, UserId};
use domain::licence::holding::Acquired;
use domain::licence::refund::{GivenBack, given_back};
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use super::LicenceView;
use crate::Store;
use crate::error::{Done, Fault};
use crate::orders::OrderView;
use crate::page::{Page, Window};
use crate::tx::ids;

/// A licence as its publisher sees it: whose, and what was paid for it. Which
/// devices it is active on is not theirs to know, but for their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldLicence {
    /// The licence.
    pub view: LicenceView,
    /// Whose it is.
    pub buyer: UserId,
    /// Their handle.
    pub buyer_handle: String,
    /// Since when there is one.
    pub since: Timestamp,
    /// What orders gave, newest first.
    pub grants: Vec<SoldGrant>,
}

/// What one order gave, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldGrant {
    /// What it gave, by which offer, when.
    pub acquired: Acquired,
    /// What was paid.
    pub paid: Tokens,
    /// What its publisher got, when it was sold.
    pub income: Tokens,
    /// What went back, if it was taken back.
    pub refunded: Option<Tokens>,
}

/// What taking back one order's grant would mean now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPreview {
    /// The order.
    pub order: OrderView,
    /// The licence as it is.
    pub before: LicenceView,
    /// What the order gave.
    pub grant: Acquired,
    /// What goes back; nothing if it was taken back already.
    pub back: Option<GivenBack>,
    /// The licence as it would be.
    pub after: LicenceView,
}

impl Store {
    /// Checks that somebody may see how a piece of software sells: its
    /// publisher, and the vendor's staff.
    pub(super) async fn check_publisher(&self, actor: &Actor, listing: ListingId) -> Done<UserId> {
        let user = actor.signed_in()?.id;
        let sql = "SELECT seller_id FROM listings WHERE id = $1 AND kind = 4";
        let found = self.read().row(sql, vec![listing.uuid().into()], |row| row.id(UserId::new)).await?;
        let may_see = |publisher: &UserId| *publisher == user || actor.staff().is_ok();
        Ok(found.filter(may_see).ok_or(Refusal::missing("software"))?)
    }

    /// The licences of a piece of software, newest first. For its publisher,
    /// and the vendor's staff.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn licences_sold(
        &self,
        actor: &Actor,
        listing: ListingId,
        window: Window<Uuid>,
    ) -> Done<Page<SoldLicence>> {
        self.check_publisher(actor, listing).await?;
        let mut values = vec![Value::from(listing.uuid())];
        let clause = window.clause("id", &mut values);
        let sql = format!("SELECT id FROM licences WHERE listing_id = $1{clause}");
        let page = window.page(self.read().rows(sql, values, |row| row.id(LicenceId::new)).await?);
        let wanted: BTreeSet<LicenceId> = page.items.iter().copied().collect();
        let mut people = self.owners(&wanted).await?;
        let mut paid = self.paid_for(&wanted).await?;
        let mut views = self.licence_views(wanted).await?;
        let sold = |id: &LicenceId| {
            let (view, (buyer, buyer_handle, since)) = (views.remove(id)?, people.remove(id)?);
            let grants = view.holding.acquired.iter().rev();
            let grants = grants.filter_map(|it| Some(paid.remove(&it.order)?.of(it))).collect();
            Some(SoldLicence { view, buyer, buyer_handle, since, grants })
        };
        let items = page.items.iter().filter_map(sold).collect();
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// Whose licences these are, and since when.
    async fn owners(
        &self,
        wanted: &BTreeSet<LicenceId>,
    ) -> Result<HashMap<LicenceId, (UserId, String, Timestamp)>, Fault> {
        let sql = "SELECT c.id, u.id, u.handle, c.created_at FROM licences c JOIN users u ON u.id = c.user_id \
                   WHERE c.id IN ({})";
        let keys = ids(wanted.iter().map(|licence| licence.uuid()));
        let rows = self.read().rows_in(sql, keys, |row| {
            Ok((row.id(LicenceId::new)?, (row.id(UserId::new)?, row.take()?, row.time()?)))
        });
        Ok(rows.await?.into_iter().collect())
    }

    /// What was paid for these licences, by order.
    async fn paid_for(&self, wanted: &BTreeSet<LicenceId>) -> Result<HashMap<OrderId, Paid>, Fault> {
        let sql = "SELECT g.order_id, o.total, o.fee, g.refunded FROM grants g JOIN orders o ON o.id = g.order_id \
                   WHERE g.licence_id IN ({})";
        let keys = ids(wanted.iter().map(|licence| licence.uuid()));
        let rows = self.read().rows_in(sql, keys, |row| {
            let order = row.id(OrderId::new)?;
            let (total, fee, refunded) = (row.tokens()?, row.tokens()?, row.tokens_optional()?);
            Ok((order, Paid { total, fee, refunded }))
        });
        Ok(rows.await?.into_iter().collect())
    }

    /// What taking back an order's grant would mean now. For the order's
    /// seller, and the vendor's staff. Precedence: not there (or not the
    /// asker's), counted towards a purchase.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn refund_preview(&self, actor: &Actor, id: OrderId) -> Done<RefundPreview> {
        let user = actor.signed_in()?.id;
        let found = self.orders_by_ids(&[id]).await?.into_iter().next();
        let may_see = |view: &OrderView| view.order.seller == user || actor.staff().is_ok();
        let order = found.filter(may_see).ok_or(Refusal::missing("order"))?;
        let sql = "SELECT licence_id FROM grants WHERE order_id = $1";
        let licence = self.read().row(sql, vec![id.uuid().into()], |row| row.id(LicenceId::new)).await?;
        let before = self.licence_view(licence.ok_or(Refusal::missing("order"))?).await?;
        let grant = before.holding.acquired.iter().find(|it| it.order == id).cloned();
        let grant = grant.ok_or(Refusal::missing("order"))?;
        let (now, mut after) = (self.0.world.now(), before.clone());
        let back = match grant.is_active() {
            true => Some(given_back(&before.holding, &grant, &order.order.money, now)?),
            false => None,
        };
        let _was_there = after.holding.revoke(id, now);
        Ok(RefundPreview { order, before, grant, back, after })
    }
}

/// What was paid for a grant.
struct Paid {
    total: Tokens,
    fee: Tokens,
    refunded: Option<Tokens>,
}

impl Paid {
    fn of(self, acquired: &Acquired) -> SoldGrant {
        let income = self.total.saturating_sub(self.fee);
        SoldGrant { acquired: acquired.clone(), paid: self.total, income, refunded: self.refunded }
    }
}
