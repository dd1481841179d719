//! A refused form loses nothing: what was typed stands there again, and the
//! reason beside its field.

use tests::form::Form;
use tests::page::Page;
use tests::program::Program;
use tests::visitor::{Item, Visitor};

use super::vendor::staff;

/// A form, what is typed into it, the button, and the field that is wrong.
struct Row {
    page: &'static str,
    form: &'static str,
    typed: &'static [(&'static str, &'static str)],
    button: &'static str,
    wrong: &'static str,
}

const TABLE: [Row; 14] = [
    Row {
        page: "/open-account",
        form: "/open-account",
        typed: &[("handle", "No Spaces <b>"), ("back", "/cart")],
        button: "Open it with these",
        wrong: "handle",
    },
    Row {
        page: "/sign-in",
        form: "/sign-in",
        typed: &[("back", "/cart")],
        button: "Sign in",
        wrong: "account_key",
    },
    Row {
        page: "/sell",
        form: "/sell",
        typed: &[
            ("title", "A \"good\" title"),
            ("description", "Two\nlines & more"),
            ("price", "1.5e3"),
            ("tags", "a, b"),
        ],
        button: "Put on sale",
        wrong: "price",
    },
    Row {
        page: "/sell",
        form: "/sell",
        typed: &[
            ("title", ""),
            ("description", "Kept"),
            ("category_id", "101"),
            ("price", "5"),
            ("quantity", "1"),
        ],
        button: "Keep as a draft",
        wrong: "title",
    },
    Row {
        page: "/sell",
        form: "/sell",
        typed: &[("title", "Kept"), ("category_id", "101"), ("price", "5"), ("quantity", "-1")],
        button: "Put on sale",
        wrong: "quantity",
    },
    Row {
        page: "/gifts",
        form: "/gifts/give",
        typed: &[("to", "nobody-here-9"), ("amount", "1"), ("message", "Dear <nobody>")],
        button: "Give",
        wrong: "to",
    },
    Row {
        page: "/gifts",
        form: "/gifts/give",
        typed: &[("to", "nobody-here-9"), ("amount", "0.00001"), ("message", "Kept")],
        button: "Give",
        wrong: "amount",
    },
    Row {
        page: "/gifts",
        form: "/gifts/link",
        typed: &[("amount", "999999"), ("message", "Too dear")],
        button: "Make the link",
        wrong: "amount",
    },
    Row {
        page: "/account",
        form: "/account/handle",
        typed: &[("handle", "-")],
        button: "Change the handle",
        wrong: "handle",
    },
    Row {
        page: "/vendor/grant",
        form: "/vendor/grant",
        typed: &[("to", "nobody-here-9"), ("amount", "5"), ("reason", "A reason")],
        button: "Grant",
        wrong: "to",
    },
    Row {
        page: "/vendor/grant",
        form: "/vendor/grant",
        typed: &[("to", "nobody-here-9"), ("amount", "-5"), ("reason", "A reason")],
        button: "Grant",
        wrong: "amount",
    },
    Row {
        page: "/vendor/grant",
        form: "/vendor/promo",
        typed: &[("to", "nobody-here-9"), ("amount", "5"), ("reason", "A fair")],
        button: "Give",
        wrong: "to",
    },
    Row {
        page: "/vendor/grant",
        form: "/vendor/promo",
        typed: &[("to", "market"), ("amount", "5"), ("reason", "A fair"), ("expires_at", "soon")],
        button: "Give",
        wrong: "expires_at",
    },
    Row {
        page: "/vendor/fees",
        form: "/vendor/fees",
        typed: &[("name", "Kept"), ("basis_points", "10001")],
        button: "Save",
        wrong: "",
    },
];

fn filled(form: Form, row: &Row) -> Form {
    let form = row.typed.iter().fold(form, |form, (name, value)| form.with(name, value));
    form.press(row.button)
}

fn assert_kept(page: &Page, row: &Row) {
    let at = format!("{} with {:?}", row.form, row.typed);
    assert_eq!(page.status, 422, "{at}: {}", page.text());
    let form = page.form(row.form);
    for (name, value) in row.typed {
        assert_eq!(form.value(name), *value, "{at}: what was typed is lost");
    }
    assert!(page.html.contains("role=\"alert\""), "{at}: no summary");
    if !row.wrong.is_empty() {
        let field = page.html.split('<').find(|tag| {
            tag.contains(&format!("name=\"{}\"", row.wrong)) && tag.contains("aria-invalid=\"true\"")
        });
        assert!(field.is_some(), "{at}: the field {} is not marked: {}", row.wrong, page.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_forms_come_back_as_they_were_typed() {
    let program = Program::fresh();
    let (vendor, stranger) = (staff(&program).await, Visitor::of(&program));
    for row in &TABLE {
        let visitor = if matches!(row.page, "/open-account" | "/sign-in") { &stranger } else { &vendor };
        let form = visitor.get(row.page).await.expect(200).form(row.form);
        assert_kept(&visitor.submit(filled(form, row)).await, row);
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_never_travel_back() {
    let program = Program::fresh();
    let visitor = Visitor::of(&program);
    let form = visitor.get("/open-account").await.expect(200).form("/open-account");
    let form = form.with("handle", "-").with("passphrase", "violet anchor marble");
    let page = visitor.submit(form.press("Open it with these")).await.expect(422);
    assert!(!page.html.contains("violet anchor"), "a passphrase is not sent back");
    visitor.opens_account().await;
    let form = visitor.get("/account").await.expect(200).form("/account/passphrase");
    let page = visitor.submit(form.with("passphrase", "short one")).await.expect(422);
    assert!(!page.html.contains("short one"), "a passphrase is not sent back");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_what_others_see() {
    let program = Program::fresh();
    let (visitor, other) = (Visitor::of(&program), Visitor::of(&program));
    let keys = visitor.opens_account().await;
    let taken = other.opens_account().await;
    let account = visitor.get("/account").await.expect(200);
    let refused =
        visitor.submit(account.form("/account/handle").with("handle", &taken.handle)).await.expect(422);
    let _ = refused.expect_words("Somebody else has this handle");
    let form = account.form("/account/handle").with("handle", "brisk-otter");
    let _ = visitor.submit(form).await.expect(200).expect_words("You are brisk-otter now.");
    let form = account
        .form("/account/profile")
        .with("display_name", "The <Otter>")
        .with("about", "I carve.\n\nSpoons.");
    let _ = visitor.submit(form).await.expect(200).expect_words("Saved.");
    let listing = visitor.lists(&Item::goods("Carved spoon", "3", "1")).await;
    let shop = other
        .get("/u/brisk-otter")
        .await
        .expect(200)
        .expect_words("The <Otter>")
        .expect_words("I carve. Spoons.");
    assert!(shop.links().contains(&listing));
    let _ = other.get(&format!("/u/{}", keys.handle)).await.expect(404);

    let form = account.form("/account/passphrase").with("passphrase", "violet anchor marble");
    let _ = visitor.submit(form).await.expect(200).expect_words("The passphrase is set");
    let elsewhere = Visitor::of(&program);
    let forms = elsewhere.get("/sign-in").await.expect(200).forms_like("/sign-in", "");
    let form = forms.into_iter().nth(1).expect("there is a form for handle and passphrase");
    let wrong =
        form.clone().with("handle", "brisk-otter").with("passphrase", "violet anchor").press("Sign in");
    let _ = elsewhere.submit(wrong).await.expect(422);
    let right =
        form.with("handle", "brisk-otter").with("passphrase", "violet anchor marble").press("Sign in");
    assert_eq!(elsewhere.submit(right).await.expect(200).balance().as_deref(), Some("50"));
    program.close();
}
