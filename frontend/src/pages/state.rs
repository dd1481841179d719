//! The state of a search as its address holds it: read from the query
//! string, and written again with a filter more or less.

use std::fmt;

use search::Sort;

use crate::posted::Pairs;
use crate::routes::{self, Encoded};

/// What an address of the search page says. Texts are as typed: whether they
/// can be meant is judged later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SearchState {
    pub text: String,
    /// Slugs, the root first.
    pub category: Vec<String>,
    pub kinds: Vec<String>,
    pub tags: Vec<String>,
    /// A handle.
    pub seller: String,
    pub price_min: String,
    pub price_max: String,
    pub in_stock: bool,
    pub sort: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

/// The orders, as they stand in addresses and for people.
pub(super) const SORTS: [(&str, &str, Sort); 5] = [
    ("", "Best match", Sort::Relevance),
    ("newest", "Newest", Sort::Newest),
    ("price_up", "Price, low to high", Sort::PriceAscending),
    ("price_down", "Price, high to low", Sort::PriceDescending),
    ("rating", "Best rated", Sort::Rating),
];

impl SearchState {
    /// Reads the query string.
    pub(super) fn read(query: &Pairs) -> Self {
        let all = |name| query.all(name).filter(|value| !value.is_empty()).map(str::to_owned).collect();
        Self {
            text: query.get("q").trim().to_owned(),
            category: query
                .get("category")
                .split('/')
                .filter(|slug| !slug.is_empty())
                .map(str::to_owned)
                .collect(),
            kinds: all("kind"),
            tags: all("tag"),
            seller: query.get("seller").trim().to_owned(),
            price_min: query.get("min").trim().to_owned(),
            price_max: query.get("max").trim().to_owned(),
            in_stock: !query.get("in_stock").is_empty(),
            sort: query.get("sort").to_owned(),
            after: query.find("after").map(str::to_owned),
            before: query.find("before").map(str::to_owned),
        }
    }

    /// The order; by relevance when the name is unknown.
    pub(super) fn order(&self) -> Sort {
        SORTS.iter().find(|(name, ..)| *name == self.sort).map_or(Sort::Relevance, |(.., sort)| *sort)
    }

    /// The same search from its first page, changed.
    pub(super) fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { after: None, before: None, ..self.clone() };
        change(&mut other);
        other
    }

    /// The same words without any filter.
    pub(super) fn bare(&self) -> Self {
        Self { text: self.text.clone(), sort: self.sort.clone(), ..Self::default() }
    }
}

impl fmt::Display for SearchState {
    /// The address.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", routes::Search)?;
        let mut sign = '?';
        let mut put = |name: &str, value: &str| {
            if value.is_empty() {
                return Ok(());
            }
            let begun = std::mem::replace(&mut sign, '&');
            write!(out, "{begun}{name}={}", Encoded(value))
        };
        put("q", &self.text)?;
        put("category", &self.category.join("/"))?;
        self.kinds.iter().try_for_each(|kind| put("kind", kind))?;
        self.tags.iter().try_for_each(|tag| put("tag", tag))?;
        put("seller", &self.seller)?;
        put("min", &self.price_min)?;
        put("max", &self.price_max)?;
        put("in_stock", if self.in_stock { "1" } else { "" })?;
        put("sort", &self.sort)?;
        put("after", self.after.as_deref().unwrap_or_default())?;
        put("before", self.before.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Pairs {
        Pairs(list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn an_address_says_what_was_read_from_it() {
        let query = pairs(&[
            ("q", " wool & silk "),
            ("category", "clothes/gloves"),
            ("kind", "goods"),
            ("kind", "file"),
            ("tag", ""),
            ("tag", "warm"),
            ("min", "10"),
            ("in_stock", "1"),
            ("sort", "newest"),
            ("after", "abc"),
        ]);
        let state = SearchState::read(&query);
        let address = "/search?q=wool%20%26%20silk&category=clothes%2Fgloves&kind=goods&kind=file&tag=warm&min=10&in_stock=1&sort=newest&after=abc";
        assert_eq!(state.to_string(), address);
        assert_eq!(state.order(), Sort::Newest);
    }

    #[test]
    fn changing_a_filter_goes_back_to_the_first_page() {
        let state =
            SearchState { text: "wren".to_owned(), after: Some("x".to_owned()), ..SearchState::default() };
        assert_eq!(
            state.but(|other| other.tags.push("oak".to_owned())).to_string(),
            "/search?q=wren&tag=oak"
        );
        assert_eq!(SearchState::default().to_string(), "/search");
    }
}
