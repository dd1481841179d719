//! Pages that many visitors look at, kept for a second.
//!
//! To somebody who sends no cookie, a public page is the same as to the next
//! one. It is made once, packed once, and handed out until anything is
//! written through this server, or for a second: other programs may write to
//! the same database. So nobody sees a page older than their own change, and
//! a crowd costs little more than one visitor. Search results are not kept
//! here: the index has answers of its own.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE, SET_COOKIE, VARY};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use domain::time::{Seconds, Timestamp};
use flate2::Compression;
use flate2::write::GzEncoder;
use frontend::routes;
use store::Store;

/// How long a page is handed out at most.
const KEPT: Seconds = Seconds::new(1);

/// Pages that are kept at once; then all are let go.
const PAGES_MAX: usize = 256;

/// The largest page that is kept.
const BYTES_MAX: u64 = 256 * 1_024;

/// The longest address that is kept: long ones are seldom asked for twice.
const ADDRESS_MAX: usize = 120;

/// The pages that are kept.
#[derive(Clone)]
pub(crate) struct KeptPages {
    store: Store,
    pages: Arc<Mutex<HashMap<String, Arc<Kept>>>>,
}

/// A page as it was made.
struct Kept {
    /// Which commit it was made after.
    commit: u64,
    made: Timestamp,
    head: Parts,
    plain: Bytes,
    /// Packed when the first browser asks for it so.
    packed: OnceLock<Bytes>,
}

impl KeptPages {
    /// An empty one.
    pub(crate) fn new(store: Store) -> Self {
        Self { store, pages: Arc::default() }
    }

    fn commit(&self) -> u64 {
        self.store.counters().commits.load(Ordering::Acquire)
    }

    fn find(&self, address: &str) -> Option<Arc<Kept>> {
        let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = pages.get(address)?;
        let now = self.store.world().now();
        // A clock that was set back makes every page old.
        let is_fresh = kept.made <= now && now < kept.made.after(KEPT);
        (is_fresh && kept.commit == self.commit()).then(|| Arc::clone(kept))
    }

    fn put(&self, address: String, kept: Arc<Kept>) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= PAGES_MAX {
            pages.clear();
        }
        pages.insert(address, kept);
    }
}

impl Kept {
    fn answer(&self, is_packed: bool) -> Response {
        let body = match is_packed {
            true => self.packed.get_or_init(|| pack(&self.plain)).clone(),
            false => self.plain.clone(),
        };
        let mut response = Response::from_parts(self.head.clone(), Body::from(body));
        if is_packed {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Hands out a page that is kept, or keeps the one that is made; for
/// `axum::middleware::from_fn_with_state`, around the site's routes and below
/// whatever counts and limits requests.
pub(crate) async fn keep(State(kept_pages): State<KeptPages>, request: Request, next: Next) -> Response {
    if !is_same_for_all(&request) {
        return next.run(request).await;
    }
    let is_packed = takes_gzip(request.headers());
    let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
    if let Some(kept) = kept_pages.find(&address) {
        return kept.answer(is_packed);
    }
    // Taken before the page is made: a commit meanwhile makes it old at once.
    let commit = kept_pages.commit();
    let made = kept_pages.store.world().now();
    let response = next.run(request).await;
    let is_small = response.body().size_hint().upper().is_some_and(|bytes| bytes <= BYTES_MAX);
    if response.status() != StatusCode::OK || response.headers().contains_key(SET_COOKIE) || !is_small {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // A page is rendered whole: there is nothing left that could fail.
    let plain = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.insert(VARY, HeaderValue::from_static("accept-encoding, cookie"));
    let kept = Arc::new(Kept { commit, made, head, plain, packed: OnceLock::new() });
    kept_pages.put(address, Arc::clone(&kept));
    kept.answer(is_packed)
}

/// Whether the answer depends on nothing but the address and the database.
fn is_same_for_all(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_public = matches!(
        route,
        Some(
            routes::Home::PATTERN
                | routes::Listing::PATTERN
                | routes::Storefront::PATTERN
                | routes::Help::PATTERN
        )
    );
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    is_public
        && *request.method() == Method::GET
        && length <= ADDRESS_MAX
        && !request.headers().contains_key(COOKIE)
}

/// Whether gzip is named without being refused.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let is_refused =
            weight.trim().strip_prefix("q=").is_some_and(|it| it.trim_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

fn pack(plain: &Bytes) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    // Writing to memory cannot fail.
    written.unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
