//! Input that nobody sends by mistake, to the site: each a clear refusal, and
//! the market goes on.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tests::page::Page;
use tests::pictures::{bomb, picture, png, profile_bomb};
use tests::program::Program;
use tests::visitor::{Item, Visitor};

use super::vendor::staff;

/// Refused, and by no fault of ours.
fn assert_refused(page: &Page, what: &str) {
    assert!(page.status.is_client_error(), "{what}: {} {}", page.status, page.text());
}

/// After all that the market still serves.
async fn assert_alive(program: &Program) {
    let _ = Visitor::of(program).get("/").await.expect(200);
}

/// The most memory that hostile pictures may make the program take: less than
/// any of the bombs would unpack to.
const MEMORY_MAX_KB: u64 = 280_000;

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_are_none_or_too_much() {
    let program = Program::fresh();
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    let good = png(320, 200, 1);
    let cut = good.get(..good.len() / 2).unwrap_or_default().to_vec();
    let zeros = |magic: &[u8]| [magic, &[0; 4_000]].concat();
    let table: [(&str, Vec<u8>); 12] = [
        ("a bomb of 400 megapixels", bomb(20_000, 20_000)),
        ("a bomb too wide", bomb(60_000, 10)),
        (
            "a script in a drawing",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec(),
        ),
        ("a GIF", zeros(b"GIF89a")),
        ("a TIFF", zeros(b"II*\0")),
        ("a BMP", zeros(b"BM")),
        ("a page", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        ("a program", zeros(b"\x7fELF")),
        ("nothing", Vec::new()),
        ("half a picture", cut),
        ("a JPEG of nonsense", zeros(b"\xff\xd8\xff\xe0")),
        ("a WebP of nonsense", zeros(b"RIFF\x10\0\0\0WEBPVP8 ")),
    ];
    for (what, bytes) in table {
        let form = seller.fills_sell(&Item::goods("Kept title", "5", "1")).await;
        let form = form.with_file("pictures", "photo.png", "image/png", bytes);
        let page = seller.submit(form.press("Put on sale")).await;
        assert_refused(&page, what);
        let back = page.form("/sell");
        assert_eq!(back.value("title"), "Kept title", "{what}: what was typed is lost");
        assert!(page.html.contains("id=\"pictures-error\""), "{what}: the field says why: {}", page.text());
    }
    // A profile is not needed to show a picture: left out or refused.
    let form = seller.fills_sell(&Item::goods("Kept title", "5", "1")).await;
    let form = form.with_file("pictures", "photo.png", "image/png", profile_bomb(300));
    let page = seller.submit(form.press("Put on sale")).await;
    assert!(matches!(page.status.as_u16(), 200 | 422), "a bomb in the colour profile: {}", page.text());
    let peak = program.memory_peak_kb();
    assert!(peak < MEMORY_MAX_KB, "all that took {peak} kB");
    let shelf = seller.fills_sell(&Item::goods("Good one", "5", "1")).await;
    let shelf = shelf.with_file(
        "pictures",
        "../../../x.png",
        "text/html",
        picture(50, 50, 3, image::ImageFormat::Png),
    );
    let _ = seller.submit(shelf.press("Put on sale")).await.expect(200).expect_words("It is on sale");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_broken_or_without_end() {
    let program = Program::fresh();
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    let csrf = seller.get("/gifts").await.expect(200).form("/gifts/give").value("csrf").to_owned();
    let part = |name: &str, value: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let token = part("csrf", &csrf);
    let multipart = "multipart/form-data; boundary=cut";
    let broken: [(&str, &str, &str, Vec<u8>); 12] = [
        ("no end", "/sell", multipart, token.clone().into_bytes()),
        ("no boundary", "/sell", "multipart/form-data", token.clone().into_bytes()),
        ("another type", "/sell", "application/x-www-form-urlencoded", format!("csrf={csrf}").into_bytes()),
        ("nothing", "/sell", multipart, Vec::new()),
        ("no names", "/sell", multipart, b"--cut\r\n\r\nx\r\n--cut--\r\n".to_vec()),
        (
            "many parts",
            "/sell",
            multipart,
            format!("{token}{}--cut--\r\n", part("tags", "x").repeat(5_000)).into_bytes(),
        ),
        (
            "a huge field",
            "/sell",
            multipart,
            format!("{token}{}--cut--\r\n", part("title", &"x".repeat(300_000))).into_bytes(),
        ),
        (
            "a huge form",
            "/gifts/give",
            "application/x-www-form-urlencoded",
            format!("csrf={csrf}&message={}", "x".repeat(3_000_000)).into_bytes(),
        ),
        ("no form", "/gifts/give", "application/json", b"{}".to_vec()),
        ("no type", "/gifts/give", "", b"a=b".to_vec()),
        (
            "not UTF-8",
            "/gifts/give",
            "application/x-www-form-urlencoded",
            format!("csrf={csrf}&to=%FF%FE&amount=1&intent=give").into_bytes(),
        ),
        (
            "bare bytes",
            "/gifts/give",
            "application/x-www-form-urlencoded",
            [format!("csrf={csrf}&to=").as_bytes(), &[0xff, 0, 0xfe], b"&intent=give"].concat(),
        ),
    ];
    for (what, path, kind, body) in broken {
        let request = seller.request(Method::POST, path).body(body);
        let request = if kind.is_empty() { request } else { request.header(CONTENT_TYPE, kind) };
        // Whoever sends too much may be cut off before the answer.
        if let Ok(answer) = request.send().await {
            assert!(answer.status().is_client_error(), "{what}: {}", answer.status());
        }
        assert_alive(&program).await;
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_queries_that_lead_outside() {
    let program = Program::fresh();
    let visitor = Visitor::of(&program);
    visitor.opens_account().await;
    for path in [
        "/media/..%2F..%2Fsecret",
        "/media/%2e%2e/secret",
        "/media/..%5C..%5Csecret",
        "/media/%00.webp",
        "/assets/..%2F..%2F..%2Fetc%2Fpasswd",
        "/assets/%2e%2e%2fmarket.db",
        "/library/..%2Fsecret/download",
        "/art/..%2F..%2Fsecret",
        "/portrait/%00",
        "/order/%27%20OR%201%3D1",
        "/claim/%00",
        "/u/%3Cscript%3E",
        "/vendor/start/..%2F..%2Fsecret",
        "/listing/%F0%9F%92%A9",
        "/receipt?order=x",
        "/receipt",
        "/graphiql/..%2F..%2Fsecret",
    ] {
        let page = visitor.get(path).await;
        let is_gone = page.says("There is no gift here");
        assert!(page.status.is_client_error() || is_gone, "{path}: {} {}", page.status, page.text());
        assert!(!page.html.contains("<script>"), "{path} comes back as it was sent");
    }
    // Searches refuse nothing that can be meant, and break on nothing.
    for query in [
        "q=%00",
        "q=%FF%FE",
        "q=%22%22%22",
        "q=-",
        "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "q=a%20AND%20OR%20(",
        "min=-5",
        "max=99999999999999999999",
        "min=10&max=1",
        "after=x",
        "before=%00",
        "category=99999",
        "sort=none",
        "kind=none",
        "tag=%27%3B",
        "seller=..%2F",
        "q=*",
        "q=title%3Ax%5B1%20TO%20",
        "q=%F0%9F%92%A9",
    ] {
        let page = visitor.get(&format!("/search?{query}")).await;
        assert!(page.status.as_u16() < 500, "{query}: {} {}", page.status, page.text());
        assert!(!page.html.contains("<script>"), "{query} comes back as it was sent");
    }
    let long = visitor.get(&format!("/search?q={}", "x".repeat(50_000))).await;
    assert!(long.status.as_u16() < 500, "a long query: {}", long.status);
    let words = visitor.get(&format!("/search?q={}", "a+b-%22c+".repeat(700))).await;
    assert!(words.status.as_u16() < 500, "many words: {}", words.status);
    for back in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let page = Visitor::of(&program)
            .get(&format!("/sign-in?back={}", tests::form::escaped(back)))
            .await
            .expect(200);
        assert_eq!(page.form("/sign-in").value("back"), "/", "{back} leads elsewhere");
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_and_numbers_that_nobody_means() {
    let program = Program::fresh();
    let (vendor, buyer) = (staff(&program).await, Visitor::of(&program));
    let keys = buyer.opens_account().await;
    let listing = vendor.lists(&Item::goods("Plain cup", "5", "1000000")).await;
    let id = listing.trim_start_matches("/listing/").to_owned();
    let cart = buyer.get(&listing).await.expect(200).form("/cart").press("Add to cart");
    for quantity in ["-1", "0", "4294967296", "99999999999999999999", "1.5", "NaN", "", "１"] {
        let _ = buyer.submit(cart.clone().with("quantity", quantity)).await;
        let ask = buyer.get(&format!("/listing/{id}/buy?quantity={}", tests::form::escaped(quantity))).await;
        assert!(ask.status.as_u16() < 500, "{quantity}: {}", ask.text());
    }
    let ask =
        buyer.get(&format!("{listing}/buy?quantity=1")).await.expect(200).form(&format!("{listing}/buy"));
    for (field, value) in [
        ("quantity", "0"),
        ("quantity", "4294967295"),
        ("expected_price", "-5"),
        ("expected_price", "5.00001"),
        ("expected_price", "1e3"),
        ("expected_price", "922337203685477.5808"),
        ("expected_price", ""),
        ("idempotency_key", ""),
        ("idempotency_key", "\0"),
    ] {
        assert_refused(&buyer.submit(ask.clone().with(field, value)).await, &format!("{field}={value}"));
    }
    let long = "k".repeat(100_000);
    assert_refused(&buyer.submit(ask.clone().with("idempotency_key", &long)).await, "a long key");
    let give =
        vendor.get("/gifts").await.expect(200).form("/gifts/give").with("to", &keys.handle).press("Give");
    for amount in ["0", "-1", "+1", "1.", ".5", "1 000", "0x10", "∞", "99999999999999999999999", "0.00001"]
    {
        assert_refused(&vendor.submit(give.clone().with("amount", amount)).await, amount);
    }
    let sell = vendor.fills_sell(&Item::goods("Odd", "5", "1")).await;
    for (field, value) in [
        ("price", "0.5"),
        ("price", "-5"),
        ("price", "922337203685478"),
        ("quantity", "99999999999"),
        ("category_id", "99999"),
        ("category_id", "x"),
        ("title", " "),
        ("title", "a\u{0}b"),
        ("title", "two\nlines"),
        ("tags", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p"),
    ] {
        assert_refused(
            &vendor.submit(sell.clone().with(field, value).press("Put on sale")).await,
            &format!("{field}={value:?}"),
        );
    }
    assert_eq!([buyer.balance().await, vendor.balance().await], ["50", "50"]);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_is_shown_and_never_run() {
    let program = Program::fresh();
    let (vendor, seller) = (staff(&program).await, Visitor::of(&program));
    seller.opens_account().await;
    const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>";
    let item = Item { kind: "service", title: EVIL, description: EVIL, price: "3", quantity: "" };
    let listing = seller.lists(&item).await;
    let form = seller.get("/account").await.expect(200).form("/account/profile");
    let _ = seller.submit(form.with("display_name", EVIL).with("about", EVIL)).await;
    let receipt = vendor.buys(&listing).await.expect(200);
    let order = super::site::order_path(&receipt);
    for path in [listing.as_str(), "/", "/search?q=script", "/orders", &order, "/cart"] {
        let page = vendor.get(path).await.expect(200);
        assert!(
            !page.html.contains("<script>alert") && !page.html.contains("<img src=x"),
            "{path} runs what was written"
        );
    }
    assert!(vendor.get(&listing).await.expect(200).says(EVIL), "it is shown as it was written");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_ten_thousand_lines() {
    let program = Program::fresh();
    let seller = tests::api::Api::opens_account(&program).await;
    let buyer = tests::api::Api::opens_account(&program).await;
    let mut codes = std::collections::BTreeSet::new();
    for number in 0..60 {
        let listing = seller.lists(&format!("Thing {number}"), "1", 9).await;
        let input = serde_json::json!({ "listingId": listing, "quantity": 1 });
        if let Err(no) = buyer.attempt("addToCart", input, "cart { total }").await {
            codes.insert(no.code);
        }
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["TOO_MANY"], "a cart has an end");
    let first = seller.lists("One thing", "1", 1_000_000).await;
    let other = tests::api::Api::opens_account(&program).await;
    for _ in 0..100 {
        // The same listing again and again is one line, whatever comes of it.
        let _ =
            other.attempt("addToCart", serde_json::json!({ "listingId": first, "quantity": 100 }), "").await;
    }
    let cart = other.ask("{ me { cart { lines { quantity } } } }", serde_json::json!({})).await;
    assert_eq!(cart["me"]["cart"]["lines"].as_array().map(Vec::len), Some(1), "{cart}");
    program.close();
}
