//! Rows as parts of pages: words for states and kinds, cards, pictures.

use std::fmt::Display;

use domain::listing::ListingKind;
use domain::order::OrderState;
use store::images::{Cover, Image};
use store::listings::Listing;
use store::page::Page;
use store::shelves::Tally;
use store::users::User;

use crate::page::Rate;
use crate::parts::{Card, Crumb, Fragment, Loading, Pager, Picture};
use crate::routes;
use crate::view::listing::SellerCard;
use crate::worth::counted;

/// The width of a picture that browsers get which know no `srcset`.
const USUAL_WIDTH: u32 = 640;

/// A listing as a card.
pub(crate) fn card(listing: &Listing, rate: &Rate) -> Card {
    Card {
        id: listing.id,
        title: listing.title.clone(),
        picture: cover(listing, Picture::CARD),
        price: rate.price(listing.price),
        is_from: listing.kind == ListingKind::Software,
        seller: listing.seller_handle.clone(),
        kind: kind(listing.kind).to_owned(),
        note: scarcity(listing),
        snippet: Vec::new(),
    }
}

/// Listings as cards.
pub(crate) fn cards(listings: &[Listing], rate: &Rate) -> Vec<Card> {
    listings.iter().map(|listing| card(listing, rate)).collect()
}

/// What is worth knowing at a glance about how many are left.
fn scarcity(listing: &Listing) -> Option<String> {
    match listing.quantity {
        Some(0) => Some("Sold out".to_owned()),
        Some(left @ 1..=3) if listing.kind == ListingKind::Goods => Some(format!("{left} left")),
        _ => None,
    }
}

/// A kind of listing, in a word.
pub(crate) const fn kind(kind: ListingKind) -> &'static str {
    match kind {
        ListingKind::Goods => "Goods",
        ListingKind::Service => "Service",
        ListingKind::File => "File",
        ListingKind::Software => "Software",
    }
}

/// A listing's first picture, or its drawing.
pub(crate) fn cover(listing: &Listing, sizes: &'static str) -> Picture {
    match &listing.cover {
        Some(cover) => picture(cover, sizes),
        None => Picture::drawn(listing.id),
    }
}

/// An uploaded picture, described by `alt`.
pub(crate) fn image(image: &Image, sizes: &'static str, alt: String) -> Picture {
    Picture { alt, ..picture(&image.cover(), sizes) }
}

fn picture(cover: &Cover, sizes: &'static str) -> Picture {
    let at = |width: u32| routes::Media::to(format!("{}-{width}.webp", cover.hash));
    let widths: Vec<String> = cover.widths.iter().map(|width| format!("{} {width}w", at(*width))).collect();
    let usual = cover.widths.iter().copied().filter(|width| *width <= USUAL_WIDTH).max();
    let width = usual.or(cover.widths.first().copied()).unwrap_or(cover.width);
    let height = u64::from(cover.height) * u64::from(width) / u64::from(cover.width.max(1));
    Picture {
        src: at(width).to_string(),
        srcset: if widths.len() > 1 { widths.join(", ") } else { String::new() },
        sizes,
        width,
        height: u32::try_from(height).unwrap_or(width).max(1),
        alt: String::new(),
        loading: Loading::Lazy,
    }
}

/// A user as the seller of something.
pub(crate) fn seller(user: &User, tally: Tally) -> SellerCard {
    SellerCard {
        handle: user.handle.as_str().to_owned(),
        name: user.display_name.clone(),
        portrait: routes::Portrait::to(user.id).to_string(),
        since: user.created_at,
        tally: format!(
            "{} on sale · {} sold",
            up_to(tally.on_sale, "listing", "listings"),
            up_to(tally.sales, "order", "orders")
        ),
    }
}

/// A count that was broken off at [`Tally::MOST`], for people.
fn up_to(count: u32, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        Tally::MOST.. => format!("{} {many} and more", counted(u64::from(Tally::MOST))),
        some => format!("{} {many}", counted(u64::from(some))),
    }
}

/// A text as paragraphs; single line breaks stay within them.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Marked stretches of a text, if any of them is marked.
pub(crate) fn fragments(runs: Vec<search::Run>) -> Vec<Fragment> {
    if !runs.iter().any(|run| run.matched) {
        return Vec::new();
    }
    runs.into_iter().map(|run| Fragment { text: run.text, found: run.matched }).collect()
}

/// The ways to the neighbours of a page of rows, keyed by `key`.
pub(crate) fn pager<T, K: Display>(page: &Page<T>, path: &str, key: impl Fn(&T) -> K) -> Pager {
    let sign = if path.contains('?') { '&' } else { '?' };
    let first = page.items.first().filter(|_| page.has_previous);
    let last = page.items.last().filter(|_| page.has_next);
    Pager {
        previous: first.map(|row| format!("{path}{sign}before={}", key(row))),
        next: last.map(|row| format!("{path}{sign}after={}", key(row))),
    }
}

/// A size in bytes, for people: rounded up to tenths above a kilobyte.
pub(crate) fn bytes(size: u64) -> String {
    let (unit, name) = match size {
        0..1_000 => return format!("{size} bytes"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = size.saturating_mul(10).div_ceil(unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// How an order stands, in the buyer's eyes.
pub(crate) const fn state_for_buyer(state: OrderState) -> &'static str {
    match state {
        OrderState::Held => "Your tokens are held. Has everything come? Then confirm it.",
        OrderState::Released => "Done",
        OrderState::Cancelled => "Called off by the seller; the held tokens came back to you",
    }
}

/// How an order stands, in the seller's eyes.
pub(crate) const fn state_for_seller(state: OrderState) -> &'static str {
    match state {
        OrderState::Held => "Paid and held for you: deliver it now",
        OrderState::Released => "Done, you have been paid",
        OrderState::Cancelled => "Called off; the buyer has the held tokens back",
    }
}

/// A link.
pub(crate) fn link(label: impl Into<String>, href: impl ToString) -> Crumb {
    Crumb { label: label.into(), href: href.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_for_people() {
        for (size, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (1_001, "1.1 kB"),
            (4_200_000, "4.2 MB"),
            (u64::MAX, "1844674407.4 GB"),
        ] {
            assert_eq!(bytes(size), text);
        }
    }

    #[test]
    fn empty_lines_part_paragraphs() {
        assert_eq!(paragraphs("a\nb\n\n\n\n c \n\n"), ["a\nb", "c"]);
        assert!(paragraphs(" \n ").is_empty());
    }
}
