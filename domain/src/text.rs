//! Texts that people type, parsed at the edge into types that cannot be wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// Trims `text` and checks its length in characters and that it holds no
/// control characters; line breaks only where `lines` says so.
fn parse_text(
    field: &'static str,
    text: &str,
    (shortest, longest): (usize, usize),
    lines: Lines,
) -> Result<String, Refusal> {
    let text = text.trim().replace("\r\n", "\n");
    let length = text.chars().count();
    if length < shortest {
        return Err(match shortest {
            1 => Refusal::invalid(field, "this may not stay empty"),
            _ => Refusal::invalid(field, format!("at least {shortest} characters are needed")),
        });
    }
    if length > longest {
        return Err(Refusal::invalid(
            field,
            format!("at most {longest} characters are allowed, not {length}"),
        ));
    }
    let forbidden = |sign: char| match lines {
        Lines::Many => is_disruptive(sign) && sign != '\n' && sign != '\t',
        Lines::One => is_disruptive(sign),
    };
    if text.chars().any(forbidden) {
        return Err(Refusal::invalid(field, "control characters are not allowed"));
    }
    Ok(text)
}

/// Whether a character would spoil the text around it: control characters,
/// and the marks that turn the direction of writing.
fn is_disruptive(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether a text may have several lines.
#[derive(Clone, Copy)]
enum Lines {
    One,
    Many,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident { field: $field:literal, length: $length:expr, lines: $lines:ident })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Parses what was typed; surrounding white space is dropped.
            ///
            /// # Errors
            /// `InvalidInput` that says which rule is broken.
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                parse_text($field, text, $length, Lines::$lines).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, taken out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )*};
}

texts! {
    /// What a listing is called; one line of 1 to 140 characters.
    Title { field: "title", length: (1, 140), lines: One }
    /// What a listing is; up to 10,000 characters.
    Description { field: "description", length: (0, 10_000), lines: Many }
    /// What a giver writes to the receiver; up to 500 characters.
    GiftMessage { field: "message", length: (0, 500), lines: Many }
    /// Why the vendor granted tokens; 1 to 200 characters.
    GrantReason { field: "reason", length: (1, 200), lines: One }
    /// Why the staff suspends a licence; 1 to 300 characters.
    SuspensionReason { field: "reason", length: (1, 300), lines: One }
    /// What a user wants to be called; optional, up to 60 characters.
    DisplayName { field: "displayName", length: (1, 60), lines: One }
    /// What a user tells about themselves; optional, up to 2,000 characters.
    About { field: "about", length: (1, 2_000), lines: Many }
    /// What a download is called; 1 to 200 characters.
    FileName { field: "file", length: (1, 200), lines: One }
    /// What a batch of vouchers is called; 1 to 80 characters.
    BatchName { field: "name", length: (1, 80), lines: One }
    /// What somebody for whom the staff acts is called; 1 to 120 characters.
    CustomerName { field: "name", length: (1, 120), lines: One }
    /// Where letters reach somebody; 1 to 400 characters.
    PostalAddress { field: "address", length: (1, 400), lines: Many }
    /// Where somebody can be called; 1 to 40 characters.
    PhoneNumber { field: "phone", length: (1, 40), lines: One }
    /// A customer's own number of an order; 1 to 60 characters.
    PoNumber { field: "poNumber", length: (1, 60), lines: One }
    /// Who phoned, wrote or came; 1 to 120 characters.
    TakenFrom { field: "takenFrom", length: (1, 120), lines: One }
    /// To whom papers are written; up to 400 characters, on several lines.
    BillTo { field: "billTo", length: (1, 400), lines: Many }
    /// What the staff wants to remember of an order; 1 to 1,000 characters.
    DeskNote { field: "notes", length: (1, 1_000), lines: Many }
    /// What the bank or the till calls a payment; 1 to 80 characters.
    BankReference { field: "bankReference", length: (1, 80), lines: One }
    /// What is new in a release; up to 10,000 characters.
    ReleaseNotes { field: "notes", length: (0, 10_000), lines: Many }
    /// Where money is to be paid, as its receiver writes it; 5 to 400 characters.
    Payee { field: "payTo", length: (5, 400), lines: Many }
    /// What a fee rule is called; 1 to 80 characters.
    RuleName { field: "name", length: (1, 80), lines: One }
}

/// A user's public name: 3 to 30 small letters, digits and single hyphens,
/// beginning with a letter. Unique over all users.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(String);

/// Names that would mislead: they look like the vendor or like a path.
const RESERVED: [&str; 12] = [
    "admin",
    "administrator",
    "api",
    "farthing",
    "graphql",
    "help",
    "moderator",
    "null",
    "root",
    "staff",
    "support",
    "vendor",
];

impl Handle {
    /// Parses a handle; capitals become small letters, and a leading `@` is
    /// dropped, since people type both.
    ///
    /// # Errors
    /// `InvalidInput` on `handle`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let text = text.strip_prefix('@').unwrap_or(text).to_ascii_lowercase();
        let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(3..=30).contains(&text.len()) || !text.bytes().all(fine) {
            return Err(Refusal::invalid("handle", "a handle has 3 to 30 small letters, digits and hyphens"));
        }
        let begins_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !begins_well || text.ends_with('-') || text.contains("--") {
            return Err(Refusal::invalid(
                "handle",
                "a handle begins with a letter, and its hyphens stand singly between other signs",
            ));
        }
        if RESERVED.contains(&text.as_str()) {
            return Err(Refusal::HandleTaken);
        }
        Ok(Self(text))
    }

    /// The handle.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A secret sentence to sign in with: 10 to 200 characters of any kind.
/// It never shows itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Parses a passphrase; it is taken as typed, white space included.
    ///
    /// # Errors
    /// `InvalidInput` on `passphrase`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let length = text.chars().count();
        if !(10..=200).contains(&length) {
            return Err(Refusal::invalid("passphrase", "a passphrase has 10 to 200 characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself, only for hashing.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passphrase(…)")
    }
}

/// A client's name for one attempt: 1 to 255 visible ASCII characters.
/// The same key with the same input has one effect, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses a key.
    ///
    /// # Errors
    /// `InvalidInput` on `idempotencyKey`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > 255 || !visible {
            return Err(Refusal::invalid(
                "idempotencyKey",
                "an idempotency key has 1 to 255 visible ASCII characters",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The most tags that a listing carries.
pub const TAGS_MAX: usize = 12;

/// Parses a listing's tags: each 1 to 30 letters, digits, spaces or hyphens,
/// made small; doubles are dropped, the order is kept.
///
/// # Errors
/// `InvalidInput` or `TooMany` on `tags`.
pub fn parse_tags<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, Refusal> {
    let mut tags: Vec<String> = Vec::new();
    for text in texts {
        let tag = text.trim().trim_start_matches('#').to_lowercase();
        if tag.is_empty() {
            continue;
        }
        let fine = |sign: char| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '+' | '.' | '_');
        if tag.chars().count() > 30 || !tag.chars().all(fine) {
            return Err(Refusal::invalid(
                "tags",
                "a tag has up to 30 letters, digits, spaces, hyphens, points or plus signs",
            ));
        }
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS_MAX {
        return Err(Refusal::invalid("tags", format!("at most {TAGS_MAX} tags are allowed")));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles() {
        let table = [
            ("quiet-wren-4821", Some("quiet-wren-4821")),
            ("  @Quiet ", Some("quiet")),
            ("ab", None),
            ("a-b", Some("a-b")),
            ("-ab", None),
            ("ab-", None),
            ("a--b", None),
            ("4ab", None),
            ("ünna", None),
            ("admin", None),
            ("a b c", None),
            ("abcdefghijklmnopqrstuvwxyz-1234", None),
            ("<script>", None),
        ];
        for (typed, expected) in table {
            let handle = Handle::parse(typed).ok();
            assert_eq!(handle.as_ref().map(Handle::as_str), expected, "{typed:?}");
        }
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        assert_eq!(Title::parse("  A wren \n").map(Title::into_string), Ok("A wren".to_owned()));
        assert!(Title::parse("   ").is_err());
        assert!(Title::parse("two\nlines").is_err());
        assert!(Title::parse(&"x".repeat(140)).is_ok());
        assert!(Title::parse(&"x".repeat(141)).is_err());
        assert!(Title::parse("turned \u{202E} round").is_err());
        assert!(Description::parse("two\r\nlines\tand a tab").is_ok());
        assert!(Description::parse("nul \0").is_err());
    }

    #[test]
    fn keys_and_passphrases() {
        assert!(IdempotencyKey::parse("").is_err());
        assert!(IdempotencyKey::parse("with space").is_err());
        assert!(IdempotencyKey::parse(&"k".repeat(255)).is_ok());
        assert!(IdempotencyKey::parse(&"k".repeat(256)).is_err());
        assert!(Passphrase::parse("too short").is_err());
        assert!(Passphrase::parse("long enough").is_ok());
        assert_eq!(format!("{:?}", Passphrase::parse("long enough").unwrap()), "Passphrase(…)");
    }

    #[test]
    fn tags_are_made_small_and_single() {
        assert_eq!(parse_tags(["Wood ", "#wood", "", "c++"]), Ok(vec!["wood".into(), "c++".into()]));
        assert!(parse_tags(["<b>"]).is_err());
        let many: Vec<String> = (0..13).map(|number| format!("t{number}")).collect();
        assert!(parse_tags(many.iter().map(String::as_str)).is_err());
    }
}
