//! A publisher who uses nothing but forms, without script: a draft, an offer,
//! a release with its program, and everything on sale.

use serde_json::json;
use tests::api::Api;
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

/// Puts software on sale, for 7 days at 12 tokens; the publisher's page of it.
async fn sells(wren: &Visitor) -> String {
    let page = wren.submit(wren.fills_sell(&INKWELL).await.press("Keep as a draft")).await.expect(200);
    let path = page.path.split('?').next().expect("a path").to_owned();
    let form = page.form(&format!("{path}/offers")).with("price", "12").with("time", "7");
    let page = wren.submit(form.press("Add this offer")).await.expect(200);
    let form = page.form(&format!("{path}/releases")).with("version", "1.0.0");
    let page = wren.submit(form.press("Save the draft")).await.expect(200);
    let release = page.path.split('?').next().expect("a path").to_owned();
    let form = page.form(&format!("{release}/programs")).with("main", "inkwell");
    let form = form.with_file("file", "inkwell.bin", "application/octet-stream", b"#!/bin/sh\n".to_vec());
    let page = wren.submit(form.press("Upload it")).await.expect(200);
    let forms = page.forms_like(&release, "").into_iter();
    let form = forms.filter(|form| form.action == release).find(|form| form.has_button("Publish it"));
    let _ = wren.submit(form.expect("a form to publish it").press("Publish it")).await.expect(200);
    let publish = path.replace("/sell/", "/listing/").replace("/software", "/publish");
    let form = wren.get(&path).await.expect(200).form(&publish);
    let _ = wren.submit(form.press("Put on sale")).await.expect(200);
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sold_is_seen_suspended_and_given_back() {
    let program = Program::fresh();
    let [wren, finch, staff] = [(); 3].map(|()| Visitor::of(&program));
    wren.opens_account().await;
    let finchs = finch.opens_account().await.handle;
    staff.opens_account_at(&program.vendor_link()).await;
    let path = sells(&wren).await;
    let (licences, figures) = (format!("{path}/licences"), format!("{path}/figures"));
    let _ = wren.get(&licences).await.expect(200).expect_words("No licences yet");
    let _ = wren.get(&figures).await.expect(200).expect_words("Nothing was sold or used");

    let listing = finch.get(&path.replace("/sell/", "/listing/").replace("/software", "")).await.expect(200);
    let offer = listing.link("/offer/");
    let form = finch.get(&offer).await.expect(200).form(&offer).press("Pay 12 tokens");
    let licence = finch.submit(form).await.expect(200).path.split('?').next().expect("a path").to_owned();
    let sold = wren.get(&licences).await.expect(200).expect_words(&finchs).expect_words("For 7 days");
    let _ = wren.get(&figures).await.expect(200).expect_words("Licences sold, a day");
    let _ = wren.get(&format!("{figures}?days=365")).await.expect(200).expect_words("a week");
    let refund = sold.link("/order/");
    for address in [&licences, &figures, &refund] {
        assert_eq!(finch.get(address).await.status, 404, "{address} is the publisher’s business");
    }

    // The staff suspends it: with a reason, that its owner reads.
    let found = staff.get(&format!("/vendor/licences?handle={finchs}")).await.expect(200);
    let one = found.link("/vendor/licences/");
    let form = staff.get(&one).await.expect(200).form(&one).press("Suspend this licence");
    let refused = staff.submit(form).await.expect(422);
    let form = refused.form(&one).with("reason", "The payment is disputed").press("Suspend this licence");
    let suspended = staff.submit(form).await.expect(200).expect_words("Suspended");
    let _ = finch.get(&licence).await.expect(200).expect_words("The payment is disputed");
    let _ = wren.get(&licences).await.expect(200).expect_words("suspended it for now");
    let _ =
        staff.submit(suspended.form(&one).press("Reinstate it")).await.expect(200).expect_words("Reinstated");
    let _ = finch.get(&licence).await.expect(200).expect_words("Rented until");
    suspends_by_program(&program, &one, &finchs).await;

    // What goes back is told before it does.
    let before = wren.get(&refund).await.expect(200).expect_words(&format!("Goes back to {finchs}"));
    let _ = before.expect_words("This cannot be taken back");
    let form = wren.get(&refund).await.expect(200).form(&refund);
    let _ = wren.submit(form).await.expect(200).expect_words("Taken back").expect_words("tokens went back");
    let _ = wren.get(&refund).await.expect(200).expect_words("taken back already");
    let _ = finch.get(&licence).await.expect(200).expect_words("taken back");
    program.close();
}

/// The same by the API: suspended once more, reinstated, and both told.
async fn suspends_by_program(program: &Program, page: &str, owner: &str) {
    let (api, id) = (Api::staff(program, "keeper").await, page.rsplit('/').next().expect("a number"));
    let again = json!({ "licenceId": id, "reason": "Once more" });
    let told = api.must("suspendLicence", again, "licence { state suspended { reason } }").await;
    assert_eq!(told["licence"], json!({ "state": "SUSPENDED", "suspended": { "reason": "Once more" } }));
    let told = api.must("reinstateLicence", json!({ "licenceId": id }), "licence { state }").await;
    assert_eq!(told["licence"]["state"], "ACTIVE");
    let fields = "owner licence { state } suspensions { reason by liftedBy liftedAt }";
    let query = format!("query($id: ID!) {{ vendor {{ licence(id: $id) {{ {fields} }} }} }}");
    let told = api.ask(&query, json!({ "id": id })).await;
    let told = &told["vendor"]["licence"];
    assert_eq!((&told["owner"], &told["licence"]["state"]), (&json!(owner), &json!("ACTIVE")));
    let suspensions = told["suspensions"].as_array().expect("suspensions");
    let reasons: Vec<_> = suspensions.iter().map(|it| it["reason"].as_str().unwrap_or("none")).collect();
    assert_eq!(reasons, ["Once more", "The payment is disputed"]);
    assert_eq!((&suspensions[0]["by"], &suspensions[0]["liftedBy"]), (&json!("keeper"), &json!("keeper")));
    assert!(suspensions.iter().all(|it| it["liftedAt"].is_string()), "{suspensions:?}");
    let user = Api::opens_account(program).await;
    let refused = user.tell(&query, json!({ "id": id })).await.expect("an answer");
    assert_eq!(refused.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
}
