//! Letters through the API: leaving an address and proving it, what is not
//! wanted, and what the staff has sent again.

use domain::access::Actor;
use domain::mail::{MailKind, Undelivered};
use serde_json::json;
use store::secrets::{mail_code, stop_token};

use crate::house::House;

const MAIL: &str = "mail { isSent address isConfirmed stopped }";

#[tokio::test]
async fn an_address_comes_and_goes() {
    let house = House::open().await;
    let (ada, eve) = (house.person("ada").await, house.person("eve").await);
    let input = json!({ "address": "ada@post.example" });
    let left = house.done(&ada, "leaveMailAddress", input, MAIL).await;
    assert_eq!(left["mail"]["isConfirmed"], false);
    let letters = house.store.take_letters(&Actor::System, 10).await.unwrap();
    let code = mail_code(house.store.secret(), letters[0].id);
    let refused = house.refused(&ada.actor, "confirmMailAddress", json!({ "code": "AAAAA-AAAA" })).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("INVALID_INPUT"), &json!("code")));
    let select = format!("{MAIL} deviceToken");
    let proven = house.done(&ada, "confirmMailAddress", json!({ "code": code }), &select).await;
    assert_eq!(proven["mail"]["isConfirmed"], true);

    // With its token the program is known; without it, it is a new one.
    let input = json!({ "accountKey": ada.key, "deviceToken": proven["deviceToken"] });
    let known = house.done(&ada, "signIn", input, "deviceToken").await;
    assert_eq!(known["deviceToken"], proven["deviceToken"]);
    let _ = house.done(&ada, "signIn", json!({ "accountKey": ada.key }), "deviceToken").await;
    let letters = house.store.take_letters(&Actor::System, 10).await.unwrap();
    let kinds: Vec<_> = letters.iter().map(|letter| letter.event.kind()).collect();
    assert_eq!(kinds, [MailKind::Welcome, MailKind::NewDevice]);

    let chosen = house.done(&ada, "chooseMail", json!({ "stopped": ["SOLD"] }), MAIL).await;
    assert_eq!(chosen["mail"]["stopped"], json!(["SOLD"]));
    let token = stop_token(house.store.secret(), letters[0].to, MailKind::Bought);
    let stopped = house.act(&Actor::Visitor(None), "stopMail", json!({ "token": token }), "kind").await;
    assert_eq!(stopped["kind"], "BOUGHT");
    let mine = house.look(&ada, &format!("{{ me {{ {MAIL} }} }}")).await;
    assert_eq!(mine["me"]["mail"]["stopped"], json!(["SOLD", "BOUGHT"]));
    let hers = house.look(&eve, &format!("{{ user(handle: \"ada\") {{ {MAIL} }} }}")).await;
    assert_eq!(hers["user"]["mail"], json!(null), "nobody else sees it");
    let gone = house.done(&ada, "removeMailAddress", json!(null), MAIL).await;
    let nothing = json!({ "isSent": true, "address": null, "isConfirmed": false, "stopped": [] });
    assert_eq!(gone["mail"], nothing);
}

#[tokio::test]
async fn the_staff_has_dead_letters_sent_again() {
    let house = House::open().await;
    let (staff, ada) = (house.staff("market-keeper").await, house.person("ada").await);
    let _ = house.done(&ada, "leaveMailAddress", json!({ "address": "ada@post.example" }), MAIL).await;
    let letter = house.store.take_letters(&Actor::System, 1).await.unwrap().remove(0);
    let error = "the mail server answered 550".to_owned();
    house.store.letter_failed(&Actor::System, &letter, Undelivered::ForGood, error).await.unwrap();
    let query = "{ vendor { outbox { waiting dead } deadLetters { edges { node { id kind handle error attempts } } } } }";
    let seen = house.look(&staff, query).await["vendor"].clone();
    assert_eq!(seen["outbox"], json!({ "waiting": 0, "dead": 1 }));
    let mut dead = seen["deadLetters"]["edges"][0]["node"].clone();
    let input = json!({ "letterId": dead["id"].take() });
    let expected = json!({
        "id": null, "kind": "ADDRESS_CONFIRMATION", "handle": "ada", "attempts": 1,
        "error": "the mail server answered 550",
    });
    assert_eq!(dead, expected);
    house.done(&staff, "tryLetterAgain", input.clone(), "").await;
    assert_eq!(house.refused(&staff.actor, "tryLetterAgain", input).await["code"], "NOT_FOUND");
    assert_eq!(house.store.take_letters(&Actor::System, 1).await.unwrap().len(), 1);
}
