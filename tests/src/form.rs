//! Forms as a browser without script fills and sends them.

use crate::page::{Tag, decoded, text_of};

/// A file chosen in a form.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The field.
    pub field: String,
    /// What the file is called.
    pub name: String,
    /// What it says it is.
    pub kind: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A form with what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Whether it is sent with POST.
    pub is_post: bool,
    /// Whether it is sent in parts, as files need it.
    pub is_multipart: bool,
    /// Names and values in the order of the page.
    pub fields: Vec<(String, String)>,
    /// The fields for files.
    pub file_fields: Vec<String>,
    /// The files chosen.
    pub files: Vec<Chosen>,
    buttons: Vec<Button>,
}

#[derive(Clone, Debug, Default)]
struct Button {
    label: String,
    field: Option<(String, String)>,
    action: Option<String>,
    method: Option<String>,
}

impl Form {
    /// All forms of a page.
    pub(crate) fn all(html: &str) -> Vec<Self> {
        let parts = html.split("<form").skip(1);
        parts.map(|part| Self::read(part.split_once("</form>").map_or(part, |(form, _)| form))).collect()
    }

    /// Reads what stands between `<form` and its end.
    fn read(part: &str) -> Self {
        let whole = format!("<form{part}");
        let mut form = Self::default();
        let mut select: Option<(String, Option<String>)> = None;
        for tag in Tag::all(&whole) {
            let name = || tag.attribute("name").unwrap_or_default();
            let value = || tag.attribute("value").unwrap_or_default();
            match tag.name {
                "form" => {
                    form.action = tag.attribute("action").unwrap_or_default();
                    form.is_post = tag.attribute("method").is_some_and(|method| method == "post");
                    form.is_multipart =
                        tag.attribute("enctype").is_some_and(|kind| kind == "multipart/form-data");
                }
                "input" => form.read_input(&tag),
                "textarea" => {
                    // HTML drops the line break after the tag.
                    let text = tag.text.strip_prefix('\n').unwrap_or(tag.text);
                    form.fields.push((name(), decoded(text)));
                }
                "select" => select = Some((name(), None)),
                "option" => {
                    if let Some((_, chosen)) = &mut select
                        && (chosen.is_none() || tag.attribute("selected").is_some())
                    {
                        *chosen = Some(value());
                    }
                }
                "/select" => {
                    if let Some((name, chosen)) = select.take() {
                        form.fields.push((name, chosen.unwrap_or_default()));
                    }
                }
                _ => {}
            }
        }
        form.buttons = whole.split("<button").skip(1).map(Button::read).collect();
        form
    }

    fn read_input(&mut self, tag: &Tag<'_>) {
        let name = tag.attribute("name").unwrap_or_default();
        let value = tag.attribute("value").unwrap_or_default();
        match tag.attribute("type").as_deref() {
            Some("file") => self.file_fields.push(name),
            Some("checkbox" | "radio") if tag.attribute("checked").is_none() => {}
            _ => self.fields.push((name, value)),
        }
    }

    /// A form that stands on no page, sent in parts.
    #[must_use]
    pub fn in_parts(action: &str, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { action: action.to_owned(), is_post: true, is_multipart: true, fields, ..Self::default() }
    }

    /// Types into a field, or chooses in it.
    ///
    /// # Panics
    /// If the form has no such field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(found, _)| found == name);
        let field = field.unwrap_or_else(|| panic!("the form to {} has no field {name}", self.action));
        value.clone_into(&mut field.1);
        self
    }

    /// Chooses one of several round buttons, none of which is chosen yet or
    /// one is.
    #[must_use]
    pub fn choosing(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(found, _)| found != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Chooses a file.
    ///
    /// # Panics
    /// If the form takes none under this name.
    #[must_use]
    pub fn with_file(mut self, field: &str, name: &str, kind: &str, bytes: Vec<u8>) -> Self {
        assert!(self.file_fields.iter().any(|found| found == field), "the form takes no file {field}");
        self.files.push(Chosen {
            field: field.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            bytes,
        });
        self
    }

    /// Presses the button whose label begins so.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn press(mut self, label: &str) -> Self {
        let found = self.buttons.iter().find(|button| button.label.starts_with(label)).cloned();
        let labels: Vec<&str> = self.buttons.iter().map(|button| button.label.as_str()).collect();
        let button = found.unwrap_or_else(|| panic!("no button “{label}” among {labels:?}"));
        self.fields.extend(button.field);
        if let Some(action) = button.action {
            self.action = action;
        }
        if let Some(method) = button.method {
            self.is_post = method == "post";
        }
        self
    }

    /// The value of a field, if the form has it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Whether a button's label begins so.
    #[must_use]
    pub fn has_button(&self, label: &str) -> bool {
        self.buttons.iter().any(|button| button.label.starts_with(label))
    }

    /// The value of a field.
    ///
    /// # Panics
    /// If the form has no such field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(found, _)| found == name);
        &field.unwrap_or_else(|| panic!("the form to {} has no field {name}", self.action)).1
    }

    /// Names and values as the body of a plain form or as a query.
    #[must_use]
    pub fn encoded(&self) -> String {
        let pairs = self.fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

impl Button {
    /// Reads what follows `<button`.
    fn read(part: &str) -> Self {
        let whole = format!("<button{}", part.split_once("</button>").map_or(part, |(button, _)| button));
        let Some(tag) = Tag::all(&whole).next() else { return Self::default() };
        let field = tag.attribute("name").map(|name| (name, tag.attribute("value").unwrap_or_default()));
        let (action, method) = (tag.attribute("formaction"), tag.attribute("formmethod"));
        Self { label: text_of(&whole), field, action, method }
    }
}

/// Text as it stands in a query or a plain form.
#[must_use]
pub fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = r#"<form action="/sell" method="post" enctype="multipart/form-data">
        <input type="hidden" name="csrf" value="abc"><input type="radio" name="kind" value="goods" checked>
        <input type="radio" name="kind" value="file"><textarea name="about">
a &amp; b</textarea><select name="category"><option value="1">A</option><option value="2" selected>B</option></select>
        <input type="file" name="picture"><button type="submit" name="intent" value="save"><b>Save</b> it</button>
        <button type="submit" formaction="/look" formmethod="get">Look</button></form>"#;

    #[test]
    fn a_form_is_sent_as_it_stands() {
        let form = Form::all(HTML).remove(0);
        assert!(form.is_post && form.is_multipart);
        assert_eq!(form.file_fields, ["picture"]);
        assert_eq!(form.encoded(), "csrf=abc&kind=goods&about=a%20%26%20b&category=2");
        assert_eq!(form.clone().press("Save").value("intent"), "save");
        let look = form.press("Look");
        assert_eq!((look.action.as_str(), look.is_post), ("/look", false));
    }
}
