//! Who visits: sessions from cookies, and a guard against other sites.

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::Actor;
use domain::refusal::Refusal;
use frontend::{Site, Visit, cookies, refusal_page};

/// So much of a refused request is read before it is answered.
const DRAINED_BYTES_MAX: usize = 64 * 1_024;

/// Finds out who visits, before any page is made; for
/// `axum::middleware::from_fn_with_state`. An ended session is as good as
/// none.
pub async fn identify(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let session_token = cookie(request.headers(), cookies::SESSION).map(str::to_owned);
    let visitor_token = cookie(request.headers(), cookies::VISITOR).map(str::to_owned);
    let device_token = cookie(request.headers(), cookies::DEVICE).map(str::to_owned);
    let found = match &session_token {
        Some(token) => match site.store.recognise(token).await {
            Ok(found) => found,
            Err(fault) => {
                tracing::error!(%fault, "a session could not be looked up");
                return (StatusCode::SERVICE_UNAVAILABLE, "The market is not available just now.\n")
                    .into_response();
            }
        },
        None => None,
    };
    let visitor = visitor_token.as_ref().map(|token| cookies::visitor_id(&site.store, token));
    let actor = found.map_or(Actor::Visitor(visitor), |found| Actor::User(found.user));
    let session_token = session_token.filter(|_| found.is_some());
    let renewable =
        found.filter(|found| found.is_renewable).map(|found| found.user).zip(session_token.clone());
    let visit = Visit { actor, session_token, visitor_token, device_token };
    if is_unsafe(request.method()) && is_from_elsewhere(request.headers()) {
        // Whoever is still sending when the connection closes hears no answer.
        // What is larger, or breaks off, is not waited for.
        let _ = axum::body::to_bytes(request.into_body(), DRAINED_BYTES_MAX).await;
        return refusal_page(&site, &visit, StatusCode::FORBIDDEN, &Refusal::Forbidden).await;
    }
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    if let Some((user, token)) = renewable
        && takes_cookie(response.headers())
    {
        site.store.renew_session(&user).await;
        response.headers_mut().append(SET_COOKIE, site.session_cookie(&token));
    }
    response
}

/// Whether an answer is a page, which nobody shares with others, and leaves
/// the session as it is.
fn takes_cookie(headers: &HeaderMap) -> bool {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| text(kind).starts_with("text/html"));
    let ends = |cookie: &HeaderValue| text(cookie).starts_with(&format!("{}=", cookies::SESSION));
    is_page && !headers.get_all(SET_COOKIE).iter().any(ends)
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
    use std::net::SocketAddr;
    use std::sync::Arc;

    use axum::body::Body;
    use axum::extract::ConnectInfo;
    use axum::http::HeaderName;
    use domain::time::{Seconds, Timestamp};
    use domain::user::Channel;
    use store::users::NewAccount;
    use store::world::World;
    use tower::ServiceExt;

    use super::*;
    use crate::config::{Config, Sources};
    use crate::house::House;
    use crate::telemetry::Metrics;

    #[tokio::test]
    async fn the_cookie_is_renewed_with_a_page_once_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let sources = Sources { data: Some(folder.path().to_owned()), ..Sources::default() };
        let world = World::made(3, Timestamp::from_millis(1_795_000_000_000));
        let house = Arc::new(House::open(Config::load(&sources).unwrap(), world.clone()).await.unwrap());
        let app = crate::app::app(&house, &Arc::new(Metrics::new()));
        let opened = house
            .store
            .open_account(&Actor::Visitor(None), NewAccount::default(), Some(Channel::Site))
            .await
            .unwrap();
        let token = opened.session_token.unwrap();
        let renewed = async |path: &str| {
            let cookie = format!("{}={token}", cookies::SESSION);
            let mut request = Request::get(path).header(COOKIE, cookie).body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
            let response = app.clone().oneshot(request).await.unwrap();
            response.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned())
        };
        assert_eq!(renewed("/wallet").await, None, "it is new");
        world.set_now(world.now().after(Seconds::new(86_401)));
        assert_eq!(renewed("/favicon.svg").await, None, "a file may be kept for everybody");
        let expected = format!("farthing_session={token}; Path=/; Max-Age=5184000; HttpOnly; SameSite=Lax");
        assert_eq!(renewed("/wallet").await, Some(expected));
        assert_eq!(renewed("/wallet").await, None, "once a day");
        world.set_now(world.now().after(Seconds::days(61)));
        assert_eq!(renewed("/help").await, None, "it has ended");
    }

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
