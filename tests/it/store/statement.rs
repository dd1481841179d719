//! The statement: every movement once, newest first, with balances that add up.

use store::page::Window;
use store::wallet::{Direction, Movement};
use tests::databases::on_each_database;
use tests::people::{Market, Person, tokens};

use super::lively::lively;

/// All pages of a statement, `first` movements at a time.
async fn all_pages(market: &Market, person: &Person, first: u32) -> Vec<Movement> {
    let mut movements: Vec<Movement> = Vec::new();
    loop {
        let after = movements.last().map(|movement| movement.place);
        let page = market.store.statement(&person.actor, Window::first(first, after)).await.unwrap();
        assert!(page.items.len() <= usize::try_from(first).unwrap());
        assert_eq!(page.has_previous, after.is_some());
        movements.extend(page.items);
        if !page.has_next {
            return movements;
        }
    }
}

/// The same, read from the oldest page to the newest.
async fn all_pages_backwards(market: &Market, person: &Person, last: u32) -> Vec<Movement> {
    let mut movements: Vec<Movement> = Vec::new();
    loop {
        let before = movements.first().map(|movement| movement.place);
        let page = market.store.statement(&person.actor, Window::last(last, before)).await.unwrap();
        assert_eq!(page.has_next, before.is_some());
        movements.splice(0..0, page.items);
        if !page.has_previous {
            return movements;
        }
    }
}

#[test]
fn movements_add_up_to_the_balance_however_they_are_paged() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        for person in [&lively.finch, &lively.wren] {
            let whole = all_pages(&lively.market, person, 100).await;
            for first in [1, 2, 3, 7] {
                assert_eq!(all_pages(&lively.market, person, first).await, whole, "{first} a page");
                let back = all_pages_backwards(&lively.market, person, first).await;
                assert_eq!(back, whole, "{first} a page, backwards");
            }
            assert_eq!(whole[0].balance_after, person.balance().await);
            let mut balance = 0;
            for movement in whole.iter().rev() {
                balance += match movement.direction {
                    Direction::In => movement.amount.units(),
                    Direction::Out => -movement.amount.units(),
                };
                assert_eq!(movement.balance_after.units(), balance, "{movement:?}");
            }
            let places: Vec<_> = whole.iter().map(|movement| movement.place).collect();
            assert!(places.is_sorted_by(|newer, older| newer > older), "newest first, each once");
        }
        lively.market.store.close().await;
    });
}

#[test]
fn a_movement_says_what_it_was() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        let reasons = all_pages(&lively.market, &lively.wren, 50).await;
        let told: Vec<&str> = reasons
            .iter()
            .map(|movement| movement.detail.as_str())
            .filter(|detail| !detail.is_empty())
            .collect();
        assert_eq!(told, ["for a good start"], "only grants have a reason; the rest is the audit's");
        let gift = all_pages(&lively.market, &lively.finch, 50).await;
        let given = gift.iter().find(|movement| movement.amount == tokens("2")).unwrap();
        assert_eq!(given.other_handle.as_deref(), Some("robin"));
        assert_eq!(given.direction, Direction::Out);
        lively.market.store.close().await;
    });
}
