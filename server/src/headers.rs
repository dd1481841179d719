//! The headers that keep browsers from doing what no page of ours asks for.
//!
//! They are put on every answer that does not bring its own; a download, for
//! one, brings a stricter policy.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::config::PublicUrl;

/// What pages may load and do: only what comes from here, and no script or
/// style written into the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// Where Stripe's hosted page is.
const STRIPE_PAGE: &str = "https://checkout.stripe.com";

/// What no page asks the browser for.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// The set for one server.
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Arc<[(HeaderName, HeaderValue)]>);

impl SecurityHeaders {
    /// The set for a server that the world reaches at `public_url`. Only
    /// behind TLS are browsers told to insist on it.
    #[must_use]
    pub fn new(public_url: &PublicUrl) -> Self {
        Self::with(public_url, HeaderValue::from_static(POLICY))
    }

    /// The set for a server whose top-up form leads on to Stripe's page:
    /// browsers count the whole way of a form.
    #[must_use]
    pub fn with_stripe(public_url: &PublicUrl) -> Self {
        let policy = POLICY.replace("form-action 'self'", &format!("form-action 'self' {STRIPE_PAGE}"));
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(POLICY));
        Self::with(public_url, policy)
    }

    fn with(public_url: &PublicUrl, policy: HeaderValue) -> Self {
        let mut headers = vec![
            (CONTENT_SECURITY_POLICY, policy),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
        ];
        if public_url.is_https() {
            headers.push((STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")));
        }
        Self(headers.into())
    }
}

/// Adds what an answer lacks; for `axum::middleware::map_response_with_state`.
pub async fn secure(
    State(SecurityHeaders(headers)): State<SecurityHeaders>,
    mut response: Response,
) -> Response {
    for (name, value) in headers.iter() {
        response.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::middleware::map_response_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use crate::config::{Config, Sources};

    async fn answer(public_url: &str, path: &str) -> Response {
        let environment = vec![("FARTHING_SERVER__PUBLIC_URL".into(), public_url.into())];
        let config = Config::load(&Sources { environment, ..Sources::default() }).unwrap();
        let headers = SecurityHeaders::new(&config.server.public_url);
        let app: Router = Router::new()
            .route("/page", get(|| async { "page" }))
            .route("/own", get(|| async { ([(CONTENT_SECURITY_POLICY, "sandbox")], "own") }))
            .layer(map_response_with_state(headers, secure));
        app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_answer_carries_them_also_errors() {
        for path in ["/page", "/nowhere"] {
            let response = answer("http://127.0.0.1:8000", path).await;
            let header = |name: &str| response.headers().get(name).map(|it| it.to_str().unwrap());
            assert_eq!(header("content-security-policy"), Some(POLICY), "{path}");
            assert_eq!(header("x-content-type-options"), Some("nosniff"));
            assert_eq!(header("referrer-policy"), Some("same-origin"));
            assert_eq!(header("cross-origin-opener-policy"), Some("same-origin"));
            assert_eq!(header("cross-origin-resource-policy"), Some("same-origin"));
            assert!(header("permissions-policy").is_some_and(|it| it.contains("camera=()")));
            assert_eq!(header("strict-transport-security"), None);
        }
    }

    #[tokio::test]
    async fn a_stricter_policy_of_an_answer_stays() {
        let response = answer("http://127.0.0.1:8000", "/own").await;
        let policies: Vec<_> = response.headers().get_all(CONTENT_SECURITY_POLICY).iter().collect();
        assert_eq!(policies, ["sandbox"]);
    }

    #[tokio::test]
    async fn only_behind_tls_browsers_are_told_to_insist_on_it() {
        let response = answer("https://market.example", "/page").await;
        assert_eq!(response.headers().get(STRICT_TRANSPORT_SECURITY).unwrap(), "max-age=31536000");
    }

    #[test]
    fn forms_may_lead_to_stripe_only_where_it_is_used() {
        let environment = vec![("FARTHING_SERVER__PUBLIC_URL".into(), "https://market.example".into())];
        let config = Config::load(&Sources { environment, ..Sources::default() }).unwrap();
        let policy = |headers: SecurityHeaders| {
            let found = headers.0.iter().find(|(name, _)| *name == CONTENT_SECURITY_POLICY);
            found.map(|(_, value)| value.to_str().unwrap().to_owned()).unwrap()
        };
        let url = &config.server.public_url;
        assert!(!policy(SecurityHeaders::new(url)).contains("stripe"));
        let led = policy(SecurityHeaders::with_stripe(url));
        assert!(led.contains("form-action 'self' https://checkout.stripe.com;"), "{led}");
        assert!(led.contains("script-src 'self';") && led.contains("default-src 'none';"));
    }

    #[test]
    fn no_policy_lets_inline_code_or_other_hosts_in() {
        for word in ["unsafe", "*", "http:", "https:", "data:", "blob:"] {
            assert!(!POLICY.contains(word), "{word}");
        }
    }
}
