//! Samples of the pages where people list and pay.

use domain::id::{CartLineId, ImageId};
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::page::{Flash, Tone};
use crate::parts::Pager;
use crate::view::cart::{CartLine, CartView, OrderLine, ReceiptOrder, ReceiptView, Sums};
use crate::view::listing::BuyView;
use crate::view::sell::{
    Artifact, FeePreview, MyListingsView, NextStep, OwnListing, SellForm, SellView, Uploaded,
};

pub(super) fn enough() -> Sums {
    Sums { balance: Some(price("1250")), total: price("135"), after: Some(price("1115")), shortfall: None }
}

pub(super) fn short() -> Sums {
    Sums {
        balance: Some(price("15.0025")),
        total: price("135"),
        after: None,
        shortfall: Some(price("119.9975")),
    }
}

pub(super) fn unknown() -> Sums {
    Sums { balance: None, total: price("135"), after: None, shortfall: None }
}

impl Samples for BuyView {
    const TEMPLATE: &'static str = "buy";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Buy", "/listing/1/buy?quantity=3", "1250"),
            id: listing(1),
            title: TITLES[1].to_owned(),
            picture: picture(1),
            seller: "hedge-and-sons".to_owned(),
            price: price("45"),
            quantity: 3,
            sums: enough(),
            after_paying: "Your tokens are held until you confirm that it has come, at most 14 days."
                .to_owned(),
            idempotency_key: key(),
            notice: None,
            card_form: None,
        };
        let short_one = Self {
            sums: short(),
            card_form: Some(super::topup::card_form()),
            notice: Some("The price has changed: it is 45 tokens now.".to_owned()),
            ..usual.clone()
        };
        let stranger = Self {
            page: visitor("Buy", "/listing/1/buy?quantity=3"),
            sums: unknown(),
            title: format!("{LONG} {HOSTILE}"),
            seller: HOSTILE.to_owned(),
            ..usual.clone()
        };
        vec![("usual", usual), ("short", short_one), ("visitor", stranger)]
    }
}

fn fee_preview() -> FeePreview {
    FeePreview {
        price: price("260"),
        fee: price("13"),
        receive: price("247"),
        rule: "5 % of the price (the default rule).".to_owned(),
    }
}

impl Samples for SellView {
    const TEMPLATE: &'static str = "sell";

    fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            page: user("Sell something", "/sell", "1250"),
            listing: None,
            on_sale: false,
            quantity_was: String::new(),
            form: SellForm::default(),
            kinds: vec![
                chosen("goods", "Goods", None),
                choice("service", "A service", None),
                choice("file", "A file", None),
            ],
            categories: categories(),
            conditions: vec![
                choice("", "Not said", None),
                choice("new", "New", None),
                choice("good", "Good", None),
            ],
            pictures: vec![],
            artifact: None,
            fee: None,
        };
        let mut full = empty.clone();
        full.listing = Some(listing(1));
        full.on_sale = true;
        full.pictures =
            (0..10).map(|n| Uploaded { id: ImageId::new(Uuid::from_u128(n)), picture: picture(n) }).collect();
        full.artifact = Some(Artifact { name: "towpaths.pdf".to_owned(), size: "4.2 MB".to_owned() });
        full.fee = Some(fee_preview());
        full.form.title.value = TITLES[5].to_owned();
        full.form.price.value = "260".to_owned();
        full.form.description.value = "Chipped at the spout.\n\nPours well.".to_owned();
        let mut refused = full.clone();
        refused.on_sale = false;
        refused.pictures.truncate(2);
        refused.form.title.value = HOSTILE.to_owned();
        refused.form.description.value = format!("</textarea>{HOSTILE}");
        spoil(&mut refused.page, &mut refused.form);
        vec![("empty", empty), ("full", full), ("refused", refused)]
    }
}

impl Samples for MyListingsView {
    const TEMPLATE: &'static str = "my_listings";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |n: usize, step| OwnListing {
            id: card(n).id,
            title: card(n).title,
            picture: card(n).picture,
            price: card(n).price,
            state: "On sale".to_owned(),
            stock: "3 left, 17 sold".to_owned(),
            is_software: n == 3,
            step,
        };
        let full = Self {
            page: user("My listings", "/listings", "1250"),
            tabs: vec![
                chosen("/listings", "All", Some(10_004)),
                choice("/listings?shelf=on-sale", "On sale", Some(10_000)),
                choice("/listings?shelf=sold-out", "Sold out", Some(0)),
                choice("/listings?shelf=drafts", "Drafts", Some(3)),
                choice("/listings?shelf=withdrawn", "Withdrawn", Some(1)),
            ],
            rows: vec![
                row(1, NextStep::Withdraw),
                row(2, NextStep::Publish),
                row(3, NextStep::Publish),
                OwnListing { title: format!("{LONG} {HOSTILE}"), ..row(4, NextStep::Withdraw) },
            ],
            pager: Pager { previous: None, next: Some("/listings?after=x".to_owned()) },
        };
        let empty = Self { rows: vec![], pager: Pager::default(), ..full.clone() };
        vec![("full", full), ("empty", empty)]
    }
}

fn cart_line(n: usize, most: u32) -> CartLine {
    let card = card(n);
    CartLine {
        id: CartLineId::new(Uuid::from_u128(u128::try_from(n).unwrap())),
        listing: card.id,
        title: card.title,
        picture: card.picture,
        seller: card.seller,
        subtotal: card.price.clone(),
        price: card.price,
        quantity: 1,
        most,
        notice: None,
    }
}

impl Samples for CartView {
    const TEMPLATE: &'static str = "cart";

    fn samples() -> Vec<(&'static str, Self)> {
        let mut changed = cart_line(2, 9);
        changed.notice = Some("The price has changed from 1,600 tokens.".to_owned());
        let full = Self {
            page: user("Cart", "/cart", "1250"),
            lines: vec![cart_line(1, 3), changed, cart_line(4, 1)],
            sums: enough(),
            payable: true,
            sellers: 3,
            card_form: None,
            idempotency_key: key(),
        };
        let empty =
            Self { lines: vec![], page: visitor("Cart", "/cart"), sums: Sums::default(), ..full.clone() };
        let stranger = Self { page: visitor("Cart", "/cart"), sums: unknown(), ..full.clone() };
        let blocked = Self { payable: false, ..full.clone() };
        let mut lacking = Self {
            sums: short(),
            page: extreme("Cart", "/cart"),
            card_form: Some(super::topup::card_form()),
            ..full.clone()
        };
        lacking.lines.push(CartLine {
            title: format!("{LONG} {HOSTILE}"),
            seller: HOSTILE.to_owned(),
            subtotal: price("123456789.0125"),
            notice: Some("Only 2 left.".to_owned()),
            ..cart_line(7, 2)
        });
        vec![
            ("full", full),
            ("empty", empty),
            ("visitor", stranger),
            ("blocked", blocked),
            ("short", lacking),
        ]
    }
}

/// A line of an order.
pub(super) fn order_line(n: usize, download: bool) -> OrderLine {
    let card = card(n);
    OrderLine {
        listing: card.id,
        title: card.title,
        quantity: 2,
        subtotal: card.price.clone(),
        price: card.price,
        download,
    }
}

impl Samples for ReceiptView {
    const TEMPLATE: &'static str = "receipt";

    fn samples() -> Vec<(&'static str, Self)> {
        let part = |n: u128, seller: &str, lines: Vec<OrderLine>| {
            ReceiptOrder {
            id: order(n),
            seller: seller.to_owned(),
            lines,
            total: price("135"),
            next: "The seller sends it now. When it has come, confirm it on the order’s page, and the seller is paid.".to_owned(),
            releases_at: Some(at(20_160)),
        }
        };
        let mut page = user("Bought", "/receipt", "1115");
        page.flash = Some(Flash { tone: Tone::Good, message: "Paid. Two orders were made.".to_owned() });
        let file = ReceiptOrder {
            next: "The file is in your library.".to_owned(),
            releases_at: None,
            ..part(2, "old-mill-11", vec![order_line(4, true)])
        };
        let full = Self {
            page,
            at: at(0),
            orders: vec![part(1, "hedge-and-sons", vec![order_line(1, false), order_line(3, false)]), file],
            total: price("270"),
            balance: price("1115"),
        };
        let hostile = Self {
            page: extreme("Bought", "/receipt"),
            orders: vec![part(
                3,
                HOSTILE,
                vec![OrderLine {
                    title: format!("{LONG} {HOSTILE}"),
                    subtotal: price("123456789.0125"),
                    ..order_line(1, false)
                }],
            )],
            balance: price("0"),
            ..full.clone()
        };
        vec![("full", full), ("extreme", hostile)]
    }
}
