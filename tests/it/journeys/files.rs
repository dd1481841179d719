//! Selling a file: uploaded once, downloaded by those who bought it, whole or
//! from where a download broke off.

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE};
use reqwest::{Method, Response, StatusCode};
use tests::program::Program;
use tests::visitor::{Item, Visitor, listing_path};

const SONG: Item<'_> = Item {
    kind: "file",
    title: "Field recording of a wren",
    description: "Two minutes.",
    price: "4",
    quantity: "",
};

/// Half a megabyte that is nowhere the same.
fn recording() -> Vec<u8> {
    (0u32..131_072).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()).collect()
}

async fn list_file(seller: &Visitor, name: &str, bytes: Vec<u8>) -> String {
    let form = seller.fills_sell(&SONG).await.with_file("file", name, "audio/ogg", bytes);
    listing_path(&seller.submit(form.press("Put on sale")).await.expect(200))
}

async fn fetch(visitor: &Visitor, path: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> Response {
    let request = visitor.request(Method::GET, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
    request.send().await.expect("the market answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bought_file_is_downloaded_whole_and_in_parts() {
    let program = Program::fresh();
    let (seller, buyer) = (Visitor::of(&program), Visitor::of(&program));
    seller.opens_account().await;
    buyer.opens_account().await;
    let song = recording();
    let listing = list_file(&seller, "wren.ogg", song.clone()).await;
    let path = listing.replace("/listing/", "/library/") + "/download";
    assert_eq!(fetch(&buyer, &path, &[]).await.status(), StatusCode::NOT_FOUND, "not bought yet");

    let receipt = buyer.buys(&listing).await.expect(200).expect_words("It is yours");
    assert_eq!(receipt.link("/library/"), path);
    assert_eq!(seller.balance().await, "53.8", "a file is paid at once, less the cut");
    let whole = fetch(&buyer, &path, &[]).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let name = whole.headers()[CONTENT_DISPOSITION].to_str().expect("a header of text").to_owned();
    assert!(name.starts_with("attachment") && name.contains("wren.ogg"), "{name}");
    let tag = whole.headers()[ETAG].to_str().expect("a header of text").to_owned();
    assert_eq!(whole.bytes().await.expect("the file comes").to_vec(), song);

    let rest = fetch(&buyer, &path, &[(RANGE, "bytes=300000-"), (IF_RANGE, &tag)]).await;
    assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT, "a download goes on where it broke off");
    assert_eq!(
        rest.headers()[CONTENT_RANGE],
        format!("bytes 300000-{}/{}", song.len() - 1, song.len()).as_str()
    );
    assert_eq!(Some(rest.bytes().await.expect("the rest comes").as_ref()), song.get(300_000..));
    for (headers, status) in [
        (vec![(RANGE, "bytes=300000-"), (IF_RANGE, "\"another\"")], StatusCode::OK),
        (vec![(RANGE, "bytes=99999999-")], StatusCode::RANGE_NOT_SATISFIABLE),
        (vec![(RANGE, "bytes=-5")], StatusCode::PARTIAL_CONTENT),
        (vec![(RANGE, "lines=1-2")], StatusCode::OK),
        (vec![(IF_NONE_MATCH, tag.as_str())], StatusCode::NOT_MODIFIED),
    ] {
        assert_eq!(fetch(&buyer, &path, &headers).await.status(), status, "{headers:?}");
    }
    let _ = buyer.get("/library").await.expect(200).expect_words("wren.ogg");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_the_file_and_it_outlives_the_listing() {
    let program = Program::fresh();
    let [seller, buyer, stranger] = [(); 3].map(|()| Visitor::of(&program));
    for visitor in [&seller, &buyer, &stranger] {
        visitor.opens_account().await;
    }
    let listing = list_file(&seller, "wren.ogg", recording()).await;
    let path = listing.replace("/listing/", "/library/") + "/download";
    let _ = buyer.buys(&listing).await.expect(200);
    assert_eq!(fetch(&stranger, &path, &[]).await.status(), StatusCode::NOT_FOUND);
    let nobody = Visitor::of(&program).get(&path).await;
    assert!(nobody.path.starts_with("/sign-in") || nobody.status.is_client_error(), "{}", nobody.path);

    let list = seller.get("/listings").await.expect(200);
    let _ = seller.submit(list.form(&format!("{listing}/withdraw")).press("Withdraw")).await.expect(200);
    assert_eq!(fetch(&buyer, &path, &[]).await.status(), StatusCode::OK, "what was bought stays");
    assert_eq!(fetch(&stranger, &path, &[]).await.status(), StatusCode::NOT_FOUND);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_keeps_only_a_harmless_name() {
    let program = Program::fresh();
    let (seller, buyer) = (Visitor::of(&program), Visitor::of(&program));
    seller.opens_account().await;
    buyer.opens_account().await;
    for (name, price_left) in [
        ("../../../etc/passwd", "46"),
        ("a\"; filename=\"evil.html", "42"),
        ("Wren – très été.ogg", "38"),
        ("C:\\windows\\system.ini", "34"),
    ] {
        let listing = list_file(&seller, name, name.as_bytes().to_vec()).await;
        let _ = buyer.buys(&listing).await.expect(200);
        assert_eq!(buyer.balance().await, price_left);
        let path = listing.replace("/listing/", "/library/") + "/download";
        let answer = fetch(&buyer, &path, &[]).await;
        let header = answer.headers()[CONTENT_DISPOSITION].as_bytes().to_vec();
        let header = String::from_utf8(header).expect("the header is text");
        assert!(header.starts_with("attachment"), "{header}");
        assert!(!answer.headers().contains_key("set-cookie"), "a name makes no header");
        assert!(!header.contains('/') && !header.contains('\\'), "{header}");
        assert_eq!(header.matches('"').count(), 2, "the name does not end early: {header}");
        assert_eq!(answer.bytes().await.expect("the file comes"), name.as_bytes());
    }
    // A name of two lines would be another header: the form is not even read.
    let form = seller.fills_sell(&SONG).await;
    let form = form.with_file("file", "a\r\nSet-Cookie: farthing_session=evil", "audio/ogg", vec![1]);
    let page = seller.submit(form.press("Put on sale")).await;
    assert!(page.status.is_client_error() && !page.headers.contains_key("set-cookie"), "{}", page.text());
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_larger_than_the_vendor_allows_are_told_beside_their_field() {
    let program = Program::with(&[
        ("FARTHING_LIMITS", "off"),
        ("FARTHING_IMAGES__UPLOAD_MB", "1"),
        ("FARTHING_FILES__ARTIFACT_MB", "1"),
    ]);
    let seller = Visitor::of(&program);
    seller.opens_account().await;
    for (field, place) in [("pictures", "pictures-error"), ("file", "artifact-error")] {
        let form = seller.fills_sell(&SONG).await;
        let form = form.with_file(field, "large.bin", "image/png", vec![7; 3 << 20]);
        let page = seller.submit(form.press("Put on sale")).await.expect(422);
        assert!(page.element(place).contains("larger than 1 MB"), "{}", page.text());
        assert_eq!(page.form("/sell").value("title"), SONG.title, "what was typed is kept");
    }
    let list = seller.get("/listings").await.expect(200);
    assert!(!list.says(SONG.title), "nothing was listed");
    let left = std::fs::read_dir(program.data().join("spool")).expect("the spool is a folder").count();
    assert_eq!(left, 0, "nothing stays in the spool");
    program.close();
}
