//! People and things that the samples share.

use domain::id::{ListingId, OrderId, UserId};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use uuid::Uuid;

use crate::form::Form;
use crate::page::{Flash, Me, Page, Rate, Tone, Viewer};
use crate::parts::{Card, Choice, Crumb, Fragment, Loading, Picture, Price};
use crate::routes;
use crate::view::listing::SellerCard;

/// Text of somebody who means no good.
pub(super) const HOSTILE: &str = r#"<script>alert("wren")</script> & '"><img src=x onerror=alert(1)>"#;

/// A title without end and without a space.
pub(super) const LONG: &str = "An extraordinarily long title of a thing that its seller could not describe in fewer words, in_one_word_even_ExtraordinarilyLongWithoutAnySpaceToBreakAt, and on it goes";

/// Things on sale, for cards and lines.
pub(super) const TITLES: [&str; 12] = [
    "Oak stool, three-legged, made from a fallen branch",
    "Hand-knitted mittens in undyed wool",
    "One hour of piano tuning",
    "Sourdough starter, twelve years old",
    "Map of the old canal towpaths (PDF)",
    "Blue enamel teapot, slightly chipped",
    "Proofreading, up to ten pages",
    "Seedlings: black tomato, six pots",
    "Linocut print of a wren in a hedge",
    "Recorder, pear wood, in its case",
    "Sound pack: rain on four kinds of roof",
    "Bicycle lamp with dynamo, restored",
];

pub(super) fn rate() -> Rate {
    Rate { price_micros: 10_000, currency: "USD".to_owned() }
}

pub(super) fn tokens(text: &str) -> Tokens {
    Tokens::parse(text).unwrap()
}

pub(super) fn price(text: &str) -> Price {
    rate().price(tokens(text))
}

pub(super) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_795_435_500_000 + minutes * 60_000)
}

pub(super) fn listing(n: u128) -> ListingId {
    ListingId::new(Uuid::from_u128(n))
}

pub(super) fn order(n: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(0x0197_5d2e_0000_7000_8000_0000_0000_0000 + n))
}

pub(super) fn key() -> String {
    "0197f2c0-5b9e-7f57-ae50-4b60bb1c2f2a".to_owned()
}

/// The frame for somebody without an account.
pub(super) fn visitor(title: &str, path: &str) -> Page {
    Page {
        vendor: "Wrenfield Market".to_owned(),
        token_name: "tokens".to_owned(),
        title: title.to_owned(),
        description: "A small market where people trade goods, services and files for tokens.".to_owned(),
        origin: "https://market.example".to_owned(),
        path: path.to_owned(),
        csrf: "c2FtcGxl".to_owned(),
        ..Page::default()
    }
}

/// The frame for a user with `balance`.
pub(super) fn user(title: &str, path: &str, balance: &str) -> Page {
    let me = Me { handle: "quiet-wren-4821".to_owned(), balance: price(balance), staff: false };
    Page { viewer: Viewer::User(me), cart_count: 2, ..visitor(title, path) }
}

/// The frame for somebody of the vendor's.
pub(super) fn staff(title: &str, path: &str) -> Page {
    let me = Me { handle: "market-office".to_owned(), balance: price("0"), staff: true };
    Page { viewer: Viewer::User(me), ..visitor(title, path) }
}

/// The frame of a rich user with a long name and a full cart, after something
/// went wrong.
pub(super) fn extreme(title: &str, path: &str) -> Page {
    let me = Me {
        handle: "exceedingly-long-handle-of-32-chars".to_owned(),
        balance: price("123456789.0125"),
        staff: true,
    };
    Page {
        viewer: Viewer::User(me),
        cart_count: 128,
        query: HOSTILE.to_owned(),
        flash: Some(Flash { tone: Tone::Bad, message: format!("That did not work: {HOSTILE}") }),
        ..visitor(title, path)
    }
}

/// Puts something wrong on every field and on the form, and on the page.
pub(super) fn spoil(page: &mut Page, form: &mut dyn Form) {
    for field in form.fields_mut() {
        field.error = Some(format!("Something is wrong with “{}”.", field.name));
    }
    *form.refusal_mut() = Some("The market is very busy. Nothing was done; try again.".to_owned());
    page.problems.extend(form.problems());
}

pub(super) fn picture(n: u128) -> Picture {
    Picture::drawn(listing(n))
}

pub(super) fn photo(alt: &str) -> Picture {
    Picture {
        src: "/image/photo-640.webp".to_owned(),
        srcset: "/image/photo-320.webp 320w, /image/photo-640.webp 640w".to_owned(),
        sizes: Picture::STAGE,
        width: 640,
        height: 427,
        alt: alt.to_owned(),
        loading: Loading::Eager,
    }
}

pub(super) fn card(n: usize) -> Card {
    let id = u128::try_from(n).unwrap();
    Card {
        id: listing(id),
        title: TITLES[n % TITLES.len()].to_owned(),
        picture: picture(id),
        price: price(
            ["120", "45", "1800", "9.5025", "3", "260", "75", "18", "150", "2400", "12", "640"][n % 12],
        ),
        is_from: n == 7,
        seller: ["quiet-wren-4821", "amber-finch-77", "hedge-and-sons", "old-mill-11"][n % 4].to_owned(),
        kind: ["Goods", "Goods", "Service", "Goods", "File"][n % 5].to_owned(),
        note: (n % 7 == 1).then(|| "2 left".to_owned()),
        snippet: Vec::new(),
    }
}

pub(super) fn cards(count: usize) -> Vec<Card> {
    (0..count).map(card).collect()
}

/// A card whose every text is against us.
pub(super) fn hostile_card(n: u128) -> Card {
    Card {
        id: listing(n),
        title: format!("{LONG} {HOSTILE}"),
        picture: picture(n),
        price: price("123456789.0125"),
        is_from: false,
        seller: HOSTILE.to_owned(),
        kind: "Goods".to_owned(),
        note: Some("Sold out".to_owned()),
        snippet: vec![
            Fragment { text: "made of ".to_owned(), found: false },
            Fragment { text: HOSTILE.to_owned(), found: true },
            Fragment { text: format!(" and {LONG}"), found: false },
        ],
    }
}

pub(super) fn choice(value: &str, label: &str, count: Option<u64>) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: false, count }
}

pub(super) fn chosen(value: &str, label: &str, count: Option<u64>) -> Choice {
    Choice { chosen: true, ..choice(value, label, count) }
}

pub(super) fn link(label: &str, href: &str) -> Crumb {
    Crumb { label: label.to_owned(), href: href.to_owned() }
}

pub(super) fn seller(handle: &str) -> SellerCard {
    SellerCard {
        handle: handle.to_owned(),
        name: Some("Hedge & Sons".to_owned()),
        portrait: routes::Portrait::to(UserId::new(Uuid::from_u128(7))).to_string(),
        since: at(-300_000),
        tally: "14 listings on sale · 1,000 orders and more sold".to_owned(),
    }
}

pub(super) fn categories() -> Vec<Choice> {
    vec![
        choice("", "Choose one", None),
        choice("1", "Home", None),
        chosen("2", "Home › Kitchen", None),
        choice("3", "Making and mending", None),
        choice("4", "Music › Instruments", None),
    ]
}
