//! The GraphQL API of Farthing: one of two faces of the store's verbs.
//!
//! One file a noun. A resolver reads its input, asks the store, and wraps what
//! comes back: no rule of the market lives here. Refusals are data, faults are
//! opaque (`error`); what a request may cost is known before it runs
//! (`limits`). HTTP is the server's business.
#![deny(missing_docs)]

mod account;
mod cart;
mod category;
mod context;
mod customer;
mod desk;
mod error;
mod gift;
mod id;
mod image;
mod library;
mod licence;
mod limits;
mod listing;
mod loaders;
mod mail;
mod node;
mod order;
mod paging;
mod redemption;
mod review;
mod scalars;
mod search;
mod session;
mod software;
mod subscription;
mod topup;
mod upload;
mod user;
mod vendor;
mod voucher;
mod wallet;

use async_graphql::dataloader::DataLoader;
use async_graphql::{MergedObject, Request, Response, Schema, Value};
use domain::access::Actor;
use futures_util::stream::{Stream, StreamExt};

use subscription::SubscriptionRoot;

pub use context::{Keys, KnownKeys, Link, Links, Options};
pub use limits::{COST_MAX, NotWeighed, Operation, Weight, weigh};
pub use upload::{Spooled, Uploads};

/// Fields inside fields; what GraphQL's own introspection query needs.
const DEPTH_MAX: usize = 15;

/// So many mistakes in one document are told.
const ERRORS_MAX: usize = 20;

/// What can be asked.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    vendor::VendorQuery,
    user::UserQuery,
    listing::ListingQuery,
    category::CategoryQuery,
    search::SearchQuery,
    cart::CartQuery,
    gift::GiftQuery,
    topup::TopUpQuery,
    software::SoftwareQuery,
    node::NodeQuery,
    licence::LicenceQuery,
    licence::KeysQuery,
    licence::SoldQuery,
);

/// What can be done. Each takes one input and answers with what was done, or
/// with `userErrors` that say why it was not.
#[derive(Default, MergedObject)]
pub(crate) struct Mutation(
    account::AccountMutation,
    session::SessionMutation,
    listing::ListingMutation,
    image::ImageMutation,
    cart::CartMutation,
    order::OrderMutation,
    gift::GiftMutation,
    topup::TopUpMutation,
    mail::MailMutation,
    vendor::VendorMutation,
    vendor::OutboxMutation,
    voucher::VoucherMutation,
    customer::CustomerMutation,
    desk::DeskMutation,
    software::SoftwareMutation,
    redemption::RedemptionMutation,
    licence::LicenceMutation,
    licence::SuspensionMutation,
    licence::CountingMutation,
    desk::ReturnMutation,
    desk::ScanMutation,
    review::ReviewMutation,
);

/// The API, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Api(Schema<Query, Mutation, SubscriptionRoot>);

impl Api {
    /// The API over a store and an index.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let rows = DataLoader::new(loaders::Rows(options.store.clone()), tokio::spawn);
        let schema = Schema::build(Query::default(), Mutation::default(), SubscriptionRoot)
            .limit_depth(DEPTH_MAX)
            .disable_suggestions()
            .data(options)
            .data(rows);
        Self(schema.finish())
    }

    /// Answers a request that was weighed. `uploads` are the files that came
    /// with it.
    pub async fn answer(&self, request: Request, weight: &Weight, actor: Actor, uploads: Uploads) -> Answer {
        let response = self.0.execute(request.data(actor).data(uploads)).await;
        Answer::of(response, weight)
    }

    /// The answers to a request that was weighed, as they come: one to a
    /// query or a mutation, many to a subscription. The first tells whether
    /// it was run; where it was not, it is the last.
    pub fn answers(
        &self,
        request: Request,
        weight: Weight,
        actor: Actor,
    ) -> impl Stream<Item = Answer> + Send + 'static {
        let request = request.data(actor).data(Uploads::default());
        let responses = self.0.execute_stream(request);
        responses.map(move |response| Answer::of(response, &weight))
    }

    /// The schema in its definition language.
    #[must_use]
    pub fn sdl() -> String {
        let schema = Schema::build(Query::default(), Mutation::default(), SubscriptionRoot).finish();
        let options = async_graphql::SDLExportOptions::new().prefer_single_line_descriptions();
        schema.sdl_with_options(options.include_specified_by().use_space_ident())
    }
}

impl Answer {
    fn of(mut response: Response, weight: &Weight) -> Self {
        // Nothing runs before the whole document was found good, and what
        // goes wrong afterwards has the path of its field.
        let is_refused =
            response.data == Value::Null && response.errors.iter().all(|error| error.path.is_empty());
        match is_refused && !response.errors.is_empty() {
            true => {
                response.errors.truncate(ERRORS_MAX);
                Answer::NotRun(response)
            }
            false => Answer::Run(response.extension("cost", Value::from(weight.cost))),
        }
    }
}

/// What came of a request.
#[derive(Debug)]
pub enum Answer {
    /// It was run; fields may have failed.
    Run(Response),
    /// It was not run: the document, its variables or its size are at fault.
    NotRun(Response),
}
