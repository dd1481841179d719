//! Day by day our books are compared with Stripe's own account of the money:
//! what is missing there, too much, or of another amount is written down once.

use domain::access::Actor;
use domain::topup::TopUpState;
use domain::topup::comparison::finding::FindingName;
use domain::topup::review::Ruling;
use tests::databases::{Base, Kind, on_each_database, run};
use tests::people::{refused, tokens};

use super::hand::{Begun, Hand};

/// So long until the day is over and everything that it brought is in.
const A_DAY: u32 = 86_400;

async fn paid(hand: &Hand, handle: &str) -> Begun {
    let begun = hand.begins(handle).await;
    hand.double.is_paid(&begun.session);
    assert_eq!(hand.looks(begun.id).await.state, TopUpState::Credited);
    begun
}

/// What was found so far, in words, by code or by "a stranger".
async fn found(hand: &Hand) -> Vec<String> {
    let found = hand.market.store.comparison_findings(&Actor::System).await.unwrap();
    let mut lines = Vec::new();
    for it in found {
        let whose = match &it.reference {
            Some(_) => hand.handle_of(it.name.top_up).await,
            None => "a stranger".to_owned(),
        };
        let money = |money: Option<domain::money::Money>| money.map_or("-".to_owned(), |it| it.to_string());
        let difference = it.difference;
        let (here, there) = (money(difference.here), money(difference.there));
        lines.push(format!("{} {whose}: {}; {here}, {there}", it.name.day.text(), difference.kind.name()));
    }
    lines.sort_unstable();
    lines
}

async fn days(hand: &Hand) -> Vec<String> {
    let days = hand.market.store.compared_days(&Actor::System).await.unwrap();
    let line = |it: &store::comparisons::ComparedDay| {
        format!("{}: {} of {} differ", it.day.text(), it.differing, it.top_ups)
    };
    days.iter().rev().map(line).collect()
}

/// Goes on by so many seconds, here and there.
fn pass(hand: &Hand, seconds: u32) {
    hand.market.pass(seconds);
    hand.double.is_at(hand.now());
}

#[test]
fn what_does_not_agree_is_written_down_once() {
    on_each_database(async |base| {
        let hand = Hand::on(base).await;
        let store = &hand.market.store;
        assert_eq!(hand.payments.compare().await.unwrap(), 0, "there was no payment yet");
        let (missing, other, fine, twice) = (
            paid(&hand, "missing").await,
            paid(&hand, "other").await,
            paid(&hand, "fine").await,
            paid(&hand, "twice").await,
        );
        let waits = hand.begins("waits").await;
        hand.double.sends_back(&fine.session, 250);
        hand.looks(fine.id).await;
        hand.double.forgets(&missing.session);
        hand.double.books_otherwise(&other.session, 999);
        hand.double.is_paid_beside("pi_twice", Some(&twice.id.to_string()), 1_000);
        hand.double.is_paid_beside("pi_beside", Some(&waits.id.to_string()), 1_000);
        hand.double.is_paid_beside("pi_lost", Some("00000000-0000-0000-0000-000000000009"), 700);
        hand.double.is_paid_beside("pi_other_business", None, 5_000);
        assert_eq!(hand.payments.compare().await.unwrap(), 0, "the day is not over");
        pass(&hand, A_DAY);
        for done in [1, 0] {
            assert_eq!(hand.payments.compare().await.unwrap(), done, "each day is compared once");
            let expected = [
                "2026-11-23 a stranger: money without tokens; -, 7.00 USD",
                "2026-11-23 missing: no money at the provider; 10.00 USD, -",
                "2026-11-23 other: another amount was paid; 10.00 USD, 9.99 USD",
                "2026-11-23 twice: another amount was paid; 10.00 USD, 20.00 USD",
                "2026-11-23 waits: money without tokens; -, 10.00 USD",
            ];
            assert_eq!(found(&hand).await, expected);
            assert_eq!(days(&hand).await, ["2026-11-23: 5 of 6 differ"]);
        }
        let direct = hand.market.base.connect().await;
        for forged in [
            "UPDATE comparison_findings SET kind = 1",
            "DELETE FROM comparison_findings",
            "UPDATE compared_days SET differing = 0",
            "DELETE FROM provider_movements",
        ] {
            assert!(direct.run(forged).await.is_err(), "{forged}");
        }
        let stranger = Actor::Visitor(None);
        for (actor, code) in [(&stranger, "NOT_SIGNED_IN"), (&fine.who.actor, "FORBIDDEN")] {
            assert_eq!(refused(store.comparison_findings(actor).await).code(), code);
            assert_eq!(refused(store.compared_days(actor).await).code(), code);
        }
        assert_eq!(
            refused(store.keep_movements(&fine.who.actor, domain::topup::Provider::Stripe, vec![]).await)
                .code(),
            "FORBIDDEN"
        );
        assert_eq!(fine.who.wallet().await.spendable, tokens("750"), "nothing else was changed");
        hand.market.clean().await;
        store.close().await;
    });
}

/// A finding is marked once, by the staff, and stays; no balance knows of it.
#[test]
fn a_finding_that_was_seen_stays_listed() {
    on_each_database(async |base| {
        let hand = Hand::on(base).await;
        let store = &hand.market.store;
        let keeper = hand.market.staff("keeper").await;
        let own = hand.begins_as(keeper.clone()).await;
        let theirs = paid(&hand, "theirs").await;
        hand.double.is_paid_beside("pi_own", Some(&own.id.to_string()), 1_000);
        hand.double.is_paid_beside("pi_twice", Some(&theirs.id.to_string()), 1_000);
        pass(&hand, A_DAY);
        assert_eq!(hand.payments.compare().await.unwrap(), 1);
        let all = async || store.comparison_findings(&Actor::System).await.unwrap();
        let named = |all: &[store::comparisons::findings::Found], id| {
            all.iter().find(|it| it.name.top_up == id).unwrap().name
        };
        let (own, theirs) = (named(&all().await, own.id), named(&all().await, theirs.id));
        let mark = async |actor: &Actor, name, note: &str| store.mark_finding_seen(actor, name, note).await;
        let unknown = FindingName { day: theirs.day.next(), ..theirs };
        let stranger = hand.market.person("stranger").await;
        for (actor, name, note, code) in [
            (&Actor::Visitor(None), theirs, "x", "NOT_SIGNED_IN"),
            (&stranger.actor, theirs, "x", "FORBIDDEN"),
            (&Actor::System, theirs, "x", "NOT_SIGNED_IN"),
            (&keeper.actor, unknown, " ", "INVALID_INPUT"),
            (&keeper.actor, unknown, "x", "NOT_FOUND"),
            (&keeper.actor, theirs, &"x".repeat(1_001), "INVALID_INPUT"),
            (&keeper.actor, own, "mine is fine", "WRONG_STATE"),
        ] {
            assert_eq!(refused(mark(actor, name, note).await).code(), code, "{note:.20}");
        }
        let before = hand.handle_of(theirs.top_up).await;
        let seen =
            mark(&keeper.actor, theirs, " paid twice, sent back by hand ").await.unwrap().seen.unwrap();
        assert_eq!((seen.by.as_str(), seen.note.as_str()), ("keeper", "paid twice, sent back by hand"));
        assert_eq!(seen.at, hand.market.world.now());
        assert_eq!(refused(mark(&keeper.actor, theirs, "again").await).code(), "WRONG_STATE");
        let found = all().await;
        let order: Vec<_> = found.iter().map(|it| (it.name, it.seen.is_some())).collect();
        assert_eq!(order, [(own, false), (theirs, true)], "what is open comes first, and both stay");
        assert_eq!(found[1].seen.as_ref(), Some(&seen), "the first word stays");
        assert_eq!(hand.handle_of(theirs.top_up).await, before);
        let direct = hand.market.base.connect().await;
        for forged in [
            "UPDATE seen_findings SET note = 'nothing'",
            "DELETE FROM seen_findings",
            "INSERT INTO seen_findings SELECT provider, day_at + 86400000, top_up_id, seen_by, seen_at, note \
             FROM seen_findings",
        ] {
            assert!(direct.run(forged).await.is_err(), "{forged}");
        }
        hand.market.clean().await;
        store.close().await;
    });
}

/// What was lost with a message is found, mended, and no finding.
#[test]
fn what_only_got_lost_is_mended() {
    run(async {
        let hand = Hand::on(Base::fresh(Kind::Sqlite).await).await;
        let (back, disputed, won, slow) = (
            paid(&hand, "back").await,
            paid(&hand, "disputed").await,
            paid(&hand, "won").await,
            hand.begins("slow").await,
        );
        hand.double.sends_back(&back.session, 250);
        hand.double.is_disputed(&disputed.session);
        hand.double.is_withdrawn(&disputed.session);
        hand.double.is_disputed(&won.session);
        hand.double.is_withdrawn(&won.session);
        hand.double.wins(&won.session);
        hand.double.is_paid(&slow.session);
        pass(&hand, A_DAY);
        assert_eq!(hand.payments.compare().await.unwrap(), 1);
        assert_eq!(
            (found(&hand).await, days(&hand).await),
            (vec![], vec!["2026-11-23: 0 of 4 differ".to_owned()])
        );
        for (begun, expected) in [(&back, "750"), (&disputed, "0"), (&won, "1000"), (&slow, "1000")] {
            assert_eq!(begun.who.wallet().await.spendable, tokens(expected), "{}", begun.who.handle);
        }
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}

/// After days away every day is compared, a silent Stripe is asked again, and
/// many lines are read over several pages.
#[test]
fn days_follow_each_other() {
    run(async {
        let hand = Hand::on(Base::fresh(Kind::Sqlite).await).await;
        let first = paid(&hand, "first").await;
        for number in 0..260 {
            hand.double.is_paid_beside(&format!("pi_{number}"), None, 5);
        }
        pass(&hand, 2 * A_DAY);
        hand.double.sends_back(&first.session, 1_000);
        hand.looks(first.id).await;
        pass(&hand, 2 * A_DAY);
        hand.double.fails(3);
        assert!(hand.payments.compare().await.is_err(), "Stripe is silent");
        assert!(days(&hand).await.is_empty());
        assert_eq!(hand.payments.compare().await.unwrap(), 4);
        let expected = ["23: 0 of 1", "24: 0 of 0", "25: 0 of 1", "26: 0 of 0"];
        assert_eq!(days(&hand).await, expected.map(|it| format!("2026-11-{it} differ")));
        assert!(found(&hand).await.is_empty());
        // Late in the night: not before the day has been over for a while.
        pass(&hand, 11 * 3_600);
        assert_eq!(hand.payments.compare().await.unwrap(), 0);
        pass(&hand, 7 * 3_600);
        assert_eq!(hand.payments.compare().await.unwrap(), 1);
        hand.market.store.close().await;
    });
}

/// What the staff credited all the same is no finding; what goes back of it
/// later counts, and is compared like any other.
#[test]
fn what_was_credited_all_the_same_agrees() {
    run(async {
        let hand = Hand::on(Base::fresh(Kind::Sqlite).await).await;
        let (keeper, heron) = (hand.market.staff("keeper").await, hand.market.staff("heron").await);
        // Its receipt has a number that follows on that of another.
        paid(&hand, "wren").await;
        let begun = hand.begins("finch").await;
        hand.double.asks_otherwise(&begun.session, 800, "usd");
        hand.double.is_paid(&begun.session);
        assert_eq!(hand.looks(begun.id).await.state, TopUpState::Review);
        for staff in [&keeper, &heron] {
            let said =
                hand.market.store.review_top_up(&staff.actor, begun.id, Ruling::Credit, "so it be").await;
            said.unwrap();
        }
        pass(&hand, A_DAY);
        assert_eq!((hand.payments.compare().await.unwrap(), found(&hand).await), (1, vec![]));
        let own = hand.market.store.refund_top_up(&begun.who.actor, begun.id).await;
        assert_eq!(refused(own).code(), "WRONG_STATE", "it would be more than was paid");
        hand.double.sends_back(&begun.session, 200);
        for event in hand.double.events_of(&begun.session) {
            hand.receives(&tests::stripe::Double::delivers(&event, hand.now())).await.unwrap();
        }
        hand.works().await;
        assert_eq!(
            hand.stands(&begun).await,
            "750 spendable, 50 promo, 0 debt; credited, 1000 credited, 250 reversed"
        );
        pass(&hand, A_DAY);
        assert_eq!((hand.payments.compare().await.unwrap(), found(&hand).await), (1, vec![]));
        hand.market.clean().await;
        hand.market.store.close().await;
    });
}
