//! What the program does by itself, in the midst of what others ask for: all
//! that is due is settled from two sides while everybody trades. Who comes
//! first is left to chance, so the reference is silent here; but each thing
//! is settled once, nothing due is left, and the books are right.

use domain::access::Actor;
use store::Store;
use tests::databases::{Kind, run};

use super::step::Steps;
use super::{DAY, Pair, number, shown, state};

/// One round of all timers; how much was done.
async fn settle(store: &Store) -> u32 {
    let system = &Actor::System;
    let done = [
        store.release_due(system, 500).await,
        store.return_due(system, 500).await,
        store.expire_promo(system, 500).await,
        store.fall_due(system, 500).await,
        store.expire_desk_orders(system, 500).await,
        store.end_due(system, 500).await,
    ];
    done.into_iter().map(|done| done.expect("whoever was quicker, a timer goes on")).sum()
}

async fn storm(seed: u64, steps: u64, kind: Kind) -> u32 {
    let mut pair = Pair::open(seed, kind).await;
    let mut drawn = Steps::new(seed);
    for _ in 0..steps {
        let timed = drawn.next(&pair.model);
        pair.pass(timed.millis);
        pair.step(timed.step).await;
    }
    let store = pair.real.market.store.clone();
    let mut settled = 0;
    for days in [1, 15, 41] {
        let steps = (0..60).map(|_| drawn.next(&pair.model).step);
        let steps: Vec<_> = steps.filter(|step| step.is_for_together(&pair.model)).collect();
        let steps: Vec<_> = steps.into_iter().map(|step| (step.clone(), shown(&pair.model, &step))).collect();
        pair.pass(days * DAY);
        let trades = pair.real.take_together(&steps);
        let (answers, one, other) = tokio::join!(trades, settle(&store), settle(&store));
        assert_eq!(answers.len(), steps.len());
        settled += one + other;
        // What was still to be settled when both had looked.
        settle(&store).await;
        let head = state::head(&pair.direct).await;
        assert_eq!(settle(&store).await, 0, "seed {seed} on {kind:?}: nothing due is left");
        assert_eq!(state::head(&pair.direct).await, head, "seed {seed} on {kind:?}");
        pair.real.market.clean().await;
    }
    store.close().await;
    let url = pair.real.market.base.url().to_owned();
    drop(pair);
    if kind == Kind::Postgres {
        tests::postgres::remove(&url).await;
    }
    settled
}

#[test]
fn settlement_among_parallel_commands_leaves_nothing_due_and_the_books_right() {
    let steps = number("FARTHING_STEPS", 120);
    let mut settled = 0;
    for seed in 1..=number("FARTHING_SEEDS", 12).div_ceil(2) {
        println!("seed {seed}");
        for kind in [Kind::Sqlite, Kind::Postgres] {
            settled += run(storm(2_000 + seed, steps, kind));
        }
    }
    assert!(settled > 12, "only {settled} things were settled");
}
