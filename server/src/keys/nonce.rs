//! Nonces: what a device has to repeat in its proof.
//!
//! A nonce tells when it was made and that this server made it; nothing is
//! kept. Whoever hears a proof can send the same request once more while its
//! nonce holds: whatever a proof allows has one effect under the name in its
//! body, so no harm is done.

use domain::time::{Seconds, Timestamp};
use store::secrets::Secret;

/// How long a nonce holds.
const LASTS: Seconds = Seconds::new(300);

/// A new nonce: when it was made, something random, and the server's mark.
#[must_use]
pub fn make(secret: &Secret, now: Timestamp, random: [u8; 8]) -> String {
    let told = format!("{:016x}{:016x}", now.millis(), u64::from_be_bytes(random));
    let mark = mark(secret, &told);
    format!("{told}{mark}")
}

fn mark(secret: &Secret, told: &str) -> String {
    let derived = secret.derive("device nonce", told.as_bytes());
    derived.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether this server made a nonce, not long ago.
#[must_use]
pub fn is_fresh(secret: &Secret, now: Timestamp, nonce: &str) -> bool {
    if nonce.len() != 64 || !nonce.is_ascii() {
        return false;
    }
    let (told, said) = nonce.split_at(32);
    // Hashes are compared in constant time.
    let is_ours = blake3::hash(mark(secret, told).as_bytes()) == blake3::hash(said.as_bytes());
    let made = told.get(..16).and_then(|it| i64::from_str_radix(it, 16).ok());
    let made = made.map(Timestamp::from_millis).filter(|_| is_ours);
    made.is_some_and(|made| made <= now && now < made.after(LASTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_ours_and_fresh() {
        let (secret, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let at = |millis: i64| Timestamp::from_millis(1_795_392_000_000 + millis);
        let nonce = make(&secret, at(0), [3; 8]);
        let odd = "\u{e9}".repeat(32);
        for (case, secret, now, nonce, is_good) in [
            ("another server's", &other, at(1), nonce.as_str(), false),
            ("from the future", &secret, at(-1), &nonce, false),
            ("too old", &secret, at(300_000), &nonce, false),
            ("changed", &secret, at(1), &nonce.replace('0', "1"), false),
            ("none", &secret, at(1), "", false),
            ("odd", &secret, at(1), &odd, false),
            ("at once", &secret, at(0), &nonce, true),
            ("late", &secret, at(299_999), &nonce, true),
        ] {
            assert_eq!(is_fresh(secret, now, nonce), is_good, "{case}");
        }
    }
}
