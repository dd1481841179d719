//! Names that cannot lead out of the folder.

use std::fmt;

/// The name of a kept file: 64 lower-case hex digits, or those followed by
/// `-<width>.webp` for one size of a picture. Nothing else can be made into
/// one, so a name from outside cannot reach another file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileName(String);

/// Digits of a BLAKE3 hash in hex.
const HASH_DIGITS: usize = 64;

impl FileName {
    /// The name that `text` spells, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hash, rest) = text.split_at_checked(HASH_DIGITS)?;
        if !hash.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        (rest.is_empty() || is_size(rest)).then(|| Self(text.to_owned()))
    }

    /// The name of what has this hash.
    #[must_use]
    pub fn of(hash: &blake3::Hash) -> Self {
        Self(hash.to_hex().to_string())
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash in it, 64 digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.0.get(..HASH_DIGITS).unwrap_or_default()
    }

    /// The folder in which it lies.
    pub(super) fn shard(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

/// Whether this is `-<one to five digits>.webp`.
fn is_size(rest: &str) -> bool {
    let digits = rest.strip_prefix('-').and_then(|it| it.strip_suffix(".webp"));
    digits.is_some_and(|it| (1..=5).contains(&it.len()) && it.bytes().all(|digit| digit.is_ascii_digit()))
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_hashes_and_sizes_of_pictures_are_names() {
        let hash = "0123456789abcdef".repeat(4);
        let good = [hash.clone(), format!("{hash}-320.webp"), format!("{hash}-1280.webp")];
        for text in &good {
            let name = FileName::parse(text).unwrap();
            assert_eq!((name.as_str(), name.hash(), name.shard()), (text.as_str(), hash.as_str(), "01"));
        }
        let bad = [
            String::new(),
            "..".to_owned(),
            "../../etc/passwd".to_owned(),
            hash.to_uppercase(),
            hash[1..].to_owned(),
            format!("{hash}0"),
            format!("{hash}/"),
            format!("{hash}-.webp"),
            format!("{hash}-123456.webp"),
            format!("{hash}-32x.webp"),
            format!("{hash}-320.webp\0"),
            format!("{hash}-320.webp/.."),
            format!("/{hash}"),
            format!("é{}", &hash[1..]),
        ];
        for text in bad {
            assert_eq!(FileName::parse(&text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_holds_a_separator(text in ".{0,90}") {
            if let Some(name) = FileName::parse(&text) {
                prop_assert!(!name.as_str().contains(['/', '\\', '\0']) && !name.as_str().contains(".."));
            }
        }
    }
}
