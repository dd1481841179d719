//! What we ask of Stripe, and what we make of its answers.

use domain::id::{RefundId, TopUpId};
use domain::money::{Currency, Money};
use domain::time::Timestamp;
use domain::topup::facts::{DisputeState, Progress, RefundState};
use server::config::Secret;
use server::payments::stripe::{Asked, Disbelief, Stripe, StripeFault, StripeKeys};
use tests::databases::run;
use tests::stripe::{Double, SECRET_KEY, WEBHOOK_SECRET};
use uuid::Uuid;

const ORIGIN: &str = "https://market.example";

const NOW: Timestamp = Timestamp::from_millis(1_795_435_200_000);

fn stripe_with(double: &Double, key: &str) -> Stripe {
    let secret = |text: &str| Secret::from(text.to_owned());
    let keys = StripeKeys {
        secret_key: secret(key),
        webhook_secret: secret(WEBHOOK_SECRET),
        api: double.url(),
        origin: ORIGIN.to_owned(),
    };
    Stripe::new(keys).unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::USD).unwrap()
}

fn asked(number: u128) -> Asked {
    Asked {
        top_up: TopUpId::new(Uuid::from_u128(number)),
        reference: "FT-7K3M-Q2XD".to_owned(),
        what: "1,000 tokens & more".to_owned(),
        due: money(1_250),
        success_url: "https://market.example/top-up/1?paid={CHECKOUT_SESSION_ID}".to_owned(),
        cancel_url: "https://market.example/cart".to_owned(),
        expires_at: Timestamp::from_millis(NOW.millis() + 3_600_000),
    }
}

#[test]
fn a_session_is_opened_once_for_a_top_up_whatever_goes_wrong() {
    run(async {
        let double = Double::open().await;
        let stripe = stripe_with(&double, SECRET_KEY);
        double.fails(1);
        double.loses_answers(1);
        let opened = stripe.open_session(&asked(7)).await.unwrap();
        let again = stripe.open_session(&asked(7)).await.unwrap();
        assert_eq!((&opened, double.sessions()), (&again, 1));
        for (field, value) in [
            ("mode", "payment"),
            ("client_reference_id", "00000000-0000-0000-0000-000000000007"),
            ("metadata[top_up]", "00000000-0000-0000-0000-000000000007"),
            ("payment_intent_data[metadata][top_up]", "00000000-0000-0000-0000-000000000007"),
            ("payment_intent_data[metadata][reference]", "FT-7K3M-Q2XD"),
            ("line_items[0][price_data][currency]", "usd"),
            ("line_items[0][price_data][unit_amount]", "1250"),
            ("line_items[0][price_data][product_data][name]", "1,000 tokens & more"),
            ("success_url", "https://market.example/top-up/1?paid={CHECKOUT_SESSION_ID}"),
            ("expires_at", "1795438800"),
        ] {
            assert_eq!(double.asked(&opened.session, field).as_deref(), Some(value), "{field}");
        }
        double.fails(3);
        assert_eq!(stripe.open_session(&asked(8)).await, Err(StripeFault::Failed(500)));
        let stranger = stripe_with(&double, "sk_test_stranger");
        let refused = stranger.open_session(&asked(9)).await.unwrap_err();
        assert_eq!(refused, StripeFault::Refused(401, Some("wrong_key".to_owned())));
    });
}

/// Stripe refuses other words under one key, and repeats failures under
/// theirs: neither may shut anybody out.
#[test]
fn other_words_and_broken_keys_are_asked_under_another_key() {
    run(async {
        let double = Double::open().await;
        let stripe = stripe_with(&double, SECRET_KEY);
        let opened = stripe.open_session(&asked(7)).await.unwrap();
        let moved = Asked { success_url: "https://moved.example/top-up/1".to_owned(), ..asked(7) };
        let other = stripe.open_session(&moved).await.unwrap();
        assert!(opened != other && double.sessions() == 2, "other words are another session");
        assert_eq!(stripe.open_session(&asked(7)).await.as_ref(), Ok(&opened));
        assert_eq!(stripe.page(&opened.session).await, Ok(Some(opened.url.clone())));
        double.runs_out(&opened.session);
        assert_eq!(stripe.page(&opened.session).await, Ok(None), "nobody can pay there any more");

        double.breaks(2);
        let opened = stripe.open_session(&asked(8)).await.unwrap();
        assert_eq!((stripe.open_session(&asked(8)).await, double.sessions()), (Ok(opened), 3));
        double.breaks(5);
        let broken = stripe.open_session(&asked(9)).await;
        assert_eq!((broken, double.sessions()), (Err(StripeFault::Replayed(500)), 3), "it ends at some time");

        // Money is never sent back under a second key.
        let card = stripe.open_session(&asked(10)).await.unwrap().session;
        double.is_paid(&card);
        let payment = stripe.look(&card).await.unwrap().payment.unwrap();
        let refund = RefundId::new(Uuid::from_u128(9));
        assert_eq!(stripe.send_back(refund, &payment, money(1)).await, Ok(RefundState::Done));
        let other = stripe.send_back(refund, &payment, money(2)).await;
        assert_eq!(other, Err(StripeFault::Refused(400, Some("idempotency_error".to_owned()))));
        double.breaks(1);
        let refund = RefundId::new(Uuid::from_u128(10));
        for _ in 0..2 {
            let broken = stripe.send_back(refund, &payment, money(1)).await;
            assert_eq!(broken, Err(StripeFault::Replayed(500)));
        }
        assert_eq!(double.sent_back(&card), 1);
    });
}

#[test]
fn how_a_payment_stands_is_what_happened_to_it() {
    run(async {
        let double = Double::open().await;
        let stripe = stripe_with(&double, SECRET_KEY);
        let open = async |number| stripe.open_session(&asked(number)).await.unwrap().session;
        let look = async |session: &str| stripe.look(session).await.unwrap();

        let slow = open(1).await;
        assert_eq!(look(&slow).await.progress, Progress::Open);
        double.is_paid_slowly(&slow);
        assert_eq!(look(&slow).await.progress, Progress::Pending);
        double.bounces(&slow);
        assert_eq!(look(&slow).await.progress, Progress::Failed);

        let late = open(2).await;
        double.is_paid_slowly(&late);
        double.arrives(&late);
        let facts = look(&late).await;
        assert_eq!((facts.progress, facts.asked, facts.is_live), (Progress::Paid, money(1_250), false));
        assert_eq!(stripe.session_of(facts.payment.as_deref().unwrap()).await.unwrap(), Some(late.clone()));
        assert_eq!(stripe.session_of("pi_unknown").await.unwrap(), None);

        let left = open(3).await;
        double.runs_out(&left);
        assert_eq!(look(&left).await.progress, Progress::Expired);

        let card = open(4).await;
        double.is_paid(&card);
        double.sends_back(&card, 250);
        double.sends_back(&card, 1_000);
        assert_eq!(look(&card).await.refunded, money(1_250));
        double.cannot_send_back(&card);
        assert_eq!(look(&card).await.refunded, money(250));

        double.is_disputed(&late);
        let state = async || look(&late).await.disputes[0].state;
        assert_eq!(state().await, DisputeState::Open);
        let answer_by = look(&late).await.disputes[0].answer_by;
        assert_eq!(answer_by.map(Timestamp::millis), Some(1_796_040_000_000), "the day for evidence");
        double.is_withdrawn(&late);
        assert_eq!(state().await, DisputeState::Withdrawn);
        double.wins(&late);
        assert_eq!((state().await, look(&late).await.disputes[0].amount), (DisputeState::Won, money(1_250)));
        let unknown = stripe.look("cs_of/another?account").await.unwrap_err();
        assert_eq!(unknown, StripeFault::Refused(404, Some("resource_missing".to_owned())));
    });
}

#[test]
fn money_goes_back_once() {
    run(async {
        let double = Double::open().await;
        let stripe = stripe_with(&double, SECRET_KEY);
        let session = stripe.open_session(&asked(1)).await.unwrap().session;
        double.is_paid(&session);
        let payment = stripe.look(&session).await.unwrap().payment.unwrap();
        let refund = RefundId::new(Uuid::from_u128(9));
        double.loses_answers(2);
        for _ in 0..2 {
            assert_eq!(stripe.send_back(refund, &payment, money(1_250)).await, Ok(RefundState::Done));
        }
        assert_eq!(double.sent_back(&session), 1_250);
        let other = RefundId::new(Uuid::from_u128(10));
        assert_eq!(
            stripe.send_back(other, &payment, money(1_250)).await,
            Ok(RefundState::Done),
            "it has gone back"
        );
        assert_eq!(double.sent_back(&session), 1_250);

        let session = stripe.open_session(&asked(2)).await.unwrap().session;
        double.is_paid(&session);
        double.is_disputed(&session);
        let payment = stripe.look(&session).await.unwrap().payment.unwrap();
        let third = RefundId::new(Uuid::from_u128(11));
        assert_eq!(stripe.send_back(third, &payment, money(1_250)).await, Ok(RefundState::Failed));
        double.fails(3);
        let again = stripe.send_back(RefundId::new(Uuid::from_u128(12)), &payment, money(1)).await;
        assert_eq!(again, Err(StripeFault::Failed(500)), "a failure of Stripe's is no answer");
    });
}

#[test]
fn hostile_messages_are_not_believed() {
    run(async {
        let double = Double::open().await;
        let stripe = stripe_with(&double, SECRET_KEY);
        let session = stripe.open_session(&asked(1)).await.unwrap().session;
        double.is_paid(&session);
        let now = NOW.millis() / 1_000;
        let event = double.events()[0].clone();
        let read = |delivery: &tests::stripe::Delivery| {
            stripe.read_message(&delivery.signature, delivery.body.as_bytes(), NOW)
        };
        let good = Double::delivers(&event, now);
        let message = read(&good).unwrap().unwrap();
        assert_eq!(
            (message.subject.as_str(), message.kind.as_str()),
            (session.as_str(), "checkout.session.completed")
        );
        let again = read(&Double::delivers(&event, now - 200)).unwrap().unwrap();
        assert_eq!(again.reference, message.reference, "sent twice, it is the same message");

        let mut live = event.clone();
        live["livemode"] = true.into();
        let mut others = event.clone();
        others["account"] = "acct_other".into();
        let tampered = tests::stripe::Delivery { body: good.body.replace("1250", "125000"), ..good.clone() };
        let table = [
            ("forged", Double::signs(&good.body, "whsec_of_another_account", now), Disbelief::Forged),
            ("tampered with", tampered, Disbelief::Forged),
            ("stale", Double::delivers(&event, now - 301), Disbelief::Stale),
            ("from the future", Double::delivers(&event, now + 301), Disbelief::Stale),
            ("of real money", Double::delivers(&live, now), Disbelief::WrongMode),
            ("another account's", Double::delivers(&others, now), Disbelief::WrongAccount),
            ("no event", Double::signs("{\"id\":1}", WEBHOOK_SECRET, now), Disbelief::Unreadable),
        ];
        for (what, delivery, expected) in table {
            assert_eq!(read(&delivery), Err(expected), "{what}");
        }
    });
}

#[test]
fn what_was_missed_can_be_asked_for() {
    run(async {
        let double = Double::open().await;
        let stripe = stripe_with(&double, SECRET_KEY);
        for number in 0..80 {
            let session = stripe.open_session(&asked(number)).await.unwrap().session;
            double.is_paid(&session);
        }
        let missed = stripe.missed().await.unwrap();
        assert_eq!((missed.len(), double.events().len()), (160, 160), "over several pages");
        double.fails(1);
        assert_eq!(stripe.missed().await.unwrap().len(), 160);
    });
}
