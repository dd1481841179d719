//! Software over plain HTTP: what publishers signed, the programs for those
//! who were granted them, and the parts of uploads.

mod parts;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head};
use axum::{Extension, Router};
use domain::access::Actor;
use domain::id::ArtifactId;
use domain::licence::offer::Coverage;
use domain::refusal::{Refusal, RefusalKind};
use domain::software::Channel;
use frontend::Visit;
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use store::{Error, Store};

use crate::downloads::{Delivery, serve_file};
use crate::files::FileName;
use crate::media::House as MediaHouse;
use crate::telemetry::Metrics;
use parts::{NotTaken, take};

/// The newest release of a product, as its publisher signed it; the newest of
/// some versions with `covers`.
pub const MANIFEST: &str = "/software/{slug}/manifest";

/// A program, for those who were granted it.
pub const ARTIFACT: &str = "/artifacts/{grant}";

/// The parts of an upload.
pub const UPLOAD: &str = "/uploads/{id}";

/// How many bytes of an upload are there.
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// How many bytes an upload will have.
const LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// The publisher's key, beside what it signed.
const KEY: HeaderName = HeaderName::from_static("farthing-publisher-key");

/// The type of a part (tus.io); no form can send it.
const PART_TYPE: &str = "application/offset+octet-stream";

/// What these handlers share.
#[derive(Clone)]
pub struct Wares {
    /// The market.
    pub store: Store,
    /// Where programs lie.
    pub media: Arc<MediaHouse>,
    /// Counts what is served.
    pub metrics: Arc<Metrics>,
}

/// The addresses. A manifest is for everybody, a program for whoever has the
/// grant, an upload for its publisher.
pub fn router(wares: Wares) -> Router {
    Router::new()
        .route(MANIFEST, get(manifest))
        .route(ARTIFACT, get(artifact))
        .route(UPLOAD, head(progress).patch(part))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(wares)
}

#[derive(Deserialize)]
struct Asked {
    channel: Option<String>,
    /// Versions as licences and codes say them; all if nothing is said.
    covers: Option<String>,
}

async fn manifest(
    State(wares): State<Wares>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let missing = || Error::from(Refusal::missing("software"));
        let channel = asked.channel.as_deref().map_or(Ok(Channel::stable()), Channel::parse)?;
        let product = wares.store.product_named(&Actor::Visitor(None), &slug).await?;
        let product = product.ok_or_else(missing)?;
        let no_range = || Refusal::invalid("covers", "versions are asked for as *, ^2 or <=1.7.3");
        let covers = asked.covers.as_deref().map_or(Some(Coverage::All), Coverage::parse);
        let covers = covers.ok_or_else(no_range)?;
        let newest = wares.store.newest_covered(product.listing, &channel, &covers).await?;
        let newest = newest.ok_or(Refusal::missing("release on this channel"))?;
        let token = wares.store.manifest(newest.id).await?.ok_or_else(missing)?;
        Ok((product.key.unwrap_or_default(), newest, token))
    };
    let (key, newest, token) = match found.await {
        Ok(found) => found,
        Err(error) => return refuse(&error),
    };
    let signed = newest.expires_at.map_or(0, domain::time::Timestamp::millis);
    let tag = format!("\"{}-{}-{signed}\"", newest.id, newest.seq.unwrap_or(0));
    let text = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    let about = [
        (ETAG, text(&tag)),
        (KEY, text(&key)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
    ];
    match headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        true => (StatusCode::NOT_MODIFIED, about).into_response(),
        false => (about, token).into_response(),
    }
}

/// A program or a part of it. Each answer is a line in the log, each byte is
/// counted as it goes out: so it can be proven that none did.
async fn artifact(
    State(wares): State<Wares>,
    Path(grant): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let granted = match wares.store.granted(&grant).await {
        Ok(granted) => granted,
        Err(error) => return refuse(&error),
    };
    let Some(name) = FileName::parse(&granted.file_hash) else {
        return refuse(&store::Fault::corrupt("find a program").into());
    };
    let path = wares.media.artifacts.path_of(&name);
    let delivery = Delivery::Attachment { name: &granted.name };
    let response = match serve_file(&path, name.hash(), delivery, &method, &headers).await {
        Ok(response) => response,
        Err(fault) => {
            tracing::error!(%fault, "a program could not be read");
            return refuse(&store::Fault::unavailable("read a program").into());
        }
    };
    let said = |name: HeaderName| response.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or("");
    tracing::info!(
        target: "farthing::artifacts",
        artifact = %granted.artifact,
        licence = %granted.licence,
        status = response.status().as_u16(),
        bytes = said(CONTENT_LENGTH),
        range = said(CONTENT_RANGE),
        "a program was asked for"
    );
    wares.metrics.artifact_asked();
    let metrics = Arc::clone(&wares.metrics);
    let count = move |chunk: &bytes::Bytes| metrics.artifact_served(chunk.len());
    let (parts, body) = response.into_parts();
    if body.is_end_stream() {
        return Response::from_parts(parts, body);
    }
    Response::from_parts(parts, Body::from_stream(body.into_data_stream().inspect_ok(count)))
}

/// `HEAD /uploads/{id}`: how far an upload has come.
async fn progress(
    State(wares): State<Wares>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match find(&wares, &visit, &headers, &id).await {
        Ok((path, size)) => match parts::there(&path).await {
            Ok(there) => (StatusCode::OK, standing(there, size)).into_response(),
            Err(fault) => refuse(&fault.into()),
        },
        Err(error) => refuse(&error),
    }
}

/// `PATCH /uploads/{id}`: more bytes, from an offset on. Bytes that are there
/// already are passed over, so that a part may be sent again.
async fn part(
    State(wares): State<Wares>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (path, size) = match find(&wares, &visit, request.headers(), &id).await {
        Ok(found) => found,
        Err(error) => return refuse(&error),
    };
    if request.headers().get(CONTENT_TYPE).is_none_or(|it| it.as_bytes() != PART_TYPE.as_bytes()) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("A part is sent as {PART_TYPE}.\n"))
            .into_response();
    }
    let offset = request.headers().get(&OFFSET).and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let Some(offset) = offset else {
        return (StatusCode::BAD_REQUEST, "Upload-Offset says where the part begins.\n").into_response();
    };
    match take(&path, size, offset, request.into_body().into_data_stream()).await {
        Ok(there) => (StatusCode::NO_CONTENT, standing(there, size)).into_response(),
        Err(NotTaken::Gap { there }) => (
            StatusCode::CONFLICT,
            standing(there, size),
            format!("{there} bytes are there: go on from that offset.\n"),
        )
            .into_response(),
        Err(NotTaken::TooMuch) => {
            (StatusCode::PAYLOAD_TOO_LARGE, "More came than was announced.\n").into_response()
        }
        Err(NotTaken::Busy) => {
            (StatusCode::LOCKED, "Another part is being written: ask how far it came.\n").into_response()
        }
        Err(NotTaken::Interrupted { there }) => {
            (StatusCode::BAD_REQUEST, standing(there, size), "The part broke off.\n").into_response()
        }
        Err(NotTaken::Fault(fault)) => refuse(&fault.into()),
    }
}

/// Where an upload of the asker's lies, and how large it will be. A program
/// brings a session's token, a page of ours its cookie.
async fn find(wares: &Wares, visit: &Visit, headers: &HeaderMap, id: &str) -> Result<(PathBuf, u64), Error> {
    let actor = match headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok()) {
        Some(header) => {
            let token = header.strip_prefix("Bearer ").ok_or(Refusal::NotSignedIn)?;
            let user = wares.store.authenticate(token.trim()).await?;
            Actor::User(user.ok_or(Refusal::NotSignedIn)?)
        }
        None => visit.actor,
    };
    actor.signed_in()?;
    let id = id.parse().map(ArtifactId::new).map_err(|_| Refusal::missing("program"))?;
    let upload = wares.store.upload(&actor, id).await?;
    Ok((upload.path, upload.size))
}

fn standing(there: u64, size: u64) -> [(HeaderName, HeaderValue); 3] {
    [
        (OFFSET, HeaderValue::from(there)),
        (LENGTH, HeaderValue::from(size)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// A refusal for programs: its status and its sentence.
fn refuse(error: &Error) -> Response {
    let (status, sentence) = match error {
        Error::Refused(refusal) => {
            let status = match refusal.kind() {
                RefusalKind::Invalid => StatusCode::BAD_REQUEST,
                RefusalKind::Unknown => StatusCode::UNAUTHORIZED,
                RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                RefusalKind::Missing => StatusCode::NOT_FOUND,
                RefusalKind::Conflict if *refusal == Refusal::Expired => StatusCode::GONE,
                RefusalKind::Conflict => StatusCode::CONFLICT,
                RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            };
            (status, format!("{}: {refusal}\n", refusal.code()))
        }
        Error::Failed(fault) => {
            tracing::error!(%fault, "software could not be served");
            (StatusCode::INTERNAL_SERVER_ERROR, "Something failed here. Try again.\n".to_owned())
        }
    };
    (status, [(CACHE_CONTROL, HeaderValue::from_static("no-store"))], sentence).into_response()
}
