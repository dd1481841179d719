//! The API over HTTP, in process: status by status.

use std::ffi::OsString;
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{Method, Request, Response, StatusCode};
use domain::access::Actor;
use domain::time::Timestamp;
use frontend::{Visit, cookies};
use serde_json::{Value, json};
use store::world::World;
use tempfile::TempDir;
use tower::ServiceExt;

use super::{Api, router};
use crate::config::{Config, Sources};
use crate::house::House;
use crate::keys::proof::Gate;
use crate::limits::Limits;
use crate::telemetry::Metrics;
use crate::throttle::Throttle;

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

struct Door {
    app: Router,
    house: Arc<House>,
    folder: TempDir,
}

/// What came back: status, media type, body.
type Reply = (StatusCode, String, Value);

impl Door {
    async fn open(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment =
            settings.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
        let sources = Sources { data: Some(folder.path().to_owned()), environment, ..Sources::default() };
        let config = Config::load(&sources).unwrap();
        let world = World::made(3, Timestamp::from_millis(1_795_000_000_000));
        let house = Arc::new(House::open(config, world).await.unwrap());
        let limits = Limits::new(&house.config.limits.rates);
        let proxies = house.config.server.trusted_proxies.clone();
        let throttle = Arc::new(Throttle::new(limits, proxies, Arc::new(Metrics::new())));
        Self {
            app: router(Api::new(&house, throttle, Arc::new(Gate::new(Arc::clone(&house.keys))))),
            house,
            folder,
        }
    }

    async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
        self.app.clone().oneshot(request).await.unwrap()
    }

    async fn reply(&self, request: Request<Body>) -> Reply {
        let response = self.send(request).await;
        let (parts, body) = response.into_parts();
        let kind = parts.headers.get(CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, kind, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn post(&self, accept: &str, body: impl Into<Body>) -> Reply {
        let request = Request::post("/graphql").header(CONTENT_TYPE, OLD).header(ACCEPT, accept);
        self.reply(request.body(body.into()).unwrap()).await
    }

    /// Somebody opens an account; the token.
    async fn token(&self) -> String {
        let query = "mutation { openAccount(input: {}) { sessionToken } }";
        let (.., body) = self.post(NEW, json!({ "query": query }).to_string()).await;
        body["data"]["openAccount"]["sessionToken"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_status_says_what_happened_to_clients_that_know_the_new_type() {
    let door = Door::open(&[]).await;
    let ask = |query: &str| json!({ "query": query }).to_string();
    // What is sent, the status by the new and by the old type, whether it ran.
    let table = [
        (ask("{ vendor { name } }"), 200, 200, true),
        (ask("{ vendor { users { edges { cursor } } } }"), 200, 200, true),
        (ask("mutation { signOut { userErrors { code } } }"), 200, 200, true),
        (ask("{"), 400, 200, false),
        (ask("{ nothing }"), 400, 200, false),
        (ask("query Q($id: ID!) { node(id: $id) { id } }"), 400, 200, false),
        (ask("{ a: vendor { name } } subscription { x }"), 400, 200, false),
        (json!({ "query": "{ vendor { name } }", "operationName": "Other" }).to_string(), 400, 200, false),
        (
            json!({ "query": "query A { me { id } } query B { vendor { name } }", "operationName": "B" })
                .to_string(),
            200,
            200,
            true,
        ),
        (json!({ "query": "query A { me { id } } query B { me { id } }" }).to_string(), 400, 200, false),
        (
            json!({ "query": "{ me { id } }", "variables": null, "operationName": null, "extensions": null })
                .to_string(),
            200,
            200,
            true,
        ),
        (json!({ "query": "{ me { id } }", "extensions": { "x": 1 } }).to_string(), 200, 200, true),
        (json!({ "query": 1 }).to_string(), 400, 400, false),
        (json!({ "qeury": "{ me { id } }" }).to_string(), 400, 400, false),
        (json!({ "query": "{ me { id } }", "variables": [] }).to_string(), 400, 400, false),
        (json!({ "query": "{ me { id } }", "operationName": 1 }).to_string(), 400, 400, false),
        (json!({ "query": "{ me { id } }", "extensions": "x" }).to_string(), 400, 400, false),
        (json!([{ "query": "{ me { id } }" }]).to_string(), 400, 400, false),
        ("{ \"query".to_owned(), 400, 400, false),
        (String::new(), 400, 400, false),
        (" ".repeat(1_100_000), 413, 413, false),
    ];
    for (body, new, old, ran) in table {
        for (accept, status) in [(NEW, new), (OLD, old)] {
            let shown = body.get(..body.len().min(100)).unwrap_or_default();
            let (found, kind, answer) = door.post(accept, body.clone()).await;
            assert_eq!(found.as_u16(), status, "{accept} {shown}: {answer}");
            assert_eq!(kind, format!("{accept}; charset=utf-8"), "{shown}");
            assert_eq!(answer.get("data").is_some(), ran, "{shown}: {answer}");
            assert_eq!(answer.get("errors").is_none(), ran && !shown.contains("users"), "{shown}: {answer}");
        }
    }
}

#[tokio::test]
async fn media_types_are_settled_first() {
    let door = Door::open(&[]).await;
    let query = r#"{"query":"mutation { openAccount(input: {}) { accountKey } }"}"#;
    let table = [
        (Some("application/json"), "text/plain", 406),
        (Some("application/json; charset=utf-8"), "*/*", 200),
        (Some("APPLICATION/JSON; charset=\"UTF-8\""), "*/*", 200),
        (Some("application/json; charset=latin1"), "*/*", 415),
        (Some("text/plain"), "*/*", 415),
        (Some("application/x-www-form-urlencoded"), "*/*", 415),
        (Some("application/graphql"), "*/*", 415),
        (None, "*/*", 415),
    ];
    for (sent, accept, status) in table {
        let mut request = Request::post("/graphql").header(ACCEPT, accept);
        if let Some(sent) = sent {
            request = request.header(CONTENT_TYPE, sent);
        }
        let (found, ..) = door.reply(request.body(query.into()).unwrap()).await;
        assert_eq!(found.as_u16(), status, "{sent:?} {accept}");
    }
    let answer = door.send(Request::put("/graphql").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.headers().contains_key(ALLOW));
}

#[tokio::test]
async fn get_only_reads() {
    let door = Door::open(&[]).await;
    let table = [
        ("query=%7Bvendor%7Bname%7D%7D", 200),
        ("query=query(%24n:Int!)%7BnewestListings(first:%24n)%7Bid%7D%7D&variables=%7B%22n%22:2%7D", 200),
        ("query=query+A%7Bme%7Bid%7D%7D+query+B%7Bme%7Bid%7D%7D&operationName=B", 200),
        ("query=mutation%7BopenAccount(input:%7B%7D)%7BaccountKey%7D%7D", 405),
        (
            "query=mutation+M%7BsignOut%7BuserErrors%7Bcode%7D%7D%7D+query+Q%7Bme%7Bid%7D%7D&operationName=M",
            405,
        ),
        ("query=%7Bvendor%7Bname%7D%7D&variables=nonsense", 400),
        ("query=%7Bvendor%7Bname%7D%7D&query=%7Bme%7Bid%7D%7D", 400),
        ("", 400),
        ("query=%7B", 400),
    ];
    for (query, status) in table {
        let request = Request::get(format!("/graphql?{query}")).header(ACCEPT, NEW);
        let (found, _, answer) = door.reply(request.body(Body::empty()).unwrap()).await;
        assert_eq!(found.as_u16(), status, "{query}: {answer}");
    }
    assert_eq!(door.house.store.counters().batches.load(Ordering::SeqCst), 0, "nothing was written");
    let person = Request::get("/graphql").header(ACCEPT, "text/html,*/*;q=0.8").body(Body::empty()).unwrap();
    let answer = door.send(person).await;
    assert_eq!(
        (answer.status(), &answer.headers()[LOCATION]),
        (StatusCode::SEE_OTHER, &"/graphiql".parse().unwrap())
    );
}

#[tokio::test]
async fn bearers_are_known_or_told() {
    let door = Door::open(&[]).await;
    let token = door.token().await;
    let table = [
        (format!("Bearer {token}"), 200),
        (format!("bearer  {token}"), 200),
        (token.clone(), 401),
        (format!("Basic {token}"), 401),
        (format!("Bearer {token}x"), 401),
        ("Bearer ".to_owned(), 401),
    ];
    for (header, status) in table {
        let request = Request::post("/graphql").header(CONTENT_TYPE, OLD).header(AUTHORIZATION, &header);
        let request = request.body(r#"{"query":"{ me { isMe } }"}"#.into()).unwrap();
        let answer = door.send(request).await;
        assert_eq!(answer.status().as_u16(), status, "{header}");
        assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401, "{header}");
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        let body: Value =
            serde_json::from_slice(&to_bytes(answer.into_body(), 10_000).await.unwrap()).unwrap();
        match status {
            200 => assert_eq!(body["data"]["me"]["isMe"], true, "{body}"),
            _ => assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_SIGNED_IN", "{body}"),
        }
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let door = Door::open(&[("FARTHING_LIMITS__OPEN_ACCOUNT", "2 at once, then 1 an hour")]).await;
    let twice = "mutation { a: openAccount(input: {}) { accountKey } ...f } \
                 fragment f on Mutation { b: openAccount(input: {}) { accountKey } }";
    let (status, _, body) = door.post(NEW, json!({ "query": twice }).to_string()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let query = json!({ "query": "mutation { openAccount(input: {}) { accountKey } }" }).to_string();
    let request = Request::post("/graphql").header(CONTENT_TYPE, OLD).body(query.into()).unwrap();
    let answer = door.send(request).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((3_000..=3_600).contains(&wait), "{wait}");
    let body: Value = serde_json::from_slice(&to_bytes(answer.into_body(), 10_000).await.unwrap()).unwrap();
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["code"], &extensions["retryAfterSeconds"]),
        (&json!("RATE_LIMITED"), &json!(wait))
    );
}

/// A part of a form: its name, its file name if it is a file, its content.
type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

/// A form of these parts.
fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

fn form_request(body: Vec<u8>) -> axum::http::request::Builder {
    let builder = Request::builder().method(Method::POST).uri("/graphql");
    builder.header(CONTENT_TYPE, "multipart/form-data; boundary=edge").header("content-length", body.len())
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::new(8, 6).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

const UPLOAD: &str = r#"{"query":"mutation($f: Upload!) { uploadImage(input: { file: $f }) { image { id width } userErrors { code field } } }","variables":{"f":null}}"#;

#[tokio::test]
async fn forms_bring_files() {
    let door = Door::open(&[("FARTHING_IMAGES__UPLOAD_MB", "1")]).await;
    let token = door.token().await;
    let (png, large) = (png(), vec![0; 1_100_000]);
    let (operations, map) =
        (("operations", None, UPLOAD.as_bytes()), ("map", None, br#"{"0":["variables.f"]}"#.as_slice()));
    let file = ("0", Some("a.png"), png.as_slice());
    let batch = format!("[{UPLOAD}]");
    let table: Vec<(Vec<Part<'_>>, u16)> = vec![
        (vec![operations, map, file], 200),
        (vec![map, operations, file], 400),
        (vec![operations, file], 400),
        (vec![operations, map], 400),
        (vec![operations, map, file, file], 400),
        (vec![operations, map, ("1", Some("a.png"), &png)], 400),
        (vec![operations, ("map", None, br#"{"0":["variables.g"]}"#), file], 400),
        (vec![operations, ("map", None, br#"{"0":["query"]}"#), file], 400),
        (vec![operations, ("map", None, b"[]"), file], 400),
        (
            vec![("operations", None, batch.as_bytes()), ("map", None, br#"{"0":["0.variables.f"]}"#), file],
            400,
        ),
        (vec![operations, map, ("0", Some("a.png"), &large)], 413),
        (vec![("operations", None, &large)], 413),
        (vec![], 400),
    ];
    for (parts, status) in table {
        let body = form(&parts);
        let request = form_request(body.clone()).header(AUTHORIZATION, format!("Bearer {token}"));
        let (found, _, answer) = door.reply(request.body(body.into()).unwrap()).await;
        let names: Vec<&str> = parts.iter().map(|part| part.0).collect();
        assert_eq!(found.as_u16(), status, "{names:?}: {answer}");
        if status == 200 {
            assert_eq!(answer["data"]["uploadImage"]["image"]["width"], 8, "{answer}");
        }
        let spool = std::fs::read_dir(door.folder.path().join("spool")).unwrap();
        assert_eq!(spool.count(), 0, "{names:?}: nothing stays in the spool");
    }
    let body = form(&[operations, map, file]);
    let (status, _, answer) = door.reply(form_request(body.clone()).body(body.into()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["data"]["uploadImage"]["userErrors"][0]["code"], "NOT_SIGNED_IN", "{answer}");
}

#[tokio::test]
async fn forms_with_cookies_prove_where_they_come_from() {
    let door = Door::open(&[]).await;
    let token = door.token().await;
    let user = door.house.store.authenticate(&token).await.unwrap().unwrap();
    let signed_in = Visit {
        actor: Actor::User(user),
        session_token: Some(token),
        visitor_token: None,
        device_token: None,
    };
    let visitor = Actor::Visitor(Some(cookies::visitor_id(&door.house.store, "v")));
    let visitor = Visit {
        actor: visitor,
        session_token: None,
        visitor_token: Some("v".to_owned()),
        device_token: None,
    };
    let table = [
        (signed_in.clone(), None, 403),
        (visitor, None, 403),
        (Visit::default(), None, 200),
        (signed_in.clone(), Some(("sec-fetch-site", "same-origin")), 200),
        (signed_in.clone(), Some(("sec-fetch-site", "cross-site")), 403),
        (signed_in.clone(), Some(("graphql-require-preflight", "1")), 200),
        (signed_in, Some(("apollo-require-preflight", "true")), 200),
    ];
    let png = png();
    let body = form(&[
        ("operations", None, UPLOAD.as_bytes()),
        ("map", None, br#"{"0":["variables.f"]}"#),
        ("0", Some("a.png"), &png),
    ]);
    for (visit, header, status) in table {
        let mut request = form_request(body.clone());
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(body.clone())).unwrap();
        request.extensions_mut().insert(visit);
        let (found, _, answer) = door.reply(request).await;
        assert_eq!(found.as_u16(), status, "{header:?}: {answer}");
    }
}

#[tokio::test]
async fn the_explorer_obeys_the_content_policy() {
    let door = Door::open(&[]).await;
    let get = async |path: &str| {
        let answer = door.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let (status, caching) = (answer.status(), answer.headers().get(CACHE_CONTROL).cloned());
        let text = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        (status, caching, String::from_utf8(text.to_vec()).unwrap())
    };
    let (status, _, page) = get("/graphiql").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<title>API explorer</title>"));
    for forbidden in
        ["<style", " style=", " onclick=", "<script>", "http://", "https://", "{script}", "{style}", "{mark}"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let mut parts = 0;
    for path in page.split('"').filter(|text| text.starts_with("/graphiql/")) {
        let (status, caching, text) = get(path).await;
        assert_eq!(
            (status, caching.unwrap().to_str().unwrap().contains("immutable")),
            (StatusCode::OK, true),
            "{path}"
        );
        assert!(!text.contains("innerHTML") && !text.contains("://"), "{path}");
        parts += 1;
    }
    assert_eq!(parts, 2);
    assert_eq!(get("/graphiql/explorer-0.js").await.0, StatusCode::NOT_FOUND);
}
