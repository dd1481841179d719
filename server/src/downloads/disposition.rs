//! `Content-Disposition` for names that strangers chose (RFC 6266, RFC 8187).

use std::fmt::Write;

use axum::http::HeaderValue;

/// The longest name, in characters, ending included.
const NAME_CHARS_MAX: usize = 120;

/// The longest ending that is kept when a name is cut.
const ENDING_CHARS_MAX: usize = 12;

/// A header that saves the answer under `name`, made harmless: no folders, no
/// control characters, no marks that turn the direction of writing (which
/// make "gpj.exe" look like "exe.jpg"), no hidden files.
#[must_use]
pub fn attachment(name: &str) -> HeaderValue {
    let name = harmless(name);
    let mut text = String::from("attachment; filename=\"");
    for sign in name.chars() {
        // Quotes and backslashes end the text, percent signs are decoded by
        // some browsers: all three are safe only in the second form.
        let plain = matches!(sign, ' '..='~') && !matches!(sign, '"' | '\\' | '%');
        text.push(if plain { sign } else { '_' });
    }
    text.push_str("\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    // All of it is visible ASCII by now; the fallback is never reached.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// The name without what could do harm or deceive; "download" if nothing is
/// left.
fn harmless(name: &str) -> String {
    let deceives = |sign: char| {
        sign.is_control()
            || matches!(sign, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let kept: String =
        name.chars()
            .filter(|sign| !deceives(*sign))
            .map(|sign| {
                if matches!(sign, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { sign }
            })
            .collect();
    let kept = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).trim_start();
    if kept.is_empty() { "download".to_owned() } else { shortened(kept) }
}

/// Cuts a long name before its ending.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ending_chars = ending.chars().count();
    if ending.is_empty() || ending_chars > ENDING_CHARS_MAX {
        return name.chars().take(NAME_CHARS_MAX).collect();
    }
    let stem: String = name.chars().take(NAME_CHARS_MAX - ending_chars - 1).collect();
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_become_harmless() {
        let table = [
            ("song.mp3", "song.mp3", "song.mp3"),
            ("my song.mp3", "my song.mp3", "my%20song.mp3"),
            ("Grüße.pdf", "Gr__e.pdf", "Gr%C3%BC%C3%9Fe.pdf"),
            ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
            ("C:\\boot.ini", "C__boot.ini", "C__boot.ini"),
            (".htaccess", "htaccess", "htaccess"),
            ("a\"; filename=\"b.exe", "a_; filename=_b.exe", "a_%3B%20filename%3D_b.exe"),
            ("100%.txt", "100_.txt", "100%25.txt"),
            ("line\r\nSet-Cookie: x", "lineSet-Cookie_ x", "lineSet-Cookie_%20x"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe", "invoicefdp.exe"),
            ("...", "download", "download"),
            ("", "download", "download"),
            ("😀", "_", "%F0%9F%98%80"),
        ];
        for (name, plain, extended) in table {
            let expected = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}");
            assert_eq!(attachment(name).to_str().unwrap(), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = "ß".repeat(500);
        assert_eq!(harmless(&format!("{long}.tar")), format!("{}.tar", "ß".repeat(116)));
        assert_eq!(harmless(&long), "ß".repeat(120));
        assert_eq!(harmless(&format!("a.{long}")).chars().count(), 120);
    }

    proptest! {
        #[test]
        fn every_name_gives_one_well_formed_header(name in ".{0,200}") {
            let header = attachment(&name);
            let text = header.to_str().unwrap();
            prop_assert_eq!(text.matches('"').count(), 2);
            prop_assert!(text.starts_with("attachment; filename=\"") && text.len() < 2_000);
            prop_assert!(!text.contains(['/', '\\', '\r', '\n']));
        }
    }
}
