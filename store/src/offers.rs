//! Offers of software: setting them, and reading them for pages, the API and
//! orders. What was offered once is never changed, only retired.

use domain::access::Actor;
use domain::id::{ListingId, OfferId};
use domain::licence::meter::MeterCode;
use domain::licence::offer::{Offer, OfferKind, Updates};
use domain::listing::{ListingKind, ListingState, Ready};
use domain::refusal::Refusal;
use domain::software::offers::{OfferChange, check_offers, decide_offers};
use domain::time::{Seconds, Timestamp};
use domain::tokens::{BasisPoints, Tokens};
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Fault};
use crate::feed;
use crate::tx::{Columns, Link, ids, insert, marks};

/// An offer as its publisher asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOffer {
    /// What it gives.
    pub kind: OfferKind,
    /// For how much.
    pub price: Tokens,
    /// On how many devices.
    pub devices_max: u16,
    /// Whether a licence by it may be extended.
    pub is_extendable: bool,
    /// How much of the rent paid counts towards a purchase, if any.
    pub credit: Option<BasisPoints>,
}

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

/// What a listing has that publishing asks for.
pub(crate) async fn ready(link: Link<'_>, listing: ListingId, has_file: bool) -> Result<Ready, Fault> {
    let has = |sql: &'static str| async move {
        let count = link.row(sql, vec![listing.uuid().into()], |row| row.count()).await?;
        Ok::<bool, Fault>(count.unwrap_or(0) > 0)
    };
    Ok(Ready {
        has_file,
        has_offer: has("SELECT COUNT(*) FROM offers WHERE listing_id = $1 AND retired_at IS NULL").await?,
        has_release: has("SELECT COUNT(*) FROM releases WHERE listing_id = $1 AND state = 2").await?,
    })
}

impl Store {
    /// Sets the offers of a software listing of the asker's, in their order:
    /// what is new is added, what is left out is retired, what is the same
    /// stays, so that asking twice changes nothing. Licences keep the offer
    /// that they were bought by. Precedence: not there (or not the asker's),
    /// not software, then as for [`check_offers`] and [`decide_offers`].
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn set_offers(
        &self,
        actor: &Actor,
        listing: ListingId,
        wanted: Vec<NewOffer>,
    ) -> Done<Vec<Offer>> {
        let seller = actor.signed_in()?.id;
        let known = self.find_listing(actor, listing).await?.filter(|known| known.seller == seller);
        if known.ok_or(Refusal::missing("listing"))?.kind != ListingKind::Software {
            return Err(Refusal::invalid("listingId", "only software has offers").into());
        }
        let mint = self.0.world.mint();
        let wanted: Vec<Offer> = (0..)
            .zip(wanted)
            .map(|(index, new)| {
                let NewOffer { kind, price, devices_max, is_extendable, credit } = new;
                let id = OfferId::new(mint.uuid(index));
                Offer { id, listing, kind, price, devices_max, is_extendable, credit }
            })
            .collect();
        check_offers(&wanted, self.0.market.price_step)?;
        let set = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = format!("SELECT state FROM listings WHERE id = $1{}", link.for_update());
                let read =
                    |row: &mut Columns<'_>| row.take_as("read a listing's state", ListingState::from_number);
                let state = link.row(sql, vec![listing.uuid().into()], read).await?;
                let state = state.ok_or(Refusal::missing("listing"))?;
                let current = current_offers(link, listing).await?;
                let change = decide_offers(&current, wanted, state)?;
                Ok(write_offers(link, listing, change, mint.at()).await?)
            })
        });
        set.await?;
        Ok(current_offers(self.read(), listing).await?)
    }

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

async fn write_offers(
    link: Link<'_>,
    listing: ListingId,
    change: OfferChange,
    now: Timestamp,
) -> Result<(), Fault> {
    for id in change.retired {
        let values = vec![now.millis().into(), id.uuid().into()];
        link.change("UPDATE offers SET retired_at = $1 WHERE id = $2 AND retired_at IS NULL", values).await?;
    }
    for (id, place) in change.kept {
        let values = vec![place.into(), id.uuid().into()];
        link.change("UPDATE offers SET place = $1 WHERE id = $2 AND place <> $1", values).await?;
    }
    let values = change.added.iter().map(|(offer, place)| offer_values(offer, *place, now));
    let values: Vec<Value> = values.collect::<Result<Vec<_>, Fault>>()?.into_iter().flatten().collect();
    let columns = format!("offers ({OFFER_COLUMNS}, place, created_at)");
    insert(link, &columns, 14, values).await?;
    if let Some(price) = change.price {
        let values = vec![price.units().into(), now.millis().into(), listing.uuid().into()];
        link.change("UPDATE listings SET price = $1, revised_at = $2 WHERE id = $3", values).await?;
    }
    feed::record(link, [listing].into_iter()).await
}

/// An offer's values for [`OFFER_COLUMNS`], its place and when it was made.
fn offer_values(offer: &Offer, place: i16, now: Timestamp) -> Result<Vec<Value>, Fault> {
    let small = |number: u16| i16::try_from(number).map_err(|_| Fault::bug("write an offer"));
    let length = |length: Seconds| i64::from(length.get());
    let (number, seconds, meter, units, updates, updates_for) = match &offer.kind {
        OfferKind::Purchase { updates: Updates::All } => (1_i16, None, None, None, Some(1_i16), None),
        OfferKind::Purchase { updates: Updates::Major } => (1, None, None, None, Some(2), None),
        OfferKind::Purchase { updates: Updates::For(time) } => {
            (1, None, None, None, Some(3), Some(length(*time)))
        }
        OfferKind::RentTime(time) => (2, Some(length(*time)), None, None, None, None),
        OfferKind::RentUnits { meter, units, within } => {
            (3, within.map(length), Some(meter.as_str()), Some(i64::from(*units)), None, None)
        }
    };
    Ok(vec![
        offer.id.uuid().into(),
        offer.listing.uuid().into(),
        number.into(),
        offer.price.units().into(),
        seconds.into(),
        meter.into(),
        units.into(),
        updates.into(),
        updates_for.into(),
        small(offer.devices_max)?.into(),
        i16::from(offer.is_extendable).into(),
        offer.credit.map(|credit| small(credit.get())).transpose()?.into(),
        place.into(),
        now.millis().into(),
    ])
}
