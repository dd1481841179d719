//! A publisher who uses nothing but forms, without script: a draft, an offer,
//! a release with its program, and everything on sale.

use tests::program::Program;
use tests::visitor::{Item, Visitor};

const INKWELL: Item<'_> =
    Item { kind: "software", title: "Inkwell", description: "Writes.", price: "", quantity: "" };

#[tokio::test(flavor = "multi_thread")]
async fn software_is_published_by_forms_alone() {
    let program = Program::fresh();
    let (wren, finch) = (Visitor::of(&program), Visitor::of(&program));
    wren.opens_account().await;
    finch.opens_account().await;
    let form = wren.fills_sell(&INKWELL).await.press("Keep as a draft");
    let page = wren.submit(form).await.expect(200).expect_words("offer: add one below");
    let path = page.path.split('?').next().expect("a path").to_owned();
    assert!(path.ends_with("/software"), "{path}");
    assert_eq!(finch.get(&path).await.status, 404, "a stranger sees nothing of it");

    // An offer with a slip of the pen keeps what was typed.
    let offers = format!("{path}/offers");
    let form = page.form(&offers).with("price", "12").with("time", "seven").with("convert_credit", "50");
    let refused = wren.submit(form.press("Add this offer")).await.expect(422).expect_words("A whole number");
    assert_eq!(refused.form(&offers).value("price"), "12");
    let retire = |page: &tests::page::Page| page.forms_like(&offers, "").len();
    let form = refused.form(&offers).with("time", "7").press("Add this offer");
    let page =
        wren.submit(form).await.expect(200).expect_words("For 7 days").expect_words("50 % of the rent");
    assert_eq!(retire(&page), 2, "one to take it back, one to add another");

    let releases = format!("{path}/releases");
    let early = page.form(&releases).with("version", "1.0").press("Save the draft");
    let page = wren.submit(early).await.expect(422).expect_words("three numbers");
    let form = page.form(&releases).with("version", "1.0.0").with("product", "inkwell");
    let page = wren.submit(form.with("notes", "The first.").press("Save the draft")).await.expect(200);
    let release = page.path.split('?').next().expect("a path").to_owned();
    let details = |page: &tests::page::Page| {
        page.forms_like(&release, "")
            .into_iter()
            .find(|form| form.action == release && form.encoded().contains("rules"))
    };
    let without = details(&page).expect("a form for its words").press("Publish it");
    let page = wren.submit(without).await.expect(422).expect_words("at least one kind of computer");

    let programs = format!("{release}/programs");
    let form = page.form(&programs).with("main", "inkwell");
    let evil = form.clone().with_file("file", "inkwell.zip", "application/zip", b"PK no zip".to_vec());
    let page = wren.submit(evil.press("Upload it")).await.expect(422).expect_words("it is no zip archive");
    let form = page.form(&programs).with("main", "inkwell");
    let form = form.with_file("file", "inkwell.bin", "application/octet-stream", b"#!/bin/sh\n".to_vec());
    let page = wren.submit(form.press("Upload it")).await.expect(200).expect_words("one file, 10 bytes");
    let form = details(&page).expect("a form for its words").with("rules", "path_exists | /etc/passwd");
    let page = wren.submit(form.press("Publish it")).await.expect(422).expect_words("Line 1:");
    let form =
        details(&page).expect("a form for its words").with("rules", "path_exists | ${OPT}/inkwell/inkwell");
    let page = wren.submit(form.press("Publish it")).await.expect(200).expect_words("It is published");
    assert!(page.find_form(&programs).is_none(), "what is published never changes");

    let listing = path.replace("/sell/", "/listing/").replace("/software", "");
    let form = wren.get(&path).await.expect(200).form(&format!("{listing}/publish"));
    let _ = wren.submit(form.press("Put on sale")).await.expect(200);
    let shown =
        finch.get(&listing).await.expect(200).expect_words("For 7 days").expect_words("Version 1.0.0");
    assert!(shown.find_form("/cart").is_none(), "software never goes into a cart");
    let _ = finch.finds("inkwell", &listing).await.expect_words("from");
    program.close();
}
