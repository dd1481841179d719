use super::*;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const NOW: i64 = 1_795_435_200;

fn stripe(key: &str) -> Stripe {
    let secret = |text: &str| Secret::from(text.to_owned());
    let api = "http://127.0.0.1:1".to_owned();
    let origin = "https://market.example".to_owned();
    Stripe::new(StripeKeys { secret_key: secret(key), webhook_secret: secret("whsec_1"), api, origin })
        .unwrap()
}

fn read(stripe: &Stripe, body: &str) -> Result<Option<Message>, Disbelief> {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_1").unwrap();
    mac.update(format!("{NOW}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    stripe.read_message(&format!("t={NOW},v1={hex}"), body.as_bytes(), Timestamp::from_millis(NOW * 1_000))
}

#[test]
fn messages_say_which_payment_to_look_at() {
    let stripe = stripe("sk_test_1");
    let subject = |body: &str| read(&stripe, body).map(|found| found.map(|message| message.subject));
    let table = [
        (
            r#"{"id":"e","type":"checkout.session.completed","data":{"object":{"id":"cs_1","object":"checkout.session","payment_intent":"pi_1"}}}"#,
            Ok(Some("cs_1")),
        ),
        (
            r#"{"id":"e","type":"charge.dispute.created","data":{"object":{"id":"dp_1","object":"dispute","payment_intent":"pi_1"}}}"#,
            Ok(Some("pi_1")),
        ),
        (
            r#"{"id":"e","type":"charge.refunded","data":{"object":{"id":"ch_1","object":"charge","payment_intent":{"id":"pi_2"}}}}"#,
            Ok(Some("pi_2")),
        ),
        (
            r#"{"id":"e","type":"payment_intent.succeeded","data":{"object":{"id":"pi_3","object":"payment_intent"}}}"#,
            Ok(Some("pi_3")),
        ),
        (
            r#"{"id":"e","type":"customer.created","data":{"object":{"id":"cus_1","object":"customer"}}}"#,
            Ok(None),
        ),
        (
            r#"{"id":"e","livemode":true,"type":"x","data":{"object":{"object":"charge"}}}"#,
            Err(Disbelief::WrongMode),
        ),
        (
            r#"{"id":"e","account":"acct_2","type":"x","data":{"object":{"object":"charge"}}}"#,
            Err(Disbelief::WrongAccount),
        ),
        ("[]", Err(Disbelief::Unreadable)),
        ("", Err(Disbelief::Unreadable)),
    ];
    for (body, expected) in table {
        assert_eq!(subject(body), expected.map(|found| found.map(str::to_owned)), "{body}");
    }
}

#[test]
fn real_money_is_told_from_play_money_by_the_key() {
    for (key, is_live) in
        [("sk_test_1", false), ("rk_test_1", false), ("sk_live_1", true), ("rk_live_1", true)]
    {
        assert_eq!(stripe(key).is_live, is_live, "{key}");
    }
    let play = r#"{"id":"e","type":"x","data":{"object":{"object":"charge","payment_intent":"pi_1"}}}"#;
    assert_eq!(read(&stripe("sk_live_1"), play), Err(Disbelief::WrongMode));
}

#[tokio::test]
async fn who_cannot_be_reached_is_a_fault_that_names_no_key() {
    let fault = stripe("sk_test_very_secret").look("cs_1").await.unwrap_err();
    assert_eq!(fault, StripeFault::Unreachable);
    assert!(!fault.to_string().contains("secret"));
}
