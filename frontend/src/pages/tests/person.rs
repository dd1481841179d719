//! A market for one test, and people with cookies.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::access::Actor;
use domain::market::Market as Settings;
use domain::time::Timestamp;
use search::Search;
use store::media::NoMedia;
use store::outbox::Mail;
use store::secrets::Secret;
use store::world::World;
use store::{Options, QueueSize, Store};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{Site, Visit, cookies, routes};

/// A market with its own database and index.
pub(super) struct Market {
    pub site: Site,
    _folder: TempDir,
}

impl Market {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_millis(1_795_435_500_000);
        let store = Store::open(Options {
            url: format!("sqlite://{}", folder.path().join("market.db").display()),
            market: Settings::default(),
            secret: Secret::new([7; 32]),
            world: World::made(1, now),
            media: Arc::new(NoMedia),
            readers: 2,
            queue: QueueSize::default(),
            mail: Mail::On,
        });
        let store = store.await.unwrap();
        let search = Search::open(&folder.path().join("index"), search::Options::default()).unwrap();
        let site = Site {
            store,
            search: Arc::new(search),
            public_url: "http://market.test".to_owned(),
            picture_bytes_max: 1 << 20,
            file_bytes_max: 1 << 20,
            cards: crate::Cards::Sandbox,
        };
        Self { site, _folder: folder }
    }

    /// Somebody without an account.
    pub(super) fn visitor(&self) -> Person {
        Person { site: self.site.clone(), cookies: BTreeMap::new(), key: String::new() }
    }

    /// Somebody who has just opened an account through the page.
    pub(super) async fn newcomer(&self) -> Person {
        let mut person = self.visitor();
        person.opens_an_account().await;
        person
    }

    /// Somebody who works for the vendor.
    pub(super) async fn vendor(&self) -> Person {
        let token = self.site.store.invite_vendor(&Actor::System).await.unwrap();
        let mut person = self.visitor();
        let page = person.get(&routes::VendorStart::to(token.clone()).to_string()).await;
        assert!(page.body.contains("will work for"), "{}", page.body);
        let page = person.post("/open-account", &[("handle", "the-office"), ("invitation", &token)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        person
    }
}

/// Somebody with a browser without script.
pub(super) struct Person {
    site: Site,
    cookies: BTreeMap<String, String>,
    /// The account key, once there is one.
    pub key: String,
}

/// What came back.
pub(super) struct Page {
    pub status: StatusCode,
    pub body: String,
    headers: HeaderMap,
}

impl Page {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it sends the browser.
    pub(super) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header("location")
    }

    /// The value of the hidden field of that name.
    pub(super) fn hidden(&self, name: &str) -> &str {
        let marker = format!(r#"name="{name}" value=""#);
        let rest = self.body.split(&marker).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap()
    }
}

impl Person {
    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Page {
        let mut request = request.body(body).unwrap();
        let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers_mut().insert(header::COOKIE, line.join("; ").parse().unwrap());
        let session_token = self.cookies.get(cookies::SESSION).cloned();
        let visitor_token = self.cookies.get(cookies::VISITOR).cloned();
        let device_token = self.cookies.get(cookies::DEVICE).cloned();
        let user = match &session_token {
            Some(token) => self.site.store.authenticate(token).await.unwrap(),
            None => None,
        };
        let visitor = visitor_token.as_ref().map(|token| cookies::visitor_id(&self.site.store, token));
        let actor = user.map_or(Actor::Visitor(visitor), Actor::User);
        let session_token = session_token.filter(|_| user.is_some());
        request.extensions_mut().insert(Visit { actor, session_token, visitor_token, device_token });
        let router: Router = crate::router(self.site.clone());
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let body = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        Page { status: parts.status, body, headers: parts.headers }
    }

    pub(super) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form exactly so.
    pub(super) async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", routes::Encoded(value));
        let body: Vec<String> = fields.iter().map(pair).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body.join("&"))).await
    }

    /// Sends a form with the token that a page would hold.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post_raw(path, &fields).await
    }

    /// Sends the form for listings.
    pub(super) async fn post_listing(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf().await;
        let mut body = String::new();
        for (name, value) in std::iter::once(&("csrf", csrf.as_str())).chain(fields) {
            body.push_str(&format!(
                "--wren\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str("--wren--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=wren");
        self.send(request, Body::from(body)).await
    }

    async fn csrf(&mut self) -> String {
        self.get("/help").await.hidden("csrf").to_owned()
    }

    async fn opens_an_account(&mut self) {
        let page = self.post("/open-account", &[]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert_eq!(page.header("cache-control"), "no-store");
        let secret = page.body.split("data-secret>").nth(1).unwrap();
        self.key = secret.split('<').next().unwrap().to_owned();
    }

    /// Lists something and tells its path.
    pub(super) async fn lists(&mut self, title: &str, price: &str, quantity: &str) -> String {
        let category = self.site.store.categories().all()[0].id.get().to_string();
        let fields = [
            ("kind", "goods"),
            ("title", title),
            ("description", "Good as new."),
            ("category_id", category.as_str()),
            ("price", price),
            ("quantity", quantity),
            ("tags", "wren, copper"),
            ("intent", "publish"),
        ];
        self.post_listing("/sell", &fields).await.location().to_owned()
    }

    /// What the wallet says can be spent.
    pub(super) async fn balance(&mut self) -> String {
        let page = self.get("/wallet").await;
        let purse = page.body.split(r#"class="purse-balance""#).nth(1).unwrap();
        purse.split(r#"<data value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// The handle that the header shows.
    pub(super) async fn handle(&mut self) -> String {
        let page = self.get("/help").await;
        page.body.split(r#"class="menu-name">"#).nth(1).unwrap().split('<').next().unwrap().to_owned()
    }
}
