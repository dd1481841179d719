//! A program on offer, and somebody who wants it.

use domain::id::{LicenceId, ListingId, OfferId, OrderId};
use domain::licence::device::DeviceKey;
use domain::licence::meter::MeterCode;
use domain::licence::offer::{Offer, OfferKind, Updates};
use domain::listing::ListingKind;
use domain::time::Seconds;
use domain::tokens::BasisPoints;
use store::listings::NewListing;
use store::offers::NewOffer;
use tests::databases::Base;
use tests::people::{FURNITURE, Market, Person, tokens};

/// The offers, by their places: an hour for 4, ten uses for 6, five exports
/// in a day for 5, for good for 20. Rent by time counts by half.
pub(crate) const HOUR: usize = 0;
pub(crate) const USES: usize = 1;
pub(crate) const EXPORTS: usize = 2;
pub(crate) const GOOD: usize = 3;

/// A market in which wren publishes a program, and finch has tokens.
pub(crate) struct Shop {
    pub(crate) market: Market,
    pub(crate) wren: Person,
    pub(crate) finch: Person,
    pub(crate) offers: Vec<Offer>,
}

/// A device; nobody checks its key here.
pub(crate) fn device(name: &str) -> DeviceKey {
    DeviceKey::new(format!("k4.pid.{name}"), format!("k4.public.{name}"))
}

impl Shop {
    pub(crate) async fn with(base: Base, whole_tokens: u32) -> Self {
        let market = Market::on(base).await;
        let wren = market.person("wren").await;
        let finch = market.person_with("finch", whole_tokens).await;
        let listing = draft(&market, &wren).await;
        let new = |kind, price| NewOffer {
            kind,
            price: tokens(price),
            devices_max: 3,
            is_extendable: true,
            credit: None,
        };
        let exports = MeterCode::parse("export-pdf").unwrap();
        let wanted = vec![
            NewOffer {
                credit: BasisPoints::new(5_000),
                ..new(OfferKind::RentTime(Seconds::new(3_600)), "4")
            },
            new(OfferKind::RentUnits { meter: MeterCode::uses(), units: 10, within: None }, "6"),
            new(OfferKind::RentUnits { meter: exports, units: 5, within: Some(Seconds::days(1)) }, "5"),
            new(OfferKind::Purchase { updates: Updates::Major }, "20"),
        ];
        let offers = market.store.set_offers(&wren.actor, listing, wanted).await.unwrap();
        // Releases are others' business: these rows are what they come to.
        let direct = market.base.connect().await;
        for sql in [
            "INSERT INTO products (listing_id, publisher_id, slug, created_at) \
             SELECT id, seller_id, 'inkwell', 0 FROM listings WHERE kind = 4",
            "INSERT INTO releases (id, listing_id, version, channel, notes, rules, state, created_at, \
             published_at, seq, kid, manifest, signed_at, expires_at) SELECT id, id, '1.2.0', 'stable', '', \
             '', 2, 0, 0, 1, 'k', 'm', 0, 1 FROM listings WHERE kind = 4",
            "UPDATE listings SET state = 2, published_at = 0 WHERE kind = 4",
        ] {
            direct.must(sql).await;
        }
        Self { market, wren, finch, offers }
    }

    pub(crate) fn offer(&self, place: usize) -> OfferId {
        self.offers[place].id
    }

    pub(crate) async fn rents(&self, place: usize, price: &str, key: &str) -> LicenceId {
        let store = &self.market.store;
        store.rent(&self.finch.actor, self.offer(place), tokens(price), key).await.unwrap().id()
    }

    /// The order by which a licence was last added to.
    pub(crate) async fn order(&self, licence: LicenceId) -> OrderId {
        let view = self.market.store.licence(&self.finch.actor, None, licence).await.unwrap();
        view.holding.acquired.last().unwrap().order
    }

    /// Granted, consumed, reserved.
    pub(crate) async fn uses(&self, licence: LicenceId) -> (u32, u32, u32) {
        self.units(licence, "use").await
    }

    /// The same of any meter.
    pub(crate) async fn units(&self, licence: LicenceId, code: &str) -> (u32, u32, u32) {
        let view = self.market.store.licence(&self.finch.actor, None, licence).await.unwrap();
        let meter = view.holding.licence.meter(&MeterCode::parse(code).unwrap()).unwrap();
        (meter.granted(), meter.consumed(), meter.reserved())
    }

    /// All that the publisher's figures of the last month say was used.
    pub(crate) async fn used_by_figures(&self) -> u64 {
        let (publisher, listing) = (&self.wren.actor, self.offers[0].listing);
        let figures = self.market.store.software_figures(publisher, listing, 30).await.unwrap();
        figures.meters.iter().flat_map(|meter| &meter.units).sum()
    }

    pub(crate) async fn done(self) {
        self.market.clean().await;
        self.market.store.close().await;
    }
}

async fn draft(market: &Market, publisher: &Person) -> ListingId {
    let new = NewListing {
        title: "Inkwell".to_owned(),
        description: "Writes.".to_owned(),
        category: FURNITURE,
        kind: ListingKind::Software,
        price: tokens("4"),
        quantity: None,
        condition: None,
        tags: vec![],
        images: vec![],
        publish: false,
    };
    market.store.list_item(&publisher.actor, new).await.unwrap().id
}
