//! A market in a folder of its own, and people who use its API.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::{Request, Variables};
use domain::access::Actor;
use domain::market::Market;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use futures_util::StreamExt;
use graphql::{Answer, Api, Link, NotWeighed, Options, Spooled, Uploads, weigh};
use search::{Advance, Applied, Change, Document, Search};
use serde_json::{Value, json};
use store::Store;
use store::listings::Listing;
use store::media::{Media, Pressed, Work};
use store::secrets::Secret;
use store::world::World;
use tempfile::TempDir;

/// When every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

/// Takes any picture that begins as a PNG does, and any file.
struct Shelf {
    folder: PathBuf,
    count: AtomicU64,
}

impl Media for Shelf {
    fn press(&self, bytes: Vec<u8>) -> Work<'_, Pressed> {
        Box::pin(async move {
            if !bytes.starts_with(b"\x89PNG") {
                return Err(Refusal::invalid("file", "this is no picture").into());
            }
            let hash = format!("{:064x}", bytes.len());
            Ok(Pressed { hash, width: 800, height: 600, widths: vec![320, 640] })
        })
    }

    fn spool(&self) -> PathBuf {
        self.folder.join(format!("upload-{}", self.count.fetch_add(1, Ordering::SeqCst)))
    }

    fn upload(&self, artifact: domain::id::ArtifactId) -> PathBuf {
        self.folder.join(format!("{artifact}.part"))
    }

    fn largest(&self) -> u64 {
        1 << 20
    }

    fn space(&self) -> u64 {
        1 << 22
    }

    fn keep(&self, spooled: PathBuf, _: u64) -> Work<'_, (String, u64)> {
        Box::pin(async move {
            let bytes = std::fs::read(&spooled).unwrap();
            std::fs::remove_file(&spooled).unwrap();
            Ok((format!("{:064x}", bytes.len()), u64::try_from(bytes.len()).unwrap()))
        })
    }

    fn keep_scan(&self, bytes: Vec<u8>) -> Work<'_, String> {
        Box::pin(async move { Ok(format!("{:064x}", bytes.len())) })
    }
}

/// A market.
pub(crate) struct House {
    pub(crate) api: Api,
    pub(crate) store: Store,
    pub(crate) world: World,
    search: Arc<Search>,
    keys: AtomicU64,
    _folder: TempDir,
}

/// Somebody who uses the API.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) handle: String,
    pub(crate) actor: Actor,
    pub(crate) key: String,
}

/// Keys that sign nothing: what is signed is the server's business.
struct Unsigned;

impl graphql::Keys for Unsigned {
    fn known(&self) -> graphql::KnownKeys {
        let text = || "unsigned".to_owned();
        graphql::KnownKeys { store: text(), root: text(), roots: Vec::new(), keys: text() }
    }

    fn authorize(&self, says: &store::licences::Authorization) -> std::io::Result<String> {
        Ok(format!("{says:?}"))
    }

    fn tell_time(&self, nonce: &str) -> std::io::Result<String> {
        Ok(nonce.to_owned())
    }

    fn revoked(&self, list: &store::licences::Revocations) -> std::io::Result<String> {
        Ok(format!("{list:?}"))
    }

    fn nonce(&self, _store: &Store) -> String {
        "nonce".to_owned()
    }
}

/// What every mutation is asked for besides its own answer.
const ERRORS: &str = "userErrors { __typename code message field \
    ... on InsufficientTokens { shortfall balance } ... on PriceChanged { now } \
    ... on OutOfStock { left listingId } ... on TooMany { limit } ... on Denied { verdict } }";

impl House {
    pub(crate) async fn open() -> Self {
        Self::under(Market::default()).await
    }

    /// A house in which even half an earned token is redeemed at once.
    pub(crate) async fn redeeming() -> Self {
        let mut market = Market::default();
        market.redemption.is_on = true;
        market.redemption.minimum = domain::tokens::Tokens::parse("0.5").unwrap();
        market.redemption.price = domain::money::TokenPrice::from_micros(1_000_000).unwrap();
        market.redemption.maturity = domain::time::Seconds::new(0);
        market.redemption.promo = domain::redemption::earnings::PromoIncome::Counts;
        Self::under(market).await
    }

    async fn under(market: Market) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::made(7, NOW);
        let options = store::Options {
            url: format!("sqlite://{}", folder.path().join("market.db").display()),
            market,
            secret: Secret::new([7; 32]),
            world: world.clone(),
            media: Arc::new(Shelf { folder: folder.path().to_owned(), count: AtomicU64::new(0) }),
            readers: 2,
            queue: store::QueueSize::default(),
            mail: store::outbox::Mail::On,
        };
        let store = Store::open(options).await.unwrap();
        let search =
            Arc::new(Search::open(&folder.path().join("search"), search::Options::default()).unwrap());
        let options = Options {
            store: store.clone(),
            search: Arc::clone(&search),
            links: Arc::new(link),
            keys: Arc::new(Unsigned),
        };
        Self { api: Api::new(options), store, world, search, keys: AtomicU64::new(0), _folder: folder }
    }

    /// Asks as it comes over HTTP: weighed first, then run.
    pub(crate) async fn ask(&self, actor: &Actor, query: &str, variables: Value) -> Value {
        self.ask_with(actor, query, variables, Uploads::default()).await
    }

    async fn ask_with(&self, actor: &Actor, query: &str, variables: Value, uploads: Uploads) -> Value {
        let mut request = Request::new(query).variables(Variables::from_json(variables));
        let weight = match weigh(&mut request) {
            Ok(weight) => weight,
            Err(NotWeighed(error)) => return json!({ "errors": [error] }),
        };
        match self.api.answer(request, &weight, *actor, uploads).await {
            Answer::Run(response) => serde_json::to_value(response).unwrap(),
            Answer::NotRun(response) => json!({ "errors": response.errors }),
        }
    }

    /// The first answer to a subscription.
    pub(crate) async fn listen(&self, actor: &Actor, query: &str) -> Value {
        let mut request = Request::new(query);
        let weight = weigh(&mut request).unwrap();
        let mut answers = Box::pin(self.api.answers(request, weight, *actor));
        match answers.next().await.unwrap() {
            Answer::Run(response) | Answer::NotRun(response) => serde_json::to_value(response).unwrap(),
        }
    }

    /// The data of a query that must not fail.
    pub(crate) async fn look(&self, person: &Person, query: &str) -> Value {
        let answer = self.ask(&person.actor, query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer}");
        answer["data"].clone()
    }

    /// What a mutation answers, with `select` of its payload.
    pub(crate) async fn act(&self, actor: &Actor, name: &str, input: Value, select: &str) -> Value {
        let (query, variables) = mutation(name, input, select);
        let answer = self.ask(actor, &query, variables).await;
        assert_eq!(answer.get("errors"), None, "{name}: {answer}");
        answer["data"][name].clone()
    }

    /// The same for a mutation that must be done.
    pub(crate) async fn done(&self, person: &Person, name: &str, input: Value, select: &str) -> Value {
        let payload = self.act(&person.actor, name, input, select).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }

    /// The same for a mutation that must be refused: the error.
    pub(crate) async fn refused(&self, actor: &Actor, name: &str, input: Value) -> Value {
        let payload = self.act(actor, name, input, "").await;
        let errors = payload["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{name}: {payload}");
        errors[0].clone()
    }

    /// The same for a mutation that takes a file as `input.file`.
    pub(crate) async fn send(&self, actor: &Actor, name: &str, mut input: Value, bytes: &[u8]) -> Value {
        let path = self.store.spool();
        std::fs::write(&path, bytes).unwrap();
        let size_bytes = u64::try_from(bytes.len()).unwrap();
        let uploads =
            Uploads::new(vec![Spooled { path: path.clone(), name: "notes.pdf".to_owned(), size_bytes }]);
        input["file"] = json!(Uploads::mark(0));
        let select = match name {
            "uploadImage" => "image { id url }",
            "uploadArtifact" => "artifact { id isUploaded sha256 fileCount uploadUrl }",
            "attachScan" => "attachment { name kind sizeBytes sha256 url at }",
            _ => "listing { id file { name sizeBytes url } }",
        };
        let (query, variables) = mutation(name, input, select);
        let answer = self.ask_with(actor, &query, variables, uploads).await;
        assert_eq!(answer.get("errors"), None, "{name}: {answer}");
        assert!(!path.exists(), "nothing stays in the spool");
        answer["data"][name].clone()
    }

    /// A key that nobody used before.
    pub(crate) fn fresh_key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst))
    }

    /// Somebody opens an account.
    pub(crate) async fn person(&self, handle: &str) -> Person {
        let select = "user { handle } accountKey sessionToken";
        let opened =
            self.act(&Actor::Visitor(None), "openAccount", json!({ "handle": handle }), select).await;
        assert_eq!(opened["userErrors"], json!([]));
        self.holder(&opened, opened["accountKey"].as_str().unwrap()).await
    }

    /// A member of the vendor's staff signs in.
    pub(crate) async fn staff(&self, handle: &str) -> Person {
        let opened = self.store.add_vendor(&Actor::System, handle).await.unwrap();
        let input = json!({ "accountKey": opened.account_key });
        let select = "user { handle } sessionToken";
        let signed_in = self.act(&Actor::Visitor(None), "signIn", input, select).await;
        self.holder(&signed_in, &opened.account_key).await
    }

    async fn holder(&self, payload: &Value, key: &str) -> Person {
        let token = payload["sessionToken"].as_str().unwrap();
        let user = self.store.authenticate(token).await.unwrap().expect("the session has begun");
        let handle = payload["user"]["handle"].as_str().unwrap().to_owned();
        Person { handle, actor: Actor::User(user), key: key.to_owned() }
    }

    /// The vendor grants tokens.
    pub(crate) async fn grant(&self, staff: &Person, to: &Person, amount: &str) {
        let key = self.fresh_key();
        let input = json!({ "to": to.handle, "amount": amount, "reason": "a start", "idempotencyKey": key });
        self.done(staff, "grantTokens", input, "user { handle }").await;
    }

    /// The id of a category without children.
    pub(crate) async fn category(&self) -> Value {
        let query = "{ categories { id children { id } } }";
        let answer = self.ask(&Actor::Visitor(None), query, json!({})).await;
        answer["data"]["categories"][0]["children"][0]["id"].clone()
    }

    /// Somebody lists five pieces of something at a price; the id.
    pub(crate) async fn list(&self, seller: &Person, title: &str, price: &str, publish: bool) -> Value {
        let input = json!({
            "title": title, "categoryId": self.category().await, "kind": "GOODS", "price": price,
            "quantity": 5, "publish": publish,
        });
        self.done(seller, "listItem", input, "listing { id }").await["listing"]["id"].clone()
    }

    /// Somebody drafts a software listing; the id.
    pub(crate) async fn software(&self, seller: &Person) -> Value {
        let input = json!({ "title": "Inkwell", "categoryId": self.category().await, "kind": "SOFTWARE" });
        self.done(seller, "listItem", input, "listing { id }").await["listing"]["id"].clone()
    }

    /// Somebody drafts a release of the software inkwell, in a listing of its
    /// own if there is none; the id.
    pub(crate) async fn release(&self, seller: &Person) -> Value {
        let known =
            self.ask(&seller.actor, "{ software(slug: \"inkwell\") { listing { id } } }", json!({})).await;
        let listing = match &known["data"]["software"]["listing"]["id"] {
            Value::Null => self.software(seller).await,
            id => id.clone(),
        };
        let input =
            json!({ "listingId": listing, "version": "1.0.0", "product": "inkwell", "state": "DRAFT" });
        self.done(seller, "publishRelease", input, "release { id }").await["release"]["id"].clone()
    }

    /// The index follows the feed of changes to its end.
    pub(crate) async fn follow(&self) {
        loop {
            let from = self.search.cursor();
            let changes = self.store.changes_after(from, 500).await.unwrap();
            let put = changes.found.iter().map(|listing| Change::Put(Box::new(self.document(listing))));
            let all: Vec<Change> = put.chain(changes.gone.iter().copied().map(Change::Remove)).collect();
            let applied = self.search.apply(&all, Advance { from, to: changes.cursor }).unwrap();
            assert_eq!(applied, Applied::Done);
            if !changes.has_more {
                return;
            }
        }
    }

    fn document(&self, listing: &Listing) -> Document {
        let path = self.store.categories().path(listing.category);
        Document {
            id: listing.id,
            title: listing.title.clone(),
            description: listing.description.clone(),
            tags: listing.tags.clone(),
            category: path.into_iter().map(|category| category.slug.clone()).collect(),
            kind: listing.kind.name().to_owned(),
            price: listing.price,
            seller: listing.seller,
            seller_handle: listing.seller_handle.clone(),
            created_at: listing.published_at.unwrap_or(listing.created_at),
            sales: listing.sales,
            rating: listing.rating,
            in_stock: listing.is_buyable(),
        }
    }
}

fn link(link: Link<'_>) -> String {
    match link {
        Link::Listing(id) => format!("https://market.example/listing/{id}"),
        Link::Paper(id) => format!("/paper/{id}"),
        Link::PaperPdf(id) => format!("/paper/{id}/pdf"),
        Link::Scan(id) => format!("/scan/{id}"),
        Link::Pay(id) => format!("https://market.example/pay/{id}"),
        Link::Claim(code) => format!("https://market.example/claim/{code}"),
        Link::Download(id) => format!("https://market.example/download/{id}"),
        Link::Granted(token) => format!("https://market.example/artifacts/{token}"),
        Link::Upload(id) => format!("https://market.example/uploads/{id}"),
        Link::Picture { hash, width } => format!("https://market.example/media/{hash}-{width}.webp"),
    }
}

/// A document with one mutation of this name, and its variables.
pub(crate) fn mutation(name: &str, input: Value, select: &str) -> (String, Value) {
    if input.is_null() {
        return (format!("mutation {{ {name} {{ {select} {ERRORS} }} }}"), json!({}));
    }
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ {select} {ERRORS} }} }}");
    (query, json!({ "input": input }))
}
