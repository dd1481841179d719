//! Pages forward and backward, without gaps and repeats.

use domain::tokens::Tokens;
use search::{BadQuery, Document, Query, Sort, Window};

use crate::market::{Market, ask, listing, numbers, put};

/// 60 things in several segments, many of them equal in every order.
fn corpus() -> Market {
    let things: Vec<Document> = (1..=60)
        .map(|number| Document {
            price: Tokens::whole(u32::try_from(number % 4).unwrap()),
            sales: u32::try_from(number % 3).unwrap(),
            rating: Some(u16::try_from(number % 2 * 100).unwrap()),
            ..listing(number, if number % 5 == 0 { "Thing thing" } else { "Thing" }, "", &[])
        })
        .collect();
    let market = Market::of(&things[..20]);
    put(&market.search, &things[20..45]);
    put(&market.search, &things[45..]);
    market
}

const SORTS: [Sort; 5] =
    [Sort::Relevance, Sort::Newest, Sort::PriceAscending, Sort::PriceDescending, Sort::Rating];

fn whole(market: &Market, sort: Sort, text: &str) -> Vec<u64> {
    let all = numbers(&market.page(Query { sort, window: Window::First(100, None), ..ask(text) }));
    let mut sorted = all.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=60).collect::<Vec<_>>());
    all
}

#[test]
fn pages_forward_and_backward_add_up_to_the_whole() {
    let market = corpus();
    for (sort, text) in SORTS.into_iter().flat_map(|sort| [(sort, "thing"), (sort, "")]) {
        let expected = whole(&market, sort, text);
        for size in [1, 7, 60] {
            let page = |window| market.page(Query { sort, window, ..ask(text) });
            let mut forward = page(Window::First(size, None));
            let mut seen = numbers(&forward);
            assert!(!forward.has_previous);
            while forward.has_next {
                let after = forward.hits.last().map(|hit| hit.cursor.clone());
                forward = page(Window::First(size, after));
                assert!(forward.has_previous && forward.total_count == 60);
                seen.extend(numbers(&forward));
            }
            assert_eq!(seen, expected, "forward {sort:?} {size}");

            let mut backward = page(Window::Last(size, None));
            let mut seen = numbers(&backward);
            assert!(!backward.has_next);
            while backward.has_previous {
                let before = backward.hits.first().map(|hit| hit.cursor.clone());
                backward = page(Window::Last(size, before));
                assert!(backward.has_next);
                seen = [numbers(&backward), seen].concat();
            }
            assert_eq!(seen, expected, "backward {sort:?} {size}");
        }
    }
}

#[test]
fn one_can_turn_round_on_either_side() {
    let market = corpus();
    let expected = whole(&market, Sort::Relevance, "thing");
    let page = |window| market.page(Query { window, ..ask("thing") });
    let cursor = |page: &search::Page, at: usize| Some(page.hits[at].cursor.clone());

    let second = page(Window::First(10, cursor(&page(Window::First(10, None)), 9)));
    assert_eq!(numbers(&page(Window::Last(4, cursor(&second, 0)))), expected[6..10]);
    assert_eq!(numbers(&page(Window::Last(100, cursor(&second, 0)))), expected[..10]);

    let last = page(Window::Last(10, None));
    assert_eq!(numbers(&last), expected[50..]);
    assert_eq!(numbers(&page(Window::First(4, cursor(&last, 2)))), expected[53..57]);
    assert_eq!(numbers(&page(Window::Last(4, cursor(&last, 0)))), expected[46..50]);
    assert!(page(Window::First(10, cursor(&last, 9))).hits.is_empty());
}

#[test]
fn an_empty_window_counts_only() {
    let page = corpus().page(Query { window: Window::First(0, None), ..ask("thing") });
    assert_eq!((page.hits.len(), page.total_count, page.has_previous), (0, 60, false));
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let market = corpus();
    let cursor = Some(market.page(ask("thing")).hits[5].cursor.clone());
    let with = |query: Query| Query { window: Window::First(5, cursor.clone()), ..query }.check().map(|_| ());
    assert_eq!(with(ask("thing")), Ok(()));
    for other in [ask("things"), ask(""), Query { sort: Sort::Newest, ..ask("thing") }] {
        assert_eq!(with(other), Err(BadQuery::CursorOfAnotherQuery));
    }
}
