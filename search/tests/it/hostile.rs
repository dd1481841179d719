//! Whatever is typed, filtered or listed: never a panic, never a fault, and
//! the same total on every way to it.

use domain::tokens::Tokens;
use proptest::prelude::*;
use search::{Filter, Query, Sort, Window};

use crate::market::{Market, NOW, ask, listing, numbers, put};

fn sort() -> impl Strategy<Value = Sort> {
    prop::sample::select(vec![
        Sort::Relevance,
        Sort::Newest,
        Sort::PriceAscending,
        Sort::PriceDescending,
        Sort::Rating,
    ])
}

/// Texts made of what the parser and the index know, and of anything.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "lamp",
        "lamps",
        "lmap",
        "red",
        "the",
        "\"",
        "-",
        " ",
        " ",
        "c++",
        "node.js",
        "wi-fi",
        "日本",
        "é",
        "desk-lamp",
        "\"red lamp\"",
        "-red",
        "a",
        "lampshadee",
        "0001",
        "\u{0}",
        "*",
        "~",
        "(",
        "AND",
        "OR",
        "\u{301}",
        "ß",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat()),
        ".{0,60}",
        "[a-z\"\\- ]{0,60}",
    ]
}

fn corpus() -> Market {
    let market = Market::of(&[
        listing(1, "Red desk-lamp", "A lamp. 0001", &["lighting", "red"]),
        listing(2, "Lamps & shades", "Also c++ and node.js over wi-fi", &["é"]),
        listing(3, "日本語 \u{0} ß", "\u{301}\u{301} ...", &[""]),
        listing(4, "", "", &[]),
    ]);
    put(&market.search, &[listing(5, "Lamp the second", "red red red", &["lighting"])]);
    market
}

#[test]
fn any_query_is_answered() {
    let market = corpus();
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (text(), sort(), any::<(bool, bool, bool)>(), 0u32..30, "[a-z/\u{0}]{0,6}", 0u32..4);
    proptest!(config, |((text, sort, (facets, explain, in_stock), price, value, size) in strategy)| {
        let filter = Filter {
            category: if price % 3 == 0 { vec![value.clone()] } else { vec![] },
            price_max: (price > 10).then(|| Tokens::whole(price)),
            kinds: if price % 5 == 0 { vec![value.clone()] } else { vec![] },
            tags: if price % 7 == 0 { vec![value] } else { vec![] },
            in_stock,
            ..Filter::default()
        };
        let query = Query { text: text.clone(), filter, sort, window: Window::First(size, None), now: NOW, facets, explain };
        let first = market.page(query.clone());
        let shown = u32::try_from(first.hits.len()).unwrap();
        prop_assert!(shown <= size && shown <= first.total_count);
        let last = market.page(Query { window: Window::Last(100, None), ..query });
        prop_assert_eq!(first.total_count, last.total_count);
        prop_assert_eq!(numbers(&first), numbers(&last)[..first.hits.len()].to_vec());
        let _ = first.highlighter.mark(&text);
        market.search.suggest(&text, 5).unwrap();
    });
}

#[test]
fn any_listing_can_be_put_in_and_is_found_by_its_title() {
    let market = Market::of(&[]);
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(title in "\\PC{0,40}", description in ".{0,200}", tag in ".{0,40}", word in "[a-z]{4,10}")| {
        let document = listing(1, &format!("{title} {word}"), &description, &[&tag, &tag]);
        put(&market.search, &[document]);
        prop_assert_eq!(market.found(&format!("{word} ")), [1]);
        let page = market.page(ask(&title.chars().take(40).collect::<String>()));
        prop_assert!(page.total_count <= 1);
    });
}
