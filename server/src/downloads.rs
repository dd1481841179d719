//! Serving a kept file over HTTP: whole, or the part that is asked for, so
//! that an interrupted download goes on where it stopped (RFC 9110, sections
//! 13 and 14).
//!
//! Who may have the file is decided before. tower-http's `ServeFile` knows
//! neither `If-Range` nor an address of content as `ETag`; those are the point
//! here. Several ranges in one request are answered with the whole file, as
//! the standard allows: joining them is a favour that only attackers ask for.

mod disposition;
mod range;
#[cfg(test)]
mod tests;

use std::io::SeekFrom;
use std::path::Path;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, Take};

use crate::files::{FileFault, fault};
pub use disposition::attachment;
use range::{Part, part};

/// Bytes read from the disk at a time.
const CHUNK_BYTES: usize = 64 * 1_024;

/// How the receiver is to treat a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// Save it under this name; never show it as part of the site. Only the
    /// buyer's own cache may keep it, and asks again before each use.
    Attachment {
        /// The name that the seller gave it; any text.
        name: &'a str,
    },
    /// A pressed picture: shown in pages, and never changing.
    Picture,
}

/// Answers a request for the file at `path` with `hash` (its address) as tag.
/// A file that is not there is answered with 404.
///
/// # Errors
/// When the disk fails before the first byte. Later, the connection breaks
/// off, which the receiver notices by the length.
pub async fn serve_file(
    path: &Path,
    hash: &str,
    delivery: Delivery<'_>,
    method: &Method,
    asked: &HeaderMap,
) -> Result<Response<Body>, FileFault> {
    if method != Method::GET && method != Method::HEAD {
        return Ok(bare(StatusCode::METHOD_NOT_ALLOWED));
    }
    let mut file = match File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(bare(StatusCode::NOT_FOUND)),
        Err(error) => return Err(fault("open a kept file")(error)),
    };
    let size = file.metadata().await.map_err(fault("measure a kept file"))?.len();
    let tag = format!("\"{hash}\"");
    let mut response = bare(StatusCode::OK);
    describe(response.headers_mut(), &tag, delivery);
    if let Some(status) = precondition(asked, &tag) {
        *response.status_mut() = status;
        return Ok(response);
    }
    let wanted = if *method == Method::GET { wanted_part(asked, &tag, size) } else { Part::Whole };
    let (first, length) = match wanted {
        Part::Whole => (0, size),
        Part::Of { first, last } => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            put(response.headers_mut(), CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
            (first, last - first + 1)
        }
        Part::Outside => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            put(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    put(response.headers_mut(), CONTENT_LENGTH, &length.to_string());
    if *method == Method::GET {
        file.seek(SeekFrom::Start(first)).await.map_err(fault("read a kept file"))?;
        *response.body_mut() = Body::from_stream(chunks(file.take(length)));
    }
    Ok(response)
}

/// The headers that say what the file is, the same for all answers.
fn describe(headers: &mut HeaderMap, tag: &str, delivery: Delivery<'_>) {
    put(headers, ETAG, tag);
    put(headers, ACCEPT_RANGES, "bytes");
    put(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Should a browser show it all the same, it can do nothing.
    put(headers, CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    match delivery {
        Delivery::Attachment { name } => {
            put(headers, CONTENT_TYPE, "application/octet-stream");
            put(headers, CACHE_CONTROL, "private, no-cache");
            headers.insert(CONTENT_DISPOSITION, attachment(name));
        }
        Delivery::Picture => {
            put(headers, CONTENT_TYPE, "image/webp");
            put(headers, CACHE_CONTROL, "public, max-age=31536000, immutable");
        }
    }
}

/// Whether `If-Match` or `If-None-Match` already decides the answer.
fn precondition(asked: &HeaderMap, tag: &str) -> Option<StatusCode> {
    if asked.contains_key(IF_MATCH) {
        let matches = tags(asked, &IF_MATCH).any(|it| it == "*" || it == tag);
        return (!matches).then_some(StatusCode::PRECONDITION_FAILED);
    }
    // A weak tag is as good as a strong one when nothing is to be joined.
    let known = tags(asked, &IF_NONE_MATCH).any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag);
    known.then_some(StatusCode::NOT_MODIFIED)
}

/// The members of a header that lists tags. Our tags hold no comma.
fn tags<'a>(asked: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    asked
        .get_all(name)
        .into_iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .map(str::trim)
}

/// The part to send. With `If-Range`, only if what the receiver has is of
/// this very file; a date there matches never, since none is sent.
fn wanted_part(asked: &HeaderMap, tag: &str, size: u64) -> Part {
    let same = asked.get(IF_RANGE).is_none_or(|it| it.as_bytes() == tag.as_bytes());
    match asked.get(RANGE).and_then(|it| it.to_str().ok()) {
        Some(text) if same => part(text, size),
        _ => Part::Whole,
    }
}

/// The rest of a file, piece by piece, as fast as it is taken.
fn chunks(file: Take<File>) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK_BYTES);
        let count = file.read_buf(&mut chunk).await?;
        Ok((count > 0).then(|| (chunk.freeze(), file)))
    })
}

/// An answer without a body.
fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Sets a header whose text is ours and plain ASCII.
fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}
