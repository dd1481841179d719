//! Whether a message is from Stripe: `Stripe-Signature: t=…,v1=…[,v1=…]`,
//! each `v1` an HMAC-SHA256 over the time, a dot, and the body as it came.

use std::fmt;

use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How old, or how far ahead of our clock, a signature may be.
const TOLERANCE_SECONDS: u64 = 300;

/// More signatures than a change of secrets gives are not looked at.
const SIGNATURES_MAX: usize = 8;

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disbelief {
    /// There is no signature, or it cannot be read.
    Unsigned,
    /// It was signed too long ago, or in the future.
    Stale,
    /// Whoever signed it does not know our secret.
    Forged,
    /// It is no message, or of a kind that cannot be one of ours.
    Unreadable,
    /// Test and real money are mixed up.
    WrongMode,
    /// It is about another account than ours.
    WrongAccount,
}

impl fmt::Display for Disbelief {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Unsigned => "there is no signature that can be read",
            Self::Stale => "the signature is too old",
            Self::Forged => "the signature is not right",
            Self::Unreadable => "this is no message",
            Self::WrongMode => "test and real money are mixed up",
            Self::WrongAccount => "this is about another account",
        })
    }
}

impl std::error::Error for Disbelief {}

/// Checks that whoever knows `secret` signed `body` just now.
///
/// # Errors
/// Why it is not believed; `Forged` before `Stale`, so that nobody learns
/// from it what our clock says.
pub(super) fn verify(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), Disbelief> {
    let (time, signatures) = read(header).ok_or(Disbelief::Unsigned)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Disbelief::Forged)?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    // Compares in a time that tells nothing.
    if !signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()) {
        return Err(Disbelief::Forged);
    }
    let signed: i64 = time.parse().map_err(|_| Disbelief::Unsigned)?;
    let apart = now.millis().div_euclid(1_000).abs_diff(signed);
    if apart > TOLERANCE_SECONDS { Err(Disbelief::Stale) } else { Ok(()) }
}

/// The time as it was written, and the signatures that can be read.
fn read(header: &str) -> Option<(&str, Vec<[u8; 32]>)> {
    let pairs = || header.split(',').filter_map(|pair| pair.trim().split_once('='));
    let time = pairs().find(|(name, _)| *name == "t").map(|(_, time)| time)?;
    let is_number = !time.is_empty() && time.len() <= 12 && time.bytes().all(|byte| byte.is_ascii_digit());
    let signatures = pairs().filter(|(name, _)| *name == "v1").filter_map(|(_, text)| from_hex(text));
    let signatures: Vec<_> = signatures.take(SIGNATURES_MAX).collect();
    (is_number && !signatures.is_empty()).then_some((time, signatures))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    /// Made with `openssl dgst -sha256 -hmac`.
    const GOOD: &str = "4e40987152325c1d29a49a1d30d740db76b5c06a218bea65d0441117eaba5bfc";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000 + 999)
    }

    #[test]
    fn only_fresh_messages_signed_with_our_secret_are_believed() {
        let now = 1_795_435_200;
        let good = format!("t={now},v1={GOOD}");
        let other = "0".repeat(64);
        let table: [(String, i64, Result<(), Disbelief>); 15] = [
            (good.clone(), now, Ok(())),
            (good.clone(), now + 300, Ok(())),
            (good.clone(), now - 300, Ok(())),
            (good.clone(), now + 301, Err(Disbelief::Stale)),
            (good.clone(), now - 301, Err(Disbelief::Stale)),
            (format!("t={now},v1={other},v1={GOOD}"), now, Ok(())),
            (format!("t={now},v0={GOOD}"), now, Err(Disbelief::Unsigned)),
            (format!("t={now},v1={other}"), now, Err(Disbelief::Forged)),
            (format!("t={},v1={GOOD}", now + 1), now, Err(Disbelief::Forged)),
            (format!("v1={GOOD}"), now, Err(Disbelief::Unsigned)),
            (format!("t=,v1={GOOD}"), now, Err(Disbelief::Unsigned)),
            (format!("t=-1,v1={GOOD}"), now, Err(Disbelief::Unsigned)),
            (format!("t={now}"), now, Err(Disbelief::Unsigned)),
            (format!("t={now},v1=é{}", &GOOD[2..]), now, Err(Disbelief::Unsigned)),
            (String::new(), now, Err(Disbelief::Unsigned)),
        ];
        for (header, now, expected) in table {
            assert_eq!(verify(SECRET, &header, BODY, at(now)), expected, "{header} at {now}");
        }
        assert_eq!(verify("whsec_another", &good, BODY, at(now)), Err(Disbelief::Forged));
        assert_eq!(verify(SECRET, &good, b"{\"id\":\"evt_2\"}", at(now)), Err(Disbelief::Forged));
    }
}
