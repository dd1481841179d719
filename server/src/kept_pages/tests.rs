//! Pages that are kept: for whom, how long, and in which wrapping.

use std::io::Read as _;
use std::sync::atomic::AtomicUsize;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use domain::access::Actor;
use domain::time::Timestamp;
use flate2::read::GzDecoder;
use store::world::World;
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::config::{Config, Sources};
use crate::house::House;

/// Two pages that tell how often they were made, one of them public.
struct Counting {
    app: Router,
    house: Arc<House>,
    _folder: TempDir,
}

impl Counting {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config =
            Config::load(&Sources { data: Some(folder.path().to_owned()), ..Sources::default() }).unwrap();
        let world = World::made(3, Timestamp::from_millis(1_795_000_000_000));
        let house = Arc::new(House::open(config, world).await.unwrap());
        let made = Arc::new(AtomicUsize::new(0));
        let page = move || {
            let number = made.fetch_add(1, Ordering::Relaxed);
            async move { format!("page {number}") }
        };
        let cookie = || async { ([(SET_COOKIE, "a=b")], "with a cookie") };
        let app = Router::new()
            .route(routes::Home::PATTERN, get(page.clone()))
            .route(routes::Search::PATTERN, get(page))
            .route(routes::Help::PATTERN, get(cookie))
            .layer(from_fn_with_state(KeptPages::new(house.store.clone()), keep));
        Self { app, house, _folder: folder }
    }

    async fn ask(&self, address: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::get(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(&self, address: &str, headers: &[(&str, &str)]) -> String {
        let bytes = to_bytes(self.ask(address, headers).await.into_body(), 1_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}

#[tokio::test]
async fn a_page_is_made_once_a_second() {
    let pages = Counting::open().await;
    assert_eq!(pages.text("/", &[]).await, "page 0");
    assert_eq!(pages.text("/", &[]).await, "page 0");
    assert_eq!(pages.text("/?a=1", &[]).await, "page 1", "another address is another page");
    let now = pages.house.store.world().now();
    pages.house.store.world().set_now(now.after(KEPT));
    assert_eq!(pages.text("/", &[]).await, "page 2");
    pages.house.store.world().set_now(now);
    assert_eq!(pages.text("/", &[]).await, "page 3", "the clock was set back");
}

#[tokio::test]
async fn what_is_written_here_is_seen_at_once() {
    let pages = Counting::open().await;
    assert_eq!(pages.text("/", &[]).await, "page 0");
    let opening = pages
        .house
        .store
        .open_account(&Actor::Visitor(None), store::users::NewAccount::default(), None)
        .await;
    assert!(opening.is_ok());
    assert_eq!(pages.text("/", &[]).await, "page 1");
}

#[tokio::test]
async fn only_what_is_the_same_for_all_is_kept() {
    let pages = Counting::open().await;
    assert_eq!(pages.text("/", &[("cookie", "farthing_theme=dark")]).await, "page 0");
    assert_eq!(pages.text("/", &[]).await, "page 1", "nobody gets the page of somebody with a cookie");
    assert_eq!(pages.text("/", &[("cookie", "farthing_theme=dark")]).await, "page 2");
    assert_eq!(pages.text("/search", &[]).await, "page 3");
    assert_eq!(pages.text("/search", &[]).await, "page 4", "the index has answers of its own");
    for _ in 0..2 {
        assert!(pages.ask("/help", &[]).await.headers().contains_key(SET_COOKIE));
    }
    let long = format!("/?{}", "a".repeat(ADDRESS_MAX));
    assert_ne!(pages.text(&long, &[]).await, pages.text(&long, &[]).await);
}

#[tokio::test]
async fn a_page_comes_packed_to_whom_it_suits() {
    let pages = Counting::open().await;
    let table = [
        ("gzip, deflate, br", true),
        ("br;q=1.0, gzip;q=0.8", true),
        ("GZIP", true),
        ("gzip;q=0", false),
        ("gzip; q=0.000", false),
        ("identity", false),
        ("", false),
    ];
    for (accepted, is_packed) in table {
        let response = pages.ask("/", &[("accept-encoding", accepted)]).await;
        let told = response.headers().get(CONTENT_ENCODING).map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(told.as_deref(), is_packed.then_some("gzip"), "{accepted}");
        assert!(response.headers().contains_key(VARY));
        let bytes = to_bytes(response.into_body(), 1_000).await.unwrap();
        let mut text = String::new();
        match is_packed {
            true => GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap(),
            false => bytes.as_ref().read_to_string(&mut text).unwrap(),
        };
        assert_eq!(text, "page 0");
    }
}
