//! Whoever sends us messages or sets up payments against us gets nothing, and
//! nothing is lost over it.

use domain::topup::TopUpState;
use server::payments::stripe::Disbelief;
use tests::databases::run;
use tests::stripe::{Delivery, Double, WEBHOOK_SECRET};

use super::hand::Hand;

#[test]
fn messages_that_are_not_believed_leave_nothing_behind() {
    run(async {
        let hand = Hand::open().await;
        let begun = hand.begins("wren").await;
        hand.double.is_paid(&begun.session);
        let event = hand.double.events_of(&begun.session).remove(0);
        let (good, now) = (Double::delivers(&event, hand.now()), hand.now());
        let mut live = event.clone();
        live["livemode"] = true.into();
        let mut others = event.clone();
        others["account"] = "acct_other".into();
        let bad = [
            Double::signs(&good.body, "whsec_of_another_account", now),
            Double::delivers(&event, now - 301),
            Double::delivers(&live, now),
            Double::delivers(&others, now),
            Double::signs("nonsense", WEBHOOK_SECRET, now),
            Delivery { signature: String::new(), ..good.clone() },
            Delivery { body: format!("{} ", good.body), ..good.clone() },
        ];
        for delivery in &bad {
            assert!(hand.receives(delivery).await.is_err(), "{delivery:?}");
        }
        let direct = hand.market.base.connect().await;
        assert_eq!(direct.number("SELECT COUNT(*) FROM inbox_events").await, 0);
        assert!(hand.stands(&begun).await.contains("submitted, 0 credited"));

        // The same message, replayed within its time, is one message.
        for expected in [true, false, false] {
            assert_eq!(hand.receives(&good).await, Ok(expected));
            hand.works().await;
        }
        hand.market.pass(301);
        assert_eq!(hand.receives(&good).await, Err(Disbelief::Stale));
        assert!(hand.stands(&begun).await.starts_with("1000 spendable"));
        let words = direct.texts("SELECT subject FROM inbox_events").await;
        assert_eq!(words, [[Some(begun.session.clone())]], "only what it is about is kept");
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}

#[test]
fn a_payment_that_does_not_fit_gives_no_tokens_and_waits_for_a_person() {
    run(async {
        let hand = Hand::open().await;
        let [less, more, other, live] = [
            hand.begins("less").await,
            hand.begins("more").await,
            hand.begins("other").await,
            hand.begins("live").await,
        ];
        hand.double.asks_otherwise(&less.session, 1, "usd");
        hand.double.asks_otherwise(&more.session, 1_000_000, "usd");
        hand.double.asks_otherwise(&other.session, 1_000, "jpy");
        for begun in [&less, &more, &other] {
            hand.double.is_paid(&begun.session);
            for event in hand.double.events_of(&begun.session) {
                let _ = hand.receives(&Double::delivers(&event, hand.now())).await.unwrap();
            }
            hand.works().await;
            let end = "0 spendable, 50 promo, 0 debt; in review, 0 credited, 0 reversed";
            assert_eq!(hand.stands(begun).await, end);
        }
        hand.double.is_live(true);
        hand.double.is_paid(&live.session);
        assert_eq!(hand.looks(live.id).await.state, TopUpState::Review);
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}

#[test]
fn sessions_that_we_did_not_open_are_nothing_to_us() {
    run(async {
        let hand = Hand::open().await;
        let (wren, finch) = (hand.begins("wren").await, hand.begins("finch").await);
        hand.double.is_paid(&finch.session);
        // Somebody else's payment, whose words name wren's top-up.
        let mut event = hand.double.events_of(&finch.session).remove(0);
        event["id"] = "evt_made_up".into();
        event["data"]["object"]["id"] = "cs_made_up".into();
        event["data"]["object"]["client_reference_id"] = wren.id.to_string().into();
        event["data"]["object"]["metadata"] = serde_json::json!({ "top_up": wren.id.to_string() });
        assert_eq!(hand.receives(&Double::delivers(&event, hand.now())).await, Ok(true));
        hand.works().await;
        assert!(hand.stands(&wren).await.contains("submitted, 0 credited"), "words are not believed");
        let mut event = hand.double.events_of(&finch.session).remove(1);
        event["data"]["object"]["id"] = "pi_of_nobody".into();
        event["id"] = "evt_made_up_too".into();
        assert_eq!(hand.receives(&Double::delivers(&event, hand.now())).await, Ok(true));
        hand.works().await;
        assert!(hand.stands(&wren).await.contains("submitted, 0 credited"));
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}
