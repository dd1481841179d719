//! Messages come late, twice, in any order or not at all: the balances end up
//! the same.

use std::collections::BTreeSet;

use tests::chance::Chance;
use tests::databases::run;
use tests::stripe::Double;

use super::hand::{Begun, Hand};

/// What happens to a payment at Stripe, one thing after the other.
type Story = &'static [fn(&Double, &str)];

const REFUNDED_IN_PARTS: Story = &[
    |double, session| double.is_paid(session),
    |double, session| double.sends_back(session, 250),
    |double, session| double.sends_back(session, 750),
];
const REFUND_THAT_CAME_BACK: Story = &[
    |double, session| double.is_paid(session),
    |double, session| double.sends_back(session, 250),
    |double, session| double.sends_back(session, 500),
    |double, session| double.cannot_send_back(session),
];
const DISPUTE_LOST: Story = &[
    |double, session| double.is_paid_slowly(session),
    |double, session| double.arrives(session),
    |double, session| double.is_disputed(session),
    |double, session| double.is_withdrawn(session),
    |double, session| double.loses(session),
];
const DISPUTE_WON: Story = &[
    |double, session| double.is_paid_slowly(session),
    |double, session| double.arrives(session),
    |double, session| double.is_disputed(session),
    |double, session| double.is_withdrawn(session),
    |double, session| double.wins(session),
];
const BOUNCED: Story =
    &[|double, session| double.is_paid_slowly(session), |double, session| double.bounces(session)];

/// Every order of `0..count`; in their own order first.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in orders(count - 1) {
        for place in (0..count).rev() {
            let mut order = shorter.clone();
            order.insert(place, count - 1);
            all.push(order);
        }
    }
    all
}

/// How many messages a story makes, by a payment of somebody's of its own.
async fn messages_of(hand: &Hand, story: Story) -> usize {
    let begun = hand.begins("the-first").await;
    for happens in story {
        happens(&hand.double, &begun.session);
    }
    hand.double.events_of(&begun.session).len()
}

/// Delivers the messages of a story in an order, each as soon as it can be:
/// Stripe has gone no further than that. Some come twice, at once or later.
async fn delivers(hand: &Hand, begun: &Begun, story: Story, order: &[usize], chance: &mut Chance) {
    let mut happened = 0;
    let mut delivered: Vec<usize> = Vec::new();
    for message in order {
        while hand.double.events_of(&begun.session).len() <= *message {
            story[happened](&hand.double, &begun.session);
            happened += 1;
        }
        delivered.push(*message);
        let again = chance.is_within_percent(40).then(|| *chance.pick(&delivered));
        for message in [Some(*message), again].into_iter().flatten() {
            let event = &hand.double.events_of(&begun.session)[message];
            let _ = hand.receives(&Double::delivers(event, hand.now())).await.unwrap();
            if chance.is_within_percent(70) {
                hand.works().await;
            }
        }
    }
    hand.works().await;
}

/// Tells every order of a story, and that all end as `expected`.
async fn every_order(story: Story, messages: usize, expected: &str) {
    let hand = Hand::open().await;
    assert_eq!(messages_of(&hand, story).await, messages);
    let mut ends = BTreeSet::new();
    for (number, order) in orders(messages).into_iter().enumerate() {
        let begun = hand.begins(&format!("buyer-{number}")).await;
        let mut chance = Chance::new(u64::try_from(number).unwrap());
        delivers(&hand, &begun, story, &order, &mut chance).await;
        let end = hand.stands(&begun).await;
        assert_eq!(end, expected, "after {order:?}");
        ends.insert(end);
    }
    assert_eq!(ends.len(), 1);
    hand.market.clean().await;
    hand.market.store.close().await;
}

#[test]
fn refunds_in_every_order() {
    let all = "0 spendable, 50 promo, 0 debt; reversed, 1000 credited, 1000 reversed";
    run(every_order(REFUNDED_IN_PARTS, 4, all));
    let part = "750 spendable, 50 promo, 0 debt; credited, 1000 credited, 250 reversed";
    run(every_order(REFUND_THAT_CAME_BACK, 5, part));
}

#[test]
fn lost_disputes_in_every_order() {
    let lost = "0 spendable, 50 promo, 0 debt; reversed, 1000 credited, 1000 reversed";
    run(every_order(DISPUTE_LOST, 5, lost));
}

#[test]
fn won_disputes_in_every_order() {
    let won = "1000 spendable, 50 promo, 0 debt; credited, 1000 credited, 0 reversed";
    // Reinstated and closed are two messages: of the 720 orders, those in
    // which the first of them comes first.
    run(async {
        let hand = Hand::open().await;
        assert_eq!(messages_of(&hand, DISPUTE_WON).await, 6);
        for (number, order) in orders(6).into_iter().enumerate().filter(|(number, _)| number % 6 == 0) {
            let begun = hand.begins(&format!("buyer-{number}")).await;
            let mut chance = Chance::new(u64::try_from(number).unwrap());
            delivers(&hand, &begun, DISPUTE_WON, &order, &mut chance).await;
            assert_eq!(hand.stands(&begun).await, won, "after {order:?}");
        }
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}

#[test]
fn money_that_never_came_in_every_order() {
    run(every_order(BOUNCED, 2, "0 spendable, 50 promo, 0 debt; rejected, 0 credited, 0 reversed"));
}

#[test]
fn what_was_never_delivered_is_made_up_for() {
    run(async {
        let hand = Hand::open().await;
        let (paid, lost) = (hand.begins("paid").await, hand.begins("lost").await);
        hand.double.is_paid(&paid.session);
        for happens in DISPUTE_LOST {
            happens(&hand.double, &lost.session);
        }
        let gone = hand.begins("gone").await;
        hand.double.runs_out(&gone.session);
        let open = hand.begins("open").await;
        // Stripe is in trouble besides.
        hand.double.fails(2);
        hand.sweeps().await;
        assert!(hand.stands(&paid).await.starts_with("1000 spendable"));
        assert!(hand.stands(&lost).await.contains("reversed, 1000 credited, 1000 reversed"));
        assert!(hand.stands(&gone).await.contains("expired"));
        assert!(hand.stands(&open).await.contains("submitted, 0 credited"));
        hand.sweeps().await;
        assert!(hand.stands(&paid).await.starts_with("1000 spendable"), "a second time changes nothing");
        hand.market.pass(121);
        hand.double.is_paid(&open.session);
        hand.looks(open.id).await;
        assert!(hand.stands(&open).await.starts_with("1000 spendable"));
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}

#[test]
fn a_refund_by_its_user_goes_out_once_and_its_own_message_changes_nothing() {
    run(async {
        let hand = Hand::open().await;
        let begun = hand.begins("wren").await;
        hand.double.is_paid(&begun.session);
        hand.looks(begun.id).await;
        let store = &hand.market.store;
        for _ in 0..2 {
            store.refund_top_up(&begun.who.actor, begun.id).await.unwrap();
        }
        hand.double.loses_answers(1);
        hand.sends_refunds().await;
        hand.sends_refunds().await;
        assert_eq!(hand.double.sent_back(&begun.session), 1_000);
        for event in hand.double.events_of(&begun.session) {
            let _ = hand.receives(&Double::delivers(&event, hand.now())).await.unwrap();
        }
        hand.works().await;
        let end = "0 spendable, 50 promo, 0 debt; reversed, 1000 credited, 1000 reversed";
        assert_eq!(hand.stands(&begun).await, end);
        hand.market.clean().await;
        store.close().await;
    });
}
