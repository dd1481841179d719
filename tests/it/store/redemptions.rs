//! Redemptions: earned tokens back into money, from the sale to the bank.

use domain::access::Actor;
use domain::event::Event;
use domain::market::Market as Rules;
use domain::redemption::{RedemptionState, RedemptionTerms};
use domain::tokens::Tokens;
use store::page::Window;
use store::redemptions::RedemptionView;
use tests::databases::{Base, on_each_database};
use tests::people::{Market, Person, refused, tokens};

use super::mail::reached;

const DAY: u32 = 86_400;

/// The standard rules, with redemption from 10 tokens on.
pub(super) fn rules() -> Rules {
    let redemption =
        RedemptionTerms { is_on: true, minimum: tokens("10"), two_from: tokens("100"), ..Default::default() };
    Rules { redemption, ..Rules::default() }
}

/// A market with two of the staff, wren who has earned 190 of a file and a
/// service, and finch who bought them.
async fn scene(base: Base) -> (Market, Person, Person, Person, Person) {
    scene_in(Market::under(rules(), base).await).await
}

async fn scene_in(market: Market) -> (Market, Person, Person, Person, Person) {
    let (keeper, heron) = (market.staff("keeper").await, market.staff("heron").await);
    let (wren, finch) = (market.person("wren").await, market.person_with("finch", 1_000).await);
    // The first 50 that a buyer pays are welcome tokens: so all is promo-paid
    // here.
    let song = wren.lists_file("A song", 50).await;
    finch.buys(song, 1, "song").await.unwrap();
    market.pass(60);
    let chair = wren.lists_goods("A chair", 50, 9).await;
    let order = finch.buys(chair, 4, "chair").await.unwrap();
    market.store.confirm_receipt(&finch.actor, order).await.unwrap();
    assert_eq!(wren.wallet().await.earned, tokens("237.5"));
    (market, keeper, heron, wren, finch)
}

fn stands(view: &RedemptionView, state: RedemptionState) {
    assert_eq!(view.redemption.state, state);
}

async fn redeemable(market: &Market, person: &Person) -> Tokens {
    market.store.redeemable(&person.actor).await.unwrap()
}

#[test]
fn income_matures_and_is_paid_once() {
    on_each_database(async |base| {
        let (market, keeper, heron, wren, _) = scene(base).await;
        let store = &market.store;
        assert_eq!(redeemable(&market, &wren).await, tokens("0"));
        market.pass(14 * DAY - 60);
        assert_eq!(redeemable(&market, &wren).await, tokens("0"), "the song was promo-paid, the chair young");
        market.pass(60);
        assert_eq!(redeemable(&market, &wren).await, tokens("190"));
        let asked = store.request_redemption(&wren.actor, tokens("60"), "Wren, IBAN 1", "k").await.unwrap();
        stands(&asked, RedemptionState::Asked);
        assert_eq!(
            (asked.redemption.money.to_string(), asked.payee.as_deref()),
            ("0.60 USD".into(), Some("Wren, IBAN 1"))
        );
        let again = store.request_redemption(&wren.actor, tokens("60"), "Wren, IBAN 1", "k").await.unwrap();
        assert_eq!(again.redemption.id, asked.redemption.id);
        let other = store.request_redemption(&wren.actor, tokens("61"), "Wren, IBAN 1", "k").await;
        assert_eq!(refused(other).code(), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(
            (wren.wallet().await.earned, redeemable(&market, &wren).await),
            (tokens("177.5"), tokens("130"))
        );
        market.clean().await;
        let more = store.request_redemption(&wren.actor, tokens("130.0001"), "Wren, IBAN 1", "l").await;
        assert_eq!(refused(more).code(), "INSUFFICIENT_TOKENS");
        let id = asked.redemption.id;
        stands(&store.approve_redemption(&heron.actor, id).await.unwrap(), RedemptionState::Approved);
        let batch = store.send_redemptions(&keeper.actor, "b").await.unwrap();
        assert_eq!(store.send_redemptions(&keeper.actor, "b").await.unwrap(), batch);
        assert_eq!(refused(store.send_redemptions(&keeper.actor, "c").await).code(), "WRONG_STATE");
        let sent = store.redemption_batch(&keeper.actor, batch).await.unwrap();
        assert_eq!(sent.iter().map(|view| view.redemption.id).collect::<Vec<_>>(), [id]);
        assert_eq!(refused(store.cancel_redemption(&wren.actor, id).await).code(), "WRONG_STATE");
        for _ in 0..2 {
            let paid = store.record_redemption_paid(&keeper.actor, id, "B 1", "p").await.unwrap();
            stands(&paid, RedemptionState::Paid);
        }
        let totals = market.clean().await;
        assert_eq!(totals.retired, i128::from(tokens("60").units()));
        let events = store.redemption_events(&keeper.actor, id).await.unwrap();
        assert_eq!(events.len(), 4);
        market.store.close().await;
    });
}

#[test]
fn what_comes_to_nothing_comes_back() {
    on_each_database(async |base| {
        let (market, keeper, heron, wren, _) = scene(base).await;
        let store = &market.store;
        market.pass(14 * DAY);
        let mut ask = 0;
        for end in [RedemptionState::Cancelled, RedemptionState::Rejected, RedemptionState::Failed] {
            ask += 1;
            let key = format!("k{ask}");
            let asked = store.request_redemption(&wren.actor, tokens("190"), "my bank", &key).await.unwrap();
            let id = asked.redemption.id;
            assert_eq!((asked.redemption.needs, redeemable(&market, &wren).await), (2, tokens("0")));
            let first = store.approve_redemption(&heron.actor, id).await.unwrap();
            stands(&first, RedemptionState::Asked);
            let view = match end {
                RedemptionState::Cancelled => store.cancel_redemption(&wren.actor, id).await,
                RedemptionState::Rejected => store.reject_redemption(&keeper.actor, id, "who is this").await,
                _ => {
                    store.approve_redemption(&keeper.actor, id).await.unwrap();
                    store.send_redemptions(&keeper.actor, "b").await.unwrap();
                    store.record_redemption_failed(&keeper.actor, id, "no such account").await
                }
            };
            stands(&view.unwrap(), end);
            assert_eq!(redeemable(&market, &wren).await, tokens("190"), "it is as old as before");
            market.clean().await;
        }
        market.store.close().await;
    });
}

#[test]
fn who_asked_hears_what_becomes_of_it() {
    on_each_database(async |base| {
        let (market, keeper, heron, wren, _) = scene_in(Market::with_mail_under(rules(), base).await).await;
        let store = &market.store;
        reached(&market, &wren).await;
        market.pass(14 * DAY);
        let ask = async |key: &str| {
            store.request_redemption(&wren.actor, tokens("60"), "my bank", key).await.unwrap().redemption.id
        };
        let heard = async || {
            let mut heard = Vec::new();
            for letter in store.take_letters(&Actor::System, 100).await.unwrap() {
                store.letter_sent(&Actor::System, letter.id).await.unwrap();
                let Event::Redeemed { state, money, why, .. } = letter.event else { continue };
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                heard.push(format!("{}: {} {money}{why}", letter.handle, state.name()));
            }
            heard
        };
        let (paid, failed, declined) = (ask("a").await, ask("b").await, ask("c").await);
        assert!(heard().await.is_empty(), "who asks knows");
        store.approve_redemption(&heron.actor, paid).await.unwrap();
        store.approve_redemption(&heron.actor, failed).await.unwrap();
        store.reject_redemption(&keeper.actor, declined, "who is this").await.unwrap();
        let mut all = heard().await;
        all.sort_unstable();
        assert_eq!(
            all,
            ["wren: agreed 0.60 USD", "wren: agreed 0.60 USD", "wren: declined 0.60 USD: who is this"]
        );
        store.send_redemptions(&keeper.actor, "b").await.unwrap();
        for _ in 0..2 {
            store.record_redemption_paid(&keeper.actor, paid, "B 1", "p").await.unwrap();
        }
        store.record_redemption_failed(&keeper.actor, failed, "no such account").await.unwrap();
        let mut all = heard().await;
        all.sort_unstable();
        assert_eq!(all, ["wren: failed 0.60 USD: no such account", "wren: paid 0.60 USD"]);
        let last = ask("d").await;
        store.cancel_redemption(&wren.actor, last).await.unwrap();
        assert!(heard().await.is_empty(), "who thinks better of it knows");
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn round_trips_wash_nothing() {
    on_each_database(async |base| {
        let (market, _, _, wren, finch) = scene(base).await;
        let store = &market.store;
        market.pass(14 * DAY);
        let (view, _) = store.create_gift_link(&wren.actor, tokens("237.5"), "", "g").await.unwrap();
        assert_eq!(redeemable(&market, &wren).await, tokens("0"));
        store.cancel_gift(&wren.actor, view.gift.id).await.unwrap();
        assert_eq!(redeemable(&market, &wren).await, tokens("190"));
        let lesson = finch.lists_goods("A lesson", 60, 1).await;
        let order = wren.buys(lesson, 1, "lesson").await.unwrap();
        store.cancel_order(&finch.actor, order).await.unwrap();
        // 50 welcome tokens of wren's own went first, then 10 of the promo-paid.
        assert_eq!(
            (redeemable(&market, &wren).await, wren.wallet().await.promo),
            (tokens("190"), tokens("50"))
        );
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn where_to_pay_is_the_users_and_is_forgotten() {
    on_each_database(async |base| {
        let (market, keeper, _, wren, finch) = scene(base).await;
        let store = &market.store;
        market.pass(14 * DAY);
        let id =
            store.request_redemption(&wren.actor, tokens("20"), "my bank", "k").await.unwrap().redemption.id;
        let other =
            store.request_redemption(&wren.actor, tokens("20"), "my bank", "l").await.unwrap().redemption.id;
        assert_eq!(refused(store.redemption(&finch.actor, id).await).code(), "NOT_FOUND");
        store.cancel_redemption(&wren.actor, id).await.unwrap();
        assert_eq!(refused(store.erase_payees(&keeper.actor, 9).await).code(), "FORBIDDEN");
        assert_eq!(store.erase_payees(&Actor::System, 9).await.unwrap(), 0);
        market.pass(90 * DAY);
        assert_eq!(store.erase_payees(&Actor::System, 9).await.unwrap(), 1);
        assert_eq!(store.redemption(&wren.actor, id).await.unwrap().payee, None);
        assert!(store.redemption(&keeper.actor, other).await.unwrap().payee.is_some());
        store.cancel_redemption(&wren.actor, other).await.unwrap();
        store.erase_customer(&wren.actor, wren.id).await.unwrap();
        assert_eq!(store.redemption(&wren.actor, other).await.unwrap().payee, None);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn whoever_turns_the_money_elsewhere_is_noticed() {
    on_each_database(async |base| {
        let (market, keeper, heron, wren, _) = scene(base).await;
        let store = &market.store;
        market.pass(14 * DAY);
        let asked = store.request_redemption(&wren.actor, tokens("20"), "my bank", "k").await.unwrap();
        let id = asked.redemption.id;
        let direct = market.base.connect().await;
        for sql in [
            "UPDATE redemption_payees SET payee = 'their bank'",
            "UPDATE redemptions SET amount_minor = 99",
            "UPDATE redemptions SET state = 2",
            "UPDATE redemptions SET needs = 1, tokens = 1",
            "DELETE FROM redemptions",
            "UPDATE redemption_events SET note = 'x'",
        ] {
            assert!(direct.run(sql).await.is_err(), "{sql}");
        }
        store.approve_redemption(&heron.actor, id).await.unwrap();
        let batch = store.send_redemptions(&keeper.actor, "b").await.unwrap();
        direct.must("DELETE FROM redemption_payees").await;
        assert!(market.audit().await.unwrap_err().problem.contains("gone before"));
        let id = if direct.is_postgres() { format!("'{id}'") } else { format!("x'{}'", id.uuid().simple()) };
        let other =
            format!("INSERT INTO redemption_payees (redemption_id, payee) VALUES ({id}, 'their bank')");
        direct.must(&other).await;
        assert!(market.audit().await.unwrap_err().problem.contains("not what its user wrote"));
        assert!(store.redemption_batch(&keeper.actor, batch).await.is_err());
        market.store.close().await;
    });
}

#[test]
fn redemptions_are_their_users_and_the_staffs() {
    on_each_database(async |base| {
        let (market, keeper, _, wren, finch) = scene(base).await;
        let store = &market.store;
        market.pass(14 * DAY);
        let id =
            store.request_redemption(&wren.actor, tokens("20"), "my bank", "k").await.unwrap().redemption.id;
        let batch = domain::id::RedemptionBatchId::new(uuid::Uuid::nil());
        let visitor = Actor::Visitor(None);
        for (actor, code) in [(&visitor, "NOT_SIGNED_IN"), (&finch.actor, "FORBIDDEN")] {
            let refusals = [
                refused(store.approve_redemption(actor, id).await),
                refused(store.reject_redemption(actor, id, "no").await),
                refused(store.record_redemption_paid(actor, id, "B", "k").await),
                refused(store.record_redemption_failed(actor, id, "no").await),
                refused(store.send_redemptions(actor, "k").await),
                refused(store.redemptions(actor, None, Window::first(1, None)).await),
                refused(store.redemption_events(actor, id).await),
                refused(store.redemption_batch(actor, batch).await),
            ];
            assert!(refusals.iter().all(|refusal| refusal.code() == code), "{refusals:?}");
        }
        assert_eq!(refused(store.cancel_redemption(&finch.actor, id).await).code(), "NOT_FOUND");
        assert_eq!(refused(store.redeemable(&visitor).await).code(), "NOT_SIGNED_IN");
        let window = || Window::first(9, None);
        assert_eq!(store.own_redemptions(&finch.actor, window()).await.unwrap().items.len(), 0);
        assert_eq!(store.own_redemptions(&wren.actor, window()).await.unwrap().items.len(), 1);
        let state = Some(RedemptionState::Paid);
        assert_eq!(store.redemptions(&keeper.actor, state, window()).await.unwrap().items.len(), 0);
        assert_eq!(store.redemptions(&keeper.actor, None, window()).await.unwrap().items.len(), 1);
        market.store.close().await;
    });
}

#[test]
fn markets_without_it_refuse_it() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let wren = market.person("wren").await;
        let asked = market.store.request_redemption(&wren.actor, tokens("20"), "", "k").await;
        assert_eq!(refused(asked).code(), "REDEMPTION_OFF");
        assert_eq!(refused(market.store.redeemable(&wren.actor).await).code(), "REDEMPTION_OFF");
        market.store.close().await;
    });
}
