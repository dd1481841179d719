//! Who gets what from every address of the site, in one table. An address
//! without a row fails the test; so does a row without an address.

use std::collections::BTreeSet;

use frontend::routes::PATTERNS;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tests::form::Form;
use tests::program::Program;
use tests::visitor::{Item, Visitor, listing_path};

/// The server's own addresses, which the site does not know.
const SERVERS: &[&str] = &[
    "/healthz",
    "/readyz",
    "/metrics",
    "/software/trust",
    "/software/time",
    "/software/nonce",
    "/software/{slug}/manifest",
    "/artifacts/{grant}",
    "/uploads/{id}",
];

/// What somebody hears: a status, where 303 is the way to the page for
/// signing in, and `Ok` is a page, or for a post the way on from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// Shown or done.
    Done,
    /// Asked to sign in first.
    SignIn,
    /// Known, and not allowed.
    Forbidden,
    /// Not there, for all that they can know.
    Missing,
    /// What was sent is refused, after they were let in.
    Refused,
}

use Heard::{Done, Forbidden, Missing, Refused, SignIn};

/// An address, the method, and what is heard by anonymous, a stranger with an
/// account, the owner and a member of the staff.
type Row = (&'static str, &'static str, [Heard; 4]);

const ALL: [Heard; 4] = [Done; 4];
const USERS: [Heard; 4] = [SignIn, Done, Done, Done];
const OWNER: [Heard; 4] = [SignIn, Missing, Done, Missing];
const STAFF: [Heard; 4] = [SignIn, Forbidden, Forbidden, Done];
const NOWHERE: [Heard; 4] = [SignIn, Missing, Missing, Missing];
const POSTED: [Heard; 4] = [SignIn, Refused, Refused, Refused];

/// Posts are sent with nothing but their token: whoever is let in is refused
/// for that, where something has to be typed. A line of another's cart and
/// another's session are left alone without a word.
const TABLE: &[Row] = &[
    ("GET", "/", ALL),
    ("GET", "/search", ALL),
    ("GET", "/listing/{id}", ALL),
    ("GET", "/listing/{id}/buy", ALL),
    ("POST", "/listing/{id}/buy", [Refused; 4]),
    ("POST", "/listing/{id}/publish", OWNER),
    ("POST", "/listing/{id}/withdraw", OWNER),
    ("GET", "/software/trust", ALL),
    ("GET", "/software/nonce", ALL),
    // Without a question there is no answer.
    ("GET", "/software/time", [Refused; 4]),
    // Nobody has software here; whoever has a grant needs no more.
    ("GET", "/software/{slug}/manifest", [Missing; 4]),
    ("GET", "/artifacts/{grant}", [Missing; 4]),
    // Only looked at and added to: see the journey of software.
    ("GET", "/uploads/{id}", [Missing; 4]),
    ("GET", "/sell", USERS),
    ("POST", "/sell", POSTED),
    ("GET", "/sell/{id}", OWNER),
    ("POST", "/sell/{id}", [SignIn, Missing, Refused, Missing]),
    // The owner has no software.
    ("GET", "/sell/{id}/software", [SignIn, Missing, Missing, Missing]),
    ("POST", "/sell/{id}/software/offers", [SignIn, Missing, Missing, Missing]),
    ("POST", "/sell/{id}/software/releases", [SignIn, Missing, Missing, Missing]),
    ("GET", "/sell/{id}/software/licences", [SignIn, Missing, Missing, Missing]),
    ("GET", "/sell/{id}/software/figures", [SignIn, Missing, Missing, Missing]),
    ("GET", "/release/{id}", [SignIn, Missing, Missing, Missing]),
    ("POST", "/release/{id}", [SignIn, Missing, Missing, Missing]),
    ("POST", "/release/{id}/programs", [SignIn, Missing, Missing, Missing]),
    ("GET", "/offer/{id}", [Missing; 4]),
    ("POST", "/offer/{id}", [Missing; 4]),
    // Nobody here has rented anything.
    ("GET", "/library/licence/{id}", [SignIn, Missing, Missing, Missing]),
    ("GET", "/library/licence/{id}/grow", [SignIn, Missing, Missing, Missing]),
    ("POST", "/library/licence/{id}/grow", [SignIn, Missing, Missing, Missing]),
    ("POST", "/library/licence/{id}/device", [SignIn, Missing, Missing, Missing]),
    ("POST", "/library/code", USERS),
    ("GET", "/listings", USERS),
    ("GET", "/cart", ALL),
    ("POST", "/cart", [Missing; 4]),
    ("POST", "/cart/{id}", ALL),
    ("POST", "/checkout", [Refused; 4]),
    ("GET", "/receipt", [SignIn, Missing, Missing, Missing]),
    ("GET", "/orders", USERS),
    ("GET", "/sales", USERS),
    ("GET", "/order/{id}", OWNER),
    ("POST", "/order/{id}/confirm", [SignIn, Missing, Forbidden, Missing]),
    ("POST", "/order/{id}/cancel", OWNER),
    // This order is not of software.
    ("GET", "/order/{id}/refund", [SignIn, Missing, Missing, Missing]),
    ("POST", "/order/{id}/refund", [SignIn, Missing, Missing, Missing]),
    ("GET", "/library", USERS),
    ("GET", "/library/{id}/download", [SignIn, Missing, Done, Missing]),
    ("GET", "/paper/{id}", [SignIn, Missing, Missing, Missing]),
    ("GET", "/paper/{id}/pdf", [SignIn, Missing, Missing, Missing]),
    ("GET", "/scan/{id}", [SignIn, Missing, Missing, Missing]),
    ("GET", "/wallet", USERS),
    ("GET", "/wallet/statement.csv", USERS),
    // This market turns no earnings into money.
    ("GET", "/wallet/redemptions", NOWHERE),
    ("POST", "/wallet/redemptions", NOWHERE),
    ("POST", "/wallet/redemptions/{id}/cancel", NOWHERE),
    ("GET", "/top-up", USERS),
    ("GET", "/top-up/bill", USERS),
    ("POST", "/top-up/bill", POSTED),
    ("POST", "/top-up/card", POSTED),
    ("GET", "/top-up/order/{id}", [SignIn, Missing, Missing, Missing]),
    ("POST", "/top-up/order/{id}/refund", [SignIn, Missing, Missing, Missing]),
    // Whoever knows a top-up's number may pay it; nobody knows this one.
    ("GET", "/pay/{id}", [Missing; 4]),
    ("GET", "/pay/{id}/back", [Missing; 4]),
    ("GET", "/sandbox/{session}", [Missing; 4]),
    ("POST", "/sandbox/{session}", [Missing; 4]),
    // Known by its signature alone, and this one has none.
    ("POST", "/payments/{provider}", [Missing; 4]),
    ("GET", "/vendor/tokens", STAFF),
    ("POST", "/vendor/tokens", [SignIn, Forbidden, Forbidden, Refused]),
    ("POST", "/vendor/tokens/bundles", STAFF),
    ("GET", "/gifts", USERS),
    ("POST", "/gifts/give", USERS),
    ("POST", "/gifts/link", USERS),
    ("POST", "/gifts/{id}/cancel", OWNER),
    ("GET", "/claim", ALL),
    ("GET", "/claim/{code}", ALL),
    ("POST", "/claim/{code}", USERS),
    ("GET", "/redeem", ALL),
    ("POST", "/redeem", POSTED),
    ("GET", "/take-over", ALL),
    ("POST", "/take-over", [Refused; 4]),
    ("POST", "/account/customer/erase", USERS),
    ("GET", "/vendor/open-account", STAFF),
    // Nothing has to be typed.
    ("POST", "/vendor/open-account", STAFF),
    ("GET", "/sign-in", ALL),
    ("POST", "/sign-in", [Refused; 4]),
    ("GET", "/open-account", ALL),
    ("POST", "/open-account", ALL),
    ("GET", "/account", USERS),
    ("POST", "/account/handle", POSTED),
    ("POST", "/account/profile", USERS),
    ("POST", "/account/passphrase", POSTED),
    ("POST", "/account/sessions/{id}/end", USERS),
    ("GET", "/account/mail", USERS),
    // This market sends no letters.
    ("POST", "/account/mail", POSTED),
    ("POST", "/account/mail/confirm", POSTED),
    ("POST", "/account/mail/kinds", USERS),
    ("POST", "/account/mail/remove", USERS),
    // Whoever has a letter may: the token is what counts.
    ("GET", "/mail/stop/{token}", [Missing; 4]),
    ("POST", "/mail/stop/{token}", [Missing; 4]),
    ("GET", "/u/{handle}", ALL),
    ("GET", "/vendor", STAFF),
    ("GET", "/vendor/fees", STAFF),
    ("POST", "/vendor/fees", STAFF),
    ("GET", "/vendor/users", STAFF),
    ("GET", "/vendor/licences", STAFF),
    ("GET", "/vendor/licences/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("POST", "/vendor/licences/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/grant", STAFF),
    ("POST", "/vendor/grant", [SignIn, Forbidden, Forbidden, Refused]),
    ("POST", "/vendor/promo", [SignIn, Forbidden, Forbidden, Refused]),
    ("GET", "/vendor/mail", STAFF),
    ("POST", "/vendor/mail/{id}/again", STAFF),
    ("GET", "/vendor/desk", STAFF),
    ("GET", "/vendor/desk/enter", STAFF),
    ("POST", "/vendor/desk/enter", [SignIn, Forbidden, Forbidden, Refused]),
    ("GET", "/vendor/desk/order/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("POST", "/vendor/desk/order/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("POST", "/vendor/desk/order/{id}/scan", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/cards", STAFF),
    ("GET", "/vendor/cards/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("POST", "/vendor/cards/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/cards/findings/{name}", [SignIn, Forbidden, Forbidden, Missing]),
    ("POST", "/vendor/cards/findings/{name}", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/redemptions", STAFF),
    ("POST", "/vendor/redemptions", STAFF),
    ("GET", "/vendor/redemptions/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("POST", "/vendor/redemptions/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/redemptions/batch/{id}", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/vouchers", STAFF),
    ("POST", "/vendor/vouchers", [SignIn, Forbidden, Forbidden, Refused]),
    ("POST", "/vendor/vouchers/{id}/withdraw", [SignIn, Forbidden, Forbidden, Missing]),
    ("GET", "/vendor/ledger", STAFF),
    ("GET", "/vendor/start/{code}", [Refused; 4]),
    ("GET", "/help", ALL),
    ("GET", "/api", ALL),
    ("GET", "/graphiql", ALL),
    ("GET", "/graphql", [Refused; 4]),
    // What each field gives to whom stands in the API's own table.
    ("POST", "/graphql", [Refused; 4]),
    ("POST", "/theme", ALL),
    ("GET", "/art/{id}", ALL),
    ("GET", "/portrait/{id}", ALL),
    ("GET", "/media/{name}", ALL),
    ("GET", "/assets/{file}", ALL),
    ("GET", "/favicon.svg", ALL),
    ("GET", "/robots.txt", ALL),
    ("GET", "/healthz", ALL),
    ("GET", "/readyz", ALL),
    // Whoever asks from this machine may measure.
    ("GET", "/metrics", ALL),
];

/// These end the session that asks: each is asked last, in this order, and
/// nobody is turned away.
const LAST: [&str; 2] = ["/sign-out", "/sign-out/everywhere"];

#[test]
fn every_address_has_a_row() {
    let known: BTreeSet<&str> = PATTERNS.iter().chain(SERVERS).copied().collect();
    let rows: BTreeSet<&str> = TABLE.iter().map(|(_, path, _)| *path).chain(LAST).collect();
    let without: Vec<_> = known.difference(&rows).collect();
    assert!(without.is_empty(), "addresses without a row: {without:?}");
    let unknown: Vec<_> = rows.difference(&known).collect();
    assert!(unknown.is_empty(), "rows without an address: {unknown:?}");
}

/// Things of the owner that addresses name.
struct Things {
    listing: String,
    file: String,
    order: String,
    gift: String,
    claim: String,
    handle: String,
    picture: String,
    asset: String,
}

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

impl Things {
    fn fill(&self, pattern: &str) -> String {
        let id = match pattern {
            path if path.starts_with("/library") => &self.file,
            path if path.starts_with("/order") => &self.order,
            path if path.starts_with("/gifts") => &self.gift,
            path if path.starts_with("/account") || path.starts_with("/cart") => NOBODY,
            path if path.starts_with("/top-up") || path.starts_with("/pay/") => NOBODY,
            _ => &self.listing,
        };
        let code = if pattern.starts_with("/claim") { &self.claim } else { NOBODY };
        let path = pattern.replace("{id}", id).replace("{code}", code).replace("{handle}", &self.handle);
        let path = path.replace("{session}", NOBODY).replace("{provider}", "nobody");
        let path = path.replace("{slug}", "nothing").replace("{grant}", NOBODY);
        path.replace("{token}", NOBODY).replace("{name}", &self.picture).replace("{file}", &self.asset)
    }
}

fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The owner sells a table and a file, has sold the table to somebody, has
/// bought a file, and has put tokens behind a link.
async fn set_up(program: &Program, owner: &Visitor, staff: &Visitor) -> Things {
    let handle = owner.opens_account().await.handle;
    let form = staff.get("/vendor/grant").await.expect(200).form("/vendor/grant");
    let form = form.with("to", &handle).with("amount", "10").with("reason", "A test");
    let _ = staff.submit(form.press("Grant")).await.expect(200);
    let form = owner.fills_sell(&Item::goods("Oak table", "5", "3")).await;
    let form = form.with_file("pictures", "a.png", "image/png", tests::pictures::png(64, 64, 1));
    let shown = owner.submit(form.press("Put on sale")).await.expect(200);
    let listing = listing_path(&shown);
    let picture =
        shown.html.split(['"', ' ']).find(|part| part.starts_with("/media/")).expect("a picture is shown");
    let asset = shown.attribute("script", "src").expect("a page has a script");

    let other = Visitor::of(program);
    other.opens_account().await;
    let order = other.buys(&listing).await.expect(200).link("/order/");
    let song = Item { kind: "file", quantity: "", ..Item::goods("Song", "1", "") };
    let form = other.fills_sell(&song).await.with_file("file", "a.ogg", "audio/ogg", vec![1; 10]);
    let file = listing_path(&other.submit(form.press("Put on sale")).await.expect(200));
    let _ = owner.buys(&file).await.expect(200);
    let form =
        owner.get("/gifts").await.expect(200).form("/gifts/link").with("amount", "1").press("Make the link");
    let claim = last(&owner.submit(form).await.expect(200).element("claim-url"));
    let gift = owner.get("/gifts").await.expect(200).forms_like("/gifts/", "/cancel").remove(0).action;
    let gift = gift.trim_start_matches("/gifts/").trim_end_matches("/cancel").to_owned();
    let (listing, file, order, picture) = (last(&listing), last(&file), last(&order), last(picture));
    Things { listing, file, order, gift, claim, handle, picture, asset: last(&asset) }
}

/// Sends the request and says what was heard.
async fn ask(visitor: &Visitor, method: &str, path: &str, csrf: &str) -> (Heard, String) {
    let request = if method == "GET" {
        visitor.request(Method::GET, path)
    } else if (path.starts_with("/sell") && !path.contains("/software"))
        || path.ends_with("/programs")
        || path.ends_with("/scan")
    {
        visitor.request_of(Form::in_parts(path, &[("csrf", csrf), ("intent", "publish")]))
    } else {
        let body = format!("csrf={csrf}");
        visitor
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
    };
    let answer = request.send().await.expect("the market answers");
    let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
    let status = answer.status();
    let heard = match status.as_u16() {
        303 if to.starts_with("/sign-in") => SignIn,
        200..=399 => Done,
        401 => SignIn,
        403 => Forbidden,
        404 | 405 => Missing,
        400 | 409 | 415 | 422 => Refused,
        _ => panic!("{method} {path}: {status}"),
    };
    (heard, format!("{status} {to}"))
}

async fn csrf(visitor: &Visitor) -> String {
    let page = visitor.get("/help").await.expect(200);
    page.find_form("/sign-out").map(|form| form.value("csrf").to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_is_theirs() {
    let program = Program::fresh();
    let [nobody, stranger, owner, staff] = [(); 4].map(|()| Visitor::of(&program));
    staff.opens_account_at(&program.vendor_link()).await;
    stranger.opens_account().await;
    let things = set_up(&program, &owner, &staff).await;
    // What takes something away comes after what looks at it.
    let weight = |row: &&Row| (row.0 == "POST", row.1.ends_with("/withdraw"), row.1.contains("/cancel"));
    let mut rows: Vec<&Row> = TABLE.iter().collect();
    rows.sort_by_key(weight);
    let mut wrong = Vec::new();
    for (method, pattern, expected) in rows {
        let path = things.fill(pattern);
        // The owner comes last: they may use up what the others look for.
        for place in [0, 1, 3, 2] {
            let visitor = [&nobody, &stranger, &owner, &staff][place];
            // Opening an account begins another session: somebody new does it.
            let new = Visitor::of(&program);
            let visitor = if *pattern == "/open-account" && *method == "POST" { &new } else { visitor };
            let (heard, answer) = ask(visitor, method, &path, &csrf(visitor).await).await;
            if heard != expected[place] {
                let who = ["anonymous", "stranger", "owner", "staff"][place];
                wrong.push(format!("{method} {pattern} as {who}: {answer}, not {:?}", expected[place]));
            }
        }
    }
    // Nothing listens beside the table, to nobody: the staff may do most.
    for pattern in PATTERNS.iter().chain(SERVERS).copied().filter(|pattern| !LAST.contains(pattern)) {
        for method in ["GET", "POST"] {
            if !TABLE.iter().any(|row| (row.0, row.1) == (method, pattern)) {
                let (heard, answer) = ask(&staff, method, &things.fill(pattern), &csrf(&staff).await).await;
                if heard != Missing {
                    wrong.push(format!("{method} {pattern} has no row: {answer}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} surprises:\n{}", wrong.len(), wrong.join("\n"));
    for path in LAST {
        for visitor in [&nobody, &stranger, &owner, &staff] {
            let (heard, answer) = ask(visitor, "POST", path, &csrf(visitor).await).await;
            assert!(matches!(heard, Done | SignIn), "{path}: {answer}");
        }
    }
    program.close();
}
