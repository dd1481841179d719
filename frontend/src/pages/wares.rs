//! Software: its offers for those who look, and for its publisher the page of
//! offers and releases.

use axum::extract::Path;
use domain::id::{ListingId, ReleaseId};
use domain::licence::meter::MeterCode;
use domain::licence::offer::{Offer, OfferKind, Updates};
use domain::listing::{ListingKind, ListingState};
use domain::refusal::Refusal;
use domain::software::{Channel, ReleaseState};
use domain::time::Seconds;
use domain::tokens::{BasisPoints, Tokens};
use store::Error;
use store::listings::Listing;
use store::offers::NewOffer;
use store::software::Release;
use store::software::releases::NewRelease;

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::wares::{Newest, OfferForm, ReleaseForm, ReleaseRow, SoftwareView, Way};
use crate::{routes, show};

/// An offer as pages show it.
pub(super) fn way(ask: &Ask, offer: &Offer) -> Way {
    let (id, is_purchase) = (offer.id, offer.is_purchase());
    Way { id, sentence: offer.sentence(), price: ask.price(offer.price), is_purchase, notes: offer.notes() }
}

/// The ways to get a listing, and its newest release; nothing for other kinds.
pub(super) async fn shown(ask: &Ask, listing: &Listing) -> Result<(Vec<Way>, Option<Newest>), Trouble> {
    if listing.kind != ListingKind::Software {
        return Ok((Vec::new(), None));
    }
    let store = &ask.site.store;
    let offers = store.offers_of(&ask.actor, listing.id).await?;
    let ways = offers.iter().map(|offer| way(ask, offer)).collect();
    let product = store.product(&ask.actor, listing.id).await?;
    let release = store.newest_release(listing.id, &Channel::stable()).await?;
    let Some((product, release)) = product.zip(release) else { return Ok((ways, None)) };
    let programs = store.artifacts(&release).await?;
    let newest = Newest {
        version: release.version.to_string(),
        at: release.published_at.unwrap_or(release.created_at),
        computers: programs.iter().map(|program| program.computer.to_string()).collect(),
        notes: show::paragraphs(&release.notes),
        product: product.slug.as_str().to_owned(),
    };
    Ok((ways, Some(newest)))
}

/// The asker's own software in a path.
pub(super) async fn own(ask: &Ask, text: &str) -> Result<Listing, Trouble> {
    let user = ask.user()?;
    let id = super::id(text, ListingId::new, "software")?;
    let found = ask.site.store.find_listing(&ask.actor, id).await?;
    let own = found.filter(|it| it.seller == user.id && it.kind == ListingKind::Software);
    Ok(own.ok_or(Refusal::missing("software"))?)
}

/// `GET /sell/{id}/software`
pub(super) async fn page(ask: Ask, Path(id): Path<String>) -> Answer {
    let listing = own(&ask, &id).await?;
    show(&view(&ask, &listing, OfferForm::default(), ReleaseForm::default()).await?)
}

async fn view(
    ask: &Ask,
    listing: &Listing,
    offer: OfferForm,
    release: ReleaseForm,
) -> Result<SoftwareView, Trouble> {
    let store = &ask.site.store;
    let offers = store.offers_of(&ask.actor, listing.id).await?;
    let releases = store.releases_of(&ask.actor, listing.id).await?;
    let product = store.product(&ask.actor, listing.id).await?;
    let mut page = ask.own_page(&format!("{}: offers and releases", listing.title)).await?;
    page.path = routes::Software::to(listing.id).to_string();
    page.problems = offer.problems().into_iter().chain(release.problems()).collect();
    let mut missing = Vec::new();
    if offers.is_empty() {
        missing.push("an offer: add one below".to_owned());
    }
    if !releases.iter().any(|release| release.state == ReleaseState::Published) {
        missing.push("a published release: draft one, upload your programs, and publish it".to_owned());
    }
    let state = match listing.state {
        ListingState::Draft => "A draft that only you see",
        ListingState::Published => "On sale",
        ListingState::Withdrawn => "Not on sale",
    };
    Ok(SoftwareView {
        page,
        id: listing.id,
        title: listing.title.clone(),
        state: state.to_owned(),
        on_sale: listing.state == ListingState::Published,
        missing,
        offers: offers.iter().map(|offer| way(ask, offer)).collect(),
        offer,
        releases: releases.iter().map(release_row).collect(),
        release,
        product: product.as_ref().map(|product| product.slug.as_str().to_owned()),
        key: product.and_then(|product| product.key),
    })
}

fn release_row(release: &Release) -> ReleaseRow {
    ReleaseRow {
        id: release.id,
        version: release.version.to_string(),
        channel: release.channel.as_str().to_owned(),
        state: release.state.name(),
        at: release.published_at.unwrap_or(release.created_at),
    }
}

/// `POST /sell/{id}/software/offers`: adds one, or takes one back. The whole
/// set is asked for anew, so that what is the same stays.
pub(super) async fn offers(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    let listing = own(&ask, &id).await?;
    let store = &ask.site.store;
    let current = store.offers_of(&ask.actor, listing.id).await?;
    let retired = pairs.get("intent").strip_prefix("retire-").map(str::to_owned);
    let mut form = OfferForm::default();
    let added = match retired {
        Some(_) => None,
        None => {
            form.fill(pairs.iter());
            match read(&pairs) {
                Ok(added) => Some(added),
                Err(refusal) => {
                    refuse(&mut form, &refusal);
                    let mut shown = view(&ask, &listing, form, ReleaseForm::default()).await?;
                    shown.page.path = routes::Software::to(listing.id).to_string();
                    return show_refused(&shown);
                }
            }
        }
    };
    let kept = current.iter().filter(|offer| retired.as_deref() != Some(offer.id.to_string().as_str()));
    let wanted: Vec<NewOffer> = kept.map(terms).chain(added.clone()).collect();
    let said = if added.is_some() {
        "The offer holds from now on."
    } else {
        "It is offered no longer. Who has it keeps it."
    };
    match store.set_offers(&ask.actor, listing.id, wanted).await {
        Ok(_) => Ok(ask.go_saying(routes::Software::to(listing.id), Tone::Good, said)),
        Err(Error::Refused(refusal)) if added.is_some() => {
            refuse(&mut form, &refusal);
            show_refused(&view(&ask, &listing, form, ReleaseForm::default()).await?)
        }
        Err(Error::Refused(refusal)) => {
            Ok(ask.go_saying(routes::Software::to(listing.id), Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts a refusal beside its field: that of the last offer is the one typed.
fn refuse(form: &mut OfferForm, refusal: &Refusal) {
    let plain = match refusal {
        Refusal::InvalidInput { field, problem } => {
            let name = field.rsplit('.').next().unwrap_or(field).to_owned();
            let name = if name == "seconds" { "time".to_owned() } else { name };
            Refusal::InvalidInput { field: name.into(), problem: problem.clone() }
        }
        other => other.clone(),
    };
    form.refuse(&plain);
}

/// An offer's terms, to ask for it again.
fn terms(offer: &Offer) -> NewOffer {
    NewOffer {
        kind: offer.kind.clone(),
        price: offer.price,
        devices_max: offer.devices_max,
        is_extendable: offer.is_extendable,
        credit: offer.credit,
    }
}

/// What was typed as an offer.
fn read(pairs: &Pairs) -> Result<NewOffer, Refusal> {
    let typed = |name: &str| pairs.get(name).trim().to_owned();
    let price = Tokens::parse(&typed("price")).map_err(|bad| Refusal::invalid("price", bad.to_string()))?;
    let number = |field: &'static str| {
        let number = typed(field).parse::<u32>();
        number.map_err(|_| Refusal::invalid(field, "a whole number is needed"))
    };
    let time = || {
        let unit = match typed("time_unit").as_str() {
            "minutes" => 60,
            "hours" => 3_600,
            _ => 86_400,
        };
        let seconds = number("time")?.checked_mul(unit);
        seconds.map(Seconds::new).ok_or(Refusal::invalid("time", "that is too long"))
    };
    let kind = match typed("kind").as_str() {
        "buy" => OfferKind::Purchase {
            updates: match typed("updates").as_str() {
                "major" => Updates::Major,
                "time" => Updates::For(time()?),
                _ => Updates::All,
            },
        },
        "units" => OfferKind::RentUnits {
            meter: if typed("meter").is_empty() {
                MeterCode::uses()
            } else {
                MeterCode::parse(&typed("meter"))?
            },
            units: number("units")?,
            within: if typed("time").is_empty() { None } else { Some(time()?) },
        },
        _ => OfferKind::RentTime(time()?),
    };
    let devices_max = u16::try_from(number("devices")?).unwrap_or(u16::MAX);
    let is_rent = !matches!(kind, OfferKind::Purchase { .. });
    let credit = match typed("convert_credit").trim_end_matches(['%', ' ']) {
        "" => None,
        _ if !is_rent => None,
        share => Some(read_percent(share)?),
    };
    Ok(NewOffer { kind, price, devices_max, is_extendable: is_rent && typed("extendable") != "no", credit })
}

/// A share in percent with at most two places, as tokens are read.
fn read_percent(text: &str) -> Result<BasisPoints, Refusal> {
    let bad = || Refusal::invalid("convertCredit", "a percentage from 0 to 100 is needed, such as 50");
    let units = Tokens::parse(text).map_err(|_| bad())?.units();
    let points = (units % 100 == 0).then(|| u16::try_from(units / 100).ok()).flatten();
    points.and_then(BasisPoints::new).ok_or_else(bad)
}

/// `POST /sell/{id}/software/releases`
pub(super) async fn draft(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    let listing = own(&ask, &id).await?;
    let mut form = ReleaseForm::default();
    form.fill(pairs.iter());
    let typed = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
    let new = NewRelease {
        version: form.version.value.clone(),
        channel: typed(&form.channel.value),
        notes: Some(form.notes.value.clone()),
        rules: None,
        product: typed(&form.product.value),
    };
    match ask.site.store.draft_release(&ask.actor, listing.id, new).await {
        Ok(release) => {
            let said = "The draft is kept. Upload your programs, then publish it.";
            Ok(ask.go_saying(routes::Release::to(release.id), Tone::Good, said))
        }
        Err(Error::Refused(refusal)) => {
            form.refuse(&refusal);
            show_refused(&view(&ask, &listing, OfferForm::default(), form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The asker's own release in a path, with its listing.
pub(super) async fn own_release(ask: &Ask, text: &str) -> Result<(Release, Listing), Trouble> {
    ask.user()?;
    let id = super::id(text, ReleaseId::new, "release")?;
    let release = ask.site.store.own_release(&ask.actor, id).await?;
    let listing = ask.site.store.find_listing(&ask.actor, release.listing).await?;
    Ok((release, listing.ok_or(Refusal::missing("release"))?))
}
