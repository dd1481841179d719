//! Who may read the measurements.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, FORWARDED};

use crate::config::Secret;

/// The rule for `/metrics`: programs on this machine, or whoever knows the
/// token.
#[derive(Clone, Debug)]
pub struct MetricsAccess {
    /// The hash of the token: comparing hashes takes the same time whatever
    /// was guessed.
    token: Option<blake3::Hash>,
}

impl MetricsAccess {
    /// The rule with this token, if one is set.
    #[must_use]
    pub fn new(token: Option<&Secret>) -> Self {
        Self { token: token.map(|it| blake3::hash(it.reveal().as_bytes())) }
    }

    /// Whether the measurements may be told to this peer. A request that came
    /// through a proxy on this machine is not from this machine.
    #[must_use]
    pub fn allows(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let proxied =
            ["x-forwarded-for", "x-real-ip", FORWARDED.as_str()].iter().any(|it| headers.contains_key(*it));
        (peer.to_canonical().is_loopback() && !proxied) || self.knows_token(headers)
    }

    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
        let given = given
            .and_then(|it| it.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match (self.token, given) {
            (Some(token), Some((_, given))) => token == blake3::hash(given.trim().as_bytes()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_or_the_token() {
        let token = "Bearer a-secret-of-some-length";
        type Headers<'a> = &'a [(&'static str, &'a str)];
        let table: [(&str, Headers<'_>, bool, bool); 9] = [
            ("127.0.0.1", &[], true, true),
            ("::1", &[], true, true),
            ("::ffff:127.0.0.1", &[], true, true),
            ("127.0.0.1", &[("x-forwarded-for", "1.2.3.4")], false, false),
            ("127.0.0.1", &[("forwarded", "for=1.2.3.4")], false, false),
            ("192.0.2.1", &[], false, false),
            ("192.0.2.1", &[("authorization", token)], false, true),
            ("127.0.0.1", &[("x-forwarded-for", "1.2.3.4"), ("authorization", token)], false, true),
            ("192.0.2.1", &[("authorization", "Bearer another-secret-than-that")], false, false),
        ];
        let secret = Secret::from("a-secret-of-some-length".to_owned());
        for (peer, headers, without, with) in table {
            let headers: HeaderMap =
                headers.iter().map(|(name, text)| (name.parse().unwrap(), text.parse().unwrap())).collect();
            let allows = |token| MetricsAccess::new(token).allows(peer.parse().unwrap(), &headers);
            assert_eq!((allows(None), allows(Some(&secret))), (without, with), "{peer} {headers:?}");
        }
    }
}
