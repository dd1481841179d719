//! The addresses between the market and its payment providers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::id::TopUpId;
use domain::refusal::Refusal;
use domain::topup::{TopUp, TopUpState};
use frontend::{Site, Visit, error_page, no_payment_page, routes};
use store::{Error, FaultKind};
use uuid::Uuid;

use super::provider::BadEvent;
use super::{Door, Payments};

/// The most bytes of a message.
const MESSAGE_BYTES_MAX: usize = 256 * 1_024;

/// What these handlers share.
#[derive(Clone)]
pub struct Counter {
    /// Card payments.
    pub payments: Arc<Payments>,
    /// The market, for pages that say what went wrong.
    pub site: Site,
}

/// The way to the provider's page and back, for browsers.
pub fn pages(counter: Counter) -> Router {
    Router::new()
        .route(routes::Pay::PATTERN, get(pay))
        .route(routes::PayBack::PATTERN, get(back))
        .with_state(counter)
}

/// Where providers send their messages. They carry no cookie and are known by
/// their signature alone.
pub fn messages(counter: Counter) -> Router {
    Router::new()
        .route(routes::PaymentMessages::PATTERN, post(message))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX))
        .with_state(counter)
}

fn id(text: &str) -> Result<TopUpId, Error> {
    Uuid::try_parse(text).map(TopUpId::new).map_err(|_| Refusal::missing("top-up").into())
}

fn go(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// To the provider's page. It is looked at, so nothing may happen twice: the
/// session is opened once, however often this is followed.
async fn pay(
    State(counter): State<Counter>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
) -> Response {
    let page = async {
        let id = id(&name)?;
        Ok((id, counter.payments.page_for(id).await?))
    };
    match page.await {
        Ok((_, Door::Open(url))) => go(&url),
        Ok((id, Door::Shut(shut))) => no_payment_page(&counter.site, &visit, id, shut).await,
        Err(error) => error_page(&counter.site, &visit, error).await,
    }
}

/// Back from the provider's page. Coming here proves nothing: the payment is
/// looked up, and what is there decides.
async fn back(
    State(counter): State<Counter>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
) -> Response {
    let settled = async {
        let id = id(&name)?;
        Ok((id, counter.payments.settle(id).await))
    };
    match settled.await {
        Ok((_, Ok(top_up))) => go(&onward(&top_up)),
        // If the provider does not tell now, it is asked again: the page of
        // the top-up says that, and shows when the tokens are there.
        Ok((id, Err(Error::Failed(fault)))) if fault.kind() == FaultKind::Unavailable => {
            go(&routes::TopUpOrder::to(id).to_string())
        }
        Ok((_, Err(error))) | Err(error) => error_page(&counter.site, &visit, error).await,
    }
}

/// To where the user wanted to go, if the tokens are there and nothing has to
/// be told first; else to the top-up's own page.
fn onward(top_up: &TopUp) -> String {
    let own = routes::TopUpOrder::to(top_up.id).to_string();
    match (&top_up.return_to, top_up.state, &top_up.intent) {
        (Some(path), TopUpState::Credited, None) => path.as_str().to_owned(),
        _ => own,
    }
}

/// A message of the provider's: kept, then acknowledged.
async fn message(
    State(counter): State<Counter>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let is_known = counter.payments.provider.as_ref().is_some_and(|it| it.which().name() == provider);
    if !is_known {
        return StatusCode::NOT_FOUND;
    }
    let named = ["stripe-signature", "farthing-signature"];
    let signature = named.iter().find_map(|name| headers.get(*name)).and_then(|value| value.to_str().ok());
    match counter.payments.receive(signature.unwrap_or_default(), &body).await {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(error)) => {
            tracing::error!(%error, "a message of the payment provider could not be kept");
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(BadEvent::Forged | BadEvent::Unreadable) => StatusCode::BAD_REQUEST,
    }
}
