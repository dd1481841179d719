//! What people see of licences.

use std::collections::{BTreeSet, HashMap};

use domain::access::Actor;
use domain::id::{LicenceId, ListingId, UserId};
use domain::licence::device::DeviceKey;
use domain::licence::holding::{Holding, Lease, Speaker};
use domain::licence::offer::{Coverage, Offer, OfferKind, check_extension, conversion_price};
use domain::licence::trade::check_conversion;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::software::Version;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use super::Suspension;
use super::counting::speaker;
use super::load::{holdings_by_id, open_leases};
use crate::Store;
use crate::error::{Done, Fault};
use crate::offers::current_offers;
use crate::page::{Page, Window};
use crate::tx::{Columns, ids};

/// A licence as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceView {
    /// The licence with what orders gave, its meters and devices.
    pub holding: Holding,
    /// What the listing is called now.
    pub title: String,
    /// The product's name; nothing before its first release.
    pub slug: Option<String>,
    /// Who publishes it.
    pub publisher: UserId,
    /// Their handle.
    pub publisher_handle: String,
    /// Which versions it covers.
    pub covers: Coverage,
    /// Since when and why it is suspended, if it is.
    pub suspension: Option<Suspension>,
}

impl LicenceView {
    /// Which licence.
    #[must_use]
    pub const fn id(&self) -> LicenceId {
        self.holding.licence.id
    }

    /// Whether it may be used at `now`.
    #[must_use]
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        self.holding.licence.verdict(now)
    }
}

/// How a licence can grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Offers that add to it.
    pub extensions: Vec<Offer>,
    /// Offers that make it a purchase, each with its price less what counts.
    pub conversions: Vec<(Offer, Tokens)>,
}

/// What is sold: title, product, publisher.
type Product = (String, Option<String>, UserId, String);

impl Store {
    /// A licence, for its owner, and for a device on which it is active.
    ///
    /// # Errors
    /// `NotSignedIn` for who is neither, then `NotFound`; `Denied` for another
    /// device.
    pub async fn licence(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        id: LicenceId,
    ) -> Done<LicenceView> {
        let by = speaker(actor, device)?;
        let view = self.licence_view(id).await?;
        match (view.holding.check_speaker(&by), actor.user_id()) {
            (Ok(()), _) => Ok(view),
            // Its owner may look also from a device that is not active.
            (Err(_), Some(user)) if matches!(by, Speaker::Device(_)) && user == view.holding.licence.user => {
                Ok(view)
            }
            (Err(refusal), _) => Err(refusal.into()),
        }
    }

    /// The asker's licences, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn licences(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<LicenceView>> {
        let user = actor.signed_in()?.id;
        let mut values = vec![Value::from(user.uuid())];
        let clause = window.clause("id", &mut values);
        let sql = format!("SELECT id FROM licences WHERE user_id = $1{clause}");
        let page = window.page(self.read().rows(sql, values, |row| row.id(LicenceId::new)).await?);
        let mut views = self.licence_views(page.items.iter().copied().collect()).await?;
        let items = page.items.iter().filter_map(|id| views.remove(id)).collect();
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// One licence, for who is known to be allowed.
    pub(crate) async fn licence_view(&self, id: LicenceId) -> Done<LicenceView> {
        let found = self.licence_views(BTreeSet::from([id])).await?.remove(&id);
        Ok(found.ok_or(Refusal::missing("licence"))?)
    }

    pub(super) async fn licence_views(
        &self,
        wanted: BTreeSet<LicenceId>,
    ) -> Result<HashMap<LicenceId, LicenceView>, Fault> {
        let holdings = holdings_by_id(self.read(), &wanted, "").await?;
        let listings: BTreeSet<ListingId> = holdings.iter().map(|it| it.licence.listing).collect();
        let products = self.products(&listings).await?;
        let mut suspensions = self.suspensions(&holdings).await?;
        let mut views = HashMap::new();
        for holding in holdings {
            let found = products.get(&holding.licence.listing).cloned();
            let (title, slug, publisher, publisher_handle) =
                found.ok_or(Fault::corrupt("find the listing of a licence"))?;
            let covers = self.coverage(&holding).await?;
            let id = holding.licence.id;
            let suspension = suspensions.remove(&id);
            let view = LicenceView { holding, title, slug, publisher, publisher_handle, covers, suspension };
            views.insert(id, view);
        }
        Ok(views)
    }

    async fn products(&self, wanted: &BTreeSet<ListingId>) -> Result<HashMap<ListingId, Product>, Fault> {
        let sql = "SELECT l.id, l.title, p.slug, u.id, u.handle FROM listings l JOIN users u ON u.id = l.seller_id \
                   LEFT JOIN products p ON p.listing_id = l.id WHERE l.id IN ({})";
        let read = |row: &mut Columns<'_>| {
            let id = row.id(ListingId::new)?;
            Ok((id, (row.take()?, row.take()?, row.id(UserId::new)?, row.take()?)))
        };
        let keys = ids(wanted.iter().map(|listing| listing.uuid()));
        Ok(self.read().rows_in(sql, keys, read).await?.into_iter().collect())
    }

    /// Which versions a licence covers: rented ones all; bought ones as their
    /// offer said.
    async fn coverage(&self, holding: &Holding) -> Result<Coverage, Fault> {
        let purchase = holding.acquired.iter().rfind(|it| it.is_active() && it.offer.is_purchase());
        let Some(purchase) = purchase else { return Ok(Coverage::All) };
        let OfferKind::Purchase { updates } = purchase.offer.kind else { return Ok(Coverage::All) };
        let sql = "SELECT version, published_at FROM releases \
                   WHERE listing_id = $1 AND published_at IS NOT NULL";
        let values = vec![Value::from(holding.licence.listing.uuid())];
        let published = self.read().rows(sql, values, |row| {
            let version = row.take_as("read a version", |text: String| Version::parse(&text).ok())?;
            Ok((version, row.time()?))
        });
        Ok(updates.coverage(purchase.at, &published.await?))
    }

    /// How a licence can grow, by the offers that hold now.
    ///
    /// # Errors
    /// A fault only.
    pub async fn ways_on(&self, view: &LicenceView) -> Result<Ways, Fault> {
        let (holding, now) = (&view.holding, self.0.world.now());
        let offers = current_offers(self.read(), holding.licence.listing).await?;
        let mut ways = Ways::default();
        for offer in offers {
            if check_extension(&holding.licence, &offer, now).is_ok() {
                ways.extensions.push(offer);
            } else if !holding.licence.is_owned() && check_conversion(holding, &offer).is_ok() {
                let price = conversion_price(offer.price, &holding.rents());
                ways.conversions.push((offer, price));
            }
        }
        Ok(ways)
    }

    /// What devices have taken along of a licence.
    ///
    /// # Errors
    /// A fault only.
    pub async fn leases_out(&self, licence: LicenceId) -> Result<Vec<Lease>, Fault> {
        open_leases(self.read(), licence).await
    }
}
