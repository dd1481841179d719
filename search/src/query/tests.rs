use super::*;
use proptest::prelude::*;

fn query(text: &str, window: Window) -> Query {
    Query {
        text: text.to_owned(),
        filter: Filter::default(),
        sort: Sort::Relevance,
        window,
        now: Timestamp::from_millis(1_790_000_000_000),
        facets: false,
        explain: false,
    }
}

fn cursor(text: &str, side: Side, rank: u32) -> Option<String> {
    let fingerprint = cursor::fingerprint(&cursor::identity(text, &Filter::default(), Sort::Relevance));
    Some(Cursor { side, rank, now_hours: 7, fingerprint }.text())
}

#[test]
fn rules_are_checked_in_their_order() {
    let long = "a".repeat(TEXT_LETTERS_MAX + 1);
    let other = cursor("desk", Side::Front, 3);
    let table = [
        (query(&long, Window::First(101, None)), BadQuery::TextTooLong),
        (
            Query {
                filter: Filter { tags: vec!["x".into(); 21], ..Filter::default() },
                ..query("", Window::First(101, None))
            },
            BadQuery::TooManyFilterValues,
        ),
        (
            Query {
                filter: Filter {
                    price_min: Some(Tokens::whole(2)),
                    price_max: Some(Tokens::whole(1)),
                    ..Filter::default()
                },
                ..query("", Window::First(101, None))
            },
            BadQuery::PriceRangeReversed,
        ),
        (query("lamp", Window::First(101, other.clone())), BadQuery::PageTooLarge),
        (query("lamp", Window::First(10, Some("f00".into()))), BadQuery::UnknownCursor),
        (query("lamp", Window::First(10, Some(format!("f+{}", "0".repeat(31))))), BadQuery::UnknownCursor),
        (query("lamp", Window::First(10, Some("é".repeat(17)))), BadQuery::UnknownCursor),
        (query("lamp", Window::Last(10, other)), BadQuery::CursorOfAnotherQuery),
        (
            Query { sort: Sort::Newest, ..query("lamp", Window::First(10, cursor("lamp", Side::Front, 3))) },
            BadQuery::CursorOfAnotherQuery,
        ),
        (query("lamp", Window::First(10, cursor("lamp", Side::Front, 10_000))), BadQuery::TooDeep),
        (query("lamp", Window::First(10, cursor("lamp", Side::Front, u32::MAX))), BadQuery::TooDeep),
    ];
    for (asked, expected) in table {
        assert_eq!(asked.clone().check().map(|_| ()), Err(expected), "{asked:?}");
    }
}

#[test]
fn windows_become_stretches_counted_from_a_side() {
    let front = |rank| cursor("lamp", Side::Front, rank);
    let back = |rank| cursor("lamp", Side::Back, rank);
    let table = [
        (Window::First(10, None), Side::Front, 0, 10),
        (Window::Last(10, None), Side::Back, 0, 10),
        (Window::First(10, front(9)), Side::Front, 10, 10),
        (Window::Last(10, front(9)), Side::Front, 0, 9),
        (Window::Last(10, front(0)), Side::Front, 0, 0),
        (Window::Last(4, front(9)), Side::Front, 5, 4),
        (Window::Last(10, back(9)), Side::Back, 10, 10),
        (Window::First(10, back(9)), Side::Back, 0, 9),
        (Window::First(0, None), Side::Front, 0, 0),
    ];
    for (window, side, skip, take) in table {
        let stretch = query("lamp", window.clone()).check().map(|checked| checked.stretch);
        assert_eq!(stretch, Ok(Stretch { side, skip, take }), "{window:?}");
    }
}

#[test]
fn later_pages_are_ranked_by_the_hour_of_the_first() {
    let first = query("lamp", Window::First(1, None)).check().map(|checked| checked.now_hours);
    let later = query("lamp", Window::First(1, cursor("lamp", Side::Front, 0)))
        .check()
        .map(|checked| checked.now_hours);
    assert_eq!((first, later), (Ok(497_222), Ok(7)));
}

proptest! {
    #[test]
    fn cursors_survive_the_way_out_and_in(rank: u32, now_hours: u32, fingerprint: u64, front: bool) {
        let side = if front { Side::Front } else { Side::Back };
        let cursor = Cursor { side, rank, now_hours, fingerprint };
        prop_assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
    }

    #[test]
    fn hostile_cursors_never_panic(text in ".{0,40}") {
        let _ = query("lamp", Window::First(10, Some(text))).check();
    }
}
