//! The simulator: random steps on the real store and on a small reference, on
//! both databases with the same seeds. Every answer and everything that
//! anybody holds is compared after every step; at the end both databases have
//! given the same answers and ended with the same seal.
//!
//! `FARTHING_SEEDS` and `FARTHING_STEPS` say how much; `FARTHING_SEED` runs one
//! seed again.

mod drive;
mod giving;
mod model;
mod state;
mod step;
mod trade;

use std::collections::BTreeMap;

use tests::databases::{Base, Kind, run};
use tests::people::Market;

use drive::Real;
use model::Model;
use step::{Step, Steps};

/// What a run of one seed on one database came to.
#[derive(Debug, PartialEq, Eq)]
struct Transcript {
    answers: Vec<String>,
    head: String,
}

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn the_store_does_what_the_reference_does_on_both_databases() {
    let steps = number("FARTHING_STEPS", 120);
    let seeds = match number("FARTHING_SEED", 0) {
        0 => 1..=number("FARTHING_SEEDS", 24),
        seed => seed..=seed,
    };
    let count = seeds.clone().count();
    println!("seeds {seeds:?}, {steps} steps each");
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for seed in seeds {
        println!("seed {seed}");
        let on = |kind| run(simulate(seed, steps, kind));
        let (sqlite, postgres) = (on(Kind::Sqlite), on(Kind::Postgres));
        assert_eq!(sqlite, postgres, "seed {seed}: the databases differ");
        for answer in sqlite.answers {
            let kind = answer.split([' ', ',']).take(if answer.starts_with("no") { 2 } else { 1 });
            *seen.entry(kind.collect::<Vec<_>>().join(" ")).or_default() += 1;
        }
    }
    println!("{seen:#?}");
    if count >= 24 && steps >= 120 {
        check_variety(&seen);
    }
}

/// A simulation in which little happens proves little.
fn check_variety(seen: &BTreeMap<String, u32>) {
    let all: u32 = seen.values().sum();
    let refused: u32 = seen.iter().filter(|(kind, _)| kind.starts_with("no ")).map(|(_, count)| count).sum();
    assert!((all / 5..all * 2 / 3).contains(&refused), "{refused} of {all} steps were refused");
    for code in [
        "ALREADY_CLAIMED",
        "EMPTY_CART",
        "EXPIRED",
        "FORBIDDEN",
        "HANDLE_TAKEN",
        "IDEMPOTENCY_KEY_REUSED",
        "INSUFFICIENT_TOKENS",
        "INVALID_INPUT",
        "NOT_FOR_SALE",
        "NOT_FOUND",
        "OUT_OF_STOCK",
        "OWN_LISTING",
        "PRICE_CHANGED",
        "WRONG_STATE",
    ] {
        assert!(seen.contains_key(&format!("no {code}")), "{code} never happened");
    }
    for kind in ["cart", "gift", "listing", "order", "released", "returned", "set", "user"] {
        assert!(seen.contains_key(kind), "no {kind} ever happened");
    }
}

async fn simulate(seed: u64, steps: u64, kind: Kind) -> Transcript {
    let base = Base::fresh(kind).await;
    let url = base.url().to_owned();
    let market = Market::on(base).await;
    let direct = market.base.connect().await;
    let mut real = Real::new(market);
    let mut model = Model { now: real.market.world.now().millis(), ..Model::default() };
    let mut drawn = Steps::new(seed);
    let mut answers = Vec::new();
    for place in 0..steps {
        let timed = drawn.next(&model);
        let now = real.market.world.now().millis() + timed.millis;
        real.market.world.set_now(domain::time::Timestamp::from_millis(now));
        model.now = now;
        let shown = shown(&model, &timed.step);
        let expected = model.take(&timed.step, shown);
        let answer = real.take(&timed.step, shown).await;
        let here = || format!("seed {seed}, step {place} on {kind:?}: {:?}, shown {shown}", timed.step);
        assert_eq!(answer, expected, "{}", here());
        let (orders, gifts) = real.made();
        assert_eq!(state::of_tables(&direct, &orders, &gifts).await, state::of_model(&model), "{}", here());
        assert_eq!(model.held_by_all(), model.issued_grant + model.issued_promo, "{}", here());
        answers.push(answer.unwrap_or_else(|refusal| format!("no {refusal}")));
    }
    let totals = real.market.clean().await;
    assert_eq!(totals.issued, i128::from(model.issued_grant + model.issued_promo), "seed {seed}");
    let escrow: i64 = model.users.iter().map(|user| user.held).sum();
    assert_eq!(totals.escrow, i128::from(escrow), "seed {seed}");
    let head = state::head(&direct).await;
    real.market.store.close().await;
    drop((direct, real));
    if kind == Kind::Postgres {
        tests::postgres::remove(&url).await;
    }
    Transcript { answers, head }
}

/// The price or total that the asker names: what a page showed, or a wrong one.
fn shown(model: &Model, step: &Step) -> i64 {
    let (right, is_right) = match step {
        Step::Buy { listing, is_price_right, .. } => {
            (model.listings.get(*listing).map_or(10_000, |found| found.price), *is_price_right)
        }
        Step::Checkout { by, is_total_right, .. } => (model.cart_total(*by), *is_total_right),
        _ => (0, true),
    };
    if is_right { right } else { right + 10_000 }
}
