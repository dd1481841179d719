//! The cart and paying for it.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::header;
use axum::response::Response;
use domain::access::Actor;
use domain::id::{CartLineId, ListingId};
use domain::refusal::Refusal;
use domain::text::IdempotencyKey;
use domain::time::Seconds;
use domain::tokens::Tokens;
use domain::topup::Intent;
use store::Error;
use store::cart::CartLine as Line;

use super::topup::{Short, at_the_till};
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Problem;
use crate::page::Tone;
use crate::parts::Picture;
use crate::posted::Posted;
use crate::site::hex;
use crate::trouble::{Trouble, sentence};
use crate::view::cart::{CartLine, CartView, Sums};
use crate::worth::grouped;
use crate::{cookies, routes, show};

/// A visitor's cart is kept as long as the store keeps it.
const VISITOR_LASTS: Seconds = Seconds::days(30);

/// `GET /cart`
pub(super) async fn cart(ask: Ask) -> Answer {
    show(&view(&ask).await?)
}

async fn view(ask: &Ask) -> Result<CartView, Trouble> {
    let cart = ask.site.store.cart(&ask.actor).await?;
    let known = ask.actor.user_id().is_some();
    let price = |tokens: Tokens| ask.price(tokens);
    let suffices = cart.shortfall.is_zero();
    let payable = cart.lines.iter().all(|line| line.is_available);
    let idempotency_key = ask.site.draw_key();
    let key = IdempotencyKey::parse(&idempotency_key).map_err(Trouble::from)?;
    let short = (!suffices && payable).then(|| Short {
        missing: cart.shortfall,
        return_to: routes::Cart.to_string(),
        finishes: Some((
            Intent::Checkout { expected_total: cart.total, key },
            format!("Then pay for the cart by itself, if it still costs {} tokens", grouped(cart.total)),
        )),
    });
    let card_form = at_the_till(ask, short).await?;
    let sellers: BTreeSet<_> = cart.lines.iter().map(|line| line.listing.seller).collect();
    Ok(CartView {
        page: ask.own_page("Cart").await?,
        sums: Sums {
            balance: known.then(|| price(cart.balance)),
            total: price(cart.total),
            after: (known && suffices).then(|| price(cart.balance_after)),
            shortfall: (known && !suffices).then(|| price(cart.shortfall)),
        },
        payable,
        card_form,
        sellers: u32::try_from(sellers.len()).unwrap_or(u32::MAX),
        lines: cart.lines.iter().map(|line| line_view(ask, line)).collect(),
        idempotency_key,
    })
}

fn line_view(ask: &Ask, line: &Line) -> CartLine {
    let listing = &line.listing;
    CartLine {
        id: line.id,
        listing: listing.id,
        title: listing.title.clone(),
        picture: show::cover(listing, Picture::CARD),
        seller: listing.seller_handle.clone(),
        price: ask.price(listing.price),
        quantity: line.quantity,
        // What is asked for may be more than is left: the field shows it.
        most: if listing.kind.is_instant() { 1 } else { listing.quantity.unwrap_or(99).max(line.quantity) },
        subtotal: ask.price(line.total),
        notice: notice(ask, line),
    }
}

/// What changed since the line was put in, or why it cannot be bought.
fn notice(ask: &Ask, line: &Line) -> Option<String> {
    let listing = &line.listing;
    if Some(listing.seller) == ask.actor.user_id() {
        return Some(Refusal::OwnListing.to_string());
    }
    if !line.is_available {
        return Some(match listing.quantity {
            Some(left) if left < line.quantity => {
                Refusal::OutOfStock { listing: listing.id, left }.to_string()
            }
            _ => Refusal::NotForSale { listing: listing.id }.to_string(),
        });
    }
    (line.price_shown != listing.price).then(|| {
        format!("The price has changed: it was {} tokens when you put this here.", grouped(line.price_shown))
    })
}

/// `POST /cart`
pub(super) async fn add(mut ask: Ask, Posted(form): Posted) -> Answer {
    let listing = super::id(form.get("listing_id"), ListingId::new, "listing")?;
    let quantity = form.get("quantity").trim().parse().unwrap_or(1);
    let drawn = draw_visitor(&mut ask);
    let mut response = match ask.site.store.add_to_cart(&ask.actor, listing, quantity).await {
        Ok(_) => ask.go_saying(routes::Cart, Tone::Good, "It is in your cart."),
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => return Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            ask.go_saying(routes::Listing::to(listing), Tone::Bad, &sentence(&refusal))
        }
        Err(error) => return Err(error.into()),
    };
    keep_visitor(&ask, drawn, &mut response);
    Ok(response)
}

/// Gives somebody without account and cart a token to keep one.
fn draw_visitor(ask: &mut Ask) -> Option<String> {
    if ask.actor != Actor::Visitor(None) {
        return None;
    }
    let token = hex(&ask.site.store.world().random::<16>());
    ask.actor = Actor::Visitor(Some(cookies::visitor_id(&ask.site.store, &token)));
    Some(token)
}

fn keep_visitor(ask: &Ask, drawn: Option<String>, response: &mut Response) {
    if let Some(token) = drawn {
        let cookie = cookies::set(cookies::VISITOR, &token, VISITOR_LASTS, ask.site.is_secure());
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// `POST /cart/{id}`
pub(super) async fn change(ask: Ask, Path(id): Path<String>, Posted(form): Posted) -> Answer {
    let line = super::id(&id, CartLineId::new, "line in your cart")?;
    let store = &ask.site.store;
    let changed = match form.get("intent") {
        "remove" => store.remove_from_cart(&ask.actor, line).await,
        _ => match form.get("quantity").trim().parse() {
            Ok(quantity) => store.set_cart_quantity(&ask.actor, line, quantity).await,
            Err(_) => Err(Refusal::invalid("quantity", "a quantity is a whole number").into()),
        },
    };
    match changed {
        Ok(_) => Ok(ask.go(routes::Cart)),
        Err(Error::Refused(refusal)) => Ok(ask.go_saying(routes::Cart, Tone::Bad, &sentence(&refusal))),
        Err(error) => Err(error.into()),
    }
}

/// `POST /checkout`
pub(super) async fn checkout(ask: Ask, Posted(form): Posted) -> Answer {
    let expected = Tokens::parse(form.get("expected_total")).map_err(|_| Trouble::Unreadable)?;
    match ask.site.store.checkout(&ask.actor, expected, form.get("idempotency_key")).await {
        Ok(orders) => {
            let query: Vec<String> = orders.iter().map(|order| format!("order={order}")).collect();
            Ok(ask.go(format!("{}?{}", routes::Receipt, query.join("&"))))
        }
        Err(Error::Refused(Refusal::NotSignedIn)) => Err(Refusal::NotSignedIn.into()),
        Err(Error::Refused(refusal)) => {
            let mut view = view(&ask).await?;
            view.page.path = routes::Cart.to_string();
            view.page.problems = vec![Problem { id: None, message: sentence(&refusal) }];
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}
