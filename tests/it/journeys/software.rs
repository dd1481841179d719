//! A publisher's program, from the first part of its upload to the last byte
//! that goes out. Nobody gets a byte without a grant.

use std::sync::Arc;

use client::code::PublicKey;
use client::release::{Expected, Release};
use client::time::Moment;
use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::offer::Coverage;
use domain::market::Market;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use store::media::NoMedia;
use store::outbox::Mail;
use store::secrets::Secret;
use store::world::World;
use store::{Options, QueueSize, Store};
use tests::api::Api;
use tests::program::Program;
use uuid::Uuid;

const PART: &str = "application/offset+octet-stream";

/// Bytes that are nowhere the same.
fn noise(words: u32) -> Vec<u8> {
    (0..words).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()).collect()
}

/// The program's own store, opened beside it: for what no page offers yet.
pub(super) async fn beside(program: &Program) -> Store {
    let secret = std::fs::read(program.data().join("secret")).expect("the program has a secret");
    let options = Options {
        url: format!("sqlite://{}", program.data().join("farthing.sqlite").display()),
        market: Market::default(),
        secret: Secret::new(secret.try_into().expect("a secret of 32 bytes")),
        world: World::system(),
        media: Arc::new(NoMedia),
        readers: 1,
        queue: QueueSize::default(),
        mail: Mail::Off,
    };
    Store::open(options).await.expect("the database opens twice")
}

/// A publisher with a client for plain HTTP.
struct Publisher {
    api: Api,
    client: Client,
    listing: Value,
    release: Value,
}

impl Publisher {
    async fn begins(program: &Program) -> Self {
        let api = Api::opens_account(program).await;
        let category = api.category().await;
        let input = json!({ "title": "Inkwell", "categoryId": category, "kind": "SOFTWARE" });
        let listing = api.must("listItem", input, "listing { id }").await["listing"]["id"].clone();
        let input = json!({ "listingId": listing, "version": "1.0.0", "state": "DRAFT" });
        let release = api.must("publishRelease", input, "release { id }").await["release"]["id"].clone();
        let client = Client::builder().no_proxy().build().expect("a client without options builds");
        Self { api, client, listing, release }
    }

    /// Announces a single program for Linux; where its parts go, and its id.
    async fn announces(&self, size: usize) -> (String, Value) {
        let input = json!({
            "releaseId": self.release, "os": "linux", "arch": "x86_64", "packing": "binary",
            "main": "inkwell", "name": "inkwell.bin", "sizeBytes": size.to_string(),
        });
        let done = self.api.must("uploadArtifact", input, "artifact { id uploadUrl }").await;
        let url = done["artifact"]["uploadUrl"].as_str().expect("an address").to_owned();
        (url, done["artifact"]["id"].clone())
    }

    async fn sends(&self, url: &str, offset: usize, bytes: &[u8]) -> Response {
        let request = self.client.patch(url).bearer_auth(self.api.token().expect("a session"));
        let request = request.header(CONTENT_TYPE, PART).header("upload-offset", offset);
        request.body(bytes.to_vec()).send().await.expect("the market answers")
    }

    async fn publishes(&self) {
        let input = json!({ "listingId": self.listing, "version": "1.0.0" });
        self.api.must("publishRelease", input, "release { state }").await;
        let offers = json!([{ "kind": "RENT_TIME", "price": "2", "seconds": 3600 }]);
        let input = json!({ "listingId": self.listing, "offers": offers });
        self.api.must("setOffers", input, "offers { id }").await;
        self.api.must("publishListing", json!({ "listingId": self.listing }), "listing { id }").await;
    }
}

fn offset(answer: &Response) -> &str {
    answer.headers()["upload-offset"].to_str().expect("a number")
}

/// How many bytes of programs went out so far.
async fn served(program: &Program) -> u64 {
    let text = reqwest::get(program.url("/metrics")).await.expect("the market answers");
    let text = text.text().await.expect("a text");
    let line = text.lines().find(|line| line.starts_with("farthing_artifact_bytes_total"));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("they are counted")
}

/// The address of a grant for the one program there is.
async fn granted(program: &Program, sha256: &str) -> String {
    let store = beside(program).await;
    let product = store.product_named(&Actor::Visitor(None), "inkwell").await.expect("it can be read");
    let (listing, licence) = (product.expect("inkwell is out").listing, LicenceId::new(Uuid::from_u128(9)));
    let grant = store.download_grant(licence, listing, sha256, &Coverage::All).await.expect("it can be read");
    store.close().await;
    program.url(&format!("/artifacts/{}", grant.expect("it is published").token))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_comes_in_in_parts_and_goes_out_by_grants() {
    let program = Program::fresh();
    let publisher = Publisher::begins(&program).await;
    let bytes = noise(200_000);
    let (url, id) = publisher.announces(bytes.len()).await;

    // A stranger, a form's type, a gap, and more than was announced.
    let nobody = publisher.client.patch(&url).header(CONTENT_TYPE, PART).header("upload-offset", 0);
    let nobody = nobody.body("x").send().await.expect("the market answers");
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let stranger = Publisher::begins(&program).await;
    assert_eq!(stranger.sends(&url, 0, b"x").await.status(), StatusCode::NOT_FOUND);
    let form = publisher.client.patch(&url).bearer_auth(publisher.api.token().expect("a session"));
    let form = form.header("upload-offset", 0).body("x").send().await.expect("the market answers");
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let gap = publisher.sends(&url, 5, b"x").await;
    assert_eq!((gap.status(), offset(&gap)), (StatusCode::CONFLICT, "0"));

    let first = publisher.sends(&url, 0, &bytes[..300_000]).await;
    assert_eq!((first.status(), offset(&first)), (StatusCode::NO_CONTENT, "300000"));
    let again = publisher.sends(&url, 0, &bytes[..300_000]).await;
    assert_eq!((again.status(), offset(&again)), (StatusCode::NO_CONTENT, "300000"), "harmless");
    let input = json!({ "artifactId": id });
    let early = publisher.api.attempt("finishUpload", input.clone(), "artifact { id }").await;
    assert_eq!(early.expect_err("not all is there").code, "INVALID_INPUT");
    let asked = publisher.client.head(&url).bearer_auth(publisher.api.token().expect("a session"));
    let asked = asked.send().await.expect("the market answers");
    assert_eq!(
        (offset(&asked), &asked.headers()["upload-length"]),
        ("300000", &"800000".parse().expect("a number"))
    );
    let rest = publisher.sends(&url, 300_000, &bytes[300_000..]).await;
    assert_eq!(offset(&rest), "800000");
    assert_eq!(publisher.sends(&url, 800_000, b"x").await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let done = publisher.api.must("finishUpload", input, "artifact { isUploaded sha256 }").await;
    let sha256 = done["artifact"]["sha256"].as_str().expect("a hash").to_owned();
    publisher.publishes().await;

    // What everybody may read, as a buyer's program reads it.
    let manifest = reqwest::get(program.url("/software/inkwell/manifest")).await.expect("the market answers");
    let key = manifest.headers()["farthing-publisher-key"].to_str().expect("a key").to_owned();
    let token = manifest.text().await.expect("a text");
    let key = PublicKey::parse(&key).expect("a key");
    let now = Moment::from_millis(World::system().now().millis());
    let expected = Expected { store: "127.0.0.1", product: "inkwell", key: &key, seen: None, now };
    let release = Release::read(&token, &expected).expect("the publisher signed it");
    assert_eq!(release.artifact("linux", "x86_64").expect("it is listed").sha256, sha256);
    assert_eq!(served(&program).await, 0, "not a byte went out yet");

    let url = granted(&program, &sha256).await;
    let whole = reqwest::get(&url).await.expect("the market answers");
    let tag = whole.headers()[ETAG].to_str().expect("a tag").to_owned();
    assert_eq!(whole.bytes().await.expect("it comes"), bytes);
    assert_eq!(served(&program).await, 800_000);
    let part = publisher.client.get(&url).header(RANGE, "bytes=799990-").header(IF_RANGE, &tag);
    let part = part.header("accept-encoding", "gzip").send().await.expect("the market answers");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        (&part.headers()[CONTENT_LENGTH], &part.headers()[CONTENT_RANGE]),
        (&"10".parse().expect("a number"), &"bytes 799990-799999/800000".parse().expect("a range"))
    );
    assert_eq!(part.bytes().await.expect("it comes"), bytes[799_990..]);
    assert_eq!(served(&program).await, 800_010);
    let head = publisher.client.request(Method::HEAD, &url).send().await.expect("the market answers");
    assert_eq!((head.status(), served(&program).await), (StatusCode::OK, 800_010));
    let forged = url.replace("/artifacts/0", "/artifacts/1");
    assert_eq!(reqwest::get(forged).await.expect("the market answers").status(), StatusCode::NOT_FOUND);
    assert!(program.log().contains("a program was asked for"), "each answer is a line");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_program_takes_no_more_memory_than_a_small_one() {
    let program = Program::fresh();
    let publisher = Publisher::begins(&program).await;
    let before = program.memory_peak_kb();
    let bytes = noise(16 << 20);
    let (url, id) = publisher.announces(bytes.len()).await;
    for (number, part) in bytes.chunks(24 << 20).enumerate() {
        let sent = publisher.sends(&url, number * (24 << 20), part).await;
        assert_eq!(sent.status(), StatusCode::NO_CONTENT);
    }
    let input = json!({ "artifactId": id });
    let done = publisher.api.must("finishUpload", input, "artifact { sha256 }").await;
    publisher.publishes().await;
    let url = granted(&program, done["artifact"]["sha256"].as_str().expect("a hash")).await;
    let whole = reqwest::get(&url).await.expect("the market answers");
    assert_eq!(whole.bytes().await.expect("it comes").len(), bytes.len());
    let grown = program.memory_peak_kb() - before;
    assert!(grown < 24 << 10, "{grown} kB for 64 MB");
    program.close();
}
