//! Offers of software: setting them, and reading them for pages, the API and
//! orders. What was offered once is never changed, only retired.

use domain::access::Actor;
use domain::id::{ListingId, OfferId};
use domain::licence::meter::MeterCode;
use domain::licence::offer::{Offer, OfferKind, Updates};
use domain::time::Seconds;
use domain::tokens::BasisPoints;
use sea_orm::Value;

use crate::Store;
use crate::error::Fault;
use crate::tx::{Columns, Link, ids, marks};

/// The columns of an offer, for [`read_offer`].
pub(crate) const OFFER_COLUMNS: &str = "id, listing_id, kind, price, seconds, meter, units, updates, \
     updates_seconds, devices_max, is_extendable, credit_bp";

/// Reads an offer from [`OFFER_COLUMNS`].
pub(crate) fn read_offer(row: &mut Columns<'_>) -> Result<Offer, Fault> {
    let (id, listing) = (row.id(OfferId::new)?, row.id(ListingId::new)?);
    let number: i16 = row.take()?;
    let price = row.tokens()?;
    let seconds = read_seconds(row)?;
    let meter = row.take_optional("read a meter", |text: String| MeterCode::parse(&text).ok())?;
    let units = row.count_optional()?;
    let updates: Option<i16> = row.take()?;
    let updates_for = read_seconds(row)?;
    let kind = match (number, updates, seconds, meter, units) {
        (1, Some(1), ..) => Some(OfferKind::Purchase { updates: Updates::All }),
        (1, Some(2), ..) => Some(OfferKind::Purchase { updates: Updates::Major }),
        (1, Some(3), ..) => updates_for.map(|length| OfferKind::Purchase { updates: Updates::For(length) }),
        (2, None, Some(length), ..) => Some(OfferKind::RentTime(length)),
        (3, None, within, Some(meter), Some(units)) => Some(OfferKind::RentUnits { meter, units, within }),
        _ => None,
    };
    Ok(Offer {
        id,
        listing,
        kind: kind.ok_or(Fault::corrupt("read what an offer gives"))?,
        price,
        devices_max: row.take_as("read a number of devices", |count: i16| u16::try_from(count).ok())?,
        is_extendable: row.take::<i16>()? == 1,
        credit: row.take_optional("read a share of rent", |points: i16| {
            u16::try_from(points).ok().and_then(BasisPoints::new)
        })?,
    })
}

fn read_seconds(row: &mut Columns<'_>) -> Result<Option<Seconds>, Fault> {
    row.take_optional("read a length of time", |seconds: i64| u32::try_from(seconds).ok().map(Seconds::new))
}

/// Offers with these numbers, retired or not, in no order: orders and grants
/// keep theirs.
pub(crate) async fn offers_by_id(link: Link<'_>, wanted: &[OfferId]) -> Result<Vec<Offer>, Fault> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let values = ids(wanted.iter().map(|id| id.uuid()));
    let sql = format!("SELECT {OFFER_COLUMNS} FROM offers WHERE id IN ({})", marks(0, values.len()));
    link.rows(sql, values, read_offer).await
}

/// The offers that hold for a listing, in their publisher's order.
pub(crate) async fn current_offers(link: Link<'_>, listing: ListingId) -> Result<Vec<Offer>, Fault> {
    let sql = format!(
        "SELECT {OFFER_COLUMNS} FROM offers WHERE listing_id = $1 AND retired_at IS NULL ORDER BY place, id"
    );
    link.rows(sql, vec![Value::from(listing.uuid())], read_offer).await
}

impl Store {
    /// The offers that hold for a listing, in their publisher's order; none
    /// if the asker may not see the listing.
    ///
    /// # Errors
    /// A fault only.
    pub async fn offers_of(&self, actor: &Actor, listing: ListingId) -> Result<Vec<Offer>, Fault> {
        match self.find_listing(actor, listing).await? {
            Some(_) => current_offers(self.read(), listing).await,
            None => Ok(Vec::new()),
        }
    }

    /// An offer by its number, retired or not: it says what somebody got.
    ///
    /// # Errors
    /// A fault only.
    pub async fn offer(&self, id: OfferId) -> Result<Option<Offer>, Fault> {
        Ok(offers_by_id(self.read(), &[id]).await?.into_iter().next())
    }
}
