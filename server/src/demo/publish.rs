//! Software in the demo: publishing programs as anybody would, and those who
//! rent, use, keep and return them.

use std::collections::HashMap;

use domain::access::Actor;
use domain::id::{LicenceId, ListingId};
use domain::licence::meter::MeterCode;
use domain::licence::offer::{Offer, OfferKind};
use domain::listing::ListingKind;
use domain::tokens::{BasisPoints, Tokens};
use flate2::Compression;
use flate2::write::GzEncoder;
use store::listings::NewListing;
use store::offers::NewOffer;
use store::software::releases::NewRelease;
use store::software::uploads::NewArtifact;

use super::Trouble;
use super::chance::Chance;
use super::shelf_programs::{KEEPERS, PROGRAMS, Program, REGULARS, RETURNED, Version, Way};
use super::stalls::fit_price;
use super::town::{Town, may, must};

/// The kinds of computers on which a shell script runs.
const COMPUTERS: [(&str, &str); 4] =
    [("linux", "x86_64"), ("linux", "aarch64"), ("macos", "aarch64"), ("macos", "x86_64")];

/// A program as the filling keeps it in mind.
struct Published {
    listing: ListingId,
    offers: Vec<Offer>,
}

/// The market's software.
pub(super) struct Software {
    published: HashMap<&'static str, Published>,
    licences: HashMap<(&'static str, &'static str), LicenceId>,
    chance: Chance,
}

impl Software {
    pub(super) fn new() -> Self {
        Self { published: HashMap::new(), licences: HashMap::new(), chance: Chance::named("software") }
    }

    /// One day: releases first, then those who use what there is.
    ///
    /// # Errors
    /// If a verb fails.
    pub(super) async fn day(&mut self, town: &mut Town, day: u32) -> Result<(), Trouble> {
        town.go(day, 411);
        for program in &PROGRAMS {
            for version in program.versions.iter().filter(|version| version.day == day) {
                self.release(town, program, version).await?;
            }
        }
        self.regulars(town, day).await?;
        for (_, by, name) in KEEPERS.iter().filter(|keeper| keeper.0 == day) {
            self.keep(town, by, name).await?;
        }
        let (returned, by, name, offer) = RETURNED;
        if day == returned {
            self.rent(town, by, name, offer).await?;
        } else if day == returned + 1 {
            self.give_back(town, by, name).await?;
        }
        Ok(())
    }

    /// Publishes a version; with the first one the program goes on sale.
    async fn release(&mut self, town: &Town, program: &Program, version: &Version) -> Result<(), Trouble> {
        let seller = town.actor(program.seller)?;
        let is_new = !self.published.contains_key(program.name);
        let listing = match self.published.get(program.name) {
            Some(known) => known.listing,
            None => list(town, &seller, program).await?,
        };
        let new = NewRelease {
            version: version.number.to_owned(),
            notes: Some(version.notes.to_owned()),
            product: is_new.then(|| program.name.to_owned()),
            ..NewRelease::default()
        };
        let release = must(town.store.draft_release(&seller, listing, new).await, program.title)?;
        let archive = pack(program.name, version).map_err(|error| format!("{}: {error}", program.name))?;
        for (os, arch) in COMPUTERS {
            let spooled = town.store.spool();
            let written = tokio::fs::write(&spooled, &archive).await;
            written.map_err(|error| format!("could not write {}: {error}", spooled.display()))?;
            let artifact = NewArtifact {
                os: os.to_owned(),
                arch: arch.to_owned(),
                packing: "tar.gz".to_owned(),
                name: format!("{}-{}.tar.gz", program.name, version.number),
                main: format!("bin/{}", program.name),
                size: 0,
                sha256: None,
            };
            let uploaded = town.store.upload_whole(&seller, release.id, artifact, spooled).await;
            must(uploaded, program.title)?;
        }
        must(town.store.publish_release(&seller, release.id).await, program.title)?;
        if is_new {
            let step = town.store.market().price_step;
            let wanted = program.offers.iter().filter_map(|way| new_offer(way, step)).collect();
            let offers = must(town.store.set_offers(&seller, listing, wanted).await, program.title)?;
            must(town.store.publish_listing(&seller, listing).await, program.title)?;
            self.published.insert(program.name, Published { listing, offers });
        }
        Ok(())
    }

    fn offer(&self, name: &str, place: usize) -> Option<&Offer> {
        self.published.get(name)?.offers.get(place)
    }

    /// Rents by an offer, as far as the purse allows.
    async fn rent(
        &mut self,
        town: &mut Town,
        by: &'static str,
        name: &'static str,
        place: usize,
    ) -> Result<(), Trouble> {
        let Some((offer, price)) = self.offer(name, place).map(|offer| (offer.id, offer.price)) else {
            return Ok(());
        };
        let (buyer, key) = (town.actor(by)?, town.key());
        if let Some(view) = may(town.store.rent(&buyer, offer, price, &key).await, name)? {
            self.licences.insert((by, name), view.id());
        }
        Ok(())
    }

    /// Those who use something regularly, and rent it again when it is used
    /// up.
    async fn regulars(&mut self, town: &mut Town, day: u32) -> Result<(), Trouble> {
        for (minute, (from, by, name, place, often)) in (412..).zip(REGULARS) {
            town.go(day, minute);
            if day == from {
                self.rent(town, by, name, place).await?;
            }
            let metered = self.offer(name, place).and_then(|offer| match &offer.kind {
                OfferKind::RentUnits { meter, .. } => Some(meter.clone()),
                OfferKind::Purchase { .. } | OfferKind::RentTime(_) => None,
            });
            let (Some(meter), true) = (metered, day >= from && self.chance.happens(often)) else { continue };
            let units = self.chance.within(1, 3);
            if !self.uses(town, day, (by, name), &meter, units).await? {
                self.rent(town, by, name, place).await?;
                self.uses(town, day, (by, name), &meter, units).await?;
            }
        }
        Ok(())
    }

    /// Somebody uses some units; tells whether they had as many.
    async fn uses(
        &self,
        town: &Town,
        day: u32,
        (by, name): (&'static str, &'static str),
        meter: &MeterCode,
        units: u32,
    ) -> Result<bool, Trouble> {
        let Some(licence) = self.licences.get(&(by, name)) else { return Ok(false) };
        let (user, id) = (town.actor(by)?, format!("demo-{day}"));
        let used = town.store.consume(&user, None, *licence, (meter.as_str(), units, &id)).await;
        Ok(may(used, name)?.is_some())
    }

    /// Somebody keeps something for good: what they rented becomes theirs.
    async fn keep(&mut self, town: &mut Town, by: &'static str, name: &'static str) -> Result<(), Trouble> {
        let Some((offer, full)) = self.offer(name, 0).map(|offer| (offer.id, offer.price)) else {
            return Ok(());
        };
        let (buyer, key) = (town.actor(by)?, town.key());
        let rented = self.licences.get(&(by, name)).copied();
        let Some(licence) = rented else {
            let bought = may(town.store.buy_offer(&buyer, offer, full, &key).await, name)?;
            self.licences.extend(bought.map(|(view, _)| ((by, name), view.id())));
            return Ok(());
        };
        let view = must(town.store.licence(&buyer, None, licence).await, name)?;
        let ways = town.store.ways_on(&view).await.map_err(store::Error::from);
        let ways = must(ways, name)?;
        if let Some((offer, price)) = ways.conversions.first() {
            may(town.store.convert_licence(&buyer, licence, (offer.id, *price), &key).await, name)?;
        }
        Ok(())
    }

    /// A publisher takes back what somebody did not like.
    async fn give_back(&self, town: &Town, by: &'static str, name: &'static str) -> Result<(), Trouble> {
        let Some(licence) = self.licences.get(&(by, name)) else { return Ok(()) };
        let buyer = town.actor(by)?;
        let view = must(town.store.licence(&buyer, None, *licence).await, name)?;
        let publisher = PROGRAMS.iter().find(|program| program.name == name).map(|program| program.seller);
        let (Some(publisher), Some(last)) = (publisher, view.holding.acquired.last()) else { return Ok(()) };
        may(town.store.refund_grant(&town.actor(publisher)?, last.order).await, name).map(|_| ())
    }
}

async fn list(town: &Town, seller: &Actor, program: &Program) -> Result<ListingId, Trouble> {
    let slugs: Vec<&str> = program.category.split('/').collect();
    let category = town.store.categories().by_slugs(&slugs);
    let category = category.ok_or_else(|| format!("the demo knows no category {}", program.category))?;
    let new = NewListing {
        title: program.title.to_owned(),
        description: program.text.to_owned(),
        category: category.id,
        kind: ListingKind::Software,
        price: town.store.market().price_step,
        quantity: None,
        condition: None,
        tags: program.tags.split(',').map(|tag| tag.trim().to_owned()).collect(),
        images: Vec::new(),
        publish: false,
    };
    Ok(must(town.store.list_item(seller, new).await, program.title)?.id)
}

fn new_offer(way: &Way, step: Tokens) -> Option<NewOffer> {
    Some(NewOffer {
        kind: way.gives.kind()?,
        price: fit_price(way.price_tokens, step),
        devices_max: way.devices,
        is_extendable: true,
        credit: way.credit_percent.and_then(|percent| BasisPoints::new(percent * 100)),
    })
}

/// A version as an archive; the same each time.
pub(super) fn pack(name: &str, version: &Version) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let main = format!("bin/{name}");
    let files = std::iter::once((main.as_str(), version.script, 0o755));
    let files = files.chain(version.beside.iter().map(|(path, text)| (*path, *text, 0o644)));
    for (path, text, mode) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_size(u64::try_from(text.len()).unwrap_or_default());
        archive.append_data(&mut header, path, text.as_bytes())?;
    }
    archive.into_inner()?.finish()
}
