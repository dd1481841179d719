//! Software in the library: one licence, the till for offers, devices, and
//! the code by which a program signs in.

use axum::extract::Path;
use domain::access::Actor;
use domain::id::{LicenceId, OfferId};
use domain::licence::grant::Basis;
use domain::licence::meter::{Meter, MeterCode};
use domain::licence::offer::{Coverage, Offer, words};
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use store::Error;
use store::licences::LicenceView as Row;

use super::listing::sums;
use super::topup::{Short, at_the_till};
use crate::ask::{Answer, Ask, show, show_once, show_refused};
use crate::form::Problem;
use crate::page::Tone;
use crate::parts::Day;
use crate::posted::{Pairs, Posted};
use crate::routes;
use crate::trouble::{Trouble, sentence};
use crate::view::library::LicenceRow;
use crate::view::licence::{DeviceRow, LicenceView, MeterRow, ProgramCodeView, TillView, WayRow};

/// What is left on a meter, in words.
pub(super) fn left(meter: &Meter) -> String {
    let (left, granted) = (meter.left(), meter.granted());
    let counted = match meter.code == MeterCode::uses() {
        true => format!("{left} of {} left", words::units(&meter.code, granted)),
        false => format!("{}: {left} of {granted} left", meter.code),
    };
    match meter.reserved() {
        0 => counted,
        aside => format!("{counted}, {aside} set aside for tasks and devices"),
    }
}

/// How a licence stands now, as a sentence.
pub(super) fn stands(row: &Row, now: Timestamp) -> String {
    let ends = row.holding.licence.term().and_then(|term| term.ends);
    if let Some(held) = row.suspension.as_ref().filter(|_| row.verdict(now) == Verdict::Suspended) {
        let since = Day(held.at).words();
        return format!("The market’s staff suspended it on {since}. Their reason: {}", held.reason);
    }
    match (row.verdict(now), row.holding.licence.basis(), ends) {
        (Verdict::Valid, Basis::Owned, _) => "It is yours for good.".to_owned(),
        (Verdict::Valid, _, Some(ends)) => format!("Rented until {ends} (UTC)."),
        (Verdict::Valid, _, None) => "Rented until all is used.".to_owned(),
        (Verdict::Expired, _, Some(ends)) => {
            format!("Its time was over on {ends} (UTC). Extend it to go on.")
        }
        (verdict, _, _) => format!("{}.", verdict.sentence()),
    }
}

fn covers(row: &Row) -> String {
    match &row.covers {
        Coverage::All => "It covers all versions.".to_owned(),
        Coverage::Major(first) => format!("It covers version {first} with its updates."),
        Coverage::UpTo(last) => format!("It covers the versions up to {last}."),
    }
}

/// A row of the library.
pub(super) fn library_row(row: &Row, now: Timestamp) -> LicenceRow {
    LicenceRow {
        id: row.id(),
        title: row.title.clone(),
        publisher: row.publisher_handle.clone(),
        stands: stands(row, now),
        meters: meters(row),
    }
}

fn meters(row: &Row) -> Vec<MeterRow> {
    let one = |meter: &Meter| MeterRow { words: left(meter), left: meter.left(), granted: meter.granted() };
    // What is owned is counted no more.
    let is_owned = row.holding.licence.is_owned();
    row.holding.licence.meters.iter().filter(|_| !is_owned).map(one).collect()
}

async fn load(ask: &Ask, id: &str) -> Result<Row, Trouble> {
    ask.user()?;
    let id = super::id(id, LicenceId::new, "licence")?;
    Ok(ask.site.store.licence(&ask.actor, None, id).await?)
}

/// `GET /library/licence/{id}`
pub(super) async fn licence(ask: Ask, Path(id): Path<String>) -> Answer {
    let row = load(&ask, &id).await?;
    let ways = ask.site.store.ways_on(&row).await?;
    let way = |offer: &Offer, price: Tokens| WayRow {
        offer: offer.id,
        sentence: offer.sentence(),
        price: ask.price(price),
        credit: offer
            .price
            .checked_sub(price)
            .filter(|credit| !credit.is_zero())
            .map(|credit| ask.price(credit)),
    };
    let device = |it: &domain::licence::device::Activation| DeviceRow {
        kid: it.device.kid().to_owned(),
        label: it.label.as_ref().map(|label| label.as_str().to_owned()),
        at: it.at,
        is_forked: it.forked_at.is_some(),
    };
    show(&LicenceView {
        page: ask.own_page(&row.title).await?,
        id: row.id(),
        title: row.title.clone(),
        listing: row.holding.licence.listing,
        publisher: row.publisher_handle.clone(),
        stands: stands(&row, ask.site.store.world().now()),
        covers: covers(&row),
        meters: meters(&row),
        command: row.slug.as_ref().map(|slug| format!("farthing-get install {slug}")),
        devices: row.holding.devices.iter().map(device).collect(),
        devices_max: row.holding.licence.devices_max,
        extensions: ways.extensions.iter().map(|offer| way(offer, offer.price)).collect(),
        conversions: ways.conversions.iter().map(|(offer, price)| way(offer, *price)).collect(),
    })
}

/// `POST /library/licence/{id}/device`: gives a device free.
pub(super) async fn device(ask: Ask, Path(id): Path<String>, Posted(form): Posted) -> Answer {
    let row = load(&ask, &id).await?;
    let to = routes::Licence::to(row.id());
    match ask.site.store.deactivate_device(&ask.actor, None, row.id(), form.get("device")).await {
        Ok(_) => Ok(ask.go_saying(to, Tone::Good, "Given free: another device may take its place.")),
        Err(Error::Refused(refusal @ (Refusal::NotFound { .. } | Refusal::TooMany { .. }))) => {
            Ok(ask.go_saying(to, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /library/code`: a code by which a program signs in.
pub(super) async fn code(ask: Ask, _: Posted) -> Answer {
    ask.user()?;
    match ask.site.store.create_claim_code(&ask.actor).await {
        Ok(made) => show_once(&ProgramCodeView {
            page: ask.own_page("A code to sign in by").await?,
            code: made.code,
            expires_at: made.expires_at,
        }),
        Err(Error::Refused(refusal @ Refusal::TooMany { .. })) => {
            Ok(ask.go_saying(routes::Library, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Who sells what: of the till.
struct Ware {
    title: String,
    publisher: String,
}

async fn till(
    ask: &Ask,
    (offer, price, ware): (&Offer, Tokens, Ware),
    (heading, here, action, back): (&str, String, String, String),
) -> Result<TillView, Trouble> {
    let sums = sums(ask, price).await?;
    let short =
        sums.shortfall.as_ref().map(|short| Short { missing: short.tokens, return_to: here, finishes: None });
    Ok(TillView {
        card_form: at_the_till(ask, short).await?,
        page: ask.own_page(heading).await?,
        heading: heading.to_owned(),
        title: ware.title,
        listing: offer.listing,
        publisher: ware.publisher,
        sentence: offer.sentence(),
        notes: offer.notes(),
        price: ask.price(price),
        sums,
        offer: offer.id,
        action,
        back,
        idempotency_key: ask.site.draw_key(),
        notice: None,
    })
}

async fn offer_till(ask: &Ask, id: &str) -> Result<(Offer, TillView), Trouble> {
    let id = super::id(id, OfferId::new, "offer")?;
    let offer = ask.site.store.offer(id).await?.ok_or(Refusal::missing("offer"))?;
    let listing = ask.site.store.find_listing(&Actor::Visitor(None), offer.listing).await?;
    let listing = listing.ok_or(Refusal::missing("offer"))?;
    let heading = if offer.is_purchase() { "Buy this?" } else { "Rent this?" };
    let ware = Ware { title: listing.title.clone(), publisher: listing.seller_handle.clone() };
    let (action, back) = (routes::TakeOffer::to(id).to_string(), routes::Listing::to(listing.id).to_string());
    let view = till(ask, (&offer, offer.price, ware), (heading, action.clone(), action, back)).await?;
    Ok((offer, view))
}

/// `GET /offer/{id}`
pub(super) async fn offer(ask: Ask, Path(id): Path<String>) -> Answer {
    show(&offer_till(&ask, &id).await?.1)
}

/// `POST /offer/{id}`
pub(super) async fn take(ask: Ask, Path(id): Path<String>, Posted(form): Posted) -> Answer {
    let (offer, view) = offer_till(&ask, &id).await?;
    let expected = Tokens::parse(form.get("expected_price")).map_err(|_| Trouble::Unreadable)?;
    let (store, key) = (&ask.site.store, form.get("idempotency_key"));
    let done = match offer.is_purchase() {
        true => store.buy_offer(&ask.actor, offer.id, expected, key).await.map(|(row, _)| row),
        false => store.rent(&ask.actor, offer.id, expected, key).await,
    };
    settled(&ask, done, view, "It is yours: here is how to install it.")
}

fn settled(ask: &Ask, done: Result<Row, Error>, mut view: TillView, said: &str) -> Answer {
    match done {
        Ok(row) => Ok(ask.go_saying(routes::Licence::to(row.id()), Tone::Good, said)),
        Err(Error::Refused(refusal @ (Refusal::NotSignedIn | Refusal::NotFound { .. }))) => {
            Err(refusal.into())
        }
        Err(Error::Refused(refusal)) => {
            match refusal {
                Refusal::PriceChanged { .. } => view.notice = Some(sentence(&refusal)),
                _ => view.page.problems = vec![Problem { id: None, message: sentence(&refusal) }],
            }
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}

async fn grow_till(ask: &Ask, row: &Row, offer: &str) -> Result<(bool, Offer, TillView), Trouble> {
    let id = super::id(offer, OfferId::new, "offer")?;
    let ways = ask.site.store.ways_on(row).await?;
    let extension =
        ways.extensions.into_iter().find(|offer| offer.id == id).map(|offer| (true, offer.price, offer));
    let conversion = ways.conversions.into_iter().find(|(offer, _)| offer.id == id);
    let found = extension.or(conversion.map(|(offer, price)| (false, price, offer)));
    let (is_extension, price, offer) = found.ok_or(Refusal::missing("offer"))?;
    let heading = if is_extension { "Extend this?" } else { "Keep this for good?" };
    let ware = Ware { title: row.title.clone(), publisher: row.publisher_handle.clone() };
    let (action, back) =
        (routes::LicenceGrow::to(row.id()).to_string(), routes::Licence::to(row.id()).to_string());
    let here = format!("{action}?offer={id}");
    let view = till(ask, (&offer, price, ware), (heading, here, action, back)).await?;
    Ok((is_extension, offer, view))
}

/// `GET /library/licence/{id}/grow`: extending or converting, with the price
/// shown before.
pub(super) async fn grow(ask: Ask, Path(id): Path<String>, query: Pairs) -> Answer {
    let row = load(&ask, &id).await?;
    show(&grow_till(&ask, &row, query.get("offer")).await?.2)
}

/// `POST /library/licence/{id}/grow`
pub(super) async fn pay_growth(ask: Ask, Path(id): Path<String>, Posted(form): Posted) -> Answer {
    let row = load(&ask, &id).await?;
    let (is_extension, offer, view) = grow_till(&ask, &row, form.get("offer")).await?;
    let expected = Tokens::parse(form.get("expected_price")).map_err(|_| Trouble::Unreadable)?;
    let (store, key, asked) = (&ask.site.store, form.get("idempotency_key"), (offer.id, expected));
    let done = match is_extension {
        true => store.extend_licence(&ask.actor, row.id(), asked, key).await,
        false => store.convert_licence(&ask.actor, row.id(), asked, key).await,
    };
    let said = if is_extension { "Extended." } else { "It is yours for good." };
    settled(&ask, done, view, said)
}
