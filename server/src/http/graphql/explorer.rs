//! The API explorer: a page to read what the API offers and to try it out.
//!
//! GraphiQL itself loads its parts from other hosts or brings megabytes of
//! script; this page does what people use it for, in a few kilobytes, under
//! the site's own content policy: nothing inline, nothing from elsewhere.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use frontend::{assets, routes};

/// A file of the page, under a name that changes with its content.
struct Part {
    name: String,
    media_type: &'static str,
    content: &'static str,
}

impl Part {
    fn new(ending: &str, media_type: &'static str, content: &'static str) -> Self {
        let hash = blake3::hash(content.as_bytes()).to_hex();
        let name = format!("explorer-{}.{ending}", hash.get(..16).unwrap_or_default());
        Self { name, media_type, content }
    }

    fn path(&self) -> String {
        format!("{}/{}", routes::Graphiql::PATTERN, self.name)
    }
}

fn script() -> &'static Part {
    static SCRIPT: OnceLock<Part> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        Part::new("js", "text/javascript; charset=utf-8", include_str!("explorer/explorer.js"))
    })
}

fn style() -> &'static Part {
    static STYLE: OnceLock<Part> = OnceLock::new();
    STYLE.get_or_init(|| Part::new("css", "text/css; charset=utf-8", include_str!("explorer/explorer.css")))
}

/// The page and its two files.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let parts = format!("{}/{{name}}", routes::Graphiql::PATTERN);
    Router::new().route(routes::Graphiql::PATTERN, get(page)).route(&parts, get(part))
}

async fn page() -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| {
        let places = [
            ("{site_style}", assets::style().route().to_string()),
            ("{mark}", assets::mark().route().to_string()),
            ("{style}", style().path()),
            ("{script}", script().path()),
            ("{home}", routes::Home.to_string()),
            ("{guide}", routes::Api.to_string()),
            ("{endpoint}", routes::Graphql.to_string()),
        ];
        places.iter().fold(include_str!("explorer/page.html").to_owned(), |page, (place, path)| {
            page.replace(place, path)
        })
    });
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], page.as_str()).into_response()
}

async fn part(Path(name): Path<String>) -> Response {
    match [script(), style()].into_iter().find(|part| part.name == name) {
        Some(part) => {
            let headers = [(CONTENT_TYPE, part.media_type), (CACHE_CONTROL, assets::CACHE_CONTROL)];
            (headers, part.content).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
