//! A letter as it came, taken apart again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A letter that a mail server was given.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Whom the envelope named.
    pub recipient: String,
    /// Whether the way was encrypted.
    pub is_encrypted: bool,
    headers: Vec<(String, String)>,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

impl Letter {
    pub(crate) fn read(recipient: &str, is_encrypted: bool, raw: &str) -> Self {
        let (headers, body) = split(raw);
        let kind = find(&headers, "content-type").unwrap_or_default();
        let boundary = kind.split("boundary=").nth(1).unwrap_or_default();
        let boundary = boundary.trim_matches(['"', ';', ' ']);
        let (mut text, mut html) = (String::new(), String::new());
        // What stands behind the last mark is no part.
        let is_part = |part: &&str| part.contains("\r\n\r\n") && !part.starts_with("--");
        for part in body.split(&format!("--{boundary}")).filter(is_part) {
            let (headers, body) = split(part.trim_start_matches("\r\n"));
            let kind = find(&headers, "content-type").unwrap_or_default();
            let way = find(&headers, "content-transfer-encoding").unwrap_or_default();
            let decoded = decode(&way, body);
            if kind.starts_with("text/html") {
                html = decoded;
            } else {
                text = decoded;
            }
        }
        Self { recipient: recipient.to_owned(), is_encrypted, headers, text, html }
    }

    /// A header, if it is there once.
    ///
    /// # Panics
    /// If it is there twice.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let count = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).count();
        assert!(count < 2, "{name} is there {count} times");
        find(&self.headers, name)
    }

    /// The subject line.
    #[must_use]
    pub fn subject(&self) -> String {
        self.header("subject").unwrap_or_default()
    }

    /// The number by which a second copy is known.
    ///
    /// # Panics
    /// If it has none.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.header("message-id").expect("every letter has a number")
    }

    /// The path of the first link in the plain text that holds `part`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn path(&self, part: &str) -> String {
        let links = self.text.split_whitespace().filter_map(|word| word.split_once("://"));
        let paths = links.filter_map(|(_, rest)| rest.find('/').map(|slash| rest[slash..].to_owned()));
        let mut paths = paths.filter(|path| path.contains(part));
        paths.next().unwrap_or_else(|| panic!("no link to {part} in:\n{}", self.text))
    }
}

fn find(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

/// Headers, unfolded, and the body.
fn split(raw: &str) -> (Vec<(String, String)>, &str) {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let pairs = head.split("\r\n").filter_map(|line| line.split_once(':'));
    (pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect(), body)
}

fn decode(way: &str, body: &str) -> String {
    match way {
        "base64" => {
            let text: String = body.split_whitespace().collect();
            String::from_utf8(STANDARD.decode(text).expect("base64 is good")).expect("letters are UTF-8")
        }
        "quoted-printable" => quoted_printable(body),
        _ => body.replace("\r\n", "\n"),
    }
}

fn quoted_printable(body: &str) -> String {
    let body = body.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = || std::str::from_utf8(after.get(..2)?).ok();
        match (first, code().and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("letters are UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_taken_apart() {
        let raw = "Subject: Hello\r\nX: a\r\n b\r\nContent-Type: multipart/alternative; boundary=\"p\"\r\n\r\n\
            --p\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            S=C3=B6h=\r\nne https://m.example/a=3Db\r\n\
            --p\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--p--\r\n\r\n";
        let letter = Letter::read("wren@post.example", true, raw);
        assert_eq!((letter.subject().as_str(), letter.header("x").as_deref()), ("Hello", Some("a b")));
        assert_eq!((letter.text.trim(), letter.html.as_str()), ("Söhne https://m.example/a=b", "<b>"));
        assert_eq!(letter.path("/a"), "/a=b");
    }
}
