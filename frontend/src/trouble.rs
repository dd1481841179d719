//! What could not be done: each case has a page that says why and what to do
//! now. Handlers hand over the cause; one place makes the page and logs our
//! own failures, once.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::id::TopUpId;
use domain::refusal::{Refusal, RefusalKind};
use store::{Error, Fault};

use crate::ask::{Ask, show};
use crate::page::{Indexing, Page};
use crate::parts::Crumb;
use crate::site::{Site, Visit, hex};
use crate::view::error::ErrorView;
use crate::{cookies, routes};

/// Why a handler has no page to show.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The rules said no.
    Refused(Refusal),
    /// The form is older than the session it was made for.
    Stale,
    /// What was sent cannot be read.
    Unreadable,
    /// We failed; the text completes "could not …".
    Failed(String),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            Error::Failed(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.to_string())
    }
}

impl Trouble {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => match refusal.kind() {
                RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                RefusalKind::Unknown => StatusCode::UNAUTHORIZED,
                RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                RefusalKind::Missing => StatusCode::NOT_FOUND,
                RefusalKind::Conflict => StatusCode::CONFLICT,
                RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            },
            Self::Stale => StatusCode::FORBIDDEN,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A few words and a sentence.
    fn words(&self) -> (String, String) {
        let (title, text) = match self {
            Self::Refused(refusal) => {
                let title = match refusal.kind() {
                    RefusalKind::Invalid => "That cannot be meant",
                    RefusalKind::Unknown => "Please sign in",
                    RefusalKind::Forbidden => "This is not for you",
                    RefusalKind::Missing => "There is nothing here",
                    RefusalKind::Conflict => "Things stand otherwise",
                    RefusalKind::TooMany => "A little slower, please",
                };
                return (title.to_owned(), sentence(refusal));
            }
            Self::Stale => (
                "This form was too old",
                "You have signed in or out since it was opened. Nothing was done: go back, reload, and send it again.",
            ),
            Self::Unreadable => (
                "That could not be read",
                "What your browser sent was incomplete or too large. Nothing was done.",
            ),
            Self::Failed(_) => {
                ("That was our fault", "Nothing was changed and nothing was paid. Trying again is safe.")
            }
        };
        (title.to_owned(), text.to_owned())
    }
}

impl IntoResponse for Trouble {
    /// An answer without a page; [`dress`] gives it one.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A refusal as a whole sentence: what is wrong with a value is said in
/// fragments, which begin with a small letter.
pub(crate) fn sentence(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Gives troubles their page, and forgets messages that were shown.
pub(crate) async fn dress(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let ask = Ask::of(&site, &parts);
    let response = next.run(Request::from_parts(parts, body)).await;
    let mut response = match response.extensions().get::<Trouble>() {
        Some(trouble) => answer(&ask, trouble).await,
        None => response,
    };
    if ask.has_flash() && !response.status().is_redirection() && is_page(&response) {
        response.headers_mut().append(header::SET_COOKIE, cookies::clear(cookies::FLASH, site.is_secure()));
    }
    response
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The page for what a verb said no to, or failed at, outside of any handler
/// here. A failure is logged.
pub async fn error_page(site: &Site, visit: &Visit, error: Error) -> Response {
    answer(&Ask::bare(site, visit), &error.into()).await
}

/// Why nobody can pay a top-up by card just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// The provider does not answer.
    ForNow,
    /// The provider will not have it, however often it is asked.
    ForGood,
}

/// The page for a top-up that cannot be paid by card, with the ways on. Where
/// its user came from is told to nobody else.
pub async fn no_payment_page(site: &Site, visit: &Visit, id: TopUpId, shut: Shut) -> Response {
    let ask = Ask::bare(site, visit);
    let own = site.store.top_up(&ask.actor, id).await.ok().map(|view| view.top_up);
    let own = own.filter(|top_up| Some(top_up.user) == ask.actor.user_id());
    let (status, title, text) = match shut {
        Shut::ForNow => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The payment provider does not answer",
            "Nothing was paid, and whatever lay in your cart is still there. It mostly passes within minutes: trying again is safe, and you pay once at most.",
        ),
        Shut::ForGood => (
            StatusCode::BAD_GATEWAY,
            "This cannot be paid by card",
            "The payment provider does not take it, and trying again will not help; why stands in the vendor’s log. Nothing was paid, and whatever lay in your cart is still there.",
        ),
    };
    let again = (shut == Shut::ForNow).then(|| way("Try again", routes::Pay::to(id).to_string()));
    let others = way("Other ways to get tokens", routes::TopUp.to_string());
    let back = own.as_ref().and_then(|top_up| top_up.return_to.as_ref());
    let back = back.map(|path| way("Back to where you were", path.as_str().to_owned()));
    let order = own.as_ref().map(|_| way("Your order", routes::TopUpOrder::to(id).to_string()));
    let ways = again.into_iter().chain([others]).chain(back).chain(order).collect();
    let mut response = way_out(&ask, status, (title.to_owned(), text.to_owned()), ways, None).await;
    if shut == Shut::ForNow {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// The page for a refusal outside of any handler, such as a rate limit.
pub async fn refusal_page(site: &Site, visit: &Visit, status: StatusCode, refusal: &Refusal) -> Response {
    let ask = Ask::bare(site, visit);
    trouble_page(&ask, &Trouble::Refused(refusal.clone()), status, None).await
}

async fn answer(ask: &Ask, trouble: &Trouble) -> Response {
    if matches!(trouble, Trouble::Refused(Refusal::NotSignedIn)) {
        let back = if ask.method == Method::GET { ask.path.as_str() } else { "/" };
        return ask.go(format!("{}?back={}", routes::SignIn, routes::Encoded(back)));
    }
    let fault = match trouble {
        Trouble::Failed(what) => {
            let id = hex(&ask.site.store.world().random::<6>());
            tracing::error!(fault = id, cause = what, "a page could not be made");
            Some(id)
        }
        _ => None,
    };
    trouble_page(ask, trouble, trouble.status(), fault).await
}

fn way(label: &str, href: String) -> Crumb {
    Crumb { label: label.to_owned(), href }
}

async fn trouble_page(ask: &Ask, trouble: &Trouble, status: StatusCode, fault: Option<String>) -> Response {
    let ways = vec![
        way("Search the market", routes::Search.to_string()),
        way("To the front page", routes::Home.to_string()),
        way("How it works", routes::Help.to_string()),
    ];
    let mut response = way_out(ask, status, trouble.words(), ways, fault).await;
    if let Trouble::Refused(Refusal::RateLimited { retry_after_seconds }) = trouble {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
    }
    response
}

/// A page with a few words, a sentence, and the ways out.
async fn way_out(
    ask: &Ask,
    status: StatusCode,
    (title, text): (String, String),
    ways: Vec<Crumb>,
    fault: Option<String>,
) -> Response {
    // The frame may be what failed; then the page is shown without a name.
    let page = ask.page(&title, &text).await.unwrap_or_else(|_| ask.frame(&title, &text));
    let page = Page { indexing: Indexing::Unlisted, ..page };
    let view = ErrorView { page, status: status.as_u16(), title, text, ways, fault };
    let mut response = show(&view).unwrap_or_else(|_| status.into_response());
    *response.status_mut() = status;
    response
}
