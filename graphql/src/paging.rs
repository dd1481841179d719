//! Lists as Relay connections, by key: a page begins after a cursor, so rows
//! that come or go meanwhile shift nothing.

use async_graphql::{ObjectType, OutputType, SimpleObject};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::refusal::Refusal;
use store::page::{PAGE_MAX, Page, Window};
use store::wallet::Place;
use uuid::Uuid;

use crate::gift::Gift;
use crate::library::LibraryItem;
use crate::licence::{Licence, SoldLicence};
use crate::listing::Listing;
use crate::order::Order;
use crate::redemption::TokenRedemption;
use crate::topup::TopUpOrder;
use crate::user::User;
use crate::vendor::DeadLetter;
use crate::voucher::VoucherBatch;
use crate::wallet::Transfer;

/// How many there are on a page when nobody says.
pub(crate) const PAGE_USUAL: u32 = 20;

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether more follow after this page.
    pub(crate) has_next_page: bool,
    /// Whether there are some before this page.
    pub(crate) has_previous_page: bool,
    /// The cursor of the first on this page; null if it is empty.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the last on this page; null if it is empty.
    pub(crate) end_cursor: Option<String>,
}

/// One of a list.
#[derive(SimpleObject)]
#[graphql(
    concrete(name = "DeadLetterEdge", params(DeadLetter)),
    concrete(name = "ListingEdge", params(Listing)),
    concrete(name = "LicenceEdge", params(Licence)),
    concrete(name = "SoldLicenceEdge", params(SoldLicence)),
    concrete(name = "OrderEdge", params(Order)),
    concrete(name = "GiftEdge", params(Gift)),
    concrete(name = "LibraryEdge", params(LibraryItem)),
    concrete(name = "TopUpOrderEdge", params(TopUpOrder)),
    concrete(name = "TokenRedemptionEdge", params(TokenRedemption)),
    concrete(name = "TransferEdge", params(Transfer)),
    concrete(name = "UserEdge", params(User)),
    concrete(name = "VoucherBatchEdge", params(VoucherBatch))
)]
pub(crate) struct Edge<T: OutputType + ObjectType> {
    /// Where it stands in the list; opaque. Give it as `after` or `before`.
    cursor: String,
    /// The thing itself.
    node: T,
}

/// A page of a list, newest first.
#[derive(SimpleObject)]
#[graphql(
    concrete(name = "DeadLetterConnection", params(DeadLetter)),
    concrete(name = "ListingConnection", params(Listing)),
    concrete(name = "LicenceConnection", params(Licence)),
    concrete(name = "SoldLicenceConnection", params(SoldLicence)),
    concrete(name = "OrderConnection", params(Order)),
    concrete(name = "GiftConnection", params(Gift)),
    concrete(name = "LibraryConnection", params(LibraryItem)),
    concrete(name = "TopUpOrderConnection", params(TopUpOrder)),
    concrete(name = "TokenRedemptionConnection", params(TokenRedemption)),
    concrete(name = "TransferConnection", params(Transfer)),
    concrete(name = "UserConnection", params(User)),
    concrete(name = "VoucherBatchConnection", params(VoucherBatch))
)]
pub(crate) struct Connection<T: OutputType + ObjectType>
where
    Edge<T>: OutputType,
{
    /// What is on this page.
    edges: Vec<Edge<T>>,
    /// Where the page stands in the list.
    page_info: PageInfo,
}

impl<T: OutputType + ObjectType> Connection<T>
where
    Edge<T>: OutputType,
{
    /// The connection of a page, whose rows have these cursors.
    pub(crate) fn of<R: Into<T>>(page: Page<R>, cursor: impl Fn(&R) -> String) -> Self {
        let edges: Vec<Edge<T>> =
            page.items.into_iter().map(|row| Edge { cursor: cursor(&row), node: row.into() }).collect();
        let page_info = PageInfo {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self { edges, page_info }
    }
}

/// The arguments of a connection, as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

/// Which end of a list is wanted, and how many; checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// From the start, or after a cursor.
    First(u32, Option<String>),
    /// From the end, or before a cursor.
    Last(u32, Option<String>),
}

impl Asked {
    /// Checks the arguments. Without `first` and `last` it is a usual page;
    /// `fewest` is 0 where a page may be empty.
    ///
    /// # Errors
    /// `InvalidInput` on the argument that cannot be meant.
    pub(crate) fn stretch(self, fewest: u32) -> Result<Stretch, Refusal> {
        let Self { first, after, last, before } = self;
        if first.is_some() && last.is_some() {
            return Err(Refusal::invalid("first", "ask for first or last, not for both"));
        }
        if after.is_some() && before.is_some() {
            return Err(Refusal::invalid("after", "a page is after or before a cursor, not both"));
        }
        let is_backward = last.is_some() || (first.is_none() && before.is_some());
        match (is_backward, after, before) {
            (true, Some(_), _) => Err(Refusal::invalid("after", "after goes with first, before with last")),
            (false, _, Some(_)) => Err(Refusal::invalid("before", "before goes with last, after with first")),
            (true, None, before) => Ok(Stretch::Last(count("last", last, fewest)?, before)),
            (false, after, None) => Ok(Stretch::First(count("first", first, fewest)?, after)),
        }
    }

    /// The window of a list that is keyed by the rows' numbers.
    ///
    /// # Errors
    /// `InvalidInput`, as for [`Self::stretch`], or on a cursor that is none.
    pub(crate) fn window(self) -> Result<Window<Uuid>, Refusal> {
        self.window_by(read_cursor)
    }

    /// The window of a list whose cursors `read` understands; it is told the
    /// argument that a cursor came as.
    ///
    /// # Errors
    /// `InvalidInput`, as for [`Self::stretch`], or on a cursor that is none.
    pub(crate) fn window_by<K>(
        self,
        read: impl Fn(&'static str, Option<String>) -> Result<Option<K>, Refusal>,
    ) -> Result<Window<K>, Refusal> {
        Ok(match self.stretch(1)? {
            Stretch::First(count, after) => Window::first(count, read("after", after)?),
            Stretch::Last(count, before) => Window::last(count, read("before", before)?),
        })
    }
}

fn count(field: &'static str, asked: Option<i32>, fewest: u32) -> Result<u32, Refusal> {
    let Some(asked) = asked else { return Ok(PAGE_USUAL) };
    let count = u32::try_from(asked).ok().filter(|count| (fewest..=PAGE_MAX).contains(count));
    count.ok_or_else(|| {
        Refusal::invalid(field, format!("a page has {fewest} to {PAGE_MAX} entries, not {asked}"))
    })
}

/// The length of a plain list.
///
/// # Errors
/// `InvalidInput` on `first`.
pub(crate) fn count_up_to(first: i32) -> Result<u32, Refusal> {
    count("first", Some(first), 1)
}

/// The cursor of a row with this number.
pub(crate) fn cursor(key: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(key.as_bytes())
}

fn read_cursor(field: &'static str, text: Option<String>) -> Result<Option<Uuid>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let bytes = (text.len() <= 30).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten();
    let key = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    key.map(Some).ok_or(Refusal::invalid(field, "this is not a cursor of this list"))
}

/// The cursor of a movement in a wallet.
pub(crate) fn place_cursor(place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", place.sequence, place.leg))
}

/// The movement that a cursor names.
///
/// # Errors
/// `InvalidInput` on `field`.
pub(crate) fn read_place(field: &'static str, text: Option<String>) -> Result<Option<Place>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let read = || -> Option<Place> {
        let bytes = URL_SAFE_NO_PAD.decode(text.get(..text.len().min(60))?).ok()?;
        let (sequence, leg) = std::str::from_utf8(&bytes).ok()?.split_once('.')?;
        Some(Place { sequence: sequence.parse().ok()?, leg: leg.parse().ok()? })
    };
    read().map(Some).ok_or(Refusal::invalid(field, "this is not a cursor of this list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(first: Option<i32>, after: Option<&str>, last: Option<i32>, before: Option<&str>) -> Asked {
        Asked { first, after: after.map(str::to_owned), last, before: before.map(str::to_owned) }
    }

    #[test]
    fn arguments_that_cannot_be_meant_are_named() {
        let table = [
            (asked(Some(1), None, Some(1), None), "first"),
            (asked(Some(0), None, None, None), "first"),
            (asked(Some(-1), None, None, None), "first"),
            (asked(Some(101), None, None, None), "first"),
            (asked(None, None, Some(-5), None), "last"),
            (asked(None, None, Some(1_000), None), "last"),
            (asked(Some(1), None, None, Some("x")), "before"),
            (asked(None, Some("x"), Some(1), None), "after"),
            (asked(Some(1), Some("x"), None, Some("y")), "after"),
            (asked(Some(1), Some("nonsense"), None, None), "after"),
            (asked(None, None, Some(1), Some("nonsense")), "before"),
        ];
        for (asked, field) in table {
            let refusal = asked.clone().window().expect_err("it cannot be meant");
            assert_eq!(refusal.field(), Some(field), "{asked:?}");
        }
    }

    #[test]
    fn windows_lead_to_the_asked_end() {
        let key = Uuid::from_u128(7);
        let text = cursor(key);
        let table = [
            (asked(None, None, None, None), Window::first(PAGE_USUAL, None)),
            (asked(Some(100), None, None, None), Window::first(100, None)),
            (asked(Some(3), Some(&text), None, None), Window::first(3, Some(key))),
            (asked(None, Some(&text), None, None), Window::first(PAGE_USUAL, Some(key))),
            (asked(None, None, Some(3), None), Window::last(3, None)),
            (asked(None, None, Some(3), Some(&text)), Window::last(3, Some(key))),
            (asked(None, None, None, Some(&text)), Window::last(PAGE_USUAL, Some(key))),
        ];
        for (asked, window) in table {
            assert_eq!(asked.window(), Ok(window));
        }
    }

    #[test]
    fn places_lead_back() {
        let place = Place { sequence: 12, leg: 3 };
        assert_eq!(read_place("after", Some(place_cursor(place))), Ok(Some(place)));
        for text in ["", "x", "MTI", "ÄÖÜ"] {
            assert!(read_place("before", Some(text.to_owned())).is_err(), "{text}");
        }
    }
}
