//! The code by which people name a top-up, on a cheque, a transfer or the
//! phone: `FT-7K3M-Q2XD`. It stands in for identity where a payer leaves no
//! name, so a slip of the pen must not hit somebody else's: the last sign
//! checks the others.

use std::fmt;

use crate::code;
use crate::refusal::Refusal;

/// A top-up's code: seven random signs and one that checks them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(String);

/// What every code begins with.
const PREFIX: &str = "FT-";

/// Random bits of a code.
const BITS: u32 = 35;

impl Reference {
    /// The code of these random bits; the uppermost 29 are not used.
    #[must_use]
    pub fn draw(random: u64) -> Self {
        let signs = code::write_fives((0..BITS / 5).rev().map(|place| random >> (place * 5)));
        let (head, tail) = signs.split_at(4);
        Self(format!("{PREFIX}{head}-{tail}"))
    }

    /// Reads what somebody typed or wrote, forgiving what [`code::read`]
    /// forgives and a missing prefix.
    ///
    /// # Errors
    /// `InvalidInput` on `reference` if it cannot be one of ours.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let plain: String = text.chars().filter(|sign| !matches!(sign, '-' | ' ')).take(40).collect();
        let plain = plain.to_ascii_uppercase();
        let signs = match plain.strip_prefix("FT") {
            Some(rest) if plain.len() > 8 => rest,
            _ => &plain,
        };
        let wrong = || Refusal::invalid("reference", "this was mistyped: compare it sign by sign");
        let random = code::read_fives(signs, 7).ok_or_else(wrong)?;
        Ok(Self::draw(random))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_read_as_people_type_it(random in 0u64..1 << 35) {
            let code = Reference::draw(random);
            prop_assert_eq!(code.as_str().len(), 12);
            let typed = [
                code.to_string(),
                code.to_string().to_lowercase(),
                code.to_string().replace('-', ""),
                code.as_str()[3..].to_owned(),
                code.to_string().replace('0', "O").replace('1', "l"),
                format!(" {} ", code.to_string().replace('-', " ")),
            ];
            for typed in typed {
                prop_assert_eq!(Reference::parse(&typed), Ok(code.clone()), "{}", typed);
            }
        }

        #[test]
        fn a_wrong_sign_is_noticed(random in 0u64..1 << 35, place in 3usize..12, by in 1usize..32) {
            let code = Reference::draw(random).to_string();
            prop_assume!(place != 7);
            let alphabet = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
            let mut signs = code.clone().into_bytes();
            let old = alphabet.iter().position(|sign| *sign == signs[place]).unwrap();
            signs[place] = alphabet[(old + by) % 32];
            prop_assert!(Reference::parse(std::str::from_utf8(&signs).unwrap()).is_err());
        }
    }

    #[test]
    fn nonsense_is_no_code() {
        for typed in ["", "FT-", "FT-0000-0000-0", "hello", "ÄÖÜ", &"7".repeat(5_000)] {
            assert!(Reference::parse(typed).is_err(), "{typed}");
        }
    }
}
