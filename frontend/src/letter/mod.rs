//! Letters by mail: what each kind says, as HTML and as plain text, in the
//! site's style, without pictures or anything else from elsewhere.

mod kinds;
#[cfg(test)]
mod tests;

use askama::Template;
use domain::event::Event;
use domain::market::Market;

use crate::routes;

/// What a letter needs to know besides what happened.
#[derive(Clone, Debug)]
pub struct Occasion<'a> {
    /// The market.
    pub market: &'a Market,
    /// Scheme and host of the site, without a slash at the end.
    pub origin: &'a str,
    /// The handle of whom it is for.
    pub handle: &'a str,
    /// The handle of the other one whom the event names, if it names one.
    pub other: Option<&'a str>,
    /// The code that proves the address, in the letter that carries it.
    pub code: Option<String>,
    /// The token of the link that stops letters of this kind, where they can
    /// be stopped.
    pub stop: Option<String>,
}

/// A letter, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The subject line.
    pub subject: String,
    /// The body as HTML.
    pub html: String,
    /// The same as plain text.
    pub text: String,
    /// The address that stops letters of this kind: with GET it asks, with
    /// POST it does.
    pub stop: Option<String>,
}

/// A way on from a letter.
#[derive(Clone, Debug)]
struct Way {
    label: &'static str,
    href: String,
}

/// What a letter says; both templates show all of it.
#[derive(Clone, Debug)]
struct Letter {
    subject: String,
    lead: String,
    code: Option<String>,
    pieces: Vec<String>,
    facts: Vec<(&'static str, String)>,
    quote: String,
    way: Option<Way>,
    next: Vec<String>,
    market: String,
    origin: String,
    handle: String,
    settings: String,
    stop: Option<String>,
}

impl Letter {
    /// A letter that says no more than this.
    fn new(occasion: &Occasion<'_>, subject: impl Into<String>, lead: impl Into<String>) -> Self {
        let link = |path: &dyn std::fmt::Display| format!("{}{path}", occasion.origin);
        Self {
            subject: subject.into(),
            lead: lead.into(),
            code: None,
            pieces: Vec::new(),
            facts: Vec::new(),
            quote: String::new(),
            way: None,
            next: Vec::new(),
            market: occasion.market.name.clone(),
            origin: occasion.origin.to_owned(),
            handle: occasion.handle.to_owned(),
            settings: link(&routes::AccountMail),
            stop: occasion.stop.as_ref().map(|token| link(&routes::MailStop::to(token.clone()))),
        }
    }

    fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    fn way(mut self, label: &'static str, path: impl std::fmt::Display) -> Self {
        self.way = Some(Way { label, href: format!("{}{path}", self.origin) });
        self
    }

    fn next(mut self, paragraph: impl Into<String>) -> Self {
        self.next.push(paragraph.into());
        self
    }
}

/// The letter as HTML.
#[derive(Template)]
#[template(path = "mail/letter.html", whitespace = "minimize")]
struct Html<'a> {
    letter: &'a Letter,
}

/// The letter as plain text.
#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

/// Writes the letter that tells `event`.
///
/// # Errors
/// If a template fails, which is a mistake in it.
pub fn write(event: &Event, occasion: &Occasion<'_>) -> Result<Written, askama::Error> {
    let letter = kinds::letter(event, occasion);
    let (html, text) = (Html { letter: &letter }.render()?, Text { letter: &letter }.render()?);
    Ok(Written { html, text, subject: letter.subject, stop: letter.stop })
}
