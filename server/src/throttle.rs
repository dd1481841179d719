//! How often somebody may ask, applied to requests by their path.
//!
//! Requests to the API are weighed by what they ask for, not by their path:
//! the API's handler calls [`Throttle::check`] itself.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Form;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use domain::id::UserId;
use domain::refusal::Refusal;
use frontend::{Site, Visit, refusal_page, routes};

use crate::limits::{AddressBlock, Class, Key, Limits, RetryAfter, TrustedProxies, client_address};
use crate::telemetry::Metrics;

/// Limits, and how to find out who asks.
pub struct Throttle {
    limits: Limits,
    proxies: TrustedProxies,
    metrics: Arc<Metrics>,
}

/// Whom a request is counted for.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The address it comes from.
    pub address: IpAddr,
    /// The account it comes from, if somebody has signed in.
    pub account: Option<UserId>,
}

impl Caller {
    fn by_address(self) -> Key {
        Key::Address(AddressBlock::from(self.address))
    }

    fn by_account(self) -> Key {
        self.account.map_or_else(|| self.by_address(), Key::Account)
    }
}

impl Throttle {
    /// Limits behind these proxies.
    #[must_use]
    pub fn new(limits: Limits, proxies: TrustedProxies, metrics: Arc<Metrics>) -> Self {
        Self { limits, proxies, metrics }
    }

    /// Whether anything is limited.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.limits.is_on()
    }

    /// The address a request comes from.
    #[must_use]
    pub fn address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        client_address(peer.ip(), headers, &self.proxies)
    }

    /// Counts `cost` for whom the class counts.
    ///
    /// # Errors
    /// When to try again.
    pub fn check(&self, caller: Caller, class: Class, cost: u32) -> Result<(), RetryAfter> {
        let key = match class {
            Class::OpenAccount | Class::SignIn | Class::SignInAs | Class::Read => caller.by_address(),
            // Accounts cost nothing, and an address may have many people
            // behind it: neither alone would do.
            Class::Redeem => {
                self.count(class, caller.by_address(), cost)?;
                match caller.account {
                    Some(account) => Key::Account(account),
                    None => return Ok(()),
                }
            }
            Class::Claim | Class::Upload | Class::Write => caller.by_account(),
        };
        self.count(class, key, cost)
    }

    /// Counts a try to sign in as the user with this handle, from wherever.
    ///
    /// # Errors
    /// When to try again.
    pub fn check_handle(&self, typed: &str) -> Result<(), RetryAfter> {
        self.count(Class::SignInAs, Key::handle(typed), 1)
    }

    fn count(&self, class: Class, key: Key, cost: u32) -> Result<(), RetryAfter> {
        self.limits.check(class, key, cost).inspect_err(|_| self.metrics.request_limited(class))
    }
}

/// What a request to the site counts as; nothing for what is cached long.
fn class_of(method: &Method, path: &str) -> Option<Class> {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let is_below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    if is_below("/assets")
        || is_below("/media")
        || is_below("/art")
        || is_below("/portrait")
        || path == routes::Graphql::PATTERN
    {
        return None;
    }
    if is_below("/claim") || is_below("/vendor/start") || (path == "/claim" && !is_read) {
        return Some(Class::Claim);
    }
    Some(match path {
        _ if is_read => Class::Read,
        routes::OpenAccount::PATTERN => Class::OpenAccount,
        routes::SignIn::PATTERN => Class::SignIn,
        routes::Redeem::PATTERN => Class::Redeem,
        routes::TakeOver::PATTERN => Class::Claim,
        _ => Class::Write,
    })
}

/// Turns away who asks too often; for `axum::middleware::from_fn_with_state`,
/// after the visit is known.
pub async fn throttle(
    State((throttle, site)): State<(Arc<Throttle>, Site)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Some(class) = class_of(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let Some(visit) = request.extensions().get::<Visit>().cloned() else { return next.run(request).await };
    let caller =
        Caller { address: throttle.address(peer, request.headers()), account: visit.actor.user_id() };
    let (request, handle) = match class {
        Class::SignIn => read_handle(request).await,
        _ => (request, None),
    };
    let counted = throttle.check(caller, class, 1);
    match counted.and_then(|()| handle.map_or(Ok(()), |handle| throttle.check_handle(&handle))) {
        Ok(()) => next.run(request).await,
        Err(RetryAfter { seconds }) => {
            let refusal = Refusal::RateLimited { retry_after_seconds: seconds };
            let mut response = refusal_page(&site, &visit, StatusCode::TOO_MANY_REQUESTS, &refusal).await;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    }
}

/// The largest sign-in form; a larger one is none, and is passed on empty.
const SIGN_IN_BYTES_MAX: usize = 16 * 1_024;

/// The handle that somebody tries to sign in as, if the form names one; the
/// request can still be read afterwards.
async fn read_handle(request: Request) -> (Request, Option<String>) {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, SIGN_IN_BYTES_MAX).await.unwrap_or_default();
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let fields = Form::<Vec<(String, String)>>::from_request(copy, &()).await;
    let handle = fields.ok().and_then(|Form(fields)| {
        let mut handles = fields.into_iter().filter(|(name, _)| name == "handle").map(|(_, handle)| handle);
        handles.find(|handle| !handle.trim().is_empty())
    });
    (Request::from_parts(parts, Body::from(bytes)), handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sign_in_form_names_its_handle_and_can_still_be_read() {
        let form = "csrf=1&handle=w%72en&passphrase=long+enough";
        let request = Request::post("/sign-in").header("content-type", "application/x-www-form-urlencoded");
        let (request, handle) = read_handle(request.body(Body::from(form)).unwrap()).await;
        assert_eq!(handle.as_deref(), Some("wren"));
        let left = axum::body::to_bytes(request.into_body(), 1_000).await.unwrap();
        assert_eq!(left, form.as_bytes());
    }

    #[test]
    fn requests_are_classed_by_what_they_do() {
        let table = [
            (Method::GET, "/", Some(Class::Read)),
            (Method::GET, "/search", Some(Class::Read)),
            (Method::POST, "/cart", Some(Class::Write)),
            (Method::GET, "/open-account", Some(Class::Read)),
            (Method::POST, "/open-account", Some(Class::OpenAccount)),
            (Method::POST, "/sign-in", Some(Class::SignIn)),
            (Method::GET, "/claim", Some(Class::Read)),
            (Method::POST, "/claim", Some(Class::Claim)),
            (Method::GET, "/claim/ABC", Some(Class::Claim)),
            (Method::POST, "/take-over", Some(Class::Claim)),
            (Method::GET, "/redeem", Some(Class::Read)),
            (Method::POST, "/redeem", Some(Class::Redeem)),
            (Method::GET, "/vendor/start/ABC", Some(Class::Claim)),
            (Method::GET, "/assets/x.css", None),
            (Method::GET, "/media/x.webp", None),
            (Method::POST, "/graphql", None),
        ];
        for (method, path, class) in table {
            assert_eq!(class_of(&method, path), class, "{method} {path}");
        }
    }
}
