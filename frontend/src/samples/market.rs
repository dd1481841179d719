//! Samples of the pages where people look, list and pay.

use domain::id::{CartLineId, ImageId};
use domain::tokens::Tokens;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::form::Field;
use crate::page::{Flash, Tone};
use crate::parts::{Card, Pager, Picture};
use crate::routes;
use crate::view::cart::{CartLine, CartView, OrderLine, ReceiptOrder, ReceiptView, Sums};
use crate::view::home::{CategoryTile, HomeView};
use crate::view::listing::{Availability, BuyView, ListingView};
use crate::view::search::{Chip, Facet, Histogram, PriceStep, SearchView};
use crate::view::sell::{
    Artifact, FeePreview, MyListingsView, NextStep, OwnListing, SellForm, SellView, Uploaded,
};
use crate::view::storefront::StorefrontView;

impl Samples for HomeView {
    const TEMPLATE: &'static str = "home";

    fn samples() -> Vec<(&'static str, Self)> {
        let tile = |label: &str, count| CategoryTile {
            label: label.to_owned(),
            count,
            href: "/search?category=1".to_owned(),
        };
        let names = [
            "Home and kitchen",
            "Clothes",
            "Garden",
            "Books and maps",
            "Music",
            "Making and mending",
            "Lessons",
            "Software",
            "Pictures",
            "Anything else",
        ];
        let counts = [1_204, 873, 411, 2_960, 318, 702, 95, 158_699, 640, 0];
        let full = Self {
            page: visitor("", "/"),
            listings_total: 165_902,
            welcome: Some(Tokens::whole(50)),
            categories: names.into_iter().zip(counts).map(|(name, count)| tile(name, count)).collect(),
            newest: cards(10),
            popular: cards(5).into_iter().rev().collect(),
        };
        let empty = Self {
            categories: vec![],
            newest: vec![],
            popular: vec![],
            listings_total: 0,
            page: user("", "/", "0"),
            welcome: None,
        };
        let extreme = Self {
            page: extreme("", "/"),
            newest: vec![hostile_card(1), card(2)],
            categories: vec![tile(HOSTILE, 10_000), tile(LONG, 1)],
            ..full.clone()
        };
        vec![("full", full), ("empty", empty), ("extreme", extreme)]
    }
}

fn found(results: Vec<Card>) -> SearchView {
    let facet = |label: &str, count, current| Facet {
        label: label.to_owned(),
        count: Some(count),
        href: "/search?category=1".to_owned(),
        current,
    };
    let counts = [3, 40, 210, 388, 240, 160, 90, 70, 30, 22, 9, 14, 3, 0, 1, 2];
    let steps: Vec<_> =
        (0..).zip(counts).map(|(n, count)| PriceStep { from: Tokens::whole(n * 25), count }).collect();
    let mut page = user("Search", "/search?q=wren&kind=goods", "1250");
    page.query = "wren".to_owned();
    SearchView {
        page,
        total: 1_284,
        results,
        pager: Pager {
            previous: Some("/search?before=a".to_owned()),
            next: Some("/search?after=b".to_owned()),
        },
        chips: vec![
            Chip { label: "Goods".to_owned(), remove: "/search?q=wren".to_owned() },
            Chip { label: "From 75 tokens".to_owned(), remove: "/search?q=wren".to_owned() },
            Chip { label: "wool".to_owned(), remove: "/search?q=wren".to_owned() },
        ],
        clear: "/search?q=wren".to_owned(),
        category: "3".to_owned(),
        categories: vec![
            facet("All categories", 1_284, false),
            facet("Making and mending", 402, true),
            facet("Clothes", 380, false),
            facet("Pictures", 96, false),
        ],
        kinds: vec![
            chosen("goods", "Goods", Some(1_102)),
            choice("service", "Services", Some(120)),
            choice("file", "Files", Some(62)),
        ],
        tags: vec![
            chosen("wool", "wool", Some(88)),
            choice("oak", "oak", Some(41)),
            choice("vintage", "vintage", Some(12)),
        ],
        seller: String::new(),
        price_min: Field::new("min").with("75"),
        price_max: Field::new("max"),
        histogram: Histogram::of(&steps, |price| price >= Tokens::whole(75)),
        in_stock: true,
        sorts: vec![
            chosen("", "Best match", None),
            choice("newest", "Newest", None),
            choice("price_up", "Price, low to high", None),
            choice("price_down", "Price, high to low", None),
        ],
        did_you_mean: None,
        suggestions: vec![],
    }
}

impl Samples for SearchView {
    const TEMPLATE: &'static str = "search";

    fn samples() -> Vec<(&'static str, Self)> {
        let many = Self { total: 10_000, ..found(cards(24)) };
        let mut none = found(vec![]);
        none.total = 0;
        none.page = visitor("Search", "/search?q=wrren");
        none.page.query = "wrren".to_owned();
        none.did_you_mean = Some(link("wren", "/search?q=wren"));
        none.suggestions = vec![link("teapot", "/search?q=teapot"), link("piano tuning", "/search?q=piano")];
        none.histogram = None;
        none.chips = vec![];
        none.tags = vec![];
        let mut extreme_one = found(vec![hostile_card(1), hostile_card(2), card(3)]);
        extreme_one.page = extreme("Search", "/search?q=%3Cscript%3E");
        extreme_one.chips.push(Chip { label: format!("{LONG} {HOSTILE}"), remove: "/search".to_owned() });
        extreme_one.seller = HOSTILE.to_owned();
        extreme_one.price_min =
            Field::new("min").with(HOSTILE).refused("an amount is written in digits, such as 12 or 9.5");
        extreme_one.price_max =
            Field { id: "price_max", ..Field::new("max").refused("the amount is too large") };
        let mut views = [many, none, extreme_one];
        for view in &mut views {
            view.price_min.id = "price_min";
            view.price_max.id = "price_max";
        }
        ["many", "none", "extreme"].into_iter().zip(views).collect()
    }
}

fn listed() -> ListingView {
    ListingView {
        page: user("Hand-knitted mittens in undyed wool", "/listing/1", "1250"),
        id: listing(1),
        crumbs: vec![link("Everything", "/search"), link("Clothes", "/search?category=2"), link("Gloves and mittens", "/search?category=21")],
        title: TITLES[1].to_owned(),
        kind: "Goods".to_owned(),
        condition: Some("New".to_owned()),
        description: vec![
            "Warm mittens from the wool of our own four sheep, spun and knitted at the kitchen table. They are thick enough for a frosty morning and soft enough to forget that one wears them.".to_owned(),
            "Size: fits a hand of 18 to 21 cm around the palm.\nWash by hand, dry flat.".to_owned(),
            "Sent in paper, without plastic.".to_owned(),
        ],
        pictures: vec![picture(1), picture(11), picture(12)],
        price: price("45"),
        availability: Availability::Left(3),
        after_paying: "Your tokens are held until you confirm that it has come, at most 14 days.".to_owned(),
        seller: seller("hedge-and-sons"),
        tags: vec![link("wool", "/search?tag=wool"), link("knitted", "/search?tag=knitted"), link("winter", "/search?tag=winter")],
        listed_at: at(-9_000),
        sold: 17,
        quantity: Field::new("quantity"),
        more: cards(5),
    }
}

impl Samples for ListingView {
    const TEMPLATE: &'static str = "listing";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = listed();
        let extreme_one = ListingView {
            page: extreme(LONG, "/listing/2"),
            title: format!("{LONG} {HOSTILE}"),
            description: vec![HOSTILE.to_owned(), LONG.repeat(8)],
            price: price("123456789.0125"),
            pictures: vec![picture(2)],
            tags: vec![link(HOSTILE, "/search?tag=x"), link(LONG, "/search?tag=y")],
            quantity: Field::new("quantity").with("99").refused("Only 3 left."),
            more: vec![],
            ..listed()
        };
        let bare = ListingView {
            description: vec![],
            tags: vec![],
            condition: None,
            sold: 0,
            more: vec![],
            pictures: vec![picture(5)],
            page: visitor("Map", "/listing/5"),
            ..listed()
        };
        let states = [
            ("unlimited", Availability::Unlimited),
            ("sold-out", Availability::SoldOut),
            ("withdrawn", Availability::Withdrawn),
            ("draft", Availability::Draft),
            ("own", Availability::Own),
            ("bought", Availability::Bought),
        ];
        let others = states.map(|(name, availability)| (name, ListingView { availability, ..bare.clone() }));
        [("usual", usual), ("extreme", extreme_one)].into_iter().chain(others).collect()
    }
}

fn enough() -> Sums {
    Sums { balance: Some(price("1250")), total: price("135"), after: Some(price("1115")), shortfall: None }
}

fn short() -> Sums {
    Sums {
        balance: Some(price("15.0025")),
        total: price("135"),
        after: None,
        shortfall: Some(price("119.9975")),
    }
}

fn unknown() -> Sums {
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
        };
        let short_one = Self {
            sums: short(),
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
            step,
        };
        let full = Self {
            page: user("My listings", "/listings", "1250"),
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

impl Samples for StorefrontView {
    const TEMPLATE: &'static str = "storefront";

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            page: user("Hedge & Sons", "/u/hedge-and-sons", "1250"),
            seller: seller("hedge-and-sons"),
            about: vec![
                "We live at the edge of the wood and make what the seasons give us.".to_owned(),
                "Sent twice a week.".to_owned(),
            ],
            listings: cards(9),
            pager: Pager::default(),
        };
        let mut empty = Self {
            about: vec![],
            listings: vec![],
            page: visitor("quiet-wren-4821", "/u/quiet-wren-4821"),
            ..full.clone()
        };
        empty.seller.name = None;
        let mut hostile = Self {
            page: extreme("x", "/u/x"),
            about: vec![HOSTILE.to_owned(), LONG.to_owned()],
            listings: vec![hostile_card(3)],
            ..full.clone()
        };
        hostile.seller.name = Some(format!("{HOSTILE} {LONG}"));
        vec![("full", full), ("empty", empty), ("extreme", hostile)]
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
            idempotency_key: key(),
        };
        let empty =
            Self { lines: vec![], page: visitor("Cart", "/cart"), sums: Sums::default(), ..full.clone() };
        let stranger = Self { page: visitor("Cart", "/cart"), sums: unknown(), ..full.clone() };
        let blocked = Self { payable: false, ..full.clone() };
        let mut lacking = Self { sums: short(), page: extreme("Cart", "/cart"), ..full.clone() };
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

#[test]
fn a_photo_offers_its_widths() {
    let html = photo("A wren").to_string();
    assert!(html.contains(r#"srcset="/image/photo-320.webp 320w"#) && html.contains(r#"alt="A wren""#));
    assert!(Picture::drawn(listing(1)).to_string().contains(&routes::Art::to(listing(1)).to_string()));
}
