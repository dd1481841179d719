//! The API over HTTP: the GraphQL-over-HTTP specification to the letter,
//! uploads by the multipart request specification, and a page to try it out.
//!
//! Phases of a request, in order; each may end it:
//! 1. choose the media type of the answer (406);
//! 2. find out who asks: a bearer token, or else the site's cookies (401);
//! 3. read the request (400, 413, 415), and weigh it before any file is read;
//! 4. count it against the limits (429);
//! 5. run it.
//!
//! A browser's cookies come along with requests that other sites cause. A
//! JSON body makes the browser ask first, which is never allowed; a form does
//! not, so a form has to prove where it comes from (403).

mod events;
mod explorer;
mod lines;
mod multipart;
mod negotiate;
mod read;
mod reply;
mod socket;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use async_graphql::Request as Asked;
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode, request};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::access::Actor;
use domain::licence::device::DeviceKey;
use frontend::{Visit, routes};
use graphql::{Answer, Link, NotWeighed, Operation, Options, Uploads, Weight};
use store::Store;
use tokio::sync::watch;

use crate::house::House;
use crate::keys::proof::{self, Asked as Sent, Gate, NotProven};
use crate::keys::web::nonce_header;
use crate::limits::{AddressBlock, Class, RetryAfter};
use crate::throttle::{Caller, Throttle};
use lines::Lines;
use multipart::Sizes;
use negotiate::MediaType;
use reply::{Problem, not_run, run};

/// So much of an API request counts like one page of the site.
const COST_OF_A_PAGE: u32 = 100;

/// What the handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    api: graphql::Api,
    store: Store,
    throttle: Arc<Throttle>,
    sizes: Sizes,
    lines: Lines,
    devices: Arc<Gate>,
    /// Turns true when the program stops: streams then end.
    closing: watch::Receiver<bool>,
}

impl Api {
    /// The API over an open house, behind these limits.
    #[must_use]
    pub fn new(house: &Arc<House>, throttle: Arc<Throttle>, devices: Arc<Gate>) -> Self {
        let public_url = house.config.server.public_url.as_str().to_owned();
        let options = Options {
            store: house.store.clone(),
            search: Arc::clone(&house.search),
            links: Arc::new(move |link| address(&public_url, link)),
            keys: house.keys.clone(),
        };
        let sizes = Sizes {
            picture_bytes_max: u64::try_from(house.config.images.press.upload_bytes_max).unwrap_or(u64::MAX),
            file_bytes_max: house.config.files.artifact_bytes_max,
        };
        let (api, store) = (graphql::Api::new(options), house.store.clone());
        let (lines, closing) = (Lines::default(), house.closing.subscribe());
        Self { api, store, throttle, sizes, lines, devices, closing }
    }
}

/// The full address of what an answer points to.
fn address(public_url: &str, link: Link<'_>) -> String {
    match link {
        Link::Listing(id) => format!("{public_url}{}", routes::Listing::to(id)),
        Link::Pay(id) => format!("{public_url}{}", routes::Pay::to(id)),
        Link::Paper(id) => format!("{public_url}{}", routes::Paper::to(id)),
        Link::PaperPdf(id) => format!("{public_url}{}", routes::PaperPdf::to(id)),
        Link::Scan(id) => format!("{public_url}{}", routes::Scan::to(id)),
        Link::Claim(code) => format!("{public_url}{}", routes::Claim::to(code.to_owned())),
        Link::Download(id) => format!("{public_url}{}", routes::Download::to(id)),
        Link::Granted(token) => format!("{public_url}/artifacts/{token}"),
        Link::Upload(id) => format!("{public_url}/uploads/{id}"),
        Link::Picture { hash, width } => format!("{public_url}/media/{hash}-{width}.webp"),
    }
}

/// The API and the page to try it out.
pub fn router(api: Api) -> Router {
    let endpoint = get(answer_get).post(answer_post).layer(DefaultBodyLimit::disable());
    Router::new().route(routes::Graphql::PATTERN, endpoint).with_state(api).merge(explorer::router())
}

/// Who asks, and how they proved it.
struct Asker {
    actor: Actor,
    /// Whether a browser sent the proof by itself.
    by_cookie: bool,
}

impl Api {
    /// Finds out who asks. A bearer token that is not good is told, rather
    /// than taken for a visitor: its owner would wonder.
    async fn identify(&self, parts: &request::Parts) -> Result<Asker, Problem> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else {
            let visit = parts.extensions.get::<Visit>().cloned().unwrap_or_default();
            let by_cookie = visit.session_token.is_some() || visit.visitor_token.is_some();
            return Ok(Asker { actor: visit.actor, by_cookie });
        };
        let token = header.to_str().ok().and_then(|text| text.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) =
            token.ok_or_else(|| Problem::unknown("Send `Authorization: Bearer` and a session token."))?;
        let user = self.store.authenticate(token.trim()).await.map_err(|fault| {
            tracing::error!(%fault, "a session could not be looked up");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The market is not available just now.")
        })?;
        let user =
            user.ok_or_else(|| Problem::unknown("This session has ended, or never was. Sign in again."))?;
        Ok(Asker { actor: Actor::User(user), by_cookie: false })
    }

    /// The device that a request comes from, if it says that it does. It is
    /// told when it does not prove it, rather than taken for nobody.
    fn device(&self, parts: &request::Parts, body: &[u8]) -> Result<Option<DeviceKey>, Problem> {
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        let sent = Sent { method, path, body };
        let problem = |message| Problem::new(StatusCode::UNAUTHORIZED, message);
        self.devices.check(&self.store, &parts.headers, sent).map_err(|not_proven| match not_proven {
            NotProven::Headers => {
                problem("Send `Farthing-Device` and `Farthing-Proof` together.").code("BAD_PROOF")
            }
            NotProven::Signature => {
                problem("This proof is not for this request, or not by this device.").code("BAD_PROOF")
            }
            NotProven::Nonce => problem("Sign again with the nonce in `Farthing-Nonce`.").code("STALE_NONCE"),
        })
    }

    /// Whoever sent a proof gets the nonce for the next one.
    fn with_nonce(&self, parts: &request::Parts, mut response: Response) -> Response {
        let has_proof = parts.headers.contains_key(proof::PROOF) || parts.headers.contains_key(proof::DEVICE);
        if let Some((name, value)) = has_proof.then(|| nonce_header(&self.store)).flatten() {
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// Ends when the program stops.
    fn closed(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut closing = self.closing.clone();
        async move {
            // A sender that is gone means the same.
            let _ = closing.wait_for(|is_closing| *is_closing).await;
        }
    }

    /// Where a request comes from, for counting open connections; nothing
    /// where nothing is counted.
    fn address_of(&self, parts: &request::Parts) -> Option<AddressBlock> {
        let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        let address = self.throttle.address(*peer, &parts.headers);
        self.throttle.is_on().then(|| AddressBlock::from(address))
    }

    /// Counts a request for whoever sent it.
    fn count(&self, parts: &request::Parts, actor: &Actor, weight: &Weight) -> Result<(), RetryAfter> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Ok(());
        };
        let address = self.throttle.address(*peer, &parts.headers);
        let caller = Caller { address, account: actor.user_id() };
        let pages = match weight.operation {
            Operation::Query | Operation::Subscription => weight.cost.div_ceil(COST_OF_A_PAGE).max(1),
            Operation::Mutation => 0,
        };
        let counts = [
            (Class::OpenAccount, weight.opens),
            (Class::SignIn, weight.sign_ins),
            (Class::Claim, weight.claims),
            (Class::Redeem, weight.redemptions),
            (Class::Upload, weight.pictures.saturating_add(weight.files)),
            (Class::Write, weight.writes),
            (Class::Read, pages),
        ];
        let asked = counts.into_iter().filter(|(_, count)| *count > 0);
        asked.into_iter().try_for_each(|(class, count)| self.throttle.check(caller, class, count))?;
        weight.sign_in_handles.iter().try_for_each(|handle| self.throttle.check_handle(handle))
    }

    /// Weighs a request and counts it.
    fn admit(&self, parts: &request::Parts, actor: &Actor, asked: &mut Asked) -> Result<Weight, NotRun> {
        let weighed = graphql::weigh(asked);
        let weight = weighed.as_ref().cloned().unwrap_or_default();
        self.count(parts, actor, &weight).map_err(|retry| NotRun::Problem(retry.into()))?;
        weighed.map_err(NotRun::TooMuch)
    }

    /// The answer to a request that was not run. Nonsense counts like a page,
    /// so that nobody sends it without end.
    fn refuse(&self, parts: &request::Parts, media: MediaType, not_run: NotRun) -> Response {
        let is_counted = match &not_run {
            NotRun::Problem(problem) => problem.is_too_often(),
            NotRun::TooMuch(_) => true,
        };
        let counted =
            if is_counted { Ok(()) } else { self.count(parts, &Actor::Visitor(None), &Weight::default()) };
        match counted {
            Ok(()) => not_run.into_response(media),
            Err(retry) => Problem::from(retry).into_response(media),
        }
    }

    async fn respond(
        &self,
        media: MediaType,
        asked: Asked,
        weight: &Weight,
        actor: Actor,
        files: Uploads,
    ) -> Response {
        match self.api.answer(asked, weight, actor, files).await {
            Answer::Run(response) => run(media, response),
            Answer::NotRun(response) => not_run(media, response.errors),
        }
    }
}

/// Why a request was not run.
enum NotRun {
    /// The request itself is at fault, or who sent it.
    Problem(Problem),
    /// The document is at fault.
    TooMuch(NotWeighed),
}

impl From<Problem> for NotRun {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl NotRun {
    fn into_response(self, media: MediaType) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(media),
            Self::TooMuch(NotWeighed(error)) => not_run(media, vec![error]),
        }
    }
}

/// The media type of an answer that is none of a stream.
fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    let chosen = negotiate::chosen(headers.get_all(ACCEPT));
    // Whoever asks for events alone still has to be told what is wrong.
    chosen.or_else(|| events::wants(headers).then_some(MediaType::Json))
}

async fn answer_post(State(api): State<Api>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let by_events = events::wants(&parts.headers);
    let Some(media) = media_type(&parts.headers) else { return negotiate::not_acceptable() };
    let answered = async {
        let asker = api.identify(&parts).await?;
        if read::is_form(parts.headers.get(CONTENT_TYPE)) {
            check_origin(&parts.headers, &asker)?;
            let request = Request::from_parts(parts.clone(), body);
            let mut form = multipart::begin(request).await?;
            let weight = api.admit(&parts, &asker.actor, &mut form.asked)?;
            let files = match asker.actor.user_id() {
                Some(_) => form.take_files(&api.store, api.sizes.of(&weight)).await?,
                // Strangers' files are not even read: the verbs refuse them.
                None => Uploads::default(),
            };
            return Ok(api.respond(media, form.asked, &weight, asker.actor, files).await);
        }
        let bytes = read::bytes_of(&parts.headers, body).await?;
        let mut asked = read::from_json(&bytes)?;
        if let Some(device) = api.device(&parts, &bytes)? {
            asked = asked.data(device);
        }
        let weight = api.admit(&parts, &asker.actor, &mut asked)?;
        if by_events {
            return Ok(api.respond_by_events(&parts, asked, weight, asker.actor)?);
        }
        check_answerable(&weight)?;
        Ok(api.respond(media, asked, &weight, asker.actor, Uploads::default()).await)
    };
    let answered = answered.await.unwrap_or_else(|not_run: NotRun| api.refuse(&parts, media, not_run));
    api.with_nonce(&parts, answered)
}

async fn answer_get(
    State(api): State<Api>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    if let Ok(upgrade) = upgrade {
        return socket::open(api, upgrade, parts);
    }
    let by_events = events::wants(&parts.headers);
    let text = parts.uri.query().unwrap_or_default();
    if !text.contains("query=") && negotiate::wants_page(&parts.headers) {
        return Redirect::to(routes::Graphiql::PATTERN).into_response();
    }
    let Some(media) = media_type(&parts.headers) else { return negotiate::not_acceptable() };
    let answered = async {
        let asker = api.identify(&parts).await?;
        let mut asked = read::from_query(text)?;
        let weight = api.admit(&parts, &asker.actor, &mut asked)?;
        if weight.operation == Operation::Mutation {
            return Err(Problem::method("Changes are sent by POST.").into());
        }
        if by_events {
            return Ok(api.respond_by_events(&parts, asked, weight, asker.actor)?);
        }
        check_answerable(&weight)?;
        Ok(api.respond(media, asked, &weight, asker.actor, Uploads::default()).await)
    };
    answered.await.unwrap_or_else(|not_run: NotRun| api.refuse(&parts, media, not_run))
}

/// Refuses to answer once what is to be answered again and again.
fn check_answerable(weight: &Weight) -> Result<(), Problem> {
    match weight.operation {
        Operation::Query | Operation::Mutation => Ok(()),
        Operation::Subscription => Err(Problem::bad(
            "Listen over a WebSocket (graphql-transport-ws) or with `Accept: text/event-stream`.",
        )),
    }
}

/// Headers that a form cannot send by itself: a browser asks before it sends
/// one for another site, and is told no.
const PROOFS: [&str; 3] = ["graphql-require-preflight", "apollo-require-preflight", "x-requested-with"];

/// Refuses a form that another site may have made a browser send.
fn check_origin(headers: &HeaderMap, asker: &Asker) -> Result<(), Problem> {
    let is_own = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    if !asker.by_cookie || is_own || PROOFS.iter().any(|proof| headers.contains_key(*proof)) {
        return Ok(());
    }
    let problem =
        "Send the header `graphql-require-preflight: 1` with forms, to prove that no other site sent it.";
    Err(Problem::new(StatusCode::FORBIDDEN, problem).code("FORBIDDEN"))
}
