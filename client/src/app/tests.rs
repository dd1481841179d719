//! A program on a device with a line to its store, which is there, or not, or
//! whose answers are lost.

mod shop;

use std::sync::Arc;

use super::*;
use crate::code::claims::Claims;
use crate::testing::{STORE, at, owned, rental};
use crate::time::days;
use shop::{Line, Shop};

struct Bench {
    folder: tempfile::TempDir,
    world: World,
    shop: Arc<Shop>,
}

impl Bench {
    /// A program whose user rented as many units, or owns it.
    fn new(granted: u32, claims: Claims) -> Self {
        let world = World::made(at(0));
        let folder = tempfile::tempdir().unwrap();
        let shop = Arc::new(Shop::new(granted, claims, world.clone()));
        let bench = Self { folder, world, shop };
        let mut app = bench.run();
        let code = bench.shop.bundle(app.device().id());
        app.adopt(code).unwrap();
        bench
    }

    fn program(&self) -> Program {
        let (store, root) = (STORE.to_owned(), self.shop.root());
        Program { store, root, product: "inkwell".to_owned(), version: "1.2.3".parse().unwrap() }
    }

    /// The program, begun anew.
    fn run(&self) -> App {
        let line: Box<dyn Transport> = Box::new(Arc::clone(&self.shop));
        App::open(self.folder.path(), self.program(), self.world.clone(), Some(line)).unwrap()
    }

    /// The program, with no line at all.
    fn run_off_line(&self) -> App {
        App::open(self.folder.path(), self.program(), self.world.clone(), None).unwrap()
    }
}

fn verdict<T>(told: Result<T, Stop>) -> Verdict {
    match told {
        Ok(_) => Verdict::Valid,
        Err(stop) => stop.verdict().unwrap_or_else(|| panic!("{stop}")),
    }
}

fn is_lost<T>(told: Result<T, Stop>) -> bool {
    matches!(told, Err(Stop::Lost(_)))
}

#[test]
fn a_code_is_renewed_when_it_is_due_and_the_store_answers() {
    let bench = Bench::new(0, rental());
    bench.run().check().unwrap();
    assert_eq!(bench.shop.count("authorize"), 0, "nothing is asked while it is fresh");
    bench.world.pass_millis(1_800_000);
    bench.shop.set(Line::Down);
    bench.run().check().unwrap();
    bench.shop.set(Line::Up);
    bench.run().check().unwrap();
    assert_eq!(bench.shop.count("authorize"), 1);
    bench.world.pass_millis(1_800_000);
    bench.shop.set(Line::Down);
    assert_eq!(verdict(bench.run().check()), Verdict::Expired, "what is known here counts");
    bench.shop.set(Line::Up);
    bench.shop.extend(at(7_200_000));
    bench.run().check().unwrap();
    bench.shop.refuse(Verdict::Revoked);
    bench.world.pass_millis(2_000_000);
    assert_eq!(verdict(bench.run().check()), Verdict::Revoked, "the store's no counts more");
}

#[test]
fn signed_time_heals_a_clock_that_was_once_ahead() {
    let bench = Bench::new(0, rental());
    bench.world.set_wall(at(days(5_000)));
    assert_eq!(verdict(bench.run_off_line().check()), Verdict::KeyExpired);
    bench.run_off_line().session.keep_clock();
    bench.world.set_wall(at(1_000));
    assert!(bench.run_off_line().check().is_err());
    bench.run().check().unwrap();
    bench.run_off_line().check().unwrap();
    bench.world.set_wall(at(-days(1)));
    assert_eq!(verdict(bench.run_off_line().check()), Verdict::ClockRollback);
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_and_charged_once() {
    let bench = Bench::new(3, rental());
    bench.shop.set(Line::LosesAnswers);
    assert!(is_lost(bench.run().consume("use", 1)));
    assert!(is_lost(bench.run().consume("use", 1)));
    bench.shop.set(Line::Up);
    assert_eq!(bench.run().consume("use", 1).unwrap(), Consumed::There(2));
    assert_eq!(bench.run().consume("use", 1).unwrap(), Consumed::There(1), "the next is another");
    assert_eq!(bench.run().consume_as("mine", "use", 1).unwrap(), Consumed::There(0));
    assert_eq!(bench.run().consume_as("mine", "use", 1).unwrap(), Consumed::There(0));
    assert_eq!(verdict(bench.run().consume("use", 1)), Verdict::UsesExhausted);
    assert_eq!(verdict(bench.run_off_line().consume("use", 1)), Verdict::UsesExhausted);
}

#[test]
fn runs_at_once_do_not_share_what_was_lost() {
    let bench = Bench::new(3, rental());
    bench.shop.set(Line::LosesAnswers);
    assert!(is_lost(bench.run().consume("use", 1)));
    let folder = bench.folder.path().join("asked");
    let one = pending::Pending::begin(&folder, "use", 1, &bench.world).unwrap();
    let other = pending::Pending::begin(&folder, "use", 1, &bench.world).unwrap();
    assert_ne!(one.asked.id, other.asked.id);
    drop((one, other));
    assert_eq!(pending::orphans(&folder).unwrap().len(), 2);
    std::fs::write(folder.join("broken.json"), "{").unwrap();
    assert_eq!(pending::orphans(&folder).unwrap().len(), 2);
    assert!(!folder.join("broken.json").exists());
}

#[test]
fn what_is_owned_is_not_counted() {
    let bench = Bench::new(0, owned());
    assert_eq!(bench.run().consume("use", 1).unwrap(), Consumed::Free);
    assert_eq!(bench.run_off_line().consume("use", 1).unwrap(), Consumed::Free);
    assert_eq!(bench.run().task("export-pdf").unwrap().commit().unwrap(), None);
    assert_eq!(bench.shop.asked(), Vec::<String>::new());
}

#[test]
fn what_is_rented_by_time_alone_runs_without_a_network() {
    let bench = Bench::new(0, Claims { counted: Vec::new(), ..rental() });
    assert_eq!(bench.run().consume("use", 1).unwrap(), Consumed::Free);
    assert_eq!(bench.run_off_line().consume("use", 1).unwrap(), Consumed::Free);
    assert_eq!(bench.run_off_line().task("export-pdf").unwrap().commit().unwrap(), None);
    assert_eq!(bench.shop.asked(), Vec::<String>::new());
}

#[test]
fn units_are_taken_along_spent_settled_and_given_back() {
    let bench = Bench::new(10, rental());
    bench.shop.set(Line::LosesAnswers);
    assert!(is_lost(bench.run().lease("use", 5)));
    bench.shop.set(Line::Up);
    assert_eq!(bench.run().lease("use", 5).unwrap().left, 5);
    assert_eq!(bench.shop.meter(), (10, 0, 5), "taken once, though asked for twice");
    bench.shop.set(Line::Down);
    for left in [4, 3, 2] {
        assert_eq!(bench.run().consume("use", 1).unwrap(), Consumed::Here(left));
    }
    assert_eq!(verdict(bench.run().consume("use", 3)), Verdict::LeaseExhausted);
    assert_eq!(verdict(bench.run_off_line().consume("use", 3)), Verdict::LeaseExhausted);
    bench.shop.set(Line::Up);
    bench.run().settle().unwrap();
    bench.run().settle().unwrap();
    assert_eq!(bench.shop.meter(), (10, 3, 2));
    bench.shop.set(Line::LosesAnswers);
    assert!(is_lost(bench.run().give_back("use")));
    bench.shop.set(Line::Up);
    assert_eq!(bench.shop.meter(), (10, 3, 0));
    assert_eq!(verdict(bench.run_off_line().consume("use", 1)), Verdict::LeaseExhausted, "sealed");
    bench.run().refresh().unwrap();
    assert_eq!(bench.run().consume("use", 1).unwrap(), Consumed::There(6));
    assert_eq!(verdict(bench.run().give_back("use")), Verdict::UsesExhausted, "there is no lease");
}

#[test]
fn tasks_cost_when_they_are_done() {
    let bench = Bench::new(2, rental());
    let mut app = bench.run();
    drop(app.task("use").unwrap());
    assert_eq!(bench.shop.meter(), (2, 0, 0), "dropped is aborted");
    app.task("use").unwrap().abort().unwrap();
    let mut task = app.task("use").unwrap();
    assert_eq!(bench.shop.meter(), (2, 0, 1));
    bench.shop.set(Line::LosesAnswers);
    assert!(is_lost(task.commit()));
    bench.shop.set(Line::Up);
    assert_eq!(task.commit().unwrap(), Some(1));
    assert_eq!(task.commit().unwrap(), None, "it is over");
    drop(task);
    assert_eq!(bench.shop.meter(), (2, 1, 0));
    assert_eq!(verdict(app.task_of("use", 2)), Verdict::UsesExhausted);
    bench.shop.set(Line::Down);
    assert!(is_lost(app.task("use")));
}

#[test]
fn a_task_whose_run_ended_in_the_midst_is_aborted_at_the_next_contact() {
    let bench = Bench::new(2, rental());
    let mut app = bench.run();
    let task = app.task("use").unwrap();
    bench.shop.set(Line::Down);
    drop(task);
    assert_eq!(bench.shop.meter(), (2, 0, 1));
    bench.shop.set(Line::Up);
    bench.run().refresh().unwrap();
    assert_eq!(bench.shop.meter(), (2, 0, 0));
    let mut held = app.task("use").unwrap();
    bench.run().refresh().unwrap();
    assert_eq!(bench.shop.meter(), (2, 0, 1), "one that still runs is left alone");
    held.commit().unwrap();
}

#[test]
fn tasks_from_units_taken_along_cost_when_they_are_done() {
    let bench = Bench::new(3, rental());
    bench.run().lease("use", 2).unwrap();
    let mut app = bench.run_off_line();
    drop(app.task("use").unwrap());
    let mut task = app.task("use").unwrap();
    bench.world.pass_millis(3_400_000);
    assert_eq!(task.commit().unwrap(), Some(1), "what began in time may end");
    drop(task);
    assert_eq!(verdict(app.task("use")), Verdict::LeaseExpired);
}
