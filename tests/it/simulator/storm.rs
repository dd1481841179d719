//! What the program does by itself, in the midst of what others ask for: all
//! that is due is settled from two sides while everybody trades. Who comes
//! first is left to chance, so the reference is silent here; but each thing
//! is settled once, nothing due is left, and the books are right.

use domain::access::Actor;
use domain::id::TopUpId;
use domain::money::{Currency, Money};
use domain::tariff::Wanted;
use domain::time::Seconds;
use domain::topup::facts::{PaymentFacts, Progress};
use domain::topup::{Provider, TopUp};
use store::Store;
use store::topups::TopUpAsked;
use tests::databases::{Kind, run};

use super::drive::units;
use super::intents::Intent;
use super::step::{Number, Steps};
use super::{DAY, Pair, number, shown, state};

/// One round of all timers and messages; how much was done.
async fn settle(store: &Store, paid: &[Wish]) -> u32 {
    let system = &Actor::System;
    let done = [
        store.release_due(system, 500).await,
        store.return_due(system, 500).await,
        store.expire_promo(system, 500).await,
        store.fall_due(system, 500).await,
        store.expire_desk_orders(system, 500).await,
        store.end_due(system, 500).await,
    ];
    let mut count = done.into_iter().map(|done| done.expect("whoever was quicker, a timer goes on")).sum();
    let waiting = store.waiting_payments(Seconds::new(0), 500).await.expect("the database answers");
    for wish in paid.iter().filter(|wish| waiting.contains(&wish.top_up)) {
        store.settle_top_up(system, wish.top_up, wish.paid.clone(), false).await.expect("it is paid");
        count += 1;
    }
    count
}

/// Something that somebody wants once their payment has come.
struct Wish {
    by: Number,
    top_up: TopUpId,
    intent: Intent,
    paid: PaymentFacts,
}

/// Everybody wants something and has paid for it.
async fn wish(pair: &mut Pair, drawn: &mut Steps, round: i64) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for by in 0..pair.model.users.len() {
        let listing = drawn.wanted(&pair.model, by);
        let shown = pair.model.listings.get(listing).map_or(10_000, |found| found.price);
        let key = format!("wish-{round}-{by}");
        let intent = Intent::Buy { listing, quantity: 1, shown, key: format!("{key}-comes-true") };
        let (actor, wanted) = (pair.real.actor(by), Wanted::Tokens(units(500_000)));
        let asked =
            TopUpAsked { wanted, return_to: None, intent: Some(pair.real.intends(&intent)), key: &key };
        let store = &pair.real.market.store;
        let top_up = store.top_up_by_card(&actor, asked).await.expect("anybody may ask");
        let began = store.begin_payment(&Actor::System, top_up.id, Provider::Sandbox, &key).await;
        began.expect("a session");
        let paid = PaymentFacts { session: key, ..paid(&top_up) };
        wishes.push(Wish { by, top_up: top_up.id, intent, paid });
    }
    wishes
}

fn paid(top_up: &TopUp) -> PaymentFacts {
    PaymentFacts {
        provider: Provider::Sandbox,
        session: String::new(),
        is_live: false,
        progress: Progress::Paid,
        payment: Some(format!("payment of {}", top_up.id)),
        asked: top_up.agreed.due,
        refunded: Money::new(0, Currency::USD).expect("nothing is no negative amount"),
        disputes: Vec::new(),
    }
}

/// What was wanted was tried once, and the buyer's own press of the button
/// is the same purchase, or the same refusal.
async fn check_wishes(pair: &mut Pair, wishes: &[Wish], done: &mut u32) {
    let head = state::head(&pair.direct).await;
    for wish in wishes {
        let view = pair.real.market.store.top_up(&pair.real.actor(wish.by), wish.top_up).await;
        let result = view.expect("it is their own").intent_result;
        let (step, shown) = wish.intent.press(wish.by);
        let pressed = match pair.real.take(&step, shown).await {
            Ok(_) => "done".to_owned(),
            Err(no) => no.split(' ').next().expect("a refusal has a code").to_owned(),
        };
        assert_eq!(result.as_ref(), Some(&pressed), "{:?} of {}", wish.intent, wish.by);
        *done += u32::from(pressed == "done");
    }
    assert_eq!(state::head(&pair.direct).await, head, "all of that had been tried");
}

async fn storm(seed: u64, steps: u64, kind: Kind) -> [u32; 2] {
    let mut pair = Pair::open(seed, kind).await;
    let mut drawn = Steps::new(seed);
    for _ in 0..steps {
        let timed = drawn.next(&pair.model);
        pair.pass(timed.millis);
        pair.step(timed.step).await;
    }
    let store = pair.real.market.store.clone();
    let (mut settled, mut bought) = (0, 0);
    for days in [1, 15, 41] {
        let steps = (0..60).map(|_| drawn.next(&pair.model).step);
        let steps: Vec<_> = steps.filter(|step| step.is_for_together(&pair.model)).collect();
        let steps: Vec<_> = steps.into_iter().map(|step| (step.clone(), shown(&pair.model, &step))).collect();
        pair.pass(days * DAY);
        let wishes = wish(&mut pair, &mut drawn, days).await;
        let trades = pair.real.take_together(&steps);
        let (answers, one, other) = tokio::join!(trades, settle(&store, &wishes), settle(&store, &wishes));
        assert_eq!(answers.len(), steps.len());
        settled += one + other;
        // What was still to be settled when both had looked.
        settle(&store, &wishes).await;
        let head = state::head(&pair.direct).await;
        assert_eq!(settle(&store, &wishes).await, 0, "seed {seed} on {kind:?}: nothing due is left");
        assert_eq!(state::head(&pair.direct).await, head, "seed {seed} on {kind:?}");
        check_wishes(&mut pair, &wishes, &mut bought).await;
        pair.real.market.clean().await;
    }
    store.close().await;
    let url = pair.real.market.base.url().to_owned();
    drop(pair);
    if kind == Kind::Postgres {
        tests::postgres::remove(&url).await;
    }
    [settled, bought]
}

#[test]
fn settlement_among_parallel_commands_leaves_nothing_due_and_the_books_right() {
    let steps = number("FARTHING_STEPS", 120);
    let (mut settled, mut bought) = (0, 0);
    for seed in 1..=number("FARTHING_SEEDS", 12).div_ceil(2) {
        println!("seed {seed}");
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let [timers, wishes] = run(storm(2_000 + seed, steps, kind));
            (settled, bought) = (settled + timers, bought + wishes);
        }
    }
    assert!(settled > 12, "only {settled} things were settled");
    assert!(bought > 12, "only {bought} things were bought by themselves");
}
