use axum::body::to_bytes;
use axum::http::header::IF_NONE_MATCH;
use tempfile::TempDir;

use super::*;

const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

struct Shelf {
    _folder: TempDir,
    path: std::path::PathBuf,
    bytes: Vec<u8>,
}

fn shelf(size: u32) -> Shelf {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let bytes: Vec<u8> = (0..size).map(|it| u8::try_from(it % 251).unwrap()).collect();
    std::fs::write(&path, &bytes).unwrap();
    Shelf { _folder: folder, path, bytes }
}

impl Shelf {
    async fn ask(&self, method: Method, headers: &[(HeaderName, &str)]) -> Response<Body> {
        let asked = headers.iter().map(|(name, text)| (name.clone(), text.parse().unwrap())).collect();
        let delivery = Delivery::Attachment { name: "song.mp3" };
        serve_file(&self.path, HASH, delivery, &method, &asked).await.unwrap()
    }
}

async fn body(response: Response<Body>) -> Bytes {
    to_bytes(response.into_body(), usize::MAX).await.unwrap()
}

fn header(response: &Response<Body>, name: HeaderName) -> &str {
    response.headers().get(name).map_or("", |it| it.to_str().unwrap())
}

#[tokio::test]
async fn the_whole_file_comes_with_its_description() {
    let shelf = shelf(200_000);
    let response = shelf.ask(Method::GET, &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    let expected = [
        (CONTENT_LENGTH, "200000".to_owned()),
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (ETAG, format!("\"{HASH}\"")),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (CONTENT_DISPOSITION, "attachment; filename=\"song.mp3\"; filename*=UTF-8''song.mp3".to_owned()),
    ];
    for (name, text) in expected {
        assert_eq!(header(&response, name.clone()), text, "{name}");
    }
    assert_eq!(body(response).await, shelf.bytes);
}

#[tokio::test]
async fn parts_resume_and_join_to_the_whole() {
    let shelf = shelf(150_000);
    let tag = format!("\"{HASH}\"");
    let mut joined = body(shelf.ask(Method::GET, &[(RANGE, "bytes=0-69999")]).await).await.to_vec();
    let rest = shelf.ask(Method::GET, &[(RANGE, "bytes=70000-"), (IF_RANGE, &tag)]).await;
    assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&rest, CONTENT_RANGE), "bytes 70000-149999/150000");
    assert_eq!(header(&rest, CONTENT_LENGTH), "80000");
    joined.extend(body(rest).await);
    assert_eq!(joined, shelf.bytes);
}

#[tokio::test]
async fn conditions_decide_between_part_whole_and_nothing() {
    let shelf = shelf(1_000);
    let tag = format!("\"{HASH}\"");
    let weak = format!("W/{tag}");
    let several = format!("\"a\", {weak}");
    type Headers<'a> = &'a [(HeaderName, &'a str)];
    let table: [(Headers<'_>, u16, usize); 14] = [
        (&[(RANGE, "bytes=0-9")], 206, 10),
        (&[(RANGE, "bytes=-10")], 206, 10),
        (&[(RANGE, "bytes=0-9,20-29")], 200, 1_000),
        (&[(RANGE, "bytes=1000-")], 416, 0),
        (&[(RANGE, "bytes=0-9"), (IF_RANGE, "\"another\"")], 200, 1_000),
        (&[(RANGE, "bytes=0-9"), (IF_RANGE, &weak)], 200, 1_000),
        (&[(RANGE, "bytes=5000-"), (IF_RANGE, "\"another\"")], 200, 1_000),
        (&[(RANGE, "bytes=0-9"), (IF_RANGE, "Mon, 23 Nov 2026 06:00:00 GMT")], 200, 1_000),
        (&[(IF_NONE_MATCH, &tag)], 304, 0),
        (&[(IF_NONE_MATCH, &several), (RANGE, "bytes=0-9")], 304, 0),
        (&[(IF_NONE_MATCH, "\"another\"")], 200, 1_000),
        (&[(IF_MATCH, &tag), (RANGE, "bytes=0-9")], 206, 10),
        (&[(IF_MATCH, &weak)], 412, 0),
        (&[(IF_MATCH, "*")], 200, 1_000),
    ];
    for (headers, status, length) in table {
        let response = shelf.ask(Method::GET, headers).await;
        assert_eq!(response.status(), status, "{headers:?}");
        if status == 416 {
            assert_eq!(header(&response, CONTENT_RANGE), "bytes */1000");
        }
        assert_eq!(body(response).await.len(), length, "{headers:?}");
    }
}

#[tokio::test]
async fn head_tells_the_length_and_sends_nothing() {
    let shelf = shelf(1_000);
    let response = shelf.ask(Method::HEAD, &[(RANGE, "bytes=0-9")]).await;
    assert_eq!((response.status(), header(&response, CONTENT_LENGTH)), (StatusCode::OK, "1000"));
    assert!(body(response).await.is_empty());
    assert_eq!(shelf.ask(Method::POST, &[]).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn pictures_are_cached_for_ever_and_missing_files_are_404() {
    let shelf = shelf(10);
    let asked = HeaderMap::new();
    let picture = serve_file(&shelf.path, HASH, Delivery::Picture, &Method::GET, &asked).await.unwrap();
    assert_eq!(header(&picture, CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(header(&picture, CONTENT_TYPE), "image/webp");
    assert_eq!(header(&picture, CONTENT_DISPOSITION), "");
    let nowhere = shelf.path.with_file_name("nowhere");
    let missing = serve_file(&nowhere, HASH, Delivery::Picture, &Method::GET, &asked).await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&missing, CACHE_CONTROL), "", "a miss is not kept for ever");
}
