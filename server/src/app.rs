//! The whole application as one router: site, API, pictures, downloads,
//! health. Built the same way for the program and for tests.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::id::{ListingId, ScanId};
use frontend::{Site, Visit, error_page, routes};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::downloads::{Delivery, serve_file};
use crate::files::{FileName, Files};
use crate::headers::{SecurityHeaders, secure};
use crate::house::House;
use crate::http::graphql;
use crate::kept_pages::{KeptPages, keep};
use crate::keys::proof::Gate;
use crate::keys::web as keys;
use crate::limits::Limits;
use crate::payments;
use crate::software::{self, Wares};
use crate::telemetry::{METRICS_TYPE, Metrics, MetricsAccess, Observer, RequestIds, observe};
use crate::throttle::{Throttle, throttle};
use crate::visit::identify;

/// What the handlers of this file share.
#[derive(Clone)]
struct Rooms {
    house: Arc<House>,
    site: Site,
    metrics: Arc<Metrics>,
    metrics_access: MetricsAccess,
}

/// The application over an open house.
pub fn app(house: &Arc<House>, metrics: &Arc<Metrics>) -> Router {
    let config = &house.config;
    let public_url = config.server.public_url.as_str().to_owned();
    let site = Site {
        store: house.store.clone(),
        search: Arc::clone(&house.search),
        public_url: public_url.clone(),
        picture_bytes_max: u64::try_from(config.images.press.upload_bytes_max).unwrap_or(u64::MAX),
        file_bytes_max: config.files.artifact_bytes_max,
        cards: house.payments.cards(),
    };
    let counter = payments::web::Counter { payments: Arc::clone(&house.payments), site: site.clone() };
    let limits = if config.limits.on { Limits::new(&config.limits.rates) } else { Limits::off() };
    let gate = Arc::new(Throttle::new(limits, config.server.trusted_proxies.clone(), Arc::clone(metrics)));
    let rooms = Rooms {
        house: Arc::clone(house),
        site: site.clone(),
        metrics: Arc::clone(metrics),
        metrics_access: MetricsAccess::new(config.metrics.token.as_ref()),
    };
    let (store, media) = (house.store.clone(), Arc::clone(&house.media));
    let wares = Wares { store, media, metrics: Arc::clone(metrics) };
    let observer = Observer {
        metrics: Arc::clone(metrics),
        ids: Arc::new(RequestIds::new(house.store.world().random())),
    };
    let devices = Arc::new(Gate::new(Arc::clone(&house.keys)));
    let desk = keys::Desk { gate: Arc::clone(&devices), store: house.store.clone() };
    let api = graphql::Api::new(house, Arc::clone(&gate), devices);
    let headers = match config.payments.stripe {
        Some(_) => SecurityHeaders::with_stripe(&config.server.public_url),
        None => SecurityHeaders::new(&config.server.public_url),
    };
    let kept = KeptPages::new(house.store.clone());
    let visited = frontend::router(site.clone())
        .layer(from_fn_with_state(kept, keep))
        .merge(graphql::router(api))
        .merge(downloads().with_state(rooms.clone()))
        .merge(software::router(wares))
        .merge(payments::web::pages(counter.clone()))
        .merge(keys::router(desk))
        .layer(from_fn_with_state((gate, site.clone()), throttle))
        .layer(from_fn_with_state(site, identify));
    health()
        .with_state(rooms)
        .merge(payments::web::messages(counter))
        .merge(visited)
        .layer(map_response_with_state(headers, secure))
        .layer(packed())
        .layer(from_fn_with_state(observer, observe))
}

/// Pages are packed on their way; files are not, since they are measured and
/// hashed as they are.
fn packed() -> CompressionLayer<impl Predicate> {
    let pages = DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"));
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(pages)
}

fn downloads() -> Router<Rooms> {
    Router::new()
        .route("/media/{name}", get(picture))
        .route(routes::Download::PATTERN, get(download))
        .route(routes::Scan::PATTERN, get(scan))
}

fn health() -> Router<Rooms> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measurements))
}

/// A pressed picture; its name says what is in it, so it never changes.
async fn picture(
    State(rooms): State<Rooms>,
    Path(name): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let Some(name) = FileName::parse(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let path = rooms.house.media.pictures.path_of(&name);
    match serve_file(&path, name.as_str(), Delivery::Picture, &method, &asked).await {
        Ok(response) => response,
        Err(fault) => {
            tracing::error!(%fault, "a picture could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The file of a listing, for those who bought it.
async fn download(
    State(rooms): State<Rooms>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let missing = domain::refusal::Refusal::missing("file");
    let Ok(id) = id.parse() else {
        return error_page(&rooms.site, &visit, store::Error::Refused(missing)).await;
    };
    let artifact = match rooms.house.store.download(&visit.actor, ListingId::new(id)).await {
        Ok(artifact) => artifact,
        Err(error) => return error_page(&rooms.site, &visit, error).await,
    };
    attachment(
        &rooms,
        &visit,
        (&rooms.house.media.artifacts, &artifact.hash, &artifact.name),
        (&method, &asked),
    )
    .await
}

/// A scan beside an order at the desk, for the staff and whose order it is.
async fn scan(
    State(rooms): State<Rooms>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let missing = domain::refusal::Refusal::missing("scan");
    let Ok(id) = id.parse() else {
        return error_page(&rooms.site, &visit, store::Error::Refused(missing)).await;
    };
    let scan = match rooms.house.store.attachment(&visit.actor, ScanId::new(id)).await {
        Ok(scan) => scan,
        Err(error) => return error_page(&rooms.site, &visit, error).await,
    };
    attachment(&rooms, &visit, (&rooms.house.media.scans, &scan.file, &scan.name), (&method, &asked)).await
}

/// A kept file as a download, for somebody who may have it.
async fn attachment(
    rooms: &Rooms,
    visit: &Visit,
    (folder, file, name): (&Files, &str, &str),
    (method, asked): (&Method, &HeaderMap),
) -> Response {
    let Some(kept) = FileName::parse(file) else {
        return error_page(&rooms.site, visit, store::Fault::corrupt("find a kept file").into()).await;
    };
    match serve_file(&folder.path_of(&kept), kept.hash(), Delivery::Attachment { name }, method, asked).await
    {
        Ok(response) => response,
        Err(fault) => {
            tracing::error!(%fault, "a kept file could not be read");
            error_page(&rooms.site, visit, store::Fault::unavailable("read a kept file").into()).await
        }
    }
}

/// Whether requests can be answered: the database is there.
async fn ready(State(rooms): State<Rooms>) -> Response {
    match rooms.house.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(fault) => {
            tracing::warn!(%fault, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn measurements(
    State(rooms): State<Rooms>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !rooms.metrics_access.allows(peer.ip(), &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    rooms.metrics.take_counters(rooms.house.store.counters());
    let kind = [(CONTENT_TYPE, METRICS_TYPE), (CACHE_CONTROL, "no-store")];
    (kind, rooms.metrics.text()).into_response()
}
