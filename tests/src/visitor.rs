//! Somebody with a browser without script: keeps cookies, follows redirects,
//! fills forms and presses buttons.

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::multipart::{Form as Parts, Part};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};

use crate::form::{Form, escaped};
use crate::page::Page;
use crate::program::Program;

/// A category of the first migration: Furniture.
const FURNITURE: &str = "101";

/// A visitor of the site, with a cookie jar of their own.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    base: String,
}

/// What an account was opened with.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The public name.
    pub handle: String,
    /// What to sign in with.
    pub account_key: String,
}

/// Something to list by the form.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// What sort: `goods`, `service` or `file`.
    pub kind: &'a str,
    /// The title.
    pub title: &'a str,
    /// The description.
    pub description: &'a str,
    /// The price in tokens.
    pub price: &'a str,
    /// How many; empty for no number.
    pub quantity: &'a str,
}

impl<'a> Item<'a> {
    /// Goods with a plain description.
    #[must_use]
    pub const fn goods(title: &'a str, price: &'a str, quantity: &'a str) -> Self {
        Self { kind: "goods", title, description: "As described.", price, quantity }
    }
}

impl Visitor {
    /// Somebody who was never here.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        Self::sending(program, &[])
    }

    /// Somebody whose browser sends these headers with each request.
    ///
    /// # Panics
    /// If a header is none.
    #[must_use]
    pub fn sending(program: &Program, headers: &[(&'static str, &str)]) -> Self {
        let pair = |(name, value): &(&'static str, &str)| {
            let name = reqwest::header::HeaderName::from_static(name);
            (name, value.parse().expect("a test writes headers well"))
        };
        let client = Client::builder().cookie_store(true).redirect(Policy::none());
        // A connection that was refused in the middle may be closed before the
        // next request: each has its own.
        let client = client.default_headers(headers.iter().map(pair).collect()).pool_max_idle_per_host(0);
        let client = client.no_proxy().build();
        Self { client: client.expect("a client without options builds"), base: program.url("") }
    }

    /// The same browser after the program was started again, elsewhere.
    #[must_use]
    pub fn back_at(self, program: &Program) -> Self {
        Self { base: program.url(""), ..self }
    }

    /// Where a path leads that is not of this market.
    ///
    /// # Panics
    /// If it leads nowhere else.
    pub async fn leaves_by(&self, path: &str) -> String {
        let answer = self.request(Method::GET, path).send().await.expect("the market answers");
        let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        let to = to.unwrap_or_else(|| panic!("{path} leads nowhere: {}", answer.status()));
        assert!(to.starts_with("https://"), "{path} leads to {to}");
        to.to_owned()
    }

    /// A request to a path, to be completed by the caller.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request and follows redirects, which lead to pages of ours.
    ///
    /// # Panics
    /// If the market does not answer, or leads in a circle or elsewhere.
    pub async fn send(&self, request: RequestBuilder) -> Page {
        let mut page = read(request.send().await.expect("the market answers")).await;
        for _ in 0..5 {
            if !page.status.is_redirection() || page.status.as_u16() == 304 {
                return page;
            }
            let to =
                page.headers.get(LOCATION).and_then(|to| to.to_str().ok()).expect("a redirect says where to");
            assert!(to.starts_with('/') && !to.starts_with("//"), "a redirect leads elsewhere: {to}");
            page = read(self.request(Method::GET, to).send().await.expect("the market answers")).await;
        }
        panic!("redirects lead in a circle at {}", page.path);
    }

    /// Looks at a page.
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a form as it stands.
    pub async fn submit(&self, form: Form) -> Page {
        self.send(self.request_of(form)).await
    }

    /// The request that a form makes.
    ///
    /// # Panics
    /// If a file has no type.
    pub fn request_of(&self, form: Form) -> RequestBuilder {
        if !form.is_post {
            return self.request(Method::GET, &format!("{}?{}", form.action, form.encoded()));
        }
        let request = self.request(Method::POST, &form.action);
        if !form.is_multipart {
            return request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.encoded());
        }
        let mut parts = Parts::new();
        for field in &form.file_fields {
            if !form.files.iter().any(|file| &file.field == field) {
                // Browsers send a part without name and content.
                let nothing = Part::bytes(Vec::new()).file_name("").mime_str("application/octet-stream");
                parts = parts.part(field.clone(), nothing.expect("this is a type"));
            }
        }
        for (name, value) in form.fields {
            parts = parts.text(name, value);
        }
        for file in form.files {
            let part = Part::bytes(file.bytes).file_name(file.name).mime_str(&file.kind);
            parts = parts.part(file.field, part.expect("a test names types well"));
        }
        request.multipart(parts)
    }

    /// Opens an account by pressing the one button.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn opens_account(&self) -> Keys {
        self.opens_account_at("/open-account").await.0
    }

    /// Opens an account on a page with the form for it, and tells where it
    /// goes on.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn opens_account_at(&self, path: &str) -> (Keys, String) {
        let form = self.get(path).await.expect(200).form("/open-account");
        let page = self.submit(form.press("Open my account")).await.expect(200);
        let account_key = page.element("account-key");
        let handle = page.link("/u/").trim_start_matches("/u/").to_owned();
        let next = page.html.split("go on").next().and_then(|html| html.rsplit_once("href=\""));
        let next = next.and_then(|(_, link)| link.split_once('"')).expect("the page leads on").0;
        (Keys { handle, account_key }, crate::page::decoded(next))
    }

    /// Signs in with the account key.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn signs_in(&self, keys: &Keys) -> Page {
        let form = self.get("/sign-in").await.expect(200).form("/sign-in");
        self.submit(form.with("account_key", &keys.account_key).press("Sign in")).await.expect(200)
    }

    /// Fills the form for a new listing.
    pub async fn fills_sell(&self, item: &Item<'_>) -> Form {
        let form = self.get("/sell").await.expect(200).form("/sell");
        form.choosing("kind", item.kind)
            .with("title", item.title)
            .with("description", item.description)
            .with("category_id", FURNITURE)
            .with("price", item.price)
            .with("quantity", item.quantity)
    }

    /// Lists something for everybody; gives its path.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn lists(&self, item: &Item<'_>) -> String {
        let form = self.fills_sell(item).await;
        let page = self.submit(form.press("Put on sale")).await.expect(200);
        listing_path(&page)
    }

    /// Asks again and again until a listing is found, which takes a second at
    /// most; gives the page of results.
    ///
    /// # Panics
    /// If it is not found in many times that.
    pub async fn finds(&self, words: &str, listing: &str) -> Page {
        let search = async {
            loop {
                let page = self.get(&format!("/search?q={}", escaped(words))).await.expect(200);
                if page.links().iter().any(|link| link == listing) {
                    return page;
                }
            }
        };
        let found = tokio::time::timeout(std::time::Duration::from_secs(20), search).await;
        found.unwrap_or_else(|_| panic!("“{words}” does not find {listing}"))
    }

    /// Buys a listing in one step; gives the receipt, or the page that
    /// refuses.
    pub async fn buys(&self, listing: &str) -> Page {
        let form = self.get(listing).await.expect(200).form("/cart").press("Buy now");
        let ask = self.submit(form).await.expect(200);
        self.submit(ask.form(&format!("{listing}/buy")).press("Pay")).await
    }

    /// The exact balance shown in the header.
    ///
    /// # Panics
    /// If nobody has signed in.
    pub async fn balance(&self) -> String {
        self.get("/help").await.expect(200).balance().expect("somebody has signed in")
    }
}

/// The path of the listing that a page is about.
///
/// # Panics
/// If it is about none.
#[must_use]
pub fn listing_path(page: &Page) -> String {
    let path = page.path.split('?').next().unwrap_or_default();
    assert!(path.starts_with("/listing/"), "a listing's page was expected, not {path}: {}", page.text());
    path.to_owned()
}

async fn read(response: Response) -> Page {
    let url = response.url();
    let path = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.expect("an answer comes to its end");
    Page { status, headers, path, html: String::from_utf8_lossy(&bytes).into_owned() }
}
