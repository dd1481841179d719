//! Addresses of stores: `https://HOST[:PORT]`, or plain HTTP to this computer.

use std::fmt;
use std::net::IpAddr;

/// The most bytes of an address.
const BYTES_MAX: usize = 300;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    origin: String,
    host: String,
    is_loopback: bool,
}

impl Address {
    /// Reads an address as people type it; `https` if nothing is said.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().trim_end_matches('/');
        if text.len() > BYTES_MAX {
            return Err("it is longer than any address is");
        }
        let (scheme, authority) = text.split_once("://").unwrap_or(("https", text));
        let is_plain = |sign: u8| sign.is_ascii_alphanumeric() || b"-.:[]".contains(&sign);
        if authority.is_empty() || !authority.bytes().all(is_plain) {
            return Err("it is no address of a store, such as https://shop.example");
        }
        let host = host_of(authority).ok_or("its port is no number")?;
        let is_loopback = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        match scheme {
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err("a store is only reached encrypted: https"),
            _ => return Err("it is no address of a store, such as https://shop.example"),
        }
        let (origin, host) = (format!("{scheme}://{authority}").to_lowercase(), host.to_lowercase());
        Ok(Self { origin, host, is_loopback })
    }

    /// The host alone.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is this very computer.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// The address of a path there.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The address of something that the store points to: a path of its own,
    /// or another encrypted address.
    #[must_use]
    pub fn join(&self, to: &str) -> Option<String> {
        match to.starts_with('/') && !to.starts_with("//") {
            true => Some(self.url(to)),
            false if to.starts_with("https://") => Some(to.to_owned()),
            false => to.strip_prefix(&self.origin)?.starts_with('/').then(|| to.to_owned()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.origin)
    }
}

/// The host within `HOST[:PORT]` or `[IPV6][:PORT]`.
fn host_of(authority: &str) -> Option<&str> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    (is_port && !host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_reached_encrypted_or_on_this_computer() {
        for (text, origin, host) in [
            ("shop.example", "https://shop.example", "shop.example"),
            ("https://Shop.Example:8443/", "https://shop.example:8443", "shop.example"),
            ("http://127.0.0.1:80", "http://127.0.0.1:80", "127.0.0.1"),
            ("http://localhost", "http://localhost", "localhost"),
            ("http://[::1]:8080", "http://[::1]:8080", "::1"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.to_string().as_str(), address.host()), (origin, host));
        }
        for text in [
            "",
            "http://shop.example",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example",
            "ftp://shop.example",
            "https://shop.example/path",
            "https://shop.example:x",
            "https://[::1",
            "http://localhost.evil.example",
            "https://sh\u{f6}p.example",
            &"x".repeat(400),
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_download_may_lie_elsewhere_and_never_unencrypted() {
        let shop = Address::parse("https://shop.example").unwrap();
        let here = Address::parse("http://127.0.0.1:80").unwrap();
        assert_eq!(shop.join("/d/1").as_deref(), Some("https://shop.example/d/1"));
        assert_eq!(shop.join("https://files.example/1").as_deref(), Some("https://files.example/1"));
        assert_eq!(here.join("http://127.0.0.1:80/d/1").as_deref(), Some("http://127.0.0.1:80/d/1"));
        for to in ["http://shop.example/1", "//evil.example/1", "file:///etc/passwd", "d/1", ""] {
            assert_eq!(shop.join(to), None, "{to}");
        }
        assert_eq!(here.join("http://127.0.0.1:8000/d/1"), None);
    }
}
