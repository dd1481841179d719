use super::*;
use crate::command::Command;
use crate::testing::{Scene, told, user};
use crate::time::Seconds;

/// A scene with one order, and its id.
fn bought(given: &str, lines: &str, total: &str) -> (Scene, OrderId) {
    let mut scene = Scene::with(given);
    scene.fill_cart("finch", lines);
    let orders = scene.checkout("finch", total).unwrap().orders;
    (scene, orders[0])
}

fn ask(scene: &mut Scene, how: &str, order: OrderId) -> String {
    let (who, verb) = how.split_once(' ').unwrap();
    let command = match verb {
        "confirms" => Command::Release { order, by: Releaser::Buyer(user(who)) },
        "cancels" => Command::Cancel { order, by: user(who) },
        _ => Command::Release { order, by: Releaser::Timer },
    };
    let actor = if who == "time" { uuid::Uuid::nil() } else { user(who).uuid() };
    told(&scene.ask(actor, command))
}

/// A held order of 40, bought with 3 promo, 30 spendable, 7 earned: what is
/// asked in turn, answers, and who holds what at the end.
#[test]
fn how_orders_end() {
    let back = "finch spendable 30, finch earned 7, finch promo 3";
    let done = "wren earned 38, vendor fees 2";
    let held = "wren escrow 40";
    let table: [(&[(&str, &str)], &str); 9] = [
        (&[("robin confirms", "NOT_FOUND order"), ("robin cancels", "NOT_FOUND order")], held),
        (&[("wren confirms", "FORBIDDEN"), ("finch cancels", "FORBIDDEN")], held),
        (&[("time passes", "WRONG_STATE")], held),
        (&[("finch confirms", "1 orders")], done),
        (
            &[("finch confirms", "1 orders"), ("finch confirms", "1 orders"), ("time passes", "1 orders")],
            done,
        ),
        (&[("finch confirms", "1 orders"), ("wren cancels", "WRONG_STATE")], done),
        (&[("wren cancels", "1 orders")], back),
        (&[("wren cancels", "1 orders"), ("wren cancels", "1 orders")], back),
        (
            &[
                ("wren cancels", "1 orders"),
                ("finch confirms", "WRONG_STATE"),
                ("time passes", "WRONG_STATE"),
            ],
            back,
        ),
    ];
    for (steps, after) in table {
        let (mut scene, order) = bought("finch promo 3, finch spendable 30, finch earned 7", "2 chair", "40");
        for (how, answer) in steps {
            assert_eq!(ask(&mut scene, how, order), *answer, "{steps:?}");
        }
        assert_eq!(scene.balances(), after, "{steps:?}");
    }
}

#[test]
fn the_timer_releases_at_its_time_and_not_before() {
    for (seconds, answer) in [(99, "WRONG_STATE"), (100, "1 orders"), (101, "1 orders")] {
        let (mut scene, order) = bought("finch promo 40", "2 chair", "40");
        scene.now = scene.now.after(Seconds::new(seconds));
        assert_eq!(ask(&mut scene, "time passes", order), answer, "after {seconds} s");
    }
}

#[test]
fn unknown_orders_are_not_found_by_anybody() {
    let mut scene = Scene::new();
    let order = OrderId::new(uuid::Uuid::max());
    for how in ["finch confirms", "finch cancels", "time passes"] {
        assert_eq!(ask(&mut scene, how, order), "NOT_FOUND order");
    }
}

/// In an order of a file and goods from one seller only the goods are held:
/// calling it off returns those, and the file stays bought.
#[test]
fn what_was_delivered_stays_delivered() {
    let (mut scene, order) = mixed();
    let before = scene.balances();
    assert_eq!(before, "wren earned 4.75, wren escrow 20, vendor fees 0.25");
    assert_eq!(ask(&mut scene, "wren cancels", order), "1 orders");
    assert_eq!(scene.balances(), "wren earned 4.75, finch promo 20, vendor fees 0.25");
    assert_eq!(scene.left("chair"), Some(3));
    let (mut scene, order) = mixed();
    assert_eq!(ask(&mut scene, "finch confirms", order), "1 orders");
    assert_eq!(scene.balances(), "wren earned 23.75, vendor fees 1.25");
    assert_eq!(scene.left("chair"), Some(2));
}

fn mixed() -> (Scene, OrderId) {
    let mut scene = Scene::with("finch promo 25");
    let mut song = scene.book.listing(crate::testing::listing("song")).unwrap().clone();
    song.seller = user("wren");
    scene.book.load_listing(song);
    scene.fill_cart("finch", "1 song, 1 chair");
    let order = scene.checkout("finch", "25").unwrap().orders[0];
    (scene, order)
}
