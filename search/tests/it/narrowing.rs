//! Filters, facets and orders.

use domain::time::Timestamp;
use domain::tokens::Tokens;
use search::{Document, Facets, Filter, Query, Sort};

use crate::market::{Market, NOW, ask, listing, numbers, seller};

/// Number, category, kind, price, seller, tags, stock, rating, sales, days old.
type Row = (u64, &'static str, &'static str, u32, u64, &'static [&'static str], bool, Option<u16>, u32, i64);

const ROWS: [Row; 7] = [
    (1, "home/kitchen", "goods", 5, 1, &["Oak", "new"], true, Some(450), 3, 1),
    (2, "home/kitchen", "goods", 10, 2, &["oak"], true, None, 0, 2),
    (3, "home/garden", "goods", 25, 1, &["steel"], false, Some(450), 9, 3),
    (4, "home", "service", 60, 2, &["new"], true, Some(300), 2, 4),
    (5, "files/music", "file", 120, 3, &[], true, Some(500), 1, 5),
    (6, "files/music", "file", 450, 3, &["new", "loud"], true, Some(100), 70, 6),
    (7, "homes", "service", 900, 1, &["new"], true, Some(450), 3, 1),
];

fn corpus() -> Market {
    let documents =
        ROWS.map(|(number, category, kind, price, by, tags, in_stock, rating, sales, days)| Document {
            category: category.split('/').map(str::to_owned).collect(),
            kind: kind.to_owned(),
            price: Tokens::whole(price),
            seller: seller(by),
            in_stock,
            rating,
            sales,
            created_at: Timestamp::from_millis(NOW.millis() - days * 86_400_000),
            ..listing(number, "Thing", "", tags)
        });
    Market::of(&documents)
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn narrowed(filter: Filter) -> Query {
    Query { filter, ..ask("thing") }
}

#[test]
fn filters_leave_what_fits() {
    let market = corpus();
    let whole = |tokens| Some(Tokens::whole(tokens));
    let none = Filter::default;
    let table: [(Filter, &[u64]); 15] = [
        (none(), &[1, 2, 3, 4, 5, 6, 7]),
        (Filter { category: texts(&["home"]), ..none() }, &[1, 2, 3, 4]),
        (Filter { category: texts(&["home", "kitchen"]), ..none() }, &[1, 2]),
        (Filter { category: texts(&["kitchen"]), ..none() }, &[]),
        (Filter { price_min: whole(10), ..none() }, &[2, 3, 4, 5, 6, 7]),
        (Filter { price_max: whole(10), ..none() }, &[1, 2]),
        (Filter { price_min: whole(10), price_max: whole(60), ..none() }, &[2, 3, 4]),
        (Filter { kinds: texts(&["file"]), ..none() }, &[5, 6]),
        (Filter { kinds: texts(&["file", "service", "no such"]), ..none() }, &[4, 5, 6, 7]),
        (Filter { kinds: texts(&["no such"]), ..none() }, &[]),
        (Filter { seller: Some(seller(1)), ..none() }, &[1, 3, 7]),
        (Filter { tags: texts(&["OAK "]), ..none() }, &[1, 2]),
        (Filter { tags: texts(&["oak", "new"]), ..none() }, &[1]),
        (Filter { in_stock: true, ..none() }, &[1, 2, 4, 5, 6, 7]),
        (Filter { seller: Some(seller(1)), in_stock: true, price_max: whole(10), ..none() }, &[1]),
    ];
    for (filter, expected) in table {
        for text in ["thing", "", "thing -nothing"] {
            let page = market.page(Query { text: text.to_owned(), ..narrowed(filter.clone()) });
            let mut found = numbers(&page);
            found.sort_unstable();
            assert_eq!(found, expected, "{text:?} {filter:?}");
            assert_eq!(usize::try_from(page.total_count).unwrap(), expected.len());
        }
    }
}

#[test]
fn orders_are_kept_and_equals_stand_newest_id_first() {
    let market = corpus();
    let table: [(Sort, &[u64]); 4] = [
        (Sort::Newest, &[7, 1, 2, 3, 4, 5, 6]),
        (Sort::PriceAscending, &[1, 2, 3, 4, 5, 6, 7]),
        (Sort::PriceDescending, &[7, 6, 5, 4, 3, 2, 1]),
        (Sort::Rating, &[5, 3, 7, 1, 4, 6, 2]),
    ];
    for (sort, expected) in table {
        assert_eq!(numbers(&market.page(Query { sort, ..ask("thing") })), expected, "{sort:?}");
        assert_eq!(numbers(&market.page(Query { sort, ..ask("") })), expected, "{sort:?}");
    }
}

fn facets(market: &Market, filter: Filter) -> Facets {
    market.page(narrowed(filter)).facets.unwrap()
}

/// The facets in one line each.
fn shown(facets: &Facets) -> [String; 4] {
    let values = |counts: &[search::ValueCount]| {
        counts.iter().map(|entry| format!("{}:{}", entry.value, entry.count)).collect::<Vec<_>>().join(" ")
    };
    let categories: Vec<String> =
        facets.categories.iter().map(|entry| format!("{}:{}", entry.path.join("/"), entry.count)).collect();
    let prices = facets.prices.as_ref().map_or_else(String::new, |prices| {
        let filled = prices.buckets.iter().filter(|bucket| bucket.count > 0);
        filled
            .map(|bucket| format!("{}–{}:{}", bucket.from, bucket.to, bucket.count))
            .collect::<Vec<_>>()
            .join(" ")
    });
    [categories.join(" "), values(&facets.kinds), values(&facets.tags), prices]
}

#[test]
fn facets_count_what_narrowing_further_would_leave() {
    let market = corpus();
    let all = facets(&market, Filter::default());
    assert_eq!(
        shown(&all),
        [
            "home:4 files:2 files/music:2 home/kitchen:2 home/garden:1 homes:1",
            "goods:3 file:2 service:2",
            "new:4 oak:2 loud:1 steel:1",
            "5–10:1 10–20:1 20–50:1 50–100:1 100–200:1 200–500:1 500–1000:1",
        ]
    );
    let below: Vec<_> = all.below(&texts(&["home"])).map(|entry| entry.path.join("/")).collect();
    assert_eq!(below, ["home/kitchen", "home/garden"]);
    let roots: Vec<_> = all.below(&[]).map(|entry| entry.path.join("/")).collect();
    assert_eq!(roots, ["home", "files", "homes"]);
}

#[test]
fn kinds_and_prices_are_counted_as_if_none_were_chosen() {
    let market = corpus();
    let kinds = facets(&market, Filter { kinds: texts(&["file"]), ..Filter::default() });
    assert_eq!(
        shown(&kinds),
        ["files:2 files/music:2", "goods:3 file:2 service:2", "loud:1 new:1", "100–150:1 450–500:1"]
    );
    let prices = facets(&market, Filter { price_max: Some(Tokens::whole(10)), ..Filter::default() });
    assert_eq!(
        shown(&prices),
        [
            "home:2 home/kitchen:2",
            "goods:2",
            "oak:2 new:1",
            "5–10:1 10–20:1 20–50:1 50–100:1 100–200:1 200–500:1 500–1000:1",
        ]
    );
    let category = facets(&market, Filter { category: texts(&["home"]), ..Filter::default() });
    assert_eq!(shown(&category)[0], "home:4 home/kitchen:2 home/garden:1");
    let nothing = facets(&market, Filter { tags: texts(&["no such"]), ..Filter::default() });
    assert_eq!(shown(&nothing), ["", "", "", ""]);
}

#[test]
fn lowest_and_highest_price_are_exact() {
    let prices = facets(&corpus(), Filter::default()).prices.unwrap();
    assert_eq!((prices.lowest, prices.highest), (Tokens::whole(5), Tokens::whole(900)));
}

#[test]
fn facets_are_counted_only_when_asked_for() {
    assert_eq!(corpus().page(Query { facets: false, ..ask("thing") }).facets, None);
}
