//! The simulator: random steps on the real store and on a small reference, on
//! both databases with the same seeds. Every answer and everything that
//! anybody holds is compared after every step; at the end both databases have
//! given the same answers and ended with the same seal.
//!
//! `FARTHING_SEEDS` and `FARTHING_STEPS` say how much; `FARTHING_SEED` runs one
//! seed again.

mod cards;
mod counting;
mod desk;
mod drive;
mod giving;
mod income;
mod intents;
mod licences;
mod meters;
mod model;
mod redeeming;
mod returns;
mod reversal;
mod software;
mod state;
mod step;
mod storm;
mod trade;
mod variety;
mod vouchers;

const DAY: i64 = 86_400_000;

/// How many seeds are run, and how many steps each.
const SEEDS: u64 = 32;
const STEPS: u64 = 160;

use std::panic::resume_unwind;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;

use domain::market::Market as Rules;
use domain::time::{Seconds, Timestamp};
use tests::databases::{Base, Direct, Kind, run};
use tests::people::{BEGINNING, Market};

use drive::Real;
use model::{Answer, Model};
use step::{Step, Steps};
use variety::Seen;

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

/// The same on both databases at once.
fn on_both(work: impl Fn(Kind) -> Transcript + Sync) -> [Transcript; 2] {
    thread::scope(|scope| {
        let other = scope.spawn(|| work(Kind::Postgres));
        [work(Kind::Sqlite), other.join().unwrap_or_else(|panic| resume_unwind(panic))]
    })
}

#[test]
fn the_store_does_what_the_reference_does_on_both_databases() {
    let steps = number("FARTHING_STEPS", STEPS);
    let seeds = match number("FARTHING_SEED", 0) {
        0 => 1..=number("FARTHING_SEEDS", SEEDS),
        seed => seed..=seed,
    };
    println!("seeds {seeds:?}, {steps} steps each");
    for seed in seeds {
        println!("seed {seed}");
        let [sqlite, postgres] = on_both(|kind| run(simulate(seed, steps, kind)));
        assert_eq!(sqlite, postgres, "seed {seed}: the databases differ");
    }
}

/// The same steps once more, to the reference alone.
#[test]
fn enough_of_everything_is_drawn() {
    let mut seen = Seen::default();
    for seed in 1..=SEEDS {
        let (mut model, mut drawn) = (Model::default(), Steps::new(seed));
        model.now = BEGINNING.millis();
        for _ in 0..STEPS {
            let timed = drawn.next(&model);
            model.now += timed.millis;
            let answer = model.take(&timed.step, shown(&model, &timed.step));
            seen.note(&timed.step, &answer);
            seen.note_states(&model);
        }
        seen.note_turns(&model);
    }
    println!("{seen:#?}");
    seen.check();
}

#[test]
fn batches_do_what_the_reference_does_one_by_one() {
    let rounds = number("FARTHING_STEPS", 120) / 10;
    for seed in 1..=number("FARTHING_SEEDS", SEEDS).div_ceil(5) {
        println!("seed {seed}");
        let [sqlite, postgres] = on_both(|kind| run(simulate_together(1_000 + seed, rounds, kind)));
        assert_eq!(sqlite, postgres, "seed {seed}: the databases differ");
    }
}

/// A market and its reference, side by side.
struct Pair {
    seed: u64,
    kind: Kind,
    real: Real,
    model: Model,
    direct: Direct,
    answers: Vec<String>,
}

impl Pair {
    async fn open(seed: u64, kind: Kind) -> Self {
        let rules = Rules {
            desk: desk::terms(),
            redemption: redeeming::terms(),
            welcome_lasts: Some(Seconds::days(model::WELCOME_DAYS)),
            ..Rules::default()
        };
        let market = Market::under(rules, Base::fresh(kind).await).await;
        let direct = market.base.connect().await;
        let model = Model { now: market.world.now().millis(), ..Model::default() };
        let mut real = Real::new(market);
        real.offer_bundles().await;
        Self { seed, kind, real, model, direct, answers: Vec::new() }
    }

    fn pass(&mut self, millis: i64) {
        self.model.now += millis;
        self.real.market.world.set_now(Timestamp::from_millis(self.model.now));
    }

    /// Compares the answers to steps, and then everything there is.
    async fn compare(&mut self, steps: &[(Step, i64)], real: Vec<Answer>, expected: Vec<Answer>) {
        let place = self.answers.len();
        let here = || format!("seed {}, step {place} on {:?}: {steps:?}", self.seed, self.kind);
        assert_eq!(real, expected, "{}", here());
        let tables = state::of_tables(&self.direct, self.real.made()).await;
        assert_eq!(tables, state::of_model(&self.model), "{}", here());
        for (user, money) in self.model.redeemable_by_earners() {
            assert_eq!(self.real.redeemable(user).await, money, "user {user}, {}", here());
        }
        let (issued, retired) = self.model.supply();
        assert_eq!(issued + self.model.owed_by_all(), self.model.held_by_all() + retired, "{}", here());
        self.answers.extend(real.into_iter().map(|answer| answer.unwrap_or_else(|no| format!("no {no}"))));
    }

    async fn step(&mut self, step: Step) {
        let shown = shown(&self.model, &step);
        let expected = self.model.take(&step, shown);
        let answer = self.real.take(&step, shown).await;
        self.compare(&[(step, shown)], vec![answer], vec![expected]).await;
    }

    async fn together(&mut self, steps: Vec<Step>) {
        let steps: Vec<(Step, i64)> =
            steps.into_iter().map(|step| (step.clone(), shown(&self.model, &step))).collect();
        let expected = steps.iter().map(|(step, shown)| self.model.take(step, *shown)).collect();
        let answers = self.real.take_together(&steps).await;
        self.compare(&steps, answers, expected).await;
    }

    /// Audits, and tells what it all came to.
    async fn close(self) -> Transcript {
        let totals = self.real.market.clean().await;
        let (issued, _) = self.model.supply();
        assert_eq!(totals.issued, i128::from(issued), "seed {}", self.seed);
        let escrow: i64 = self.model.users.iter().map(|user| user.held).sum();
        assert_eq!(totals.escrow, i128::from(escrow), "seed {}", self.seed);
        let head = state::head(&self.direct).await;
        self.real.market.store.close().await;
        let url = self.real.market.base.url().to_owned();
        drop((self.direct, self.real));
        if self.kind == Kind::Postgres {
            tests::postgres::remove(&url).await;
        }
        Transcript { answers: self.answers, head }
    }
}

async fn simulate(seed: u64, steps: u64, kind: Kind) -> Transcript {
    let mut pair = Pair::open(seed, kind).await;
    let mut drawn = Steps::new(seed);
    for _ in 0..steps {
        let timed = drawn.next(&pair.model);
        pair.pass(timed.millis);
        pair.step(timed.step).await;
    }
    pair.close().await
}

/// After a quiet beginning, many steps at a time: the writer takes them in
/// their order, some batches of several at once.
async fn simulate_together(seed: u64, rounds: u64, kind: Kind) -> Transcript {
    let mut pair = Pair::open(seed, kind).await;
    let mut drawn = Steps::new(seed);
    for _ in 0..50 {
        let timed = drawn.next(&pair.model);
        pair.pass(timed.millis);
        pair.step(timed.step).await;
    }
    for _ in 0..rounds {
        let timed: Vec<_> = (0..60).map(|_| drawn.next(&pair.model)).collect();
        pair.pass(timed[0].millis);
        let steps = timed.into_iter().map(|timed| timed.step);
        let steps = steps.filter(|step| step.is_for_together(&pair.model)).collect();
        pair.together(steps).await;
    }
    let counters = pair.real.market.store.counters();
    let (commands, batches) = (counters.commands.load(SeqCst), counters.batches.load(SeqCst));
    assert!(commands > batches * 2, "{commands} commands came in {batches} batches");
    pair.close().await
}

/// The price or total that the asker names: what a page showed, or a wrong one.
fn shown(model: &Model, step: &Step) -> i64 {
    let (right, is_right) = match step {
        Step::Buy { listing, is_price_right, .. } => {
            (model.listings.get(*listing).map_or(10_000, |found| found.price), *is_price_right)
        }
        Step::Checkout { by, is_total_right, .. } => (model.cart_total(*by), *is_total_right),
        Step::Soft(step) => (model.soft_price(step), step.is_price_right()),
        _ => (0, true),
    };
    if is_right { right } else { right + 10_000 }
}
