//! The site's cookies. None of them follows anybody: they keep a session, a
//! visitor's cart, a choice of colours, a message until it was read, and for
//! whoever asked to be told of new devices, that this is none.

use axum::http::{HeaderMap, HeaderValue, header};
use domain::id::VisitorId;
use domain::time::Seconds;
use store::Store;
use uuid::Uuid;

/// Keeps somebody signed in.
pub const SESSION: &str = "farthing_session";
/// Keeps a visitor's cart.
pub const VISITOR: &str = "farthing_visitor";
/// Marks a browser as one that its user has signed in from before; only for
/// users who are told of new ones by mail.
pub const DEVICE: &str = "farthing_device";
/// Keeps the choice of colours.
pub const THEME: &str = "farthing_theme";
/// Keeps a message until the next page has shown it.
pub(crate) const FLASH: &str = "farthing_flash";

/// The header that sets a cookie. `value` must be made of signs that a
/// cookie may hold; a value that is not comes out empty.
#[must_use]
pub fn set(name: &str, value: &str, max_age: Seconds, is_secure: bool) -> HeaderValue {
    let fine = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    let value = if value.bytes().all(fine) { value } else { "" };
    let secure = if is_secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", max_age.get());
    HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static(""))
}

/// The header that takes a cookie back.
pub(crate) fn clear(name: &str, is_secure: bool) -> HeaderValue {
    set(name, "", Seconds::new(0), is_secure)
}

/// The value of a cookie that was sent.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The visitor that a cart's cookie stands for. It cannot be told from the
/// id what the cookie was.
#[must_use]
pub fn visitor_id(store: &Store, token: &str) -> VisitorId {
    let derived = store.secret().derive("visitor", token.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&derived[..16]);
    VisitorId::new(Uuid::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_closed_to_scripts_and_other_sites() {
        let cookie = set(SESSION, "abc", Seconds::new(60), true);
        assert_eq!(cookie, "farthing_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(!set(SESSION, "abc", Seconds::new(60), false).to_str().unwrap().contains("Secure"));
    }

    #[test]
    fn a_value_cannot_end_its_cookie() {
        for value in ["a; Domain=evil.example", "a\r\nSet-Cookie: b=c", "ü", "a b"] {
            let cookie = set(THEME, value, Seconds::new(1), false);
            assert!(cookie.to_str().unwrap().starts_with("farthing_theme=; "), "{cookie:?}");
        }
    }

    #[test]
    fn a_sent_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers
            .append(header::COOKIE, HeaderValue::from_static("a=1; xfarthing_theme=2; farthing_theme=dark"));
        assert_eq!(get(&headers, THEME), Some("dark"));
        assert_eq!(get(&headers, FLASH), None);
    }
}
