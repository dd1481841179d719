//! Names of files inside a package: relative, plain, and the same file on
//! every system. What one of them would take for something else is refused by
//! all.

use unicode_normalization::UnicodeNormalization;

/// The most bytes of a name.
pub const NAME_BYTES_MAX: usize = 1_000;

/// The most bytes of a part of a name: what most disks take.
const PART_BYTES_MAX: usize = 255;

/// The most parts of a name.
const PARTS_MAX: usize = 32;

/// Signs that mean something to some system's paths or shells.
const ODD_SIGNS: [char; 8] = ['\\', ':', '<', '>', '"', '|', '?', '*'];

/// Names that are devices on Windows, in every folder, with any ending.
const DEVICES: [&str; 8] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$", "config$"];

/// Reads the name of a file, its parts divided by `/`.
///
/// # Errors
/// What is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<&str, &'static str> {
    let name = std::str::from_utf8(bytes).map_err(|_| "a name is no UTF-8")?;
    if name.len() > NAME_BYTES_MAX || name.split('/').count() > PARTS_MAX {
        return Err("a name is too long");
    }
    if name.chars().any(|sign| sign.is_control() || is_invisible(sign) || ODD_SIGNS.contains(&sign)) {
        return Err("a name has a sign that files do not have");
    }
    name.split('/').try_for_each(check_part)?;
    Ok(name)
}

fn check_part(part: &str) -> Result<(), &'static str> {
    match part {
        "" => return Err("a name is absolute, or has an empty part"),
        "." | ".." => return Err("a name leads out of its folder"),
        _ => {}
    }
    if part.len() > PART_BYTES_MAX {
        return Err("a part of a name is too long");
    }
    if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        return Err("a part of a name ends where some systems do not see it");
    }
    match is_device(part) {
        true => Err("a name is a device on Windows"),
        false => Ok(()),
    }
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_lowercase();
    let is_port = |prefix: &str| {
        let number = stem.strip_prefix(prefix).unwrap_or_default();
        let mut signs = number.chars();
        let is_digit = |sign: char| sign.is_ascii_digit() || "¹²³".contains(sign);
        signs.next().is_some_and(is_digit) && signs.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

/// Signs that are not seen, or turn the reading around.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What two names share that are one file on a system which does not tell
/// large signs from small, or composed ones from their parts.
#[must_use]
pub fn folded(name: &str) -> String {
    // Large and back brings together what small alone keeps apart, as ß and ss.
    name.nfkd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_are_taken() {
        let deep = ["a"; PARTS_MAX].join("/");
        for name in [
            "a",
            "bin/inkwell",
            "share/doc/README.md",
            ".hidden",
            "..a",
            "a..b",
            "Größe/naïve 2.txt",
            "console",
            "com",
            "com10",
            "lpt",
            "null",
            "nul_/x",
            &deep,
        ] {
            assert_eq!(parse(name.as_bytes()), Ok(name));
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let (long, deep) = ("a".repeat(256), ["a"; PARTS_MAX + 1].join("/"));
        let longer = ["a".repeat(200).as_str(); 6].join("/");
        for name in [
            "",
            "/",
            "/etc/passwd",
            "a/",
            "a//b",
            ".",
            "..",
            "../x",
            "a/../b",
            "a/..",
            "./a",
            "a/./b",
            "C:\\x",
            "C:x",
            "a\\..\\b",
            "\\\\host\\share",
            "a:stream",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{202e}b",
            "a\u{feff}",
            "a.",
            "a ",
            " a",
            "a./b",
            "...",
            "CON",
            "con.txt",
            "a/Nul",
            "aux .c",
            "COM1",
            "com¹",
            "LPT9.tar.gz",
            "conin$",
            "a|b",
            "a?",
            "*",
            "\"a\"",
            &long,
            &deep,
            &longer,
        ] {
            assert!(parse(name.as_bytes()).is_err(), "{name:?}");
        }
        assert!(parse(&[b'a', 0xff]).is_err());
        assert!(parse(&[0xc0, 0xae, 0xc0, 0xae, b'/', b'x']).is_err(), "an overlong ..");
    }

    #[test]
    fn twins_are_one() {
        for (one, other) in [
            ("README", "readme"),
            ("é", "e\u{301}"),
            ("straße", "STRASSE"),
            ("K", "\u{212a}"),
            ("ﬁ", "FI"),
            ("Σ", "ς"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("a"), folded("b"));
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_inside(name in ".{0,40}|[a.:/\\\\ ]{0,12}") {
            if parse(name.as_bytes()).is_ok() {
                let joined = std::path::Path::new("root").join(&name);
                let inside = joined.strip_prefix("root").unwrap();
                let is_plain = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(inside.components().all(is_plain));
                prop_assert_eq!(inside.components().count(), name.split('/').count());
                prop_assert_eq!(folded(&folded(&name)), folded(&name));
            }
        }
    }
}
