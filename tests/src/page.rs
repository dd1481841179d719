//! A page as somebody without script gets it: status, text, links, figures
//! and forms. It reads the well-formed HTML of our own templates, nothing
//! else.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::form::Form;

/// A page that was received.
#[derive(Clone, Debug)]
pub struct Page {
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The path and query that it came from, after redirects.
    pub path: String,
    /// What was received.
    pub html: String,
}

/// A tag with what follows it up to the next one.
#[derive(Clone, Debug)]
pub(crate) struct Tag<'h> {
    /// The name; with a slash before it for an end tag.
    pub(crate) name: &'h str,
    /// Names and values of its attributes.
    attributes: &'h str,
    /// The text up to the next tag.
    pub(crate) text: &'h str,
}

impl<'h> Tag<'h> {
    /// All tags of a page in their order.
    pub(crate) fn all(html: &'h str) -> impl Iterator<Item = Self> {
        let mut rest = html;
        std::iter::from_fn(move || {
            let (_, tag) = rest.split_once('<')?;
            let end = end_of_tag(tag);
            let (inside, after) = tag.split_at(end);
            let after = after.strip_prefix('>').unwrap_or(after);
            let text = after.split_once('<').map_or(after, |(text, _)| text);
            rest = after;
            let (name, attributes) =
                inside.split_once(|letter: char| letter.is_ascii_whitespace()).unwrap_or((inside, ""));
            Some(Self { name, attributes, text })
        })
    }

    /// The value of an attribute; empty for one without a value.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
            if rest.is_empty() {
                return None;
            }
            let end =
                rest.find(|letter: char| letter.is_ascii_whitespace() || letter == '=').unwrap_or(rest.len());
            let (found, after) = rest.split_at(end);
            let (value, after) = match after.strip_prefix("=\"") {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => ("", after.trim_start_matches('=')),
            };
            if found == name {
                return Some(decoded(value));
            }
            rest = after;
        }
    }
}

/// Where a tag ends: the first `>` outside of quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut is_quoted = false;
    for (place, letter) in tag.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return place,
            _ => {}
        }
    }
    tag.len()
}

/// Text with its entities resolved.
#[must_use]
pub fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once(';').filter(|(name, _)| name.len() <= 8) else {
            out.push('&');
            rest = after;
            continue;
        };
        let letter = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => numbered(name),
        };
        out.push(letter.unwrap_or_else(|| panic!("the entity &{name}; is none that our templates write")));
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn numbered(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    };
    code.and_then(char::from_u32)
}

/// What a reader sees of HTML, with single spaces.
#[must_use]
pub fn text_of(html: &str) -> String {
    let lead = html.split_once('<').map_or(html, |(lead, _)| lead);
    let mut out = decoded(lead);
    for tag in Tag::all(html) {
        let is_inline =
            matches!(tag.name.trim_start_matches('/'), "a" | "b" | "span" | "strong" | "data" | "mark" | "q");
        if !is_inline {
            out.push(' ');
        }
        out.push_str(&decoded(tag.text));
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    /// What a reader sees, with single spaces.
    #[must_use]
    pub fn text(&self) -> String {
        text_of(&self.html)
    }

    /// Whether a reader sees these words.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The page, if it came with this status.
    ///
    /// # Panics
    /// If it came with another one.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.path, self.text());
        self
    }

    /// The page, if a reader sees these words on it.
    ///
    /// # Panics
    /// If not.
    #[must_use]
    pub fn expect_words(self, words: &str) -> Self {
        assert!(self.says(words), "{} does not say “{words}”: {}", self.path, self.text());
        self
    }

    /// The form that is sent to this path.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn form(&self, action: &str) -> Form {
        self.find_form(action)
            .unwrap_or_else(|| panic!("{} has no form to {action}: {}", self.path, self.text()))
    }

    /// The first form that is sent to a path that begins so, if there is one.
    #[must_use]
    pub fn find_form(&self, action: &str) -> Option<Form> {
        Form::all(&self.html).into_iter().find(|form| form.action == action)
    }

    /// All forms that are sent to paths that begin and end so.
    #[must_use]
    pub fn forms_like(&self, begin: &str, end: &str) -> Vec<Form> {
        let is_like = |form: &Form| form.action.starts_with(begin) && form.action.ends_with(end);
        Form::all(&self.html).into_iter().filter(is_like).collect()
    }

    /// All addresses that links lead to.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        Tag::all(&self.html).filter(|tag| tag.name == "a").filter_map(|tag| tag.attribute("href")).collect()
    }

    /// The first link that leads to a path that begins so.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn link(&self, begin: &str) -> String {
        let found = self.links().into_iter().find(|link| link.starts_with(begin));
        found.unwrap_or_else(|| panic!("{} has no link to {begin}…: {}", self.path, self.text()))
    }

    /// The value of an attribute of the first tag of that name that has it.
    #[must_use]
    pub fn attribute(&self, tag: &str, attribute: &str) -> Option<String> {
        Tag::all(&self.html).filter(|found| found.name == tag).find_map(|found| found.attribute(attribute))
    }

    /// The text of the element with this id, which holds no other element.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn element(&self, id: &str) -> String {
        let found = Tag::all(&self.html).find(|tag| tag.attribute("id").as_deref() == Some(id));
        decoded(found.unwrap_or_else(|| panic!("{} has no element #{id}", self.path)).text).trim().to_owned()
    }

    /// The exact amount behind a label of a list of sums.
    ///
    /// # Panics
    /// If the label or the amount is not there.
    #[must_use]
    pub fn sum(&self, label: &str) -> String {
        let mut tags =
            Tag::all(&self.html).skip_while(|tag| tag.name != "dt" || decoded(tag.text).trim() != label);
        assert!(tags.next().is_some(), "{} has no sum “{label}”: {}", self.path, self.text());
        let figure = tags.take_while(|tag| tag.name != "dt").find(|tag| tag.name == "data");
        figure.and_then(|tag| tag.attribute("value")).unwrap_or_else(|| panic!("“{label}” has no amount"))
    }

    /// The exact balance in the header of somebody who has signed in.
    #[must_use]
    pub fn balance(&self) -> Option<String> {
        let mut tags = Tag::all(&self.html).skip_while(|tag| tag.attribute("data-balance").is_none());
        tags.find(|tag| tag.name == "data").and_then(|tag| tag.attribute("value"))
    }

    /// The rows of the first table of movements: what, change and balance.
    #[must_use]
    pub fn movements(&self) -> Vec<(String, String, String)> {
        let Some((_, table)) = self.html.split_once("<tbody>") else { return Vec::new() };
        let table = table.split_once("</tbody>").map_or(table, |(table, _)| table);
        let row = |row: &str| {
            let what = row.split_once("</td>").map_or(row, |(what, _)| what);
            let mut figures =
                Tag::all(row).filter(|tag| tag.name == "data").filter_map(|tag| tag.attribute("value"));
            (text_of(what), figures.next().unwrap_or_default(), figures.next().unwrap_or_default())
        };
        table.split("<tr>").skip(1).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_a_reader_sees() {
        for (html, text) in [
            ("<p>a <b>b</b>\n c</p><p>d</p>", "a b c d"),
            ("5 &lt; 6 &amp;&#39;&#x27;", "5 < 6 &''"),
            ("<a title=\"x > y\">link</a>.", "link."),
        ] {
            assert_eq!(text_of(html), text, "{html}");
        }
    }

    #[test]
    fn attributes_are_found_by_their_whole_name() {
        let html = r#"<input data-name="no" name="title" value="a &quot;b&quot;" checked>"#;
        let tag = Tag::all(html).next().unwrap();
        assert_eq!(tag.attribute("name").as_deref(), Some("title"));
        assert_eq!(tag.attribute("value").as_deref(), Some("a \"b\""));
        assert_eq!(tag.attribute("checked").as_deref(), Some(""));
        assert_eq!(tag.attribute("am"), None);
    }
}
