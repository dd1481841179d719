//! Forms as they come in: names and values, after the check that the form was
//! one of ours.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;

use crate::ask::Ask;
use crate::site::Site;
use crate::trouble::Trouble;

/// Names and values, in the order of the form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// The first value of that name, or nothing.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The first value of that name, if there is one.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// All values of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// All names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromRequestParts<Site> for Pairs {
    type Rejection = Trouble;

    /// The query string.
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Trouble> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, site).await;
        Ok(Self(query.map_err(|_| Trouble::Unreadable)?.0))
    }
}

/// A form that was posted from one of our pages.
#[derive(Clone, Debug)]
pub(crate) struct Posted(pub Pairs);

impl FromRequest<Site> for Posted {
    type Rejection = Trouble;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Trouble> {
        let (parts, body) = request.into_parts();
        let ask = Ask::of(site, &parts);
        let request = Request::from_parts(parts, body);
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, site).await;
        let pairs = Pairs(form.map_err(|_| Trouble::Unreadable)?.0);
        check_csrf(&ask, pairs.get("csrf"))?;
        Ok(Self(pairs))
    }
}

/// Checks that a form was made for the one who sends it. Somebody without
/// session and cart has no token, and nothing that could be abused; nor has
/// a page that is older than the visitor's cart.
///
/// # Errors
/// `Stale` if it was not.
pub(crate) fn check_csrf(ask: &Ask, sent: &str) -> Result<(), Trouble> {
    let expected = ask.csrf();
    let is_before_cart = sent.is_empty() && ask.visit.session_token.is_none();
    let is_good = expected.is_empty() || is_before_cart || is_same(expected.as_bytes(), sent.as_bytes());
    if is_good { Ok(()) } else { Err(Trouble::Stale) }
}

/// Compares without telling by its duration where the difference is.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// The bytes of a field, for forms with files.
pub(crate) fn text_of(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_compared_whole() {
        assert!(is_same(b"abc", b"abc") && is_same(b"", b""));
        assert!(!is_same(b"abc", b"abd") && !is_same(b"abc", b"ab") && !is_same(b"abc", b""));
    }
}
