//! Top-ups by card, before any money moved.

use domain::access::Actor;
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::topup::Provider;
use domain::topup::open::WAITING_MAX;
use store::topups::TopUpAsked;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};

fn asks(key: &str) -> TopUpAsked<'_> {
    TopUpAsked { wanted: Wanted::Tokens(tokens("1000")), return_to: None, intent: None, key }
}

/// Who asks again hears the answer even at the limit: nothing new is opened.
#[test]
fn so_many_wait_for_their_money_and_no_more() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let finch = market.person("finch").await;
        let mut opened = Vec::new();
        for attempt in 0..WAITING_MAX {
            opened.push(
                market.store.top_up_by_card(&finch.actor, asks(&attempt.to_string())).await.unwrap().id,
            );
        }
        let more = market.store.top_up_by_card(&finch.actor, asks("more")).await;
        let limit = WAITING_MAX;
        assert_eq!(
            refused(more),
            Refusal::TooMany { what: "top-ups that wait for their money".into(), limit }
        );
        let again = market.store.top_up_by_card(&finch.actor, asks("0")).await.unwrap();
        assert_eq!(Some(&again.id), opened.first());
        // What nobody was ever shown a place to pay in ends with its time.
        for (number, id) in opened.iter().skip(1).enumerate() {
            let session = format!("s{number}");
            market.store.begin_payment(&Actor::System, *id, Provider::Sandbox, &session).await.unwrap();
        }
        assert!(market.store.top_up_by_card(&finch.actor, asks("more")).await.is_err());
        market.pass(86_400);
        market.store.top_up_by_card(&finch.actor, asks("now")).await.unwrap();
        assert!(market.store.top_up_by_card(&finch.actor, asks("more")).await.is_err(), "one came free");
        market.clean().await;
        market.store.close().await;
    });
}
