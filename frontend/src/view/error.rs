//! Pages for what could not be done: each says why and what to do now.

use super::prelude::*;

/// An error page.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/error.html", whitespace = "minimize")]
pub struct ErrorView {
    /// The frame.
    pub page: Page,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: String,
    /// What it means and whose fault it is.
    pub text: String,
    /// The ways out.
    pub ways: Vec<Crumb>,
    /// The number under which our log has it, for a failure of ours.
    pub fault: Option<String>,
}
