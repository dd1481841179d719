//! One request: who asks, for what, and how the answer is sent.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::access::{Actor, Role, SignedIn};
use domain::tokens::Tokens;

use crate::cookies;
use crate::page::{Flash, Me, Page, Theme, Tone, Viewer};
use crate::parts::Price;
use crate::site::{Site, Visit, hex};
use crate::trouble::Trouble;

/// How long a message waits to be shown.
const FLASH_LASTS: domain::time::Seconds = domain::time::Seconds::new(60);

/// The most characters of a message that waits: far below what a cookie holds
/// when each of them is encoded.
const FLASH_CHARS_MAX: usize = 300;

/// What a handler answers.
pub(crate) type Answer = Result<Response, Trouble>;

/// One request.
#[derive(Clone)]
pub(crate) struct Ask {
    /// The market.
    pub site: Site,
    /// Who asks.
    pub actor: Actor,
    /// What identifies them.
    pub visit: Visit,
    /// Whether it only looks.
    pub method: Method,
    /// The path and query asked for.
    pub path: String,
    theme: Theme,
    flash: Option<Flash>,
}

impl FromRequestParts<Site> for Ask {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        Ok(Self::of(site, parts))
    }
}

impl Ask {
    /// The request with this head.
    pub(crate) fn of(site: &Site, parts: &Parts) -> Self {
        let visit = parts.extensions.get::<Visit>().cloned().unwrap_or_default();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let theme = cookies::get(&parts.headers, cookies::THEME).map(Theme::named).unwrap_or_default();
        let flash = cookies::get(&parts.headers, cookies::FLASH).and_then(read_flash);
        Self {
            site: site.clone(),
            actor: visit.actor,
            visit,
            method: parts.method.clone(),
            path,
            theme,
            flash,
        }
    }

    /// A request about which only the visitor is known.
    pub(crate) fn bare(site: &Site, visit: &Visit) -> Self {
        Self {
            site: site.clone(),
            actor: visit.actor,
            visit: visit.clone(),
            method: Method::GET,
            path: "/".to_owned(),
            theme: Theme::System,
            flash: None,
        }
    }

    /// Whether a message waits to be shown.
    pub(crate) const fn has_flash(&self) -> bool {
        self.flash.is_some()
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// Sends others to the page for signing in.
    pub(crate) fn user(&self) -> Result<SignedIn, Trouble> {
        Ok(self.actor.signed_in()?)
    }

    /// Amounts with their worth.
    pub(crate) fn price(&self, tokens: Tokens) -> Price {
        self.site.rate().price(tokens)
    }

    /// The token that forms send back: it follows from the session or from
    /// the visitor's cookie, and nobody else can make it.
    pub(crate) fn csrf(&self) -> String {
        let token = self.visit.session_token.as_ref().or(self.visit.visitor_token.as_ref());
        token.map_or(String::new(), |token| hex(&self.site.store.secret().derive("csrf", token.as_bytes())))
    }

    /// The frame of a public page.
    pub(crate) async fn page(&self, title: &str, description: &str) -> Result<Page, Trouble> {
        let viewer = match self.actor.user_id() {
            Some(id) => {
                let user = self.site.store.user(id).await?;
                let wallet = self.site.store.wallet(id).await?;
                user.map_or(Viewer::Visitor, |user| {
                    let balance = self.price(wallet.balance());
                    Viewer::User(Me {
                        handle: user.handle.as_str().to_owned(),
                        balance,
                        staff: user.role == Role::Staff,
                    })
                })
            }
            None => Viewer::Visitor,
        };
        let cart_count = self.site.store.cart_count(&self.actor).await?;
        Ok(Page { viewer, cart_count, ..self.frame(title, description) })
    }

    /// The frame of a page that is the asker's own. Search engines never see
    /// one: they are asked to sign in.
    pub(crate) async fn own_page(&self, title: &str) -> Result<Page, Trouble> {
        self.page(title, &format!("{title}, on {}.", self.site.store.market().name)).await
    }

    /// The frame without anything that must be looked up.
    pub(crate) fn frame(&self, title: &str, description: &str) -> Page {
        let market = self.site.store.market();
        Page {
            vendor: market.name.clone(),
            token_name: market.token_name.clone(),
            title: title.to_owned(),
            description: description.to_owned(),
            origin: self.site.public_url.clone(),
            path: self.path.clone(),
            theme: self.theme,
            csrf: self.csrf(),
            flash: self.flash.clone(),
            ..Page::default()
        }
    }

    /// The way to another page, seen with GET.
    pub(crate) fn go(&self, to: impl ToString) -> Response {
        let location = HeaderValue::from_str(&to.to_string()).unwrap_or(HeaderValue::from_static("/"));
        (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
    }

    /// The way to another page, which then says `message`.
    pub(crate) fn go_saying(&self, to: impl ToString, tone: Tone, message: &str) -> Response {
        let mark = if tone == Tone::Bad { '-' } else { '+' };
        let short = crate::page::shortened(message, FLASH_CHARS_MAX);
        let value = format!("{mark}{}", crate::routes::Encoded(short));
        let cookie = cookies::set(cookies::FLASH, &value, FLASH_LASTS, self.site.is_secure());
        let mut response = self.go(to);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }
}

/// Reads what [`Ask::go_saying`] wrote.
fn read_flash(value: &str) -> Option<Flash> {
    let tone = match value.chars().next()? {
        '-' => Tone::Bad,
        '+' => Tone::Good,
        _ => return None,
    };
    let message = decoded(value.get(1..)?);
    (!message.is_empty()).then_some(Flash { tone, message })
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => rest = after,
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The page, rendered.
pub(crate) fn show(view: &impl Template) -> Answer {
    let html = view.render().map_err(|error| Trouble::Failed(format!("render a page: {error}")))?;
    Ok(([(header::CACHE_CONTROL, "private, no-cache")], Html(html)).into_response())
}

/// The page, rendered, and never kept by a browser: it shows a secret.
pub(crate) fn show_once(view: &impl Template) -> Answer {
    let mut response = show(view)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The page of a form that was refused.
pub(crate) fn show_refused(view: &impl Template) -> Answer {
    let mut response = show(view)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// A path of this site to go on to; everything else becomes the front page,
/// so that nobody is led elsewhere by a link to us.
pub(crate) fn local(path: Option<&str>) -> String {
    let path = path.unwrap_or_default();
    let begins_well = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if begins_well && is_plain { path.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for (asked, path) in [
            (Some("/cart"), "/cart"),
            (Some("/search?q=a&b=c"), "/search?q=a&b=c"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("javascript:alert(1)"), "/"),
            (Some("/a\r\nSet-Cookie: b"), "/"),
            (Some(""), "/"),
            (None, "/"),
        ] {
            assert_eq!(local(asked), path, "{asked:?}");
        }
    }

    #[test]
    fn messages_survive_the_way_through_a_cookie() {
        let text = "Ä 100 % \"good\"; <b>";
        let value = format!("+{}", crate::routes::Encoded(text));
        let flash = read_flash(&value).unwrap();
        assert_eq!((flash.tone, flash.message.as_str()), (Tone::Good, text));
        for broken in ["", "+", "x", "%", "+%zz"] {
            let _ = read_flash(broken);
        }
    }
}
