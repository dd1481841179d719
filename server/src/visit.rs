//! Who visits: sessions from cookies, and a guard against other sites.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::Actor;
use domain::refusal::Refusal;
use frontend::{Site, Visit, cookies, refusal_page};

/// Finds out who visits, before any page is made; for
/// `axum::middleware::from_fn_with_state`. An ended session is as good as
/// none.
pub async fn identify(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let session_token = cookie(request.headers(), cookies::SESSION).map(str::to_owned);
    let visitor_token = cookie(request.headers(), cookies::VISITOR).map(str::to_owned);
    let device_token = cookie(request.headers(), cookies::DEVICE).map(str::to_owned);
    let user = match &session_token {
        Some(token) => match site.store.authenticate(token).await {
            Ok(user) => user,
            Err(fault) => {
                tracing::error!(%fault, "a session could not be looked up");
                return (StatusCode::SERVICE_UNAVAILABLE, "The market is not available just now.\n")
                    .into_response();
            }
        },
        None => None,
    };
    let visitor = visitor_token.as_ref().map(|token| cookies::visitor_id(&site.store, token));
    let actor = user.map_or(Actor::Visitor(visitor), Actor::User);
    let session_token = session_token.filter(|_| user.is_some());
    let visit = Visit { actor, session_token, visitor_token, device_token };
    if is_unsafe(request.method()) && is_from_elsewhere(request.headers()) {
        return refusal_page(&site, &visit, StatusCode::FORBIDDEN, &Refusal::Forbidden).await;
    }
    request.extensions_mut().insert(visit);
    next.run(request).await
}

/// The value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value).filter(|value| value.len() <= 200)
}

fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a browser says that another site makes it send this. Programs
/// that are no browsers say nothing; they have no cookies to abuse.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !headers.contains_key(COOKIE) {
        return false;
    }
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text(ORIGIN.as_str()), text(HOST.as_str())) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, from)| from != host),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let sent = headers(&[("cookie", "a=1; farthing_session=abc; xfarthing_session=no")]);
        assert_eq!(cookie(&sent, "farthing_session"), Some("abc"));
        assert_eq!(cookie(&sent, "b"), None);
    }

    #[test]
    fn other_sites_are_told_apart() {
        let table: [(&[(&str, &str)], bool); 8] = [
            (&[], false),
            (&[("origin", "https://evil.example"), ("host", "m.example")], false),
            (&[("cookie", "a=1"), ("sec-fetch-site", "same-origin")], false),
            (&[("cookie", "a=1"), ("sec-fetch-site", "none")], false),
            (&[("cookie", "a=1"), ("sec-fetch-site", "cross-site")], true),
            (&[("cookie", "a=1"), ("sec-fetch-site", "same-site")], true),
            (&[("cookie", "a=1"), ("origin", "https://m.example"), ("host", "m.example")], false),
            (&[("cookie", "a=1"), ("origin", "null"), ("host", "m.example")], true),
        ];
        for (pairs, expected) in table {
            assert_eq!(is_from_elsewhere(&headers(pairs)), expected, "{pairs:?}");
        }
    }
}
