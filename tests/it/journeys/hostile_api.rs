//! Input that nobody sends by mistake, to the API: refused before it costs
//! anything, told as the specifications say, and the market goes on.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::multipart::{Form as Parts, Part};
use serde_json::{Value, json};
use tests::api::{Api, Told};
use tests::pictures::bomb;
use tests::program::Program;
use tests::visitor::Visitor;

async fn alive(api: &Api) {
    let data = api.ask("{ vendor { name } }", json!({})).await;
    assert_eq!(data["vendor"]["name"], "Farthing");
}

/// Told as a fault of the asker: a status of 4xx, or errors without data.
fn assert_refused(told: &Told, what: &str) {
    let status = told.status.as_u16();
    assert!(status < 500, "{what}: {told:#?}");
    let is_refused = (400..500).contains(&status) || !told.body["errors"].is_null();
    assert!(is_refused, "{what} was answered: {told:#?}");
    assert!(told.error_code() != Some("INTERNAL"), "{what} broke something: {told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_would_cost_too_much() {
    let program = Program::fresh();
    let api = Api::opens_account(&program).await.on_new_connections();
    let listing = api.lists("A thing", "5", 1).await;
    let deep = |levels: usize| {
        format!("{{ categories {}{}{} }}", "{ children ".repeat(levels), "{ id }", " }".repeat(levels))
    };
    let aliases: String =
        (0..200).map(|number| format!("a{number}: search(query: \"x\") {{ totalCount }} ")).collect();
    let doubling: String = (0..30).fold("fragment f0 on Category { id }".to_owned(), |all, number| {
        format!("{all} fragment f{} on Category {{ ...f{number} ...f{number} }}", number + 1)
    });
    let pages = "{ search(first: 100) { edges { node { seller { listings(first: 100) { edges { node { seller { \
        listings(first: 100) { edges { node { title } } } } } } } } } } } }";
    let table = [
        ("depth", deep(100)),
        ("great depth", deep(3_000)),
        ("aliases", format!("{{ {aliases} }}")),
        ("directives", format!("{{ vendor {{ name {} }} }}", "@include(if: true) ".repeat(500))),
        ("fragments that double", format!("{{ categories {{ ...f30 }} }} {doubling}")),
        (
            "fragments in a circle",
            "{ categories { ...a } } fragment a on Category { ...b } fragment b on Category { ...a }"
                .to_owned(),
        ),
        ("pages of pages of pages", pages.to_owned()),
        ("too many rows", "{ search(first: 100000) { totalCount } }".to_owned()),
        ("fewer than none", "{ search(first: -1) { totalCount } }".to_owned()),
        ("a long document", format!("{{ vendor {{ name }} }} # {}", "x".repeat(200_000))),
        ("nonsense", "{{{{".to_owned()),
        ("nothing", String::new()),
        ("a null byte", "{ vendor\0 { name } }".to_owned()),
        ("brackets without end", "[".repeat(50_000)),
        (
            "many mutations",
            format!(
                "mutation {{ {} }}",
                (0..100)
                    .map(|n| format!("m{n}: signOut(input: {{}}) {{ userErrors {{ code }} }} "))
                    .collect::<String>()
            ),
        ),
    ];
    for (what, document) in table {
        let told = api.tell(&document, json!({})).await.expect("the API answers");
        assert_refused(&told, what);
        alive(&api).await;
    }
    let told = api.tell("{ vendor { nam } }", json!({})).await.expect("the API answers");
    assert_refused(&told, "an unknown field");
    assert!(!told.body.to_string().contains("Did you mean"), "strangers get no hints: {told:#?}");
    assert!(!listing.is_empty());
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_broken_or_without_end() {
    let program = Program::fresh();
    let api = Api::opens_account(&program).await.on_new_connections();
    let deep = format!(
        "{{\"query\":\"{{ vendor {{ name }} }}\",\"variables\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let table: [(&str, &str, Vec<u8>); 11] = [
        ("no JSON", "application/json", b"query=x".to_vec()),
        ("half of it", "application/json", b"{\"query\": \"{ vendor".to_vec()),
        ("a number", "application/json", b"5".to_vec()),
        ("nothing", "application/json", Vec::new()),
        ("not UTF-8", "application/json", b"{\"query\":\"\xff\xfe\"}".to_vec()),
        ("another type", "text/plain", b"{\"query\":\"{ vendor { name } }\"}".to_vec()),
        (
            "variables of the wrong kind",
            "application/json",
            b"{\"query\":\"{ vendor { name } }\",\"variables\":5}".to_vec(),
        ),
        ("deep variables", "application/json", deep.into_bytes()),
        (
            "a huge body",
            "application/json",
            format!("{{\"query\":\"{}\"}}", "x".repeat(20_000_000)).into_bytes(),
        ),
        (
            "a batch without end",
            "application/json",
            format!("[{}]", vec!["{\"query\":\"{ vendor { name } }\"}"; 5_000].join(",")).into_bytes(),
        ),
        (
            "another alphabet",
            "application/json; charset=utf-16",
            b"{\"query\":\"{ vendor { name } }\"}".to_vec(),
        ),
    ];
    for (what, kind, body) in table {
        let request = api.request().header(CONTENT_TYPE, kind).header(ACCEPT, "application/json").body(body);
        // Whoever sends too much may be cut off before the answer.
        if let Ok(answer) = request.send().await {
            assert_refused(&Told::read(answer).await.expect("the API answers"), what);
        }
        alive(&api).await;
    }
    let visitor = Visitor::of(&program);
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let page = visitor.send(visitor.request(method.clone(), "/graphql")).await;
        assert!(page.status.is_client_error(), "{method}: {}", page.status);
    }
    let change =
        "/graphql?query=mutation%20%7B%20openAccount(input%3A%20%7B%7D)%20%7B%20accountKey%20%7D%20%7D";
    let page = visitor.get(change).await;
    assert!(page.status.is_client_error(), "GET changes nothing: {} {}", page.status, page.html);
    program.close();
}

async fn send(api: &Api, parts: Parts) -> Option<Told> {
    let answer = api.request().header("graphql-require-preflight", "1").multipart(parts).send().await.ok()?;
    Told::read(answer).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_none_or_too_much() {
    let program = Program::fresh();
    let api = Api::opens_account(&program).await.on_new_connections();
    const UPLOAD: &str = "mutation($input: UploadImageInput!) { uploadImage(input: $input) { image { id } \
        userErrors { code field } } }";
    let operations =
        |file: Value| json!({ "query": UPLOAD, "variables": { "input": { "file": file } } }).to_string();
    let usual = || Parts::new().text("operations", operations(Value::Null));
    let map = |path: &str| json!({ "0": [path] }).to_string();
    let file = || Part::bytes(vec![0; 1_000]).file_name("a.png");
    let table: Vec<(&str, Parts)> = vec![
        ("no map", usual().part("0", file())),
        ("no file", usual().text("map", map("variables.input.file"))),
        ("a path to nowhere", usual().text("map", map("variables.nothing.at.all")).part("0", file())),
        ("a path into the query", usual().text("map", map("query")).part("0", file())),
        ("a path of many steps", usual().text("map", map(&"a.".repeat(50_000))).part("0", file())),
        (
            "the map first",
            Parts::new()
                .text("map", map("variables.input.file"))
                .text("operations", operations(Value::Null))
                .part("0", file()),
        ),
        ("a forged file", usual().text("map", "{}")),
        (
            "a file named by hand",
            Parts::new().text("operations", operations(json!("#upload:0"))).text("map", "{}"),
        ),
        ("a file in place of the words", Parts::new().part("operations", file())),
        ("no JSON", Parts::new().text("operations", "{").text("map", "{}")),
        (
            "many files",
            (0..200).fold(usual().text("map", map("variables.input.file")), |parts, number| {
                parts.part(number.to_string(), file())
            }),
        ),
    ];
    for (what, parts) in table {
        if let Some(told) = send(&api, parts).await {
            let refused = &told.body["data"]["uploadImage"]["userErrors"][0]["code"];
            if refused != "INVALID_INPUT" {
                assert_refused(&told, what);
            }
        }
        alive(&api).await;
    }
    for (what, bytes) in [
        ("a bomb", bomb(20_000, 20_000)),
        ("a drawing", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ("nothing", Vec::new()),
    ] {
        let done = api.attempt_with_file("uploadImage", json!({}), "image { id }", ("a.png", bytes)).await;
        assert_eq!(done.expect_err(what).code, "INVALID_INPUT", "{what}");
    }
    // Too large by a little: cut off, or told, and nothing stays behind.
    let large = Part::bytes(vec![0x89; 25 << 20]).file_name("a.png");
    if let Some(told) = send(&api, usual().text("map", map("variables.input.file")).part("0", large)).await {
        let code = &told.body["data"]["uploadImage"]["userErrors"][0]["code"];
        assert!(code == "INVALID_INPUT" || told.status.is_client_error(), "{told:#?}");
    }
    alive(&api).await;
    let left = std::fs::read_dir(program.data().join("spool")).expect("the spool is a folder").count();
    assert_eq!(left, 0, "uploads that nobody took are cleared away");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_nobody_means() {
    let program = Program::fresh();
    let (seller, buyer) = (Api::opens_account(&program).await, Api::opens_account(&program).await);
    let listing = seller.lists("A thing", "5", 100).await;
    for quantity in [-1, 0, i32::MAX, i32::MIN] {
        let input = json!({ "listingId": listing, "quantity": quantity, "expectedPrice": "5", "idempotencyKey": format!("q{quantity}") });
        let no = buyer.attempt("buy", input, "order { id }").await.expect_err("nobody buys so many");
        assert!(
            matches!(no.code.as_str(), "INVALID_INPUT" | "OUT_OF_STOCK" | "INSUFFICIENT_TOKENS"),
            "{quantity}: {no:?}"
        );
        let input = json!({ "listingId": listing, "quantity": quantity });
        if let Err(no) = buyer.attempt("addToCart", input, "").await {
            assert!(
                matches!(no.code.as_str(), "INVALID_INPUT" | "OUT_OF_STOCK" | "TOO_MANY"),
                "{quantity}: {no:?}"
            );
        }
    }
    for price in ["-5", "5.00001", "1e3", "", " 5", "922337203685477.5808", "NaN"] {
        let done = buyer.buys(&listing, price, "p").await.expect("the API answers");
        assert_eq!(done.expect_err(price).code, "INVALID_INPUT", "{price}");
    }
    for key in [String::new(), "x".repeat(10_000), "a\0b".to_owned(), "a\nb".to_owned()] {
        let done = buyer.buys(&listing, "5", &key).await.expect("the API answers");
        assert_eq!(done.expect_err("no good key").code, "INVALID_INPUT", "{key:?}");
    }
    // Amounts are texts: a number would have gone through a float.
    let ask = "mutation($input: BuyInput!) { buy(input: $input) { order { id } userErrors { code } } }";
    let input = json!({ "listingId": listing, "quantity": 1, "expectedPrice": 5.0, "idempotencyKey": "f" });
    let told = buyer.tell(ask, json!({ "input": input })).await.expect("the API answers");
    assert_refused(&told, "an amount as a number");
    for id in ["", "x", "Li4vLi4vc2VjcmV0", &"A".repeat(10_000)] {
        let data = buyer
            .ask("query($id: ID!) { listing(id: $id) { id } node(id: $id) { id } }", json!({ "id": id }))
            .await;
        assert_eq!(data, json!({ "listing": null, "node": null }), "{id}");
    }
    assert_eq!(buyer.balance().await, "50");
    program.close();
}
