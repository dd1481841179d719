//! Secrets that people read, copy and type: account keys, claim codes,
//! session tokens.
//!
//! Written in Crockford's base 32 (crockford.com/base32.html): no letter that
//! is taken for a digit, capitals or not. A last sign checks the others, so
//! that a slip of the pen is told apart from a wrong secret.

use crate::refusal::Refusal;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Signs between two hyphens.
const GROUP: usize = 5;

/// Writes `bytes` in groups of five signs, the last sign being the check.
#[must_use]
pub fn write(bytes: &[u8]) -> String {
    let mut values = to_fives(bytes);
    values.push(check_of(&values));
    let signs: Vec<u8> = values.iter().map(|value| sign_of(*value)).collect();
    let groups: Vec<String> =
        signs.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}

/// Reads what [`write()`] wrote, forgiving case, hyphens, spaces and the letters
/// O, I and L for 0, 1 and 1. `length` is the number of bytes to expect.
///
/// # Errors
/// `InvalidInput` on `field` if it cannot have been written by us.
pub fn read(field: &'static str, text: &str, length: usize) -> Result<Vec<u8>, Refusal> {
    let broken = || Refusal::invalid(field, "this was mistyped: compare it sign by sign");
    if text.len() > 200 {
        return Err(broken());
    }
    let mut values = Vec::new();
    for sign in text.chars().filter(|sign| !matches!(sign, '-' | ' ')) {
        values.push(value_of(sign).ok_or_else(broken)?);
    }
    let check = values.pop().ok_or_else(broken)?;
    if check != check_of(&values) || values.len() != (length * 8).div_ceil(5) {
        return Err(broken());
    }
    from_fives(&values, length).ok_or_else(broken)
}

/// Writes values of five bits, of which the lowest five bits count, and a
/// check sign, without hyphens.
#[must_use]
pub fn write_fives(values: impl Iterator<Item = u64>) -> String {
    let mut values: Vec<u8> = values.map(|value| u8::try_from(value & 31).unwrap_or(0)).collect();
    values.push(check_of(&values));
    values.into_iter().map(|value| char::from(sign_of(value))).collect()
}

/// Reads `count` signs and their check sign, written by [`write_fives`],
/// into one number; `None` if they were mistyped. Up to twelve fit.
#[must_use]
pub fn read_fives(text: &str, count: usize) -> Option<u64> {
    let mut values = text.chars().map(value_of).collect::<Option<Vec<u8>>>()?;
    let check = values.pop()?;
    let is_ours = check == check_of(&values) && values.len() == count && count <= 12;
    is_ours.then(|| values.iter().fold(0, |number, value| (number << 5) | u64::from(*value)))
}

/// Splits bytes into values of five bits, padded with zeros.
fn to_fives(bytes: &[u8]) -> Vec<u8> {
    let mut values = Vec::with_capacity(bytes.len() * 8 / 5 + 2);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            values.push(low_five(held >> bits));
        }
    }
    if bits > 0 {
        values.push(low_five(held << (5 - bits)));
    }
    values
}

/// Joins values of five bits into `length` bytes; the padding must be zero.
fn from_fives(values: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    let (mut held, mut bits) = (0u32, 0u32);
    for value in values {
        held = (held << 5) | u32::from(*value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xFF).ok()?);
        }
        held &= 0xFFF;
    }
    let padding = held & ((1 << bits) - 1);
    (bytes.len() == length && padding == 0).then_some(bytes)
}

fn low_five(number: u32) -> u8 {
    u8::try_from(number & 31).unwrap_or(0)
}

/// A weighted sum, so that swapped neighbours are noticed too.
fn check_of(values: &[u8]) -> u8 {
    let sum = values
        .iter()
        .zip((1u32..31).cycle())
        .fold(7u32, |sum, (value, weight)| sum + (2 * weight + 1) * u32::from(*value));
    low_five(sum)
}

fn sign_of(value: u8) -> u8 {
    ALPHABET.get(usize::from(value)).copied().unwrap_or(b'0')
}

fn value_of(sign: char) -> Option<u8> {
    let sign = match sign.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == sign)?;
    u8::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reading_forgives_what_people_do() {
        let written = write(&[0xFF; 16]);
        assert_eq!(written.len(), 27 + 5);
        for typed in [written.to_lowercase(), written.replace('-', " "), written.replace('-', "")] {
            assert_eq!(read("accountKey", &typed, 16), Ok(vec![0xFF; 16]), "{typed}");
        }
        let zeros = write(&[0; 16]).replace('0', "o");
        assert_eq!(read("accountKey", &zeros, 16), Ok(vec![0; 16]));
    }

    #[test]
    fn nonsense_is_refused() {
        let long = "A".repeat(10_000);
        for typed in ["", "-", "U", "ÄÖÜ", "AAAAA-AAAAA", long.as_str()] {
            assert!(read("accountKey", typed, 16).is_err(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn reading_is_the_inverse_of_writing(bytes in prop::collection::vec(any::<u8>(), 1..40)) {
            prop_assert_eq!(read("x", &write(&bytes), bytes.len()), Ok(bytes));
        }

        #[test]
        fn one_wrong_sign_is_noticed(bytes in prop::array::uniform16(any::<u8>()), place in 0usize..26, sign in 0u8..32) {
            let plain = write(&bytes).replace('-', "");
            let mut signs = plain.into_bytes();
            let wrong = sign_of(sign);
            prop_assume!(signs[place] != wrong);
            signs[place] = wrong;
            let typed = String::from_utf8(signs).unwrap();
            prop_assert!(read("x", &typed, 16).is_err());
        }
    }
}
