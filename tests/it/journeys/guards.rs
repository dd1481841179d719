//! What keeps other sites, old forms and ended sessions out, and the pages
//! for what is not there.

use std::collections::{BTreeSet, VecDeque};

use reqwest::Method;
use reqwest::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use tests::form::Form;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

use super::vendor::staff;

/// All forms that a member of the staff meets on their way.
async fn all_forms(program: &Program) -> (Visitor, Vec<Form>) {
    let vendor = staff(program).await;
    let other = Visitor::of(program);
    other.opens_account().await;
    let own = vendor.lists(&Item::goods("Own thing", "1", "5")).await;
    let listing = other.lists(&Item::goods("Strange thing", "2", "5")).await;
    let order = super::site::order_path(&vendor.buys(&listing).await.expect(200));
    let form = vendor.get(&listing).await.expect(200).form("/cart").press("Add to cart");
    let _ = vendor.submit(form).await.expect(200);
    let edit = own.replace("/listing/", "/sell/");
    let buy = format!("{listing}/buy?quantity=1");
    let mut forms: Vec<Form> = Vec::new();
    for path in [
        "/",
        "/cart",
        "/sell",
        "/listings",
        "/gifts",
        "/account",
        "/vendor/fees",
        "/vendor/grant",
        "/vendor/vouchers",
        "/redeem",
        &own,
        &listing,
        &order,
        &edit,
        &buy,
    ] {
        let page = vendor.get(path).await.expect(200);
        let new = page.forms_like("/", "").into_iter().filter(|form| form.is_post);
        let is_known = |form: &Form, forms: &[Form]| forms.iter().any(|known| known.action == form.action);
        let new: Vec<Form> = new.filter(|form| !is_known(form, &forms)).collect();
        forms.extend(new);
    }
    assert!(forms.len() >= 15, "the forms were found: {}", forms.len());
    (vendor, forms)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_works_without_its_own_token() {
    let program = Program::fresh();
    let (vendor, forms) = all_forms(&program).await;
    let stranger = Visitor::of(&program);
    stranger.opens_account().await;
    let theirs = stranger.get("/gifts").await.expect(200).form("/gifts/give").value("csrf").to_owned();
    for form in forms.iter().filter(|form| form.action != "/theme") {
        assert!(!form.value("csrf").is_empty(), "{} has a token", form.action);
        for wrong in ["", "0", &theirs] {
            let page = vendor.submit(form.clone().with("csrf", wrong)).await;
            assert_eq!(page.status, 403, "{} with “{wrong}”: {}", form.action, page.text());
        }
    }
    assert_eq!(vendor.balance().await, "48", "nothing was done");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_can_press_a_button() {
    let program = Program::fresh();
    let (vendor, forms) = all_forms(&program).await;
    for form in &forms {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let page = vendor.send(vendor.request_of(form.clone()).header(name, value)).await;
            assert_eq!(page.status, 403, "{} from {value}: {}", form.action, page.text());
        }
    }
    assert_eq!(vendor.balance().await, "48", "nothing was done");
    // A browser on our own page says so, and is let in.
    let here = program.url("");
    let form = vendor.get("/account").await.expect(200).form("/account/profile");
    let request = vendor.request_of(form).header(ORIGIN, here).header("sec-fetch-site", "same-origin");
    let _ = vendor.send(request).await.expect(200);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_takes_no_orders_from_other_sites() {
    let program = Program::fresh();
    let visitor = Visitor::of(&program);
    visitor.opens_account().await;
    let body = r#"{"query":"mutation { signOut(input: {}) { userErrors { code } } }"}"#;
    let ask = |kind: &'static str, origin: &'static str| {
        let request = visitor.request(Method::POST, "/graphql").header("content-type", kind).body(body);
        request.header(ORIGIN, origin).header("sec-fetch-site", "cross-site").send()
    };
    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
        let answer = ask(kind, "https://evil.example").await.expect("the market answers");
        assert!(answer.status().is_client_error(), "{kind}: {}", answer.status());
    }
    assert_eq!(visitor.balance().await, "50", "the session still stands");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_opens_nothing() {
    let program = Program::fresh();
    let visitor = Visitor::of(&program);
    let opened =
        visitor.get("/open-account").await.expect(200).form("/open-account").press("Open my account");
    let answer = visitor.request_of(opened).send().await.expect("the market answers");
    let cookies: Vec<String> = answer
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|line| Some(line.to_str().ok()?.to_owned()))
        .collect();
    let session =
        cookies.iter().find(|line| line.starts_with("farthing_session=")).expect("a session begins");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(part), "{session}");
    }
    let stolen = session.split(';').next().expect("a cookie has a value").to_owned();
    let keys = answer.text().await.expect("the page comes");
    assert!(keys.contains("account-key"));

    let thief = Visitor::of(&program);
    let look = || thief.request(Method::GET, "/wallet").header(COOKIE, &stolen).send();
    assert_eq!(look().await.expect("the market answers").status(), 200);
    let form = visitor.get("/help").await.expect(200).form("/sign-out");
    let home = visitor.submit(form.clone()).await.expect(200).expect_words("You are signed out.");
    assert_eq!(home.balance(), None);
    assert_eq!(look().await.expect("the market answers").status(), 303, "the session is over everywhere");
    let wallet = visitor.get("/wallet").await;
    assert_eq!(wallet.path, "/sign-in?back=%2Fwallet", "whoever has not signed in is asked to, and led back");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_every_session() {
    let program = Program::fresh();
    let [one, other] = [(); 2].map(|()| Visitor::of(&program));
    let keys = one.opens_account().await;
    let _ = other.signs_in(&keys).await;
    let page = one.get("/account").await.expect(200);
    let form = page
        .forms_like("/account/sessions/", "/end")
        .into_iter()
        .next()
        .expect("the other session is listed");
    let _ = one.submit(form).await.expect(200).expect_words("That session has ended");
    assert!(other.get("/wallet").await.path.starts_with("/sign-in"));
    let _ = other.signs_in(&keys).await;
    let form = one.get("/account").await.expect(200).form("/sign-out/everywhere");
    let _ = one.submit(form).await.expect(200);
    for visitor in [&one, &other] {
        assert!(visitor.get("/wallet").await.path.starts_with("/sign-in"));
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_has_a_page_that_says_so() {
    let program = Program::fresh();
    let visitor = Visitor::of(&program);
    const NOBODY: &str = "00000000-0000-7000-8000-000000000000";
    for path in [
        "/nothing",
        "/listing/1",
        "/listing/x/buy",
        "/u/nobody-here-9",
        "/assets/none.css",
        "/vendor/nothing",
        "/listing/%00",
        "/u/%FF",
        "/.env",
        "/data/market.db",
        "/media/../secret",
        "/media/%2e%2e%2fsecret",
    ] {
        let page = visitor.get(path).await;
        assert!(matches!(page.status.as_u16(), 400 | 404), "{path}: {} {}", page.status, page.text());
    }
    for path in [format!("/listing/{NOBODY}"), format!("/listing/{NOBODY}/buy"), "/nothing".to_owned()] {
        let page = visitor.get(&path).await.expect(404).expect_words("There is nothing here");
        assert!(page.links().contains(&"/search".to_owned()), "the page shows the way on");
    }
    let wrong = visitor.send(visitor.request(Method::DELETE, "/cart")).await;
    assert!(matches!(wrong.status.as_u16(), 404 | 405), "{}", wrong.status);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_binds_the_browser() {
    let program = Program::fresh();
    let visitor = Visitor::of(&program);
    visitor.opens_account().await;
    for path in ["/", "/search", "/sell", "/wallet", "/nothing", "/sign-in", "/graphql", "/robots.txt"] {
        let request = visitor.request(Method::GET, path).header(HOST, "evil.example");
        let page = visitor.send(request).await;
        let header =
            |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(!header("referrer-policy").is_empty(), "{path}");
        assert!(!page.html.contains("evil.example"), "{path} believes the Host header");
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_leads_somewhere() {
    let program = Program::fresh();
    let (vendor, _) = all_forms(&program).await;
    let mut known: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    let mut ahead: VecDeque<(String, String)> = VecDeque::from([("/".to_owned(), String::new())]);
    let mut seen = 0;
    while let Some((path, from)) = ahead.pop_front() {
        let page = vendor.get(&path).await;
        assert_eq!(page.status, 200, "{path}, linked from {from}");
        seen += 1;
        assert!(seen < 1_000, "links without end, such as {path} from {from}");
        for link in page.links() {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            // Searches link to searches without end: one step is enough.
            let is_endless = link.starts_with("/search?") && path.starts_with("/search?");
            assert!(link.is_empty() || link.starts_with('/'), "{path} links to another host: {link}");
            if !link.is_empty() && !is_endless && known.insert(link.clone()) {
                ahead.push_back((link, path.clone()));
            }
        }
    }
    assert!(seen > 30, "the crawl went far: {seen}");
    program.close();
}
