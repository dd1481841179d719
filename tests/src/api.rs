//! A program that trades: GraphQL over HTTP, by the names that are fixed.

use reqwest::header::HeaderMap;
use reqwest::multipart::{Form as Parts, Part};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::program::Program;

/// A client, with a session or without.
#[derive(Clone)]
pub struct Api {
    client: Client,
    url: String,
    token: Option<String>,
    /// The public name, if an account was opened or signed in to.
    pub handle: String,
    /// What signs in to the account, if it was opened here.
    pub account_key: String,
}

/// An answer with all of HTTP.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null if it is no JSON.
    pub body: Value,
}

/// What a mutation did not do, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct No {
    /// The stable code.
    pub code: String,
    /// The whole of it.
    pub error: Value,
}

/// The answer was lost: nobody knows whether it was done.
#[derive(Clone, Copy, Debug)]
pub struct Lost;

impl Api {
    /// A client without a session.
    ///
    /// # Panics
    /// If none can be built.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        let client = Client::builder().no_proxy().build().expect("a client without options builds");
        let (handle, account_key) = (String::new(), String::new());
        Self { client, url: program.url("/graphql"), token: None, handle, account_key }
    }

    /// The same client at a program that was started again.
    #[must_use]
    pub fn at(&self, program: &Program) -> Self {
        Self { url: program.url("/graphql"), ..self.clone() }
    }

    /// The same client by way of another address of the same market, without
    /// a last slash.
    #[must_use]
    pub fn by_way_of(&self, address: &str) -> Self {
        Self { url: format!("{address}/graphql"), ..self.clone() }
    }

    /// The same client with this token instead of its own.
    #[must_use]
    pub fn bearing(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// The same client with a new connection for each request: one that was
    /// refused in the middle may be closed before the next.
    ///
    /// # Panics
    /// If none can be built.
    #[must_use]
    pub fn on_new_connections(&self) -> Self {
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build();
        Self { client: client.expect("a client without options builds"), ..self.clone() }
    }

    /// The session's token, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request to the API, to be completed by the caller.
    pub fn request(&self) -> RequestBuilder {
        let request = self.client.post(&self.url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a document with variables; all of the answer.
    ///
    /// # Errors
    /// If no whole answer comes.
    pub async fn tell(&self, query: &str, variables: Value) -> Result<Told, Lost> {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.request().json(&body).send().await.map_err(|_| Lost)?;
        Told::read(answer).await
    }

    /// What a document asks for.
    ///
    /// # Panics
    /// If anything about it is wrong.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let told = self.tell(query, variables).await.expect("the API answers");
        assert!(told.body["errors"].is_null() && told.body["data"].is_object(), "{query}\n{told:#?}");
        told.body["data"].clone()
    }

    /// Does a mutation: its payload without errors, or the first error.
    ///
    /// # Errors
    /// The outer one if no whole answer comes, the inner one if it is refused.
    ///
    /// # Panics
    /// If the answer is neither done nor refused.
    pub async fn try_to(&self, name: &str, input: Value, fields: &str) -> Result<Result<Value, No>, Lost> {
        let told = self.tell(&mutation(name, fields), json!({ "input": input })).await?;
        Ok(settle(name, &told))
    }

    /// The same, with headers by which somebody else vouches for what is sent;
    /// `vouch` is given the body.
    ///
    /// # Errors
    /// As [`Self::try_to`].
    ///
    /// # Panics
    /// As [`Self::try_to`].
    pub async fn try_to_vouched(
        &self,
        name: &str,
        input: Value,
        fields: &str,
        vouch: impl FnOnce(&[u8]) -> HeaderMap,
    ) -> Result<Result<Value, No>, Lost> {
        let body = json!({ "query": mutation(name, fields), "variables": { "input": input } }).to_string();
        let request = self.request().headers(vouch(body.as_bytes()));
        let request = request.header("content-type", "application/json").body(body);
        let told = Told::read(request.send().await.map_err(|_| Lost)?).await?;
        Ok(settle(name, &told))
    }

    /// Does a mutation that may be refused.
    ///
    /// # Errors
    /// If it is.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn attempt(&self, name: &str, input: Value, fields: &str) -> Result<Value, No> {
        self.try_to(name, input, fields).await.expect("the API answers")
    }

    /// Does a mutation that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub async fn must(&self, name: &str, input: Value, fields: &str) -> Value {
        self.attempt(name, input, fields).await.unwrap_or_else(|no| panic!("{name} was refused: {no:?}"))
    }

    /// Does a mutation with one file as its `file`.
    ///
    /// # Errors
    /// If it is refused.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn attempt_with_file(
        &self,
        name: &str,
        mut input: Value,
        fields: &str,
        file: (&str, Vec<u8>),
    ) -> Result<Value, No> {
        input["file"] = Value::Null;
        let operations = json!({ "query": mutation(name, fields), "variables": { "input": input } });
        let part = Part::bytes(file.1).file_name(file.0.to_owned());
        let parts = Parts::new().text("operations", operations.to_string());
        let parts = parts.text("map", json!({ "0": ["variables.input.file"] }).to_string()).part("0", part);
        let answer = self.request().header("graphql-require-preflight", "1").multipart(parts).send().await;
        settle(name, &Told::read(answer.expect("the API answers")).await.expect("the API answers"))
    }

    /// Somebody new opens an account without anything.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn opens_account(program: &Program) -> Self {
        let stranger = Self::of(program);
        let opened = stranger.must("openAccount", json!({}), "user { handle } accountKey sessionToken").await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Self {
            token: Some(text(&opened["sessionToken"])),
            handle: text(&opened["user"]["handle"]),
            account_key: text(&opened["accountKey"]),
            ..stranger
        }
    }

    /// Signs in with an account key.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn signs_in(program: &Program, account_key: &str) -> Self {
        let stranger = Self::of(program);
        let input = json!({ "accountKey": account_key });
        let done = stranger.must("signIn", input, "user { handle } sessionToken").await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (token, handle) = (Some(text(&done["sessionToken"])), text(&done["user"]["handle"]));
        Self { token, handle, account_key: account_key.to_owned(), ..stranger }
    }

    /// The first member of the vendor's staff, made by the operator at the
    /// stopped or running program.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn staff(program: &Program, handle: &str) -> Self {
        let made = program.run(&["user", "add-vendor", "--handle", handle]);
        let said = String::from_utf8_lossy(&made.stdout).into_owned();
        assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
        let key = said.split_whitespace().last().expect("the key is the last word");
        Self::signs_in(program, key).await
    }

    /// The first category that has no others below it, by its id.
    ///
    /// # Panics
    /// If there is none.
    pub async fn category(&self) -> String {
        let data = self.ask("{ categories { id } }", json!({})).await;
        let last = data["categories"].as_array().and_then(|all| all.last()).expect("there are categories");
        last["id"].as_str().expect("an id").to_owned()
    }

    /// Lists goods for everybody; gives the listing's id.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn lists(&self, title: &str, price: &str, quantity: u32) -> String {
        let category = self.category().await;
        let input = json!({
            "title": title, "description": "As described.", "categoryId": category, "kind": "GOODS",
            "price": price, "quantity": quantity, "tags": ["oak"], "imageIds": [], "publish": true,
        });
        let done = self.must("listItem", input, "listing { id }").await;
        done["listing"]["id"].as_str().expect("an id").to_owned()
    }

    /// Asks again and again until a listing is found, which takes a second at
    /// most; gives the results.
    ///
    /// # Panics
    /// If it is not found in many times that.
    pub async fn search_until_found(&self, words: &str, listing: &str) -> Value {
        const SEARCH: &str = "query($words: String) { search(query: $words, first: 20) { totalCount \
            edges { cursor node { id title price } } pageInfo { hasNextPage } } }";
        let search = async {
            loop {
                let data = self.ask(SEARCH, json!({ "words": words })).await;
                let edges = data["search"]["edges"].as_array().expect("a list of results");
                if edges.iter().any(|edge| edge["node"]["id"] == listing) {
                    return data["search"].clone();
                }
            }
        };
        let found = tokio::time::timeout(std::time::Duration::from_secs(20), search).await;
        found.unwrap_or_else(|_| panic!("“{words}” does not find {listing}"))
    }

    /// Buys at this price under this key; gives the order's id.
    ///
    /// # Errors
    /// As [`Self::try_to`].
    ///
    /// # Panics
    /// If the answer is neither done nor refused.
    pub async fn buys(&self, listing: &str, price: &str, key: &str) -> Result<Result<String, No>, Lost> {
        let input =
            json!({ "listingId": listing, "quantity": 1, "expectedPrice": price, "idempotencyKey": key });
        let done = self.try_to("buy", input, "order { id }").await?;
        Ok(done.map(|done| done["order"]["id"].as_str().expect("an id").to_owned()))
    }

    /// Gives tokens under this key; gives the gift's id.
    ///
    /// # Errors
    /// As [`Self::try_to`].
    ///
    /// # Panics
    /// If the answer is neither done nor refused.
    pub async fn gives(&self, to: &str, amount: &str, key: &str) -> Result<Result<String, No>, Lost> {
        let input = json!({ "to": to, "amount": amount, "message": "", "idempotencyKey": key });
        let done = self.try_to("giveTokens", input, "gift { id }").await?;
        Ok(done.map(|done| done["gift"]["id"].as_str().expect("an id").to_owned()))
    }

    /// The vendor grants tokens.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn grants(&self, to: &str, amount: &str) {
        let key = format!("grant-{to}-{amount}");
        let input = json!({ "to": to, "amount": amount, "reason": "to begin with", "idempotencyKey": key });
        let name = "grantTokens";
        let told = self.tell(&mutation(name, ""), json!({ "input": input })).await.expect("the API answers");
        settle(name, &told).unwrap_or_else(|no| panic!("{name} was refused: {no:?}"));
    }

    /// Parts of the wallet, as decimal texts.
    pub async fn wallet(&self) -> Value {
        self.ask("{ me { wallet { balance spendable earned promo debt } } }", json!({})).await["me"]["wallet"]
            .clone()
    }

    /// What is shown as the balance.
    ///
    /// # Panics
    /// If it is no text.
    pub async fn balance(&self) -> String {
        self.wallet().await["balance"].as_str().expect("a decimal text").to_owned()
    }
}

/// The document of a mutation with one input.
fn mutation(name: &str, fields: &str) -> String {
    let kind: String =
        name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
    format!(
        "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {fields} userErrors {{ code message field \
         ... on InsufficientTokens {{ shortfall balance }} ... on PriceChanged {{ now }} }} }} }}"
    )
}

fn settle(name: &str, told: &Told) -> Result<Value, No> {
    assert!(told.body["errors"].is_null(), "{name}: {told:#?}");
    let payload = told.body["data"][name].clone();
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{name}: {told:#?}"));
    match errors.first() {
        None => Ok(payload),
        Some(error) => {
            let code = error["code"].as_str().expect("an error has a code").to_owned();
            Err(No { code, error: error.clone() })
        }
    }
}

impl Told {
    /// Reads an answer to its end.
    ///
    /// # Errors
    /// If it breaks off.
    pub async fn read(answer: reqwest::Response) -> Result<Self, Lost> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.map_err(|_| Lost)?;
        Ok(Self { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }

    /// The code of the first error of a query, if there is one.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.body["errors"].get(0)?["extensions"]["code"].as_str()
    }
}
