//! A listing's page, and buying it in one step.

use axum::extract::Path;
use domain::id::ListingId;
use domain::listing::{ListingKind, ListingState};
use domain::refusal::Refusal;
use domain::text::IdempotencyKey;
use domain::tokens::Tokens;
use domain::topup::Intent;
use store::Error;
use store::listings::Listing;

use super::browse::more_from;
use super::state::SearchState;
use super::topup::{Short, at_the_till};
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::{Field, Problem};
use crate::page::Page;
use crate::parts::{Crumb, Loading, Picture};
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::cart::Sums;
use crate::view::listing::{Availability, BuyView, ListingView, Till};
use crate::worth::grouped;
use crate::{routes, show};

/// The listing in a path, if the asker may see it.
async fn load(ask: &Ask, text: &str) -> Result<Listing, Trouble> {
    let id = super::id(text, ListingId::new, "listing")?;
    let found = ask.site.store.find_listing(&ask.actor, id).await?;
    Ok(found.ok_or(Refusal::missing("listing"))?)
}

/// `GET /listing/{id}`
pub(super) async fn listing(ask: Ask, Path(id): Path<String>) -> Answer {
    let listing = load(&ask, &id).await?;
    let store = &ask.site.store;
    let seller = store.user(listing.seller).await?.ok_or(Refusal::missing("seller"))?;
    let more = more_from(&ask, listing.seller, &listing).await?;
    let rate = ask.site.rate();
    let (ways, newest) = super::wares::shown(&ask, &listing).await?;
    let teaser: String = listing.description.chars().take(150).collect();
    let description =
        if teaser.trim().is_empty() { listing.title.clone() } else { teaser.replace('\n', " ") };
    let tag = |tag: &String| {
        show::link(tag.clone(), SearchState { tags: vec![tag.clone()], ..SearchState::default() })
    };
    let page = ask.page(&listing.title, &description).await?;
    let availability = availability(&ask, &listing).await?;
    let till = till(&ask, &listing, &page, &availability).await?;
    show(&ListingView {
        page,
        till,
        id: listing.id,
        crumbs: crumbs(&ask, &listing),
        title: listing.title.clone(),
        kind: show::kind(listing.kind).to_owned(),
        condition: listing.condition.map(|condition| condition.name().to_owned()),
        description: show::paragraphs(&listing.description),
        pictures: pictures(&ask, &listing).await?,
        price: rate.price(listing.price),
        availability,
        after_paying: after_paying(&ask, listing.kind),
        seller: show::seller(&seller, store.tally(seller.id).await?),
        tags: listing.tags.iter().map(tag).collect(),
        listed_at: listing.published_at.unwrap_or(listing.created_at),
        sold: u64::from(listing.sales),
        quantity: Field::new("quantity"),
        ways,
        newest,
        more: show::cards(&more, &rate),
    })
}

/// What is offered to a signed-in visitor whose balance, which the page has
/// looked up already, is below the price of one.
async fn till(
    ask: &Ask,
    listing: &Listing,
    page: &Page,
    availability: &Availability,
) -> Result<Option<Till>, Trouble> {
    let balance = page.me().map(|me| me.balance.tokens);
    let missing = balance.map_or(Tokens::ZERO, |balance| listing.price.saturating_sub(balance));
    if missing.is_zero() || !availability.for_sale() || listing.kind == ListingKind::Software {
        return Ok(None);
    }
    let key = IdempotencyKey::parse(&ask.site.draw_key()).map_err(Trouble::from)?;
    let intent = Intent::Buy { listing: listing.id, quantity: 1, expected_price: listing.price, key };
    let finishes = format!("Then buy one by itself, if it still costs {} tokens", grouped(listing.price));
    let return_to = routes::Listing::to(listing.id).to_string();
    let form =
        at_the_till(ask, Some(Short { missing, return_to, finishes: Some((intent, finishes)) })).await?;
    Ok(form.map(|form| Till { missing, form }))
}

/// The way to a listing through the categories.
fn crumbs(ask: &Ask, listing: &Listing) -> Vec<Crumb> {
    let path = ask.site.store.categories().path(listing.category);
    let slugs: Vec<String> = path.iter().map(|category| category.slug.clone()).collect();
    let step = |depth: usize, name: &str| {
        let category = slugs.get(..depth).unwrap_or_default().to_vec();
        show::link(name, SearchState { category, ..SearchState::default() })
    };
    let all = step(0, "Everything");
    std::iter::once(all)
        .chain((1..).zip(&path).map(|(depth, category)| step(depth, &category.name)))
        .collect()
}

async fn pictures(ask: &Ask, listing: &Listing) -> Result<Vec<Picture>, Trouble> {
    if listing.cover.is_none() {
        let drawn = Picture::drawn(listing.id);
        return Ok(vec![Picture { loading: Loading::Eager, ..drawn }]);
    }
    let images = ask.site.store.images_of(listing.id).await?;
    let count = images.len();
    let one = |(number, image): (usize, &store::images::Image)| {
        let alt = format!("{}, picture {number} of {count}", listing.title);
        let picture = show::image(image, Picture::STAGE, alt);
        Picture { loading: if number == 1 { Loading::Eager } else { Loading::Lazy }, ..picture }
    };
    Ok((1..).zip(&images).map(one).collect())
}

/// Whether and how the asker can have it.
async fn availability(ask: &Ask, listing: &Listing) -> Result<Availability, Trouble> {
    let own = ask.actor.user_id() == Some(listing.seller);
    if !own && listing.kind == ListingKind::File && ask.actor.user_id().is_some() {
        match ask.site.store.download(&ask.actor, listing.id).await {
            Ok(_) => return Ok(Availability::Bought),
            Err(Error::Refused(_)) => {}
            Err(Error::Failed(fault)) => return Err(fault.into()),
        }
    }
    Ok(match (listing.state, listing.quantity) {
        (ListingState::Draft, _) => Availability::Draft,
        _ if own => Availability::Own,
        (ListingState::Withdrawn, _) => Availability::Withdrawn,
        (ListingState::Published, Some(0)) => Availability::SoldOut,
        (ListingState::Published, Some(left)) => Availability::Left(left),
        (ListingState::Published, None) => Availability::Unlimited,
    })
}

/// What happens after paying, in a sentence.
pub(super) fn after_paying(ask: &Ask, kind: ListingKind) -> String {
    if kind.is_instant() {
        return "You can download it at once; it stays in your library.".to_owned();
    }
    let days = ask.site.store.market().hold.get() / 86_400;
    format!(
        "Your tokens are held until you confirm that all is well, {days} days at most. If the seller calls it off, they come back to you."
    )
}

/// What a payment of `total` does to the asker's balance.
pub(super) async fn sums(ask: &Ask, total: Tokens) -> Result<Sums, Trouble> {
    let Some(user) = ask.actor.user_id() else {
        return Ok(Sums { total: ask.price(total), ..Sums::default() });
    };
    let balance = ask.site.store.wallet(user).await?.to_spend();
    Ok(Sums {
        balance: Some(ask.price(balance)),
        total: ask.price(total),
        after: balance.checked_sub(total).map(|after| ask.price(after)),
        shortfall: total.checked_sub(balance).filter(|short| !short.is_zero()).map(|short| ask.price(short)),
    })
}

/// `GET /listing/{id}/buy`
pub(super) async fn confirm(ask: Ask, Path(id): Path<String>, query: Pairs) -> Answer {
    let listing = load(&ask, &id).await?;
    show(&buy_view(&ask, &listing, quantity(&query)).await?)
}

fn quantity(pairs: &Pairs) -> u32 {
    pairs.get("quantity").trim().parse().unwrap_or(1)
}

async fn buy_view(ask: &Ask, listing: &Listing, quantity: u32) -> Result<BuyView, Trouble> {
    let total = listing.price.checked_times(quantity).unwrap_or(Tokens::MAX_MOVED);
    let sums = sums(ask, total).await?;
    let idempotency_key = ask.site.draw_key();
    let key = IdempotencyKey::parse(&idempotency_key).map_err(Trouble::from)?;
    let short = sums.shortfall.as_ref().map(|short| Short {
        missing: short.tokens,
        return_to: format!("{}?quantity={quantity}", routes::Buy::to(listing.id)),
        finishes: Some((
            Intent::Buy { listing: listing.id, quantity, expected_price: listing.price, key },
            format!("Then buy it by itself, if it still costs {} tokens", grouped(total)),
        )),
    });
    Ok(BuyView {
        card_form: at_the_till(ask, short).await?,
        page: ask.own_page("Buy this?").await?,
        id: listing.id,
        title: listing.title.clone(),
        picture: show::cover(listing, Picture::CARD),
        seller: listing.seller_handle.clone(),
        price: ask.price(listing.price),
        quantity,
        sums,
        after_paying: after_paying(ask, listing.kind),
        idempotency_key,
        notice: None,
    })
}

/// `POST /listing/{id}/buy`: the purchase, or only the way to its
/// confirmation, so that the form's token never stands in an address.
pub(super) async fn buy(ask: Ask, Path(id): Path<String>, Posted(form): Posted) -> Answer {
    let listing = load(&ask, &id).await?;
    if form.get("intent") == "ask" {
        return Ok(ask.go(format!("{}?quantity={}", routes::Buy::to(listing.id), quantity(&form))));
    }
    let expected = Tokens::parse(form.get("expected_price")).map_err(|_| Trouble::Unreadable)?;
    let quantity = quantity(&form);
    let key = form.get("idempotency_key");
    match ask.site.store.buy(&ask.actor, listing.id, quantity, expected, key).await {
        Ok(order) => Ok(ask.go(format!("{}?order={order}", routes::Receipt))),
        Err(Error::Refused(Refusal::NotSignedIn)) => Err(Refusal::NotSignedIn.into()),
        Err(Error::Refused(refusal)) => {
            // The page again, as things stand now, with a fresh key: the old
            // one would give the same refusal for ever.
            let mut view = buy_view(&ask, &load(&ask, &id).await?, quantity).await?;
            view.page.path = routes::Buy::to(listing.id).to_string();
            match refusal {
                Refusal::PriceChanged { .. } => view.notice = Some(sentence(&refusal)),
                _ => view.page.problems = vec![Problem { id: None, message: sentence(&refusal) }],
            }
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}
