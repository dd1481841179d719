//! Samples of the pages where people look around.

use domain::tokens::Tokens;

use super::Samples;
use super::world::*;
use crate::form::Field;
use crate::parts::{Card, Pager, Picture};
use crate::routes;
use crate::view::home::{CategoryTile, HomeView};
use crate::view::listing::{Availability, ListingView, Till};
use crate::view::search::{Chip, Facet, Histogram, PriceStep, SearchView};
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
        till: None,
        availability: Availability::Left(3),
        after_paying: "Your tokens are held until you confirm that it has come, at most 14 days.".to_owned(),
        seller: seller("hedge-and-sons"),
        tags: vec![link("wool", "/search?tag=wool"), link("knitted", "/search?tag=knitted"), link("winter", "/search?tag=winter")],
        listed_at: at(-9_000),
        sold: 17,
        quantity: Field::new("quantity"),
        ways: vec![],
        newest: None,
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
        let short = ListingView {
            till: Some(Till { missing: tokens("120"), form: super::topup::card_form() }),
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
        let software = ListingView {
            kind: "Software".to_owned(),
            condition: None,
            availability: Availability::Unlimited,
            ways: super::wares::ways(),
            newest: Some(super::wares::newest()),
            ..listed()
        };
        let own_software = ListingView { availability: Availability::Own, ..software.clone() };
        let others = states.map(|(name, availability)| (name, ListingView { availability, ..bare.clone() }));
        [
            ("usual", usual),
            ("short", short),
            ("extreme", extreme_one),
            ("software", software),
            ("own-software", own_software),
        ]
        .into_iter()
        .chain(others)
        .collect()
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

#[test]
fn a_photo_offers_its_widths() {
    let html = photo("A wren").to_string();
    assert!(html.contains(r#"srcset="/image/photo-320.webp 320w"#) && html.contains(r#"alt="A wren""#));
    assert!(Picture::drawn(listing(1)).to_string().contains(&routes::Art::to(listing(1)).to_string()));
}
