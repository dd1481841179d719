//! A seller leaves an address on the site, hears of a sale, and stops such
//! letters with one press in the mail program.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tests::mailbox::{Mailbox, Mood};
use tests::program::Program;
use tests::visitor::{Item, Visitor};
use tokio::time::timeout;

/// How long a letter may take to be given up; nothing waits that long unless
/// it is broken.
const PATIENCE: Duration = Duration::from_secs(60);

fn program(mailbox: &Mailbox) -> Program {
    let port = mailbox.port().to_string();
    Program::with(&[
        ("FARTHING_LIMITS", "off"),
        ("FARTHING_LOG__FILTER", "debug"),
        ("FARTHING_MAIL__HOST", "127.0.0.1"),
        ("FARTHING_MAIL__PORT", &port),
        ("FARTHING_MAIL__SECURITY", "none"),
        ("FARTHING_MAIL__FROM", "The market <market@post.example>"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_heard_of_by_mail_until_it_is_enough() {
    let mailbox = Mailbox::open().await;
    let mut program = program(&mailbox);
    let (seller, buyer) = (Visitor::of(&program), Visitor::of(&program));
    let opened = seller.opens_account().await;
    buyer.opens_account().await;

    let form = seller.get("/account/mail").await.expect(200).form("/account/mail");
    let page = seller.submit(form.with("address", "nowhere").press("Send me the code")).await.expect(422);
    assert!(page.html.contains("This is no mail address"), "the reason stands by the field");
    let form = page.form("/account/mail").with("address", "seller@post.example");
    let page = seller.submit(form.press("Send me the code")).await.expect(200);
    assert!(page.html.contains("Not confirmed yet"));
    let letter = mailbox.letter("Confirm your address").await;
    assert_eq!(letter.recipient, "seller@post.example");
    // The link brings the code along.
    let form = seller.get(&letter.path("/account/mail?code=")).await.expect(200);
    let page =
        seller.submit(form.form("/account/mail/confirm").press("Confirm the address")).await.expect(200);
    assert!(page.html.contains("Confirmed: letters go there."));
    let welcome = mailbox.letter("reach you now").await;
    assert!(welcome.text.contains("account key") && welcome.text.contains(&opened.handle));

    let listing = seller.lists(&Item::goods("Willow basket", "9", "3")).await;
    let _ = buyer.buys(&listing).await.expect(200);
    let sold = mailbox.letter("You sold to").await;
    assert!(sold.text.contains("* Willow basket") && sold.html.contains("Willow basket"));
    let _ = seller.get(&sold.path("/order/")).await.expect(200);

    // What the mail program does with one press (RFC 8058): no cookie, no form.
    let stop = sold.path("/mail/stop/");
    let nobody = Visitor::of(&program);
    let page = nobody.get(&stop).await.expect(200);
    assert!(page.html.contains("Somebody bought from me"), "looking stops nothing");
    let pressed =
        nobody.request(Method::POST, &stop).header(CONTENT_TYPE, "multipart/form-data; boundary=x").body(
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        );
    assert_eq!(pressed.send().await.expect("the market answers").status(), 200);
    let _ = nobody.get("/mail/stop/AAAAA-AAAAA").await.expect(404);
    let form = seller.get("/account/mail").await.expect(200);
    assert!(!form.html.contains("value=\"sold\" checked") && form.html.contains("value=\"bought\" checked"));
    let before = mailbox.letters().len();
    let _ = buyer.buys(&listing).await.expect(200);
    program.stop();
    assert_eq!(mailbox.letters().len(), before, "no letter about the second sale");

    // Nobody's address stands in the log, and nothing went wrong.
    let log = program.log();
    let bad = log.lines().find(|line| line.contains("seller@") || line.contains("ERROR"));
    assert_eq!(bad, None);
    program.audit();
}

/// Somebody leaves an address on the site, and proves it by the letter.
async fn leaves_an_address(who: &Visitor, mailbox: &Mailbox, address: &str) {
    let form = who.get("/account/mail").await.expect(200).form("/account/mail").with("address", address);
    let _ = who.submit(form.press("Send me the code")).await.expect(200);
    let letter = mailbox.letter("Confirm your address").await;
    let form = who.get(&letter.path("/account/mail?code=")).await.expect(200);
    let _ = who.submit(form.form("/account/mail/confirm").press("Confirm the address")).await.expect(200);
    let _ = mailbox.letter("reach you now").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_elsewhere_is_heard_of_and_what_did_not_arrive_is_sent_from_the_console() {
    let mailbox = Mailbox::open().await;
    let program = program(&mailbox);
    let (staff, owner, elsewhere) = (Visitor::of(&program), Visitor::of(&program), Visitor::of(&program));
    staff.opens_account_at(&program.vendor_link()).await;
    let opened = owner.opens_account().await;
    leaves_an_address(&owner, &mailbox, "owner@post.example").await;
    // The browser that proved the address is known; another one is not.
    let form = owner.get("/account").await.expect(200).form("/sign-out");
    let _ = owner.submit(form.press("Sign out")).await.expect(200);
    let _ = owner.signs_in(&opened).await;
    mailbox.turns(Mood::KnowsNobody);
    let _ = elsewhere.signs_in(&opened).await;
    // Nothing waits for the mail server here: the console shows it when it is there.
    let given_up = async {
        loop {
            let page = staff.get("/vendor/mail").await.expect(200);
            if page.html.contains("the mail server answered 550") {
                return page;
            }
        }
    };
    let page = timeout(PATIENCE, given_up).await.expect("the letter is given up");
    assert!(page.html.contains(&opened.handle) && !page.html.contains("owner@post.example"));
    mailbox.turns(Mood::Takes);
    let form = page.forms_like("/vendor/mail/", "/again").remove(0);
    let _ = staff.submit(form.press("Try again")).await.expect(200);
    let letter = mailbox.letter("A sign-in from a new device").await;
    assert!(letter.text.contains("sign out everywhere"));
    let heard = mailbox.letters().iter().filter(|letter| letter.subject().contains("new device")).count();
    assert_eq!(heard, 1, "the known browser is not told of");
    program.close();
}
